//! Rows this device folds itself.

use super::row::{RegisterOrigin, RegisterRow, Verification};
use crate::{
    column::{Count, Id, code},
    error::Result,
    journal::{self, Entry},
    store::Tx,
    table::documents,
};
use fieldseal_domain::{
    acceptance::Acceptance,
    event::{Event, ReadEvent},
    fold::{DocumentState, SlotState},
    number::DocumentNumber,
};
use rusqlite::params;
use uuid::Uuid;

/// Kinds of event that move a row to the top of the register.
const MOVES: [&str; 14] = [
    "created",
    "frozen",
    "taken_back",
    "signed",
    "not_signed",
    "closed",
    "cancelled",
    "voided",
    "acceptance_cleared",
    "conflict_resolved",
    "void_confirmed",
    "void_withdrawn",
    "quarantine_answered",
    "recovered",
];

/// Set by the migration: the journal is older than the register.
const UNFILLED: &str = "register_unfilled";

/// Writes the row of a document from its fold. Entries without the beginning say too little: the row then stays as the
/// office gave it.
pub(crate) fn refresh(tx: &Tx<'_>, doc: Uuid, state: &DocumentState, entries: &[Entry]) -> Result<()> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
    let Some(stored) = tx.document(doc)? else { return Ok(()) };
    if !entries.iter().any(|entry| matches!(entry.header.kind.as_str(), "created" | "recovered")) {
        return Ok(());
    }
    let moved =
        entries.iter().rev().find(|entry| MOVES.contains(&entry.header.kind.as_str())).unwrap_or(first);
    let content = &state.content;
    let signed = customers_acceptance(state);
    let number = state.number.clone().unwrap_or_default();
    let row = RegisterRow {
        doc: stored.id,
        kind: content.kind.clone(),
        status: state.status,
        revision: stored.revision,
        customer: content.customer.id,
        customer_name: content.customer.name.clone(),
        site: if content.site.is_empty() { content.customer.city.clone() } else { content.site.clone() },
        technician: stored.person,
        technician_name: content.technician.clone(),
        signer: signed.map_or_else(String::new, |signed| signed.signer.name.clone()),
        method: signed.map_or_else(String::new, |signed| code(&signed.method)),
        signed_at: signed.map_or_else(String::new, |signed| signed.at.wall.clone()),
        serial: content.equipment.first().map_or_else(String::new, |item| item.serial.clone()),
        device: number.parse().map_or_else(|_| String::new(), |number: DocumentNumber| number.series.device),
        number,
        job: stored.job,
        file: state.file,
        at_ms: moved.header.hlc.millis(),
        at: moved.header.at.wall.clone(),
        changed_ms: last.header.hlc.millis(),
        head_seq: 0,
        sync: stored.sync,
        verification: verification(entries),
        conflict: state.needs_decision() || !state.field_conflicts.is_empty(),
        origin: RegisterOrigin::Local,
    };
    let texts = documents::texts(&row.number, content);
    tx.put_register_row(&row, &texts, &[&content.customer.phone]).map(drop)
}

/// The first signature that does not close: the customer's.
fn customers_acceptance(state: &DocumentState) -> Option<&Acceptance> {
    state.slots.iter().find_map(|(_, slot)| match slot {
        SlotState::Signed(signed) if !signed.closes => Some(&signed.acceptance),
        SlotState::Signed(_) | SlotState::Open | SlotState::Empty(_) => None,
    })
}

/// What the last verification said, unless the file has changed since.
fn verification(entries: &[Entry]) -> Verification {
    let last = entries
        .iter()
        .rev()
        .find(|entry| matches!(entry.header.kind.as_str(), "verified" | "signed" | "closed" | "frozen"));
    match last.map(Entry::event) {
        Some(Ok(ReadEvent::Known(event))) => match *event {
            Event::Verified { good: true, .. } => Verification::Good,
            Event::Verified { good: false, .. } => Verification::Bad,
            _ => Verification::None,
        },
        Some(Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_)) | None => Verification::None,
    }
}

fn fold_again(tx: &Tx<'_>, doc: Uuid) -> Result<()> {
    let entries = tx.entries_of(doc)?;
    refresh(tx, doc, &journal::fold(tx, doc, &entries)?, &entries)
}

/// Takes all rows of this device's own folding out, to fold them again.
pub(crate) fn forget_local(tx: &Tx<'_>) -> Result<()> {
    let docs: Vec<Id> = {
        let mut statement = tx.conn.prepare_cached("SELECT doc FROM register WHERE origin = 'local'")?;
        statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    docs.into_iter().try_for_each(|doc| tx.delete_register_row(doc.0))
}

/// Writes the rows of the documents of a stretch of a journal again: the office has more, or less, of them.
pub(crate) fn resync(tx: &Tx<'_>, device: &str, after: u64, upto: u64) -> Result<()> {
    let docs: Vec<Id> = {
        let sql =
            "SELECT DISTINCT doc FROM entry WHERE device = ?1 AND n > ?2 AND n <= ?3 AND doc IS NOT NULL";
        let mut statement = tx.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![device, Count(after), Count(upto)], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    docs.into_iter().try_for_each(|doc| fold_again(tx, doc.0))
}

/// Folds every document into the register, once after the register came to be.
pub(crate) fn fill(tx: &Tx<'_>) -> Result<()> {
    if tx.setting::<bool>(UNFILLED)?.is_none() {
        return Ok(());
    }
    let docs: Vec<Id> = {
        let mut statement = tx.conn.prepare_cached("SELECT id FROM document ORDER BY updated_ms, id")?;
        statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    docs.into_iter().try_for_each(|doc| fold_again(tx, doc.0))?;
    tx.delete_setting(UNFILLED)
}
