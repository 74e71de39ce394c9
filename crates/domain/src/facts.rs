//! What the central server adds to an entry: its place in the log, when it came, whether it counts. Kept beside the
//! device's bytes, never inside them.

use crate::{
    canonical::{CanonicalError, to_canonical_json},
    hash::Digest,
    hlc::Hlc,
};
use serde::{Deserialize, Serialize};

/// A stamp further ahead of the server's clock than this is clamped: milliseconds.
pub const MAX_AHEAD_MS: u64 = 5 * 60 * 1000;

/// Why an entry is kept but does not count until somebody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// The journal's device was never enrolled, or its claim to continue another is not proven.
    UnknownJournal,
    /// The device was revoked before it wrote this.
    Revoked,
    /// The person's role does not allow it.
    NotAllowed,
    /// A critical kind that this server does not know.
    UnknownKind,
    /// A known kind with a body that does not fit it.
    BadBody,
    /// A recovered entry that its own device did not sign.
    BadRecovered,
    /// Signed although the void of the document was known.
    SignedAfterVoid,
    /// The number belongs to another document.
    NumberTaken,
    /// A reason of a later server.
    #[serde(other)]
    Other,
}

/// Whether an entry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", content = "reason", rename_all = "snake_case")]
pub enum Verdict {
    /// It counts.
    Accepted,
    /// Kept, acknowledged, shown in the office; counts once it is let in.
    Quarantined(QuarantineReason),
}

/// The server's envelope of an entry: the leaf of the log is over its canonical bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Place in the log, from 0; the index of the leaf.
    pub seq: u64,
    /// Id of the entry.
    pub event: Digest,
    /// When it came, Unix milliseconds of the server's clock.
    pub received_ms: u64,
    /// Whether it counts.
    pub verdict: Verdict,
    /// The stamp to order it by, where its own was too far ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clamped: Option<Hlc>,
    /// SHA-256 of 16 random bytes and the sender's address, which are kept elsewhere and can be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Digest>,
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
    pub fn clamp(claimed: Hlc, received_ms: u64) -> Option<Hlc> {
        let late = received_ms.saturating_add(MAX_AHEAD_MS);
        (claimed.millis() > late).then(|| Hlc::at(received_ms))
    }
}

/// What the server said about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Place in the log, from 0.
    pub seq: u64,
    /// When it came, Unix milliseconds of the server's clock.
    pub received_ms: u64,
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
    fn an_envelope_has_one_spelling_and_reads_back() {
        let envelope = Envelope {
            seq: 0,
            event: Digest::of(b"e"),
            received_ms: 5,
            verdict: Verdict::Quarantined(QuarantineReason::Revoked),
            clamped: None,
            address: None,
        };
        let bytes = envelope.to_bytes().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(
            text.ends_with(r#""received_ms":5,"seq":0,"verdict":{"is":"quarantined","reason":"revoked"}}"#),
            "{text}"
        );
        assert_eq!(serde_json::from_slice::<Envelope>(&bytes).unwrap(), envelope);
        let later = text.replace("revoked", "moon_phase");
        let read: Envelope = serde_json::from_str(&later).unwrap();
        assert_eq!(
            read.verdict,
            Verdict::Quarantined(QuarantineReason::Other),
            "an older program must not choke"
        );
    }

    #[test]
    fn only_a_stamp_more_than_five_minutes_ahead_is_clamped() {
        let now = 1_700_000_000_000;
        assert_eq!(Envelope::clamp(Hlc::at(now + MAX_AHEAD_MS), now), None);
        assert_eq!(Envelope::clamp(Hlc::at(now + MAX_AHEAD_MS + 1), now), Some(Hlc::at(now)));
        assert_eq!(Envelope::clamp(Hlc::at(0), now), None, "a clock behind wins nothing");
    }
}
