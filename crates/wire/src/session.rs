//! Signing in with the device's key, and the first exchange of every session.

use crate::Bytes;
use fieldseal_domain::{Digest, role::Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Context of the signature that opens a session: over server id || 0 || nonce.
pub const SESSION: &str = "fieldseal/session/v1";

/// POST /session. Nothing in it depends on the device's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionRequest {
    /// Device.
    pub device: String,
    /// Nonce of the challenge.
    pub nonce: Bytes,
    /// Ed25519 signature.
    pub signature: Bytes,
}

/// A session of one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// Bearer token: `Authorization: Bearer …`.
    pub token: String,
    /// Seconds it is good for.
    pub expires_in_s: u64,
}

/// Where a journal ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JournalEnd {
    /// Device.
    pub device: String,
    /// Number of the last entry; 0 for none.
    pub n: u64,
    /// Its id; zeros for none.
    pub id: Digest,
}

/// POST /hello.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hello {
    /// Oldest version of the protocol the device speaks.
    pub oldest: u32,
    /// Newest.
    pub newest: u32,
    /// Version of the program.
    pub app_version: String,
    /// Server and epoch it last spoke to, if any.
    pub last: Option<ServerEpoch>,
    /// Ends of the journals this device wrote: its own and their predecessors.
    pub journals: Vec<JournalEnd>,
    /// Signatures that are not acknowledged yet.
    pub unsynced_signatures: u64,
    /// When the oldest of them was made by the device's clock, Unix milliseconds.
    pub oldest_unsynced_ms: Option<i64>,
}

/// A server, and the life of its log: a restore begins a new epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerEpoch {
    /// Identity of the server.
    pub server_id: String,
    /// Epoch of its log.
    pub log_epoch: String,
}

/// Whether the device may go on as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// All is well.
    Good,
    /// The program is too old: it may push, nothing else.
    Update,
    /// Reported lost, or its person left: it may push what it had signed before, nothing else.
    Revoked,
}

/// Something the device has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// The office reset the PIN of a person: the next PIN they enter becomes theirs.
    PinReset {
        /// Identity of the reset; done once.
        id: Uuid,
        /// Person.
        person: Uuid,
    },
}

/// Answer to [`Hello`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Welcome {
    /// Version both will speak.
    pub protocol: u32,
    /// Server and epoch.
    pub server: ServerEpoch,
    /// The server's clock, Unix milliseconds.
    pub time_ms: i64,
    /// Standing of the device.
    pub standing: Standing,
    /// Whose device it is.
    pub person: Uuid,
    /// Their role.
    pub role: Role,
    /// Where the server has the journals that were named.
    pub have: Vec<JournalEnd>,
    /// Newest checkpoint, C2SP note.
    pub checkpoint: String,
    /// Entries in the log.
    pub size: u64,
    /// What to do.
    pub notices: Vec<Notice>,
}
