//! The cryptographic core of Fieldseal: journal chain, device keys, certificates, the seal of a
//! PDF and its verification. Bytes in, bytes out: no clock, no file, no network, and randomness
//! only where a caller hands it in.
//!
//! What an acceptance says is `fieldseal-domain`'s business; where keys and files are kept is
//! the store's and the key vault's. The format is described in `docs/SEAL-FORMAT.md`.

pub mod appearance;
mod attachment;
pub mod certificates;
pub mod chain;
mod cms;
mod context;
mod der_write;
mod form;
mod keys;
pub mod log;
mod objects;
mod oids;
mod pdf;
mod prefix;
pub mod revision;
mod seal;
pub mod second_path;
mod tail;
pub mod verify;

// Unit tests share the maker of documents with the tests outside, which names the crate.
#[cfg(test)]
extern crate self as fieldseal_seal;

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

pub use appearance::{Appearance, BoxSize, InkOperators, ink_hash, ink_operators, typed_operators};
pub use attachment::document_json;
pub use certificates::{Authority, CertificateError, CertifiedDevice, DeviceCertificates};
pub use cms::CoveredHash;
pub use context::SigningContext;
pub use keys::{DeviceKeys, DevicePublicKeys, KeyError, verify_ed25519_statement, verify_p256_statement};
pub use pdf::PdfError;
pub use prefix::PrefixState;
pub use revision::{FieldInfo, signature_fields};
pub use seal::{SealError, SealRequest, Sealed, seal_field};
