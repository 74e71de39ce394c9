//! Filling in: the draft, its problems, its preview, its photos.

use fieldseal_domain::{
    check,
    compare::Comparison,
    content::Content,
    fold::Status,
    kind::Kind,
    money::{Totals, VatRate},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use uuid::Uuid;

/// What a new document is begun from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "from", rename_all = "snake_case")]
#[ts(export)]
pub enum NewDocument {
    /// A job.
    Job {
        /// The job.
        job: Uuid,
    },
    /// A signed intake.
    Document {
        /// The intake.
        document: Uuid,
    },
    /// A customer, and equipment if known.
    Customer {
        /// The customer.
        customer: Uuid,
        /// Equipment.
        equipment: Option<Uuid>,
    },
}

/// A character that no font has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MissingGlyph {
    /// The character.
    pub character: String,
    /// Where: a path into the content.
    pub place: String,
    /// What could stand instead; none when it can only be removed.
    pub suggestion: Option<String>,
}

/// A document being filled in (or frozen).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DocumentView {
    /// Identity.
    pub id: Uuid,
    /// Status.
    pub status: Status,
    /// Number, or empty.
    pub number: String,
    /// Revision the next freeze gets, or the frozen one has.
    pub revision: u32,
    /// Kind.
    pub kind: Kind,
    /// Content.
    pub content: Content,
    /// Values of fields that are never printed (unlock codes).
    pub secrets: BTreeMap<String, String>,
    /// Version of the draft: a save must name the one it was made over.
    #[ts(type = "number")]
    pub version: u64,
    /// When it was saved, RFC 3339.
    pub saved_at: String,
    /// What is missing.
    pub problems: Vec<check::Problem>,
    /// Totals.
    pub totals: Totals,
    /// VAT rates of the day in the firm's country, the standard rate first.
    pub vat_rates: Vec<VatRate>,
    /// Intake against return.
    pub comparison: Option<Comparison>,
    /// Slots of the frozen revision: state by slot.
    pub slots: Vec<SlotView>,
    /// Whether "back to edit" is possible.
    pub can_take_back: bool,
}

/// A signer slot on the technician's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SlotView {
    /// Slot.
    pub slot: String,
    /// Planned or real name.
    pub name: String,
    /// Role.
    pub role: String,
    /// `open`, `signed`, `empty`.
    pub state: String,
    /// Whether it closes the document.
    pub closes: bool,
    /// Reason, when it stays empty.
    pub reason: Option<fieldseal_domain::acceptance::NoSignatureReason>,
}

/// A draft to be saved.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftSave {
    /// The document.
    pub document: Uuid,
    /// Version it was made over.
    #[ts(type = "number")]
    pub version: u64,
    /// Content.
    pub content: Content,
    /// Secret fields.
    pub secrets: BTreeMap<String, String>,
}

/// What a save gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Saved {
    /// New version.
    #[ts(type = "number")]
    pub version: u64,
    /// When, RFC 3339.
    pub saved_at: String,
    /// What is missing.
    pub problems: Vec<check::Problem>,
    /// Totals.
    pub totals: Totals,
    /// Intake against return.
    pub comparison: Option<Comparison>,
}

/// A preview of the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Preview {
    /// Names the pages: `page://localhost/<token>/<page>?w=<width px>` gives a PNG.
    pub token: String,
    /// Pages.
    pub pages: u32,
    /// Characters no font has.
    pub missing_glyphs: Vec<MissingGlyph>,
}

/// Answer to a freeze.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[ts(export)]
pub enum FreezeAnswer {
    /// Frozen.
    Frozen {
        /// Its number.
        number: String,
        /// Revision.
        revision: u32,
    },
    /// Something is missing.
    Problems {
        /// What.
        problems: Vec<check::Problem>,
        /// Characters no font has.
        missing_glyphs: Vec<MissingGlyph>,
    },
}

/// A line of the firm's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CatalogueItem {
    /// Code.
    pub code: String,
    /// Type.
    #[serde(rename = "type")]
    pub line_type: fieldseal_domain::content::LineType,
    /// Unit.
    pub unit: String,
    /// Name in the document's language.
    pub name: String,
}
