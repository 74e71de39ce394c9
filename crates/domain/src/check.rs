//! What a kind requires before the freeze: a list of problems, each with the place to jump to.

use crate::{
    compare,
    content::{Content, Line, LineType, Origin, TimeType},
    fold,
    kind::{Block, FieldPolicy, FieldType, Kind, Need, Rule, Section},
    money,
    party::Equipment,
    text, vat,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is wrong. The sentence is the text `problem.<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProblemCode {
    /// Must be filled in.
    Missing,
    /// Not one of the options.
    NotAnOption,
    /// Not a date.
    NotADate,
    /// Not an amount.
    NotAnAmount,
    /// More than 20,000 characters.
    TooLong,
    /// A text, or a list, that no entry of the journal has room for.
    TooLarge,
    /// The end comes before the start, or a time is unreadable.
    TimesWrong,
    /// A photo is needed, or a reason why there is none.
    PhotoOrReason,
    /// Work times or a package is needed.
    TimesOrPackage,
    /// Accessories, or "none".
    AccessoriesOrNone,
    /// Serial number, or a reason why there is none.
    SerialOrReason,
    /// A return is made from a signed intake.
    FromIntake,
    /// An accessory of the intake is not accounted for.
    AccessoryNotCompared,
    /// An accessory of the intake is missing (a warning: shown before signing).
    AccessoryMissing,
    /// A priced document needs a currency and a price on every line.
    PriceIncomplete,
    /// A VAT rate that is not one of the day's rates in the customer's country (a warning).
    VatUnusual,
    /// No VAT, and no note that says why.
    VatNoteMissing,
    /// A signer is needed.
    SignerMissing,
    /// The same slot twice.
    SlotTwice,
}

/// Whether a problem keeps the document from being frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Severity {
    /// It does.
    Blocking,
    /// It is shown, also to the customer where it concerns them.
    Warning,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Problem {
    /// Where: a path into the content, for example `fields.fault` or `lines.2.quantity`.
    pub place: String,
    /// What.
    pub code: ProblemCode,
    /// How bad.
    pub severity: Severity,
    /// The thing concerned, in words (name of an accessory), or empty.
    pub about: String,
}

fn blocking(place: impl Into<String>, code: ProblemCode) -> Problem {
    Problem { place: place.into(), code, severity: Severity::Blocking, about: String::new() }
}

/// Everything that keeps `content` from being a whole document of its kind, in the order of the form. `intake` is the
/// content a return was made from.
pub fn problems(kind: &Kind, content: &Content, intake: Option<&Content>) -> Vec<Problem> {
    let mut found = header_problems(content);
    for section in &kind.sections {
        found.extend(section_problems(section, content));
    }
    for rule in &kind.rules {
        found.extend(rule_problems(*rule, content, intake));
    }
    found.extend(signer_problems(kind, content));
    let place = |pointer: String| pointer.trim_start_matches('/').replace('/', ".");
    found.extend(
        fold::too_large(content).into_iter().map(|pointer| blocking(place(pointer), ProblemCode::TooLarge)),
    );
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|problem| seen.insert(problem.clone()));
    found
}

/// Country whose VAT rates count.
fn taxed_in(content: &Content) -> &str {
    let own = &content.supplier.country;
    if own.is_empty() { &content.customer.country } else { own }
}

/// Lines whose VAT rate is none of the day's rates and has no note that says why.
#[must_use]
pub fn vat_warnings(content: &Content, on: jiff::civil::Date) -> Vec<Problem> {
    let country = taxed_in(content);
    let odd = |line: &Line| {
        line.net().is_some() && line.vat_note.trim().is_empty() && !vat::is_usual(country, on, line.vat_bp)
    };
    let warning = |index: usize| Problem {
        place: format!("lines.{index}.vat_bp"),
        code: ProblemCode::VatUnusual,
        severity: Severity::Warning,
        about: String::new(),
    };
    content.lines.iter().enumerate().filter(|(_, line)| odd(line)).map(|(index, _)| warning(index)).collect()
}

/// Whether nothing blocks the freeze.
pub fn is_ready(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.severity == Severity::Warning)
}

fn header_problems(content: &Content) -> Vec<Problem> {
    let mut found = Vec::new();
    for (place, value) in [
        ("supplier.legal_name", &content.supplier.legal_name),
        ("customer.name", &content.customer.name),
        ("customer.street", &content.customer.street),
        ("customer.city", &content.customer.city),
        ("technician", &content.technician),
    ] {
        if value.trim().is_empty() {
            found.push(blocking(place, ProblemCode::Missing));
        }
    }
    found
}

/// Whether a field is shown at all.
pub fn applies(field: &FieldPolicy, content: &Content) -> bool {
    field.need != Need::Hidden && field.when.as_ref().is_none_or(|when| content.field(&when.field) == when.is)
}

fn section_problems(section: &Section, content: &Content) -> Vec<Problem> {
    let mut found: Vec<Problem> = section
        .fields
        .iter()
        .filter(|field| applies(field, content))
        .filter_map(|field| field_problem(field, content))
        .collect();
    let (place, count) = match section.block {
        Block::Fields | Block::Signers => ("", 1),
        Block::Equipment => ("equipment", content.equipment.len()),
        Block::Times => ("times", content.times.len()),
        Block::Lines => ("lines", content.lines.len()),
        Block::Checklist => ("checklist", content.checklist.len()),
        Block::Readings => ("readings", content.readings.len()),
        Block::Accessories => ("accessories", content.accessories.len()),
        Block::Photos => ("photos", content.photos.len()),
    };
    if section.need == Need::Required && count == 0 {
        found.push(blocking(place, ProblemCode::Missing));
    }
    found.extend(block_problems(section.block, content));
    found
}

fn field_problem(field: &FieldPolicy, content: &Content) -> Option<Problem> {
    let value = content.field(&field.key).trim();
    let code = if value.is_empty() {
        (field.need == Need::Required).then_some(ProblemCode::Missing)
    } else if value.chars().count() > text::MAX_TEXT {
        Some(ProblemCode::TooLong)
    } else {
        value_problem(field, value)
    };
    code.map(|code| blocking(format!("fields.{}", field.key), code))
}

fn value_problem(field: &FieldPolicy, value: &str) -> Option<ProblemCode> {
    match field.field_type {
        FieldType::Text | FieldType::LongText => None,
        FieldType::Choice => {
            (!field.options.iter().any(|option| option == value)).then_some(ProblemCode::NotAnOption)
        }
        FieldType::YesNo => (!matches!(value, "yes" | "no")).then_some(ProblemCode::NotAnOption),
        FieldType::Date => value.parse::<jiff::civil::Date>().is_err().then_some(ProblemCode::NotADate),
        FieldType::Money => money::parse_decimal(value, 2).is_err().then_some(ProblemCode::NotAnAmount),
    }
}

fn block_problems(block: Block, content: &Content) -> Vec<Problem> {
    match block {
        Block::Times => content
            .times
            .iter()
            .enumerate()
            .filter(|(_, time)| time.minutes().is_none())
            .map(|(index, _)| blocking(format!("times.{index}"), ProblemCode::TimesWrong))
            .collect(),
        Block::Lines => {
            content.lines.iter().enumerate().flat_map(|(index, line)| line_problems(index, line)).collect()
        }
        Block::Checklist => content
            .checklist
            .iter()
            .enumerate()
            .filter(|(_, row)| row.answer.is_none())
            .map(|(index, row)| Problem {
                about: row.text.chars().take(80).collect(),
                ..blocking(format!("checklist.{index}"), ProblemCode::Missing)
            })
            .collect(),
        Block::Fields
        | Block::Equipment
        | Block::Readings
        | Block::Accessories
        | Block::Photos
        | Block::Signers => Vec::new(),
    }
}

fn line_problems(index: usize, line: &Line) -> Vec<Problem> {
    let mut found = Vec::new();
    if line.description.trim().is_empty() {
        found.push(blocking(format!("lines.{index}.description"), ProblemCode::Missing));
    }
    if line.line_type != LineType::Text {
        if line.quantity.0 == 0 {
            found.push(blocking(format!("lines.{index}.quantity"), ProblemCode::Missing));
        }
        if line.unit.trim().is_empty() {
            found.push(blocking(format!("lines.{index}.unit"), ProblemCode::Missing));
        }
    }
    found
}

fn rule_problems(rule: Rule, content: &Content, intake: Option<&Content>) -> Vec<Problem> {
    let when = |wrong: bool, place: &str, code| if wrong { vec![blocking(place, code)] } else { Vec::new() };
    match rule {
        Rule::PhotoOrReason => when(
            content.photos.is_empty() && content.field("no_photo_reason").trim().is_empty(),
            "photos",
            ProblemCode::PhotoOrReason,
        ),
        Rule::TimesOrPackage => {
            let package =
                content.lines.iter().any(|line| matches!(line.line_type, LineType::Package | LineType::Fee));
            let worked = content.times.iter().any(|time| {
                time.time_type == TimeType::Work && time.minutes().is_some_and(|minutes| minutes > 0)
            });
            when(!worked && !package, "times", ProblemCode::TimesOrPackage)
        }
        Rule::AccessoriesOrNone => when(
            content.accessories.is_empty() && content.field("no_accessories") != "yes",
            "accessories",
            ProblemCode::AccessoriesOrNone,
        ),
        Rule::EquipmentIdentified => content
            .equipment
            .iter()
            .enumerate()
            .flat_map(|(index, item)| equipment_problems(index, item))
            .collect(),
        Rule::FromIntake => {
            when(!matches!(content.origin, Some(Origin::Document { .. })), "origin", ProblemCode::FromIntake)
        }
        Rule::AccessoriesCompared => {
            intake.map_or_else(Vec::new, |intake| compare::accessory_problems(intake, content))
        }
        Rule::PricesComplete => price_problems(content),
    }
}

fn equipment_problems(index: usize, item: &Equipment) -> Vec<Problem> {
    let parts = [("kind", &item.kind), ("make", &item.make), ("model", &item.model)];
    let empty = parts.into_iter().filter(|(_, value)| value.trim().is_empty());
    let mut found: Vec<Problem> =
        empty.map(|(key, _)| blocking(format!("equipment.{index}.{key}"), ProblemCode::Missing)).collect();
    if item.serial.trim().is_empty() && item.serial_reason.trim().is_empty() {
        found.push(blocking(format!("equipment.{index}.serial"), ProblemCode::SerialOrReason));
    }
    found
}

fn price_problems(content: &Content) -> Vec<Problem> {
    let priced = |line: &&Line| line.line_type != LineType::Text;
    if !content.lines.iter().filter(priced).any(|line| line.unit_price.is_some()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if content.currency.len() != 3 {
        found.push(blocking("currency", ProblemCode::PriceIncomplete));
    }
    for (index, line) in content.lines.iter().enumerate() {
        if priced(&line) && line.unit_price.is_none() {
            found.push(blocking(format!("lines.{index}.unit_price"), ProblemCode::PriceIncomplete));
        }
        let charged = line.net().is_some_and(|net| net.0 != 0);
        let no_vat = charged && line.vat_bp.0 == 0 && line.vat_note.trim().is_empty();
        if no_vat && vat::is_known(taxed_in(content)) {
            found.push(blocking(format!("lines.{index}.vat_note"), ProblemCode::VatNoteMissing));
        }
    }
    found
}

fn signer_problems(kind: &Kind, content: &Content) -> Vec<Problem> {
    let mut found = Vec::new();
    for slot in kind.slots.iter().filter(|slot| slot.required && !slot.ours) {
        if !content.signers.iter().any(|signer| signer.slot == slot.id) {
            found.push(blocking(format!("signers.{}", slot.id), ProblemCode::SignerMissing));
        }
    }
    for (index, signer) in content.signers.iter().enumerate() {
        if content.signers.iter().take(index).any(|earlier| earlier.slot == signer.slot)
            || kind.slot(&signer.slot).is_none()
        {
            found.push(blocking(format!("signers.{}", signer.slot), ProblemCode::SlotTwice));
        }
    }
    found
}
