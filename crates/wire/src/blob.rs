//! Files by the SHA-256 of their content, in both directions from any byte on.
//!
//! HEAD says how much is there; PUT sends from there; a blob counts once its SHA-256 is right.

use serde::{Deserialize, Serialize};

/// Header with the number of bytes the server has of an upload.
pub const OFFSET: &str = "upload-offset";
/// Header with the size of the whole file.
pub const LENGTH: &str = "upload-length";
/// Header of a HEAD's answer: `complete`, `partial` or `absent`.
pub const STATE: &str = "blob-state";
/// Largest file in bytes.
pub const MAX_BLOB: u64 = 256 * 1024 * 1024;
/// Bytes of one PUT a client aims at.
pub const PIECE: usize = 1024 * 1024;

/// How much of a blob the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BlobState {
    /// All of it, checked.
    Complete {
        /// Size in bytes.
        size: u64,
    },
    /// The first bytes.
    Partial {
        /// How many.
        offset: u64,
    },
    /// Nothing, or nothing this device may see.
    Absent,
}
