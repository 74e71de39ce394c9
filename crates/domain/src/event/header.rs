//! The signed part of an entry: who, where in the journal, when. No personal data.

use crate::{hash::Digest, hlc::Hlc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Largest header in bytes.
pub const MAX_HEADER: usize = 2 * 1024;
/// Largest body in bytes; [`max_body`] has the one exception.
pub const MAX_BODY: usize = 64 * 1024;

/// Largest body of a kind: a recovered entry carries another entry whole, in base64.
pub fn max_body(kind: &str) -> usize {
    if kind == super::RECOVERED { 2 * MAX_BODY } else { MAX_BODY }
}

/// What the clocks of a device said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClockReading {
    /// Wall clock with offset, RFC 3339.
    pub wall: String,
    /// IANA zone of the device.
    pub zone: String,
    /// Monotonic milliseconds since the program started.
    pub mono_ms: u64,
    /// Last known difference to the server's clock in milliseconds, if one was ever measured.
    pub server_offset_ms: Option<i64>,
}

/// Header of an event. Its JSON bytes are stored, hashed and signed as they were written, never written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the form: 1.
    pub v: u8,
    /// Whether a program that does not know `kind` must leave the document alone.
    pub critical: bool,
    /// Organisation.
    pub org: String,
    /// Device.
    pub device: String,
    /// Position in the device's journal, from 1.
    pub n: u64,
    /// Id of the event before; zeros for the first.
    pub prev: Digest,
    /// Hybrid clock.
    pub hlc: Hlc,
    /// Clocks.
    pub at: ClockReading,
    /// Last checkpoint of the register seen, or none.
    pub head: Option<String>,
    /// Document concerned, or none.
    pub doc: Option<Uuid>,
    /// Kind of event.
    pub kind: String,
    /// SHA-256 of salt and body.
    pub body_hash: Digest,
}

impl Header {
    /// The bytes that are stored and signed.
    ///
    /// # Errors
    /// Only if serialisation fails.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// Id of an event: SHA-256 of its header's bytes.
pub fn event_id(header: &[u8]) -> Digest {
    Digest::of(header)
}

/// Commitment to a body: SHA-256 of 16 random bytes and the body.
pub fn body_hash(salt: &[u8; 16], body: &[u8]) -> Digest {
    let mut bytes = Vec::with_capacity(16 + body.len());
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(body);
    Digest::of(&bytes)
}
