//! What the week and its devices say to each other: one JSON line each way.

use fieldseal_app::view::decisions::{Decision, DecisionAnswer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a device is asked to do. Every one is something a person does at its screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// First run: the tablet is set up, alone.
    SetUp {
        /// Who works with it.
        person: String,
    },
    /// The passphrase opens the database; the person takes the tablet back if a customer had it, and signs in.
    Unlock,
    /// The tablet becomes one of the office's.
    Connect {
        /// What the QR says.
        link: String,
    },
    /// The network is back: an exchange now.
    SyncNow,
    /// Waits until an exchange that began after the last `SyncNow` is over and nothing is left.
    WaitSynced,
    /// A new customer.
    Customer {
        /// Name.
        name: String,
    },
    /// A new job.
    Job {
        /// Customer.
        customer: Uuid,
        /// Person it is given to.
        technician: Uuid,
    },
    /// A sheet is begun for a customer, or for a job, and filled in.
    Begin {
        /// Customer.
        customer: Option<Uuid>,
        /// Job.
        job: Option<Uuid>,
    },
    /// The sheet's remark on the fault is changed.
    Edit {
        /// Document.
        doc: Uuid,
        /// The new text.
        text: String,
    },
    /// It gets its number and its pages.
    Freeze {
        /// Document.
        doc: Uuid,
    },
    /// The customer signs, the technician closes.
    Sign {
        /// Document.
        doc: Uuid,
    },
    /// The customer says no, the technician closes.
    Refuse {
        /// Document.
        doc: Uuid,
    },
    /// Everything that waits on the list is brought to its end.
    Finish,
    /// The office clears the customer's acceptance.
    Clear {
        /// Document.
        doc: Uuid,
    },
    /// The office voids a document.
    Void {
        /// Document.
        doc: Uuid,
    },
    /// What the office has to decide.
    Decisions {
        /// Document.
        doc: Uuid,
    },
    /// It decides.
    Decide {
        /// Document.
        doc: Uuid,
        /// How.
        answer: DecisionAnswer,
    },
    /// Who is at work.
    Who,
    /// The rows of the register.
    Register,
    /// Ends in order.
    Quit,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It is done.
    Done,
    /// Done; this is its identity.
    Id {
        /// Of the document, customer, job or person.
        id: Uuid,
    },
    /// What has to be decided.
    Decisions {
        /// All of it.
        all: Vec<Decision>,
    },
    /// The register: numbers and documents.
    Register {
        /// Its rows.
        rows: Vec<(String, Uuid)>,
    },
    /// It was refused, or did not come to its end.
    Failed {
        /// Why.
        why: String,
    },
}
