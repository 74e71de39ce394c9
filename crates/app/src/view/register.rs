//! The office's register: filters, rows, counts, saved views.

use super::lists::SyncStatus;
use fieldseal_domain::fold::Status;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// A stretch of time that moves with the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Period {
    /// No limit but `from` and `to`.
    #[default]
    Any,
    /// Since midnight.
    Today,
    /// The last seven days.
    Week,
    /// The last thirty days.
    Month,
    /// The last ninety days.
    Quarter,
    /// Anything but the last day: what should have happened by now.
    OlderThanDay,
}

/// What the last verification said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum VerificationState {
    /// Nobody has verified the file as it is now.
    None,
    /// Whole, valid and trusted.
    Good,
    /// Changed, or a signature is wrong.
    Bad,
}

/// A part of the register. What is empty or none does not narrow it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct RegisterQuery {
    /// Beginnings of words in number, names, serial numbers and text.
    pub words: String,
    /// Statuses.
    pub statuses: Vec<Status>,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Technicians.
    pub technicians: Vec<Uuid>,
    /// Customers.
    pub customers: Vec<Uuid>,
    /// Methods of the customer's signature.
    pub methods: Vec<String>,
    /// Only what is, or is not, wholly at the office.
    pub sync: Option<SyncStatus>,
    /// What the last verification said.
    pub verification: Option<VerificationState>,
    /// Only what the office has to decide.
    pub conflict: bool,
    /// A moving stretch of time.
    pub period: Period,
    /// First day, `2026-09-01`, or empty.
    pub from: String,
    /// Last day, or empty.
    pub to: String,
}

/// A page of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RegisterList {
    /// The rows.
    pub rows: Vec<RegisterLine>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

/// A document in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RegisterLine {
    /// Identity.
    pub id: Uuid,
    /// Number, or empty.
    pub number: String,
    /// Kind.
    pub kind: String,
    /// Status.
    pub status: Status,
    /// Frozen revision.
    pub revision: u32,
    /// Customer's name.
    pub customer: String,
    /// Site or city.
    pub site: String,
    /// Technician's name.
    pub technician: String,
    /// Who signed as the customer, or empty.
    pub signer: String,
    /// How they signed, or empty.
    pub method: String,
    /// When they signed, RFC 3339, or empty.
    pub signed_at: String,
    /// Last change of status, RFC 3339.
    pub at: String,
    /// Serial number of the first equipment.
    pub serial: String,
    /// Device code.
    pub device: String,
    /// Where it is.
    pub sync: SyncStatus,
    /// What the last verification said.
    pub verification: VerificationState,
    /// Whether the office has to decide something.
    pub conflict: bool,
    /// Whether there is a file to verify.
    pub has_file: bool,
    /// Job it was made from.
    pub job: Option<Uuid>,
}

/// How many rows a query finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RegisterCount {
    /// Rows, or how many were counted before giving up.
    #[ts(type = "number")]
    pub rows: u64,
    /// Whether there are more.
    pub more: bool,
}

/// The strip above the register, and its ready-made views.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Dashboard {
    /// Ready-made views with their counts, in order.
    pub views: Vec<CountedView>,
    /// Views somebody saved, in the order they were saved.
    pub saved: Vec<NamedView>,
    /// People who may be filtered by: one for each name, because who worked with a tablet before it was connected is
    /// somebody else for the office.
    pub technicians: Vec<SameName>,
    /// People who can be given a job.
    pub assignable: Vec<NamedPerson>,
}

/// A ready-made view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CountedView {
    /// Name: the text is `register.view_<id>`.
    pub id: String,
    /// What it shows.
    pub query: RegisterQuery,
    /// How many.
    pub count: RegisterCount,
}

/// A view somebody saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NamedView {
    /// Identity; nil for one that is not saved yet.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it shows.
    pub query: RegisterQuery,
    /// Name of the customer it narrows to, as it is known now, or empty. Not kept.
    #[serde(default)]
    pub customer: String,
}

/// Everybody of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SameName {
    /// Who they are.
    pub ids: Vec<Uuid>,
    /// Name.
    pub name: String,
}

/// A person to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NamedPerson {
    /// Identity.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// Form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExportForm {
    /// A table of texts.
    Csv,
    /// A workbook.
    Xlsx,
    /// The sealed files.
    Zip,
    /// The register of a period on paper, with the gaps of every number series.
    Pdf,
}

/// What leaves the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RegisterExport {
    /// In which form.
    pub form: ExportForm,
    /// Which rows; not looked at when some are chosen one by one.
    pub query: RegisterQuery,
    /// Rows chosen one by one.
    pub chosen: Vec<Uuid>,
    /// Words of the screen, by `column.<name>`, `status.<status>`, `kind.<kind>`, ...: a file speaks the person's language.
    pub words: std::collections::BTreeMap<String, String>,
}

/// What an export did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Exported {
    /// Where it was saved; none when the dialog was left.
    pub path: Option<String>,
    /// Rows or files in it.
    #[ts(type = "number")]
    pub rows: u64,
    /// Rows without a file on this device, in an archive of files.
    #[ts(type = "number")]
    pub without_file: u64,
}
