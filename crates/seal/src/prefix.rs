//! The hash of a file's beginning, kept so that it is never computed twice.
//!
//! Every signature covers the frozen document from its first byte. Its SHA-256 state can be kept
//! from the moment it was rendered; signing then hashes only the few kilobytes that are added.

use fieldseal_domain::{Digest, FileHash};
use sha2::{Digest as _, Sha256};

/// SHA-256 state after the first `len` bytes of a file.
#[derive(Clone, Debug)]
pub struct PrefixState {
    sha: Sha256,
    len: usize,
}

impl PrefixState {
    /// The state after all of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { sha: Sha256::new_with_prefix(bytes), len: bytes.len() }
    }

    /// How many bytes were hashed.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was hashed yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The state after some more bytes.
    #[must_use]
    pub fn then(&self, more: &[u8]) -> Self {
        Self { sha: self.sha.clone().chain_update(more), len: self.len + more.len() }
    }

    /// SHA-256 of the bytes so far, as the hash of a file.
    #[must_use]
    pub fn file_hash(&self) -> FileHash {
        FileHash(Digest(self.sha.clone().finalize().into()))
    }
}
