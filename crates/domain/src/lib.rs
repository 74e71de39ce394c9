//! fieldseal-domain.
