//! A journal entry on the wire, and what the server adds to it in its own statement.

use crate::Bytes;
use fieldseal_domain::{Digest, hlc::Hlc};
use serde::{Deserialize, Serialize};

/// A journal entry, byte for byte as it was written. Nobody on the way writes it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Why an entry is kept but does not count until the office has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// The person or device may not do this.
    NotAllowed,
    /// A critical kind this server does not know.
    UnknownKind,
    /// A known kind whose body cannot be read.
    Unreadable,
    /// A journal whose old key did not vouch for the new device.
    UnknownJournal,
    /// Written after the device was reported lost or revoked.
    Revoked,
    /// A signature that had seen the document voided.
    AfterVoid,
}

impl QuarantineReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::NotAllowed,
        Self::UnknownKind,
        Self::Unreadable,
        Self::UnknownJournal,
        Self::Revoked,
        Self::AfterVoid,
    ];
}

/// What the server thinks of an entry. Both kinds are stored and acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "snake_case")]
pub enum Verdict {
    /// It counts.
    Accepted,
    /// It waits for an answer of the office.
    Quarantined(QuarantineReason),
}

/// What the server knows of an entry. Its bytes are part of the entry's leaf in the log: see [`LoggedEntry`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Place in the log: 0, 1, 2, … without holes. Also the leaf's index.
    pub seq: u64,
    /// Id of the entry.
    pub event: Digest,
    /// When it came, by the server's clock, Unix milliseconds.
    pub received_ms: i64,
    /// Verdict on arrival. A later answer of the office is an event of its own.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The stamp that orders it, when its own lay more than five minutes ahead of `received_ms`.
    pub clamped: Option<Hlc>,
    /// SHA-256 of 16 random bytes and the address it came from; the bytes stay on the server and can be erased.
    pub origin: Digest,
}

/// An entry as it stands in the log. Leaf = SHA-256(0x00 || id || SHA-256(envelope)), RFC 6962 section 2.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_envelope_says_its_verdict_in_plain_members() {
        let envelope = Envelope {
            seq: 7,
            event: Digest::of(b"x"),
            received_ms: 1,
            verdict: Verdict::Quarantined(QuarantineReason::Revoked),
            clamped: None,
            origin: Digest::default(),
        };
        let json = serde_json::to_value(&envelope).unwrap();
        assert_eq!(json["verdict"], "quarantined");
        assert_eq!(json["reason"], "revoked");
        assert_eq!(serde_json::from_value::<Envelope>(json).unwrap(), envelope);
        let accepted = Envelope { verdict: Verdict::Accepted, ..envelope };
        let json = serde_json::to_value(&accepted).unwrap();
        assert_eq!(serde_json::from_value::<Envelope>(json).unwrap(), accepted);
    }
}
