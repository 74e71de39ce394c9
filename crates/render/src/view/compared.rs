//! A return beside its intake: condition and accessories, before and after.

use super::{
    Context,
    blocks::{Block, Cell, ColumnRole, Mark},
    words::{Width, breakable},
};
use fieldseal_domain::{
    content::{Accessory, Before, Presence},
    kind::FieldPolicy,
    text,
};

/// The field whose value an intake has too.
const CONDITION: &str = "condition";

impl Context<'_> {
    /// The condition now beside the condition then; nothing for other fields and for documents without an intake.
    pub(super) fn condition_table(&self, policy: &FieldPolicy, now: &str) -> Option<Block> {
        let before = self.content.before.as_ref().filter(|_| policy.key == CONDITION)?;
        let then = if before.condition.trim().is_empty() { "–" } else { before.condition.trim() };
        let columns = self.columns(&[
            ("pdf.condition_before", ColumnRole::Main),
            ("pdf.condition_after", ColumnRole::Main),
        ]);
        let row = [then, now].map(|words| Cell::text(breakable(words, Width::Wide)));
        Some(Block::Table { columns, rows: vec![row.to_vec()] })
    }

    /// What the intake names, in its order, then what came on top.
    pub(super) fn accessories_compared(&self, before: &Before) -> Vec<Block> {
        let now = &self.content.accessories;
        let same = |a: &Accessory, b: &Accessory| text::fold(a.name.trim()) == text::fold(b.name.trim());
        let known =
            before.accessories.iter().map(|then| (Some(then), now.iter().find(|item| same(item, then))));
        let added = now
            .iter()
            .filter(|item| !before.accessories.iter().any(|then| same(item, then)))
            .map(|item| (None, Some(item)));
        let rows: Vec<_> = known.chain(added).collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let note_of = |item: Option<&Accessory>| item.map_or("", |item| item.note.trim()).to_owned();
        let noted = rows.iter().any(|(then, now)| !(note_of(*then) + &note_of(*now)).is_empty());
        let mut columns = vec![
            ("pdf.accessory", ColumnRole::Main),
            ("pdf.at_intake", ColumnRole::Mark),
            ("pdf.at_return", ColumnRole::Mark),
        ];
        if noted {
            columns.push(("pdf.note", ColumnRole::Note));
        }
        let table = rows.into_iter().map(|(then, now)| {
            let name = then.or(now).map_or("", |item| item.name.trim());
            let mut cells = vec![
                Cell::text(breakable(name, Width::Wide)),
                self.presence(then.map(|item| item.presence)),
                self.presence(now.map(|item| item.presence)),
            ];
            if noted {
                let notes = [note_of(then), note_of(now)].into_iter().filter(|note| !note.is_empty());
                cells.push(Cell::text(breakable(&notes.collect::<Vec<_>>().join("\n"), Width::Narrow)));
            }
            cells
        });
        vec![Block::Table { columns: self.columns(&columns), rows: table.collect() }]
    }

    /// There, missing, or not spoken of.
    pub(super) fn presence(&self, presence: Option<Presence>) -> Cell {
        let (key, mark) = match presence {
            Some(Presence::Present) => ("answer.yes", Mark::Good),
            Some(Presence::Missing) => ("presence.missing", Mark::Bad),
            None => return Cell::text("–"),
        };
        Cell { text: self.texts.text(key), small: String::new(), mark: Some(mark) }
    }
}
