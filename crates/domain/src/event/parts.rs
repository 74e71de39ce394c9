//! What the bodies of events are made of.

use crate::{
    acceptance::Acceptance,
    content::TemplateRef,
    fold::Status,
    hash::{ContentHash, Digest, FileHash},
    ink::Ink,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// One changed part of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// New value; null removes it.
    pub value: Value,
    /// Event that set the value this change was made over, if any.
    pub parent: Option<Digest>,
}

/// What stays known of an erased document: nothing personal, and the number series has no hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its number, or empty if none was taken.
    pub number: String,
    /// Its kind.
    pub kind: String,
    /// How it had ended.
    pub status: Status,
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
    /// Changes that are in it: ids of the events that set a part last. Changes that this journal made itself before
    /// the freeze are in it in any case. None in revisions of a program that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<Vec<Digest>>,
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

/// The journal that a new one goes on from: enrolment, a restored tablet, lost keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continues {
    /// Device of the old journal.
    pub device: String,
    /// Its last entry that holds.
    pub n: u64,
    /// Id of that entry.
    pub id: Digest,
}

/// Between what the office chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Choice {
    /// Two people changed one part without knowing of each other.
    Field {
        /// The part, a JSON pointer into the content.
        pointer: String,
        /// Event whose value holds.
        operative: Digest,
        /// The others it was chosen over.
        over: Vec<Digest>,
    },
    /// A place was signed on two different contents.
    Slot {
        /// The place.
        slot: String,
        /// The signature that holds.
        operative: Digest,
    },
}
