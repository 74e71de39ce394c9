//! Everything that can go wrong, sorted by what a person can do about it.

use fieldseal_domain::{
    Digest,
    event::{BodyError, MAX_BODY, MAX_HEADER},
    fold::MoveError,
    number::DocumentNumber,
};
use rusqlite::ErrorCode;
use std::{io, path::PathBuf};
use uuid::Uuid;

/// Why the store could not do what was asked. Nothing is half done: the transaction was rolled back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process, or this one, has the database open.
    #[error("the database is already open")]
    InUse,
    /// There is no database, but there must be one.
    #[error("there is no database at {0}")]
    Missing(PathBuf),
    /// SQLite's "file is not a database": another key, or a broken first page. The two cannot be told apart here;
    /// a check value beside the key can.
    #[error("the database cannot be read: another key, or a damaged file")]
    WrongKeyOrDamaged,
    /// The file ends in the middle of a page, or is empty.
    #[error("the database file is cut off: {bytes} bytes")]
    Truncated {
        /// Its length now.
        bytes: u64,
    },
    /// The file is readable but not whole.
    #[error("the database is damaged: {detail}")]
    Damaged {
        /// What SQLite says.
        detail: String,
    },
    /// A later program has changed the form of the database.
    #[error("the database is of version {found}, this program knows {known}")]
    NewerVersion {
        /// Version of the database.
        found: u32,
        /// Newest version this program knows.
        known: u32,
    },
    /// No space is left.
    #[error("the disk is full")]
    DiskFull,
    /// The operating system refused.
    #[error("the database file cannot be reached")]
    Io(#[source] io::Error),
    /// A migration failed; the database is as it was.
    #[error("the database could not be brought up to date")]
    Migration(#[source] Box<refinery::Error>),
    /// Anything else SQLite says.
    #[error("the database refused")]
    Database(#[source] rusqlite::Error),
    /// A value could not be written as JSON or read from it.
    #[error("a stored value is not readable")]
    Json(#[from] serde_json::Error),
    /// A body does not fit its kind.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The header of an event is larger than [`MAX_HEADER`].
    #[error("a journal header has {size} bytes, at most {MAX_HEADER} fit")]
    HeaderTooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// The body of an event is larger than [`MAX_BODY`]: larger things are blobs.
    #[error("an event has {size} bytes, at most {MAX_BODY} fit")]
    BodyTooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// An entry from elsewhere whose header, body hash or chain is not what it says.
    #[error("journal {device}, entry {n}: {why}")]
    BadEntry {
        /// Journal.
        device: String,
        /// Place in it.
        n: u64,
        /// What does not fit.
        why: &'static str,
    },
    /// An entry from elsewhere has another content than the one we have at this place: the journal was forked.
    #[error("journal {device} has two entries {n}")]
    Forked {
        /// Journal.
        device: String,
        /// Place with two contents.
        n: u64,
    },
    /// What was said of an entry was said of another one.
    #[error("the envelope is not that of entry {entry}")]
    OtherEnvelope {
        /// The entry.
        entry: Digest,
    },
    /// The state of the document does not allow it.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// The draft is not the one that was rendered.
    #[error("the draft was changed meanwhile: version {found}, expected {expected}")]
    DraftChanged {
        /// Version that was rendered; 0 is "no working copy".
        expected: u64,
        /// Version now.
        found: u64,
    },
    /// The draft holds something that no event says; freezing it would lose that.
    #[error("the draft holds changes that are not in the journal")]
    DraftNotSaved,
    /// The number that was rendered in is not the one the document gets.
    #[error("the document gets the number {next}")]
    NumberTaken {
        /// The number to render in.
        next: DocumentNumber,
    },
    /// What the event says of a file is not true of the file.
    #[error("the event speaks of another file: {why}")]
    FileMismatch {
        /// What does not fit.
        why: &'static str,
    },
    /// What was read back after the commit is not what was written.
    #[error("the stored file {0} cannot be read back")]
    ReadBack(Digest),
    /// No blob of that content is here.
    #[error("there is no stored file {0}")]
    NoBlob(Digest),
    /// No document of that id is here.
    #[error("there is no document {0}")]
    NoDocument(Uuid),
    /// Strokes are drawn into an ink draft that was never begun.
    #[error("no drawing was begun here")]
    NoInkDraft,
}

impl StoreError {
    /// Stable name for the screens; the data is in the fields.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse => "store_in_use",
            Self::Missing(_) => "store_missing",
            Self::WrongKeyOrDamaged => "store_wrong_key_or_damaged",
            Self::Truncated { .. } => "store_truncated",
            Self::Damaged { .. } => "store_damaged",
            Self::NewerVersion { .. } => "store_newer_version",
            Self::DiskFull => "disk_full",
            Self::Io(_) => "store_io",
            Self::Migration(_) => "store_migration",
            Self::Database(_) | Self::Json(_) | Self::Body(_) => "store_failed",
            Self::HeaderTooLarge { .. } | Self::BodyTooLarge { .. } => "too_large",
            Self::BadEntry { .. } | Self::OtherEnvelope { .. } => "bad_entry",
            Self::Forked { .. } => "forked",
            Self::Move(_) => "move_not_allowed",
            Self::DraftChanged { .. } => "draft_changed",
            Self::DraftNotSaved => "draft_not_saved",
            Self::NumberTaken { .. } => "number_taken",
            Self::FileMismatch { .. } => "file_mismatch",
            Self::ReadBack(_) => "read_back",
            Self::NoBlob(_) => "no_blob",
            Self::NoDocument(_) => "no_document",
            Self::NoInkDraft => "no_ink_draft",
        }
    }
}

/// `SQLITE_IOERR_SHMSIZE`: the shared memory file could not grow, which on a full disk comes before `SQLITE_FULL`.
const IOERR_SHMSIZE: i32 = 10 | (19 << 8);

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(cause) = error.sqlite_error() else { return Self::Database(error) };
        if cause.extended_code == IOERR_SHMSIZE {
            return Self::DiskFull;
        }
        match cause.code {
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::NotADatabase => Self::WrongKeyOrDamaged,
            ErrorCode::DatabaseCorrupt => Self::Damaged { detail: error.to_string() },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse,
            _ => Self::Database(error),
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull { Self::DiskFull } else { Self::Io(error) }
    }
}

impl From<refinery::Error> for StoreError {
    fn from(error: refinery::Error) -> Self {
        use refinery::error::Kind;
        if let Kind::Connection(_, cause) = error.kind()
            && let Some(rusqlite::Error::SqliteFailure(cause, detail)) = cause.downcast_ref()
        {
            let known = Self::from(rusqlite::Error::SqliteFailure(*cause, detail.clone()));
            if !matches!(known, Self::Database(_)) {
                return known;
            }
        }
        Self::Migration(Box::new(error))
    }
}

/// Result of a store operation.
pub(crate) type Result<T> = std::result::Result<T, StoreError>;
