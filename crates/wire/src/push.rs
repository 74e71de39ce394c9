//! Entries to the server, journal by journal, in order.

use crate::{Bytes, WireEntry};
use fieldseal_domain::Digest;
use serde::{Deserialize, Serialize};

/// Most entries of one push.
pub const MAX_ENTRIES: usize = 500;
/// Most bytes of one push's body, unpacked.
pub const MAX_PUSH: usize = 1024 * 1024 + 256 * 1024;
/// Bytes a client aims at.
pub const AIM_PUSH: usize = 1024 * 1024;

/// POST /push: the next entries of one journal, rising without holes. Any may have come before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Push {
    /// Journal.
    pub journal: String,
    /// Entries.
    pub entries: Vec<WireEntry>,
}

/// What the log says of one pushed entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Logged {
    /// Number in its journal.
    pub n: u64,
    /// Envelope as stored; the same bytes however often the entry is pushed.
    pub envelope: Bytes,
}

/// The server has, durably, everything up to `n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Acked {
    /// Last number the server has of this journal.
    pub n: u64,
    /// Id of that entry.
    pub id: Digest,
    /// Of the pushed entries, in order.
    pub entries: Vec<Logged>,
}
