//! Why a session ended before its end.

use fieldseal_store::StoreError;
use fieldseal_wire::{CallError, Code};

/// What is wrong with the register, as far as this device can prove it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The checkpoint is not signed by the organisation's log key, or is none.
    #[error("the checkpoint is not the register's: {0}")]
    Checkpoint(String),
    /// The register became smaller.
    #[error("the register had {before} entries and now has {now}")]
    Shrunk {
        /// Entries of the checkpoint kept here.
        before: u64,
        /// Entries of the new one.
        now: u64,
    },
    /// The register does not hold what it held before.
    #[error("the register of {before} entries is not the beginning of the one of {now}")]
    Rewritten {
        /// Entries of the checkpoint kept here.
        before: u64,
        /// Entries of the new one.
        now: u64,
    },
    /// An acknowledged entry is not in it.
    #[error("an acknowledged entry is not in the register")]
    Missing,
}

impl ProofError {
    /// Stable name of the alarm.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Checkpoint(_) => "register_checkpoint",
            Self::Shrunk { .. } => "register_shrunk",
            Self::Rewritten { .. } => "register_rewritten",
            Self::Missing => "register_missing",
        }
    }
}

/// Why a session ended. Nothing is lost by any of them: the next one begins where this one was.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// No answer, or a refusal.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The app was closed, or its keys are away.
    #[error("the database is not open")]
    Closed,
    /// Another server answers under the known address. Which one to belong to is a person's choice.
    #[error("another server answers: {found} instead of {known}")]
    OtherServer {
        /// The server this device belongs to.
        known: String,
        /// The one that answered.
        found: String,
    },
    /// The register contradicts itself. An alarm was raised.
    #[error(transparent)]
    Register(#[from] ProofError),
    /// The server's answer does not fit the question.
    #[error("the server's answer does not fit: {0}")]
    Answer(&'static str),
    /// The certificates of an enrolment do not fit.
    #[error("the enrolment does not fit: {0}")]
    Enrolment(&'static str),
    /// The key store could not keep or give keys.
    #[error("the keys cannot be kept")]
    Keys(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Result of what syncs.
pub type Result<T> = std::result::Result<T, SyncError>;

impl SyncError {
    /// The server's code, if it refused.
    pub fn refusal(&self) -> Option<Code> {
        match self {
            Self::Call(CallError::Refused(refusal)) => Some(refusal.code),
            Self::Call(CallError::Unreachable(_) | CallError::WrongServer)
            | Self::Store(_)
            | Self::Closed
            | Self::OtherServer { .. }
            | Self::Register(_)
            | Self::Answer(_)
            | Self::Enrolment(_)
            | Self::Keys(_) => None,
        }
    }

    /// Stable name for the screens.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Call(CallError::Refused(_)) => "sync_refused",
            Self::Call(CallError::Unreachable(_)) => "sync_unreachable",
            Self::Call(CallError::WrongServer) => "sync_wrong_server",
            Self::Store(error) => error.code(),
            Self::Closed => "sync_closed",
            Self::OtherServer { .. } => "sync_other_server",
            Self::Register(_) => "sync_register",
            Self::Answer(_) => "sync_answer",
            Self::Enrolment(_) => "sync_enrolment",
            Self::Keys(_) => "sync_keys",
        }
    }
}
