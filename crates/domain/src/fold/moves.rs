//! Which moves a state allows. Who may make them is the business of roles.

use super::{DocumentState, SlotState, Status};
use crate::{event::Choice, hash::Digest};

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
    /// There is no such acceptance, conflict or request to answer.
    #[error("there is nothing to answer here")]
    NothingToAnswer,
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
    /// Take it back after its freeze, for good.
    Void,
    /// Answer a void, or a cancellation, that crossed a signature.
    AnswerVoid(&'a Digest),
    /// Clear an acceptance, by its signature's event.
    ClearAcceptance(&'a Digest),
    /// Choose between things done at the same time.
    Resolve(&'a Choice),
}

/// What may still be done to a document.
enum Stage {
    Draft,
    Frozen,
    Ended,
}

impl DocumentState {
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
            Move::Discard => self.expect_draft().and(unless(self.number.is_some(), MoveError::HasNumber)),
            Move::TakeBack => {
                self.expect_frozen().and(unless(self.anyone_signed(), MoveError::AlreadySigned))
            }
            Move::Sign(slot) | Move::LeaveEmpty(slot) => {
                let open = self.slot(slot) == Some(&SlotState::Open);
                self.expect_frozen().and(unless(!open, MoveError::SlotTaken))
            }
            Move::Close => self.expect_frozen().and(unless(self.open_slots() != 1, MoveError::OthersOpen)),
            Move::Cancel => match (self.stage(), &self.number) {
                (Stage::Draft, None) => Err(MoveError::NotFrozen),
                (Stage::Draft | Stage::Frozen, _) => Ok(()),
                (Stage::Ended, _) => Err(MoveError::Closed),
            },
            Move::Void => match (self.stage(), self.status) {
                (Stage::Draft, _) => Err(MoveError::NotFrozen),
                (_, Status::Voided | Status::Cancelled) => Err(MoveError::Closed),
                (Stage::Frozen | Stage::Ended, _) => Ok(()),
            },
            Move::AnswerVoid(void) => answerable(self.requested.iter().any(|end| end.id == **void)),
            Move::ClearAcceptance(signed) => self.may_clear(signed),
            Move::Resolve(choice) => answerable(self.has_conflict(choice)),
        }
    }

    /// Whether another document can be made from this one: signed, or closed without a customer who could not sign.
    #[must_use]
    pub fn has_a_successor(&self) -> bool {
        matches!(self.status, Status::Signed | Status::SignedUnavailable)
    }

    /// Only what counts can be cleared, and only while the document has not ended for good.
    fn may_clear(&self, signed: &Digest) -> Result<(), MoveError> {
        match self.status {
            Status::Voided | Status::Cancelled => Err(MoveError::Closed),
            Status::Draft
            | Status::Ready
            | Status::PartiallySigned
            | Status::Signed
            | Status::SignedUnavailable
            | Status::Declined
            | Status::Expired => answerable(self.clearable(signed)),
        }
    }

    fn has_conflict(&self, choice: &Choice) -> bool {
        match choice {
            Choice::Field { pointer, operative, over } => self.field_conflicts.iter().any(|conflict| {
                let known = |id: &Digest| {
                    conflict.winner.id == *id || conflict.losers.iter().any(|loser| loser.id == *id)
                };
                conflict.pointer == *pointer && known(operative) && over.iter().all(known)
            }),
            Choice::Slot { slot, operative } => self
                .slot_conflicts
                .iter()
                .any(|conflict| conflict.slot == *slot && conflict.signatures.contains(operative)),
        }
    }

    fn stage(&self) -> Stage {
        match self.status {
            Status::Draft if self.discarded => Stage::Ended,
            Status::Draft => Stage::Draft,
            Status::Ready | Status::PartiallySigned => Stage::Frozen,
            Status::Signed
            | Status::SignedUnavailable
            | Status::Declined
            | Status::Cancelled
            | Status::Expired
            | Status::Voided => Stage::Ended,
        }
    }

    fn expect_draft(&self) -> Result<(), MoveError> {
        match self.stage() {
            Stage::Draft => Ok(()),
            Stage::Frozen => Err(MoveError::NotADraft),
            Stage::Ended => Err(MoveError::Closed),
        }
    }

    fn expect_frozen(&self) -> Result<(), MoveError> {
        match self.stage() {
            Stage::Draft => Err(MoveError::NotFrozen),
            Stage::Frozen => Ok(()),
            Stage::Ended => Err(MoveError::Closed),
        }
    }

    fn open_slots(&self) -> usize {
        self.slots.iter().filter(|(_, state)| *state == SlotState::Open).count()
    }
}

fn unless(wrong: bool, error: MoveError) -> Result<(), MoveError> {
    if wrong { Err(error) } else { Ok(()) }
}

fn answerable(found: bool) -> Result<(), MoveError> {
    unless(!found, MoveError::NothingToAnswer)
}
