//! Several connections read while one writes; each reading sees one state of the database.

use super::error::StoreError;
use rusqlite::Connection;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{sync::Semaphore, task};

/// The reading connections.
#[derive(Debug)]
pub(super) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Semaphore,
}

impl Readers {
    pub(super) fn new(connections: Vec<Connection>) -> Self {
        let permits = Semaphore::new(connections.len());
        Self { free: Arc::new(Mutex::new(connections)), permits }
    }

    pub(super) async fn run<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let _permit = self.permits.acquire().await.map_err(|_| StoreError::Closed)?;
        let lease = Lease::take(&self.free)?;
        let done = task::spawn_blocking(move || match &lease.conn {
            Some(conn) => snapshot(conn, work),
            None => Err(StoreError::Closed.into()),
        });
        done.await.map_err(|_| StoreError::Closed)?
    }
}

/// A connection that goes back when this is dropped, also by a panic.
struct Lease {
    conn: Option<Connection>,
    free: Arc<Mutex<Vec<Connection>>>,
}

impl Lease {
    fn take(free: &Arc<Mutex<Vec<Connection>>>) -> Result<Self, StoreError> {
        let conn = free.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(StoreError::Closed)?;
        Ok(Self { conn: Some(conn), free: Arc::clone(free) })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}

fn snapshot<T, E: From<StoreError>>(
    conn: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = conn.unchecked_transaction().map_err(StoreError::from)?;
    let value = work(&transaction)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(value)
}
