//! A row of the register, its tags and its place.

use crate::{column::code, table::documents::SyncState};
use fieldseal_domain::{FileHash, fold::Status};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who folded a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterOrigin {
    /// This device, from entries it has.
    Local,
    /// The central server.
    Mirror,
}

/// What the last verification said, since the last signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Nobody has verified the file as it is now.
    #[default]
    None,
    /// Whole, valid and trusted.
    Good,
    /// Changed, or a signature is wrong.
    Bad,
}

/// A document in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterRow {
    /// The document.
    pub doc: Uuid,
    /// Number, or empty while none is taken.
    pub number: String,
    /// Kind.
    pub kind: String,
    /// Status.
    pub status: Status,
    /// Frozen revision, or the one the next freeze gets.
    pub revision: u32,
    /// Customer.
    pub customer: Uuid,
    /// Its name in the document.
    pub customer_name: String,
    /// City, or the site.
    pub site: String,
    /// Who began it.
    pub technician: Option<Uuid>,
    /// The technician's name in the document.
    pub technician_name: String,
    /// Who signed as the customer, or empty.
    pub signer: String,
    /// How they signed (`drawn`, `typed`, ...), or empty.
    pub method: String,
    /// When they signed, RFC 3339, or empty.
    pub signed_at: String,
    /// Serial number of the first equipment, or empty.
    pub serial: String,
    /// Device code from the number, or empty.
    pub device: String,
    /// Job it was made from.
    pub job: Option<Uuid>,
    /// Newest file.
    pub file: Option<FileHash>,
    /// Last change of status, Unix milliseconds.
    pub at_ms: u64,
    /// The same by the wall clock of the device that wrote it, RFC 3339.
    pub at: String,
    /// Last event of any kind, Unix milliseconds.
    pub changed_ms: u64,
    /// Sequence number of the last event at the central server; 0 when it has none.
    pub head_seq: u64,
    /// Whether the office has everything.
    pub sync: SyncState,
    /// What the last verification said.
    pub verification: Verification,
    /// Whether people contradict each other and the office has to decide.
    pub conflict: bool,
    /// Who folded it.
    pub origin: RegisterOrigin,
}

/// Low bits of a place: documents of one millisecond.
const TIE_BITS: u32 = 20;
const TIES: i64 = 1 << TIE_BITS;
/// Later times have no place of their own: 2^43 milliseconds are the year 2248.
const LAST_MS: u64 = (1 << 43) - 1;

/// The first place of a millisecond.
pub(super) fn place_of(ms: u64) -> i64 {
    i64::try_from(ms.min(LAST_MS)).unwrap_or(0) << TIE_BITS
}

/// The place after `place` among those of the same millisecond.
pub(super) fn next_place(place: i64) -> i64 {
    (place & !(TIES - 1)) | ((place + 1) & (TIES - 1))
}

impl RegisterRow {
    /// Where the row would like to be: by time, then by the document's own bits.
    pub(super) fn wanted_place(&self) -> i64 {
        let tie = self.doc.as_u128() & u128::from(TIES.unsigned_abs() - 1);
        place_of(self.at_ms) | i64::try_from(tie).unwrap_or(0)
    }

    /// One word for each value a filter can ask for.
    pub(super) fn tags(&self) -> Vec<String> {
        let mut tags = vec![
            ALL.to_owned(),
            tag('s', &code(&self.status)),
            tag('k', &self.kind),
            tag('c', &self.customer.simple().to_string()),
            tag('y', &code(&self.sync)),
            tag('v', &code(&self.verification)),
        ];
        if let Some(technician) = self.technician {
            tags.push(tag('t', &technician.simple().to_string()));
        }
        if !self.method.is_empty() {
            tags.push(tag('m', &self.method));
        }
        if self.conflict {
            tags.push(CONFLICT.to_owned());
        }
        tags
    }
}

/// The tag every row has.
pub(super) const ALL: &str = "a";
/// The tag of a row with a conflict.
pub(super) const CONFLICT: &str = "xconflict";

/// A value as one word of the index: the letter of its axis and what letters and digits it has.
pub(super) fn tag(axis: char, value: &str) -> String {
    let mut tag = String::with_capacity(value.len() + 1);
    tag.push(axis);
    tag.extend(value.chars().filter(char::is_ascii_alphanumeric));
    tag
}

/// Whether rows with this tag are counted as they come and go.
pub(super) fn is_counted(tag: &str) -> bool {
    !tag.starts_with(['c', 't'])
}
