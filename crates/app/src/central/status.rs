//! How things stand with the office, as the screens say it.

use super::hours::Hours;
use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Result},
    view::{
        central::{AlarmView, CentralView},
        start::Problem,
        sync::{LeftToSend, QueueItem, SyncPhase, SyncView},
    },
};
use fieldseal_domain::role::Role;
use fieldseal_sync::{Phase, Reason, Status};
use std::{collections::BTreeMap, sync::PoisonError};

/// Most things named one by one.
const MOST: u32 = 200;

impl App {
    /// The office this tablet belongs to.
    ///
    /// # Errors
    /// What the database says.
    pub fn central(&self) -> Result<CentralView> {
        let blocked = self.is_blocked();
        self.at_work(|desk, _| Ok(CentralView { blocked, ..desk.central()? }))
    }

    /// Whether the office said that it blocked this device.
    pub(super) fn is_blocked(&self) -> bool {
        let status = self.sync_status();
        matches!(status, Some(Status { phase: Phase::Waiting { reason: Reason::Revoked, .. }, .. }))
    }

    fn sync_status(&self) -> Option<Status> {
        let running = self.sync.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().map(|running| running.status.borrow().clone())
    }

    /// What is exchanged just now, and what waits.
    ///
    /// # Errors
    /// What the database says.
    pub fn sync_view(&self) -> Result<SyncView> {
        let status = self.sync_status();
        self.at_work(|desk, _| desk.sync_view(status.as_ref()))
    }

    /// What the office does not have yet. Nothing without an office: there is nobody to send it to.
    ///
    /// # Errors
    /// [`crate::AppError::NotAllowed`] while the database is closed.
    pub fn left_to_send(&self) -> Result<Option<LeftToSend>> {
        self.at_desk(|desk| {
            let here = desk.store.read().only_here()?;
            let waits = here.entries > 0 || here.files > 0;
            Ok((desk.identity.central.is_some() && waits).then(|| LeftToSend {
                signatures: u32::try_from(here.signatures).unwrap_or(u32::MAX),
                others: true,
            }))
        })
    }

    /// A person has seen an alarm. It stays in the database.
    ///
    /// # Errors
    /// What the database says.
    pub fn see_alarm(&self, id: i64) -> Result<CentralView> {
        self.at_work(|desk, _| desk.store.transact(|tx| tx.see_alarm(id)).map_err(AppError::from))?;
        self.central()
    }
}

impl Desk {
    fn central(&self) -> Result<CentralView> {
        let Some(membership) = &self.identity.central else { return Ok(CentralView::default()) };
        let read = self.store.read();
        let hours = Hours::of(&*self.pen.clock);
        let alarms = read.alarms()?.into_iter().filter(|alarm| !alarm.seen);
        Ok(CentralView {
            connected: true,
            blocked: false,
            address: membership.url.clone(),
            role: read.peer()?.and_then(|peer| Role::named(&peer.role)),
            device_code: self.identity.code.clone(),
            root_fingerprint: self.identity.root_fingerprint(),
            alarms: alarms
                .map(|alarm| AlarmView { id: alarm.id, at: hours.time(Some(alarm.at_ms)), sort: alarm.sort })
                .collect(),
        })
    }

    fn sync_view(&self, status: Option<&Status>) -> Result<SyncView> {
        let read = self.store.read();
        let only_here = read.only_here()?;
        let waits = only_here.entries > 0 || only_here.files > 0;
        let (phase, problem) = match (&self.identity.central, status) {
            (None, _) => (SyncPhase::Alone, None),
            (Some(_), None) => (SyncPhase::Waiting, None),
            (Some(_), Some(status)) => phase(status, waits),
        };
        let hours = Hours::of(&*self.pen.clock);
        let queue = read.queue(MOST)?.into_iter().map(|item| QueueItem {
            document: item.doc,
            title: [item.number, item.customer_name, item.kind]
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            reason: reason(phase, &item.refused).to_owned(),
            since: hours.time(i64::try_from(item.since_ms).ok()),
            signed: item.signatures > 0,
        });
        Ok(SyncView {
            phase,
            only_here: u32::try_from(only_here.signatures).unwrap_or(u32::MAX),
            queue: queue.collect(),
            last: hours.time(status.and_then(|status| status.synced_ms)),
            problem,
        })
    }
}

/// Phase and problem of a connected tablet.
fn phase(status: &Status, waits: bool) -> (SyncPhase, Option<Problem>) {
    match &status.phase {
        Phase::Starting if waits => (SyncPhase::Waiting, None),
        Phase::Starting => (SyncPhase::Synced, None),
        Phase::Connecting
        | Phase::Pushing { .. }
        | Phase::Pulling { .. }
        | Phase::Files { .. }
        | Phase::Proving => (SyncPhase::Running, None),
        Phase::Synced if waits => (SyncPhase::Waiting, None),
        Phase::Synced => (SyncPhase::Synced, None),
        Phase::Waiting { reason: Reason::Offline, .. } => (SyncPhase::Offline, None),
        Phase::Waiting { reason, .. } => {
            let problem = Problem { code: format!("sync_{}", name(*reason)), data: BTreeMap::new() };
            (SyncPhase::Failed, Some(problem))
        }
    }
}

fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::Offline => "offline",
        Reason::WrongServer => "wrong_server",
        Reason::OtherServer => "other_server",
        Reason::Revoked => "revoked",
        Reason::Update => "update",
        Reason::JournalRefused => "journal_refused",
        Reason::Register => "register",
        Reason::Server => "server",
        Reason::Device => "device",
    }
}

/// Why one thing waits: the text `queue.<reason>`.
fn reason(phase: SyncPhase, refused: &str) -> &'static str {
    match phase {
        _ if !refused.is_empty() => "refused",
        SyncPhase::Alone => "no_office",
        SyncPhase::Offline => "no_network",
        SyncPhase::Failed | SyncPhase::Synced | SyncPhase::Waiting | SyncPhase::Running => "next_exchange",
    }
}
