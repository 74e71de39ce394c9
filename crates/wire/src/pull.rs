//! Entries from the server: by subject for technicians, in the order of the log for the office.

use crate::LoggedEntry;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most entries of one answer.
pub const MAX_PAGE: u32 = 1000;
/// Subjects of one pull.
pub const MAX_SUBJECTS: usize = 200;

/// What an entry is about: a document, customer, equipment, job or person by its id; the firm and all roles are nil.
pub type Subject = Uuid;

/// A subject in the device's scope, and the place of its newest entry in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    /// Subject.
    pub subject: Subject,
    /// `seq` of its newest entry.
    pub head: u64,
}

/// GET /manifest: everything in the device's scope. The answer's ETag changes when this does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Manifest {
    /// Subjects, by id.
    pub subjects: Vec<Head>,
}

/// How far a subject is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cursor {
    /// Subject.
    pub subject: Subject,
    /// `seq` of the last entry that is here; none for nothing.
    pub after: Option<u64>,
}

/// POST /pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pull {
    /// Subjects, at most [`MAX_SUBJECTS`].
    pub subjects: Vec<Cursor>,
    /// Most entries wanted, at most [`MAX_PAGE`].
    pub limit: u32,
}

/// A page of the log, rising.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Page {
    /// Entries with `seq` rising. For a pull: of each subject from its cursor on, subjects in the order asked.
    pub entries: Vec<LoggedEntry>,
    /// Cursor of each subject that advanced; of the feed, one with the nil subject.
    pub cursors: Vec<Cursor>,
    /// Whether there is more.
    pub more: bool,
}
