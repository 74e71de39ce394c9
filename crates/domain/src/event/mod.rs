//! Events: everything that happens, as a header (signed, no personal data) and a body (salted, erasable). Design D3.

mod header;
mod parts;
mod recovered;

pub use header::{ClockReading, Header, MAX_BODY, MAX_HEADER, body_hash, event_id, max_body};
pub use parts::{Change, Choice, Continues, FrozenRevision, HandBack, Kept, SignedSlot};
pub use recovered::{Inner, InnerError, Recovered};

use crate::{
    acceptance::{EmptySlot, Outcome, Signer},
    content::{Content, Origin},
    hash::{ContentHash, Digest, FileHash},
    language::Language,
    party::{Customer, Equipment, Firm, Job, Person},
    role::Role,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use std::collections::BTreeMap;
use uuid::Uuid;

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
        /// The journal it goes on from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        continues: Option<Continues>,
    },
    /// An entry of a journal that this one goes on from, whole and as it was signed.
    Recovered(Box<Recovered>),
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
    /// The office took a document back after its freeze. It ends, its number stays taken, its files stay what they are.
    Voided {
        /// The last entry of each journal about the document that was known ([`crate::fold`] gives them).
        seen: Vec<Digest>,
        /// Why.
        reason: String,
        /// The document that takes its place.
        successor: Option<Uuid>,
        /// By whom.
        by: Uuid,
    },
    /// A signature had been made that the void did not know of: the office voids it all the same.
    VoidConfirmed {
        /// The void.
        void: Digest,
        /// By whom.
        by: Uuid,
    },
    /// The office takes a void back.
    VoidWithdrawn {
        /// The void.
        void: Digest,
        /// By whom.
        by: Uuid,
    },
    /// The office cleared an acceptance: its file stays as a version, the document is to be frozen and signed again.
    AcceptanceCleared {
        /// The signature's event.
        signed: Digest,
        /// As what the person did it.
        role: Role,
        /// Why.
        reason: String,
        /// By whom.
        by: Uuid,
    },
    /// The office chose between two things that were done without knowing of each other.
    ConflictResolved {
        /// What holds.
        choice: Choice,
        /// By whom.
        by: Uuid,
    },
    /// The office let in an entry that the server had set aside, or keeps it out for good.
    QuarantineAnswered {
        /// The entry.
        entry: Digest,
        /// Whether it counts.
        accept: bool,
        /// Why.
        reason: String,
        /// By whom.
        by: Uuid,
    },
    /// Bodies were erased under a retention rule; headers and signatures stay.
    Erased {
        /// The entries.
        entries: Vec<Digest>,
        /// The rule.
        rule: String,
        /// What stays known of a document that was erased as a whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<Kept>,
        /// By whom.
        by: Uuid,
    },
    /// A legal hold was set or lifted: while it is on, nothing of the document is erased.
    LegalHold {
        /// Whether it is on.
        on: bool,
        /// Why.
        reason: String,
        /// By whom.
        by: Uuid,
    },
    /// A person's role was set.
    RoleGranted {
        /// Person.
        person: Uuid,
        /// Role.
        role: Role,
    },
    /// A device may write nothing more; what it wrote before stays valid.
    DeviceRevoked {
        /// Device.
        device: String,
        /// Its last entry that counts.
        after_n: u64,
        /// Why.
        reason: String,
        /// By whom.
        by: Uuid,
    },
    /// Files of a journal from before its device belonged to the organisation lead to a root of their own. For this
    /// journal's files, and for no others, it counts as the organisation's.
    RootAdmitted {
        /// Device id of the journal.
        device: String,
        /// The root certificate, DER.
        #[serde(with = "recovered::base64_bytes")]
        root: Vec<u8>,
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

/// Kind of [`Event::Recovered`].
pub const RECOVERED: &str = "recovered";

/// Every kind this program knows.
pub const KNOWN_KINDS: [&str; 36] = [
    "journal_opened",
    RECOVERED,
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
    "voided",
    "void_confirmed",
    "void_withdrawn",
    "acceptance_cleared",
    "conflict_resolved",
    "quarantine_answered",
    "erased",
    "legal_hold",
    "role_granted",
    "device_revoked",
    "root_admitted",
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
        // One value and nothing after it: what is put between the braces below cannot end them.
        let body: &RawValue = serde_json::from_slice(body).map_err(wrap)?;
        // The kind goes first, so that the body is read straight into its type.
        let joined = format!(r#"{{"kind":"{kind}","body":{body}}}"#);
        let event = serde_json::from_str(&joined).map_err(wrap)?;
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
            | Self::Voided { .. }
            | Self::VoidConfirmed { .. }
            | Self::VoidWithdrawn { .. }
            | Self::AcceptanceCleared { .. }
            | Self::ConflictResolved { .. }
            | Self::QuarantineAnswered { .. }
            | Self::Recovered(_)
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
            | Self::Erased { .. }
            | Self::LegalHold { .. }
            | Self::RoleGranted { .. }
            | Self::DeviceRevoked { .. }
            | Self::RootAdmitted { .. }
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
