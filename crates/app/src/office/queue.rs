//! What still waits for the office, as the screens say it.

use crate::{
    app::App,
    desk::Desk,
    error::Result,
    lists::has_signature,
    view::sync::{QueueItem, SyncPhase, SyncView},
};
use fieldseal_store::{Direction, RegisterFilter, SyncState};

/// Most things named one by one.
const MOST: u32 = 200;

impl App {
    /// How things stand with the office.
    ///
    /// # Errors
    /// What the database says.
    pub fn sync_view(&self) -> Result<SyncView> {
        self.at_work(|desk, _| desk.sync_view())
    }
}

impl Desk {
    fn sync_view(&self) -> Result<SyncView> {
        let filter = RegisterFilter { sync: Some(SyncState::Local), ..RegisterFilter::default() };
        let page = self.store.read().register(&filter, Direction::Oldest, None, MOST)?;
        let queue = page.rows.into_iter().map(|row| QueueItem {
            document: Some(row.doc),
            title: if row.number.is_empty() { row.customer_name } else { row.number },
            reason: "no_office".to_owned(),
            since: row.at,
            signed: has_signature(row.status),
        });
        Ok(SyncView {
            phase: SyncPhase::Alone,
            only_here: self.signed_only_here()?,
            queue: queue.collect(),
            last: String::new(),
            problem: None,
        })
    }
}
