//! The register's rows, mirrored for the office: the newest first, so that the list is usable at once, the rest behind
//! it, and what changed since on every session.

use crate::{
    error::{Result, SyncError},
    local::{Local, on_store},
    session::Session,
};
use fieldseal_domain::FileHash;
use fieldseal_store::{Peer, RegisterOrigin, RegisterRow, SyncState, Tx, Verification};
use fieldseal_wire::{
    Central,
    central::RegisterAsk,
    register::{MAX_ROWS, RegisterPage, RegisterRow as WireRow},
};

impl<C: Central, L: Local> Session<'_, C, L> {
    /// What changed since the last session; then what still lies behind.
    pub(crate) async fn pull_register(&self) -> Result<()> {
        if let Some(newest) = self.register_newest()? {
            self.pull_changes(newest).await?;
        }
        self.pull_backwards().await
    }

    fn register_newest(&self) -> Result<Option<u64>> {
        on_store(self.local, |store| Ok(store.read().peer()?.and_then(|peer| peer.register_newest)))
    }

    async fn pull_changes(&self, mut newest: u64) -> Result<()> {
        loop {
            let page = self.changes_after(newest).await?;
            if page.rows.is_empty() && page.removed.is_empty() {
                return Ok(());
            }
            let reached = place_reached(&page).unwrap_or(newest);
            if reached <= newest {
                return Err(SyncError::Answer("a page of the register that leads nowhere"));
            }
            newest = reached;
            self.keep(&page, |peer| peer.register_newest = Some(reached))?;
            if !page.more {
                return Ok(());
            }
        }
    }

    /// A server that counts no changes knows the question no better than one for the newest rows: it is asked by heads.
    async fn changes_after(&self, newest: u64) -> Result<RegisterPage> {
        let ask = RegisterAsk::Changes(newest);
        let page = self.ask(async |central| central.register(ask, MAX_ROWS).await).await?;
        if page.change.is_some() {
            return Ok(page);
        }
        self.ask(async |central| central.register(RegisterAsk::After(newest), MAX_ROWS).await).await
    }

    async fn pull_backwards(&self) -> Result<()> {
        loop {
            let oldest =
                on_store(self.local, |store| Ok(store.read().peer()?.and_then(|peer| peer.register_oldest)))?;
            if oldest == Some(0) {
                return Ok(());
            }
            let page = self
                .ask(async |central| central.register(RegisterAsk::Before(oldest), MAX_ROWS).await)
                .await?;
            let reached = page.rows.iter().map(|row| row.head).min();
            if page.more && (reached.is_none() || oldest.is_some_and(|oldest| reached >= Some(oldest))) {
                return Err(SyncError::Answer("a page of the register that leads nowhere"));
            }
            self.keep(&page, |peer| {
                // Changes count from the first page on: what changes while the rest comes is heard of then.
                peer.register_newest = peer.register_newest.or_else(|| place_reached(&page));
                peer.register_oldest = if page.more { reached } else { Some(0) };
            })?;
        }
    }

    /// Rows and cursor in one transaction.
    fn keep(&self, page: &RegisterPage, move_on: impl Fn(&mut Peer)) -> Result<()> {
        on_store(self.local, |store| {
            store.transact(|tx| {
                put_rows(tx, page)?;
                let mut peer = tx.peer()?.unwrap_or_default();
                move_on(&mut peer);
                tx.put_peer(&peer)
            })
        })
    }
}

/// Where to ask from next: the change, or the newest head where the server counts none.
fn place_reached(page: &RegisterPage) -> Option<u64> {
    page.change.or_else(|| page.rows.iter().map(|row| row.head).max())
}

fn put_rows(tx: &Tx<'_>, page: &RegisterPage) -> std::result::Result<(), fieldseal_store::StoreError> {
    for row in &page.rows {
        tx.put_register_row(&mirrored(row), &[&row.equipment], &[])?;
    }
    page.removed.iter().try_for_each(|doc| tx.delete_mirrored_row(*doc))
}

fn mirrored(row: &WireRow) -> RegisterRow {
    let at_ms = u64::try_from(row.updated_ms).unwrap_or(0);
    RegisterRow {
        doc: row.doc,
        number: row.number.clone(),
        kind: row.kind.clone(),
        status: row.status,
        revision: row.revision,
        customer: row.customer,
        customer_name: row.customer_name.clone(),
        site: row.site.clone(),
        technician: row.person,
        technician_name: row.person_name.clone(),
        signer: row.signer.clone(),
        method: row.method.clone(),
        signed_at: row.signed_at.clone(),
        serial: row.serial.clone(),
        device: row.number.split('-').nth(2).unwrap_or_default().to_owned(),
        job: row.job,
        file: row.file.map(FileHash),
        at_ms,
        at: row.day.clone(),
        changed_ms: at_ms,
        head_seq: row.head,
        sync: if row.file.is_some() && !row.file_here { SyncState::Local } else { SyncState::Acknowledged },
        verification: Verification::None,
        conflict: row.conflict || row.quarantined > 0,
        origin: RegisterOrigin::Mirror,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    /// Would turn red if a mirrored row showed less than one that was folded here.
    #[test]
    fn a_mirrored_row_says_where_and_who() {
        let row = json!({
            "doc": uuid::Uuid::nil(), "head": 7, "kind": "service_sheet", "status": "signed", "number": "SS-2026-T7-00001",
            "revision": 0, "customer": uuid::Uuid::nil(), "customer_name": "Lind AB", "equipment": "", "serial": "",
            "job": null, "person": null, "person_name": "", "device": "d", "method": "drawn", "day": "2026-11-22",
            "updated_ms": 1, "file": "0".repeat(64), "file_here": false, "conflict": false, "quarantined": 0,
            "total_minor": null, "currency": "", "site": "Malmö", "signer": "Anna Lind", "signed_at": "2026-11-22",
        });
        let row: WireRow = serde_json::from_value(row).unwrap();
        let shown = mirrored(&row);
        assert_eq!((shown.site.as_str(), shown.signer.as_str()), ("Malmö", "Anna Lind"));
        assert_eq!((shown.signed_at.as_str(), shown.device.as_str()), ("2026-11-22", "T7"));
        assert_eq!(shown.sync, SyncState::Local, "its file is not there yet");
        let here = mirrored(&WireRow { file_here: true, ..row });
        assert_eq!(here.sync, SyncState::Acknowledged);
    }
}
