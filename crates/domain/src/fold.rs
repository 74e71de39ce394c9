//! The state of a document: a pure fold over its events, in any arrival order.

use crate::{
    acceptance::{EmptySlot, Outcome},
    content::{Content, Origin},
    event::{Event, FrozenRevision, SignedSlot},
    hash::{Digest, FileHash},
    hlc::Hlc,
    language::Language,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;
use uuid::Uuid;

/// Status of a document (design D14); delivery, links and sync are axes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
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
    /// Content at the last save point.
    pub content: Content,
    /// Where it comes from.
    pub origin: Option<Origin>,
    /// The frozen revision, while it is frozen.
    pub frozen: Option<FrozenRevision>,
    /// Number once taken (kept through "back to edit").
    pub number: Option<String>,
    /// Revision the next freeze gets.
    pub next_revision: u32,
    /// Slots of the frozen revision in signing order.
    pub slots: Vec<(String, SlotState)>,
    /// Hash of the newest file: frozen, or with the last signature.
    pub file: Option<FileHash>,
    /// The tablet is with a customer.
    pub hand_over: Option<HandOver>,
    /// Wrong PINs in a row.
    pub wrong_pins: u32,
    /// Whether the draft was thrown away.
    pub discarded: bool,
    /// A critical event of a later program: the document is read only.
    pub read_only: bool,
    /// Last event that set a part, by JSON pointer.
    pub parents: BTreeMap<String, Digest>,
    /// Every frozen revision so far, oldest first.
    pub versions: Vec<FrozenRevision>,
}

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

/// A move that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// Only a draft can be changed, frozen or thrown away.
    #[error("the document is frozen")]
    NotADraft,
    /// Only a frozen document can be handed over, signed or cancelled.
    #[error("the document is not frozen")]
    NotFrozen,
    /// Somebody has signed: nothing can be changed any more.
    #[error("somebody has already signed")]
    AlreadySigned,
    /// The slot is signed, empty for good, or not of this document.
    #[error("this place cannot be signed")]
    SlotTaken,
    /// Slots before the closing one are still open.
    #[error("others have to sign, or be noted as not signing, before it is closed")]
    OthersOpen,
    /// Closed.
    #[error("the document is closed")]
    Closed,
    /// A later program has changed it.
    #[error("a later version of the program has changed this document: update the app")]
    ReadOnly,
    /// A number that was taken stays in the register.
    #[error("the document has a number: cancel it with a reason instead")]
    HasNumber,
}

/// A move somebody wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move<'a> {
    /// Change the draft.
    Edit,
    /// Throw the draft away.
    Discard,
    /// Freeze it.
    Freeze,
    /// Go back to draft.
    TakeBack,
    /// Hand over for a slot, or sign it.
    Sign(&'a str),
    /// Note that a slot stays empty.
    LeaveEmpty(&'a str),
    /// Close.
    Close,
    /// Give up.
    Cancel,
}

impl DocumentState {
    /// Folds events that are in order of their [`Place`].
    pub fn fold<'a>(events: impl IntoIterator<Item = (Digest, &'a Event)>) -> Self {
        let mut state = Self::default();
        for (id, event) in events {
            state.apply(id, event);
        }
        state
    }

    /// Whether a move is legal.
    ///
    /// # Errors
    /// Why it is not.
    pub fn may(&self, wanted: &Move<'_>) -> Result<(), MoveError> {
        if self.read_only {
            return Err(MoveError::ReadOnly);
        }
        match wanted {
            Move::Edit | Move::Freeze => self.expect_draft(),
            Move::Discard => {
                self.expect_draft()?;
                if self.number.is_some() { Err(MoveError::HasNumber) } else { Ok(()) }
            }
            Move::TakeBack => {
                self.expect_frozen()?;
                if self.anyone_signed() { Err(MoveError::AlreadySigned) } else { Ok(()) }
            }
            Move::Sign(slot) | Move::LeaveEmpty(slot) => {
                self.expect_frozen()?;
                match self.slot(slot) {
                    Some(SlotState::Open) => Ok(()),
                    Some(SlotState::Signed(_) | SlotState::Empty(_)) | None => Err(MoveError::SlotTaken),
                }
            }
            Move::Close => {
                self.expect_frozen()?;
                let open = self.slots.iter().filter(|(_, state)| *state == SlotState::Open).count();
                if open == 1 { Ok(()) } else { Err(MoveError::OthersOpen) }
            }
            Move::Cancel => match self.status {
                Status::Draft if self.number.is_some() => Ok(()),
                Status::Draft => Err(MoveError::NotFrozen),
                Status::Ready | Status::PartiallySigned => Ok(()),
                Status::Signed
                | Status::SignedUnavailable
                | Status::Declined
                | Status::Cancelled
                | Status::Expired
                | Status::Voided => Err(MoveError::Closed),
            },
        }
    }

    fn expect_draft(&self) -> Result<(), MoveError> {
        match self.status {
            Status::Draft if self.discarded => Err(MoveError::Closed),
            Status::Draft => Ok(()),
            Status::Ready | Status::PartiallySigned => Err(MoveError::NotADraft),
            Status::Signed
            | Status::SignedUnavailable
            | Status::Declined
            | Status::Cancelled
            | Status::Expired
            | Status::Voided => Err(MoveError::Closed),
        }
    }

    fn expect_frozen(&self) -> Result<(), MoveError> {
        match self.status {
            Status::Draft => Err(MoveError::NotFrozen),
            Status::Ready | Status::PartiallySigned => Ok(()),
            Status::Signed
            | Status::SignedUnavailable
            | Status::Declined
            | Status::Cancelled
            | Status::Expired
            | Status::Voided => Err(MoveError::Closed),
        }
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

    /// Applies one event.
    pub fn apply(&mut self, id: Digest, event: &Event) {
        match event {
            Event::Created { content, origin, by: _ } => {
                self.content = (**content).clone();
                self.origin.clone_from(origin);
            }
            Event::FieldsChanged { changes, by: _ } => self.change(id, changes),
            Event::DraftDiscarded { by: _ } => self.discarded = true,
            Event::Frozen(frozen) => self.freeze(frozen),
            Event::TakenBack { .. } => self.take_back(),
            Event::HandedOver { slot, language, by, .. } => {
                self.hand_over = Some(HandOver { slot: slot.clone(), language: *language, by: *by });
                self.wrong_pins = 0;
            }
            Event::LanguageChanged { language } => {
                if let Some(hand_over) = &mut self.hand_over {
                    hand_over.language = *language;
                }
            }
            Event::Signed(signed) => self.sign(signed),
            Event::NotSigned { slot, by_customer: _ } => {
                self.set_slot(&slot.slot, SlotState::Empty(slot.clone()))
            }
            Event::HandedBack { .. } => {
                self.hand_over = None;
                self.wrong_pins = 0;
            }
            Event::WrongPin { tries } => self.wrong_pins = *tries,
            Event::Closed { outcome, .. } => {
                self.status = match outcome {
                    Outcome::Signed => Status::Signed,
                    Outcome::Declined => Status::Declined,
                    Outcome::Unavailable => Status::SignedUnavailable,
                };
            }
            Event::Cancelled { .. } => self.status = Status::Cancelled,
            Event::JournalOpened { .. }
            | Event::FirmSaved(_)
            | Event::PersonSaved(_)
            | Event::CustomerSaved(_)
            | Event::EquipmentSaved(_)
            | Event::JobSaved(_)
            | Event::Shown { .. }
            | Event::RemarkAdded { .. }
            | Event::Recovered(_)
            | Event::Voided { .. }
            | Event::VoidConfirmed { .. }
            | Event::VoidWithdrawn { .. }
            | Event::AcceptanceCleared { .. }
            | Event::ConflictResolved { .. }
            | Event::QuarantineAnswered { .. }
            | Event::Erased { .. }
            | Event::LegalHold { .. }
            | Event::RoleGranted { .. }
            | Event::DeviceRevoked { .. }
            | Event::Printed { .. }
            | Event::Exported { .. }
            | Event::Verified { .. } => {}
        }
    }

    fn change(&mut self, id: Digest, changes: &BTreeMap<String, crate::event::Change>) {
        let Ok(mut value) = serde_json::to_value(&self.content) else { return };
        for (pointer, change) in changes {
            set_pointer(&mut value, pointer, change.value.clone());
            self.parents.insert(pointer.clone(), id);
        }
        if let Ok(content) = serde_json::from_value(value) {
            self.content = content;
        }
    }

    fn freeze(&mut self, frozen: &FrozenRevision) {
        self.status = Status::Ready;
        self.number = Some(frozen.number.clone());
        self.next_revision = frozen.revision.saturating_add(1);
        self.slots = frozen.slots.iter().map(|slot| (slot.clone(), SlotState::Open)).collect();
        self.file = Some(frozen.file);
        self.versions.push(frozen.clone());
        self.frozen = Some(frozen.clone());
    }

    fn take_back(&mut self) {
        self.status = Status::Draft;
        self.frozen = None;
        self.slots.clear();
        self.file = None;
        self.hand_over = None;
    }

    fn sign(&mut self, signed: &SignedSlot) {
        self.file = Some(signed.sealed);
        self.set_slot(&signed.acceptance.slot, SlotState::Signed(Box::new(signed.clone())));
    }

    fn set_slot(&mut self, id: &str, state: SlotState) {
        if let Some((_, slot)) = self.slots.iter_mut().find(|(slot, _)| slot == id) {
            *slot = state;
        }
        if self.status == Status::Ready && self.anyone_signed() {
            self.status = Status::PartiallySigned;
        }
    }
}

/// Sets what a JSON pointer names; null removes a key. A pointer into nothing makes the objects on its way.
fn set_pointer(value: &mut Value, pointer: &str, new: Value) {
    let mut parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let Some(last) = parts.pop() else { return };
    let mut at = value;
    for part in parts {
        let Some(map) = at.as_object_mut() else { return };
        at = map.entry(part).or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    if let Some(map) = at.as_object_mut() {
        if new.is_null() {
            map.remove(&last);
        } else {
            map.insert(last, new);
        }
    }
}

/// What changed between two contents: the finest differing objects' keys, arrays as a whole.
pub fn diff(old: &Content, new: &Content) -> Result<BTreeMap<String, Value>, serde_json::Error> {
    let mut changes = BTreeMap::new();
    diff_value("", &serde_json::to_value(old)?, &serde_json::to_value(new)?, &mut changes);
    Ok(changes)
}

fn diff_value(pointer: &str, old: &Value, new: &Value, changes: &mut BTreeMap<String, Value>) {
    if old == new {
        return;
    }
    let (Value::Object(before), Value::Object(after)) = (old, new) else {
        changes.insert(pointer.to_owned(), new.clone());
        return;
    };
    let escape = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    for (key, value) in after {
        match before.get(key) {
            Some(earlier) => diff_value(&escape(key), earlier, value, changes),
            None => {
                changes.insert(escape(key), value.clone());
            }
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        changes.insert(escape(key), Value::Null);
    }
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
