//! The acceptance: a person's act, written down as a statement inside the signed bytes (design D7).

use crate::{
    event::ClockReading,
    hash::{ContentHash, Digest, FileHash},
    ink::PointerKind,
    language::Language,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Value of [`Acceptance::format`].
pub const ACCEPTANCE_FORMAT: &str = "fieldseal/acceptance/v1";

/// How a person signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Method {
    /// Drawn by hand.
    Drawn,
    /// Name typed instead.
    Typed,
    /// The technician's own stored drawing, released by PIN.
    Stored,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Signer {
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// On whose behalf, or empty.
    pub on_behalf_of: String,
}

/// The sentence a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Key of the sentence, with version.
    pub id: String,
    /// Language in which it was shown.
    pub language: Language,
    /// SHA-256 of its UTF-8 text.
    pub sha256: Digest,
    /// The sentence itself.
    pub text: String,
}

/// Which pages were on screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagesSeen {
    /// Pages of the document.
    pub total: u32,
    /// Pages that were on screen, rising, from 1.
    pub seen: Vec<u32>,
    /// Whether "read as text" was used.
    pub as_text: bool,
}

/// Why a customer did not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NoSignatureReason {
    /// Does not agree with the price.
    Price,
    /// Work is not finished.
    WorkIncomplete,
    /// Claims a damage.
    DamageClaimed,
    /// May not sign for the customer.
    NoAuthority,
    /// Nobody was there.
    Absent,
    /// Cannot sign (injury, gloves, illness).
    Unable,
    /// Anything else, in words.
    Other,
}

/// With what a document is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Outcome {
    /// All required people signed.
    Signed,
    /// The customer said no.
    Declined,
    /// The customer could not sign.
    Unavailable,
}

impl NoSignatureReason {
    /// Declined is a no; the rest could not.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Price | Self::WorkIncomplete | Self::DamageClaimed | Self::Other => Outcome::Declined,
            Self::NoAuthority | Self::Absent | Self::Unable => Outcome::Unavailable,
        }
    }
}

/// A slot that stays empty, and why: part of the technician's closing statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EmptySlot {
    /// The slot.
    pub slot: String,
    /// Reason.
    pub reason: NoSignatureReason,
    /// In words, or empty.
    pub note: String,
}

/// Place of an event in a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalPosition {
    /// Number of the last event before this act.
    pub n: u64,
    /// Its id.
    pub id: Digest,
}

/// The statement in `/FSL_Acceptance`: a direct string, UTF-8 JSON, canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// [`ACCEPTANCE_FORMAT`].
    pub format: String,
    /// Number of the document.
    pub number: String,
    /// Its revision.
    pub revision: u32,
    /// R.
    pub content: ContentHash,
    /// P, of the file this signer saw.
    pub file: FileHash,
    /// Slot that is filled.
    pub slot: String,
    /// Who.
    pub signer: Signer,
    /// How.
    pub method: Method,
    /// What drew the ink, when drawn.
    pub pointer: Option<PointerKind>,
    /// Digest of the ink operators in the field's appearance.
    pub ink: Digest,
    /// Whether a very small drawing was confirmed as the signature.
    pub small_confirmed: bool,
    /// To which sentence.
    pub consent: Consent,
    /// Pages on screen.
    pub pages: PagesSeen,
    /// With what the document is closed, in the closing signature only.
    pub outcome: Option<Outcome>,
    /// Slots that stay empty, in the closing signature only.
    pub empty_slots: Vec<EmptySlot>,
    /// Organisation.
    pub org: String,
    /// Device.
    pub device: String,
    /// Clocks of the device at the act.
    pub at: ClockReading,
    /// Where the journal stood.
    pub journal: JournalPosition,
    /// Last checkpoint of the register seen, or none.
    pub checkpoint: Option<String>,
}
