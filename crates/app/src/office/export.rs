//! What leaves the register: tables, and the sealed files in an archive. Page by page, so that the app stays usable
//! and memory small however large the register is.

use super::{
    register::{filter_of, line},
    table::{Words, file_part, harmless},
};
use crate::{
    app::App,
    error::{AppError, Result},
    view::register::{ExportForm, Exported, RegisterExport, RegisterLine},
};
use fieldseal_domain::{event::Event, fold::Status, role::Role};
use fieldseal_store::Direction;
use rust_xlsxwriter::{Format, Workbook};
use std::{
    io::{Seek, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Rows fetched at a time.
const PAGE: u32 = 400;
/// Rows of a workbook: it is built in memory, because nothing readable may lie in a temporary file.
const MOST_XLSX: u64 = 200_000;

/// Where an export goes, and who hears of it.
pub struct ExportSink<'a, W: Write + Seek> {
    /// The file.
    pub file: W,
    /// Told how many rows are done.
    pub progress: &'a dyn Fn(u64),
    /// Set from elsewhere to stop.
    pub stop: &'a AtomicBool,
}

impl App {
    /// Writes an export. What has left is noted in the journal of every document whose file was in it.
    ///
    /// # Errors
    /// [`AppError::NotForRole`], [`AppError::Stopped`], [`AppError::File`].
    pub fn export_register<W: Write + Seek + Send>(
        self: &Arc<Self>,
        request: &RegisterExport,
        sink: ExportSink<'_, W>,
    ) -> Result<Exported> {
        match request.form {
            ExportForm::Csv => self.export_csv(request, sink),
            ExportForm::Xlsx => self.export_xlsx(request, sink),
            ExportForm::Zip => self.export_zip(request, sink),
            ExportForm::Pdf => self.export_paper(request, sink),
        }
    }

    /// Hands out every row of a request, a page at a time; between pages others may use the database.
    pub(super) fn each_line(
        &self,
        request: &RegisterExport,
        stop: &AtomicBool,
        mut take: impl FnMut(RegisterLine) -> Result<()>,
    ) -> Result<()> {
        if !request.chosen.is_empty() {
            for ids in request.chosen.chunks(PAGE as usize) {
                let rows = self.at_office(Role::sees_register, |desk, _| {
                    let read = desk.store.read();
                    ids.iter().map(|id| Ok(read.register_row(*id)?)).collect::<Result<Vec<_>>>()
                })?;
                rows.into_iter().flatten().map(line).try_for_each(&mut take)?;
                go_on(stop)?;
            }
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = self.at_office(Role::sees_register, |desk, _| {
                let filter = filter_of(&request.query, &desk.pen.clock.now())?;
                Ok(desk.store.read().register(&filter, Direction::Newest, after, PAGE)?)
            })?;
            page.rows.into_iter().map(line).try_for_each(&mut take)?;
            go_on(stop)?;
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    fn export_csv<W: Write + Seek>(
        &self,
        request: &RegisterExport,
        mut sink: ExportSink<'_, W>,
    ) -> Result<Exported> {
        // The mark tells spreadsheets that the text is UTF-8.
        sink.file.write_all("\u{feff}".as_bytes())?;
        let words = Words(&request.words);
        let mut table =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut sink.file);
        let mut rows = 0;
        write_record(&mut table, words.titles())?;
        self.each_line(request, sink.stop, |line| {
            write_record(&mut table, words.cells(&line))?;
            rows += 1;
            (sink.progress)(rows);
            Ok(())
        })?;
        table.flush()?;
        drop(table);
        Ok(Exported { path: None, rows, without_file: 0 })
    }

    fn export_xlsx<W: Write + Seek + Send>(
        &self,
        request: &RegisterExport,
        mut sink: ExportSink<'_, W>,
    ) -> Result<Exported> {
        let words = Words(&request.words);
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let bold = Format::new().set_bold();
        sheet.set_freeze_panes(1, 0).map_err(unwritable)?;
        for (column, title) in (0u16..).zip(words.titles()) {
            sheet.write_string_with_format(0, column, title, &bold).map_err(unwritable)?;
        }
        let mut rows: u64 = 0;
        self.each_line(request, sink.stop, |line| {
            if rows >= MOST_XLSX {
                return Err(AppError::TooMany);
            }
            rows += 1;
            let row = u32::try_from(rows).map_err(|_| AppError::TooMany)?;
            for (column, cell) in (0u16..).zip(words.cells(&line)) {
                // A cell of type text is never a formula; the quote is for programs that turn it into CSV later.
                sheet.write_string(row, column, harmless(&cell)).map_err(unwritable)?;
            }
            (sink.progress)(rows);
            Ok(())
        })?;
        book.save_to_writer(&mut sink.file).map_err(unwritable)?;
        sink.file.flush()?;
        Ok(Exported { path: None, rows, without_file: 0 })
    }

    fn export_zip<W: Write + Seek>(
        self: &Arc<Self>,
        request: &RegisterExport,
        sink: ExportSink<'_, W>,
    ) -> Result<Exported> {
        let mut archive = ZipWriter::new(sink.file);
        // A sealed file is compressed inside already.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let (mut rows, mut without_file) = (0, 0);
        let mut reachable = true;
        self.each_line(request, sink.stop, |line| {
            // Once the office cannot be reached nobody waits for it again and again.
            reachable = reachable && (!line.has_file || self.bring(line.id).is_ok());
            let found = self.at_office(Role::sees_register, |desk, person| {
                let Some(file) = desk.store.read().register_row(line.id)?.and_then(|row| row.file) else {
                    return Ok(None);
                };
                let Some(bytes) = desk.store.read().blob(file.0)? else { return Ok(None) };
                desk.append(Some(line.id), &[Event::Exported { by: person }])?;
                Ok(Some(bytes))
            })?;
            // A file is whole without its receipt: what is not registered yet has none.
            reachable = reachable && (found.is_none() || self.bring_receipt(line.id).is_ok());
            let receipt = if found.is_some() { self.receipt(line.id).ok() } else { None };
            match found {
                Some(bytes) => {
                    let mut put = |name: String, bytes: &[u8]| -> Result<()> {
                        archive.start_file(name, options).map_err(std::io::Error::from)?;
                        Ok(archive.write_all(bytes)?)
                    };
                    put(name_of(&line, ending(line.status)), &bytes)?;
                    if let Some(receipt) = receipt {
                        put(name_of(&line, "receipt.json"), &receipt.bytes)?;
                    }
                    rows += 1;
                }
                None => without_file += 1,
            }
            (sink.progress)(rows + without_file);
            Ok(())
        })?;
        archive.finish().map_err(std::io::Error::from)?.flush()?;
        Ok(Exported { path: None, rows, without_file })
    }
}

fn go_on(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) { Err(AppError::Stopped) } else { Ok(()) }
}

fn write_record<W: Write>(table: &mut csv::Writer<W>, cells: Vec<String>) -> Result<()> {
    let cells = cells.iter().map(|cell| harmless(cell));
    table.write_record(cells).map_err(|error| AppError::File(error.into()))
}

fn unwritable(error: rust_xlsxwriter::XlsxError) -> AppError {
    AppError::File(std::io::Error::other(error))
}

fn ending(status: Status) -> &'static str {
    match status {
        Status::Draft | Status::Ready | Status::Cancelled | Status::Expired => "pdf",
        Status::PartiallySigned
        | Status::Signed
        | Status::SignedUnavailable
        | Status::Declined
        | Status::Voided => "sealed.pdf",
    }
}

/// `FS-2026-RO1-00001_Customer_2026-09-01.sealed.pdf`.
fn name_of(line: &RegisterLine, ending: &str) -> String {
    let day = line.at.get(..10).unwrap_or_default();
    let number = if line.number.is_empty() { line.id.to_string() } else { line.number.clone() };
    format!("{}_{}_{}.{ending}", file_part(&number), file_part(&line.customer), file_part(day))
}
