//! The engine on a thread of its own, from the moment the database is open until the program ends.

use super::{connect, network, news::News, side::Side};
use crate::{app::App, error::Result};
use fieldseal_sync::{Engine, Handle, HttpCentral, Local as _, Report, Runner, Status, SyncError};
use std::{
    sync::{Arc, PoisonError},
    thread::JoinHandle,
};
use tokio::sync::watch;

/// The running engine.
pub(crate) struct Running {
    pub(super) handle: Handle,
    pub(super) status: watch::Receiver<Status>,
    thread: JoinHandle<()>,
    /// Last own entry the engine was woken for.
    told: u64,
}

impl App {
    /// Starts the exchange with the office, if there is an office and it has not begun.
    ///
    /// # Errors
    /// When the address is none any more, or the system gives no thread.
    pub fn start_sync(self: &Arc<Self>) -> Result<()> {
        let side = Side { app: Arc::clone(self) };
        let Some(membership) = side.at(None, |desk| desk.identity.central.clone()) else { return Ok(()) };
        let mut running = self.sync.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_some() {
            return Ok(());
        }
        side.at(Ok(()), |desk| desk.settle_server(&membership.server_id))?;
        let address = connect::address(&membership.url, membership.server_key)?;
        let central = HttpCentral::new(address).map_err(SyncError::from)?;
        let runner = Runner::new(Engine::new(central, side));
        let (handle, status) = (runner.handle(), runner.engine().status());
        let app = Arc::clone(self);
        let thread = std::thread::Builder::new().name("sync".to_owned()).spawn(move || {
            let (following, wake) = (runner.engine().status(), runner.handle());
            let ended = connect::wait(async {
                tokio::select! {
                    () = runner.run(|result| app.after_session(result)) => {}
                    () = app.follow(following) => {}
                    () = network::follow(wake) => {}
                }
            });
            if let Err(error) = ended {
                tracing::error!(%error, "the exchange with the office ended");
            }
        })?;
        *running = Some(Running { handle, status, thread, told: 0 });
        Ok(())
    }

    /// A session now: somebody asked, or the network came back.
    pub fn sync_now(&self) {
        if let Some(running) = &*self.sync.lock().unwrap_or_else(PoisonError::into_inner) {
            running.handle.network_changed();
        }
    }

    /// Ends the exchange and waits for its end; a session that runs is cut, which loses nothing.
    pub fn stop_sync(&self) {
        self.end_errands();
        let running = self.sync.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            running.handle.stop();
            if running.thread.join().is_err() {
                tracing::error!("the exchange with the office broke off");
            }
        }
    }

    /// Wakes the engine when something was written since it was last told.
    pub(crate) fn nudge_sync(&self, last: u64) {
        if let Some(running) = &mut *self.sync.lock().unwrap_or_else(PoisonError::into_inner)
            && last != running.told
        {
            running.told = last;
            running.handle.wake();
        }
    }

    fn after_session(self: &Arc<Self>, result: &fieldseal_sync::Result<Report>) {
        match result {
            Ok(report) => {
                let side = Side { app: Arc::clone(self) };
                tracing::info!(
                    sent = report.sent,
                    got = report.got,
                    files_sent = report.files_sent,
                    files_got = report.files_got,
                    device = %side.device(),
                    "exchanged with the office"
                );
                if let Err(error) = side.at(Ok(()), |desk| desk.settle_people(&report.notices)) {
                    tracing::warn!(%error, "what the office said of people waits for the next session");
                }
                if report.got > 0 || report.files_got > 0 {
                    self.tell(News::Arrived);
                }
            }
            Err(error) => tracing::info!(%error, "no exchange with the office"),
        }
    }
}
