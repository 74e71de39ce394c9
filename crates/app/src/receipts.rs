//! Receipts: the office's register proves that it has a sealed file. `fieldseal-verify --receipt` checks them.

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Result},
    export::SealedFile,
};
use fieldseal_domain::Digest;
use fieldseal_seal::{
    log::{Receipt, Registered},
    verify::{Verdict, VerifyOptions, verify},
};
use fieldseal_store::Entry;
use uuid::Uuid;

/// Kinds of entries that a sealed file comes from.
const SEALING: [&str; 4] = ["signed", "closed", "not_signed", "recovered"];

impl App {
    /// The receipt of a document's newest file, `FS-2026-K7Q2-00001.receipt.json`.
    ///
    /// # Errors
    /// [`AppError::NotFound`] while there is none.
    pub fn receipt(&self, doc: Uuid) -> Result<SealedFile> {
        self.at_work(|desk, _| {
            let none = || AppError::NotFound("receipt");
            let state = desk.state_of(doc)?;
            let file = state.file.ok_or_else(none)?;
            let read = desk.store.read();
            let pdf = read.blob(file.0)?.ok_or_else(none)?;
            let entries = read.entries_of(doc)?;
            let options = desk.options_for(&entries)?;
            let (_, bytes) =
                desk.registered(&entries, &verify(&pdf, &options), &options)?.ok_or_else(none)?;
            let name = format!("{}.receipt.json", state.number.unwrap_or_default());
            Ok(SealedFile { name, bytes })
        })
    }
}

impl Desk {
    /// What the receipts here prove about the file that was judged, and the receipt.
    pub(crate) fn registered(
        &self,
        entries: &[Entry],
        verdict: &Verdict,
        options: &VerifyOptions,
    ) -> Result<Option<(Registered, Vec<u8>)>> {
        let Some(key) = verdict.signatures.last().and_then(|signature| signature.device_key) else {
            return Ok(None);
        };
        for entry in sealing(entries) {
            for bytes in self.store.read().receipts(entry.id)?.into_iter().rev() {
                let checked = Receipt::from_json(&bytes).ok().and_then(|receipt| {
                    receipt.check_file(verdict.sha256, &key, &options.roots, options.at).ok()
                });
                if let Some(registered) = checked {
                    return Ok(Some((registered, bytes)));
                }
            }
        }
        Ok(None)
    }

    /// The entry that a document's newest file comes from, if the register has it and no proof of that is here.
    pub(crate) fn without_receipt(&self, doc: Uuid) -> Result<Option<Digest>> {
        let read = self.store.read();
        let entries = read.entries_of(doc)?;
        let Some(entry) = sealing(&entries).next() else { return Ok(None) };
        let wanted = read.envelope(entry.id)?.is_some() && read.receipts(entry.id)?.is_empty();
        Ok(wanted.then_some(entry.id))
    }
}

/// Entries that sealed files come from, newest first.
fn sealing(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries.iter().rev().filter(|entry| SEALING.contains(&entry.header.kind.as_str()))
}
