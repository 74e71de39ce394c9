//! The register: documents folded into rows, and the copies by mail that follow from them. What an append touched is
//! marked in its transaction and folded in a later one; a kill between the two loses nothing.

use super::{Effect, MAIL, Store, StoreError, digest, effects, register, uuid};
use crate::intake::{self, Inner};
use fieldseal_domain::{
    Digest,
    acceptance::Acceptance,
    content::{Content, Origin},
    event::{Event, ReadEvent},
    fold::{DocumentState, Evidence, FoldEntry, Place, SlotState, Status, Weight},
};
use fieldseal_wire::{Envelope, Verdict, register::RegisterRow};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Documents folded in one transaction.
const PER_TURN: u32 = 200;

/// The end of a statement that marks a document: a fold that began before is then old.
pub(super) const MARK: &str = "ON CONFLICT (document) DO UPDATE SET mark = mark + 1";

/// What copies by mail follow from the register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyRules {
    /// Kinds of documents whose customers get a copy, each with the place in the log from which on closings count.
    pub kinds: BTreeMap<String, u64>,
    /// Address of the office that gets one too, or empty.
    pub office: String,
    /// Place in the log from which on the office gets one.
    pub office_from: u64,
}

impl Store {
    /// Folds marked documents; gives how many were looked at. Nothing marked, nothing done.
    ///
    /// The fold reads, beside the thread that writes; what it found is written at once. A document that was marked again
    /// meanwhile is left for the next turn: what was found of it is old.
    ///
    /// # Errors
    /// What the database says.
    pub async fn project(&self, rules: CopyRules, now_ms: i64) -> Result<usize, StoreError> {
        // One at a time: who deletes a mark must be sure that nobody else deleted and somebody made it anew.
        let _turn = self.folding.lock().await;
        let looked = self.read(move |conn| look_at_marked(conn, &rules, now_ms)).await?;
        let number = looked.len();
        if number > 0 {
            self.write(move |conn| looked.iter().try_for_each(|looked| looked.keep(conn))).await?;
        }
        Ok(number)
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

    /// What a document says now, with the file that closes it; none when there is no such document.
    ///
    /// # Errors
    /// What the database says.
    pub async fn document(&self, document: Uuid) -> Result<Option<DocumentState>, StoreError> {
        self.read(move |conn| {
            let entries = entries(conn, document)?;
            Ok((!entries.is_empty()).then(|| fold(entries)))
        })
        .await
    }
}

/// Marks a document to be folded again.
pub(super) fn mark(conn: &Connection, document: Uuid) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO dirty (document) SELECT id FROM subject WHERE id = ?1 AND kind = 'document' {MARK}"
    );
    conn.prepare_cached(&sql)?.execute([document.as_bytes()])?;
    Ok(())
}

/// Whether nothing of a document may be erased.
pub(super) fn on_hold(conn: &Connection, document: Uuid) -> Result<bool, StoreError> {
    Ok(fold(entries(conn, document)?).legal_hold)
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
    // An answer that was set aside answers nothing, whoever let it in.
    if answer.as_deref() == Some("accepted") && !is_answer(&event) {
        facts.verdict = Verdict::Accepted;
    }
    let entry = FoldEntry {
        id: digest(row.get(0)?),
        place: Place { hlc: header.hlc, device: header.device, n: header.n },
        critical: header.critical,
        event,
        facts: Some(facts),
        here: false,
    };
    Ok(Some(Folded { seq: envelope.seq, entry, waits }))
}

fn is_answer(event: &ReadEvent) -> bool {
    let ReadEvent::Known(event) = event else { return false };
    match event.as_ref() {
        Event::QuarantineAnswered { .. } => true,
        Event::Recovered(recovered) => recovered.inner().is_ok_and(|inner| is_answer(&inner.event)),
        _ => false,
    }
}

fn fold(entries: Vec<Folded>) -> DocumentState {
    DocumentState::fold(entries.into_iter().map(|folded| folded.entry))
}

/// What the fold found of a marked document.
struct Looked {
    document: Uuid,
    mark: i64,
    found: Found,
}

enum Found {
    /// No entry that can be read.
    Nothing,
    /// Thrown away, or nothing of it counts.
    Gone { head: u64 },
    /// A row of the register.
    Row(Box<FoundRow>),
}

struct FoundRow {
    head: u64,
    job: Option<Uuid>,
    customer: Uuid,
    json: String,
    copies: Vec<Effect>,
}

fn look_at_marked(conn: &Connection, rules: &CopyRules, now_ms: i64) -> Result<Vec<Looked>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT document, mark FROM dirty LIMIT ?1")?;
    let rows = statement.query_map([PER_TURN], |row| Ok((uuid(row.get(0)?), row.get(1)?)))?;
    rows.map(|row| {
        let (document, mark) = row?;
        Ok(Looked { document, mark, found: look(conn, document, rules, now_ms)? })
    })
    .collect()
}

fn look(conn: &Connection, document: Uuid, rules: &CopyRules, now_ms: i64) -> Result<Found, StoreError> {
    let entries = entries(conn, document)?;
    let Some(seen) = Seen::of(&entries) else { return Ok(Found::Nothing) };
    let state = fold(entries);
    if state.discarded || !seen.counts {
        return Ok(Found::Gone { head: seen.head });
    }
    let row = row(conn, document, &seen, &state)?;
    Ok(Found::Row(Box::new(FoundRow {
        head: seen.head,
        job: row.job,
        customer: row.customer,
        json: serde_json::to_string(&row)?,
        copies: copies(document, &state, rules, now_ms),
    })))
}

impl Looked {
    fn keep(&self, conn: &Connection) -> Result<(), StoreError> {
        let document = self.document.as_bytes();
        let sql = "DELETE FROM dirty WHERE document = ?1 AND mark = ?2";
        if conn.prepare_cached(sql)?.execute(params![document, self.mark])? == 0 {
            return Ok(());
        }
        match &self.found {
            Found::Nothing => Ok(()),
            Found::Gone { head } => register::take_out(conn, self.document, *head),
            Found::Row(row) => {
                link(conn, self.document, row)?;
                register::put(conn, self.document, row.head, &row.json)?;
                row.copies.iter().try_for_each(|copy| effects::queue(conn, copy))
            }
        }
    }
}

/// What the row says of a document's entries themselves.
struct Seen {
    head: u64,
    counts: bool,
    begun: Option<(Uuid, Place)>,
    updated_ms: u64,
    waiting: u32,
}

impl Seen {
    fn of(entries: &[Folded]) -> Option<Self> {
        let waiting = entries.iter().filter(|entry| entry.waits).count();
        Some(Self {
            head: entries.iter().map(|entry| entry.seq).max()?,
            counts: entries.iter().any(Folded::counts),
            begun: entries.iter().filter(|entry| entry.counts()).find_map(Folded::begins),
            updated_ms: entries.iter().map(|folded| folded.entry.place.hlc.millis()).max()?,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        })
    }
}

/// Job and customer may have changed while it was a draft.
fn link(conn: &Connection, document: Uuid, row: &FoundRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO document (id, job, customer) VALUES (?1, ?2, ?3)
               ON CONFLICT (id) DO UPDATE SET job = coalesce(?2, job), customer = ?3";
    let job = row.job.map(Uuid::into_bytes);
    conn.prepare_cached(sql)?.execute(params![document.as_bytes(), job, row.customer.as_bytes()])?;
    Ok(())
}

fn row(
    conn: &Connection,
    document: Uuid,
    seen: &Seen,
    state: &DocumentState,
) -> Result<RegisterRow, StoreError> {
    let person = seen.begun.as_ref().map(|(by, _)| *by);
    let begun_ms = seen.begun.as_ref().map_or(seen.updated_ms, |(_, place)| place.hlc.millis());
    let equipment = state.content.equipment.first();
    let file = state.file.map(|file| file.0);
    Ok(RegisterRow {
        doc: document,
        head: seen.head,
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
        device: seen.begun.as_ref().map(|(_, place)| place.device.clone()).unwrap_or_default(),
        method: customers_signature(state).map_or(Ok(String::new()), |by| super::as_word(&by.method))?,
        signer: customers_signature(state).map(|by| by.signer.name.clone()).unwrap_or_default(),
        signed_at: customers_signature(state).map(|by| by.at.wall.clone()).unwrap_or_default(),
        site: site(&state.content),
        day: day(begun_ms),
        updated_ms: i64::try_from(seen.updated_ms).unwrap_or(i64::MAX),
        file,
        file_here: file.map(|file| is_here(conn, file)).transpose()?.unwrap_or(false),
        conflict: !state.field_conflicts.is_empty() || is_undecided(state),
        quarantined: seen.waiting,
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

/// A closed document goes to its customer, once per closing signature that counts. What had arrived before copies were
/// switched on never does, however often its document is folded again.
fn copies(document: Uuid, state: &DocumentState, rules: &CopyRules, now_ms: i64) -> Vec<Effect> {
    let Some(from) = rules.kinds.get(&state.content.kind) else { return Vec::new() };
    let closing = if is_undecided(state) { None } else { closing(state) };
    let Some((cause, seq)) = closing.and_then(|found| Some((found.id, found.seq?))) else {
        return Vec::new();
    };
    let customer = (state.content.customer.email.trim(), *from);
    let office = (rules.office.trim(), rules.office_from.max(*from));
    let recipients = MAIL.into_iter().zip([customer, office]);
    recipients
        .filter(|(_, (recipient, from))| !recipient.is_empty() && seq >= *from)
        .map(|(kind, (recipient, _))| Effect {
            kind: kind.to_owned(),
            cause,
            document,
            recipient: recipient.to_owned(),
            attempts: 0,
            made_ms: now_ms,
        })
        .collect()
}

/// The signature that closes a document and counts.
pub fn closing(state: &DocumentState) -> Option<&Evidence> {
    let closes = |evidence: &&Evidence| {
        evidence.weight == Weight::Operative && Some(evidence.sealed) == state.file && is_closed(state.status)
    };
    state.evidence.iter().find(closes)
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
pub fn is_undecided(state: &DocumentState) -> bool {
    !state.slot_conflicts.is_empty() || !state.requested.is_empty()
}

/// The job a document comes from.
pub(crate) fn job_of(origin: Option<&Origin>) -> Option<Uuid> {
    match origin {
        Some(Origin::Job { job, .. }) => Some(*job),
        Some(Origin::Document { .. }) | None => None,
    }
}
