//! What all commands share: the app (still opening when the window already draws), the photo inbox, lent papers.

use crate::{
    inbox::{self, Inbox},
    leaving::Leave,
    lending::Lending,
};
use fieldseal_app::{
    App,
    view::start::{Phase, Problem},
};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, OnceLock, atomic::AtomicBool},
    thread,
};

/// The shell's state, managed by Tauri.
pub struct Shell {
    app: Arc<OnceLock<Arc<App>>>,
    /// Photos waiting in the watched folder.
    pub inbox: Inbox,
    /// Tables waiting in the watched folder.
    pub imports: Inbox,
    /// Set to stop the export that is running.
    pub stop_export: AtomicBool,
    /// Copies lent to other programs.
    pub lending: Lending,
    /// The way out.
    pub leave: Leave,
}

impl Shell {
    /// Opens the app on a thread of its own, so that a slow key store delays no window. Every command waits for it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn opening(open: impl FnOnce() -> App + Send + 'static) -> io::Result<Self> {
        let app = Arc::new(OnceLock::new());
        let slot = Arc::clone(&app);
        thread::Builder::new().name("open".to_owned()).spawn(move || {
            start_sync(slot.get_or_init(|| Arc::new(open())));
        })?;
        Ok(Self {
            app,
            inbox: Inbox::new(&inbox::PHOTOS)?,
            imports: Inbox::new(&inbox::TABLES)?,
            stop_export: AtomicBool::new(false),
            lending: Lending::new(),
            leave: Leave::default(),
        })
    }

    /// The app; waits while it is still opening.
    #[must_use]
    pub fn app(&self) -> Arc<App> {
        Arc::clone(self.app.wait())
    }

    /// The app, unless it is still opening.
    #[must_use]
    pub fn app_if_open(&self) -> Option<&Arc<App>> {
        self.app.get()
    }

    /// Whether a customer holds the tablet. False while the app is still opening: nothing is shown yet.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.app.get().is_some_and(|app| app.phase().is_ok_and(|phase| phase == Phase::HandOver))
    }

    /// Refuses what only a signed-in person may ask, for the few commands that never reach the app.
    ///
    /// # Errors
    /// `not_allowed`.
    pub fn require_person(&self) -> Result<(), Problem> {
        match self.app().phase() {
            Ok(Phase::Open) => Ok(()),
            Ok(Phase::FirstRun | Phase::Locked | Phase::SignIn | Phase::HandOver | Phase::Broken) => {
                Err(problem("not_allowed", ""))
            }
            Err(error) => Err(error.problem()),
        }
    }
}

/// Begins the exchange with the office. That it cannot begin is no reason to show less.
pub fn start_sync(app: &Arc<App>) {
    if let Err(error) = app.start_sync() {
        tracing::warn!(%error, "the exchange with the office cannot begin");
    }
}

/// A problem of the shell itself. `detail` is for the curious and holds no personal data.
#[must_use]
pub fn problem(code: &str, detail: &str) -> Problem {
    let mut data = BTreeMap::new();
    if !detail.is_empty() {
        data.insert("detail".to_owned(), detail.to_owned());
    }
    Problem { code: code.to_owned(), data }
}
