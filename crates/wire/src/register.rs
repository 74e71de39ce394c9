//! The register, folded: one row per document, so that a new desktop need not replay history (correction C10).

use fieldseal_domain::{Digest, fold::Status};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most rows of one answer.
pub const MAX_ROWS: u32 = 2000;

/// One document as the server folds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegisterRow {
    /// Document.
    pub doc: Uuid,
    /// `seq` of its newest entry.
    pub head: u64,
    /// Kind, as in the kinds' files.
    pub kind: String,
    /// Status.
    pub status: Status,
    /// Number; empty before the first freeze.
    pub number: String,
    /// Newest revision.
    pub revision: u32,
    /// Customer.
    pub customer: Uuid,
    /// Name of the customer, as in the document.
    pub customer_name: String,
    /// Equipment: maker, model.
    pub equipment: String,
    /// Serial number of the equipment.
    pub serial: String,
    /// Job, if it comes from one.
    pub job: Option<Uuid>,
    /// Technician.
    pub person: Option<Uuid>,
    /// Name of the technician.
    pub person_name: String,
    /// Device whose journal began it.
    pub device: String,
    /// Method of the customer's signature (`drawn`, `typed`, ...), or empty.
    pub method: String,
    /// Who signed as the customer, or empty.
    #[serde(default)]
    pub signer: String,
    /// When they signed, by the wall clock of their device, RFC 3339; or empty.
    #[serde(default)]
    pub signed_at: String,
    /// Site of the work, or the customer's city; or empty.
    #[serde(default)]
    pub site: String,
    /// Day of the document, `YYYY-MM-DD`.
    pub day: String,
    /// Newest change by the hybrid clock, Unix milliseconds.
    pub updated_ms: i64,
    /// SHA-256 of the newest file, frozen or sealed.
    pub file: Option<Digest>,
    /// Whether that file is on the server.
    pub file_here: bool,
    /// Whether somebody has to decide: a conflict, or a void that crossed a signature.
    pub conflict: bool,
    /// Entries of it in quarantine.
    pub quarantined: u32,
    /// Total with tax in minor units, if it has one.
    pub total_minor: Option<i64>,
    /// Currency of the total, ISO 4217; empty without total.
    pub currency: String,
}

/// GET /register?before=SEQ&limit=: newest first; GET /register?changes=CHANGE&limit=: what changed since, in the order
/// of changes; GET /register?after=SEQ&limit=: rows with newer entries, which says nothing of a file that came later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegisterPage {
    /// Rows.
    pub rows: Vec<RegisterRow>,
    /// Documents that left the register; only among changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Uuid>,
    /// Whether there is more in this direction.
    pub more: bool,
    /// Size of the log when the page was made.
    pub size: u64,
    /// The change to ask from next. Of a page of newest rows: where changes begin that it does not hold. None from a
    /// server that counts no changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<u64>,
}
