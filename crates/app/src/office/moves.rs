//! What the office decides: who goes where, which acceptance no longer holds, which document counts no more.

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Lack, Result},
};
use fieldseal_domain::{
    Digest,
    event::Event,
    fold::{DocumentState, Move, Weight},
    party::Job,
    role::Role,
    text,
};
use uuid::Uuid;

impl App {
    /// Gives a job to a technician, or to nobody.
    ///
    /// # Errors
    /// [`AppError::NotForRole`]; [`AppError::NotFound`] for a job or a person that is not there.
    pub fn assign_job(&self, job: Uuid, technician: Option<Uuid>) -> Result<Job> {
        self.at_office(Role::works_register, |desk, _| {
            let mut job = desk.store.read().job(job)?.ok_or(AppError::NotFound("job"))?;
            if let Some(technician) = technician {
                desk.person(technician)?;
            }
            if job.technician != technician {
                job.technician = technician;
                desk.append(None, &[Event::JobSaved(Box::new(job.clone()))])?;
            }
            Ok(job)
        })
    }

    /// Voids a document: terminal; its number stays taken, its file stays as it is.
    ///
    /// # Errors
    /// [`AppError::NotForRole`]; [`AppError::Missing`] without a reason; [`AppError::Move`];
    /// [`AppError::NotFound`] when there is no document of the successor's number.
    pub fn void_document(&self, doc: Uuid, reason: &str, successor: &str) -> Result<()> {
        self.at_office(Role::decides, |desk, by| {
            let reason = reason_of(reason)?;
            let state = desk.state_of(doc)?;
            state.may(&Move::Void)?;
            let successor = desk.by_number(successor, doc)?;
            let seen = state.heads;
            desk.append(Some(doc), &[Event::Voided { seen, reason, successor, by }]).map(drop)
        })
    }

    /// Clears the customer's acceptance: the signed file stays as a version, the document is to be frozen and signed
    /// again under its number.
    ///
    /// # Errors
    /// [`AppError::NotForRole`]; [`AppError::Missing`] without a reason; [`AppError::Move`];
    /// [`AppError::NotFound`] when nobody has signed.
    pub fn clear_acceptance(&self, doc: Uuid, reason: &str) -> Result<()> {
        self.at_office(Role::works_register, |desk, by| {
            let reason = reason_of(reason)?;
            let state = desk.state_of(doc)?;
            let signed = customers_signature(&state).ok_or(AppError::NotFound("signature"))?;
            state.may(&Move::ClearAcceptance(&signed))?;
            let role = desk.role(by)?;
            desk.append(Some(doc), &[Event::AcceptanceCleared { signed, role, reason, by }]).map(drop)
        })
    }

    /// Sets or lifts a legal hold: while it is on, nothing of the document is erased.
    ///
    /// # Errors
    /// [`AppError::NotForRole`]; [`AppError::Missing`] without a reason; [`AppError::NotFound`].
    pub fn hold(&self, doc: Uuid, on: bool, reason: &str) -> Result<()> {
        self.at_office(Role::decides, |desk, by| {
            let reason = reason_of(reason)?;
            desk.state_of(doc)?;
            desk.append(Some(doc), &[Event::LegalHold { on, reason, by }]).map(drop)
        })
    }
}

impl Desk {
    /// The document of a number, which must not be `not`; none for an empty number.
    fn by_number(&self, number: &str, not: Uuid) -> Result<Option<Uuid>> {
        let number = number.trim();
        if number.is_empty() {
            return Ok(None);
        }
        let row = self.store.read().register_by_number(number)?.filter(|row| row.doc != not);
        row.map(|row| Some(row.doc)).ok_or(AppError::NotFound("document"))
    }
}

pub(crate) fn reason_of(reason: &str) -> Result<String> {
    let reason = text::clean(reason).trim().to_owned();
    if reason.is_empty() { Err(AppError::Missing(Lack::Reason)) } else { Ok(reason) }
}

/// The event of the signature that counts at a place that does not close: the customer's.
fn customers_signature(state: &DocumentState) -> Option<Digest> {
    let counts = state.evidence.iter().filter(|evidence| evidence.weight == Weight::Operative);
    let mut customers = counts.filter(|evidence| state.closing_slot() != Some(evidence.slot.as_str()));
    customers.next_back().map(|evidence| evidence.id)
}
