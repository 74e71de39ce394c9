//! Jobs and customers from tables that other programs write: any usual encoding and delimiter, row by row. What does
//! not fit is refused with the reason; what is known already is recognised and not written twice.

mod parse;
mod plan;
mod text;

use crate::{
    app::App,
    error::{AppError, Result},
};
use fieldseal_domain::{Digest, event::Event, role::Role};
use parse::Record;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Rows in one transaction.
const BATCH: usize = 500;
/// Imported files that are remembered, so that a file left in the folder is not read again.
const REMEMBERED: usize = 500;
/// Setting: digests of imported files, oldest first.
const IMPORTED: &str = "imported_files";

/// A row that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, rename = "RefusedRow")]
pub struct Refusal {
    /// Row in the file, the title being row 1.
    #[ts(type = "number")]
    pub row: u64,
    /// Column, or empty.
    pub column: String,
    /// Why: the sentence is the text `import.<reason>`.
    pub reason: String,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImportReport {
    /// Its name.
    pub file: String,
    /// Things that were added.
    pub added: u32,
    /// Things that were changed.
    pub changed: u32,
    /// Rows that said nothing new.
    pub unchanged: u32,
    /// Rows that were refused.
    pub refused: u32,
    /// The first of them.
    pub refusals: Vec<Refusal>,
    /// Whether the file was imported before and was not read again.
    pub known: bool,
    /// Whether the file is no table at all.
    pub unreadable: bool,
}

/// A report, and the refused rows as a table to correct and import again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// The report.
    pub report: ImportReport,
    /// The refused rows with row, column and reason in front; none when all were taken in.
    pub refused_csv: Option<Vec<u8>>,
}

/// Refused rows named on the screen; the table beside the file has all.
const NAMED: usize = 50;

impl App {
    /// Takes in a file of customers or jobs, a batch of rows at a time.
    ///
    /// # Errors
    /// [`AppError::NotForRole`]; [`AppError::Unreadable`] when it is no table at all. Batches before a failure stay:
    /// the file can simply be imported again.
    pub fn import(&self, name: &str, bytes: &[u8]) -> Result<Imported> {
        let digest = Digest::of(bytes).to_string();
        let mut report = ImportReport { file: name.to_owned(), ..ImportReport::default() };
        let known = self.at_office(Role::works_register, |desk, _| {
            Ok(desk.setting::<Vec<String>>(IMPORTED)?.unwrap_or_default().contains(&digest))
        })?;
        if known {
            report.known = true;
            return Ok(Imported { report, refused_csv: None });
        }
        let table = parse::read(name, bytes)?;
        let mut refused = RefusedRows::new(&table.titles)?;
        for batch in table.records.chunks(BATCH) {
            self.import_batch(batch, &mut report, &mut refused)?;
        }
        self.at_office(Role::works_register, |desk, _| {
            let mut all: Vec<String> = desk.setting(IMPORTED)?.unwrap_or_default();
            all.push(digest);
            let surplus = all.len().saturating_sub(REMEMBERED);
            all.drain(..surplus);
            desk.save_setting(IMPORTED, &all)
        })?;
        Ok(Imported { refused_csv: refused.finish(report.refused)?, report })
    }

    fn import_batch(
        &self,
        batch: &[Record],
        report: &mut ImportReport,
        refused: &mut RefusedRows,
    ) -> Result<()> {
        self.at_office(Role::works_register, |desk, _| {
            let mut planner = plan::Planner::new(&*desk)?;
            let mut events: Vec<Event> = Vec::new();
            for record in batch {
                match planner.plan(record)? {
                    Ok(planned) => {
                        match (planned.events.is_empty(), planned.is_new) {
                            (true, _) => report.unchanged += 1,
                            (false, true) => report.added += 1,
                            (false, false) => report.changed += 1,
                        }
                        events.extend(planned.events);
                    }
                    Err(refusal) => {
                        report.refused += 1;
                        refused.add(&refusal, record)?;
                        if report.refusals.len() < NAMED {
                            report.refusals.push(refusal);
                        }
                    }
                }
            }
            if events.is_empty() { Ok(()) } else { desk.append(None, &events).map(drop) }
        })
    }
}

/// The refused rows as a table.
struct RefusedRows(csv::Writer<Vec<u8>>);

impl RefusedRows {
    fn new(titles: &[String]) -> Result<Self> {
        let mut table = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".into());
        let head = ["refused_row", "refused_column", "refused_reason"].map(str::to_owned);
        table.write_record(head.iter().chain(titles)).map_err(unwritable)?;
        Ok(Self(table))
    }

    fn add(&mut self, refusal: &Refusal, record: &Record) -> Result<()> {
        let front = [refusal.row.to_string(), refusal.column.clone(), refusal.reason.clone()];
        let cells = front.iter().chain(&record.cells).map(|cell| super::table::harmless(cell));
        self.0.write_record(cells).map_err(unwritable)
    }

    fn finish(self, refused: u32) -> Result<Option<Vec<u8>>> {
        if refused == 0 {
            return Ok(None);
        }
        self.0.into_inner().map(Some).map_err(|error| AppError::File(error.into_error()))
    }
}

fn unwritable(error: csv::Error) -> AppError {
    AppError::File(error.into())
}
