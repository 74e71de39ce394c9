//! "Read as text": the view as plain structure for screen readers and for people who cannot read the page.

use super::{
    View,
    blocks::{Block, Cell, Fact, Section},
    words::unbroken,
};
use serde::{Deserialize, Serialize};

/// A label and its value, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFact {
    /// Label.
    pub label: String,
    /// Value.
    pub value: String,
}

/// One piece of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TextBlock {
    /// A heading; level 1 is the document.
    Heading {
        /// 1 or 2.
        level: u8,
        /// Words.
        text: String,
    },
    /// A paragraph; may have several lines.
    Paragraph {
        /// Words.
        text: String,
    },
    /// Labelled values.
    Facts {
        /// The values.
        facts: Vec<TextFact>,
    },
    /// A table.
    Table {
        /// Headings of the columns.
        header: Vec<String>,
        /// Rows, each as long as `header`.
        rows: Vec<Vec<String>>,
    },
}

/// The view as text, in the order of the pages.
pub fn text(view: &View) -> Vec<TextBlock> {
    let mut out = vec![heading(1, &format!("{} {}", view.title, view.number))];
    out.push(paragraph(&joined(std::iter::once(&view.firm.name).chain(&view.firm.lines))));
    push_facts(&mut out, &view.facts);
    for party in &view.parties {
        out.push(heading(2, &party.title));
        out.push(paragraph(&joined(std::iter::once(&party.name).chain(&party.lines))));
    }
    view.sections.iter().for_each(|section| push_section(&mut out, section));
    if let Some(remark) = &view.remark {
        out.push(heading(2, &remark.label));
        out.push(paragraph(&remark.value));
    }
    out.extend(view.terms.iter().map(|text| paragraph(text)));
    out.push(heading(2, &view.signing.title));
    out.push(paragraph(&view.signing.sentence));
    let slots =
        view.signing.slots.iter().map(|slot| Fact { label: slot.title.clone(), value: slot.name.clone() });
    push_facts(&mut out, &slots.collect::<Vec<_>>());
    out.push(paragraph(&view.signing.level));
    if let Some(annex) = &view.annex {
        push_section(&mut out, annex);
    }
    let foot = Fact { label: view.foot.fingerprint_label.clone(), value: view.foot.fingerprint.clone() };
    if !foot.value.is_empty() {
        push_facts(&mut out, &[foot]);
    }
    out
}

fn heading(level: u8, text: &str) -> TextBlock {
    TextBlock::Heading { level, text: unbroken(text) }
}

fn paragraph(text: &str) -> TextBlock {
    TextBlock::Paragraph { text: unbroken(text) }
}

fn joined<'a>(lines: impl Iterator<Item = &'a String>) -> String {
    lines.filter(|line| !line.is_empty()).cloned().collect::<Vec<_>>().join("\n")
}

fn push_facts(out: &mut Vec<TextBlock>, facts: &[Fact]) {
    if !facts.is_empty() {
        let facts =
            facts.iter().map(|fact| TextFact { label: unbroken(&fact.label), value: unbroken(&fact.value) });
        out.push(TextBlock::Facts { facts: facts.collect() });
    }
}

fn push_section(out: &mut Vec<TextBlock>, section: &Section) {
    out.push(heading(2, &section.title));
    for block in &section.blocks {
        push_block(out, block);
    }
}

fn push_block(out: &mut Vec<TextBlock>, block: &Block) {
    match block {
        Block::Facts { title, facts } => {
            if !title.is_empty() {
                out.push(paragraph(title));
            }
            push_facts(out, facts);
        }
        Block::Text { fact } => push_facts(out, std::slice::from_ref(fact)),
        Block::Sums { facts, .. } => push_facts(out, facts),
        Block::Note { text } => out.push(paragraph(text)),
        Block::Table { columns, rows } => out.push(TextBlock::Table {
            header: columns.iter().map(|column| unbroken(&column.title)).collect(),
            rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        }),
        Block::Photos { photos } => out.extend(photos.iter().map(|photo| {
            let lines = std::iter::once(&photo.alt).chain(&photo.details);
            paragraph(&joined(lines))
        })),
    }
}

fn cell(cell: &Cell) -> String {
    let text = unbroken(&cell.text);
    if cell.small.is_empty() { text } else { format!("{text} ({})", unbroken(&cell.small)) }
}
