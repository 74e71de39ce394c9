//! A journal entry on the wire, and what the server adds to it in its own statement.

use crate::Bytes;
use fieldseal_domain::Digest;
pub use fieldseal_domain::facts::{Envelope, QuarantineReason, Verdict};
use serde::{Deserialize, Serialize};

/// A journal entry, byte for byte as it was written. Nobody on the way writes it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WireEntry {
    /// Header, as signed.
    pub header: Bytes,
    /// Ed25519 signature of its device, 64 bytes.
    pub signature: Bytes,
    /// 16 random bytes; none once the body was erased under a retention rule.
    pub salt: Option<Bytes>,
    /// Body; none once erased.
    pub body: Option<Bytes>,
}

impl WireEntry {
    /// Id: SHA-256 of the header.
    pub fn id(&self) -> Digest {
        Digest::of(self.header.as_ref())
    }

    /// Bytes it adds to a request, about.
    pub fn size(&self) -> usize {
        let body = self.body.as_ref().map_or(0, |body| body.0.len());
        (self.header.0.len() + body + 160).saturating_mul(4) / 3
    }
}

/// An entry as it stands in the log. Leaf = SHA-256(0x00 || id || SHA-256(envelope)), RFC 6962 section 2.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoggedEntry {
    /// The entry.
    pub entry: WireEntry,
    /// JSON of an [`Envelope`], as the server wrote it.
    pub envelope: Bytes,
}

impl LoggedEntry {
    /// The envelope, read.
    ///
    /// # Errors
    /// When it is not the JSON of an [`Envelope`].
    pub fn read_envelope(&self) -> Result<Envelope, serde_json::Error> {
        serde_json::from_slice(self.envelope.as_ref())
    }
}
