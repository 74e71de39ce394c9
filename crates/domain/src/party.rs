//! The people and things of a visit: firm, person, customer, equipment, job. A document keeps snapshots of them.

use crate::{language::Language, text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// One legal branch of the firm: what stands as supplier on a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Branch {
    /// ISO 3166 country code.
    pub country: String,
    /// Legal name.
    pub legal_name: String,
    /// Street and number.
    pub street: String,
    /// Postal code and city in one line.
    pub city: String,
    /// Tax or registration number.
    pub tax_id: String,
    /// E-mail address.
    pub email: String,
    /// Telephone.
    pub phone: String,
}

/// The firm: name, branches, look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Firm {
    /// Name people know.
    pub name: String,
    /// Accent colour of documents, `#rrggbb`.
    pub color: String,
    /// SHA-256 of the logo picture in the blob store, if there is one.
    pub logo: Option<String>,
    /// Branches; the first is the default.
    pub branches: Vec<Branch>,
}

impl Firm {
    /// The branch of `country`, else the first.
    pub fn branch(&self, country: &str) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.country == country).or(self.branches.first())
    }
}

/// Somebody who works with this tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Person {
    /// Identity.
    pub id: Uuid,
    /// Name as printed.
    pub name: String,
    /// Language of the screens.
    pub language: Language,
    /// Whether they left: their name stays on what they signed, nothing new is given to them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

/// Company or consumer: consumers have rights of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CustomerKind {
    /// A firm or institution.
    #[default]
    Company,
    /// A private person.
    Consumer,
}

/// A customer. Also the snapshot in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Customer {
    /// Identity.
    pub id: Uuid,
    /// Company or consumer.
    pub kind: CustomerKind,
    /// Name.
    pub name: String,
    /// Language of the documents.
    pub language: Language,
    /// ISO 3166 country code.
    pub country: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub zip: String,
    /// City.
    pub city: String,
    /// E-mail address.
    pub email: String,
    /// Telephone.
    pub phone: String,
    /// ISO 4217 currency of its documents.
    pub currency: String,
    /// Tax number, for companies.
    pub tax_id: String,
    /// Who usually signs.
    pub contact: String,
    /// Role of that person.
    pub contact_role: String,
}

/// A machine or device at a customer. Also the snapshot in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Equipment {
    /// Identity.
    pub id: Uuid,
    /// Owner.
    pub customer: Uuid,
    /// What it is.
    pub kind: String,
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
    /// Serial number or IMEI; "none" needs `serial_reason`.
    pub serial: String,
    /// Why there is no serial number.
    pub serial_reason: String,
    /// Date of installation, ISO 8601, or empty.
    pub installed: String,
    /// End of warranty, ISO 8601, or empty.
    pub warranty_until: String,
    /// Where it stands.
    pub location: String,
    /// What usually comes with it.
    pub accessories: Vec<String>,
}

/// A visit that was planned or made on the spot.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Job {
    /// Identity.
    pub id: Uuid,
    /// Short name people use, for example `J01`.
    pub code: String,
    /// Customer.
    pub customer: Uuid,
    /// Equipment, if known.
    pub equipment: Option<Uuid>,
    /// Technician it is given to.
    pub technician: Option<Uuid>,
    /// Sort of work: `repair_on_site`, `maintenance`, ...
    pub work: String,
    /// Local start, `2026-09-01T08:10`.
    pub start: String,
    /// Local end, or empty.
    pub end: String,
    /// IANA time zone.
    pub zone: String,
    /// Fault in the customer's words.
    pub fault: String,
    /// Site, if not the customer's address.
    pub site: String,
    /// What was found (pre-filled notes).
    pub findings: String,
    /// What was done (pre-filled notes).
    pub work_done: String,
    /// Recommendations (pre-filled notes).
    pub recommendations: String,
    /// Lines agreed beforehand.
    pub lines: Vec<crate::content::Line>,
}

macro_rules! cleaned {
    ($value:expr, $($field:ident),+) => { $( $value.$field = text::clean(&$value.$field).trim().to_owned(); )+ };
}

impl Customer {
    /// The same customer with every text cleaned ([`text::clean`]) and trimmed.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        cleaned!(
            self,
            name,
            country,
            street,
            zip,
            city,
            email,
            phone,
            currency,
            tax_id,
            contact,
            contact_role
        );
        self
    }
}

impl Equipment {
    /// The same equipment with every text cleaned and trimmed.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        cleaned!(self, kind, make, model, serial, serial_reason, installed, warranty_until, location);
        self.accessories = self.accessories.iter().map(|name| text::clean(name).trim().to_owned()).collect();
        self
    }
}

impl Job {
    /// The same job with every text cleaned and trimmed.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        cleaned!(self, code, work, start, end, zone, fault, site, findings, work_done, recommendations);
        self
    }
}
