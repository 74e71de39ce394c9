//! What the server's store can fail with.

use rusqlite::ErrorCode;
use std::io;

/// Why the store could not do what was asked. Nothing is half done: the transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No space is left.
    #[error("the disk is full")]
    Full,
    /// Another process has the database open.
    #[error("the folder is in use by another server")]
    InUse,
    /// A later program has changed the form of the database.
    #[error("the database is of version {found}, this program knows {known}")]
    NewerVersion {
        /// Version of the database.
        found: i32,
        /// Newest version this program knows.
        known: i32,
    },
    /// A migration failed.
    #[error("the database could not be brought up to date")]
    Migration(#[from] Box<refinery::Error>),
    /// The operating system refused.
    #[error("the database file cannot be reached")]
    Io(#[from] io::Error),
    /// The transaction this was part of could not be committed.
    #[error("the transaction could not be committed: {0}")]
    Commit(String),
    /// The server is stopping.
    #[error("the store is closed")]
    Closed,
    /// A stored value is not what this program writes.
    #[error("a stored value cannot be read: {0}")]
    Unreadable(&'static str),
    /// A stored value is not JSON of its type.
    #[error("a stored value cannot be read")]
    Json(#[from] serde_json::Error),
    /// Anything else SQLite says.
    #[error("the database refused")]
    Database(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(_) | None => Self::Database(error),
        }
    }
}

impl StoreError {
    /// The same for every other job of a transaction that could not be committed.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Full => Self::Full,
            other => Self::Commit(other.to_string()),
        }
    }
}
