//! Looking at entries before they reach the log: is the signature right, what is the entry about, may its writer do
//! this. Pure but for the keys it is given; runs in parallel, before anything is locked.

mod about;
mod rights;

pub(crate) use rights::may_let_in;

use crate::{Change, Incoming, Journal};
use about::About;
use fieldseal_domain::{
    Digest,
    event::{Event, Header, MAX_HEADER, ReadEvent, body_hash, max_body},
    fold::Place,
    party::Person,
};
use fieldseal_seal::chain::{EventSignature, JournalKey, SignatureCheck, verify_header};
use fieldseal_wire::{Code, QuarantineReason, Refusal, Verdict, WireEntry};
use rayon::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

/// A header and what its body says.
#[derive(Debug, Clone)]
pub struct Inner {
    /// The header.
    pub header: Header,
    /// What happened.
    pub event: ReadEvent,
}

/// Reads a stored entry; none when this program cannot read its header. A body that it cannot read is like one of a
/// later program.
#[must_use]
pub fn read(header: &[u8], body: Option<&[u8]>) -> Option<Inner> {
    let header: Header = serde_json::from_slice(header).ok()?;
    let event = read_event(&header, body).unwrap_or(ReadEvent::Unknown);
    Some(Inner { header, event })
}

/// Files an entry mentions.
#[must_use]
pub fn files_of(header: &[u8], body: &[u8]) -> Vec<Digest> {
    let about = |inner: Inner| About::of(&inner.header, Some(&inner.event)).blobs;
    read(header, Some(body)).map(about).unwrap_or_default()
}

/// What a stored entry changes in who may see what, and from where on it counts.
pub(crate) fn change_of(header: &[u8], body: Option<&[u8]>) -> Option<(Place, Change)> {
    let Inner { header, event } = read(header, body)?;
    let change = About::of(&header, Some(&event)).change?;
    Some((place(&header, Some(&event)), change))
}

/// Where a stored entry counts, but for the server's clamp.
pub(crate) fn place_of(header: &[u8], body: Option<&[u8]>) -> Option<Place> {
    let Inner { header, event } = read(header, body)?;
    Some(place(&header, Some(&event)))
}

/// Whom a stored entry tells about, and what.
pub(crate) fn person_in(event: &ReadEvent) -> Option<Person> {
    let ReadEvent::Known(event) = event else { return None };
    match event.as_ref() {
        Event::PersonSaved(person) => Some(person.clone()),
        Event::Recovered(recovered) => recovered.inner().ok().and_then(|inner| person_in(&inner.event)),
        _ => None,
    }
}

/// A recovered entry stands where it stood.
fn place(header: &Header, event: Option<&ReadEvent>) -> Place {
    let at = |header: &Header| Place { hlc: header.hlc, device: header.device.clone(), n: header.n };
    if let Some(ReadEvent::Known(event)) = event
        && let Event::Recovered(recovered) = event.as_ref()
        && let Ok(inner) = recovered.inner()
    {
        return at(&inner.header);
    }
    at(header)
}

fn read_event(header: &Header, body: Option<&[u8]>) -> Option<ReadEvent> {
    match body {
        None => Some(ReadEvent::Erased),
        Some(_) if header.v != HEADER_VERSION => Some(ReadEvent::Unknown),
        Some(body) => Event::from_parts(&header.kind, body).ok(),
    }
}

/// Version of the header's form that this program reads.
const HEADER_VERSION: u8 = 1;

/// Whose entries are looked at.
#[derive(Debug, Clone)]
pub struct Writer {
    /// The journal.
    pub journal: Journal,
    /// Keys of the journals it continues, by device.
    pub earlier: BTreeMap<String, [u8; 32]>,
    /// The organisation.
    pub org: String,
}

/// Looks at a run of one journal's entries.
///
/// # Errors
/// The first entry that nobody could ever take: no header, wrong signature, changed body, wrong order.
pub fn examine(writer: &Writer, entries: Vec<WireEntry>) -> Result<Vec<Incoming>, Refusal> {
    let key = JournalKey::read(&writer.journal.ed25519);
    let looked: Vec<Result<Incoming, Refusal>> =
        entries.into_par_iter().map(|entry| examine_one(writer, key.as_ref(), entry)).collect();
    let mut run: Vec<Incoming> = Vec::with_capacity(looked.len());
    for entry in looked {
        let entry = entry?;
        if run.last().is_some_and(|before| before.header.n.checked_add(1) != Some(entry.header.n)) {
            return Err(refuse(Code::BrokenChain, "the entries are not in order", entry.header.n));
        }
        run.push(entry);
    }
    Ok(run)
}

fn examine_one(writer: &Writer, key: Option<&JournalKey>, entry: WireEntry) -> Result<Incoming, Refusal> {
    let journal = &writer.journal;
    if entry.header.0.len() > MAX_HEADER {
        return Err(Refusal::new(Code::TooLarge, "a header is larger than 2 KiB"));
    }
    let header: Header = serde_json::from_slice(&entry.header.0)
        .map_err(|_| Refusal::new(Code::BadRequest, "a header cannot be read"))?;
    if header.device != journal.device {
        return Err(refuse(Code::BrokenChain, "the entry belongs to another journal", header.n));
    }
    let signature: Option<[u8; 64]> = entry.signature.array();
    let id = Digest::of(&entry.header.0);
    let right = key
        .zip(signature)
        .is_some_and(|(key, signature)| key.check(&id, &EventSignature(signature)) == SignatureCheck::Right);
    if !right {
        return Err(refuse(Code::BadSignature, "the signature of an entry is wrong", header.n));
    }
    check_body(&header, &entry)?;
    let body = entry.body.as_ref().map(|body| body.0.as_slice());
    // What is larger than any program writes is kept, but nobody reads it.
    let too_large = body.is_some_and(|body| body.len() > max_body(&header.kind));
    let event = if too_large { None } else { read_event(&header, body) };
    let about = About::of(&header, event.as_ref());
    let verdict = verdict(writer, &header, event.as_ref());
    Ok(Incoming {
        id,
        place: place(&header, event.as_ref()),
        subject: about.subject,
        subject_kind: about.kind,
        blobs: about.blobs,
        change: about.change,
        verdict,
        header,
        entry,
    })
}

/// Salt and body are both there and what was signed, or both gone.
fn check_body(header: &Header, entry: &WireEntry) -> Result<(), Refusal> {
    let fits = match (&entry.salt, &entry.body) {
        (None, None) => true,
        (Some(salt), Some(body)) => {
            salt.array().is_some_and(|salt| body_hash(&salt, &body.0) == header.body_hash)
        }
        (Some(_), None) | (None, Some(_)) => false,
    };
    if fits {
        Ok(())
    } else {
        Err(refuse(Code::BadSignature, "the body is not the one that was signed", header.n))
    }
}

fn verdict(writer: &Writer, header: &Header, event: Option<&ReadEvent>) -> Verdict {
    let journal = &writer.journal;
    if let Some(reason) = journal.set_aside() {
        return Verdict::Quarantined(reason);
    }
    // Only what was written before an enrolment may name another organisation.
    if journal.enrolled && header.org != writer.org {
        return Verdict::Quarantined(QuarantineReason::NotAllowed);
    }
    match event {
        None => Verdict::Quarantined(QuarantineReason::Unreadable),
        Some(ReadEvent::Unknown) if header.critical => Verdict::Quarantined(QuarantineReason::UnknownKind),
        Some(ReadEvent::Unknown | ReadEvent::Erased) => Verdict::Accepted,
        Some(ReadEvent::Known(event)) => match proven(writer, event) {
            Err(reason) => Verdict::Quarantined(reason),
            Ok(()) if rights::may(journal, &writer.org, header, event) => Verdict::Accepted,
            Ok(()) => Verdict::Quarantined(QuarantineReason::NotAllowed),
        },
    }
}

/// A recovered entry is as good as its own signature.
fn proven(writer: &Writer, event: &Event) -> Result<(), QuarantineReason> {
    let Event::Recovered(recovered) = event else { return Ok(()) };
    let key = writer.earlier.get(&recovered.device).ok_or(QuarantineReason::UnknownJournal)?;
    let signature: Option<[u8; 64]> = recovered.signature.as_slice().try_into().ok();
    let right = recovered.inner().is_ok()
        && signature.is_some_and(|signature| {
            verify_header(key, &recovered.header, &EventSignature(signature)) == SignatureCheck::Right
        });
    if right { Ok(()) } else { Err(QuarantineReason::Unreadable) }
}

fn refuse(code: Code, message: &str, n: u64) -> Refusal {
    Refusal::new(code, message).with(json!({ "n": n }))
}
