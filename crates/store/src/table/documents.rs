//! Documents as lists show them: the fold of their events, one row each. A discarded draft has no row.

use crate::{
    column::{Count, Hash, Id, Word},
    error::Result,
    journal::{self, Entry},
    register,
    search::{self, Indexed, What},
    store::{Read, Tx},
    table::{customers, page::PageFrom},
};
use fieldseal_domain::{
    FileHash,
    content::{Content, Origin},
    event::{Event, ReadEvent},
    fold::{DocumentState, Status},
};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a document lies: what the lists are cut by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// Draft, ready or partially signed: somebody still has to do something.
    Waiting,
    /// Signed by all.
    Signed,
    /// Any other ending.
    Ended,
}

impl Shelf {
    /// The shelf of a status.
    pub fn of(status: Status) -> Self {
        match status {
            Status::Draft | Status::Ready | Status::PartiallySigned => Self::Waiting,
            Status::Signed => Self::Signed,
            Status::SignedUnavailable
            | Status::Declined
            | Status::Cancelled
            | Status::Expired
            | Status::Voided => Self::Ended,
        }
    }
}

/// Whether the office has everything of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Own events are on this tablet only.
    Local,
    /// The office has all of them.
    Acknowledged,
    /// The office has them and does not let them count: this device wrote them after it was blocked.
    Held,
}

/// Which documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentView {
    /// All.
    All,
    /// Changed at or after this time of the hybrid clock, in Unix milliseconds.
    Since(u64),
    /// On a shelf.
    On(Shelf),
    /// Made from a job.
    OfJob(Uuid),
    /// Of a customer.
    OfCustomer(Uuid),
}

/// A document as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Identity.
    pub id: Uuid,
    /// Kind.
    pub kind: String,
    /// Status.
    pub status: Status,
    /// Number, once taken.
    pub number: Option<String>,
    /// Frozen revision, or the one the next freeze gets.
    pub revision: u32,
    /// Customer.
    pub customer: Uuid,
    /// Its name in the document.
    pub customer_name: String,
    /// Job it was made from.
    pub job: Option<Uuid>,
    /// Document it was made from (the intake of a return).
    pub origin_document: Option<Uuid>,
    /// Who began it.
    pub person: Option<Uuid>,
    /// Next open slot before the closing one, or the closing one; none while it is no frozen document.
    pub next_slot: Option<String>,
    /// Newest file: frozen, or with the last signature.
    pub file: Option<FileHash>,
    /// When it was begun, Unix milliseconds of the hybrid clock.
    pub created_ms: u64,
    /// When anything last happened to it, Unix milliseconds of the hybrid clock.
    pub updated_ms: u64,
    /// The same by the wall clock of the device that wrote it, RFC 3339.
    pub updated_at: String,
    /// Whether the tablet is with the customer.
    pub with_customer: bool,
    /// Whether a later program must be used.
    pub read_only: bool,
    /// Whether the office has it.
    pub sync: SyncState,
}

const COLUMNS: &str =
    "SELECT id, kind, status, number, revision, customer, customer_name, job, origin_document, person,
  next_slot, file, created_ms, updated_ms, updated_at, with_customer, read_only, unacked, held FROM document";

const ORDER: &str = "(updated_ms, id) < (?1, ?2) ORDER BY updated_ms DESC, id DESC LIMIT ?3";

impl DocumentView {
    pub(crate) fn sql(self) -> String {
        match self {
            Self::All => format!("{COLUMNS} WHERE {ORDER}"),
            Self::Since(_) => format!("{COLUMNS} WHERE updated_ms >= ?4 AND {ORDER}"),
            Self::On(_) => format!("{COLUMNS} WHERE shelf = ?4 AND {ORDER}"),
            Self::OfJob(_) => format!("{COLUMNS} WHERE job = ?4 AND {ORDER}"),
            Self::OfCustomer(_) => format!("{COLUMNS} WHERE customer = ?4 AND {ORDER}"),
        }
    }
}

impl Read<'_> {
    /// A page of documents, newest change first.
    ///
    /// # Errors
    /// What the database says.
    pub fn documents(&self, view: DocumentView, page: PageFrom) -> Result<Vec<DocumentRow>> {
        let mut statement = self.conn.prepare_cached(&view.sql())?;
        let ((ms, id), limit) = (page.key(), page.limit);
        let rows = match view {
            DocumentView::All => statement.query_map(params![ms, id, limit], read_row)?,
            DocumentView::Since(since) => {
                statement.query_map(params![ms, id, limit, Count(since)], read_row)?
            }
            DocumentView::On(shelf) => statement.query_map(params![ms, id, limit, Word(shelf)], read_row)?,
            DocumentView::OfJob(of) | DocumentView::OfCustomer(of) => {
                statement.query_map(params![ms, id, limit, Id(of)], read_row)?
            }
        };
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One document.
    ///
    /// # Errors
    /// What the database says.
    pub fn document(&self, id: Uuid) -> Result<Option<DocumentRow>> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} WHERE id = ?1"))?;
        Ok(statement.query_row([Id(id)], read_row).optional()?)
    }

    /// The document of a number.
    ///
    /// # Errors
    /// What the database says.
    pub fn document_by_number(&self, number: &str) -> Result<Option<DocumentRow>> {
        let mut statement =
            self.conn.prepare_cached(&format!("{COLUMNS} WHERE number = ?1 AND number <> ''"))?;
        Ok(statement.query_row([number], read_row).optional()?)
    }

    /// Documents made from another one (the returns of an intake), newest change first.
    ///
    /// # Errors
    /// What the database says.
    pub fn documents_from(&self, origin: Uuid) -> Result<Vec<DocumentRow>> {
        let sql = format!("{COLUMNS} WHERE origin_document = ?1 ORDER BY updated_ms DESC, id DESC");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([Id(origin)], read_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<DocumentRow> {
    let filled = |text: String| if text.is_empty() { None } else { Some(text) };
    let id = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<Id>>(column)?.map(|id| id.0));
    Ok(DocumentRow {
        id: row.get::<_, Id>("id")?.0,
        kind: row.get("kind")?,
        status: row.get::<_, Word<Status>>("status")?.0,
        number: filled(row.get("number")?),
        revision: row.get("revision")?,
        customer: row.get::<_, Id>("customer")?.0,
        customer_name: row.get("customer_name")?,
        job: id("job")?,
        origin_document: id("origin_document")?,
        person: id("person")?,
        next_slot: filled(row.get("next_slot")?),
        file: row.get::<_, Option<Hash>>("file")?.map(|hash| FileHash(hash.0)),
        created_ms: row.get::<_, Count>("created_ms")?.0,
        updated_ms: row.get::<_, Count>("updated_ms")?.0,
        updated_at: row.get("updated_at")?,
        with_customer: row.get("with_customer")?,
        read_only: row.get("read_only")?,
        sync: match (row.get::<_, i64>("unacked")?, row.get("held")?) {
            (1.., _) => SyncState::Local,
            (_, true) => SyncState::Held,
            (_, false) => SyncState::Acknowledged,
        },
    })
}

/// Folds a document again and writes its row and its words.
pub(crate) fn refresh(tx: &Tx<'_>, doc: Uuid) -> Result<()> {
    let entries = tx.entries_of(doc)?;
    if entries.is_empty() {
        return Ok(());
    }
    let state = journal::fold(tx, doc, &entries)?;
    if state.discarded {
        tx.conn.prepare_cached("DELETE FROM document WHERE id = ?1")?.execute([Id(doc)])?;
        search::forget(tx, What::Document, doc)?;
        return tx.delete_register_row(doc);
    }
    write_row(tx, doc, &state, &entries)?;
    index(tx, doc, &state)?;
    register::refresh(tx, doc, &state, &entries)
}

fn creator(entries: &[Entry]) -> Option<Uuid> {
    entries.iter().find_map(|entry| match entry.event() {
        Ok(ReadEvent::Known(event)) => match *event {
            Event::Created { by, .. } => Some(by),
            _ => None,
        },
        Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => None,
    })
}

fn write_row(tx: &Tx<'_>, doc: Uuid, state: &DocumentState, entries: &[Entry]) -> Result<()> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
    let (job, origin) = match state.origin.as_ref().or(state.content.origin.as_ref()) {
        Some(Origin::Job { job, .. }) => (Some(*job), None),
        Some(Origin::Document { document, .. }) => (None, Some(*document)),
        None => (None, None),
    };
    let revision = state.frozen.as_ref().map_or(state.next_revision, |frozen| frozen.revision);
    let sql = "INSERT OR REPLACE INTO document (id, kind, status, shelf, number, revision, customer, customer_name, job,
                 origin_document, person, next_slot, file, created_ms, updated_ms, updated_at, with_customer, read_only,
                 held, unacked)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
                 (SELECT count(*) FROM entry JOIN journal USING (device) WHERE doc = ?1 AND own = 1 AND n > acked))";
    tx.conn.prepare_cached(sql)?.execute(params![
        Id(doc),
        state.content.kind,
        Word(state.status),
        Word(Shelf::of(state.status)),
        state.number.as_deref().unwrap_or(""),
        revision,
        Id(state.content.customer.id),
        state.content.customer.name,
        job.map(Id),
        origin.map(Id),
        creator(entries).map(Id),
        next_slot(state),
        state.file.map(|file| Hash(file.0)),
        Count(first.header.hlc.millis()),
        Count(last.header.hlc.millis()),
        last.header.at.wall,
        state.hand_over.is_some(),
        state.read_only,
        state.held,
    ])?;
    Ok(())
}

fn next_slot(state: &DocumentState) -> &str {
    match Shelf::of(state.status) {
        Shelf::Waiting => state.next_open_slot().or(state.closing_slot()).unwrap_or(""),
        Shelf::Signed | Shelf::Ended => "",
    }
}

fn index(tx: &Tx<'_>, doc: Uuid, state: &DocumentState) -> Result<()> {
    let content = &state.content;
    let number = state.number.as_deref().unwrap_or("");
    let title = if number.is_empty() { content.kind.as_str() } else { number };
    search::index(
        tx,
        &Indexed {
            what: What::Document,
            thing: doc,
            title,
            detail: &content.customer.name,
            texts: &texts(number, content),
            phones: &[&content.customer.phone],
        },
    )
}

pub(crate) fn texts<'a>(number: &'a str, content: &'a Content) -> Vec<&'a str> {
    let mut texts = customers::texts(&content.customer);
    texts.extend([number, &content.site, &content.technician, &content.remark]);
    if let Some(Origin::Job { code: name, .. } | Origin::Document { number: name, .. }) = &content.origin {
        texts.push(name);
    }
    for equipment in &content.equipment {
        texts.extend([equipment.kind.as_str(), &equipment.make, &equipment.model, &equipment.serial]);
    }
    texts.extend(content.fields.values().map(String::as_str));
    for line in &content.lines {
        texts.extend([line.code.as_str(), &line.description, &line.serial]);
    }
    texts
}

/// Counts unacknowledged events again for the documents of a stretch of a journal.
pub(crate) fn recount_unacked(tx: &Tx<'_>, device: &str, after: u64, upto: u64) -> Result<()> {
    let sql = "UPDATE document SET unacked =
                 (SELECT count(*) FROM entry JOIN journal USING (device) WHERE doc = document.id AND own = 1 AND n > acked)
               WHERE id IN (SELECT doc FROM entry WHERE device = ?1 AND n > ?2 AND n <= ?3 AND doc IS NOT NULL)";
    tx.conn.prepare_cached(sql)?.execute(params![device, Count(after), Count(upto)])?;
    register::resync(tx, device, after, upto)
}
