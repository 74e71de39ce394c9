//! What the screens say of the way to the office: a pill, and a list of what still waits.

use super::start::Problem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// How things stand with the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SyncPhase {
    /// There is no office: everything is on this tablet only.
    Alone,
    /// Nothing waits.
    Synced,
    /// Something waits for the next exchange.
    Waiting,
    /// An exchange is going on.
    Running,
    /// The office cannot be reached just now; nothing is lost.
    Offline,
    /// Something has to be done by a person.
    Failed,
}

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QueueItem {
    /// The document, if it is one.
    pub document: Option<Uuid>,
    /// Number, kind or name.
    pub title: String,
    /// Why it waits: the sentence is the text `queue.<reason>`.
    pub reason: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// Whether somebody's signature is in it.
    pub signed: bool,
}

/// The way to the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncView {
    /// How things stand.
    pub phase: SyncPhase,
    /// Signatures that exist on this tablet only.
    pub only_here: u32,
    /// What waits, oldest first.
    pub queue: Vec<QueueItem>,
    /// End of the last complete exchange, RFC 3339, or empty.
    pub last: String,
    /// What went wrong, when something did.
    pub problem: Option<Problem>,
}

/// What the office does not have yet, when somebody wants to close the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LeftToSend {
    /// Signatures that exist on this tablet only.
    pub signatures: u32,
    /// Whether there is anything else: drafts, pictures, notes of what was done.
    pub others: bool,
}
