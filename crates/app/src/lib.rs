//! fieldseal-app.
