//! What the screens say of the office's administration: people, devices, what was set aside, copies by mail.

use fieldseal_domain::{language::Language, role::Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use uuid::Uuid;

/// A person of the firm, as the office's server knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StaffPerson {
    /// Identity; nil for one that is new.
    pub id: Uuid,
    /// Name as printed.
    pub name: String,
    /// Language of their screens.
    pub language: Language,
    /// Role.
    pub role: Role,
    /// Whether they still work here.
    pub active: bool,
}

/// How a device stands with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeviceStanding {
    /// It never came after its enrolment.
    New,
    /// The server has all it named.
    Even,
    /// It named entries the server does not have yet.
    Behind,
    /// It was revoked.
    Revoked,
}

/// A device, and both sides of what it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StaffDevice {
    /// Identity.
    pub id: String,
    /// Code in document numbers.
    pub code: String,
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub person: Uuid,
    /// Name of that person.
    pub person_name: String,
    /// Version of its program.
    pub app_version: String,
    /// How it stands.
    pub standing: DeviceStanding,
    /// Whether it is this one.
    pub this_one: bool,
    /// When it last called, RFC 3339, or empty.
    pub seen: String,
    /// Since when it is revoked, RFC 3339, or empty.
    pub revoked: String,
    /// Signatures the device said it has, at its last call.
    pub said_signed: u32,
    /// Signatures of it that the server has.
    pub here_signed: u32,
    /// Journal entries it named that the server does not have.
    pub missing_entries: u32,
    /// When the oldest signature was made that it had not sent, RFC 3339, or empty.
    pub oldest_unsent: String,
    /// The journal it goes on from, when nobody has vouched for that one yet.
    pub unproven: Option<String>,
}

/// People and devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StaffView {
    /// Everybody, by name.
    pub people: Vec<StaffPerson>,
    /// Every device, those that wait for something first.
    pub devices: Vec<StaffDevice>,
}

/// A QR code to draw: dark parts as one path in units of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct QrView {
    /// Modules on a side, quiet zone included.
    pub side: u32,
    /// SVG path.
    pub path: String,
}

/// A one-time code for a person's next device. It is shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NewCode {
    /// The code as text.
    pub code: String,
    /// The link that holds server, code and key.
    pub link: String,
    /// When it ends, RFC 3339.
    pub expires: String,
    /// The link as a picture; none when it is too long for one.
    pub qr: Option<QrView>,
}

/// Answer of the office about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SetAsideAnswer {
    /// Nobody has answered.
    Open,
    /// It counts.
    Accepted,
    /// It never will.
    Refused,
}

/// An entry that the server set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SetAsideRow {
    /// The entry.
    pub entry: String,
    /// Kind of event: the sentence is the text `event.<kind>`.
    pub kind: String,
    /// Values for the sentence.
    pub data: BTreeMap<String, String>,
    /// Why it was set aside: the sentence is the text `set_aside.reason_<reason>`.
    pub reason: String,
    /// Whose device wrote it, or empty.
    pub person: String,
    /// What the device is called, or the beginning of its id.
    pub device: String,
    /// Whether the server knows the journal it stands in only by name: then the journal can be approved.
    pub journal: Option<String>,
    /// When it was written, RFC 3339.
    pub at: String,
    /// When it came, RFC 3339.
    pub received: String,
    /// The document, if it is about one.
    pub document: Option<Uuid>,
    /// Number or name of what it is about, or empty.
    pub title: String,
    /// The answer so far.
    pub answer: SetAsideAnswer,
}

/// What the server set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SetAsideView {
    /// Entries, newest first.
    pub rows: Vec<SetAsideRow>,
    /// Whether there are more than are shown: they come when these are answered.
    pub more: bool,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MailSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after a plain greeting.
    Starttls,
    /// None: a mail server on the same machine.
    None,
}

/// Subject and body of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MailWords {
    /// Subject.
    pub subject: String,
    /// Body.
    pub body: String,
}

/// How copies are sent by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MailView {
    /// Whether copies are sent at all.
    pub enabled: bool,
    /// Mail server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: MailSecurity,
    /// User, or empty.
    pub user: String,
    /// A new password; empty keeps the one that is there.
    pub password: String,
    /// Whether there is one.
    pub has_password: bool,
    /// Sender: `Name <address>`.
    pub from: String,
    /// Where answers go, or empty.
    pub reply_to: String,
    /// The office's copy, or empty.
    pub office: String,
    /// Kinds of documents whose customers get a copy.
    pub kinds: Vec<String>,
    /// Own words by language; a language that is not there uses the shipped ones.
    pub words: BTreeMap<Language, MailWords>,
    /// The shipped words by language.
    pub shipped: BTreeMap<Language, MailWords>,
}

/// What the mail server said to a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MailTestView {
    /// Whether it took the mail.
    pub accepted: bool,
    /// Its words.
    pub said: String,
}

/// State of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CopyState {
    /// Waiting, or waiting to be tried again.
    Queued,
    /// The mail server took it.
    Accepted,
    /// The mail server refused it for good.
    Refused,
}

/// A copy by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CopyRow {
    /// The document.
    pub document: Uuid,
    /// Its number, or empty while it is not known here.
    pub number: String,
    /// Name of its customer, or empty.
    pub customer: String,
    /// Address; empty once it was erased.
    pub to: String,
    /// State.
    pub state: CopyState,
    /// Tries so far.
    pub attempts: u32,
    /// What the mail server said last.
    pub detail: String,
    /// Last change, RFC 3339.
    pub at: String,
}

/// What a file from a tablet held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct BroughtView {
    /// Journal entries.
    pub entries: u32,
    /// Sealed PDFs and photos.
    pub files: u32,
}
