//! The customer's side: reading, signing, saying no; and taking the tablet back.

use fieldseal_domain::{
    Language,
    acceptance::{EmptySlot, Method, NoSignatureReason, Signer},
    ink::{Ink, PointerKind},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// Where the hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HandOverStep {
    /// The customer reads and signs.
    Reading,
    /// Signed, declined or noted: "please hand the tablet back".
    Done,
}

/// A block of "read as text".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "block", rename_all = "snake_case")]
#[ts(export)]
pub enum TextBlock {
    /// A heading.
    Heading {
        /// Text.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Text.
        text: String,
    },
    /// Label and value.
    Pair {
        /// Label.
        label: String,
        /// Value.
        value: String,
    },
    /// A table.
    Table {
        /// Head row.
        head: Vec<String>,
        /// Rows.
        rows: Vec<Vec<String>>,
    },
}

/// All the customer's screen shows: this document and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HandOverView {
    /// Where it stands.
    pub step: HandOverStep,
    /// Document.
    pub document: Uuid,
    /// Kind, for its name.
    pub kind: String,
    /// Number.
    pub number: String,
    /// Revision.
    pub revision: u32,
    /// Firm's name.
    pub firm: String,
    /// Language of the screen.
    pub language: Language,
    /// Language of the document itself.
    pub document_language: Language,
    /// Slot to be filled.
    pub slot: String,
    /// Expected signer.
    pub signer: Signer,
    /// Names the pages, as in a preview.
    pub token: String,
    /// Pages.
    pub pages: u32,
    /// Pages that were on screen.
    pub seen: Vec<u32>,
    /// Fingerprint R in groups of four (first eight groups).
    pub fingerprint: String,
    /// Gross total as printed, or empty.
    pub total: String,
    /// What was not done, or empty.
    pub not_done: String,
    /// Things to look at before signing (missing accessories), in words.
    pub warnings: Vec<String>,
    /// Remark that is already in the document.
    pub remark: String,
    /// The sentence that is signed, in the language of the screen.
    pub consent: String,
    /// Read as text.
    pub text: Vec<TextBlock>,
    /// Strokes saved so far.
    pub ink: Option<Ink>,
    /// How it ended, in [`HandOverStep::Done`].
    pub result: Option<HandOverResult>,
    /// Name of the person to whom the tablet goes back.
    pub technician: String,
}

/// How the customer's part ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "result", rename_all = "snake_case")]
#[ts(export)]
pub enum HandOverResult {
    /// Signed.
    Signed {
        /// First eight groups of R.
        fingerprint: String,
    },
    /// Said no, with a reason.
    NotSigned {
        /// Slot and reason.
        slot: EmptySlot,
    },
}

/// The technician hands over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HandOverRequest {
    /// Document.
    pub document: Uuid,
    /// Slot.
    pub slot: String,
    /// Who signs.
    pub signer: Signer,
    /// Language of the screen.
    pub language: Language,
}

/// The customer signs.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignRequest {
    /// Who.
    pub signer: Signer,
    /// How: drawn or typed.
    pub method: Method,
    /// The drawing, when drawn.
    pub ink: Option<Ink>,
    /// What drew it.
    pub pointer: Option<PointerKind>,
    /// The box to agree was ticked.
    pub consent_given: bool,
    /// A very small drawing was confirmed.
    pub small_confirmed: bool,
}

/// Answer to a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[ts(export)]
pub enum SignAnswer {
    /// Signed, sealed, stored, read back.
    Signed {
        /// First eight groups of R.
        fingerprint: String,
    },
    /// A very small drawing: "Yes, this is my signature" is needed.
    ConfirmSmall,
}

/// The technician closes the document.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CloseRequest {
    /// Document.
    pub document: Uuid,
    /// PIN: closing is the technician's own act.
    pub pin: String,
    /// Drawn now, or none for the stored signature.
    pub ink: Option<Ink>,
    /// What drew it.
    pub pointer: Option<PointerKind>,
    /// A very small drawing was confirmed.
    #[serde(default)]
    pub small_confirmed: bool,
    /// Keep this drawing as the stored signature.
    pub keep: bool,
}

/// The technician notes that somebody cannot or will not sign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NotSignedRequest {
    /// Document.
    pub document: Uuid,
    /// Slot.
    pub slot: String,
    /// Reason.
    pub reason: NoSignatureReason,
    /// In words.
    pub note: String,
}
