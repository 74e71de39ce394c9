//! What the office decides: who goes where, which acceptance no longer holds, which document counts no more.

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Lack, Result},
};
use fieldseal_domain::{
    Digest,
    event::{Event, ReadEvent},
    fold::{MoveError, Status},
    party::Job,
    role::Role,
    text,
};
use fieldseal_store::Entry;
use std::collections::BTreeMap;
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
            desk.may_void(doc)?;
            let successor = desk.by_number(successor, doc)?;
            let seen = heads(&desk.store.read().entries_of(doc)?);
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
            desk.may_clear(doc)?;
            let entries = desk.store.read().entries_of(doc)?;
            let signed = operative_signature(&entries).ok_or(AppError::NotFound("signature"))?;
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
    /// A document with a number that has not ended without a signature may be voided.
    fn may_void(&self, doc: Uuid) -> Result<()> {
        let state = self.state_of(doc)?;
        if state.read_only {
            return Err(MoveError::ReadOnly.into());
        }
        match state.status {
            Status::Draft => Err(MoveError::NotFrozen.into()),
            Status::Ready
            | Status::PartiallySigned
            | Status::Signed
            | Status::SignedUnavailable
            | Status::Declined => Ok(()),
            Status::Cancelled | Status::Expired | Status::Voided => Err(MoveError::Closed.into()),
        }
    }

    /// A document somebody has signed, and that still counts, may have its acceptance cleared.
    fn may_clear(&self, doc: Uuid) -> Result<()> {
        let state = self.state_of(doc)?;
        if state.read_only {
            return Err(MoveError::ReadOnly.into());
        }
        match state.status {
            Status::PartiallySigned | Status::Signed => Ok(()),
            Status::Draft | Status::Ready => Err(AppError::NotFound("signature")),
            Status::SignedUnavailable
            | Status::Declined
            | Status::Cancelled
            | Status::Expired
            | Status::Voided => Err(MoveError::Closed.into()),
        }
    }

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

fn reason_of(reason: &str) -> Result<String> {
    let reason = text::clean(reason).trim().to_owned();
    if reason.is_empty() { Err(AppError::Missing(Lack::Reason)) } else { Ok(reason) }
}

/// The last entry of each journal about a document: what the office had seen when it decided.
fn heads(entries: &[Entry]) -> Vec<Digest> {
    let mut last: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries {
        let head = last.entry(entry.header.device.as_str()).or_insert(entry);
        if entry.header.n > head.header.n {
            *head = entry;
        }
    }
    last.into_values().map(|entry| entry.id).collect()
}

/// The event of the customer's newest signature: the last that does not close.
fn operative_signature(entries: &[Entry]) -> Option<Digest> {
    entries.iter().rev().find_map(|entry| match entry.event() {
        Ok(ReadEvent::Known(event)) => match *event {
            Event::Signed(signed) if !signed.closes => Some(entry.id),
            _ => None,
        },
        Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => None,
    })
}
