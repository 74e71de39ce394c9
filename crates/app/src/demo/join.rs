//! The demo firm with an office: its tablet and its office desktop become devices of a server that runs beside them.

use super::{
    replay::{DEMO_PIN, firm},
    source::Source,
};
use crate::{
    app::App,
    error::{AppError, Result},
    view::{
        central::{ConnectRequest, JoinRequest},
        start::{FirstRunDone, KeyStoreKind, Phase},
        sync::SyncPhase,
    },
};
use fieldseal_domain::Language;
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// How long the weeks of the demo firm may take to reach its server.
const PATIENCE: Duration = Duration::from_secs(120);

impl App {
    /// Makes this folder a device of the office behind `link`: an empty one from its first entry on, the demo tablet
    /// with all it signed, as the tablet of the firm's first technician. An administrator brings the firm.
    ///
    /// # Errors
    /// As [`App::join`] and [`App::connect`].
    pub fn join_demo(self: &Arc<Self>, link: &str, language: Language, passphrase: &str) -> Result<()> {
        if self.phase()? == Phase::FirstRun {
            let done = self.join(&JoinRequest {
                address: link.to_owned(),
                code: String::new(),
                language,
                pin: DEMO_PIN.to_owned(),
                key_store: KeyStoreKind::PassphraseFile,
                passphrase: passphrase.to_owned(),
            })?;
            self.type_back(&done)?;
            self.begin_office()?;
            return self.until_exchanged();
        }
        let source = Source::read()?;
        let name = source.users.first().map(|user| &user.name);
        let people = self.unlock(passphrase)?.people;
        let whose =
            people.iter().find(|person| Some(&person.name) == name).ok_or(AppError::NotFound("person"))?;
        self.sign_in(whose.id, DEMO_PIN)?;
        self.connect(&ConnectRequest { address: link.to_owned(), code: String::new(), another: false })?;
        self.until_exchanged()
    }

    /// Waits until the office has everything: a window that opens then finds nothing on the move.
    fn until_exchanged(&self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let view = self.sync_view()?;
            if view.phase == SyncPhase::Synced && view.queue.is_empty() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(AppError::NoOffice)
    }

    fn begin_office(&self) -> Result<()> {
        let source = Source::read()?;
        self.at_work(|desk, _| {
            desk.save_setting("demo", &true)?;
            desk.save_setting("catalogue", &source.catalogue())
        })?;
        if self.status()?.role.administers() {
            self.save_firm(&firm(&source))?;
        }
        Ok(())
    }

    /// The asked parts of the recovery code, as a careful person types them back.
    pub(super) fn type_back(&self, done: &FirstRunDone) -> Result<()> {
        let part = |group: &u32| done.recovery_code.split('-').nth(usize::try_from(*group).ok()?);
        let groups: Vec<String> = done.ask_groups.iter().filter_map(part).map(str::to_owned).collect();
        self.confirm_recovery(&groups)
    }
}
