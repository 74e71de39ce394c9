//! The register's rows, mirrored for the office: the newest first, so that the list is usable at once, the rest behind
//! it, and what changed since on every session.

use crate::{
    error::{Result, SyncError},
    local::{Local, on_store},
    session::Session,
};
use fieldseal_domain::FileHash;
use fieldseal_store::{RegisterOrigin, RegisterRow, SyncState, Tx, Verification};
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
            let page = self
                .ask(async |central| central.register(RegisterAsk::After(newest), MAX_ROWS).await)
                .await?;
            let Some(reached) = page.rows.iter().map(|row| row.head).max() else { return Ok(()) };
            if reached <= newest {
                return Err(SyncError::Answer("a page of the register that leads nowhere"));
            }
            newest = reached;
            on_store(self.local, |store| {
                store.transact(|tx| {
                    put_rows(tx, &page)?;
                    let mut peer = tx.peer()?.unwrap_or_default();
                    peer.register_newest = Some(reached);
                    tx.put_peer(&peer)
                })
            })?;
            if !page.more {
                return Ok(());
            }
        }
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
            let newest = page.rows.iter().map(|row| row.head).max();
            on_store(self.local, |store| {
                store.transact(|tx| {
                    put_rows(tx, &page)?;
                    let mut peer = tx.peer()?.unwrap_or_default();
                    peer.register_newest = peer.register_newest.max(newest);
                    peer.register_oldest = if page.more { reached } else { Some(0) };
                    tx.put_peer(&peer)
                })
            })?;
        }
    }
}

fn put_rows(tx: &Tx<'_>, page: &RegisterPage) -> std::result::Result<(), fieldseal_store::StoreError> {
    for row in &page.rows {
        tx.put_register_row(&mirrored(row), &[&row.equipment], &[])?;
    }
    Ok(())
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
        site: String::new(),
        technician: row.person,
        technician_name: row.person_name.clone(),
        signer: String::new(),
        method: row.method.clone(),
        signed_at: String::new(),
        serial: row.serial.clone(),
        device: row.number.split('-').nth(2).unwrap_or_default().to_owned(),
        job: row.job,
        file: row.file.map(FileHash),
        at_ms,
        at: row.day.clone(),
        changed_ms: at_ms,
        head_seq: row.head,
        sync: SyncState::Acknowledged,
        verification: Verification::None,
        conflict: row.conflict || row.quarantined > 0,
        origin: RegisterOrigin::Mirror,
    }
}
