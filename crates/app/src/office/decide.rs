//! Deciding between things that were done at the same time (mine, theirs, the customer's copy beside it).

use super::moves::reason_of;
use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Result},
    pages::Token,
    view::decisions::{Decision, DecisionAnswer, SignedVariant, Variant},
};
use fieldseal_domain::{
    Digest,
    event::{Choice, Event, ReadEvent},
    fold::{self, DocumentState, Move},
    role::Role,
};
use fieldseal_store::Entry;
use serde_json::Value;
use uuid::Uuid;

/// First characters of a device's id, where its code is not known.
const SHORT: usize = 8;

impl App {
    /// What has to be decided about a document.
    ///
    /// # Errors
    /// [`AppError::NotForRole`], [`AppError::NotFound`].
    pub fn decisions(&self, doc: Uuid) -> Result<Vec<Decision>> {
        self.at_office(Role::sees_register, |desk, _| desk.decisions(doc))
    }

    /// Decides one of them.
    ///
    /// # Errors
    /// [`AppError::NotForRole`]: a void is confirmed by whoever may void; [`AppError::Move`] when there is nothing to
    /// decide any more; [`AppError::Missing`] without a reason for an entry that was set aside.
    pub fn decide(&self, doc: Uuid, answer: &DecisionAnswer) -> Result<()> {
        let allows = match answer {
            DecisionAnswer::ConfirmVoid { .. } | DecisionAnswer::WithdrawVoid { .. } => Role::decides,
            DecisionAnswer::Field { .. }
            | DecisionAnswer::Slot { .. }
            | DecisionAnswer::Quarantine { .. } => Role::works_register,
        };
        self.at_office(allows, |desk, by| {
            let state = desk.state_of(doc)?;
            let event = event_of(&state, answer, by)?;
            desk.append(Some(doc), &[event]).map(drop)
        })
    }
}

fn id_of(text: &str) -> Result<Digest> {
    text.parse().map_err(|_| AppError::NotFound("entry"))
}

fn event_of(state: &DocumentState, answer: &DecisionAnswer, by: Uuid) -> Result<Event> {
    Ok(match answer {
        DecisionAnswer::Field { pointer, operative } => {
            let operative = id_of(operative)?;
            let conflict = state.field_conflicts.iter().find(|conflict| conflict.pointer == *pointer);
            let conflict = conflict.ok_or(fold::MoveError::NothingToAnswer)?;
            let all = std::iter::once(&conflict.winner).chain(&conflict.losers).map(|variant| variant.id);
            let over = all.filter(|id| *id != operative).collect();
            let choice = Choice::Field { pointer: pointer.clone(), operative, over };
            state.may(&Move::Resolve(&choice))?;
            Event::ConflictResolved { choice, by }
        }
        DecisionAnswer::Slot { slot, operative } => {
            let choice = Choice::Slot { slot: slot.clone(), operative: id_of(operative)? };
            state.may(&Move::Resolve(&choice))?;
            Event::ConflictResolved { choice, by }
        }
        DecisionAnswer::ConfirmVoid { void } => {
            let void = id_of(void)?;
            state.may(&Move::AnswerVoid(&void))?;
            Event::VoidConfirmed { void, by }
        }
        DecisionAnswer::WithdrawVoid { void } => {
            let void = id_of(void)?;
            state.may(&Move::AnswerVoid(&void))?;
            Event::VoidWithdrawn { void, by }
        }
        DecisionAnswer::Quarantine { entry, accept, reason } => {
            let entry = id_of(entry)?;
            if !state.quarantined.contains(&entry) {
                return Err(fold::MoveError::NothingToAnswer.into());
            }
            Event::QuarantineAnswered { entry, accept: *accept, reason: reason_of(reason)?, by }
        }
    })
}

impl Desk {
    fn decisions(&self, doc: Uuid) -> Result<Vec<Decision>> {
        let entries = self.store.read().entries_of(doc)?;
        let state = self.state_of(doc)?;
        let entry = |id: Digest| entries.iter().find(|entry| entry.id == id);
        let mut all = Vec::new();
        for conflict in &state.field_conflicts {
            let values = std::iter::once(&conflict.winner).chain(&conflict.losers);
            let values = values.map(|variant| self.variant(variant, entry(variant.id)));
            all.push(Decision::Field {
                pointer: conflict.pointer.clone(),
                values: values.collect::<Result<_>>()?,
            });
        }
        for conflict in &state.slot_conflicts {
            let signed = conflict.signatures.iter().filter_map(|id| entry(*id));
            let signatures = signed.filter_map(|entry| self.signed_variant(entry)).collect();
            all.push(Decision::Slot { slot: conflict.slot.clone(), signatures });
        }
        for end in &state.requested {
            let at = entry(end.id).map_or_else(String::new, |entry| entry.header.at.wall.clone());
            let (void, reason, by) = (end.id.to_string(), end.reason.clone(), self.name_of(end.by)?);
            all.push(Decision::Crossed { void, reason, by, at });
        }
        for entry in state.quarantined.iter().filter_map(|id| entry(*id)) {
            all.push(Decision::Quarantine {
                entry: entry.id.to_string(),
                kind: entry.header.kind.clone(),
                device: self.device_name(&entry.header.device),
                at: entry.header.at.wall.clone(),
            });
        }
        Ok(all)
    }

    fn variant(&self, variant: &fold::Variant, entry: Option<&Entry>) -> Result<Variant> {
        let by = match entry.map(Entry::event) {
            Some(Ok(ReadEvent::Known(event))) => match *event {
                Event::FieldsChanged { by, .. } | Event::Created { by, .. } => self.name_of(by)?,
                _ => String::new(),
            },
            Some(Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_)) | None => String::new(),
        };
        Ok(Variant {
            id: variant.id.to_string(),
            value: in_words(&variant.value),
            by,
            device: self.device_name(&variant.device),
            at: entry.map_or_else(String::new, |entry| entry.header.at.wall.clone()),
        })
    }

    fn signed_variant(&self, entry: &Entry) -> Option<SignedVariant> {
        match entry.event() {
            Ok(ReadEvent::Known(event)) => match *event {
                Event::Signed(signed) => Some(SignedVariant {
                    id: entry.id.to_string(),
                    name: signed.acceptance.signer.name,
                    device: self.device_name(&entry.header.device),
                    at: entry.header.at.wall.clone(),
                    token: Token::File(signed.sealed.0).to_string(),
                }),
                _ => None,
            },
            Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => None,
        }
    }

    fn name_of(&self, person: Uuid) -> Result<String> {
        Ok(self.store.read().person(person)?.map_or_else(String::new, |person| person.name))
    }

    fn device_name(&self, device: &str) -> String {
        if device == self.identity.device {
            self.identity.code.clone()
        } else {
            device.chars().take(SHORT).collect()
        }
    }
}

/// A value as a person reads it: texts as they are, lists by their count of parts, the rest as JSON.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
