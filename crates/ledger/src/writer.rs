//! One thread writes. What waits while a transaction is committed goes into the next one together (group commit).

use super::error::StoreError;
use rusqlite::Connection;
use std::{sync::mpsc, thread};
use tokio::sync::oneshot;

/// Jobs of one transaction at most.
const GROUP: usize = 64;

type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Job = Box<dyn FnOnce(&Connection) -> Finish + Send>;

/// The writing thread. It ends when this is dropped and its last job is done.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(conn: Connection) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread =
            thread::Builder::new().name("store-writer".into()).spawn(move || serve(&conn, &queue))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// All of `work` in a transaction, or nothing. When this gives `Ok`, it survives a power cut.
    pub(super) async fn run<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let outcome = in_savepoint(conn, work);
            Box::new(move |committed| {
                // Whoever asked may have gone; the work is done all the same.
                let _ = answer.send(committed.map_err(E::from).and(outcome));
            })
        });
        let Some(jobs) = &self.jobs else { return Err(StoreError::Closed.into()) };
        jobs.send(job).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writing thread of the store died");
        }
    }
}

fn serve(conn: &Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut finishes = Vec::new();
        let committed = transaction(conn, first, queue, &mut finishes);
        if let Err(error) = &committed {
            tracing::error!(%error, "a transaction of the store failed");
        }
        for finish in finishes {
            finish(committed.as_ref().map(|_| ()).map_err(StoreError::again));
        }
    }
}

fn transaction(
    conn: &Connection,
    first: Job,
    queue: &mpsc::Receiver<Job>,
    finishes: &mut Vec<Finish>,
) -> Result<(), StoreError> {
    let begun = conn.execute_batch("BEGIN IMMEDIATE");
    let mut next = Some(first);
    while let Some(job) = next.take() {
        // Without a transaction the job's own statements fail, and its owner hears why.
        finishes.push(job(conn));
        if begun.is_err() || conn.is_autocommit() {
            break;
        }
        if finishes.len() < GROUP {
            next = queue.try_recv().ok();
        }
    }
    begun?;
    if conn.is_autocommit() {
        // A full disk or a broken one makes SQLite roll back by itself: nothing of the group was kept.
        return Err(StoreError::Full);
    }
    if let Err(error) = conn.execute_batch("COMMIT") {
        let _ = conn.execute_batch("ROLLBACK");
        return Err(error.into());
    }
    Ok(())
}

fn in_savepoint<T, E: From<StoreError>>(
    conn: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    if conn.is_autocommit() {
        return Err(StoreError::Commit("no transaction could be begun".into()).into());
    }
    let database = |error: rusqlite::Error| E::from(StoreError::from(error));
    conn.execute_batch("SAVEPOINT job").map_err(database)?;
    match work(conn) {
        Ok(value) => {
            conn.execute_batch("RELEASE job").map_err(database)?;
            Ok(value)
        }
        Err(error) => {
            if !conn.is_autocommit() {
                conn.execute_batch("ROLLBACK TO job; RELEASE job").map_err(database)?;
            }
            Err(error)
        }
    }
}
