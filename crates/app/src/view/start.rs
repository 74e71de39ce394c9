//! First run, unlocking, people and PINs.

use fieldseal_domain::{Language, party::Firm, role::Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use uuid::Uuid;

/// Where the keys are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeyStoreKind {
    /// The key store of the operating system.
    System,
    /// A file sealed with a passphrase.
    PassphraseFile,
}

/// Which screen the app must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Phase {
    /// Nothing is set up.
    FirstRun,
    /// The keys cannot be read: passphrase, recovery code, or another try.
    Locked,
    /// Somebody has to say who they are.
    SignIn,
    /// A person is at work.
    Open,
    /// A customer holds the tablet.
    HandOver,
    /// The database cannot be used (newer version, damaged, opened twice); see `problem`.
    Broken,
}

/// An error for the screens: the sentence is the text `error.<code>`, filled with `data`. On the screens' side it is called
/// `Failure`, because a problem of a draft ([`fieldseal_domain::check::Problem`]) has the name already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, rename = "Failure")]
pub struct Problem {
    /// Stable code.
    pub code: String,
    /// Values for the sentence.
    pub data: BTreeMap<String, String>,
}

/// A person on the sign-in screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonCard {
    /// Identity.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Language of the screens.
    pub language: Language,
    /// Whether a stored signature exists.
    pub has_signature: bool,
}

/// What the app knows of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppStatus {
    /// Which screen.
    pub phase: Phase,
    /// What is wrong, in [`Phase::Locked`] and [`Phase::Broken`].
    pub problem: Option<Problem>,
    /// The firm, once set up and open (empty in the hand-over but for its name).
    pub firm: Option<Firm>,
    /// People who can sign in (empty in the hand-over but for who handed over).
    pub people: Vec<PersonCard>,
    /// Who is at work.
    pub person: Option<PersonCard>,
    /// What they may do.
    pub role: Role,
    /// Code of the device in document numbers.
    pub device_code: String,
    /// SHA-256 of the root certificate, in groups of four.
    pub root_fingerprint: String,
    /// Where the keys are kept.
    pub key_store: Option<KeyStoreKind>,
    /// Whether the recovery code was never typed back: it may have been lost with an interrupted first run.
    pub recovery_unconfirmed: bool,
    /// Whether this is the demo firm.
    pub demo: bool,
    /// Whether the screens offer their own keyboard.
    pub on_screen_keyboard: bool,
    /// Version of the program.
    pub version: String,
}

/// What the key store of the system can do here, before first run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeyStoreCheck {
    /// Whether the system's key store kept and gave back a test value.
    pub system_works: bool,
    /// Why not, for the curious.
    pub reason: String,
}

/// First run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FirstRun {
    /// The firm.
    pub firm: Firm,
    /// Name of the first person.
    pub person: String,
    /// Language of their screens.
    pub language: Language,
    /// Their PIN, 4 to 12 digits.
    pub pin: String,
    /// Where the keys are to be kept.
    pub key_store: KeyStoreKind,
    /// Passphrase, for the file.
    pub passphrase: String,
}

/// What first run made.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FirstRunDone {
    /// The recovery code, shown once: groups of five letters and digits.
    pub recovery_code: String,
    /// Which groups (from 0) have to be typed back.
    pub ask_groups: Vec<u32>,
    /// SHA-256 of the root certificate, in groups of four.
    pub root_fingerprint: String,
}

/// Answer to a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[ts(export)]
pub enum PinAnswer {
    /// Right.
    Right,
    /// Wrong; the next try counts only after a pause.
    Wrong {
        /// Seconds until the next try (0: at once).
        wait_s: u32,
    },
    /// Too early: the PIN was not looked at.
    TooEarly {
        /// Seconds still to wait.
        wait_s: u32,
    },
}
