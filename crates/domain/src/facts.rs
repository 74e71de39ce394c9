//! What the central server adds to an entry: its place in the log, when it came, whether it counts. Kept beside the
//! device's bytes, never inside them.

use crate::{
    canonical::{CanonicalError, to_canonical_json},
    hash::Digest,
    hlc::Hlc,
};
use serde::{Deserialize, Serialize};

/// A stamp further ahead of the server's clock than this is clamped: milliseconds.
pub const MAX_AHEAD_MS: i64 = 5 * 60 * 1000;

/// Why an entry is kept but does not count until the office has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// A reason of a later server.
    #[serde(other)]
    Other,
}

impl QuarantineReason {
    /// Every reason that this program gives itself.
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

/// What the server knows of an entry. Its bytes, as the server wrote them, are part of the entry's leaf in the log.
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

impl Envelope {
    /// The bytes that the leaf is made of.
    ///
    /// # Errors
    /// Never in practice: every member has a canonical spelling.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        to_canonical_json(self)
    }

    /// What the fold needs of it.
    pub fn facts(&self) -> Facts {
        Facts { seq: self.seq, received_ms: self.received_ms, verdict: self.verdict, clamped: self.clamped }
    }

    /// The stamp to order an entry by that claims `claimed` and came at `received_ms`: none while its own will do.
    pub fn clamp(claimed: Hlc, received_ms: i64) -> Option<Hlc> {
        let received = |ms: i64| Hlc::at(u64::try_from(ms).unwrap_or(0));
        let late = received(received_ms.saturating_add(MAX_AHEAD_MS));
        (claimed.millis() > late.millis()).then(|| received(received_ms))
    }
}

/// What the server said about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Place in the log, from 0.
    pub seq: u64,
    /// When it came, Unix milliseconds of the server's clock.
    pub received_ms: i64,
    /// Whether it counts.
    pub verdict: Verdict,
    /// The stamp to order it by, where its own was too far ahead.
    pub clamped: Option<Hlc>,
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
        let bytes = envelope.to_bytes().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(
            (json["verdict"].as_str(), json["reason"].as_str()),
            (Some("quarantined"), Some("revoked"))
        );
        assert_eq!(serde_json::from_slice::<Envelope>(&bytes).unwrap(), envelope);
        let accepted = Envelope { verdict: Verdict::Accepted, ..envelope };
        let bytes = accepted.to_bytes().unwrap();
        assert_eq!(serde_json::from_slice::<Envelope>(&bytes).unwrap(), accepted);
        let later =
            String::from_utf8(bytes).unwrap().replace("accepted\"", "quarantined\",\"reason\":\"moon\"");
        let read: Envelope = serde_json::from_str(&later).unwrap();
        let other = Verdict::Quarantined(QuarantineReason::Other);
        assert_eq!(read.verdict, other, "an older program must not choke");
    }

    #[test]
    fn only_a_stamp_more_than_five_minutes_ahead_is_clamped() {
        let now = 1_700_000_000_000;
        let at = |ms: i64| Hlc::at(u64::try_from(ms).unwrap());
        assert_eq!(Envelope::clamp(at(now + MAX_AHEAD_MS), now), None);
        assert_eq!(Envelope::clamp(at(now + MAX_AHEAD_MS + 1), now), Some(at(now)));
        assert_eq!(Envelope::clamp(at(0), now), None, "a clock behind wins nothing");
    }
}
