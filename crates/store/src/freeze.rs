//! The freeze: draft compared, number taken, file and events stored, in one transaction (design D5).

use crate::{
    blob::BlobSort,
    error::{Result, StoreError},
    journal::{Author, NewEvent, Position},
    store::{Read, Tx},
};
use fieldseal_domain::{
    FileHash,
    event::{Event, FrozenRevision},
    fold::{DocumentState, Move},
    number::{DocumentNumber, Series},
};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// A draft that becomes final.
#[derive(Clone, Copy)]
pub struct Freeze<'a> {
    /// Who writes.
    pub author: &'a Author<'a>,
    /// The document.
    pub doc: Uuid,
    /// Version of the working copy that was rendered; 0 when there is none and the last save point was rendered.
    pub draft_version: u64,
    /// The save point, if the working copy differs from the last one, then [`Event::Frozen`] as the last.
    pub events: &'a [NewEvent<'a>],
    /// The file that was rendered, number and all.
    pub pdf: &'a [u8],
}

impl Read<'_> {
    /// The number the next new document of a series gets: what to render in.
    ///
    /// # Errors
    /// What the database says.
    pub fn next_number(&self, series: &Series) -> Result<DocumentNumber> {
        let sql = "SELECT next FROM series WHERE prefix = ?1 AND year = ?2 AND device = ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let next = statement.query_row(params![series.prefix, series.year, series.device], |row| row.get(0));
        Ok(DocumentNumber { series: series.clone(), position: next.optional()?.unwrap_or(1) })
    }
}

impl Tx<'_> {
    /// Freezes a document. A document that already has a number keeps it.
    ///
    /// # Errors
    /// [`StoreError::DraftChanged`] and [`StoreError::NumberTaken`]: render again with what they say;
    /// [`StoreError::DraftNotSaved`] when the events do not say all that the working copy says;
    /// [`StoreError::FileMismatch`] when the event speaks of another file; [`StoreError::Move`]; limits; disk full.
    pub fn freeze(&self, freeze: &Freeze<'_>) -> Result<Vec<Position>> {
        let frozen = frozen_event(freeze)?;
        let draft = self.draft(freeze.doc)?;
        let found = draft.as_ref().map_or(0, |draft| draft.version);
        if found != freeze.draft_version {
            return Err(StoreError::DraftChanged { expected: freeze.draft_version, found });
        }
        let state = self.document_state(freeze.doc)?.ok_or(StoreError::NoDocument(freeze.doc))?;
        state.may(&Move::Freeze)?;
        self.take_number(&state, frozen)?;
        let positions = self.append_all(freeze.author, freeze.events)?;
        if let Some(draft) = draft {
            let saved = self.document_state(freeze.doc)?.map(|state| state.content.cleaned()).transpose()?;
            if saved != Some(draft.content.cleaned()?) {
                return Err(StoreError::DraftNotSaved);
            }
        }
        self.put_blob(BlobSort::Frozen, "application/pdf", freeze.pdf)?;
        self.delete_draft(freeze.doc)?;
        Ok(positions)
    }

    fn take_number(&self, state: &DocumentState, frozen: &FrozenRevision) -> Result<()> {
        let wanted: DocumentNumber =
            frozen.number.parse().map_err(|_| StoreError::FileMismatch { why: "its number is none" })?;
        if let Some(kept) = &state.number {
            return match kept.parse() {
                _ if *kept == frozen.number => Ok(()),
                Ok(next) => Err(StoreError::NumberTaken { next }),
                Err(_) => Err(StoreError::FileMismatch { why: "the document has another number" }),
            };
        }
        let next = self.next_number(&wanted.series)?;
        if next != wanted {
            return Err(StoreError::NumberTaken { next });
        }
        let Series { prefix, year, device } = &wanted.series;
        let sql = "INSERT INTO series (prefix, year, device, next) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (prefix, year, device) DO UPDATE SET next = excluded.next";
        let after = i64::from(wanted.position) + 1;
        self.conn.prepare_cached(sql)?.execute(params![prefix, year, device, after])?;
        Ok(())
    }
}

/// The last event, if it is the one and it speaks of this file.
fn frozen_event<'a>(freeze: &Freeze<'a>) -> Result<&'a FrozenRevision> {
    let mismatch = |why| StoreError::FileMismatch { why };
    if freeze.events.iter().any(|event| event.doc != Some(freeze.doc)) {
        return Err(mismatch("an event is of another document"));
    }
    let Some(Event::Frozen(frozen)) = freeze.events.last().map(|event| event.event) else {
        return Err(mismatch("the last event does not freeze"));
    };
    if frozen.file != FileHash::of(freeze.pdf) || usize::try_from(frozen.size) != Ok(freeze.pdf.len()) {
        return Err(mismatch("the frozen file has another digest or size"));
    }
    Ok(frozen)
}
