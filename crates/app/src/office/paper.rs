//! The register of a period on paper: every number series with its gaps, and what is in the period.

use super::{
    export::ExportSink,
    register::filter_of,
    table::{COLUMNS, Words},
};
use crate::{
    app::App,
    error::{AppError, Result},
    view::register::{Exported, RegisterExport},
};
use fieldseal_domain::{
    Digest, Language,
    content::{Content, DOCUMENT_FORMAT, DocumentJson, TemplateRef},
    money::ROUNDING_RULE,
    number::{DocumentNumber, Series},
    role::Role,
};
use fieldseal_render::{
    FirmLook, Mode, RenderJob,
    templates::{MAIN, Template},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Seek, Write},
};
use uuid::Uuid;

/// Most rows that fit the pages a document may have.
const MOST_ROWS: usize = 5_000;
/// Most missing numbers written out one by one.
const MOST_MISSING: usize = 40;
/// Columns of the printed table.
const PRINTED: [&str; 8] =
    ["number", "kind", "status", "customer", "technician", "signer", "signed_at", "verification"];

const TEMPLATE: &str = include_str!("../../templates/register.typ");

/// What the template sees.
#[derive(Serialize)]
struct Sheet {
    title: String,
    firm: String,
    printed: String,
    period: String,
    rows_title: String,
    series_title: String,
    series_head: Vec<String>,
    series: Vec<SeriesLine>,
    complete: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct SeriesLine {
    series: String,
    from_to: String,
    count: usize,
    missing: String,
}

/// Positions of a series that nothing has, up to the last one taken.
pub(super) fn gaps(positions: &[u32]) -> Vec<u32> {
    let taken: BTreeSet<u32> = positions.iter().copied().collect();
    let last = taken.last().copied().unwrap_or(0);
    // A series that jumps by millions is a fault of its own; its first gaps say so.
    (1..=last).filter(|position| !taken.contains(position)).take(MOST_MISSING + 1).collect()
}

impl App {
    pub(super) fn export_paper<W: Write + Seek>(
        &self,
        request: &RegisterExport,
        mut sink: ExportSink<'_, W>,
    ) -> Result<Exported> {
        let words = Words(&request.words);
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut touched: BTreeSet<Series> = BTreeSet::new();
        self.each_line(request, sink.stop, |line| {
            if rows.len() >= MOST_ROWS {
                return Err(AppError::TooMany);
            }
            if let Ok(number) = line.number.parse::<DocumentNumber>() {
                touched.insert(number.series);
            }
            rows.push(printed_cells(&words, &words.cells(&line)));
            (sink.progress)(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            Ok(())
        })?;
        rows.sort();
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let job = self.at_office(Role::sees_register, |desk, person| {
            let language = desk.person(person)?.language;
            let firm = desk.firm()?;
            let now = desk.pen.clock.now();
            let series = desk.store.read().register_series()?;
            // A wrong day is refused before anything is drawn.
            filter_of(&request.query, &now)?;
            let sheet = Sheet {
                title: words.of("paper.title"),
                firm: firm.name.clone(),
                printed: now.strftime("%Y-%m-%d %H:%M %:z").to_string(),
                period: words.of("paper.period"),
                rows_title: words.of("paper.rows"),
                series_title: words.of("paper.series"),
                series_head: ["series", "from_to", "count", "missing"]
                    .map(|name| words.of(&format!("paper.{name}")))
                    .to_vec(),
                series: series_lines(&series, &touched),
                complete: words.of("paper.complete"),
                head: PRINTED.iter().map(|name| words.of(&format!("column.{name}"))).collect(),
                rows: std::mem::take(&mut rows),
            };
            job(&sheet, language, FirmLook { name: firm.name, color: firm.color, logo: None }, desk)
        })?;
        let rendered = self.parts.typesetter.render(&job)?;
        sink.file.write_all(&rendered.pdf)?;
        sink.file.flush()?;
        Ok(Exported { path: None, rows: count, without_file: 0 })
    }
}

/// The printed columns out of all of them; times to the minute.
fn printed_cells(words: &Words<'_>, cells: &[String]) -> Vec<String> {
    let cell = |name: &str| {
        let position = COLUMNS.iter().position(|column| *column == name);
        position.and_then(|position| cells.get(position)).cloned().unwrap_or_default()
    };
    PRINTED
        .iter()
        .map(|name| match *name {
            "signed_at" => cell(name).replace('T', " ").chars().take(16).collect(),
            "verification" if cell(name).is_empty() => words.of("verification.none"),
            _ => cell(name),
        })
        .collect()
}

fn series_lines(all: &BTreeMap<Series, Vec<u32>>, touched: &BTreeSet<Series>) -> Vec<SeriesLine> {
    all.iter()
        .filter(|(series, _)| touched.contains(*series))
        .map(|(series, positions)| {
            let name = format!("{}-{}-{}", series.prefix, series.year, series.device);
            let missing = gaps(positions);
            let mut text: Vec<String> =
                missing.iter().take(MOST_MISSING).map(|position| format!("{position:05}")).collect();
            if missing.len() > MOST_MISSING {
                text.push("…".to_owned());
            }
            let ends = [positions.first(), positions.last()];
            SeriesLine {
                series: name,
                from_to: ends.iter().flatten().map(|end| format!("{end:05}")).collect::<Vec<_>>().join(" – "),
                count: positions.len(),
                missing: text.join(", "),
            }
        })
        .collect()
}

/// A job of the worker that draws the sheet: a preview has no number, no attachment and no signature fields, and our
/// own template shows nothing but the data it finds in the remark.
fn job(sheet: &Sheet, language: Language, firm: FirmLook, desk: &crate::desk::Desk) -> Result<RenderJob> {
    let kind = desk.kinds.first().cloned().ok_or(AppError::NotFound("kind"))?;
    let content = Content {
        kind: kind.id.clone(),
        language,
        remark: serde_json::to_string_pretty(sheet)?,
        ..Content::default()
    };
    let document = DocumentJson {
        format: DOCUMENT_FORMAT.to_owned(),
        id: Uuid::nil(),
        number: String::new(),
        revision: 0,
        frozen_at: String::new(),
        firm: firm.name.clone(),
        template: TemplateRef { id: "register".to_owned(), hash: Digest::of(TEMPLATE.as_bytes()) },
        totals: content.totals(),
        content,
        rounding: ROUNDING_RULE.to_owned(),
    };
    let (document_json, content_hash) = document.canonical()?;
    Ok(RenderJob {
        document,
        document_json,
        content_hash,
        kind,
        firm,
        photos: Vec::new(),
        slots: Vec::new(),
        mode: Mode::Preview,
        template: Some(Template {
            id: "register".to_owned(),
            files: [(MAIN.to_owned(), TEMPLATE.to_owned())].into(),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_nothing_has() {
        assert!(gaps(&[]).is_empty() && gaps(&[1, 2, 3]).is_empty());
        assert_eq!(gaps(&[2, 5]), [1, 3, 4]);
        assert_eq!(gaps(&[u32::MAX]).len(), MOST_MISSING + 1);
    }
}
