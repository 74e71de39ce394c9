//! fieldseal-seal.
