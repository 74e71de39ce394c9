//! The journal: append-only, chained per device, headers and bodies apart. Signatures are made and checked by others.

use crate::{
    column::{Count, Hash, Id, Stamp},
    error::{Result, StoreError},
    project,
    store::{Read, Tx},
};
use fieldseal_domain::{
    Digest,
    event::{self, BodyError, ClockReading, Event, Header, MAX_BODY, MAX_HEADER, ReadEvent},
    fold::{DocumentState, Place},
    hlc::Hlc,
};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::VecDeque;
use uuid::Uuid;

/// Signs headers with the device's key.
pub trait Sign {
    /// Ed25519 signature over the id of the event with these header bytes (design D3).
    fn sign_header(&self, header: &[u8]) -> [u8; 64];
}

impl<F: Fn(&[u8]) -> [u8; 64]> Sign for F {
    fn sign_header(&self, header: &[u8]) -> [u8; 64] {
        self(header)
    }
}

/// Who writes, and when by their clocks: the same for all events of one act.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// Organisation.
    pub org: &'a str,
    /// Device; its journal is written.
    pub device: &'a str,
    /// What the clocks say, as it stands in the header.
    pub clock: &'a ClockReading,
    /// The same wall clock in Unix milliseconds, for the hybrid clock.
    pub wall_ms: i64,
    /// Last checkpoint of the register seen, or none.
    pub head: Option<&'a str>,
    /// Signer.
    pub sign: &'a dyn Sign,
}

/// An event to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Document concerned, or none.
    pub doc: Option<Uuid>,
    /// What happened.
    pub event: &'a Event,
    /// 16 random bytes, never used before.
    pub salt: [u8; 16],
}

/// Salt and body of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// The event's JSON.
    pub bytes: Vec<u8>,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Number in its journal, from 1.
    pub n: u64,
    /// Id.
    pub id: Digest,
    /// Hybrid clock.
    pub hlc: Hlc,
}

/// One entry of a journal, byte for byte as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// SHA-256 of `header_bytes`.
    pub id: Digest,
    /// The header, read.
    pub header: Header,
    /// The header as it is signed.
    pub header_bytes: Vec<u8>,
    /// Ed25519 signature. The store never looks at it.
    pub signature: [u8; 64],
    /// Salt and body; none once erased.
    pub body: Option<Body>,
}

/// Version of the header's form that this program understands.
const HEADER_VERSION: u8 = 1;

impl Entry {
    /// An entry from elsewhere: the header is read, and the body compared with its hash. The signature is not checked.
    ///
    /// # Errors
    /// [`StoreError::HeaderTooLarge`], [`StoreError::BodyTooLarge`], [`StoreError::Json`] for a header that is none,
    /// [`StoreError::BadEntry`] when the body is not the one the header speaks of.
    pub fn from_bytes(header_bytes: Vec<u8>, signature: [u8; 64], body: Option<Body>) -> Result<Self> {
        check_header_size(&header_bytes)?;
        let header: Header = serde_json::from_slice(&header_bytes)?;
        if let Some(body) = &body {
            check_body_size(&body.bytes)?;
            if event::body_hash(&body.salt, &body.bytes) != header.body_hash {
                return Err(bad(&header, "the body is not the one that was signed"));
            }
        }
        Ok(Self { id: event::event_id(&header_bytes), header, header_bytes, signature, body })
    }

    /// Its place in the order of the fold.
    pub fn place(&self) -> Place {
        Place { hlc: self.header.hlc, device: self.header.device.clone(), n: self.header.n }
    }

    /// The event. A header of a later form is [`ReadEvent::Unknown`], like a kind we do not know.
    ///
    /// # Errors
    /// When the kind is known but the body does not fit it.
    pub fn event(&self) -> std::result::Result<ReadEvent, BodyError> {
        match &self.body {
            None => Ok(ReadEvent::Erased),
            Some(_) if self.header.v != HEADER_VERSION => Ok(ReadEvent::Unknown),
            Some(body) => Event::from_parts(&self.header.kind, &body.bytes),
        }
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<RawEntry> {
        Ok(RawEntry {
            id: row.get::<_, Hash>("id")?.0,
            header_bytes: row.get("header")?,
            signature: row.get("signature")?,
            salt: row.get("salt")?,
            body: row.get("body")?,
        })
    }
}

struct RawEntry {
    id: Digest,
    header_bytes: Vec<u8>,
    signature: [u8; 64],
    salt: Option<[u8; 16]>,
    body: Option<Vec<u8>>,
}

impl RawEntry {
    fn into_entry(self) -> Result<Entry> {
        let header = serde_json::from_slice(&self.header_bytes)?;
        let body = self.salt.zip(self.body).map(|(salt, bytes)| Body { salt, bytes });
        Ok(Entry { id: self.id, header, header_bytes: self.header_bytes, signature: self.signature, body })
    }
}

fn bad(header: &Header, why: &'static str) -> StoreError {
    StoreError::BadEntry { device: header.device.clone(), n: header.n, why }
}

fn check_header_size(header: &[u8]) -> Result<()> {
    if header.len() > MAX_HEADER { Err(StoreError::HeaderTooLarge { size: header.len() }) } else { Ok(()) }
}

fn check_body_size(body: &[u8]) -> Result<()> {
    if body.len() > MAX_BODY { Err(StoreError::BodyTooLarge { size: body.len() }) } else { Ok(()) }
}

const COLUMNS: &str =
    "SELECT e.id, e.header, e.signature, b.salt, b.body FROM entry e LEFT JOIN body b ON b.entry = e.id";

/// The state of a document. A critical event that this program cannot understand makes it read only (design D3).
pub(crate) fn fold(entries: &[Entry]) -> DocumentState {
    let mut state = DocumentState::default();
    for entry in entries {
        match entry.event() {
            Ok(ReadEvent::Known(event)) => state.apply(entry.id, &event),
            Ok(ReadEvent::Erased) => {}
            Ok(ReadEvent::Unknown) => state.read_only |= entry.header.critical,
            Err(error) => {
                tracing::warn!(kind = %entry.header.kind, %error, "an event cannot be read");
                state.read_only |= entry.header.critical;
            }
        }
    }
    state
}

impl<'a> Read<'a> {
    /// The last entry of a device's journal; none when it is empty.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_position(&self, device: &str) -> Result<Option<Position>> {
        let sql = "SELECT n, id, hlc FROM entry WHERE device = ?1 ORDER BY n DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row([device], position).optional()?)
    }

    /// The entry `n` of a device's journal.
    ///
    /// # Errors
    /// What the database says.
    pub fn position(&self, device: &str, n: u64) -> Result<Option<Position>> {
        let sql = "SELECT n, id, hlc FROM entry WHERE device = ?1 AND n = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![device, Count(n)], position).optional()?)
    }

    /// All entries of a document in the order of the fold.
    ///
    /// # Errors
    /// What the database says.
    pub fn entries_of(&self, doc: Uuid) -> Result<Vec<Entry>> {
        self.entries(&format!("{COLUMNS} WHERE e.doc = ?1 ORDER BY e.hlc, e.device, e.n"), params![Id(doc)])
    }

    /// Up to `limit` entries of a device's journal after number `n`, rising.
    ///
    /// # Errors
    /// What the database says.
    pub fn entries_after(&self, device: &str, n: u64, limit: u32) -> Result<Vec<Entry>> {
        let sql = format!("{COLUMNS} WHERE e.device = ?1 AND e.n > ?2 ORDER BY e.n LIMIT ?3");
        self.entries(&sql, params![device, Count(n), limit])
    }

    /// Every entry of every journal in the order of the fold, fetched page by page.
    pub fn all_entries(&self) -> AllEntries<'a> {
        AllEntries { read: *self, after: None, page: VecDeque::new(), done: false }
    }

    /// Folds a document; none when no event speaks of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn document_state(&self, doc: Uuid) -> Result<Option<DocumentState>> {
        let entries = self.entries_of(doc)?;
        Ok(if entries.is_empty() { None } else { Some(fold(&entries)) })
    }

    /// Checks ids, body hashes and the chain of a device's journal. Signatures are checked by others.
    ///
    /// # Errors
    /// [`StoreError::BadEntry`] at the first entry that does not fit.
    pub fn check_chain(&self, device: &str) -> Result<()> {
        let mut last = (0, Digest::default());
        loop {
            let page = self.entries_after(device, last.0, PAGE)?;
            if page.is_empty() {
                return Ok(());
            }
            for entry in page {
                check_link(&entry, last)?;
                last = (entry.header.n, entry.id);
            }
        }
    }

    fn entries(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params, Entry::from_row)?;
        rows.map(|row| row?.into_entry()).collect()
    }

    fn latest_stamp(&self) -> Result<Hlc> {
        let sql = "SELECT hlc FROM entry ORDER BY hlc DESC LIMIT 1";
        let stamp = self.conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, Stamp>(0)).optional()?;
        Ok(stamp.map_or_else(Hlc::default, |stamp| stamp.0))
    }
}

fn check_link(entry: &Entry, (n, prev): (u64, Digest)) -> Result<()> {
    let header = &entry.header;
    let fresh = Entry::from_bytes(entry.header_bytes.clone(), entry.signature, entry.body.clone())?;
    if fresh.id != entry.id {
        return Err(bad(header, "the id is not that of the header"));
    }
    if header.n != n + 1 {
        return Err(bad(header, "entries before it are missing"));
    }
    if header.prev != prev {
        return Err(bad(header, "it does not follow the entry before"));
    }
    Ok(())
}

fn position(row: &Row<'_>) -> rusqlite::Result<Position> {
    Ok(Position {
        n: row.get::<_, Count>(0)?.0,
        id: row.get::<_, Hash>(1)?.0,
        hlc: row.get::<_, Stamp>(2)?.0,
    })
}

const PAGE: u32 = 256;

/// Every entry in the order of the fold; see [`Read::all_entries`].
pub struct AllEntries<'a> {
    read: Read<'a>,
    after: Option<Place>,
    page: VecDeque<Entry>,
    done: bool,
}

impl AllEntries<'_> {
    fn fetch(&mut self) -> Result<()> {
        let order = "ORDER BY e.hlc, e.device, e.n LIMIT ?1";
        let page = match &self.after {
            None => self.read.entries(&format!("{COLUMNS} {order}"), params![PAGE])?,
            Some(Place { hlc, device, n }) => self.read.entries(
                &format!("{COLUMNS} WHERE (e.hlc, e.device, e.n) > (?2, ?3, ?4) {order}"),
                params![PAGE, Stamp(*hlc), device, Count(*n)],
            )?,
        };
        self.done = page.is_empty();
        self.after = page.last().map(Entry::place);
        self.page = page.into();
        Ok(())
    }
}

impl Iterator for AllEntries<'_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty() && !self.done {
            if let Err(error) = self.fetch() {
                self.done = true;
                return Some(Err(error));
            }
        }
        self.page.pop_front().map(Ok)
    }
}

impl Tx<'_> {
    /// Writes one event at the end of the author's journal and folds it into the projections.
    ///
    /// # Errors
    /// [`StoreError::HeaderTooLarge`], [`StoreError::BodyTooLarge`], or what the database says.
    pub fn append(&self, author: &Author<'_>, event: NewEvent<'_>) -> Result<Position> {
        let entry = self.write(author, &event)?;
        project::apply(self, std::slice::from_ref(&entry))?;
        Ok(Position { n: entry.header.n, id: entry.id, hlc: entry.header.hlc })
    }

    /// Writes several events; the projections are folded once, at the end.
    ///
    /// # Errors
    /// As [`Tx::append`].
    pub fn append_all(&self, author: &Author<'_>, events: &[NewEvent<'_>]) -> Result<Vec<Position>> {
        let entries: Vec<Entry> =
            events.iter().map(|event| self.write(author, event)).collect::<Result<_>>()?;
        project::apply(self, &entries)?;
        Ok(entries
            .iter()
            .map(|entry| Position { n: entry.header.n, id: entry.id, hlc: entry.header.hlc })
            .collect())
    }

    /// Keeps an entry from elsewhere as it is, also one of an unknown kind. Twice the same is once.
    ///
    /// # Errors
    /// [`StoreError::Forked`] when another entry has its place, [`StoreError::BadEntry`] when it does not follow the
    /// entry before, if that one is here.
    pub fn keep(&self, entry: &Entry) -> Result<()> {
        let header = &entry.header;
        if let Some(present) = self.position(&header.device, header.n)? {
            let same = present.id == entry.id;
            let fork = || StoreError::Forked { device: header.device.clone(), n: header.n };
            return if same { Ok(()) } else { Err(fork()) };
        }
        let before = header.n.checked_sub(1).ok_or_else(|| bad(header, "journals begin with entry 1"))?;
        let prev = if before == 0 {
            Some(Digest::default())
        } else {
            self.position(&header.device, before)?.map(|p| p.id)
        };
        if prev.is_some_and(|prev| prev != header.prev) {
            return Err(bad(header, "it does not follow the entry before"));
        }
        self.know_journal(&header.device, 0)?;
        self.insert(entry)?;
        project::apply(self, std::slice::from_ref(entry))
    }

    /// Erases salt and body of an entry under a retention rule; header, chain and signature stay. Whether the rule
    /// allows it, legal hold included, is the caller's to know.
    ///
    /// # Errors
    /// What the database says.
    pub fn erase_body(&self, entry: Digest) -> Result<()> {
        let run = |sql: &str| self.conn.prepare_cached(sql)?.execute([Hash(entry)]);
        run("INSERT INTO erasing (entry) VALUES (?1)")?;
        run("DELETE FROM body WHERE entry = ?1")?;
        run("DELETE FROM erasing WHERE entry = ?1")?;
        project::refresh_after_erasure(self, entry)
    }

    fn write(&self, author: &Author<'_>, new: &NewEvent<'_>) -> Result<Entry> {
        let (kind, body) = new.event.to_parts()?;
        check_body_size(&body)?;
        let last = self.last_position(author.device)?;
        let header = Header {
            v: HEADER_VERSION,
            critical: new.event.is_critical(),
            org: author.org.to_owned(),
            device: author.device.to_owned(),
            n: last.map_or(0, |last| last.n) + 1,
            prev: last.map_or_else(Digest::default, |last| last.id),
            hlc: self.latest_stamp()?.next(author.wall_ms),
            at: author.clock.clone(),
            head: author.head.map(str::to_owned),
            doc: new.doc,
            kind,
            body_hash: event::body_hash(&new.salt, &body),
        };
        let header_bytes = header.to_bytes()?;
        check_header_size(&header_bytes)?;
        let entry = Entry {
            id: event::event_id(&header_bytes),
            signature: author.sign.sign_header(&header_bytes),
            header,
            header_bytes,
            body: Some(Body { salt: new.salt, bytes: body }),
        };
        self.know_journal(author.device, 1)?;
        self.insert(&entry)?;
        Ok(entry)
    }

    /// A journal that we write is ours for ever; one that we only receive is not.
    fn know_journal(&self, device: &str, own: u8) -> Result<()> {
        let sql = "INSERT INTO journal (device, own, acked) VALUES (?1, ?2, 0)
                   ON CONFLICT (device) DO UPDATE SET own = 1 WHERE excluded.own > own";
        self.conn.prepare_cached(sql)?.execute(params![device, own])?;
        Ok(())
    }

    fn insert(&self, entry: &Entry) -> Result<()> {
        let header = &entry.header;
        let sql = "INSERT INTO entry (device, n, id, prev, hlc, doc, kind, header, signature)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.conn.prepare_cached(sql)?.execute(params![
            header.device,
            Count(header.n),
            Hash(entry.id),
            Hash(header.prev),
            Stamp(header.hlc),
            header.doc.map(Id),
            header.kind,
            entry.header_bytes,
            entry.signature,
        ])?;
        if let Some(body) = &entry.body {
            let sql = "INSERT INTO body (entry, salt, body) VALUES (?1, ?2, ?3)";
            self.conn.prepare_cached(sql)?.execute(params![Hash(entry.id), body.salt, body.bytes])?;
        }
        Ok(())
    }
}
