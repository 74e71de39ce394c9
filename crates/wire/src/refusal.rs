//! Refusals: a stable code for programs, a sentence for logs, data for the screen's own sentence.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Why the server says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The request is not what the route takes. 400
    BadRequest,
    /// No session, or one that has ended: sign in again. 401
    NoSession,
    /// The role may not do this. 403
    NotAllowed,
    /// Not there, or not for this device: the two are never told apart. 404
    NotFound,
    /// The code is wrong, used or expired: the three are never told apart. 403
    WrongCode,
    /// Too many wrong codes, or too many requests: `data.retry_after_s`. 429
    TooMany,
    /// A proof or certificate does not fit. 403
    BadProof,
    /// An entry's signature is wrong: this journal stops. `data.n`. 422
    BadSignature,
    /// An entry does not follow the one before it. `data.n`. 422
    BrokenChain,
    /// Entries before the first pushed one are missing. `data.n` is the last the server has. 409
    Gap,
    /// The server has another entry with this number: `data.n`, `data.id`. 409
    Fork,
    /// Nobody enrolled this journal. 422
    UnknownJournal,
    /// The device was revoked. 403
    Revoked,
    /// The request, an entry or a file is larger than the limit. 413
    TooLarge,
    /// The upload stands elsewhere: `data.offset`. 409
    OffsetMismatch,
    /// The bytes do not have the hash they were sent under; the upload begins again. 422
    WrongHash,
    /// Somebody else is sending these bytes now. 423
    Busy,
    /// The log is smaller than asked. 409
    LogTooSmall,
    /// The server has no room or cannot write. Nothing was taken. 507
    NoSpace,
    /// The server failed; nothing was taken. 500
    Internal,
}

impl Code {
    /// HTTP status it travels with.
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::NoSession => 401,
            Self::NotAllowed | Self::WrongCode | Self::BadProof | Self::Revoked => 403,
            Self::NotFound => 404,
            Self::Gap | Self::Fork | Self::OffsetMismatch | Self::LogTooSmall => 409,
            Self::TooLarge => 413,
            Self::BadSignature | Self::BrokenChain | Self::UnknownJournal | Self::WrongHash => 422,
            Self::Busy => 423,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::NoSpace => 507,
        }
    }
}

/// Body of every answer that is a refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refusal {
    /// Code.
    pub code: Code,
    /// What happened and what to do, in English; without personal data.
    pub message: String,
    /// Details named at the code.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

impl Refusal {
    /// A refusal without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: Value::Null }
    }

    /// The same with details.
    #[must_use]
    pub fn with(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
