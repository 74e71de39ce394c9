//! Proofs from the log: growth of a checkpoint, and that an entry is in it (RFC 6962 section 2.1).

use fieldseal_domain::Digest;
use serde::{Deserialize, Serialize};

/// GET /checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckpointAnswer {
    /// C2SP note: origin, size, root, signature.
    pub note: String,
}

/// POST /proof/consistency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConsistencyRequest {
    /// Size of the checkpoint that is known.
    pub from: u64,
    /// Size of the newer one.
    pub to: u64,
}

/// POST /proof/inclusion: entries by id, at most 500.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InclusionRequest {
    /// Ids of entries.
    pub entries: Vec<Digest>,
    /// Size of the checkpoint the proofs are for.
    pub size: u64,
}

/// Most entries of one [`InclusionRequest`].
pub const MAX_PROOFS: usize = 500;

/// Hashes of a proof, in the order of RFC 6962.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proof {
    /// Hashes.
    pub hashes: Vec<Digest>,
}

/// Proof that one entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InclusionProof {
    /// Entry.
    pub entry: Digest,
    /// Index of its leaf.
    pub seq: u64,
    /// Hashes from the leaf to the root.
    pub hashes: Vec<Digest>,
}

/// Answer to an [`InclusionRequest`]; entries the log does not have in this size, or out of scope, are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inclusions {
    /// Proofs.
    pub proofs: Vec<InclusionProof>,
}
