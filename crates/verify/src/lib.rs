//! fieldseal-verify.
