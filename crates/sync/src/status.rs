//! What a person sees of it.

use fieldseal_store::OnlyHere;
use serde::Serialize;

/// What the engine is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// No session has run yet.
    #[default]
    Starting,
    /// Reaching the server.
    Connecting,
    /// Sending entries.
    Pushing {
        /// Entries sent in this session.
        sent: u64,
    },
    /// Getting entries.
    Pulling {
        /// Entries got in this session.
        got: u64,
    },
    /// Moving files.
    Files {
        /// Bytes of the present file that are over.
        done: u64,
        /// Bytes it has.
        size: u64,
    },
    /// Checking the register's proofs.
    Proving,
    /// Everything is over; waiting.
    Synced,
    /// It did not work; waiting to try again.
    Waiting {
        /// Why.
        reason: Reason,
        /// Seconds until the next try.
        retry_in_s: u64,
    },
}

/// Why work is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The server cannot be reached.
    Offline,
    /// The server's key is not the pinned one.
    WrongServer,
    /// Another server answers; a person has to choose.
    OtherServer,
    /// The device was revoked.
    Revoked,
    /// The program is too old for the server: it only sends.
    Update,
    /// The server refuses one of the journals.
    JournalRefused,
    /// The register contradicts itself.
    Register,
    /// The server is full or failed.
    Server,
    /// This tablet has no room, or its database failed.
    Device,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Status {
    /// What the engine is doing.
    #[serde(flatten)]
    pub phase: Phase,
    /// What is on this tablet only, at the end of the last session or when the app last said so.
    #[serde(skip)]
    pub only_here: OnlyHere,
    /// When everything was last over, Unix milliseconds.
    pub synced_ms: Option<i64>,
    /// Alarms that no person has seen.
    pub alarms: u64,
}
