//! Looking at a document: pages, timeline, verification, versions.

use super::lists::DocumentRow;
use crate::why::Why;
use fieldseal_domain::content::Content;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// One entry of the timeline, from the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TimelineEntry {
    /// Kind of event: the sentence is the text `event.<kind>`, filled with `data`.
    pub kind: String,
    /// Values for the sentence.
    pub data: BTreeMap<String, String>,
    /// Local time with offset, RFC 3339.
    pub at: String,
    /// Person, or empty.
    pub by: String,
    /// Device code.
    pub device: String,
    /// Position in the journal.
    #[ts(type = "number")]
    pub n: u64,
    /// Id of the event, first digits.
    pub id: String,
}

/// Grade of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum VerdictGrade {
    /// Whole, valid, trusted.
    Good,
    /// Changed after signing, or a signature is wrong.
    Bad,
    /// Cannot be checked.
    Unknown,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CheckRow {
    /// Name: the sentence is the text `check.<id>`.
    pub id: String,
    /// Whether it passed; none when it could not be made.
    pub passed: Option<bool>,
    /// Why it did not pass.
    pub why: Option<Why>,
}

/// One signature, as found in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignatureRow {
    /// Slot.
    pub slot: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Method: drawn, typed, stored.
    pub method: String,
    /// Claimed local time, RFC 3339.
    pub at: String,
    /// Whether it closes the document.
    pub closes: bool,
    /// Whether everything about it is right.
    pub good: bool,
}

/// What the verifier says of the sealed file and of the journal of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VerdictView {
    /// Grade.
    pub grade: VerdictGrade,
    /// Whether the closing signature is there.
    pub closed: bool,
    /// Signatures.
    pub signatures: Vec<SignatureRow>,
    /// Checks.
    pub checks: Vec<CheckRow>,
    /// When the office's register got this very file, RFC 3339; none as long as no receipt here proves it.
    pub registered: Option<String>,
    /// When it was checked, RFC 3339.
    pub at: String,
}

/// A frozen revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VersionRow {
    /// Revision.
    pub revision: u32,
    /// Frozen when, RFC 3339.
    pub at: String,
    /// Fingerprint R, first eight groups.
    pub fingerprint: String,
    /// What changed since the one before: paths into the content.
    pub changed: Vec<String>,
    /// Whether it is the current one.
    pub current: bool,
}

/// A document in detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DetailView {
    /// Row.
    pub row: DocumentRow,
    /// Revision.
    pub revision: u32,
    /// Content.
    pub content: Content,
    /// Names the pages, as in a preview; empty while nothing is frozen.
    pub token: String,
    /// Pages.
    pub pages: u32,
    /// Fingerprint R, first eight groups.
    pub fingerprint: String,
    /// SHA-256 of the newest file, in groups of four.
    pub file_fingerprint: String,
    /// Timeline, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Versions, newest first.
    pub versions: Vec<VersionRow>,
    /// Slots.
    pub slots: Vec<super::document::SlotView>,
    /// Kinds it can be turned into.
    pub converts_to: Vec<String>,
    /// Whether it can be cancelled.
    pub can_cancel: bool,
    /// Whether a sealed file exists.
    pub has_file: bool,
    /// Whether it is on this machine; an office has the files of others when it looks at them.
    pub file_here: bool,
}
