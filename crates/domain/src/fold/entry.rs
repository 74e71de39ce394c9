//! What the fold is given, and what of it counts: each entry once, recovered ones as what they were, without those that
//! are set aside, in the order that all devices agree on.

use crate::{
    event::{Event, Inner, ReadEvent},
    facts::{Envelope, Facts, QuarantineReason, Verdict},
    hash::Digest,
    hlc::Hlc,
};
use std::collections::{BTreeMap, BTreeSet};

/// Place of an event among all: the order of the fold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Hybrid clock.
    pub hlc: Hlc,
    /// Device.
    pub device: String,
    /// Position in its journal.
    pub n: u64,
}

/// One entry of a journal, as the fold takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldEntry {
    /// Id.
    pub id: Digest,
    /// Place, as its header says.
    pub place: Place,
    /// Whether its header calls it critical.
    pub critical: bool,
    /// What happened. A body that cannot be read is [`ReadEvent::Unknown`].
    pub event: ReadEvent,
    /// What the server said about it, once it did.
    pub facts: Option<Facts>,
    /// Whether the device that folds wrote it.
    pub here: bool,
}

/// An entry that counts.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) id: Digest,
    /// Where it is applied: its own place, with the stamp the server clamped it to.
    pub(super) place: Place,
    pub(super) event: Event,
    /// Place in the server's log.
    pub(super) seq: Option<u64>,
}

impl Item {
    /// Whether this entry's journal already held `other` when it was written.
    pub(super) fn follows(&self, other: &Self) -> bool {
        self.place.device == other.place.device && self.place.n > other.place.n
    }
}

/// Everything that counts, in order, and what was found on the way.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) items: Vec<Item>,
    /// Something critical that this program does not know, or whose body is gone.
    pub(super) unknown: bool,
    pub(super) erased: bool,
    pub(super) quarantined: Vec<Digest>,
    /// Something counts on this device only.
    pub(super) held: bool,
    /// Last entry of each journal, whether it counts or not.
    pub(super) heads: Vec<Digest>,
}

/// An entry, unwrapped, before it is known whether it counts.
struct Raw {
    /// The entry that brought it: itself, or the one it was recovered in. What the server speaks about.
    carrier: Digest,
    place: Place,
    critical: bool,
    event: ReadEvent,
    facts: Option<Facts>,
    here: bool,
}

pub(super) fn prepare(entries: impl IntoIterator<Item = FoldEntry>) -> Prepared {
    let mut all: BTreeMap<Digest, Raw> = BTreeMap::new();
    for entry in entries {
        let (id, raw) = unwrap(entry);
        match all.get_mut(&id) {
            Some(present) if is_better(&raw, present) => {
                (present.facts, present.carrier) = (raw.facts, raw.carrier);
            }
            Some(_) => {}
            None => drop(all.insert(id, raw)),
        }
    }
    let answers = answers(&all);
    let erased = erased(&all);
    let mut prepared = Prepared { heads: heads(&all), ..Prepared::default() };
    for (id, raw) in all {
        let answer = answers.get(&raw.carrier).or_else(|| answers.get(&id)).copied();
        if is_set_aside(&raw, answer) {
            prepared.quarantined.extend(answer.is_none().then_some(raw.carrier));
            if !stays_with_its_device(&raw) {
                continue;
            }
            prepared.held = true;
        }
        match raw.event {
            ReadEvent::Known(event) if !erased.contains(&id) => {
                let place = clamped(raw.place, raw.facts);
                prepared.items.push(Item { id, place, event: *event, seq: raw.facts.map(|facts| facts.seq) });
            }
            ReadEvent::Known(_) | ReadEvent::Erased => prepared.erased |= raw.critical,
            ReadEvent::Unknown => prepared.unknown |= raw.critical,
        }
    }
    prepared.items.sort_by(|a, b| (&a.place, &a.id).cmp(&(&b.place, &b.id)));
    prepared
}

/// A recovered entry is the entry inside it, at its old place; the server's facts are those of the one that carries it.
fn unwrap(entry: FoldEntry) -> (Digest, Raw) {
    let FoldEntry { id, place, critical, event, facts, here } = entry;
    if let ReadEvent::Known(known) = &event
        && let Event::Recovered(recovered) = &**known
    {
        return match recovered.inner() {
            Ok(Inner { id: inner, header, event }) => {
                let place = Place { hlc: header.hlc, device: header.device, n: header.n };
                let clamp = |facts: Facts| Envelope::clamp(place.hlc, facts.received_ms);
                let facts = facts.map(|facts| Facts { clamped: clamp(facts), ..facts });
                (inner, Raw { carrier: id, place, critical: header.critical, event, facts, here })
            }
            Err(_) => (id, Raw { carrier: id, place, critical, event: ReadEvent::Unknown, facts, here }),
        };
    }
    (id, Raw { carrier: id, place, critical, event, facts, here })
}

/// Of two statements about one entry (it came twice: itself, and recovered) the one that lets it count is better, then
/// the earlier one.
fn is_better(new: &Raw, present: &Raw) -> bool {
    let rank = |raw: &Raw| {
        let facts = raw.facts.map(|facts| (facts.verdict != Verdict::Accepted, facts.seq));
        (facts.is_none(), facts, raw.carrier)
    };
    rank(new) < rank(present)
}

fn is_set_aside(raw: &Raw, answer: Option<bool>) -> bool {
    match raw.facts.map(|facts| facts.verdict) {
        Some(Verdict::Quarantined(_)) => answer != Some(true),
        Some(Verdict::Accepted) | None => false,
    }
}

/// Nothing was wrong with what was written, only with the device: whoever worked with it goes on seeing what was signed
/// there, and that the office has not let it in.
fn stays_with_its_device(raw: &Raw) -> bool {
    use QuarantineReason::{Revoked, UnknownJournal};
    let verdict = raw.facts.map(|facts| facts.verdict);
    raw.here && matches!(verdict, Some(Verdict::Quarantined(Revoked | UnknownJournal)))
}

/// The office's last answer about each entry. An answer that is itself set aside answers nothing.
fn answers(all: &BTreeMap<Digest, Raw>) -> BTreeMap<Digest, bool> {
    let mut last: BTreeMap<Digest, (&Place, bool)> = BTreeMap::new();
    for raw in all.values().filter(|raw| !is_set_aside(raw, None)) {
        if let ReadEvent::Known(event) = &raw.event
            && let Event::QuarantineAnswered { entry, accept, .. } = &**event
            && last.get(entry).is_none_or(|(place, _)| *place < &raw.place)
        {
            last.insert(*entry, (&raw.place, *accept));
        }
    }
    last.into_iter().map(|(entry, (_, accept))| (entry, accept)).collect()
}

/// What a retention rule took: gone for everybody, also where somebody still has the bytes.
fn erased(all: &BTreeMap<Digest, Raw>) -> BTreeSet<Digest> {
    let events = all.values().filter(|raw| !is_set_aside(raw, None)).filter_map(|raw| match &raw.event {
        ReadEvent::Known(event) => Some(&**event),
        ReadEvent::Unknown | ReadEvent::Erased => None,
    });
    let lists = events.filter_map(|event| match event {
        Event::Erased { entries, .. } => Some(entries),
        _ => None,
    });
    lists.flatten().copied().collect()
}

fn heads(all: &BTreeMap<Digest, Raw>) -> Vec<Digest> {
    let mut last: BTreeMap<&str, (u64, Digest)> = BTreeMap::new();
    for (id, raw) in all {
        let head = last.entry(&raw.place.device).or_insert((0, *id));
        if raw.place.n >= head.0 {
            *head = (raw.place.n, *id);
        }
    }
    last.into_values().map(|(_, id)| id).collect()
}

fn clamped(place: Place, facts: Option<Facts>) -> Place {
    match facts.and_then(|facts| facts.clamped) {
        Some(clamped) => Place { hlc: place.hlc.min(clamped), ..place },
        None => place,
    }
}
