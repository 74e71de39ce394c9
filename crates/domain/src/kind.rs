//! Kinds of document as data: field policy, signer slots, template, number series. A new kind needs no code.

use crate::{language::Language, number::Series};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Whether something must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Need {
    /// Before the freeze.
    Required,
    /// May stay empty.
    #[default]
    Optional,
    /// Not shown.
    Hidden,
}

/// How a field is entered and printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FieldType {
    /// One line.
    #[default]
    Text,
    /// Several lines.
    LongText,
    /// One of the options.
    Choice,
    /// `yes` or `no`.
    YesNo,
    /// ISO date.
    Date,
    /// Amount in the document's currency, entered as decimal, stored as decimal with a point.
    Money,
}

/// A condition on another field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct When {
    /// That field.
    pub field: String,
    /// Its value.
    pub is: String,
}

/// One field of a kind. Its label is the text `field.<key>`, an option's label `option.<key>.<option>`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(export)]
pub struct FieldPolicy {
    /// Key.
    pub key: String,
    /// How it is entered.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether it must be filled in.
    pub need: Need,
    /// Shown and needed only under this condition.
    pub when: Option<When>,
    /// Options of a choice.
    pub options: Vec<String>,
    /// Kept on the device and never printed, attached or sealed (unlock codes).
    pub secret: bool,
}

/// What a section of a document is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Block {
    /// The kind's own fields.
    Fields,
    /// Equipment.
    Equipment,
    /// Work times.
    Times,
    /// Lines and totals.
    Lines,
    /// Checklist.
    Checklist,
    /// Readings.
    Readings,
    /// Accessories.
    Accessories,
    /// Photos.
    Photos,
    /// Signers.
    Signers,
}

/// A section. Its title is the text `section.<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Section {
    /// Name.
    pub id: String,
    /// What it is made of.
    pub block: Block,
    /// Whether at least one entry is needed.
    #[serde(default)]
    pub need: Need,
    /// Fields, for [`Block::Fields`] (and extra fields beside other blocks).
    #[serde(default)]
    pub fields: Vec<FieldPolicy>,
}

/// Rules beyond "this field is required".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Rule {
    /// At least one photo, or the field `no_photo_reason`.
    PhotoOrReason,
    /// Work times, or a line that is a package or a fee.
    TimesOrPackage,
    /// Accessories listed, or the field `no_accessories` set to yes.
    AccessoriesOrNone,
    /// Equipment has kind, make, model and a serial number, or says why not that.
    EquipmentIdentified,
    /// Made from a signed intake protocol.
    FromIntake,
    /// Every accessory of the intake is accounted for.
    AccessoriesCompared,
    /// If any line has a price, currency and rates are complete.
    PricesComplete,
}

/// A signer slot. Its name on screen is the text `slot.<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Slot {
    /// Name.
    pub id: String,
    /// Whether it is always there; else it can be added.
    pub required: bool,
    /// Whether it is signed by the firm.
    #[serde(default)]
    pub ours: bool,
}

/// Prefix of the numbers by country of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct SeriesPolicy {
    /// Where no country fits.
    pub default: String,
    /// By country code.
    #[serde(default)]
    pub by_country: BTreeMap<String, String>,
}

/// A kind of document. Its name is the text `kind.<id>`, the sentence that is signed `consent.<consent>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Kind {
    /// Name.
    pub id: String,
    /// Template.
    pub template: String,
    /// Numbers.
    pub series: SeriesPolicy,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Rules.
    pub rules: Vec<Rule>,
    /// Slots in signing order; the last required one closes the file.
    pub slots: Vec<Slot>,
    /// Sentence that is signed, with version, for example `work_done.1`.
    pub consent: String,
    /// Kinds it can be turned into.
    #[serde(default)]
    pub converts_to: Vec<String>,
}

/// Why the kinds could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the kind {id} cannot be read")]
pub struct KindError {
    /// Which.
    pub id: String,
    /// Cause.
    #[source]
    pub source: serde_json::Error,
}

const SHIPPED: [(&str, &str); 3] = [
    ("service_sheet", include_str!("../kinds/service_sheet.json")),
    ("intake_protocol", include_str!("../kinds/intake_protocol.json")),
    ("return_protocol", include_str!("../kinds/return_protocol.json")),
];

/// The kinds that come with the product.
///
/// # Errors
/// When one of them cannot be read; a test keeps that from happening.
pub fn shipped() -> Result<Vec<Kind>, KindError> {
    SHIPPED
        .iter()
        .map(|(id, json)| {
            serde_json::from_str(json).map_err(|source| KindError { id: (*id).to_owned(), source })
        })
        .collect()
}

impl Kind {
    /// Prefix of the series in a country.
    pub fn prefix(&self, country: &str) -> &str {
        self.series.by_country.get(country).unwrap_or(&self.series.default)
    }

    /// The series of a document frozen in `year` on `device`.
    pub fn series(&self, country: &str, year: i16, device: &str) -> Series {
        Series { prefix: self.prefix(country).to_owned(), year, device: device.to_owned() }
    }

    /// All fields of all sections.
    pub fn fields(&self) -> impl Iterator<Item = &FieldPolicy> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The slot of that name.
    pub fn slot(&self, id: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.id == id)
    }

    /// Keys that every catalogue needs for this kind.
    pub fn text_keys(&self) -> Vec<String> {
        let mut keys = vec![format!("kind.{}", self.id), format!("consent.{}", self.consent)];
        keys.extend(self.sections.iter().map(|section| format!("section.{}", section.id)));
        keys.extend(self.slots.iter().map(|slot| format!("slot.{}", slot.id)));
        for field in self.fields() {
            keys.push(format!("field.{}", field.key));
            keys.extend(field.options.iter().map(|option| format!("option.{}.{option}", field.key)));
        }
        keys
    }
}

/// Whether a language writes a decimal comma.
pub fn decimal_comma(language: Language) -> bool {
    match language {
        Language::En => false,
        Language::Ro | Language::Sv | Language::Nl | Language::Fr | Language::Ru | Language::De => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shipped_kinds_are_whole() {
        let kinds = shipped().unwrap();
        assert_eq!(kinds.len(), SHIPPED.len());
        for kind in kinds {
            assert!(
                kind.slots.iter().any(|slot| slot.ours && slot.required),
                "{} is closed by the technician",
                kind.id
            );
            let mut keys: Vec<_> = kind.fields().map(|field| field.key.clone()).collect();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), kind.fields().count(), "{} has a field twice", kind.id);
            for field in kind.fields().filter_map(|field| field.when.as_ref()) {
                assert!(keys.contains(&field.field), "{} asks for a field it does not have", kind.id);
            }
        }
    }

    #[test]
    fn series_follow_the_country() {
        let kinds = shipped().unwrap();
        let sheet = kinds.iter().find(|kind| kind.id == "service_sheet").unwrap();
        assert_eq!(sheet.prefix("DE"), "SB");
        assert_eq!(sheet.prefix("RO"), "FS");
        assert_eq!(sheet.prefix("XX"), "FS");
    }
}
