//! Jobs, customers, equipment, documents: rows of lists and search results.

use fieldseal_domain::{
    fold::Status,
    party::{Customer, Equipment, Job},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// Which jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JobView {
    /// Today, overdue and later.
    Today,
    /// All.
    All,
    /// With a document that waits for somebody.
    Waiting,
    /// With a closed document.
    Signed,
}

/// Where a signed document is. Without a server everything is on this tablet only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SyncStatus {
    /// On this tablet only.
    OnlyHere,
    /// Waits for the network.
    Queued,
    /// At the office.
    Synced,
    /// At the office, which does not let it count: this device was blocked when it was written.
    Held,
}

/// A document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DocumentRow {
    /// Identity.
    pub id: Uuid,
    /// Kind.
    pub kind: String,
    /// Number, or empty while it has none.
    pub number: String,
    /// Status.
    pub status: Status,
    /// Where it is.
    pub sync: SyncStatus,
    /// Customer's name.
    pub customer: String,
    /// Last change, RFC 3339 local time with offset.
    pub changed_at: String,
    /// Whether it is open at a customer just now.
    pub handed_over: bool,
}

/// A job in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobRow {
    /// The job.
    pub job: Job,
    /// Customer's name.
    pub customer: String,
    /// Street and city.
    pub place: String,
    /// Equipment in words, or empty.
    pub equipment: String,
    /// Name of the technician, or empty.
    pub technician: String,
    /// Its documents.
    pub documents: Vec<DocumentRow>,
    /// `today`, `overdue`, `later`: the section of the list.
    pub section: String,
}

/// A list of jobs, and documents that belong to none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobList {
    /// Jobs.
    pub jobs: Vec<JobRow>,
    /// Documents without a job.
    pub documents: Vec<DocumentRow>,
    /// What each view shows, jobs and documents without one: today, all, waiting, signed.
    pub counts: [u32; 4],
}

/// Results of a search over everything on the tablet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Found {
    /// Jobs.
    pub jobs: Vec<JobRow>,
    /// Documents.
    pub documents: Vec<DocumentRow>,
    /// Customers.
    pub customers: Vec<Customer>,
    /// Equipment.
    pub equipment: Vec<Equipment>,
}

/// One job with all around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JobDetail {
    /// Row.
    pub row: JobRow,
    /// Customer.
    pub customer: Customer,
    /// Equipment of the customer.
    pub equipment: Vec<Equipment>,
}
