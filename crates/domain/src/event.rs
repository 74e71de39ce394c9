//! Events: everything that happens, as a header (signed, no personal data) and a body (salted, erasable). Design D3.

use crate::{
    acceptance::{Acceptance, EmptySlot, Outcome, Signer},
    content::{Content, Origin, TemplateRef},
    hash::{ContentHash, Digest, FileHash},
    hlc::Hlc,
    ink::Ink,
    language::Language,
    party::{Customer, Equipment, Firm, Job, Person},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Largest header in bytes.
pub const MAX_HEADER: usize = 2 * 1024;
/// Largest body in bytes.
pub const MAX_BODY: usize = 64 * 1024;

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

/// One changed part of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// New value; null removes it.
    pub value: Value,
    /// Event that set the value this change was made over, if any.
    pub parent: Option<Digest>,
}

/// How the customer's mode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandBack {
    /// A person of the firm entered the PIN.
    Pin,
    /// The recovery code was entered instead.
    RecoveryCode,
}

/// A frozen revision: the number, and the hashes of what is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenRevision {
    /// Number, taken for good.
    pub number: String,
    /// Revision, from 0.
    pub revision: u32,
    /// R.
    pub content_hash: ContentHash,
    /// P.
    pub file: FileHash,
    /// Pages of the file.
    pub pages: u32,
    /// Size of the file in bytes.
    pub size: u64,
    /// Template.
    pub template: TemplateRef,
    /// Slots that have a field in the file, in signing order; the last one closes.
    pub slots: Vec<String>,
    /// Who froze it.
    pub by: Uuid,
}

/// A filled signature field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedSlot {
    /// The statement in the signed bytes.
    pub acceptance: Acceptance,
    /// The drawing, if it was drawn.
    #[serde(with = "crate::ink::packed")]
    pub ink: Option<Ink>,
    /// SHA-256 of the file with this signature in it.
    pub sealed: FileHash,
    /// Size of that file in bytes.
    pub size: u64,
    /// Whether it closes the document.
    pub closes: bool,
}

/// What happened. Serialised as the body; the variant's name is the header's `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum Event {
    /// A journal begins.
    JournalOpened {
        /// Code of the device in document numbers.
        device_code: String,
        /// SHA-256 of the device's Ed25519 certificate.
        certificate: Digest,
        /// SHA-256 of the root certificate.
        root: Digest,
        /// Version of the program.
        app_version: String,
    },
    /// The firm was set or changed.
    FirmSaved(Firm),
    /// A person was added or changed.
    PersonSaved(Person),
    /// A customer was added or changed.
    CustomerSaved(Box<Customer>),
    /// Equipment was added or changed.
    EquipmentSaved(Box<Equipment>),
    /// A job was added or changed.
    JobSaved(Box<Job>),
    /// A document was begun.
    Created {
        /// Its first content.
        content: Box<Content>,
        /// Where it comes from.
        origin: Option<Origin>,
        /// Who began it.
        by: Uuid,
    },
    /// A draft was changed since the last save point.
    FieldsChanged {
        /// Changed parts by JSON pointer into the content.
        changes: BTreeMap<String, Change>,
        /// Who changed them.
        by: Uuid,
    },
    /// A draft without number was thrown away.
    DraftDiscarded {
        /// By whom.
        by: Uuid,
    },
    /// A draft became final and got its number.
    Frozen(Box<FrozenRevision>),
    /// A frozen, unsigned document went back to draft; the number stays its own.
    TakenBack {
        /// Why.
        reason: String,
        /// By whom; none when the customer's remark did it.
        by: Option<Uuid>,
    },
    /// The tablet was handed over.
    HandedOver {
        /// Slot to be filled.
        slot: String,
        /// Expected signer.
        signer: Signer,
        /// Language of the customer's screen.
        language: Language,
        /// R of what is shown.
        content_hash: ContentHash,
        /// P of what is shown.
        file: FileHash,
        /// By whom.
        by: Uuid,
    },
    /// The customer chose a language.
    LanguageChanged {
        /// The language.
        language: Language,
    },
    /// Pages were on screen.
    Shown {
        /// Pages, rising.
        pages: Vec<u32>,
        /// Whether as text.
        as_text: bool,
    },
    /// The customer added a remark; a new revision follows.
    RemarkAdded {
        /// The remark.
        text: String,
    },
    /// A slot was signed.
    Signed(Box<SignedSlot>),
    /// A slot stays empty, and why.
    NotSigned {
        /// Slot and reason.
        slot: EmptySlot,
        /// Whether the customer said so (else the technician noted it).
        by_customer: bool,
    },
    /// The tablet is the technician's again.
    HandedBack {
        /// How.
        how: HandBack,
        /// To whom.
        by: Uuid,
    },
    /// A wrong PIN was entered.
    WrongPin {
        /// Wrong PINs in a row.
        tries: u32,
    },
    /// The closing signature was made: nothing can follow it.
    Closed {
        /// With what.
        outcome: Outcome,
        /// SHA-256 of the final file.
        sealed: FileHash,
        /// By whom.
        by: Uuid,
    },
    /// A frozen document was given up; its number stays taken.
    Cancelled {
        /// Why.
        reason: String,
        /// By whom.
        by: Uuid,
    },
    /// The sealed file was printed.
    Printed {
        /// By whom.
        by: Uuid,
    },
    /// The sealed file was saved elsewhere.
    Exported {
        /// By whom.
        by: Uuid,
    },
    /// The sealed file was verified.
    Verified {
        /// Whether it was whole, valid and trusted.
        good: bool,
        /// By whom.
        by: Uuid,
    },
}

/// An event read back: known, or kept as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadEvent {
    /// One we know.
    Known(Box<Event>),
    /// Of a later program: kept and forwarded, not understood.
    Unknown,
    /// Its body was erased under a retention rule.
    Erased,
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the body of a {kind} event cannot be read")]
pub struct BodyError {
    /// Kind of the event.
    pub kind: String,
    /// Cause.
    #[source]
    pub source: serde_json::Error,
}

/// Every kind this program knows.
pub const KNOWN_KINDS: [&str; 24] = [
    "journal_opened",
    "firm_saved",
    "person_saved",
    "customer_saved",
    "equipment_saved",
    "job_saved",
    "created",
    "fields_changed",
    "draft_discarded",
    "frozen",
    "taken_back",
    "handed_over",
    "language_changed",
    "shown",
    "remark_added",
    "signed",
    "not_signed",
    "handed_back",
    "wrong_pin",
    "closed",
    "cancelled",
    "printed",
    "exported",
    "verified",
];

impl Event {
    /// Kind for the header, and the body's bytes.
    ///
    /// # Errors
    /// Only if serialisation fails.
    pub fn to_parts(&self) -> Result<(String, Vec<u8>), serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        let body = value.get_mut("body").map_or(Value::Null, Value::take);
        Ok((kind, serde_json::to_vec(&body)?))
    }

    /// Reads a body of `kind`.
    ///
    /// # Errors
    /// When the kind is known but the body does not fit it.
    pub fn from_parts(kind: &str, body: &[u8]) -> Result<ReadEvent, BodyError> {
        if !KNOWN_KINDS.contains(&kind) {
            return Ok(ReadEvent::Unknown);
        }
        let wrap = |source| BodyError { kind: kind.to_owned(), source };
        let body: Value = serde_json::from_slice(body).map_err(wrap)?;
        let joined = serde_json::json!({ "kind": kind, "body": body });
        let event = serde_json::from_value(joined).map_err(wrap)?;
        Ok(ReadEvent::Known(Box::new(event)))
    }

    /// Whether a program that does not know this kind must leave the document alone: it changes what is signed or
    /// whether something may still be signed.
    pub fn is_critical(&self) -> bool {
        match self {
            Self::Created { .. }
            | Self::FieldsChanged { .. }
            | Self::DraftDiscarded { .. }
            | Self::Frozen(_)
            | Self::TakenBack { .. }
            | Self::RemarkAdded { .. }
            | Self::Signed(_)
            | Self::NotSigned { .. }
            | Self::Closed { .. }
            | Self::Cancelled { .. }
            | Self::JournalOpened { .. } => true,
            Self::FirmSaved(_)
            | Self::PersonSaved(_)
            | Self::CustomerSaved(_)
            | Self::EquipmentSaved(_)
            | Self::JobSaved(_)
            | Self::HandedOver { .. }
            | Self::LanguageChanged { .. }
            | Self::Shown { .. }
            | Self::HandedBack { .. }
            | Self::WrongPin { .. }
            | Self::Printed { .. }
            | Self::Exported { .. }
            | Self::Verified { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_body_reads_back_and_an_unknown_kind_is_kept() {
        let event = Event::Cancelled { reason: "twice".into(), by: Uuid::nil() };
        let (kind, body) = event.to_parts().unwrap();
        assert_eq!(kind, "cancelled");
        assert_eq!(Event::from_parts(&kind, &body).unwrap(), ReadEvent::Known(Box::new(event)));
        assert_eq!(Event::from_parts("teleported", b"{}").unwrap(), ReadEvent::Unknown);
        assert!(Event::from_parts("cancelled", b"{}").is_err());
    }

    #[test]
    fn every_event_we_write_is_one_we_can_read() {
        let by = Uuid::nil();
        for event in [
            Event::Printed { by },
            Event::Exported { by },
            Event::Verified { good: true, by },
            Event::DraftDiscarded { by },
        ] {
            let (kind, body) = event.to_parts().unwrap();
            assert!(matches!(Event::from_parts(&kind, &body).unwrap(), ReadEvent::Known(_)), "{kind}");
        }
    }
}
