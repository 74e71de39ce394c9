//! The invented firm as it stands in `demo/firm.json`.

use crate::view::document::CatalogueItem;
use fieldseal_domain::{Language, content::LineType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const SOURCE: &str = include_str!("../../demo/firm.json");

#[derive(Deserialize)]
pub(super) struct Source {
    pub(super) company: Company,
    pub(super) users: Vec<User>,
    pub(super) catalog: BTreeMap<String, CatalogueSource>,
    pub(super) customers: Vec<CustomerSource>,
    pub(super) equipment: Vec<EquipmentSource>,
    pub(super) jobs: Vec<JobSource>,
}

#[derive(Deserialize)]
pub(super) struct Company {
    pub(super) name: String,
    pub(super) branches: Vec<BranchSource>,
}

#[derive(Deserialize)]
pub(super) struct BranchSource {
    pub(super) cc: String,
    pub(super) legal_name: String,
    pub(super) tax_id: String,
    pub(super) email: String,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
}

#[derive(Deserialize)]
pub(super) struct CatalogueSource {
    #[serde(rename = "type")]
    pub(super) line_type: LineType,
    pub(super) unit: String,
    pub(super) name: BTreeMap<Language, String>,
}

#[derive(Deserialize)]
pub(super) struct CustomerSource {
    pub(super) id: String,
    pub(super) kind: fieldseal_domain::party::CustomerKind,
    pub(super) name: String,
    pub(super) lang: Language,
    pub(super) country: String,
    pub(super) street: String,
    pub(super) zip: String,
    pub(super) city: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) contact: String,
    #[serde(default)]
    pub(super) contact_role: String,
}

#[derive(Deserialize)]
pub(super) struct EquipmentSource {
    pub(super) id: String,
    pub(super) customer: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) make: String,
    pub(super) model: String,
    pub(super) serial: String,
    #[serde(default)]
    pub(super) installed: Option<String>,
    #[serde(default)]
    pub(super) warranty_until: Option<String>,
    #[serde(default)]
    pub(super) location: String,
    #[serde(default)]
    pub(super) usual_accessories: Vec<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct JobSource {
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) technician: String,
    #[serde(rename = "type")]
    pub(super) work: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) tz: String,
    pub(super) fault: String,
    pub(super) equipment: Option<String>,
    pub(super) findings: String,
    pub(super) work_done: String,
    pub(super) recommendations: String,
    pub(super) documents: Vec<DocumentSource>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DocumentSource {
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) lines: Vec<LineSource>,
    pub(super) signers: Vec<SignerSource>,
    pub(super) condition: Vec<String>,
    pub(super) accessories: Vec<String>,
    pub(super) returned_accessories: Vec<String>,
    pub(super) missing_accessories: Vec<String>,
    pub(super) data_consent: String,
    pub(super) agreed_due: String,
    pub(super) warranty_claim: bool,
    pub(super) photos: usize,
    pub(super) checklist_items: usize,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct LineSource {
    pub(super) code: String,
    pub(super) qty: String,
    pub(super) unit_price_minor: i64,
    pub(super) vat_bp: u16,
    pub(super) note: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SignerSource {
    pub(super) slot: String,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) role: String,
    pub(super) reason: String,
    pub(super) on_behalf_of: String,
}

/// A line of the firm's catalogue with its names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CatalogueEntry {
    code: String,
    line_type: LineType,
    unit: String,
    names: BTreeMap<Language, String>,
}

impl CatalogueEntry {
    /// The entry as the editor offers it.
    #[must_use]
    pub fn in_language(self, language: Language) -> CatalogueItem {
        let name =
            self.names.get(&language).or_else(|| self.names.get(&Language::En)).cloned().unwrap_or_default();
        CatalogueItem { code: self.code, line_type: self.line_type, unit: self.unit, name }
    }
}

impl Source {
    pub(super) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_str(SOURCE)
    }

    pub(super) fn catalogue(&self) -> Vec<CatalogueEntry> {
        let entry = |(code, item): (&String, &CatalogueSource)| CatalogueEntry {
            code: code.clone(),
            line_type: item.line_type,
            unit: item.unit.clone(),
            names: item.name.clone(),
        };
        self.catalog.iter().map(entry).collect()
    }
}
