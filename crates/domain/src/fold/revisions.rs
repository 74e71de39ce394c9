//! Frozen revisions and the signatures on them: which revision stands, which signature of a place counts, what closes
//! the document.
//!
//! Two tablets can freeze or sign one document without knowing of each other. Nothing of it is ever lost: what does not
//! count is kept as evidence, with the reason.

use super::entry::{Item, Place};
use super::{SlotState, void::Voids};
use crate::{
    acceptance::{EmptySlot, Outcome},
    event::{Choice, Event, FrozenRevision, SignedSlot},
    hash::{Digest, FileHash},
};

/// What became of a frozen revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It stands.
    Current,
    /// It went back to draft.
    TakenBack,
    /// An acceptance of it was cleared; its file stays a version of the document.
    Cleared,
    /// Another revision was frozen or signed at the same time, and that one stands.
    Rival,
}

/// A frozen revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The event that froze it.
    pub id: Digest,
    /// What was frozen.
    pub frozen: FrozenRevision,
    /// What became of it.
    pub standing: Standing,
    /// Its newest file: frozen, or with the last signature.
    pub file: FileHash,
    /// With what it was closed.
    pub outcome: Option<Outcome>,
}

/// Whether a signature counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It is the one of its place.
    Operative,
    /// The same content was signed twice at this place: kept beside the operative one.
    Duplicate,
    /// It is on a revision that does not stand.
    OtherRevision,
    /// It was made though the void of the document was known.
    AfterVoid,
}

/// A signature that was ever made on the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The event.
    pub id: Digest,
    /// Device it was made on.
    pub device: String,
    /// The slot.
    pub slot: String,
    /// Its revision: the event that froze it; none while that one has not arrived.
    pub version: Option<Digest>,
    /// SHA-256 of the file with it.
    pub sealed: FileHash,
    /// Place in the server's log; none until the server has it.
    pub seq: Option<u64>,
    /// Whether it counts.
    pub weight: Weight,
}

/// Different contents were signed without knowledge of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotConflict {
    /// The slot.
    pub slot: String,
    /// The signatures, the one that holds for now first.
    pub signatures: Vec<Digest>,
}

/// The order in which things win: what the server has, in its order; then by place.
type Rank<'a> = (bool, Option<u64>, &'a Place);

/// A signature while it is weighed.
#[derive(Debug, Clone)]
struct Signature {
    item: Item,
    slot: Box<SignedSlot>,
}

impl Signature {
    fn rank(&self) -> Rank<'_> {
        (self.item.seq.is_none(), self.item.seq, &self.item.place)
    }

    fn slot(&self) -> &str {
        &self.slot.acceptance.slot
    }
}

/// An event that closes.
#[derive(Debug, Clone)]
struct Closing {
    place: Place,
    seq: Option<u64>,
    outcome: Outcome,
    sealed: FileHash,
}

impl Closing {
    fn rank(&self) -> Rank<'_> {
        (self.seq.is_none(), self.seq, &self.place)
    }
}

#[derive(Debug)]
struct Revision {
    id: Digest,
    place: Place,
    frozen: FrozenRevision,
    signatures: Vec<Signature>,
    empty: Vec<EmptySlot>,
    closings: Vec<Closing>,
    retired: Option<Standing>,
}

/// All revisions.
#[derive(Debug, Default)]
pub(super) struct Revisions {
    all: Vec<Revision>,
    /// Signatures on revisions that are not here.
    stray: Vec<Signature>,
    /// Signatures made although the void was known.
    after_void: Vec<Signature>,
    /// Signatures the office chose, latest last.
    chosen: Vec<Digest>,
}

/// What stands.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    /// The revision that stands, with its place.
    pub(super) current: Option<(FrozenRevision, Place)>,
    pub(super) slots: Vec<(String, SlotState)>,
    pub(super) file: Option<FileHash>,
    pub(super) outcome: Option<Outcome>,
    pub(super) versions: Vec<Version>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) conflicts: Vec<SlotConflict>,
}

impl Revisions {
    pub(super) fn of(items: &[Item], voids: &Voids) -> Self {
        let mut revisions = Self::default();
        for item in items {
            if let Event::Frozen(frozen) = &item.event {
                revisions.all.push(Revision {
                    id: item.id,
                    place: item.place.clone(),
                    frozen: (**frozen).clone(),
                    signatures: Vec::new(),
                    empty: Vec::new(),
                    closings: Vec::new(),
                    retired: None,
                });
            }
        }
        for item in items {
            if let Event::Signed(slot) = &item.event {
                revisions.file(Signature { item: item.clone(), slot: slot.clone() }, voids);
            }
        }
        for item in items {
            revisions.step(item);
        }
        revisions
    }

    /// A signature belongs to the revision that its acceptance names.
    fn file(&mut self, signature: Signature, voids: &Voids) {
        if voids.was_known_to(&signature.item) {
            return self.after_void.push(signature);
        }
        let acceptance = &signature.slot.acceptance;
        let named = |revision: &&mut Revision| {
            let frozen = &revision.frozen;
            frozen.content_hash == acceptance.content
                && frozen.revision == acceptance.revision
                && frozen.number == acceptance.number
                && frozen.slots.contains(&acceptance.slot)
        };
        match self.all.iter_mut().find(named) {
            Some(revision) => revision.signatures.push(signature),
            None => self.stray.push(signature),
        }
    }

    fn step(&mut self, item: &Item) {
        match &item.event {
            Event::TakenBack { .. } => {
                if let Some(revision) = self.at(&item.place)
                    && revision.signatures.is_empty()
                {
                    revision.retired = Some(Standing::TakenBack);
                }
            }
            Event::NotSigned { slot, by_customer: _ } => {
                if let Some(revision) = self.at(&item.place) {
                    revision.empty.push(slot.clone());
                }
            }
            Event::Closed { outcome, sealed, by: _ } => self.close(item, *outcome, *sealed),
            Event::AcceptanceCleared { signed, .. } => {
                let has = |revision: &&mut Revision| revision.signatures.iter().any(|s| s.item.id == *signed);
                if let Some(revision) = self.all.iter_mut().find(has) {
                    revision.retired = Some(Standing::Cleared);
                }
            }
            Event::ConflictResolved { choice: Choice::Slot { operative, .. }, by: _ } => {
                self.chosen.push(*operative);
            }
            _ => {}
        }
    }

    fn close(&mut self, item: &Item, outcome: Outcome, sealed: FileHash) {
        let closing = Closing { place: item.place.clone(), seq: item.seq, outcome, sealed };
        let has = |revision: &Revision| revision.signatures.iter().any(|s| s.slot.sealed == sealed);
        let named = self.all.iter().position(has);
        let revision = match named {
            Some(index) => self.all.get_mut(index),
            None => self.at(&item.place),
        };
        if let Some(revision) = revision {
            revision.closings.push(closing);
        }
    }

    /// The revision that an event without a name of one is about: the last that its own journal froze, else the last.
    fn at(&mut self, place: &Place) -> Option<&mut Revision> {
        let stood = |revision: &&Revision| revision.retired.is_none() && revision.place < *place;
        let own = |revision: &&Revision| revision.place.device == place.device;
        let last = |found: Option<&Revision>| found.map(|revision| revision.id);
        let id =
            last(self.all.iter().rfind(|r| stood(r) && own(r))).or(last(self.all.iter().rfind(stood)))?;
        self.all.iter_mut().find(|revision| revision.id == id)
    }

    /// Signatures that a void has to have known: those on revisions that stand.
    pub(super) fn live_signatures(&self) -> impl Iterator<Item = &Item> {
        let live = self.all.iter().filter(|revision| revision.retired.is_none());
        live.flat_map(|revision| revision.signatures.iter().map(|signature| &signature.item))
    }

    /// The highest revision number.
    pub(super) fn last_revision(&self) -> Option<u32> {
        self.all.iter().map(|revision| revision.frozen.revision).max()
    }

    /// The number of the revision that was frozen last.
    pub(super) fn last_number(&self) -> Option<&str> {
        self.all.last().map(|revision| revision.frozen.number.as_str())
    }

    /// Where every revision was frozen.
    pub(super) fn places(&self) -> impl Iterator<Item = (Digest, &FrozenRevision, &Place)> {
        self.all.iter().map(|revision| (revision.id, &revision.frozen, &revision.place))
    }

    pub(super) fn outlook(&self) -> Outlook {
        let current = self.current();
        let mut outlook = Outlook { conflicts: self.conflicts(current), ..Outlook::default() };
        for revision in &self.all {
            let standing = match (&revision.retired, current) {
                (Some(retired), _) => retired.clone(),
                (None, Some(current)) if current.id == revision.id => Standing::Current,
                (None, _) => Standing::Rival,
            };
            let weighed = revision.weigh();
            outlook.evidence.extend(revision.signatures.iter().map(|signature| {
                let weight = match (&standing, weighed.counts(signature)) {
                    (Standing::Current, true) => Weight::Operative,
                    (Standing::Current, false) => Weight::Duplicate,
                    (Standing::TakenBack | Standing::Cleared | Standing::Rival, _) => Weight::OtherRevision,
                };
                evidence(signature, Some(revision.id), weight)
            }));
            if standing == Standing::Current {
                outlook.current = Some((revision.frozen.clone(), revision.place.clone()));
                outlook.slots = weighed.slots(revision);
                outlook.file = Some(weighed.file(revision));
                outlook.outcome = weighed.closing.map(|closing| closing.outcome);
            }
            outlook.versions.push(Version {
                id: revision.id,
                frozen: revision.frozen.clone(),
                standing,
                file: weighed.file(revision),
                outcome: weighed.closing.map(|closing| closing.outcome),
            });
        }
        let others = self.stray.iter().map(|s| evidence(s, None, Weight::OtherRevision));
        let late = self.after_void.iter().map(|s| evidence(s, None, Weight::AfterVoid));
        outlook.evidence.extend(others.chain(late));
        outlook
    }

    /// The revision that stands: the signed one; of several signed ones the office's choice, else the one signed first;
    /// with none signed the last.
    fn current(&self) -> Option<&Revision> {
        let live = || self.all.iter().filter(|revision| revision.retired.is_none());
        let has = |revision: &&Revision, id: &Digest| revision.signatures.iter().any(|s| s.item.id == *id);
        let chosen = self.chosen.iter().rev().find_map(|id| live().find(|revision| has(revision, id)));
        let signed = live().filter(|revision| !revision.signatures.is_empty());
        let signed = signed.min_by_key(|revision| revision.first_rank());
        chosen.or(signed).or_else(|| live().next_back())
    }

    /// Places that were signed on several contents, while the office has not chosen.
    fn conflicts(&self, current: Option<&Revision>) -> Vec<SlotConflict> {
        let signed = || self.all.iter().filter(|r| r.retired.is_none() && !r.signatures.is_empty());
        let chosen = |revision: &Revision| {
            self.chosen.iter().any(|id| revision.signatures.iter().any(|s| s.item.id == *id))
        };
        let Some(current) = current.filter(|current| signed().count() > 1 && !chosen(current)) else {
            return Vec::new();
        };
        let others = || signed().filter(|revision| revision.id != current.id);
        let of = |revision: &Revision, slot: &str| -> Vec<Digest> {
            revision.signatures.iter().filter(|s| s.slot() == slot).map(|s| s.item.id).collect()
        };
        let slots = signed().flat_map(|revision| revision.signatures.iter().map(Signature::slot));
        let slots: std::collections::BTreeSet<&str> = slots.collect();
        let conflict = |slot: &str| {
            let mut signatures = of(current, slot);
            signatures.extend(others().flat_map(|revision| of(revision, slot)));
            SlotConflict { slot: slot.to_owned(), signatures }
        };
        slots.into_iter().map(conflict).collect()
    }
}

fn evidence(signature: &Signature, version: Option<Digest>, weight: Weight) -> Evidence {
    Evidence {
        id: signature.item.id,
        device: signature.item.place.device.clone(),
        slot: signature.slot().to_owned(),
        version,
        sealed: signature.slot.sealed,
        seq: signature.item.seq,
        weight,
    }
}

/// The signatures of one revision that count, and what closes it.
struct Weighed<'a> {
    closing: Option<&'a Closing>,
    operative: Vec<&'a Signature>,
}

impl Weighed<'_> {
    fn counts(&self, signature: &Signature) -> bool {
        self.operative.iter().any(|other| other.item.id == signature.item.id)
    }

    fn slots(&self, revision: &Revision) -> Vec<(String, SlotState)> {
        let state = |slot: &String| {
            if let Some(signature) = self.operative.iter().find(|s| s.slot() == slot) {
                return SlotState::Signed(signature.slot.clone());
            }
            let empty = revision.empty.iter().rfind(|empty| empty.slot == *slot);
            empty.map_or(SlotState::Open, |empty| SlotState::Empty(empty.clone()))
        };
        revision.frozen.slots.iter().map(|slot| (slot.clone(), state(slot))).collect()
    }

    /// The file with all that counts in it: the closed one, else that of the last signature, else the frozen one.
    fn file(&self, revision: &Revision) -> FileHash {
        let last = self.operative.iter().max_by_key(|signature| &signature.item.place);
        let signed = last.map(|signature| signature.slot.sealed);
        let closed = self.closing.map(|closing| closing.sealed);
        let closed = closed.filter(|file| signed.is_none_or(|_| self.has(file)));
        closed.or(signed).unwrap_or(revision.frozen.file)
    }

    fn has(&self, file: &FileHash) -> bool {
        self.operative.iter().any(|signature| signature.slot.sealed == *file)
    }
}

impl Revision {
    fn first_rank(&self) -> Option<Rank<'_>> {
        self.signatures.iter().map(Signature::rank).min()
    }

    fn weigh(&self) -> Weighed<'_> {
        let closing = self.closing();
        let closer =
            closing.and_then(|closing| self.signatures.iter().find(|s| s.slot.sealed == closing.sealed));
        let operative = self.frozen.slots.iter().filter_map(|slot| self.operative(slot, closer)).collect();
        Weighed { closing, operative }
    }

    /// The closing that counts. One that says somebody did not sign, when that person has signed, does not: a
    /// signature is never outdone by a note that there is none.
    fn closing(&self) -> Option<&Closing> {
        let signed = |slot: &str| self.signatures.iter().any(|s| s.slot() == slot);
        let denied = |closing: &&Closing| {
            let closer = self.signatures.iter().find(|s| s.slot.sealed == closing.sealed);
            closer.is_some_and(|s| s.slot.acceptance.empty_slots.iter().any(|empty| signed(&empty.slot)))
        };
        self.closings.iter().filter(|closing| !denied(closing)).min_by_key(|closing| closing.rank())
    }

    /// The signature of a place that counts: the one in the closed file, else the one the server had first.
    fn operative(&self, slot: &str, closer: Option<&Signature>) -> Option<&Signature> {
        let here = || self.signatures.iter().filter(|signature| signature.slot() == slot);
        let in_file = closer.and_then(|closer| {
            let device = &closer.item.place.device;
            here().filter(|s| s.item.place.device == *device).min_by_key(|s| s.rank())
        });
        in_file.or_else(|| here().min_by_key(|s| s.rank()))
    }
}
