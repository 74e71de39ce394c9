//! fieldseal-store.
