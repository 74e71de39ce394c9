//! Short errands to the office while somebody waits: a document that this desktop knows by name only.
//!
//! The exchange in the background brings what a device needs for its work. What an office merely looks at comes when it
//! is looked at.

use super::{connect, side::Side};
use crate::{app::App, desk::Desk, error::Result};
use fieldseal_domain::Digest;
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
    /// Brings what is missing of a document: its entries, its newest file. Takes as long as the network takes; the
    /// database is free meanwhile. Whether everything is here then.
    ///
    /// # Errors
    /// [`crate::AppError::Central`] when the office cannot be reached or refuses.
    pub fn bring(self: &Arc<Self>, doc: Uuid) -> Result<bool> {
        if self.lacking(doc)? == Lacking::Entries {
            // With what concerns everybody: without a root that was admitted for it, a good file would be called unknown.
            self.errand(async |engine| engine.fetch_subjects(&[Uuid::nil(), doc]).await)?;
        }
        match self.lacking(doc)? {
            Lacking::File(sha256) => {
                Ok(self.errand(async |engine| engine.fetch_file(sha256).await)?.unwrap_or(false))
            }
            Lacking::Nothing => Ok(true),
            Lacking::Entries => Ok(false),
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
        Ok(match self.state_of(doc)?.file {
            Some(file) if read.blob_info(file.0)?.is_none() => Lacking::File(file.0),
            Some(_) | None => Lacking::Nothing,
        })
    }
}
