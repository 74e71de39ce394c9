//! Signatures that cannot travel by network: entries and files in one file, for a stick, and its way into the office.
//!
//! JSON Lines, so that neither side ever needs the whole of it, and a file that was cut off is noticed: the first line
//! says what it is, the last one how much came before.

use crate::{
    engine::Engine,
    error::{Result, SyncError},
    local::Local,
    push::{from_wire, to_wire},
    session::Session,
};
use fieldseal_domain::Digest;
use fieldseal_store::{Store, StoreError};
use fieldseal_wire::{
    Bytes, CallError, Central, WireEntry,
    blob::{BlobState, PIECE},
    push::{MAX_ENTRIES, Push},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Write},
};

const FORMAT: &str = "fieldseal/parcel/v1";
/// Longest line that is read: a piece of a file in base64, or an entry.
const MAX_LINE: u64 = 4 * 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Parcel { format: String },
    Entry { journal: String, entry: WireEntry },
    File { sha256: Digest, size: u64, offset: u64, bytes: Bytes },
    End { entries: u64, files: u64 },
}

/// Why a parcel cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    /// The file.
    #[error("the file cannot be read or written")]
    Io(#[from] io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No parcel, or a line that is none of it.
    #[error("line {0} is not what belongs into such a file")]
    NotAParcel(u64),
    /// The end is missing.
    #[error("the file is cut off")]
    CutOff,
    /// The server, or the device.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

/// What a parcel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parcel {
    /// Entries.
    pub entries: u64,
    /// Files.
    pub files: u64,
}

fn write_line(out: &mut dyn Write, line: &Line) -> std::result::Result<(), ParcelError> {
    serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Writes every own entry that is not acknowledged, and the files that were not sent. Nothing here changes by it: it is
/// sent all the same when the network returns, and what comes twice is kept once.
///
/// # Errors
/// [`ParcelError`].
pub fn write_parcel(store: &Store, out: &mut dyn Write) -> std::result::Result<Parcel, ParcelError> {
    let read = store.read();
    let mut parcel = Parcel::default();
    write_line(out, &Line::Parcel { format: FORMAT.to_owned() })?;
    for journal in read.own_journals()? {
        let mut after = journal.acked;
        loop {
            let entries = read.entries_after(&journal.device, after, 200)?;
            let Some(last) = entries.last() else { break };
            after = last.header.n;
            for entry in &entries {
                let line = Line::Entry { journal: journal.device.clone(), entry: to_wire(entry) };
                write_line(out, &line)?;
                parcel.entries += 1;
            }
        }
    }
    for due in read.files_unsent()? {
        let (sha256, size) = (due.file.sha256, due.file.size);
        let mut offset = 0;
        while offset < size {
            let bytes = read.file_part(sha256, offset, PIECE)?;
            if bytes.is_empty() {
                break;
            }
            let length = bytes.len() as u64;
            write_line(out, &Line::File { sha256, size, offset, bytes: Bytes(bytes) })?;
            offset += length;
        }
        parcel.files += 1;
    }
    write_line(out, &Line::End { entries: parcel.entries, files: parcel.files })?;
    out.flush()?;
    Ok(parcel)
}

/// Reads a parcel to its end without doing anything with it.
///
/// # Errors
/// [`ParcelError`].
pub fn read_parcel(input: &mut dyn BufRead) -> std::result::Result<Parcel, ParcelError> {
    let mut found = None;
    let mut lines = Lines { input, number: 0 };
    lines.expect_head()?;
    while let Some(line) = lines.next()? {
        if let Line::End { entries, files } = line {
            found = Some(Parcel { entries, files });
        }
    }
    found.ok_or(ParcelError::CutOff)
}

struct Lines<'a> {
    input: &'a mut dyn BufRead,
    number: u64,
}

impl Lines<'_> {
    fn next(&mut self) -> std::result::Result<Option<Line>, ParcelError> {
        let mut text = Vec::new();
        let count = io::Read::take(&mut *self.input, MAX_LINE).read_until(b'\n', &mut text)?;
        if count == 0 {
            return Ok(None);
        }
        self.number += 1;
        if text.last() != Some(&b'\n') {
            return Err(ParcelError::CutOff);
        }
        serde_json::from_slice(&text).map(Some).map_err(|_| ParcelError::NotAParcel(self.number))
    }

    fn expect_head(&mut self) -> std::result::Result<(), ParcelError> {
        match self.next()? {
            Some(Line::Parcel { format }) if format == FORMAT => Ok(()),
            Some(_) | None => Err(ParcelError::NotAParcel(1)),
        }
    }
}

/// Journals of a parcel that the server does not take.
#[derive(Default)]
struct Refused {
    journals: BTreeSet<String>,
    first: Option<SyncError>,
}

impl<C: Central, L: Local> Engine<C, L> {
    /// Brings a colleague's parcel to the server. Entries prove themselves, so nobody has to trust the stick.
    ///
    /// # Errors
    /// [`ParcelError`]; what was brought stays with the server. A journal that the server refuses stops no other one: the
    /// first refusal is told when everything else is there.
    pub async fn bring_parcel(&self, input: &mut dyn BufRead) -> std::result::Result<Parcel, ParcelError> {
        let session = Session { central: self.central(), local: self.local(), status: self.status_sender() };
        let mut lines = Lines { input, number: 0 };
        lines.expect_head()?;
        let mut brought = Parcel::default();
        let mut waiting: BTreeMap<String, Vec<WireEntry>> = BTreeMap::new();
        let mut refused = Refused::default();
        let mut end = None;
        while let Some(line) = lines.next()? {
            match line {
                Line::Entry { journal, entry } => {
                    from_wire(&entry)?;
                    let batch = waiting.entry(journal.clone()).or_default();
                    batch.push(entry);
                    let bytes: usize = batch.iter().map(WireEntry::size).sum();
                    if batch.len() == MAX_ENTRIES || bytes > PIECE / 2 {
                        brought.entries +=
                            session.bring(&journal, std::mem::take(batch), &mut refused).await?;
                    }
                }
                Line::File { sha256, size, offset, bytes } => {
                    for (journal, batch) in std::mem::take(&mut waiting) {
                        brought.entries += session.bring(&journal, batch, &mut refused).await?;
                    }
                    brought.files += u64::from(session.bring_piece(sha256, size, offset, bytes.0).await?);
                }
                Line::End { entries, files } => end = Some((entries, files)),
                Line::Parcel { .. } => return Err(ParcelError::NotAParcel(lines.number)),
            }
        }
        for (journal, batch) in waiting {
            brought.entries += session.bring(&journal, batch, &mut refused).await?;
        }
        end.ok_or(ParcelError::CutOff)?;
        refused.first.map_or(Ok(brought), |error| Err(error.into()))
    }
}

impl<C: Central, L: Local> Session<'_, C, L> {
    async fn bring(&self, journal: &str, entries: Vec<WireEntry>, refused: &mut Refused) -> Result<u64> {
        if entries.is_empty() || refused.journals.contains(journal) {
            return Ok(0);
        }
        let count = entries.len() as u64;
        let push = Push { journal: journal.to_owned(), entries };
        match self.ask(async |central| central.push(&push).await).await {
            Ok(_) => Ok(count),
            Err(error @ SyncError::Call(CallError::Refused(_))) => {
                refused.journals.insert(journal.to_owned());
                refused.first.get_or_insert(error);
                Ok(0)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the file is complete with this piece.
    async fn bring_piece(&self, sha256: Digest, size: u64, offset: u64, bytes: Vec<u8>) -> Result<bool> {
        let state = self.ask(async |central| central.blob_state(sha256).await).await?;
        let there = match state {
            BlobState::Complete { .. } => return Ok(offset == 0),
            BlobState::Partial { offset } => offset,
            BlobState::Absent => 0,
        };
        // The server may have a part of this piece from an attempt before.
        let Some(skip) = there.checked_sub(offset).and_then(|skip| usize::try_from(skip).ok()) else {
            return Err(SyncError::Answer("a piece of a file is missing"));
        };
        let Some(rest) = bytes.get(skip..).filter(|rest| !rest.is_empty()) else { return Ok(false) };
        let rest = rest.to_vec();
        let state =
            self.ask(async |central| central.put_blob(sha256, there, size, rest.clone()).await).await?;
        Ok(matches!(state, BlobState::Complete { .. }))
    }
}
