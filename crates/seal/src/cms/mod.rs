//! The signed message in /Contents (RFC 5652 as SEAL-FORMAT section 2 narrows it).
//!
//! `build` writes it, `read` understands it; they share no code. Neither knows about PDF.

pub(crate) mod build;
pub(crate) mod read;

/// SHA-256 over the covered bytes of one signature: both the message digest of the CMS and what
/// the device seal is made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct CoveredHash(pub fieldseal_domain::Digest);
