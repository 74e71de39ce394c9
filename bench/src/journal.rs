//! Appends to the journal: one transaction each and 500 in one, against a bare signature and a bare insert.

use crate::{
    Outcome, device, documents,
    figure::Figure,
    measure::{load, wall},
};
use ed25519_dalek::Signer as _;
use fieldseal_domain::event::{ClockReading, Event};
use fieldseal_seal::chain;
use fieldseal_store::{Author, DatabaseKey, NewEvent, OpenMode, Store, StoreError};
use rand_core::Rng;
use rusqlite::{Connection, params};
use std::{cell::Cell, path::Path};
use uuid::Uuid;

/// Documents that the events are about; about as many events each as a visit has.
const DOCUMENTS: usize = 200;
const SINGLES: usize = 1_500;
const BATCH: usize = 500;
const BATCHES: usize = 4;

/// A small event, as most are.
fn shown() -> Event {
    Event::Shown { pages: vec![1, 2], as_text: false }
}

/// A journal that is written as the app writes it.
struct Journal {
    store: Store,
    tablet: device::Tablet,
    clock: ClockReading,
    documents: Vec<Uuid>,
    salts: device::TestRng,
    written: usize,
    /// Bytes of the last header.
    header: Cell<usize>,
}

/// All figures of the journal.
pub fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir_in(folder)?;
    let mut journal = Journal::begin(&folder.path().join("journal.db"))?;
    let ((), singles) = wall(|| (0..SINGLES).try_for_each(|_| journal.append(1)))?;
    let ((), batches) = wall(|| (0..BATCHES).try_for_each(|_| journal.append(BATCH)))?;
    let mut bare = Bare::begin(&folder.path().join("bare.db"), journal.header.get())?;
    let ((), bare_singles) = wall(|| (0..SINGLES).try_for_each(|_| bare.append(1)))?;
    let ((), bare_batches) = wall(|| (0..BATCHES).try_for_each(|_| bare.append(BATCH)))?;
    let rate = |events: usize, ms: f64| events as f64 / ms * 1e3;
    let how = |what: &str| {
        format!(
            "{what}: header, body, chain, Ed25519 signature, projection of {DOCUMENTS} documents, encrypted, full sync; \
             floor: Ed25519 signature and insert of the same size into one plain table, full sync; {}",
            load()
        )
    };
    let batch = format!("{BATCHES} transactions of {BATCH} events");
    let single = format!("{SINGLES} events, a transaction each");
    Ok(vec![
        Figure::new("journal appends, one a transaction", rate(SINGLES, singles), "1/s", how(&single))
            .floor(rate(SINGLES, bare_singles)),
        Figure::new("journal appends, 500 a transaction", rate(BATCHES * BATCH, batches), "1/s", how(&batch))
            .floor(rate(BATCHES * BATCH, bare_batches)),
    ])
}

impl Journal {
    fn begin(path: &Path) -> Outcome<Self> {
        let store = Store::open(path, DatabaseKey::new([9; 32]), OpenMode::Create)?;
        let documents = (0..DOCUMENTS).map(|_| Uuid::now_v7()).collect::<Vec<_>>();
        let clock = ClockReading {
            wall: "2026-09-01T08:10:00.000+03:00".into(),
            zone: "Europe/Bucharest".into(),
            mono_ms: 1,
            server_offset_ms: None,
        };
        let mut journal = Self {
            store,
            tablet: device::Tablet::new(7),
            clock,
            documents,
            salts: device::TestRng(5),
            written: 0,
            header: Cell::default(),
        };
        let content = documents::oven_visit();
        for doc in journal.documents.clone() {
            let created = Event::Created {
                origin: content.origin.clone(),
                content: Box::new(content.clone()),
                by: doc,
            };
            journal.write(&[(doc, created)])?;
        }
        Ok(journal)
    }

    /// Writes `count` small events, each about the next document, in one transaction.
    fn append(&mut self, count: usize) -> Outcome<()> {
        let mut events = Vec::with_capacity(count);
        for _ in 0..count {
            self.written += 1;
            let doc = self.documents.get(self.written % DOCUMENTS).copied().ok_or("no documents")?;
            events.push((doc, shown()));
        }
        self.write(&events)
    }

    fn write(&mut self, events: &[(Uuid, Event)]) -> Outcome<()> {
        let mut new = Vec::with_capacity(events.len());
        for (doc, event) in events {
            let mut salt = [0; 16];
            self.salts.fill_bytes(&mut salt);
            new.push(NewEvent { doc: Some(*doc), event, salt });
        }
        let keys = &self.tablet.keys;
        let length = &self.header;
        let sign = |header: &[u8]| {
            length.set(header.len());
            chain::sign_header(keys, header).1.0
        };
        let author = Author {
            org: "demo",
            device: device::DEVICE,
            clock: &self.clock,
            wall_ms: 1_790_000_000_000 + i64::try_from(self.written)?,
            head: None,
            sign: &sign,
        };
        self.store.transact::<_, StoreError>(|tx| tx.append_all(&author, &new))?;
        Ok(())
    }
}

/// One plain table, no encryption, no chain, no fold: as little as a signed log can be.
struct Bare {
    conn: Connection,
    key: ed25519_dalek::SigningKey,
    header: Vec<u8>,
    body: Vec<u8>,
    written: i64,
}

impl Bare {
    fn begin(path: &Path, header: usize) -> Outcome<Self> {
        let conn = Connection::open(path)?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE entry (n INTEGER PRIMARY KEY, header BLOB, signature BLOB, body BLOB) STRICT;",
        )?;
        let (_, body) = shown().to_parts()?;
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        Ok(Self { conn, key, header: vec![1; header], body, written: 0 })
    }

    fn append(&mut self, count: usize) -> Outcome<()> {
        let transaction = self.conn.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO entry VALUES (?1, ?2, ?3, ?4)")?;
            for _ in 0..count {
                self.written += 1;
                let signature = self.key.sign(&self.header).to_bytes();
                insert.execute(params![self.written, self.header, signature, self.body])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}
