//! What the screens say of the office this tablet belongs to.

use super::start::KeyStoreKind;
use fieldseal_domain::{Language, role::Role};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a tablet is connected to the office: the link alone in `address`, or an address and a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConnectRequest {
    /// Link of the QR, or the server's address.
    pub address: String,
    /// One-time code. Not needed where the same office has another address.
    pub code: String,
    /// It is another office, and this tablet goes over to it with everything that was written on it.
    #[serde(default)]
    pub another: bool,
}

/// First run by a code of the office: the link alone in `address`, or an address and a code.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JoinRequest {
    /// Link of the QR, or the server's address.
    pub address: String,
    /// One-time code.
    pub code: String,
    /// Language of the person's screens.
    pub language: Language,
    /// Their PIN, 4 to 12 digits.
    pub pin: String,
    /// Where the keys are to be kept.
    pub key_store: KeyStoreKind,
    /// Passphrase, for the file.
    pub passphrase: String,
}

/// Something a person must know: it is kept for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AlarmView {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Sort: the sentence is the text `alarm.<sort>`.
    pub sort: String,
}

/// The office.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CentralView {
    /// Whether the tablet belongs to one.
    pub connected: bool,
    /// Whether the office blocked this device: a new code makes it a device of the office again.
    pub blocked: bool,
    /// Its address.
    pub address: String,
    /// Role of the tablet's person.
    pub role: Option<Role>,
    /// Code of this device in document numbers.
    pub device_code: String,
    /// SHA-256 of the organisation's root, in groups of four.
    pub root_fingerprint: String,
    /// Alarms nobody has seen, newest first.
    pub alarms: Vec<AlarmView>,
}
