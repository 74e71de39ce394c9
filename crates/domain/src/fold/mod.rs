//! The state of a document: a pure function of the *set* of its events and of what the server said about them. In
//! whatever order and however often they arrive, whoever has the same ones sees the same document.

mod entry;
mod merge;
mod moves;
mod portion;
mod revisions;
mod void;

pub use entry::{FoldEntry, Place};
pub use merge::{FieldConflict, Variant, diff};
pub use moves::{Move, MoveError};
pub use portion::{beginning, portions, too_large};
pub use revisions::{Evidence, SlotConflict, Standing, Version, Weight};
pub use void::{End, EndKind};

use crate::{
    acceptance::{EmptySlot, Outcome},
    content::{Content, Origin},
    event::{Event, FrozenRevision, SignedSlot},
    hash::{Digest, FileHash},
    language::Language,
};
use entry::{Item, Prepared};
use merge::{Merged, Writes};
use revisions::Revisions;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;
use uuid::Uuid;
use void::{Ends, Voids};

/// Status of a document (design D14); delivery, links and sync are axes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Status {
    /// Being filled in; no number, or a number kept from an earlier freeze.
    #[default]
    Draft,
    /// Frozen: number and pages are final, nobody has signed.
    Ready,
    /// Somebody has signed, somebody has not.
    PartiallySigned,
    /// Closed, all required people signed.
    Signed,
    /// Closed without the customer, who could not sign.
    SignedUnavailable,
    /// Closed after the customer's no.
    Declined,
    /// Given up after the freeze.
    Cancelled,
    /// Its term ran out.
    Expired,
    /// Taken back by the office after signing.
    Voided,
}

/// State of one slot of the frozen revision.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SlotState {
    /// Nobody has signed.
    #[default]
    Open,
    /// Signed.
    Signed(Box<SignedSlot>),
    /// Stays empty.
    Empty(EmptySlot),
}

/// The tablet is with a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Slot to be filled.
    pub slot: String,
    /// Language of the screen.
    pub language: Language,
    /// Who handed it over.
    pub by: Uuid,
}

/// Everything the events of one document say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DocumentState {
    /// Status.
    pub status: Status,
    /// Content: of the revision that stands, or of the draft at its last save point.
    pub content: Content,
    /// What the content would be with the changes that came too late for the revision that stands.
    pub amendment: Option<Box<Content>>,
    /// Where it comes from.
    pub origin: Option<Origin>,
    /// The revision that stands.
    pub frozen: Option<FrozenRevision>,
    /// Number once taken (kept through "back to edit").
    pub number: Option<String>,
    /// Revision the next freeze gets.
    pub next_revision: u32,
    /// Slots of the revision that stands, in signing order.
    pub slots: Vec<(String, SlotState)>,
    /// Hash of the newest file: frozen, or with the last signature that counts.
    pub file: Option<FileHash>,
    /// The tablet is with a customer.
    pub hand_over: Option<HandOver>,
    /// Wrong PINs in a row.
    pub wrong_pins: u32,
    /// Whether the draft was thrown away.
    pub discarded: bool,
    /// A critical event of a later program, or one whose body was erased: the document is read only.
    pub read_only: bool,
    /// Whether something it said was erased under a retention rule.
    pub erased: bool,
    /// A legal hold is on: nothing of it may be erased.
    pub legal_hold: bool,
    /// The change that set a part of `content`, by JSON pointer.
    pub parents: BTreeMap<String, Digest>,
    /// Every frozen revision so far, oldest first.
    pub versions: Vec<Version>,
    /// Every signature ever made, and whether it counts.
    pub evidence: Vec<Evidence>,
    /// Parts that were changed twice at the same time.
    pub field_conflicts: Vec<FieldConflict>,
    /// Places that were signed on different contents at the same time. Nothing is to be sent out before the choice.
    pub slot_conflicts: Vec<SlotConflict>,
    /// The void or cancellation that holds.
    pub ended: Option<End>,
    /// Voids and cancellations that did not know of a signature: the office confirms or withdraws them.
    pub requested: Vec<End>,
    /// Entries that were set aside and wait for an answer. For a recovered one, the entry that carries it.
    pub quarantined: Vec<Digest>,
    /// Something of it counts on this device only: it wrote that after the office had blocked it.
    pub held: bool,
    /// Last entry of each journal about this document: what a void has to say it knew.
    pub heads: Vec<Digest>,
}

impl DocumentState {
    /// Folds the entries of one document, in any order.
    pub fn fold(entries: impl IntoIterator<Item = FoldEntry>) -> Self {
        let prepared = entry::prepare(entries);
        let first = first_content(&prepared.items);
        let (voids, writes) = (Voids::of(&prepared.items), Writes::of(&prepared.items, &first));
        let revisions = Revisions::of(&prepared.items, &voids);
        let mut state = Self::default();
        state.begin(&prepared);
        state.stand(&revisions, voids.ends(revisions.live_signatures()));
        state.write(&revisions, &writes, &first_content(&prepared.items));
        state.follow(&prepared.items);
        if state.erased {
            state.remember(&prepared.items);
        }
        state
    }

    fn begin(&mut self, prepared: &Prepared) {
        self.read_only = prepared.unknown || prepared.erased;
        self.erased = prepared.erased;
        self.quarantined.clone_from(&prepared.quarantined);
        self.held = prepared.held;
        self.heads.clone_from(&prepared.heads);
    }

    /// Revisions, signatures, ends: the status.
    fn stand(&mut self, revisions: &Revisions, ends: Ends) {
        let outlook = revisions.outlook();
        let current = outlook.current.map(|(frozen, _)| frozen);
        self.number = current.as_ref().map(|frozen| frozen.number.clone());
        self.number = self.number.take().or_else(|| revisions.last_number().map(str::to_owned));
        self.next_revision = revisions.last_revision().map_or(0, |last| last.saturating_add(1));
        (self.slots, self.file, self.frozen) = (outlook.slots, outlook.file, current);
        (self.versions, self.evidence) = (outlook.versions, outlook.evidence);
        self.slot_conflicts = outlook.conflicts;
        self.status = match (&ends.effective, &self.frozen, outlook.outcome) {
            (Some(End { kind: EndKind::Voided, .. }), _, _) => Status::Voided,
            (Some(End { kind: EndKind::Cancelled, .. }), _, _) => Status::Cancelled,
            (None, Some(_), Some(Outcome::Signed)) => Status::Signed,
            (None, Some(_), Some(Outcome::Declined)) => Status::Declined,
            (None, Some(_), Some(Outcome::Unavailable)) => Status::SignedUnavailable,
            (None, Some(_), None) if self.anyone_signed() => Status::PartiallySigned,
            (None, Some(_), None) => Status::Ready,
            (None, None, _) => Status::Draft,
        };
        (self.ended, self.requested) = (ends.effective, ends.requested);
    }

    /// What the document says.
    fn write(&mut self, revisions: &Revisions, writes: &Writes, first: &Content) {
        let all = writes.all();
        let standing = revisions.places().find(|(_, frozen, _)| Some(*frozen) == self.frozen.as_ref());
        let included = standing.map_or_else(|| all.clone(), |(_, frozen, at)| writes.in_revision(frozen, at));
        let Merged { content, winners } = writes.merge(first, &included);
        if included.len() < all.len() {
            let amended = writes.merge(first, &all).content;
            self.amendment = (amended != content).then(|| Box::new(amended));
        }
        (self.content, self.parents) = (content, winners);
        self.field_conflicts = writes.conflicts();
    }

    /// What only the last word counts of.
    fn follow(&mut self, items: &[Item]) {
        let mut open: Vec<(&str, HandOver)> = Vec::new();
        for Item { place, event, .. } in items {
            let device = place.device.as_str();
            match event {
                Event::Created { origin, .. } if self.origin.is_none() => self.origin.clone_from(origin),
                Event::DraftDiscarded { by: _ } => self.discarded = self.versions.is_empty(),
                Event::HandedOver { slot, language, by, .. } => {
                    open.retain(|(other, _)| *other != device);
                    open.push((device, HandOver { slot: slot.clone(), language: *language, by: *by }));
                    self.wrong_pins = 0;
                }
                Event::LanguageChanged { language } => {
                    let own = open.iter_mut().filter(|(other, _)| *other == device);
                    own.for_each(|(_, hand_over)| hand_over.language = *language);
                }
                Event::HandedBack { .. } => {
                    open.retain(|(other, _)| *other != device);
                    self.wrong_pins = 0;
                }
                Event::TakenBack { .. } => open.retain(|(other, _)| *other != device),
                Event::WrongPin { tries } => self.wrong_pins = *tries,
                Event::LegalHold { on, .. } => self.legal_hold = *on,
                // Content: `merge`. Who goes on writing did not know that the draft was thrown away.
                Event::FieldsChanged { .. } => self.discarded = false,
                Event::Created { .. } => {}
                // Revisions and signatures: `revisions`.
                Event::Frozen(_)
                | Event::Signed(_)
                | Event::NotSigned { .. }
                | Event::Closed { .. }
                | Event::AcceptanceCleared { .. }
                | Event::ConflictResolved { .. } => {}
                // Ends: `void`.
                Event::Voided { .. }
                | Event::VoidConfirmed { .. }
                | Event::VoidWithdrawn { .. }
                | Event::Cancelled { .. } => {}
                // What counts at all: `entry`.
                Event::Recovered(_) | Event::QuarantineAnswered { .. } | Event::Erased { .. } => {}
                // Not about what a document is.
                Event::JournalOpened { .. }
                | Event::FirmSaved(_)
                | Event::PersonSaved(_)
                | Event::CustomerSaved(_)
                | Event::EquipmentSaved(_)
                | Event::JobSaved(_)
                | Event::RoleGranted { .. }
                | Event::DeviceRevoked { .. }
                | Event::RootAdmitted { .. }
                | Event::Shown { .. }
                | Event::RemarkAdded { .. }
                | Event::Printed { .. }
                | Event::Exported { .. }
                | Event::Verified { .. } => {}
            }
        }
        self.hand_over = open.pop().map(|(_, hand_over)| hand_over);
    }

    /// What stays known of a document that was erased as a whole: its number is taken for good.
    fn remember(&mut self, items: &[Item]) {
        let kept = items.iter().rev().find_map(|item| match &item.event {
            Event::Erased { kept, .. } => kept.as_ref(),
            _ => None,
        });
        let Some(kept) = kept else { return };
        if !kept.number.is_empty() {
            self.number = Some(kept.number.clone());
        }
        self.content.kind.clone_from(&kept.kind);
        self.status = kept.status;
    }

    /// The event that set what a pointer leads to or into.
    pub fn parent_of(&self, pointer: &str) -> Option<Digest> {
        self.parents.get(portion::part_of(pointer).0).copied()
    }

    /// The changes that `content` is made of: what a freeze writes down as its `edits`.
    pub fn edits(&self) -> Vec<Digest> {
        self.parents.values().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// State of a slot of the frozen revision.
    pub fn slot(&self, id: &str) -> Option<&SlotState> {
        self.slots.iter().find(|(slot, _)| slot == id).map(|(_, state)| state)
    }

    /// The slot that closes the file: the last.
    pub fn closing_slot(&self) -> Option<&str> {
        self.slots.last().map(|(slot, _)| slot.as_str())
    }

    /// The first open slot that does not close.
    pub fn next_open_slot(&self) -> Option<&str> {
        let before_last = self.slots.len().saturating_sub(1);
        self.slots
            .iter()
            .take(before_last)
            .find(|(_, state)| *state == SlotState::Open)
            .map(|(slot, _)| slot.as_str())
    }

    /// Whether any slot is signed.
    pub fn anyone_signed(&self) -> bool {
        self.slots.iter().any(|(_, state)| matches!(state, SlotState::Signed(_)))
    }

    /// Slots that stay empty, for the closing statement.
    pub fn empty_slots(&self) -> Vec<EmptySlot> {
        self.slots
            .iter()
            .filter_map(|(_, state)| match state {
                SlotState::Empty(empty) => Some(empty.clone()),
                SlotState::Open | SlotState::Signed(_) => None,
            })
            .collect()
    }

    /// With what the document would be closed now.
    pub fn outcome(&self) -> Outcome {
        let reasons: Vec<Outcome> = self.empty_slots().iter().map(|empty| empty.reason.outcome()).collect();
        if reasons.contains(&Outcome::Declined) {
            Outcome::Declined
        } else if reasons.is_empty() {
            Outcome::Signed
        } else {
            Outcome::Unavailable
        }
    }

    /// Whether every signature that counts is in the server's log.
    pub fn is_confirmed(&self) -> bool {
        self.evidence.iter().filter(|e| e.weight == Weight::Operative).all(|e| e.seq.is_some())
    }

    /// Whether somebody in the office has to decide before anything is sent out.
    pub fn needs_decision(&self) -> bool {
        !self.slot_conflicts.is_empty() || !self.requested.is_empty() || !self.quarantined.is_empty()
    }

    /// Whether this signature's acceptance can be cleared: it counts, or is its rival.
    fn clearable(&self, signed: &Digest) -> bool {
        let stands = |id: &Digest| {
            let version = self.versions.iter().find(|version| version.id == *id);
            version.is_some_and(|version| match version.standing {
                Standing::Current | Standing::Rival => true,
                Standing::TakenBack | Standing::Cleared => false,
            })
        };
        self.evidence.iter().any(|e| e.id == *signed && e.version.as_ref().is_some_and(stands))
    }
}

fn first_content(items: &[Item]) -> Content {
    let first = items.iter().find_map(|item| match &item.event {
        Event::Created { content, .. } => Some((**content).clone()),
        _ => None,
    });
    first.unwrap_or_default()
}

/// The content of every frozen revision, oldest first, by the event that froze it.
pub fn contents_of_versions(entries: impl IntoIterator<Item = FoldEntry>) -> Vec<(Digest, Content)> {
    let items = entry::prepare(entries).items;
    let first = first_content(&items);
    let (voids, writes) = (Voids::of(&items), Writes::of(&items, &first));
    let revisions = Revisions::of(&items, &voids);
    let content = |(id, frozen, place): (Digest, &FrozenRevision, &Place)| {
        (id, writes.merge(&first, &writes.in_revision(frozen, place)).content)
    };
    revisions.places().map(content).collect()
}

#[cfg(test)]
mod tests;
