//! What was done at the same time by people who could not know of each other, and the office's answers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing the office has to decide about a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "sort", rename_all = "snake_case")]
#[ts(export)]
pub enum Decision {
    /// A part was changed twice.
    Field {
        /// The part, a JSON pointer into the content.
        pointer: String,
        /// The values, the one that holds for now first.
        values: Vec<Variant>,
    },
    /// A place was signed on different contents.
    Slot {
        /// The place.
        slot: String,
        /// The signatures, the one that holds for now first.
        signatures: Vec<SignedVariant>,
    },
    /// A void or a cancellation that did not know of a signature.
    Crossed {
        /// Its event.
        void: String,
        /// The reason that was given.
        reason: String,
        /// Who did it.
        by: String,
        /// When, RFC 3339.
        at: String,
    },
    /// An entry that the server set aside.
    Quarantine {
        /// The entry.
        entry: String,
        /// Kind of event: the sentence is the text `event.<kind>`.
        kind: String,
        /// Device code, or the beginning of the device's id.
        device: String,
        /// When, RFC 3339.
        at: String,
    },
}

/// A value that somebody gave a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Variant {
    /// The event that set it.
    pub id: String,
    /// The value in words; empty for "removed".
    pub value: String,
    /// Who set it.
    pub by: String,
    /// Device code, or the beginning of the device's id.
    pub device: String,
    /// When, RFC 3339.
    pub at: String,
}

/// A signature that stands against another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SignedVariant {
    /// Its event.
    pub id: String,
    /// Who signed.
    pub name: String,
    /// Device code, or the beginning of the device's id.
    pub device: String,
    /// When, RFC 3339.
    pub at: String,
    /// Token of the file that was signed: its pages are the customer's copy.
    pub token: String,
}

/// The office's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[ts(export)]
pub enum DecisionAnswer {
    /// This value holds.
    Field {
        /// The part.
        pointer: String,
        /// The event whose value holds.
        operative: String,
    },
    /// This signature holds.
    Slot {
        /// The place.
        slot: String,
        /// The signature's event.
        operative: String,
    },
    /// The document is voided all the same.
    ConfirmVoid {
        /// The void.
        void: String,
    },
    /// The signature stands.
    WithdrawVoid {
        /// The void.
        void: String,
    },
    /// The entry counts, or never will.
    Quarantine {
        /// The entry.
        entry: String,
        /// Whether it counts.
        accept: bool,
        /// Why.
        reason: String,
    },
}
