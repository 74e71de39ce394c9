//! fieldseal-render.
