//! Short errands to the office while somebody waits: a document that this desktop knows by name only.
//!
//! The exchange in the background brings what a device needs for its work. What an office merely looks at comes when it
//! is looked at.

use super::{connect, side::Side};
use crate::{app::App, desk::Desk, error::Result};
use fieldseal_domain::{
    Digest,
    fold::{DocumentState, Evidence},
};
use fieldseal_sync::{Engine, HttpCentral, SyncError};
use std::sync::{Arc, PoisonError};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// A way to the office beside the one of the exchange; its session lasts for many errands.
pub(crate) struct Errands {
    runtime: Runtime,
    engine: Engine<HttpCentral, Side>,
}

/// What of a document is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lacking {
    Nothing,
    File(Digest),
    Entries,
}

impl App {
    /// Brings what is missing of a document: its entries, its newest file, and where signatures contradict each other the
    /// file of each. Takes as long as the network takes; the database is free meanwhile. Whether everything is here then.
    ///
    /// # Errors
    /// [`crate::AppError::Central`] when the office cannot be reached or refuses.
    pub fn bring(self: &Arc<Self>, doc: Uuid) -> Result<bool> {
        if self.lacking(doc)? == Lacking::Entries {
            // With what concerns everybody: without a root that was admitted for it, a good file would be called unknown.
            self.errand(async |engine| engine.fetch_subjects(&[Uuid::nil(), doc]).await)?;
        }
        loop {
            match self.lacking(doc)? {
                Lacking::File(sha256) => {
                    let came = self.errand(async |engine| engine.fetch_file(sha256).await)?;
                    if !came.unwrap_or(false) {
                        return Ok(false);
                    }
                }
                Lacking::Nothing => return Ok(true),
                Lacking::Entries => return Ok(false),
            }
        }
    }

    /// Gets the proof that a document's file is in the office's register, if it is not here and can be had.
    ///
    /// # Errors
    /// As [`App::bring`].
    pub fn bring_receipt(self: &Arc<Self>, doc: Uuid) -> Result<()> {
        if let Some(entry) = self.at_work(|desk, _| desk.without_receipt(doc))? {
            self.errand(async |engine| engine.fetch_receipt(entry).await)?;
        }
        Ok(())
    }

    fn lacking(&self, doc: Uuid) -> Result<Lacking> {
        self.at_work(|desk, _| desk.lacking(doc))
    }

    /// Goes to the office; nothing when there is none.
    fn errand<T>(
        self: &Arc<Self>,
        go: impl AsyncFnOnce(&Engine<HttpCentral, Side>) -> fieldseal_sync::Result<T>,
    ) -> Result<Option<T>> {
        let membership = self.at_desk(|desk| Ok(desk.identity.central.clone()))?;
        let Some(membership) = membership else { return Ok(None) };
        let mut errands = self.errands.lock().unwrap_or_else(PoisonError::into_inner);
        let way = match &mut *errands {
            Some(way) => way,
            none => {
                let address = connect::address(&membership.url, membership.server_key)?;
                let central = HttpCentral::new(address).map_err(SyncError::from)?;
                let engine = Engine::new(central, Side { app: Arc::clone(self) });
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                none.insert(Errands { runtime, engine })
            }
        };
        Ok(Some(way.runtime.block_on(go(&way.engine))?))
    }

    /// Forgets the way: the next errand signs in anew.
    pub(crate) fn end_errands(&self) {
        drop(self.errands.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Desk {
    fn lacking(&self, doc: Uuid) -> Result<Lacking> {
        let read = self.store.read();
        if read.entries_of(doc)?.is_empty() {
            return Ok(Lacking::Entries);
        }
        Ok(self.file_to_bring(&self.state_of(doc)?)?.map_or(Lacking::Nothing, Lacking::File))
    }

    /// A file that somebody looks at in this document and that is not here.
    pub(crate) fn file_to_bring(&self, state: &DocumentState) -> Result<Option<Digest>> {
        let contradict = |evidence: &&Evidence| {
            state.slot_conflicts.iter().any(|conflict| conflict.signatures.contains(&evidence.id))
        };
        let signed = state.evidence.iter().filter(contradict).map(|evidence| evidence.sealed);
        for file in state.file.into_iter().chain(signed) {
            if self.store.read().blob_info(file.0)?.is_none() {
                return Ok(Some(file.0));
            }
        }
        Ok(None)
    }
}
