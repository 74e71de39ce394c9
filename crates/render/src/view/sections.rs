//! The body of a document, section by section, as the kind orders it.

use super::{
    Context,
    blocks::{Block, Cell, Column, ColumnRole, Emphasis, Fact, Mark, PhotoView, Section},
    words::{Width, breakable},
};
use crate::format;
use fieldseal_domain::{
    check,
    content::{Answer, Content, Line, LineType, Origin, TimeType},
    kind::{self, FieldPolicy, FieldType},
    money::Minor,
    party::Equipment,
};

/// All sections that have something to show, and the photos apart.
pub(super) fn sections(context: &Context<'_>) -> (Vec<Section>, Option<Section>) {
    let mut body = Vec::new();
    let mut annex = None;
    for section in &context.job.kind.sections {
        let title = context.texts.text(&format!("section.{}", section.id));
        let mut blocks = context.block(section.block);
        let fields = context.fields(&section.fields);
        if section.block == kind::Block::Fields || section.block == kind::Block::Lines {
            blocks.extend(fields);
        } else {
            // "No accessories", "reason without photo": before what they explain.
            blocks.splice(0..0, fields);
        }
        if blocks.is_empty() {
            continue;
        }
        let has_photos = blocks.iter().any(|block| matches!(block, Block::Photos { .. }));
        let view = Section { id: section.id.clone(), title, blocks };
        if has_photos { annex = Some(view) } else { body.push(view) }
    }
    (body, annex)
}

impl Context<'_> {
    fn block(&self, block: kind::Block) -> Vec<Block> {
        match block {
            kind::Block::Fields | kind::Block::Signers => Vec::new(),
            kind::Block::Equipment => {
                self.content.equipment.iter().map(|item| self.equipment(item)).collect()
            }
            kind::Block::Times => self.times(),
            kind::Block::Lines => self.lines(),
            kind::Block::Checklist => self.checklist(),
            kind::Block::Readings => self.readings(),
            kind::Block::Accessories => self.accessories(),
            kind::Block::Photos => self.photos(),
        }
    }

    /// Long texts one under the other, short values gathered between them.
    fn fields(&self, policies: &[FieldPolicy]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut short: Vec<Fact> = Vec::new();
        for policy in policies.iter().filter(|policy| !policy.secret && check::applies(policy, self.content))
        {
            let Some(fact) = self.field(policy) else { continue };
            if let Some(table) = self.condition_table(policy, &fact.value) {
                flush(&mut blocks, &mut short);
                blocks.push(table);
            } else if policy.field_type == FieldType::LongText {
                flush(&mut blocks, &mut short);
                blocks.push(Block::Text { fact });
            } else {
                short.push(fact);
            }
        }
        flush(&mut blocks, &mut short);
        blocks
    }

    fn field(&self, policy: &FieldPolicy) -> Option<Fact> {
        let raw = self.content.field(&policy.key).trim();
        if raw.is_empty() {
            return None;
        }
        let value = match policy.field_type {
            FieldType::Text | FieldType::LongText => raw.to_owned(),
            FieldType::Choice => self.texts.text(&format!("option.{}.{raw}", policy.key)),
            FieldType::YesNo => self.texts.text(&format!("answer.{raw}")),
            FieldType::Date => format::iso_date(self.texts, raw),
            FieldType::Money => format::typed_money(self.content.language, raw, &self.content.currency),
        };
        self.fact(&format!("field.{}", policy.key), value)
    }

    fn equipment(&self, item: &Equipment) -> Block {
        let name = [&item.kind, &item.make, &item.model]
            .map(|part| part.trim())
            .into_iter()
            .filter(|part| !part.is_empty());
        let title = breakable(&name.collect::<Vec<_>>().join(" "), Width::Wide);
        let serial = if item.serial.trim().is_empty() && !item.serial_reason.trim().is_empty() {
            self.texts.fill("pdf.no_serial", &[("reason", item.serial_reason.trim())])
        } else {
            item.serial.clone()
        };
        let facts = [
            self.fact("pdf.serial", serial),
            self.fact("pdf.location", item.location.clone()),
            self.fact("pdf.installed", format::iso_date(self.texts, &item.installed)),
            self.fact("pdf.warranty_until", format::iso_date(self.texts, &item.warranty_until)),
        ];
        Block::Facts { title, facts: facts.into_iter().flatten().collect() }
    }

    pub(super) fn columns(&self, columns: &[(&str, ColumnRole)]) -> Vec<Column> {
        columns
            .iter()
            .map(|(key, role)| Column {
                title: if key.is_empty() { String::new() } else { self.texts.text(key) },
                role: *role,
            })
            .collect()
    }

    fn times(&self) -> Vec<Block> {
        if self.content.times.is_empty() {
            return Vec::new();
        }
        let mut sums = [(TimeType::Work, "pdf.total_work", 0), (TimeType::Travel, "pdf.total_travel", 0)];
        let mut rows = Vec::new();
        for time in &self.content.times {
            let (date, start) = format::local(self.texts, &time.start);
            let (end_date, end) = format::local(self.texts, &time.end);
            let minutes = time.minutes();
            for (_, _, sum) in sums.iter_mut().filter(|(kind, _, _)| *kind == time.time_type) {
                *sum += minutes.unwrap_or(0);
            }
            let end = if end_date == date { end } else { format!("{end_date} {end}") };
            rows.push(vec![
                Cell::text(self.texts.text(match time.time_type {
                    TimeType::Work => "time_type.work",
                    TimeType::Travel => "time_type.travel",
                    TimeType::Pause => "time_type.pause",
                })),
                Cell::text(date),
                Cell::text(start),
                Cell::text(end),
                Cell::text(minutes.map_or_else(String::new, |minutes| format::duration(self.texts, minutes))),
            ]);
        }
        let columns = self.columns(&[
            ("pdf.time_type", ColumnRole::Main),
            ("pdf.date", ColumnRole::Date),
            ("pdf.start", ColumnRole::Time),
            ("pdf.end", ColumnRole::Time),
            ("pdf.duration_label", ColumnRole::Duration),
        ]);
        let mut blocks = vec![Block::Table { columns, rows }];
        let sums = sums.into_iter().filter(|(_, _, minutes)| *minutes > 0);
        let facts: Vec<_> = sums
            .filter_map(|(_, key, minutes)| self.fact(key, format::duration(self.texts, minutes)))
            .collect();
        if self.content.times.len() > 1 && !facts.is_empty() {
            blocks.push(Block::Sums { facts, emphasis: Emphasis::None });
        }
        blocks
    }

    fn lines(&self) -> Vec<Block> {
        let lines = &self.content.lines;
        if lines.is_empty() {
            return Vec::new();
        }
        let priced = self.content.show_prices && lines.iter().any(|line| line.net().is_some());
        let mut columns = vec![
            ("pdf.description", ColumnRole::Main),
            ("pdf.quantity", ColumnRole::Quantity),
            ("pdf.unit", ColumnRole::Unit),
        ];
        if priced {
            columns.extend([
                ("pdf.unit_price", ColumnRole::Amount),
                ("pdf.vat", ColumnRole::Rate),
                ("pdf.net", ColumnRole::Amount),
            ]);
        }
        let rows = lines.iter().map(|line| self.line(line, priced)).collect();
        let mut blocks = vec![Block::Table { columns: self.columns(&columns), rows }];
        if priced {
            blocks.push(Block::Sums { facts: self.totals(), emphasis: Emphasis::Last });
        }
        blocks
    }

    fn line(&self, line: &Line, priced: bool) -> Vec<Cell> {
        let language = self.content.language;
        let serial = line.serial.trim();
        let serial = if serial.is_empty() {
            String::new()
        } else {
            self.texts.fill("pdf.line_serial", &[("serial", serial)])
        };
        let notes = [line.code.trim(), serial.as_str(), line.vat_note.trim()];
        let small = notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<_>>().join(" \u{00B7} ");
        let description = Cell {
            text: breakable(line.description.trim(), Width::Wide),
            small: breakable(&small, Width::Wide),
            mark: None,
        };
        let has_amount = line.line_type != LineType::Text;
        let when = |text: String| Cell::text(if has_amount { text } else { String::new() });
        let mut cells =
            vec![description, when(format::quantity(language, line.quantity)), when(self.unit(&line.unit))];
        if priced {
            let money = |value: Option<Minor>| {
                value.map_or_else(String::new, |minor| format::amount(language, minor))
            };
            cells.extend([
                when(money(line.unit_price)),
                when(format::rate(language, line.vat_bp)),
                when(money(line.net())),
            ]);
        }
        cells
    }

    fn unit(&self, unit: &str) -> String {
        let key = format!("unit.{}", unit.trim());
        let text = self.texts.text(&key);
        if text == key { breakable(unit.trim(), Width::Narrow) } else { text }
    }

    fn totals(&self) -> Vec<Fact> {
        let totals = &self.job.document.totals;
        let language = self.content.language;
        let money = |minor| format::money(language, minor, &self.content.currency);
        let mut facts = vec![Fact { label: self.texts.text("pdf.total_net"), value: money(totals.net) }];
        facts.extend(totals.by_rate.iter().map(|row| Fact {
            label: self.texts.fill(
                "pdf.total_vat",
                &[("rate", &format::rate(language, row.vat_bp)), ("net", &format::amount(language, row.net))],
            ),
            value: money(row.vat),
        }));
        facts.push(Fact { label: self.texts.text("pdf.total_gross"), value: money(totals.gross) });
        facts
    }

    fn checklist(&self) -> Vec<Block> {
        let rows = &self.content.checklist;
        if rows.is_empty() {
            return Vec::new();
        }
        let noted = rows.iter().any(|row| !row.note.trim().is_empty());
        let mut columns =
            vec![("", ColumnRole::Index), ("pdf.check", ColumnRole::Main), ("pdf.answer", ColumnRole::Mark)];
        if noted {
            columns.push(("pdf.note", ColumnRole::Note));
        }
        let table = rows.iter().enumerate().map(|(index, row)| {
            let mut cells = vec![
                Cell::text((index + 1).to_string()),
                Cell::text(breakable(row.text.trim(), Width::Wide)),
                self.answer(row.answer),
            ];
            if noted {
                cells.push(Cell::text(breakable(row.note.trim(), Width::Narrow)));
            }
            cells
        });
        let table = Block::Table { columns: self.columns(&columns), rows: table.collect() };
        vec![Block::Note { text: self.checklist_summary() }, table]
    }

    fn checklist_summary(&self) -> String {
        let rows = &self.content.checklist;
        let count = |test: fn(Answer) -> bool| {
            rows.iter().filter_map(|row| row.answer).filter(|answer| test(*answer)).count()
        };
        let checked = count(|answer| answer != Answer::NotApplicable) as u64;
        let wrong = count(|answer| answer == Answer::NotOk) as u64;
        let summary = self.texts.count("pdf.checklist_count", checked, &[]);
        if wrong == 0 {
            summary
        } else {
            format!("{summary}; {}", self.texts.count("pdf.not_ok_count", wrong, &[]))
        }
    }

    fn answer(&self, answer: Option<Answer>) -> Cell {
        let (key, mark) = match answer {
            Some(Answer::Ok) => ("answer.ok", Some(Mark::Good)),
            Some(Answer::NotOk) => ("answer.not_ok", Some(Mark::Bad)),
            Some(Answer::NotApplicable) => ("answer.not_applicable", Some(Mark::Neutral)),
            None => ("answer.open", None),
        };
        Cell { text: self.texts.text(key), small: String::new(), mark }
    }

    fn readings(&self) -> Vec<Block> {
        if self.content.readings.is_empty() {
            return Vec::new();
        }
        let rows = self.content.readings.iter().map(|reading| {
            vec![
                Cell::text(breakable(reading.name.trim(), Width::Wide)),
                Cell::text(breakable(reading.value.trim(), Width::Narrow)),
                Cell::text(self.unit(&reading.unit)),
            ]
        });
        let columns = [
            ("pdf.reading", ColumnRole::Main),
            ("pdf.value", ColumnRole::Value),
            ("pdf.unit", ColumnRole::Unit),
        ];
        vec![Block::Table { columns: self.columns(&columns), rows: rows.collect() }]
    }

    fn accessories(&self) -> Vec<Block> {
        if let Some(before) = &self.content.before {
            return self.accessories_compared(before);
        }
        if self.content.accessories.is_empty() {
            return Vec::new();
        }
        let state = if returns(self.content) { "pdf.given_back" } else { "pdf.handed_in" };
        let rows = self.content.accessories.iter().map(|item| {
            vec![
                Cell::text(breakable(item.name.trim(), Width::Wide)),
                self.presence(Some(item.presence)),
                Cell::text(breakable(item.note.trim(), Width::Narrow)),
            ]
        });
        let columns =
            [("pdf.accessory", ColumnRole::Main), (state, ColumnRole::Mark), ("pdf.note", ColumnRole::Note)];
        vec![Block::Table { columns: self.columns(&columns), rows: rows.collect() }]
    }

    fn photos(&self) -> Vec<Block> {
        if self.content.photos.is_empty() {
            return Vec::new();
        }
        let photos = self.content.photos.iter().enumerate().map(|(index, photo)| {
            let title = self.texts.fill("pdf.photo", &[("n", &(index + 1).to_string())]);
            let caption = breakable(photo.caption.trim(), Width::Wide);
            let (date, time) = format::local(self.texts, photo.taken_at.get(..19).unwrap_or(&photo.taken_at));
            let taken = format!("{date} {time}");
            let mut details = vec![format!("SHA-256 {}", photo.sha256.short())];
            if !photo.taken_at.is_empty() {
                details.insert(0, self.texts.fill("pdf.taken", &[("date", taken.trim())]));
            }
            let given = self.job.photos.iter().position(|file| file.sha256 == photo.sha256);
            PhotoView {
                path: given.map(photo_path),
                alt: if caption.is_empty() {
                    title.clone()
                } else {
                    format!("{title}: {}", photo.caption.trim())
                },
                title,
                caption,
                details,
            }
        });
        vec![Block::Photos { photos: photos.collect() }]
    }
}

/// Virtual path of a photo. Names are used again in every job: the typesetter never forgets a name.
pub(crate) fn photo_path(index: usize) -> String {
    format!("/data/photo-{index}")
}

/// Whether the accessories are those that go back.
fn returns(content: &Content) -> bool {
    match content.origin {
        Some(Origin::Document { .. }) => true,
        Some(Origin::Job { .. }) | None => false,
    }
}

fn flush(blocks: &mut Vec<Block>, short: &mut Vec<Fact>) {
    if !short.is_empty() {
        blocks.push(Block::Facts { title: String::new(), facts: std::mem::take(short) });
    }
}
