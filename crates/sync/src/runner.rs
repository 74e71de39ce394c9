//! When sessions run: at once when there is news or a person asks, on network change, every few minutes otherwise, and
//! with growing pauses while it does not work.

use crate::{
    engine::{Engine, Report},
    error::{Result, SyncError},
    local::Local,
    retry::{Backoff, jittered},
    status::{Phase, Reason},
};
use fieldseal_store::StoreError;
use fieldseal_wire::{CallError, Central, Code, session::Standing};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Pause between sessions while all is well.
const IDLE: Duration = Duration::from_secs(4 * 60);
/// Pause while a person has to decide something, or the program must be renewed.
const HALTED: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Default)]
struct Signals {
    now: Notify,
    network: Notify,
    stop: Notify,
}

/// Wakes a [`Runner`], from any thread.
#[derive(Debug, Clone, Default)]
pub struct Handle(Arc<Signals>);

impl Handle {
    /// Something was written, or a person asks: a session now.
    pub fn wake(&self) {
        self.0.now.notify_one();
    }

    /// The network changed: a session now, and short pauses again.
    pub fn network_changed(&self) {
        self.0.network.notify_one();
    }

    /// No more sessions. The one that runs is cut where it is; that loses nothing.
    pub fn stop(&self) {
        self.0.stop.notify_one();
    }
}

/// Runs sessions until it is stopped.
pub struct Runner<C, L> {
    engine: Engine<C, L>,
    handle: Handle,
    backoff: Backoff,
}

impl<C: Central, L: Local> Runner<C, L> {
    /// A runner that has not begun.
    pub fn new(engine: Engine<C, L>) -> Self {
        Self { engine, handle: Handle::default(), backoff: Backoff::default() }
    }

    /// What wakes and stops it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// The engine.
    pub fn engine(&self) -> &Engine<C, L> {
        &self.engine
    }

    /// Sessions and pauses, until stopped. `told` gets the result of each session.
    pub async fn run(mut self, mut told: impl FnMut(&Result<Report>)) {
        let signals = Arc::clone(&self.handle.0);
        loop {
            let result = tokio::select! {
                () = signals.stop.notified() => return,
                result = self.engine.run() => result,
            };
            told(&result);
            let pause = self.after(&result);
            tokio::select! {
                () = signals.stop.notified() => return,
                () = tokio::time::sleep(pause) => {}
                () = signals.now.notified() => {}
                () = signals.network.notified() => self.backoff.reset(),
            }
        }
    }

    /// Shows how it went and says how long to wait.
    fn after(&mut self, result: &Result<Report>) -> Duration {
        let random = self.engine.local().random();
        let reason = match result {
            Ok(report) => {
                self.backoff.reset();
                standing_reason(report)
            }
            Err(error) => Some(reason(error)),
        };
        let pause = match (result, reason) {
            (_, None) => jittered(IDLE, random),
            (
                _,
                Some(
                    Reason::OtherServer
                    | Reason::WrongServer
                    | Reason::Revoked
                    | Reason::Update
                    | Reason::Register,
                ),
            ) => jittered(HALTED, random),
            (Ok(_), Some(_)) => jittered(IDLE, random),
            (Err(error), Some(_)) => self.backoff.next(random).max(asked_for(error)),
        };
        let now = self.engine.local().now_ms();
        if let Err(error) = self.engine.refresh_status() {
            tracing::warn!(%error, "the state of sync cannot be read");
        }
        self.engine.status_sender().send_modify(|status| {
            status.phase = match reason {
                None => Phase::Synced,
                Some(reason) => Phase::Waiting { reason, retry_in_s: pause.as_secs() },
            };
            if reason.is_none() {
                status.synced_ms = Some(now);
            }
        });
        pause
    }
}

fn standing_reason(report: &Report) -> Option<Reason> {
    match report.standing {
        Standing::Update => Some(Reason::Update),
        Standing::Revoked => Some(Reason::Revoked),
        Standing::Good if report.refused.is_empty() => None,
        Standing::Good => Some(Reason::JournalRefused),
    }
}

/// Why a session ended early, as a person needs it.
fn reason(error: &SyncError) -> Reason {
    match error {
        SyncError::Call(CallError::Unreachable(_)) => Reason::Offline,
        SyncError::Call(CallError::WrongServer) => Reason::WrongServer,
        SyncError::Call(CallError::Refused(refusal)) => match refusal.code {
            Code::Revoked | Code::BadProof | Code::UnknownJournal => Reason::Revoked,
            _ => Reason::Server,
        },
        SyncError::Store(StoreError::OtherEnvelope { .. } | StoreError::BadEntry { .. })
        | SyncError::Answer(_)
        | SyncError::Enrolment(_) => Reason::Server,
        SyncError::Store(_) | SyncError::Closed | SyncError::Keys(_) => Reason::Device,
        SyncError::OtherServer { .. } => Reason::OtherServer,
        SyncError::Register(_) => Reason::Register,
    }
}

/// How long the server asked to be left alone.
fn asked_for(error: &SyncError) -> Duration {
    let SyncError::Call(CallError::Refused(refusal)) = error else { return Duration::ZERO };
    let seconds = refusal.data.get("retry_after_s").and_then(serde_json::Value::as_u64).unwrap_or(0);
    Duration::from_secs(seconds.min(3600))
}
