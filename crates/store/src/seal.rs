//! The seal: signed file, events and projection in one transaction, and the ink draft gone with it (design D9).

use crate::{
    blob::BlobSort,
    error::{Result, StoreError},
    journal::{self, Author, NewEvent, Position},
    store::Tx,
};
use fieldseal_domain::{
    Digest, FileHash,
    event::{Event, ReadEvent, SignedSlot},
    fold::{DocumentState, FoldEntry, Move, Place},
    hlc::Hlc,
};
use uuid::Uuid;

/// A slot that is signed.
#[derive(Clone, Copy)]
pub struct Seal<'a> {
    /// Who writes.
    pub author: &'a Author<'a>,
    /// The document.
    pub doc: Uuid,
    /// The slot.
    pub slot: &'a str,
    /// Exactly one [`Event::Signed`] of this slot, and what goes with it: empty slots before, [`Event::Closed`] after.
    pub events: &'a [NewEvent<'a>],
    /// The file with the signature in it: begins with the file that is stored now.
    pub pdf: &'a [u8],
}

fn mismatch(why: &'static str) -> StoreError {
    StoreError::FileMismatch { why }
}

/// An event that is about to be written, after everything that is there.
fn coming(device: &str, n: u32, event: &Event) -> FoldEntry {
    const LATE: u64 = u64::MAX - u32::MAX as u64;
    let n = LATE.saturating_add(n.into());
    FoldEntry {
        id: Digest::in_context("coming", &n.to_be_bytes()),
        place: Place { hlc: Hlc(n), device: device.to_owned(), n },
        critical: event.is_critical(),
        event: ReadEvent::Known(Box::new(event.clone())),
        facts: None,
        here: true,
    }
}

impl Tx<'_> {
    /// Stores a signature: the file, the events, the projections; the slot's ink draft is deleted.
    ///
    /// # Errors
    /// [`StoreError::Move`] when the slot cannot be signed or the document not be closed;
    /// [`StoreError::FileMismatch`] when events, acceptance and file do not speak of the same thing; limits; disk full.
    pub fn seal(&self, seal: &Seal<'_>) -> Result<Vec<Position>> {
        let entries = self.entries_of(seal.doc)?;
        if entries.is_empty() {
            return Err(StoreError::NoDocument(seal.doc));
        }
        let mut folded = journal::fold_entries(self, seal.doc, &entries)?;
        let mut state = DocumentState::fold(folded.clone());
        let mut signed = 0;
        for (event, n) in seal.events.iter().zip(1..) {
            if event.doc != Some(seal.doc) {
                return Err(mismatch("an event is of another document"));
            }
            if let Event::Signed(slot) = event.event {
                signed += 1;
                self.check_signed(seal, &state, slot)?;
            }
            if let Event::Closed { sealed, .. } = event.event
                && *sealed != FileHash::of(seal.pdf)
            {
                return Err(mismatch("it is closed with another file"));
            }
            folded.push(coming(seal.author.device, n, event.event));
            state = DocumentState::fold(folded.clone());
        }
        if signed != 1 {
            return Err(mismatch("one signature per file"));
        }
        let positions = self.append_all(seal.author, seal.events)?;
        self.put_blob(BlobSort::Sealed, "application/pdf", seal.pdf)?;
        self.delete_ink(seal.doc, seal.slot)?;
        Ok(positions)
    }

    fn check_signed(&self, seal: &Seal<'_>, state: &DocumentState, signed: &SignedSlot) -> Result<()> {
        state.may(&Move::Sign(seal.slot))?;
        if signed.closes {
            state.may(&Move::Close)?;
        }
        let acceptance = &signed.acceptance;
        if acceptance.slot != seal.slot {
            return Err(mismatch("the acceptance is of another slot"));
        }
        if signed.sealed != FileHash::of(seal.pdf) || usize::try_from(signed.size) != Ok(seal.pdf.len()) {
            return Err(mismatch("the sealed file has another digest or size"));
        }
        let Some(frozen) = &state.frozen else { return Err(mismatch("nothing is frozen")) };
        if acceptance.content != frozen.content_hash || acceptance.number != frozen.number {
            return Err(mismatch("the acceptance is of another content"));
        }
        if acceptance.file != frozen.file && Some(acceptance.file) != state.file {
            return Err(mismatch("the signer saw another file"));
        }
        let before = self.position(seal.author.device, acceptance.journal.n)?;
        if before.is_none_or(|before| before.id != acceptance.journal.id) {
            return Err(mismatch("the acceptance names a journal entry that is not there"));
        }
        match state.file {
            Some(file) if self.blob_is_prefix_of(file.0, seal.pdf)? => Ok(()),
            Some(_) | None => Err(mismatch("the sealed file does not begin with the file that was shown")),
        }
    }
}
