//! From events to projections: which event changes which table, and how all of them are made again from nothing.
//!
//! A document's row is always folded anew from all of its events, things by name keep the event of the latest place:
//! so the result is the same in whatever order the events came in.

use crate::{
    column::{Hash, Id},
    error::Result,
    journal::Entry,
    register,
    store::{Read, Tx},
    sync::files,
    table::{customers, documents, equipment, firm, jobs, persons},
};
use fieldseal_domain::{
    Digest,
    event::{Event, Inner, ReadEvent},
    facts::{Facts, Verdict},
    fold::Place,
    role::Role,
};
use rusqlite::OptionalExtension;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Folds new entries into the projections; each document once.
pub(crate) fn apply(tx: &Tx<'_>, entries: &[Entry]) -> Result<()> {
    let mut docs: Vec<Uuid> = Vec::new();
    for entry in entries {
        apply_thing(tx, entry)?;
        if let Some(doc) = entry.header.doc
            && !docs.contains(&doc)
        {
            docs.push(doc);
        }
    }
    refresh(tx, &docs)
}

/// Folds documents again.
pub(crate) fn refresh(tx: &Tx<'_>, docs: &[Uuid]) -> Result<()> {
    docs.iter().try_for_each(|doc| documents::refresh(tx, *doc))
}

/// An event that cannot be read is kept in the journal and changes no thing; [`documents::refresh`] sees it too.
pub(crate) fn apply_thing(tx: &Tx<'_>, entry: &Entry) -> Result<()> {
    files::mention(tx, entry)?;
    let Ok(ReadEvent::Known(event)) = entry.event() else { return Ok(()) };
    let (place, event) = match *event {
        Event::Recovered(recovered) => match recovered.inner() {
            Ok(Inner { header, event: ReadEvent::Known(event), .. }) => {
                (Place { hlc: header.hlc, device: header.device, n: header.n }, *event)
            }
            Ok(_) | Err(_) => return Ok(()),
        },
        event => (entry.place(), event),
    };
    if !is_about_a_thing(&event) {
        return apply_event(tx, &place, event);
    }
    match tx.envelope(entry.id)?.map(|envelope| envelope.facts) {
        Some(facts) if is_set_aside(tx, entry.id, facts)? => Ok(()),
        Some(Facts { clamped: Some(clamped), .. }) => {
            apply_event(tx, &Place { hlc: place.hlc.min(clamped), ..place }, event)
        }
        Some(_) | None => apply_event(tx, &place, event),
    }
}

fn is_about_a_thing(event: &Event) -> bool {
    matches!(
        event,
        Event::FirmSaved(_)
            | Event::PersonSaved(_)
            | Event::CustomerSaved(_)
            | Event::EquipmentSaved(_)
            | Event::JobSaved(_)
    )
}

/// Whether the server set it aside and the office has not let it in.
fn is_set_aside(tx: &Tx<'_>, id: Digest, facts: Facts) -> Result<bool> {
    match facts.verdict {
        Verdict::Accepted => Ok(false),
        Verdict::Quarantined(_) => {
            for answer in tx.entries_of_kind("quarantine_answered")?.iter().rev() {
                if let Some(accept) = answer_to(id, answer)
                    && counts(tx, answer.id)?
                {
                    return Ok(!accept);
                }
            }
            Ok(true)
        }
    }
}

fn answer_to(id: Digest, entry: &Entry) -> Option<bool> {
    let Ok(ReadEvent::Known(event)) = entry.event() else { return None };
    match *event {
        Event::QuarantineAnswered { entry, accept, .. } if entry == id => Some(accept),
        _ => None,
    }
}

/// Whether the server took an answer as one. Of an own answer that it has not seen yet nothing else is known.
fn counts(read: &Read<'_>, answer: Digest) -> Result<bool> {
    Ok(read.envelope(answer)?.is_none_or(|envelope| envelope.facts.verdict == Verdict::Accepted))
}

/// What the server says of an entry without a document is news: the thing it is about follows.
pub(crate) fn settle(tx: &Tx<'_>, entry: Digest) -> Result<()> {
    let Some(entry) = tx.entry(entry)? else { return Ok(()) };
    match tx.envelope(entry.id)?.map(|envelope| envelope.facts) {
        Some(Facts { verdict: Verdict::Accepted, clamped: None, .. }) | None => apply_thing(tx, &entry),
        Some(_) => fold_thing_again(tx, &entry),
    }
}

/// Makes the thing an entry is about from nothing: an entry that counted before may count no more, or elsewhere.
fn fold_thing_again(tx: &Tx<'_>, entry: &Entry) -> Result<()> {
    let Ok(ReadEvent::Known(event)) = entry.event() else { return Ok(()) };
    thing(&event).map_or(Ok(()), |thing| fold_subject_again(tx, thing))
}

fn fold_subject_again(tx: &Tx<'_>, thing: Uuid) -> Result<()> {
    tx.forget_thing(thing)?;
    entries_about(tx, thing)?.iter().try_for_each(|entry| apply_thing(tx, entry))
}

/// What was written about a thing that has no document of its own, in the order of the fold.
pub(crate) fn entries_about(tx: &Tx<'_>, subject: Uuid) -> Result<Vec<Entry>> {
    // A body that does not name the thing is not read: there may be a hundred thousand customers.
    let named = if subject.is_nil() { String::new() } else { subject.to_string() };
    let which = "WHERE e.doc IS NULL AND (e.kind = 'recovered' OR
                   e.kind IN ('firm_saved', 'person_saved', 'customer_saved', 'equipment_saved', 'job_saved')
                   AND instr(b.body, CAST(?1 AS BLOB)) > 0)
                 ORDER BY e.hlc, e.device, e.n";
    let mut entries = tx.entries_where(which, [named])?;
    entries.retain(|entry| match entry.event() {
        Ok(ReadEvent::Known(event)) => thing(&event) == Some(subject),
        Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => false,
    });
    Ok(entries)
}

fn apply_event(tx: &Tx<'_>, place: &Place, event: Event) -> Result<()> {
    match event {
        Event::FirmSaved(value) => {
            let member = admitted_roots(tx, &[&place.device])?.is_empty();
            firm::put(tx, member, place, &value)
        }
        // Its device stood alone before: what it said of the firm counts less from now on.
        Event::RootAdmitted { .. } => fold_subject_again(tx, Uuid::nil()),
        Event::PersonSaved(value) => persons::put(tx, place, &value),
        Event::CustomerSaved(value) => customers::put(tx, place, &value),
        Event::EquipmentSaved(value) => equipment::put(tx, place, &value),
        Event::JobSaved(value) => jobs::put(tx, place, &value),
        Event::QuarantineAnswered { entry, .. } => match tx.entry(entry)? {
            Some(entry) if entry.header.doc.is_none() => fold_thing_again(tx, &entry),
            Some(_) | None => Ok(()),
        },
        Event::JournalOpened { .. }
        | Event::Created { .. }
        | Event::FieldsChanged { .. }
        | Event::DraftDiscarded { .. }
        | Event::Frozen(_)
        | Event::TakenBack { .. }
        | Event::HandedOver { .. }
        | Event::LanguageChanged { .. }
        | Event::Shown { .. }
        | Event::RemarkAdded { .. }
        | Event::Signed(_)
        | Event::NotSigned { .. }
        | Event::HandedBack { .. }
        | Event::WrongPin { .. }
        | Event::Closed { .. }
        | Event::Cancelled { .. }
        | Event::Recovered(_)
        | Event::Voided { .. }
        | Event::VoidConfirmed { .. }
        | Event::VoidWithdrawn { .. }
        | Event::AcceptanceCleared { .. }
        | Event::ConflictResolved { .. }
        | Event::Erased { .. }
        | Event::LegalHold { .. }
        | Event::RoleGranted { .. }
        | Event::DeviceRevoked { .. }
        | Event::Printed { .. }
        | Event::Exported { .. }
        | Event::Verified { .. } => Ok(()),
    }
}

/// What an entry is about: its document, the thing it changes, or nil for what concerns everybody.
pub(crate) fn subject(entry: &Entry) -> Uuid {
    let thing_of = |event: &Event| thing(event).unwrap_or_default();
    match (entry.header.doc, entry.event()) {
        (Some(doc), _) => doc,
        (None, Ok(ReadEvent::Known(event))) => thing_of(&event),
        (None, Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_)) => Uuid::nil(),
    }
}

/// What the office last said of each person's role.
pub(crate) fn granted_roles(read: &Read<'_>) -> Result<BTreeMap<Uuid, Role>> {
    let mut roles = BTreeMap::new();
    for entry in read.entries_of_kind("role_granted")? {
        if let Ok(ReadEvent::Known(event)) = entry.event()
            && let Event::RoleGranted { person, role } = *event
            && counts(read, entry.id)?
        {
            roles.insert(person, role);
        }
    }
    Ok(roles)
}

/// Roots that count for the files of these journals only: theirs from before their devices belonged to the organisation.
pub(crate) fn admitted_roots(read: &Read<'_>, journals: &[&str]) -> Result<Vec<Vec<u8>>> {
    let mut roots = Vec::new();
    for entry in read.entries_of_kind("root_admitted")? {
        if let Ok(ReadEvent::Known(event)) = entry.event()
            && let Event::RootAdmitted { device, root } = *event
            && journals.contains(&device.as_str())
            && counts(read, entry.id)?
        {
            roots.push(root);
        }
    }
    Ok(roots)
}

/// The thing by name that an event is about; nil for the firm.
fn thing(event: &Event) -> Option<Uuid> {
    match event {
        Event::FirmSaved(_) => Some(Uuid::nil()),
        Event::PersonSaved(value) => Some(value.id),
        Event::CustomerSaved(value) => Some(value.id),
        Event::EquipmentSaved(value) => Some(value.id),
        Event::JobSaved(value) => Some(value.id),
        Event::Recovered(recovered) => match recovered.inner() {
            Ok(Inner { event: ReadEvent::Known(event), .. }) => thing(&event),
            Ok(_) | Err(_) => None,
        },
        _ => None,
    }
}

const EMPTY: &str =
    "DELETE FROM firm; DELETE FROM person; DELETE FROM customer; DELETE FROM equipment; DELETE FROM job;
  DELETE FROM document; DELETE FROM mention; DELETE FROM search_item; DELETE FROM search_word;";

/// Empties every projection and folds the journal again, documents in the order of their last event.
pub(crate) fn rebuild(tx: &Tx<'_>) -> Result<()> {
    tx.conn.execute_batch(EMPTY)?;
    register::forget_local(tx)?;
    for entry in tx.all_entries() {
        apply_thing(tx, &entry?)?;
    }
    let sql = "SELECT doc FROM entry WHERE doc IS NOT NULL GROUP BY doc ORDER BY max(hlc), doc";
    let mut statement = tx.conn.prepare_cached(sql)?;
    let docs: Vec<Id> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    docs.into_iter().try_for_each(|doc| documents::refresh(tx, doc.0))
}

/// A body is gone: a document loses what it said; anything else needs the whole fold.
pub(crate) fn refresh_after_erasure(tx: &Tx<'_>, entry: Digest) -> Result<()> {
    let sql = "SELECT doc FROM entry WHERE id = ?1";
    let doc: Option<Option<Id>> =
        tx.conn.prepare_cached(sql)?.query_row([Hash(entry)], |row| row.get(0)).optional()?;
    match doc {
        None => Ok(()),
        Some(Some(doc)) => documents::refresh(tx, doc.0),
        Some(None) => rebuild(tx),
    }
}
