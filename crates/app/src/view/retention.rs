//! What the screens say of retention: which documents a rule would erase, before it happens.

use fieldseal_domain::fold::Status;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// Which documents are old enough to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RetentionRule {
    /// Whole years since its status last changed; at least one.
    pub years: u32,
    /// Kinds of documents; none for all.
    pub kinds: Vec<String>,
}

/// A document that the rule reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RetentionRow {
    /// The document.
    pub document: Uuid,
    /// Its number, which stays.
    pub number: String,
    /// Its kind, which stays.
    pub kind: String,
    /// Its status, which stays.
    pub status: Status,
    /// Name of its customer, which goes.
    pub customer: String,
    /// When its status last changed, RFC 3339.
    pub at: String,
    /// Whether a legal hold keeps it from being erased.
    pub held: bool,
    /// Entries whose contents would go.
    pub entries: u32,
}

/// What a rule would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RetentionView {
    /// Documents whose status did not change since this day, `2026-09-01`.
    pub before: String,
    /// What the rule reaches, oldest first; held ones too.
    pub rows: Vec<RetentionRow>,
    /// Whether there are more than are shown: they come when these are done.
    pub more: bool,
}
