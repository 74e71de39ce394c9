//! Drafts: begun, saved on every change, turned into events at save points, thrown away.

use crate::{
    app::App,
    clock::rfc3339,
    desk::{Desk, salted},
    error::{AppError, Result},
    view::document::{DocumentView, DraftSave, NewDocument, Saved, SlotView},
};
use fieldseal_domain::{
    check,
    compare::{self, Comparison},
    content::{Content, Origin},
    convert::{self, Start},
    event::{Change, Event, MAX_BODY},
    fold::{self, DocumentState, Move, SlotState},
    kind::Kind,
    money::VatRate,
    vat,
};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Bytes that go into one event; the rest goes into the next.
const CHANGES_PER_EVENT: usize = MAX_BODY / 2;

impl App {
    /// Begins a document.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown start, or what the database says.
    pub fn new_document(&self, kind: &str, start: &NewDocument) -> Result<DocumentView> {
        self.at_work(|desk, person| {
            let content = desk.first_content(kind, start, person)?.cleaned()?;
            let doc = Uuid::now_v7();
            let origin = content.origin.clone();
            let first = fold::beginning(&content, CHANGES_PER_EVENT)?;
            let begun = DocumentState { content: first.clone(), ..DocumentState::default() };
            let mut events = vec![Event::Created { content: Box::new(first), origin, by: person }];
            events.extend(changed_events(&begun, &content, person)?);
            desk.append(Some(doc), &events)?;
            desk.document_view(doc)
        })
    }

    /// A document as the editor shows it.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn document(&self, doc: Uuid) -> Result<DocumentView> {
        self.at_work(|desk, _| desk.document_view(doc))
    }

    /// Saves the working copy.
    ///
    /// # Errors
    /// [`AppError::StaleDraft`] when it was made over another version; the newer one stays.
    pub fn draft_save(&self, save: &DraftSave) -> Result<Saved> {
        self.at_work(|desk, _| {
            let state = desk.state_of(save.document)?;
            state.may(&Move::Edit)?;
            let kind = desk.kind(&save.content.kind)?.clone();
            let content = without_secrets(&kind, save.content.cleaned()?);
            let secrets = only_secrets(&kind, &save.secrets);
            let saved_at = rfc3339(&desk.pen.clock.now());
            let version = desk.store.transact(|tx| {
                let found = tx.draft(save.document)?.map_or(0, |draft| draft.version);
                if found != save.version {
                    return Err(AppError::StaleDraft);
                }
                let version = tx.save_draft(save.document, &content, &saved_at)?;
                tx.delete_secrets(save.document)?;
                secrets.iter().try_for_each(|(field, value)| tx.put_secret(save.document, field, value))?;
                Ok(version)
            })?;
            let intake = desk.intake_of(&content)?;
            Ok(Saved {
                version,
                saved_at,
                problems: desk.problems(&kind, &content, intake.as_ref()),
                totals: content.totals(),
                comparison: comparison(&content, intake.as_ref()),
            })
        })
    }

    /// Leaving the editor: a save point in the journal.
    ///
    /// # Errors
    /// What the database says; [`fieldseal_store::StoreError::BodyTooLarge`] for a text beyond every limit.
    pub fn leave_draft(&self, doc: Uuid) -> Result<()> {
        self.at_work(|desk, person| desk.save_point(doc, person))
    }

    /// Throws a draft away that never had a number.
    ///
    /// # Errors
    /// [`AppError::Move`].
    pub fn discard(&self, doc: Uuid) -> Result<()> {
        self.at_work(|desk, person| {
            desk.state_of(doc)?.may(&Move::Discard)?;
            let moment = desk.pen.moment();
            let events = [Event::DraftDiscarded { by: person }];
            let new = salted(Some(doc), &events)?;
            desk.store.transact(|tx| {
                tx.append_all(&desk.pen.author(&moment), &new)?;
                tx.delete_draft(doc)?;
                tx.delete_secrets(doc)?;
                Ok(())
            })
        })
    }

    /// Turns a signed document into another kind (an intake into its return).
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the kind cannot be made from it, or when it was not closed with its content agreed to.
    pub fn convert(&self, doc: Uuid, kind: &str) -> Result<DocumentView> {
        self.new_document(kind, &NewDocument::Document { document: doc })
    }
}

impl Desk {
    fn first_content(&self, kind: &str, start: &NewDocument, person: Uuid) -> Result<Content> {
        let kind = self.kind(kind)?;
        let read = self.store.read();
        let firm = self.firm()?;
        let technician = self.person(person)?.name;
        let begin =
            |customer, equipment| Start { kind, firm: &firm, customer, equipment, technician: &technician };
        match start {
            NewDocument::Customer { customer, equipment } => {
                let customer = read.customer(*customer)?.ok_or(AppError::NotFound("customer"))?;
                let equipment = equipment.map(|id| read.equipment(id)).transpose()?.flatten();
                Ok(convert::blank(begin(&customer, equipment.as_ref())))
            }
            NewDocument::Job { job } => {
                let job = read.job(*job)?.ok_or(AppError::NotFound("job"))?;
                let customer = read.customer(job.customer)?.ok_or(AppError::NotFound("customer"))?;
                let equipment = job.equipment.map(|id| read.equipment(id)).transpose()?.flatten();
                Ok(convert::from_job(begin(&customer, equipment.as_ref()), &job))
            }
            NewDocument::Document { document } => {
                let state = self.state_of(*document)?;
                let source = self.kind(&state.content.kind)?;
                let may = state.has_a_successor() && source.converts_to.contains(&kind.id);
                let (Some(frozen), true) = (&state.frozen, may) else {
                    return Err(AppError::NotFound("kind"));
                };
                let customer = state.content.customer.clone();
                let origin = (*document, frozen.number.as_str(), frozen.content_hash);
                Ok(convert::from_document(
                    begin(&customer, state.content.equipment.first()),
                    origin,
                    &state.content,
                ))
            }
        }
    }

    /// The newest content: the working copy, else the last save point.
    pub(crate) fn newest_content(&self, doc: Uuid, state: &DocumentState) -> Result<(Content, u64, String)> {
        Ok(match self.store.read().draft(doc)? {
            Some(draft) => (draft.content, draft.version, draft.saved_at),
            None => (state.content.clone(), 0, String::new()),
        })
    }

    /// What is missing, and what looks odd today.
    pub(crate) fn problems(
        &self,
        kind: &Kind,
        content: &Content,
        intake: Option<&Content>,
    ) -> Vec<check::Problem> {
        let mut problems = check::problems(kind, content, intake);
        problems.extend(check::vat_warnings(content, self.pen.clock.now().date()));
        problems
    }

    fn vat_rates(&self, content: &Content) -> Vec<VatRate> {
        let own = &content.supplier.country;
        let country = if own.is_empty() { &content.customer.country } else { own };
        vat::rates(country, self.pen.clock.now().date()).to_vec()
    }

    /// The content of the intake a return was made from.
    pub(crate) fn intake_of(&self, content: &Content) -> Result<Option<Content>> {
        match &content.origin {
            Some(Origin::Document { document, .. }) => {
                Ok(self.store.read().document_state(*document)?.map(|state| state.content))
            }
            Some(Origin::Job { .. }) | None => Ok(None),
        }
    }

    pub(crate) fn document_view(&self, doc: Uuid) -> Result<DocumentView> {
        let state = self.state_of(doc)?;
        let (content, version, saved_at) = self.newest_content(doc, &state)?;
        let kind = self.kind(&content.kind)?.clone();
        let intake = self.intake_of(&content)?;
        Ok(DocumentView {
            id: doc,
            status: state.status,
            number: state.number.clone().unwrap_or_default(),
            revision: state.frozen.as_ref().map_or(state.next_revision, |frozen| frozen.revision),
            problems: self.problems(&kind, &content, intake.as_ref()),
            vat_rates: self.vat_rates(&content),
            totals: content.totals(),
            comparison: comparison(&content, intake.as_ref()),
            secrets: self.store.read().secrets(doc)?,
            slots: slot_views(&state, &content),
            can_take_back: state.may(&Move::TakeBack).is_ok(),
            kind,
            content,
            version,
            saved_at,
        })
    }

    /// Writes what changed since the last save point; the working copy stays as it is.
    pub(crate) fn save_point(&mut self, doc: Uuid, by: Uuid) -> Result<()> {
        let state = self.state_of(doc)?;
        if state.may(&Move::Edit).is_err() {
            return Ok(());
        }
        let events = self.save_point_events(doc, &state, by)?;
        if !events.is_empty() {
            self.append(Some(doc), &events)?;
        }
        Ok(())
    }

    pub(crate) fn save_point_events(&self, doc: Uuid, state: &DocumentState, by: Uuid) -> Result<Vec<Event>> {
        let (content, _, _) = self.newest_content(doc, state)?;
        changed_events(state, &content, by)
    }
}

/// What leads from the last save point to `content`.
pub(crate) fn changed_events(state: &DocumentState, content: &Content, by: Uuid) -> Result<Vec<Event>> {
    let over = |(pointer, value): (String, Value)| {
        let parent = state.parent_of(&pointer);
        (pointer, Change { value, parent })
    };
    let portions = fold::portions(&state.content, content, CHANGES_PER_EVENT)?.into_iter();
    let event = |portion: BTreeMap<String, Value>| Event::FieldsChanged {
        changes: portion.into_iter().map(over).collect(),
        by,
    };
    Ok(portions.map(event).collect())
}

fn comparison(content: &Content, intake: Option<&Content>) -> Option<Comparison> {
    intake.map(|intake| compare::compare(intake, content))
}

/// Secret fields never become part of the content.
fn without_secrets(kind: &Kind, mut content: Content) -> Content {
    content.fields.retain(|key, _| !kind.fields().any(|field| field.secret && field.key == *key));
    content
}

fn only_secrets(kind: &Kind, secrets: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_secret = |key: &str| kind.fields().any(|field| field.secret && field.key == key);
    secrets
        .iter()
        .filter(|(key, value)| is_secret(key) && !value.is_empty())
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

pub(crate) fn slot_views(state: &DocumentState, content: &Content) -> Vec<SlotView> {
    let planned =
        |slot: &str| content.signers.iter().find(|signer| signer.slot == slot).cloned().unwrap_or_default();
    let closing = state.closing_slot().map(str::to_owned);
    state
        .slots
        .iter()
        .map(|(slot, slot_state)| {
            let plan = planned(slot);
            let (state, name, role, reason) = match slot_state {
                SlotState::Open => ("open", plan.name, plan.role, None),
                SlotState::Signed(signed) => (
                    "signed",
                    signed.acceptance.signer.name.clone(),
                    signed.acceptance.signer.role.clone(),
                    None,
                ),
                SlotState::Empty(empty) => ("empty", plan.name, plan.role, Some(empty.reason)),
            };
            SlotView {
                slot: slot.clone(),
                name,
                role,
                state: state.to_owned(),
                closes: closing.as_deref() == Some(slot.as_str()),
                reason,
            }
        })
        .collect()
}
