//! Administration: people, codes, devices, quarantine, copies by mail, settings.

use crate::{LoggedEntry, QuarantineReason};
use fieldseal_domain::{Digest, language::Language, role::Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// GET/POST /people. A new person has a new id. Names reach the journal as `person_saved` of the server's own journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonRow {
    /// Person.
    pub person: Uuid,
    /// Name as printed.
    pub name: String,
    /// Language of the screens, ISO 639-1.
    pub language: String,
    /// Role.
    pub role: Role,
    /// Whether they may still work.
    pub active: bool,
}

/// POST /codes: a one-time code for a person's next device. Also a code made for the recovery of a lost device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeRequest {
    /// Person.
    pub person: Uuid,
}

/// A one-time code, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrolmentCode {
    /// The code: `XXXX-XXXX-XXXX`.
    pub code: String,
    /// When it ends, Unix milliseconds.
    pub expires_ms: i64,
    /// What the QR says: `fieldseal://enrol?url=…&code=…&key=…` with the SHA-256 of the server's public key.
    pub link: String,
}

/// GET /devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeviceRow {
    /// Device.
    pub device: String,
    /// Code in document numbers.
    pub device_code: String,
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub person: Uuid,
    /// Name of that person.
    pub person_name: String,
    /// Journal it continues.
    pub continues: Option<String>,
    /// Whether that journal's old key did not vouch for the new one: its entries wait until somebody does.
    #[serde(default)]
    pub unproven: bool,
    /// Last number the server has of its journal.
    pub n: u64,
    /// Number the device said it has, at its last hello.
    pub said_n: u64,
    /// Signatures the device said it had not sent, at its last hello.
    pub unsynced_signatures: u64,
    /// When the oldest of those signatures was made by its clock, Unix milliseconds.
    #[serde(default)]
    pub oldest_unsynced_ms: Option<i64>,
    /// Documents the server has as signed by this device.
    pub signed_here: u64,
    /// Signatures of this device that the server has.
    #[serde(default)]
    pub signatures: u64,
    /// Those of them that came after its last hello: what it then called unsent, and sent since.
    #[serde(default)]
    pub signatures_since: u64,
    /// When it last said hello, Unix milliseconds.
    pub seen_ms: Option<i64>,
    /// Version of its program.
    pub app_version: String,
    /// Since when it is revoked, Unix milliseconds.
    pub revoked_ms: Option<i64>,
}

/// POST /devices/{device}/revoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Revoke {
    /// Why.
    pub reason: String,
}

/// Answer to [`Revoke`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Revoked {
    /// Last number of its journal that counts as written before.
    pub after_n: u64,
}

/// It was done; there is nothing to say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Done {}

/// GET /quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quarantined {
    /// The entry.
    pub entry: LoggedEntry,
    /// Why.
    pub reason: QuarantineReason,
    /// Answered: true = accepted, false = refused. The answer itself is an event.
    pub answer: Option<bool>,
}

/// State of a copy by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting, or waiting to be tried again.
    Queued,
    /// The mail server took it.
    Accepted,
    /// The mail server refused it for good.
    Refused,
}

/// GET /deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// Document.
    pub doc: Uuid,
    /// Event that caused it.
    pub cause: Digest,
    /// Address.
    pub to: String,
    /// State.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: u32,
    /// What the mail server said last.
    pub detail: String,
    /// Last change, Unix milliseconds.
    pub at_ms: i64,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after a plain greeting, required (port 587).
    #[default]
    Starttls,
    /// None: only to a mail server on this machine.
    None,
}

/// Own words for a language; `{kind}`, `{number}`, `{date}`, `{firm}` and `{customer}` are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Words {
    /// Subject.
    pub subject: String,
    /// Body, plain text.
    pub body: String,
}

/// PUT /settings/mail: how copies are sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailSettings {
    /// Whether copies are sent at all.
    pub enabled: bool,
    /// Mail server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: Security,
    /// User, or empty.
    pub user: String,
    /// Password. Never given out; empty in a request keeps the one that is there.
    pub password: String,
    /// Sender: `Name <address>`.
    pub from: String,
    /// Where answers go, or empty.
    pub reply_to: String,
    /// The office's copy, or empty.
    pub office: String,
    /// Kinds of documents whose customers get a copy.
    pub kinds: Vec<String>,
    /// Own words by language.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Words>"))]
    pub words: BTreeMap<Language, Words>,
}

/// GET /settings/mail: the settings without the password.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailPage {
    /// The settings.
    #[serde(flatten)]
    pub settings: MailSettings,
    /// Whether a password is kept.
    #[serde(default)]
    pub has_password: bool,
    /// The words that are used where there are no own ones.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Words>"))]
    pub shipped: BTreeMap<Language, Words>,
}

/// What is wrong with settings of mail: `data.why` of the refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MailFault {
    /// Host or port is missing.
    Host,
    /// A mail server elsewhere needs TLS.
    Unprotected,
    /// The sender is no address.
    From,
    /// Where answers or the office's copies go is no address.
    Address,
}

/// POST /mail/test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailTest {
    /// Where to.
    pub to: String,
}

/// What the mail server said to a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MailTestAnswer {
    /// Whether it took the mail.
    pub accepted: bool,
    /// Its words.
    pub said: String,
}
