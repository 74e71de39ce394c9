//! Taking entries into the log: chain, place, envelope, leaf and links in one transaction.

use super::{Journal, Store, StoreError, as_word, integer, judge::Judge, links::Links, people, tree};
use fieldseal_domain::{Digest, event::Header, fold::Place};
use fieldseal_wire::{Code, Envelope, Refusal, Verdict, WireEntry, push::Logged};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Firm, roles, journals: everybody needs it.
    Everyone,
    /// A person of the firm.
    Person,
    /// A customer.
    Customer,
    /// A machine or device.
    Equipment,
    /// A job.
    Job,
    /// A document.
    Document,
    /// Nobody but office roles.
    #[default]
    Office,
}

/// What an entry changes in the tables that say who may see what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A job is given to somebody.
    Job {
        /// Technician, if it is given.
        technician: Option<Uuid>,
        /// Customer.
        customer: Uuid,
        /// Equipment, if known.
        equipment: Option<Uuid>,
    },
    /// Equipment belongs to a customer.
    Equipment {
        /// Owner.
        customer: Uuid,
    },
    /// A document was begun.
    Document {
        /// From this job.
        job: Option<Uuid>,
        /// For this customer.
        customer: Uuid,
    },
    /// A document is for another customer.
    Customer {
        /// Customer.
        customer: Uuid,
    },
    /// The office answered a quarantined entry.
    Answer {
        /// The entry.
        entry: Digest,
        /// Whether it counts.
        accept: bool,
    },
    /// Bodies are erased under a retention rule.
    Erase {
        /// The entries.
        entries: Vec<Digest>,
    },
}

impl Change {
    /// Customers and equipment that are named as somebody's or something's.
    pub(super) fn things(&self) -> Vec<Uuid> {
        match self {
            Self::Job { customer, equipment, .. } => [*customer].into_iter().chain(*equipment).collect(),
            Self::Document { customer, .. } | Self::Customer { customer } => vec![*customer],
            Self::Equipment { .. } | Self::Answer { .. } | Self::Erase { .. } => Vec::new(),
        }
    }
}

/// An entry whose signature was found right.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its header.
    pub header: Header,
    /// Its id.
    pub id: Digest,
    /// Its bytes.
    pub entry: WireEntry,
    /// Where it counts: its own place, or that of the entry it brings back.
    pub place: Place,
    /// What it is about.
    pub subject: Uuid,
    /// What that is.
    pub subject_kind: SubjectKind,
    /// Files it mentions.
    pub blobs: Vec<Digest>,
    /// Links it changes.
    pub change: Option<Change>,
    /// What the server thinks of it.
    pub verdict: Verdict,
}

/// A run of entries of one journal.
#[derive(Debug, Clone)]
pub struct Append {
    /// Journal.
    pub device: String,
    /// Entries, rising.
    pub entries: Vec<Incoming>,
    /// When they came, Unix milliseconds.
    pub received_ms: i64,
    /// Address they came from.
    pub address: String,
    /// 16 random bytes.
    pub salt: [u8; 16],
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Last number the log has of the journal.
    pub n: u64,
    /// Its id.
    pub id: Digest,
    /// Envelopes, in the order of the entries.
    pub logged: Vec<Logged>,
    /// How many were new.
    pub new: usize,
}

/// Why a run was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// It does not fit the log.
    #[error("the entries were refused: {0}")]
    Refused(Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Adds a run to the log. Entries that are there already are answered as they were then.
    ///
    /// # Errors
    /// A gap, a fork, a broken chain, or what the database says; then nothing was added.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let (device, seen_ms) = (append.device.clone(), append.received_ms);
        let outcome = self.write(move |conn| run(conn, &append)).await;
        if let Err(AppendError::Refused(refusal)) = &outcome
            && refusal.code == Code::Fork
        {
            let fork = fork_of(refusal);
            self.write(move |conn| note_fork(conn, &device, fork, seen_ms)).await?;
        }
        outcome
    }
}

impl Store {
    /// Adds to the server's own journal: `make` gets its end, inside the transaction, and says what follows.
    ///
    /// # Errors
    /// What `make` says, or what the database says.
    pub async fn append_own(
        &self,
        make: impl FnOnce(&Journal) -> Result<Append, AppendError> + Send + 'static,
    ) -> Result<Appended, AppendError> {
        self.write(move |conn| {
            let journal = super::own_journal(conn)?;
            run(conn, &make(&journal)?)
        })
        .await
    }
}

impl From<serde_json::Error> for AppendError {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

fn run(conn: &Connection, append: &Append) -> Result<Appended, AppendError> {
    let journal = people::journal(conn, &append.device)?.ok_or_else(|| {
        AppendError::Refused(Refusal::new(Code::UnknownJournal, "nobody enrolled this journal"))
    })?;
    let (known, new) = split(&journal, &append.entries);
    let mut logged = known.iter().map(|entry| already(conn, entry)).collect::<Result<Vec<_>, _>>()?;
    let mut end = (journal.n, journal.head);
    if !new.is_empty() {
        check_chain(&journal, new)?;
        logged.extend(insert_all(conn, append, new, &journal)?);
        if let Some(last) = new.last() {
            end = (last.header.n, last.id);
        }
    }
    Ok(Appended { n: end.0, id: end.1, logged, new: new.len() })
}

/// Entries the log has, and those that follow. The run is in order, so there is one cut.
fn split<'a>(journal: &Journal, entries: &'a [Incoming]) -> (&'a [Incoming], &'a [Incoming]) {
    entries.split_at(entries.partition_point(|entry| entry.header.n <= journal.n))
}

fn already(conn: &Connection, entry: &Incoming) -> Result<Logged, AppendError> {
    let sql = "SELECT id, envelope FROM entry WHERE device = ?1 AND n = ?2";
    let (id, envelope): ([u8; 32], Vec<u8>) = conn
        .prepare_cached(sql)?
        .query_row(params![entry.header.device, integer(entry.header.n)?], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if Digest(id) == entry.id {
        return Ok(Logged { n: entry.header.n, envelope: envelope.into() });
    }
    let data = json!({ "n": entry.header.n, "id": Digest(id), "other": entry.id });
    let message = "another entry with this number is in the log";
    Err(AppendError::Refused(Refusal::new(Code::Fork, message).with(data)))
}

fn check_chain(journal: &Journal, entries: &[Incoming]) -> Result<(), AppendError> {
    let mut before = (journal.n, journal.head, journal.hlc, journal.org.clone());
    for Incoming { header, id, .. } in entries {
        let (n, prev, hlc, org) = &before;
        if header.n != n + 1 {
            let (code, message) = if *n == journal.n {
                (Code::Gap, "entries before these are missing")
            } else {
                (Code::BrokenChain, "the entries are not in order")
            };
            return Err(AppendError::Refused(Refusal::new(code, message).with(json!({ "n": n }))));
        }
        let other_org = org.as_ref().is_some_and(|org| *org != header.org);
        if header.prev != *prev || header.hlc <= *hlc || other_org {
            let refusal = Refusal::new(Code::BrokenChain, "the entry does not follow the one before it");
            return Err(AppendError::Refused(refusal.with(json!({ "n": header.n }))));
        }
        before = (header.n, *id, header.hlc, Some(header.org.clone()));
    }
    Ok(())
}

fn insert_all(
    conn: &Connection,
    append: &Append,
    entries: &[Incoming],
    journal: &Journal,
) -> Result<Vec<Logged>, AppendError> {
    let first: i64 = conn.prepare_cached("SELECT size FROM server")?.query_row([], |row| row.get(0))?;
    let first = super::count(first)?;
    let origin = note_arrival(conn, append)?;
    let mut edge = tree::frontier(conn, first)?;
    let mut judge = Judge::new(conn, journal);
    let mut links = Links::default();
    let mut logged = Vec::with_capacity(entries.len());
    for (seq, entry) in (first..).zip(entries) {
        let envelope = Envelope {
            seq,
            event: entry.id,
            received_ms: append.received_ms,
            verdict: judge.verdict(entry)?,
            clamped: Envelope::clamp(entry.header.hlc, append.received_ms),
            origin,
        };
        let bytes = envelope.to_bytes().map_err(|_| StoreError::Unreadable("envelope"))?;
        insert(conn, entry, &envelope, &bytes)?;
        tree::grow(conn, &mut edge, tree::leaf_hash(&entry.id, &bytes))?;
        links.note(conn, &mut judge, &envelope, entry)?;
        logged.push(Logged { n: entry.header.n, envelope: bytes.into() });
    }
    links.write(conn, &mut judge)?;
    if let Some(last) = entries.last() {
        let size = integer(first + entries.len() as u64)?;
        conn.prepare_cached("UPDATE server SET size = ?1")?.execute([size])?;
        let sql = "UPDATE journal SET n = ?2, head = ?3, hlc = ?4, org = ?5 WHERE device = ?1";
        let (header, hlc) = (&last.header, last.header.hlc.0.to_be_bytes());
        conn.prepare_cached(sql)?.execute(params![
            append.device,
            integer(header.n)?,
            last.id.0,
            hlc,
            header.org
        ])?;
    }
    Ok(logged)
}

fn note_arrival(conn: &Connection, append: &Append) -> Result<Digest, StoreError> {
    let origin = Digest::of(&[append.salt.as_slice(), append.address.as_bytes()].concat());
    let sql =
        "INSERT INTO arrival (origin, salt, address, at_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    conn.prepare_cached(sql)?.execute(params![origin.0, append.salt, append.address, append.received_ms])?;
    Ok(origin)
}

fn insert(conn: &Connection, entry: &Incoming, envelope: &Envelope, bytes: &[u8]) -> Result<(), AppendError> {
    let quarantine = match envelope.verdict {
        Verdict::Accepted => None,
        Verdict::Quarantined(reason) => Some(as_word(&reason)?),
    };
    let sql = "INSERT INTO entry (seq, device, n, id, subject, kind, header, signature, salt, body, envelope,
                 received_ms, clamped, quarantine)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    conn.prepare_cached(sql)?.execute(params![
        integer(envelope.seq)?,
        entry.header.device,
        integer(entry.header.n)?,
        entry.id.0,
        entry.subject.as_bytes(),
        entry.header.kind,
        entry.entry.header.0,
        entry.entry.signature.0,
        entry.entry.salt.as_ref().map(|salt| &salt.0),
        entry.entry.body.as_ref().map(|body| &body.0),
        bytes,
        envelope.received_ms,
        envelope.clamped.map(|stamp| stamp.0.to_be_bytes()),
        quarantine,
    ])?;
    Ok(())
}

fn fork_of(refusal: &Refusal) -> (u64, Digest, Digest) {
    let digest = |name: &str| {
        refusal.data.get(name).and_then(|v| v.as_str()).and_then(|text| text.parse().ok()).unwrap_or_default()
    };
    let n = refusal.data.get("n").and_then(serde_json::Value::as_u64).unwrap_or_default();
    (n, digest("id"), digest("other"))
}

fn note_fork(
    conn: &Connection,
    device: &str,
    (n, known, other): (u64, Digest, Digest),
    seen_ms: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO fork (device, n, known, other, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    conn.execute(sql, params![device, integer(n)?, known.0, other.0, seen_ms])?;
    Ok(())
}
