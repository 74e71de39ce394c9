//! What a document says. While it is a draft this is edited; frozen, its canonical JSON is what R covers.

use crate::{
    canonical::{self, CanonicalError},
    hash::{ContentHash, Digest},
    language::Language,
    money::{self, Minor, Quantity, Totals, VatRate},
    party::{Branch, Customer, Equipment},
    text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use uuid::Uuid;

/// What a line charges for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LineType {
    /// Working time.
    #[default]
    Labour,
    /// A part or material.
    Part,
    /// Travel.
    Travel,
    /// A fee.
    Fee,
    /// A package at a fixed price.
    Package,
    /// A discount (negative price).
    Discount,
    /// Text without a price.
    Text,
}

/// One line of work, parts or fees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Line {
    /// What it charges for.
    #[serde(rename = "type")]
    pub line_type: LineType,
    /// Catalogue code, or empty.
    pub code: String,
    /// Description as printed.
    pub description: String,
    /// Quantity, up to three decimals.
    #[ts(type = "string")]
    pub quantity: Quantity,
    /// Unit: `h`, `pcs`, `km`, `kg`, `l`, `m2`.
    pub unit: String,
    /// Price of one unit, net; `None` where the sheet shows no price.
    pub unit_price: Option<Minor>,
    /// VAT rate.
    pub vat_bp: VatRate,
    /// Why no VAT (reverse charge, warranty), or empty.
    pub vat_note: String,
    /// Serial number of the part, or empty.
    pub serial: String,
}

impl Line {
    /// Net of the line, if it has a price.
    pub fn net(&self) -> Option<Minor> {
        match self.line_type {
            LineType::Text => None,
            LineType::Labour
            | LineType::Part
            | LineType::Travel
            | LineType::Fee
            | LineType::Package
            | LineType::Discount => self.unit_price.map(|price| money::line_net(self.quantity, price)),
        }
    }
}

/// What a stretch of time was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TimeType {
    /// Work on site.
    #[default]
    Work,
    /// Travel.
    Travel,
    /// A break.
    Pause,
}

/// A stretch of time, with zone, so that midnight and clock changes are counted right.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct WorkTime {
    /// What for.
    #[serde(rename = "type")]
    pub time_type: TimeType,
    /// Local start, `2026-10-24T23:30`.
    pub start: String,
    /// Local end.
    pub end: String,
    /// IANA zone of both.
    pub zone: String,
}

impl WorkTime {
    /// Real minutes between start and end; `None` when one is missing, unreadable, or the end comes first.
    pub fn minutes(&self) -> Option<i64> {
        let zone = jiff::tz::TimeZone::get(&self.zone).ok()?;
        let instant = |local: &str| -> Option<jiff::Timestamp> {
            let date_time: jiff::civil::DateTime = local.parse().ok()?;
            Some(date_time.to_zoned(zone.clone()).ok()?.timestamp())
        };
        let seconds = instant(&self.end)?.as_second() - instant(&self.start)?.as_second();
        (seconds >= 0).then_some(seconds / 60)
    }
}

/// Answer to one row of a checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Answer {
    /// In order.
    Ok,
    /// Not in order.
    NotOk,
    /// Does not apply.
    NotApplicable,
}

/// One row of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct ChecklistRow {
    /// What is checked.
    pub text: String,
    /// The answer.
    pub answer: Option<Answer>,
    /// A note.
    pub note: String,
}

/// A meter reading or measured value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Reading {
    /// What was measured.
    pub name: String,
    /// The value as written.
    pub value: String,
    /// Its unit.
    pub unit: String,
}

/// Whether an accessory is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Presence {
    /// There (handed in, or given back).
    #[default]
    Present,
    /// Not there.
    Missing,
}

/// Something that belongs to the equipment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Accessory {
    /// Name.
    pub name: String,
    /// Whether it is there.
    pub presence: Presence,
    /// A note.
    pub note: String,
}

/// A photo of the document; the picture itself is a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Photo {
    /// SHA-256 of the stored picture (scaled, without GPS).
    #[ts(type = "string")]
    pub sha256: Digest,
    /// Caption.
    pub caption: String,
    /// When it was taken by its own account, ISO 8601, or empty.
    pub taken_at: String,
    /// Width in px.
    pub width: u32,
    /// Height in px.
    pub height: u32,
    /// Size in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
}

/// Who is to sign in a slot. Name and role can still be set right when signing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct SignerPlan {
    /// Slot of the kind: `customer`, `second_customer`, `witness`, `technician`.
    pub slot: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// On whose behalf, or empty.
    pub on_behalf_of: String,
}

/// Where a document comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "from", rename_all = "snake_case")]
#[ts(export)]
pub enum Origin {
    /// From a job.
    Job {
        /// The job.
        job: Uuid,
        /// Its code, as printed.
        code: String,
    },
    /// From another document (an intake, for a return).
    Document {
        /// That document.
        document: Uuid,
        /// Its number, as printed.
        number: String,
        /// Its R, so that the pair cannot be parted.
        #[ts(type = "string")]
        content: ContentHash,
    },
}

/// What the document it comes from said of the same things: printed beside what is said now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Before {
    /// Condition then.
    pub condition: String,
    /// Accessories then.
    pub accessories: Vec<Accessory>,
}

/// The content of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct Content {
    /// Kind, for example `service_sheet`.
    pub kind: String,
    /// Language of labels and sentences.
    pub language: Language,
    /// The firm's branch.
    pub supplier: Branch,
    /// The customer.
    pub customer: Customer,
    /// Site, if not the customer's address.
    pub site: String,
    /// Name of the technician.
    pub technician: String,
    /// Where it comes from.
    pub origin: Option<Origin>,
    /// What an intake said, in the return made from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub before: Option<Before>,
    /// Equipment concerned.
    pub equipment: Vec<Equipment>,
    /// Values of the kind's own fields by key: texts, `yes`/`no`, ISO dates, option keys, decimals.
    pub fields: BTreeMap<String, String>,
    /// Work, travel and breaks.
    pub times: Vec<WorkTime>,
    /// Lines.
    pub lines: Vec<Line>,
    /// ISO 4217 currency.
    pub currency: String,
    /// Whether the customer's page shows prices.
    pub show_prices: bool,
    /// Checklist.
    pub checklist: Vec<ChecklistRow>,
    /// Readings.
    pub readings: Vec<Reading>,
    /// Accessories.
    pub accessories: Vec<Accessory>,
    /// Photos.
    pub photos: Vec<Photo>,
    /// Who is to sign, in order; the technician last.
    pub signers: Vec<SignerPlan>,
    /// The customer's own remark ("réserves"), part of what is signed.
    pub remark: String,
}

impl Content {
    /// Totals of all priced lines, by [`money::ROUNDING_RULE`].
    pub fn totals(&self) -> Totals {
        money::totals(self.lines.iter().filter_map(|line| line.net().map(|net| (line.vat_bp, net))))
    }

    /// The content as it is printed and attached: prices that the page does not show are not in it.
    #[must_use]
    pub fn as_shown(&self) -> Self {
        let mut shown = self.clone();
        if !self.show_prices {
            shown.lines.iter_mut().for_each(|line| line.unit_price = None);
        }
        shown
    }

    /// The value of a field; empty when it was never filled in.
    pub fn field(&self, key: &str) -> &str {
        self.fields.get(key).map_or("", String::as_str)
    }

    /// The same content with every text cleaned ([`text::clean`]), cut at [`text::MAX_TEXT`].
    ///
    /// # Errors
    /// Only if the content is no JSON, which it always is.
    pub fn cleaned(&self) -> Result<Self, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        clean_value(&mut value);
        serde_json::from_value(value)
    }
}

fn clean_value(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(string) => {
            let cleaned = text::clean(string);
            *string = cleaned.chars().take(text::MAX_TEXT).collect();
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(clean_value),
        serde_json::Value::Object(map) => map.values_mut().for_each(clean_value),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// The template a document is made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRef {
    /// Name of the template.
    pub id: String,
    /// SHA-256 over all files of the template, its fonts' versions and the texts of the language.
    pub hash: Digest,
}

/// `document.json`: what is attached to the frozen file and covered by R.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentJson {
    /// `fieldseal/document/v1`.
    pub format: String,
    /// Identity of the document.
    pub id: Uuid,
    /// Number.
    pub number: String,
    /// Revision, from 0.
    pub revision: u32,
    /// Time of the freeze, RFC 3339 with zone.
    pub frozen_at: String,
    /// Firm.
    pub firm: String,
    /// Template.
    pub template: TemplateRef,
    /// Content.
    pub content: Content,
    /// Totals, as printed.
    pub totals: Totals,
    /// Rounding rule of the totals.
    pub rounding: String,
}

/// Value of [`DocumentJson::format`].
pub const DOCUMENT_FORMAT: &str = "fieldseal/document/v1";

impl DocumentJson {
    /// Canonical bytes and their R.
    ///
    /// # Errors
    /// When the content holds a number with a fraction.
    pub fn canonical(&self) -> Result<(Vec<u8>, ContentHash), CanonicalError> {
        let bytes = canonical::to_canonical_json(self)?;
        let hash = ContentHash::of_document_json(&bytes);
        Ok((bytes, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_over_the_end_of_summer_time_has_its_real_length() {
        let night = WorkTime {
            time_type: TimeType::Work,
            start: "2026-10-24T23:30".into(),
            end: "2026-10-25T04:15".into(),
            zone: "Europe/Stockholm".into(),
        };
        assert_eq!(night.minutes(), Some(5 * 60 + 45));
        assert_eq!(WorkTime { end: "2026-10-24T22:00".into(), ..night }.minutes(), None);
    }
}
