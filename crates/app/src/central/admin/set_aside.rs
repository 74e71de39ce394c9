//! Entries that the server set aside: explained, and answered. The answer is an event in the journal of the device that
//! gives it.

use crate::{
    app::App,
    central::hours::Hours,
    desk::{Desk, salted},
    detail,
    error::{AppError, Result},
    office::reason_of,
    view::admin::{SetAsideAnswer, SetAsideRow, SetAsideView},
};
use fieldseal_domain::{
    Digest,
    event::{Event, Header, ReadEvent},
    role::Role,
};
use fieldseal_sync::wire::{
    QuarantineReason,
    admin::{DeviceRow, Quarantined},
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Most entries shown at once: the rest come when these are answered.
const MOST: usize = 1000;
/// Entries asked for at once: each may bring a body of 64 KiB.
const PAGE: u32 = 500;
/// First characters of a device's id, where its code is not known.
const SHORT: usize = 8;

/// An entry as its header and body say it.
struct Opened {
    id: Digest,
    header: Header,
    event: Option<Event>,
}

impl App {
    /// What the server set aside: what waits for an answer, or all of it, newest first.
    ///
    /// # Errors
    /// [`AppError::NotForRole`], [`AppError::NoOffice`], [`AppError::Office`].
    pub fn set_aside(self: &Arc<Self>, all: bool) -> Result<SetAsideView> {
        let devices = self.ask_office(Role::sees_register, async |admin| admin.devices().await)?;
        let hours = Hours::of(&*self.parts.clock);
        let (mut rows, mut before) = (Vec::new(), None);
        loop {
            let page = self
                .ask_office(Role::sees_register, async |admin| admin.quarantine(all, before, PAGE).await)?;
            self.at_work(|desk, _| {
                for one in &page {
                    let row = desk.set_aside_row(one, &devices, &hours)?;
                    // An answer that has not reached the server yet is an answer all the same.
                    rows.extend(row.filter(|row| all || row.answer == SetAsideAnswer::Open));
                }
                Ok(())
            })?;
            let lowest = page.iter().filter_map(|one| Some(one.entry.read_envelope().ok()?.seq)).min();
            let goes_on =
                page.len() >= PAGE as usize && lowest.is_some_and(|at| before.is_none_or(|b| at < b));
            if !goes_on || rows.len() > MOST {
                let more = rows.len() > MOST;
                rows.truncate(MOST);
                return Ok(SetAsideView { rows, more });
            }
            before = lowest;
        }
    }

    /// Lets entries in, or keeps them out for good. All in one transaction.
    ///
    /// # Errors
    /// As [`App::set_aside`]; [`AppError::Missing`] without a reason; [`AppError::NotFound`] for an entry that was not
    /// set aside.
    pub fn answer_set_aside(self: &Arc<Self>, entries: &[String], accept: bool, reason: &str) -> Result<()> {
        let reason = reason_of(reason)?;
        let wanted: Vec<Digest> = entries
            .iter()
            .map(|entry| entry.parse().map_err(|_| AppError::NotFound("entry")))
            .collect::<Result<_>>()?;
        let found = self.ask_office(Role::works_register, async |admin| admin.set_aside(&wanted).await)?;
        let docs: BTreeMap<Digest, Option<Uuid>> =
            found.iter().filter_map(open).map(|one| (one.id, one.header.doc)).collect();
        self.at_office(Role::works_register, |desk, by| {
            let moment = desk.pen.moment();
            let mut new = Vec::with_capacity(wanted.len());
            for entry in &wanted {
                let doc = docs.get(entry).ok_or(AppError::NotFound("entry"))?;
                let answer = Event::QuarantineAnswered { entry: *entry, accept, reason: reason.clone(), by };
                new.push((*doc, answer));
            }
            desk.store.transact(|tx| {
                for (doc, answer) in &new {
                    tx.append_all(&desk.pen.author(&moment), &salted(*doc, std::slice::from_ref(answer))?)?;
                }
                Ok(())
            })
        })
    }
}

/// None for an entry whose header this program cannot read.
fn open(found: &Quarantined) -> Option<Opened> {
    let wire = &found.entry.entry;
    let header: Header = serde_json::from_slice(wire.header.as_ref()).ok()?;
    let body = wire.body.as_ref().map(AsRef::as_ref);
    let event = match body.map(|body| Event::from_parts(&header.kind, body)) {
        Some(Ok(ReadEvent::Known(event))) => Some(*event),
        Some(Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_)) | None => None,
    };
    Some(Opened { id: wire.id(), header, event })
}

impl Desk {
    fn set_aside_row(
        &self,
        found: &Quarantined,
        devices: &[DeviceRow],
        hours: &Hours,
    ) -> Result<Option<SetAsideRow>> {
        let Some(Opened { id, header, event }) = open(found) else { return Ok(None) };
        let received = found.entry.read_envelope().ok().map(|envelope| envelope.received_ms);
        let device = devices.iter().find(|row| row.device == header.device);
        // A journal from before its device was enrolled is known by the device that goes on from it.
        let device =
            device.or_else(|| devices.iter().find(|row| row.continues.as_ref() == Some(&header.device)));
        let answer = match found.answer {
            Some(accepted) => answered(accepted),
            None => self.own_answer(id, header.doc)?.map_or(SetAsideAnswer::Open, answered),
        };
        Ok(Some(SetAsideRow {
            entry: id.to_string(),
            data: event.as_ref().map(detail::facts).unwrap_or_default(),
            reason: reason(found.reason).to_owned(),
            person: device.map(|row| row.person_name.clone()).unwrap_or_default(),
            device: device.map_or_else(
                || header.device.chars().take(SHORT).collect(),
                |row| format!("{} ({})", row.label, row.device_code),
            ),
            journal: (found.reason == QuarantineReason::UnknownJournal).then(|| header.device.clone()),
            title: self.title_of(header.doc, event.as_ref())?,
            at: header.at.wall,
            received: hours.time(received),
            document: header.doc,
            kind: header.kind,
            answer,
        }))
    }

    /// What this device answered that the server has not said yet.
    fn own_answer(&self, id: Digest, doc: Option<Uuid>) -> Result<Option<bool>> {
        let Some(doc) = doc else { return Ok(None) };
        let mut answers =
            self.store.read().entries_of(doc)?.into_iter().filter_map(|entry| match entry.event() {
                Ok(ReadEvent::Known(event)) => match *event {
                    Event::QuarantineAnswered { entry, accept, .. } if entry == id => Some(accept),
                    _ => None,
                },
                Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => None,
            });
        Ok(answers.next_back())
    }

    /// Number and customer of a document; else the name of the thing.
    fn title_of(&self, doc: Option<Uuid>, event: Option<&Event>) -> Result<String> {
        let row = doc.map(|doc| self.store.read().register_row(doc)).transpose()?.flatten();
        if let Some(row) = row {
            let parts = [row.number, row.customer_name];
            return Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "));
        }
        Ok(match event {
            Some(Event::PersonSaved(person)) => person.name.clone(),
            Some(Event::CustomerSaved(customer)) => customer.name.clone(),
            Some(Event::JobSaved(job)) => job.code.clone(),
            Some(Event::Created { content, .. }) => content.customer.name.clone(),
            Some(Event::Frozen(frozen)) => frozen.number.clone(),
            Some(Event::Signed(signed)) => signed.acceptance.number.clone(),
            Some(_) | None => String::new(),
        })
    }
}

fn answered(accepted: bool) -> SetAsideAnswer {
    if accepted { SetAsideAnswer::Accepted } else { SetAsideAnswer::Refused }
}

fn reason(reason: QuarantineReason) -> &'static str {
    match reason {
        QuarantineReason::NotAllowed => "not_allowed",
        QuarantineReason::UnknownKind => "unknown_kind",
        QuarantineReason::Unreadable => "unreadable",
        QuarantineReason::UnknownJournal => "unknown_journal",
        QuarantineReason::Revoked => "revoked",
        QuarantineReason::AfterVoid => "after_void",
        QuarantineReason::Other => "other",
    }
}
