//! The register: documents folded into rows, and the copies by mail that follow from them. What an append touched is
//! marked in its transaction and folded in a later one; a kill between the two loses nothing.

use super::{Effect, MAIL, Store, StoreError, count, digest, effects, identity, integer, uuid};
use crate::intake::{self, Inner};
use fieldseal_domain::{
    Digest,
    acceptance::Acceptance,
    content::{Content, Origin},
    event::{Event, ReadEvent},
    fold::{DocumentState, Evidence, FoldEntry, Place, SlotState, Status, Weight},
};
use fieldseal_wire::register::{MAX_ROWS, RegisterPage, RegisterRow};
use fieldseal_wire::{Envelope, Verdict};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

/// Documents folded in one transaction.
const PER_TURN: u32 = 200;

/// What copies by mail follow from the register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyRules {
    /// Kinds of documents whose customers get a copy.
    pub kinds: Vec<String>,
    /// Address of the office that gets one too, or empty.
    pub office: String,
}

impl Store {
    /// Folds marked documents; gives how many were folded. Nothing marked, nothing done.
    ///
    /// # Errors
    /// What the database says.
    pub async fn project(&self, rules: CopyRules, now_ms: i64) -> Result<usize, StoreError> {
        self.write(move |conn| {
            let mut statement = conn.prepare_cached("SELECT document FROM dirty LIMIT ?1")?;
            let documents: Vec<[u8; 16]> =
                statement.query_map([PER_TURN], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            for document in &documents {
                refresh(conn, uuid(*document), &rules, now_ms)?;
                conn.prepare_cached("DELETE FROM dirty WHERE document = ?1")?.execute([document])?;
            }
            Ok(documents.len())
        })
        .await
    }

    /// Whether documents are marked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn has_marked(&self) -> Result<bool, StoreError> {
        self.read(|conn| {
            let found =
                conn.prepare_cached("SELECT 1 FROM dirty LIMIT 1")?.query_row([], |_| Ok(())).optional()?;
            Ok(found.is_some())
        })
        .await
    }

    /// Rows before a place, newest change first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn register_before(&self, before: Option<u64>, limit: u32) -> Result<RegisterPage, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT row FROM register WHERE head < min(?1, ?2) AND row IS NOT NULL
                       ORDER BY head DESC LIMIT ?3";
            page(conn, sql, before.map_or(Ok(i64::MAX), integer)?, limit)
        })
        .await
    }

    /// Rows after a place, oldest change first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn register_after(&self, after: u64, limit: u32) -> Result<RegisterPage, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT row FROM register WHERE head > ?1 AND head < ?2 AND row IS NOT NULL
                       ORDER BY head LIMIT ?3";
            page(conn, sql, integer(after)?, limit)
        })
        .await
    }

    /// Rows that changed after a change, in the order of changes, and the documents that left the register.
    ///
    /// # Errors
    /// What the database says.
    pub async fn register_changes(&self, after: u64, limit: u32) -> Result<RegisterPage, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT change, document, row FROM register WHERE change > ?1 ORDER BY change LIMIT ?2";
            let limit = limit.clamp(1, MAX_ROWS);
            let mut page = empty_page(conn, Some(after))?;
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query(params![integer(after)?, limit + 1])?;
            while let Some(row) = rows.next()? {
                if page.rows.len() + page.removed.len() == limit as usize {
                    page.more = true;
                    break;
                }
                match row.get_ref(2)?.as_bytes_or_null().map_err(rusqlite::Error::from)? {
                    Some(json) => page.rows.push(serde_json::from_slice(json)?),
                    None => page.removed.push(uuid(row.get(1)?)),
                }
                page.change = Some(count(row.get(0)?)?);
            }
            Ok(page)
        })
        .await
    }

    /// What a document says now, with the file that closes it; none when there is no such document.
    ///
    /// # Errors
    /// What the database says.
    pub async fn document(&self, document: Uuid) -> Result<Option<DocumentState>, StoreError> {
        self.read(move |conn| {
            let entries = entries(conn, document)?;
            Ok((!entries.is_empty()).then(|| fold(&entries)))
        })
        .await
    }
}

/// Marks a document to be folded again.
pub(super) fn mark(conn: &Connection, document: Uuid) -> Result<(), StoreError> {
    let sql = "INSERT INTO dirty (document) SELECT id FROM subject WHERE id = ?1 AND kind = 'document'
               ON CONFLICT DO NOTHING";
    conn.prepare_cached(sql)?.execute([document.as_bytes()])?;
    Ok(())
}

/// Whether nothing of a document may be erased.
pub(super) fn on_hold(conn: &Connection, document: Uuid) -> Result<bool, StoreError> {
    Ok(fold(&entries(conn, document)?).legal_hold)
}

fn page(conn: &Connection, sql: &str, from: i64, limit: u32) -> Result<RegisterPage, StoreError> {
    let limit = limit.clamp(1, MAX_ROWS);
    let settled = settled(conn)?;
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![from, settled, limit + 1], |row| row.get::<_, String>(0))?;
    let mut rows: Vec<RegisterRow> =
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect::<Result<_, StoreError>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let page = empty_page(conn, Some(change_below(conn, settled)?))?;
    Ok(RegisterPage { rows, more, size: page.size.min(count(settled)?), ..page })
}

fn empty_page(conn: &Connection, change: Option<u64>) -> Result<RegisterPage, StoreError> {
    let size = identity(conn)?.map_or(0, |identity| identity.size);
    Ok(RegisterPage { rows: Vec::new(), removed: Vec::new(), more: false, size, change })
}

/// The newest change, unless rows that lie beyond what is settled would then never be heard of.
fn change_below(conn: &Connection, settled: i64) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce((SELECT min(change) - 1 FROM register WHERE head >= ?1),
                               (SELECT max(change) FROM register), 0)";
    Ok(count(conn.prepare_cached(sql)?.query_row([settled], |row| row.get(0))?)?)
}

/// Up to here every document is folded. A row beyond it could come before one that is still to be folded, and who
/// goes on from there would never see that one.
fn settled(conn: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(min(s.head), ?1) FROM dirty d JOIN subject s ON s.id = d.document
               LEFT JOIN register r ON r.document = d.document WHERE r.head IS NULL OR r.head < s.head";
    Ok(conn.prepare_cached(sql)?.query_row([i64::MAX], |row| row.get(0))?)
}

/// An entry of a document, as the fold needs it.
struct Folded {
    seq: u64,
    entry: FoldEntry,
    /// In quarantine, without an answer.
    waits: bool,
}

impl Folded {
    fn counts(&self) -> bool {
        self.entry.facts.is_some_and(|facts| facts.verdict == Verdict::Accepted)
    }

    /// Who began the document, where and when, if this entry did.
    fn begins(&self) -> Option<(Uuid, Place)> {
        let ReadEvent::Known(event) = &self.entry.event else { return None };
        match event.as_ref() {
            Event::Created { by, .. } => Some((*by, self.entry.place.clone())),
            Event::Recovered(recovered) => {
                let inner = recovered.inner().ok()?;
                let ReadEvent::Known(event) = inner.event else { return None };
                let place = Place { hlc: inner.header.hlc, device: inner.header.device, n: inner.header.n };
                if let Event::Created { by, .. } = *event { Some((by, place)) } else { None }
            }
            _ => None,
        }
    }
}

const ENTRIES: &str = "SELECT id, header, body, envelope, answer FROM entry WHERE subject = ?1 ORDER BY seq";

fn entries(conn: &Connection, document: Uuid) -> Result<Vec<Folded>, StoreError> {
    let mut statement = conn.prepare_cached(ENTRIES)?;
    let mut rows = statement.query([document.as_bytes()])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.extend(read(row)?);
    }
    Ok(entries)
}

/// None for an entry whose header this program cannot read.
fn read(row: &Row<'_>) -> Result<Option<Folded>, StoreError> {
    let (header, body): (Vec<u8>, Option<Vec<u8>>) = (row.get(1)?, row.get(2)?);
    let envelope: Envelope = serde_json::from_slice(&row.get::<_, Vec<u8>>(3)?)?;
    let answer: Option<String> = row.get(4)?;
    let Some(Inner { header, event }) = intake::read(&header, body.as_deref()) else { return Ok(None) };
    let mut facts = envelope.facts();
    let waits = facts.verdict != Verdict::Accepted && answer.is_none();
    if answer.as_deref() == Some("accepted") {
        facts.verdict = Verdict::Accepted;
    }
    let entry = FoldEntry {
        id: digest(row.get(0)?),
        place: Place { hlc: header.hlc, device: header.device, n: header.n },
        critical: header.critical,
        event,
        facts: Some(facts),
    };
    Ok(Some(Folded { seq: envelope.seq, entry, waits }))
}

fn fold(entries: &[Folded]) -> DocumentState {
    DocumentState::fold(entries.iter().map(|folded| folded.entry.clone()))
}

fn refresh(conn: &Connection, document: Uuid, rules: &CopyRules, now_ms: i64) -> Result<(), StoreError> {
    let entries = entries(conn, document)?;
    let state = fold(&entries);
    let Some(head) = entries.iter().map(|entry| entry.seq).max() else { return Ok(()) };
    if state.discarded || !entries.iter().any(Folded::counts) {
        return take_out(conn, document, head);
    }
    link(conn, document, &state)?;
    let row = row(conn, document, head, &entries, &state)?;
    put(conn, document, head, &serde_json::to_string(&row)?)?;
    copies(conn, document, &state, rules, now_ms)
}

const NEXT_CHANGE: &str = "(SELECT coalesce(max(change), 0) + 1 FROM register)";

/// A row that says what it said before keeps its place: mirrors need not hear of it.
fn put(conn: &Connection, document: Uuid, head: u64, row: &str) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO register (document, head, change, row) VALUES (?1, ?2, {NEXT_CHANGE}, ?3)
         ON CONFLICT (document) DO UPDATE SET head = excluded.head, change = excluded.change, row = excluded.row
         WHERE register.row IS NOT excluded.row"
    );
    conn.prepare_cached(&sql)?.execute(params![document.as_bytes(), integer(head)?, row])?;
    Ok(())
}

/// What never had a row needs nobody to be told.
fn take_out(conn: &Connection, document: Uuid, head: u64) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE register SET head = ?2, row = NULL, change = CASE WHEN row IS NULL THEN change ELSE {NEXT_CHANGE} END
         WHERE document = ?1"
    );
    conn.prepare_cached(&sql)?.execute(params![document.as_bytes(), integer(head)?])?;
    Ok(())
}

/// Job and customer may have changed while it was a draft.
fn link(conn: &Connection, document: Uuid, state: &DocumentState) -> Result<(), StoreError> {
    let sql = "INSERT INTO document (id, job, customer) VALUES (?1, ?2, ?3)
               ON CONFLICT (id) DO UPDATE SET job = coalesce(?2, job), customer = ?3";
    let job = job_of(state.origin.as_ref()).map(Uuid::into_bytes);
    let customer = state.content.customer.id;
    conn.prepare_cached(sql)?.execute(params![document.as_bytes(), job, customer.as_bytes()])?;
    Ok(())
}

fn row(
    conn: &Connection,
    document: Uuid,
    head: u64,
    entries: &[Folded],
    state: &DocumentState,
) -> Result<RegisterRow, StoreError> {
    let begun = entries.iter().filter(|entry| entry.counts()).find_map(Folded::begins);
    let person = begun.as_ref().map(|(by, _)| *by);
    let updated = entries.iter().map(|folded| folded.entry.place.hlc.millis()).max().unwrap_or_default();
    let begun_ms = begun.as_ref().map_or(updated, |(_, place)| place.hlc.millis());
    let equipment = state.content.equipment.first();
    let file = state.file.map(|file| file.0);
    Ok(RegisterRow {
        doc: document,
        head,
        kind: state.content.kind.clone(),
        status: state.status,
        number: state.number.clone().unwrap_or_default(),
        revision: state.frozen.as_ref().map_or(state.next_revision, |frozen| frozen.revision),
        customer: state.content.customer.id,
        customer_name: state.content.customer.name.clone(),
        equipment: equipment.map(|e| format!("{} {}", e.make, e.model).trim().to_owned()).unwrap_or_default(),
        serial: equipment.map(|e| e.serial.clone()).unwrap_or_default(),
        job: job_of(state.origin.as_ref()),
        person,
        person_name: person_name(conn, person, &state.content)?,
        device: begun.map(|(_, place)| place.device).unwrap_or_default(),
        method: customers_signature(state).map_or(Ok(String::new()), |by| super::as_word(&by.method))?,
        signer: customers_signature(state).map(|by| by.signer.name.clone()).unwrap_or_default(),
        signed_at: customers_signature(state).map(|by| by.at.wall.clone()).unwrap_or_default(),
        site: site(&state.content),
        day: day(begun_ms),
        updated_ms: i64::try_from(updated).unwrap_or(i64::MAX),
        file,
        file_here: file.map(|file| is_here(conn, file)).transpose()?.unwrap_or(false),
        conflict: !state.field_conflicts.is_empty() || undecided(state),
        quarantined: u32::try_from(entries.iter().filter(|entry| entry.waits).count()).unwrap_or(u32::MAX),
        total_minor: total(&state.content),
        currency: total(&state.content).map(|_| state.content.currency.clone()).unwrap_or_default(),
    })
}

fn total(content: &Content) -> Option<i64> {
    let priced = content.lines.iter().any(|line| line.net().is_some());
    priced.then(|| content.totals().gross.0)
}

fn person_name(conn: &Connection, person: Option<Uuid>, content: &Content) -> Result<String, StoreError> {
    let Some(person) = person else { return Ok(content.technician.clone()) };
    let sql = "SELECT name FROM person WHERE id = ?1";
    let name: Option<String> =
        conn.prepare_cached(sql)?.query_row([person.as_bytes()], |row| row.get(0)).optional()?;
    Ok(name.unwrap_or_else(|| content.technician.clone()))
}

/// Where it was done: the site, or the customer's city.
fn site(content: &Content) -> String {
    if content.site.is_empty() { content.customer.city.clone() } else { content.site.clone() }
}

/// The first signature that does not close: the customer's.
fn customers_signature(state: &DocumentState) -> Option<&Acceptance> {
    let closing = state.closing_slot();
    state.slots.iter().find_map(|(slot, what)| match what {
        SlotState::Signed(signed) if Some(slot.as_str()) != closing => Some(&signed.acceptance),
        SlotState::Signed(_) | SlotState::Open | SlotState::Empty(_) => None,
    })
}

/// The day in UTC; the screen shows the device's own.
fn day(ms: u64) -> String {
    let ms = i64::try_from(ms).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(ms).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
}

fn is_here(conn: &Connection, sha256: Digest) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM blob WHERE sha256 = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([sha256.0], |_| Ok(())).optional()?.is_some())
}

/// A closed document goes to its customer, once per closing signature that counts.
fn copies(
    conn: &Connection,
    document: Uuid,
    state: &DocumentState,
    rules: &CopyRules,
    now_ms: i64,
) -> Result<(), StoreError> {
    if !is_closed(state.status) || undecided(state) || !rules.kinds.contains(&state.content.kind) {
        return Ok(());
    }
    let closing =
        |evidence: &&Evidence| evidence.weight == Weight::Operative && Some(evidence.sealed) == state.file;
    let Some(cause) = state.evidence.iter().find(closing) else { return Ok(()) };
    let customer = state.content.customer.email.trim();
    for (kind, recipient) in MAIL.into_iter().zip([customer, rules.office.trim()]) {
        if recipient.is_empty() {
            continue;
        }
        let effect = Effect {
            kind: kind.to_owned(),
            cause: cause.id,
            document,
            recipient: recipient.to_owned(),
            attempts: 0,
            made_ms: now_ms,
        };
        effects::queue(conn, &effect)?;
    }
    Ok(())
}

fn is_closed(status: Status) -> bool {
    match status {
        Status::Signed | Status::SignedUnavailable | Status::Declined => true,
        Status::Draft
        | Status::Ready
        | Status::PartiallySigned
        | Status::Cancelled
        | Status::Expired
        | Status::Voided => false,
    }
}

/// Whether the office has to choose before anything may go out.
fn undecided(state: &DocumentState) -> bool {
    !state.slot_conflicts.is_empty() || !state.requested.is_empty()
}

/// The job a document comes from.
pub(crate) fn job_of(origin: Option<&Origin>) -> Option<Uuid> {
    match origin {
        Some(Origin::Job { job, .. }) => Some(*job),
        Some(Origin::Document { .. }) | None => None,
    }
}
