//! Ends that somebody put to a document: voids, cancellations. A customer's signature is never erased by a race: an end
//! that did not know of a signature is a request, which the office confirms or withdraws.

use super::entry::Item;
use crate::{event::Event, hash::Digest};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What sort of end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndKind {
    /// The office voided it.
    Voided,
    /// It was given up before it was closed.
    Cancelled,
}

/// An end that somebody put, or wants to put, to a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The event.
    pub id: Digest,
    /// What sort.
    pub kind: EndKind,
    /// Why.
    pub reason: String,
    /// The document that takes its place.
    pub successor: Option<Uuid>,
    /// By whom.
    pub by: Uuid,
}

/// The office's answer to an end that crossed a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Confirmed,
    Withdrawn,
}

struct Put {
    item: Item,
    end: End,
    /// For each journal, the last entry that was known.
    seen: BTreeMap<String, u64>,
}

/// All ends and the answers to them.
#[derive(Default)]
pub(super) struct Voids {
    puts: Vec<Put>,
    answers: BTreeMap<Digest, Answer>,
}

/// What became of the ends.
#[derive(Debug, Default)]
pub(super) struct Ends {
    pub(super) effective: Option<End>,
    pub(super) requested: Vec<End>,
}

fn end(item: &Item, kind: EndKind, reason: &str, by: Uuid) -> End {
    End { id: item.id, kind, reason: reason.to_owned(), successor: None, by }
}

impl Voids {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut voids = Self::default();
        let places: BTreeMap<Digest, &Item> = items.iter().map(|item| (item.id, item)).collect();
        for item in items {
            match &item.event {
                Event::Voided { seen, reason, successor, by } => {
                    let end = end(item, EndKind::Voided, reason, *by);
                    let known = seen.iter().filter_map(|id| places.get(id).copied());
                    voids.put(item, End { successor: *successor, ..end }, known);
                }
                Event::Cancelled { reason, by } => {
                    let end = end(item, EndKind::Cancelled, reason, *by);
                    voids.put(item, end, std::iter::empty());
                }
                Event::VoidConfirmed { void, by: _ } => drop(voids.answers.insert(*void, Answer::Confirmed)),
                Event::VoidWithdrawn { void, by: _ } => drop(voids.answers.insert(*void, Answer::Withdrawn)),
                _ => {}
            }
        }
        voids
    }

    /// An end knows the entries it names, its own journal up to itself, and what stands before them.
    fn put<'a>(&mut self, item: &'a Item, end: End, known: impl Iterator<Item = &'a Item>) {
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for entry in known.chain([item]) {
            let n = seen.entry(entry.place.device.clone()).or_insert(0);
            *n = entry.place.n.max(*n);
        }
        self.puts.push(Put { item: item.clone(), end, seen });
    }

    /// Whether a signature was made although its own journal held the end, which nobody had taken back.
    pub(super) fn was_known_to(&self, signature: &Item) -> bool {
        let stands = |put: &&Put| self.answers.get(&put.item.id) != Some(&Answer::Withdrawn);
        self.puts.iter().filter(stands).any(|put| signature.follows(&put.item))
    }

    /// Which end holds, when these signatures have to have been known.
    pub(super) fn ends<'a>(&self, signatures: impl Iterator<Item = &'a Item>) -> Ends {
        let signatures: Vec<&Item> = signatures.collect();
        let mut ends = Ends::default();
        for put in &self.puts {
            let knew = |item: &&Item| put.seen.get(&item.place.device).is_some_and(|n| *n >= item.place.n);
            let holds = match self.answers.get(&put.item.id) {
                Some(Answer::Withdrawn) => continue,
                Some(Answer::Confirmed) => true,
                None => signatures.iter().all(knew),
            };
            if holds {
                ends.effective.get_or_insert_with(|| put.end.clone());
            } else {
                ends.requested.push(put.end.clone());
            }
        }
        ends
    }
}
