//! The app: which phase it is in, and who may do what in it.

use crate::{
    central::{Errands, Listener, Running},
    clock::Clock,
    desk::Desk,
    error::{AppError, Result},
    identity::DeviceFile,
    pages::PageCache,
    typeset::Typesetter,
    vault::SystemVaults,
    view::start::{AppStatus, Phase, Problem},
};
use fieldseal_domain::role::Role;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};
use uuid::Uuid;

/// What differs from machine to machine, and between a test and the world.
#[derive(Clone)]
pub struct Parts {
    /// Clocks.
    pub clock: Arc<dyn Clock>,
    /// Key store of the operating system.
    pub vaults: Arc<dyn SystemVaults>,
    /// Typesetting.
    pub typesetter: Arc<dyn Typesetter>,
}

/// Where the app stands.
pub(crate) enum State {
    /// Nothing is set up.
    FirstRun,
    /// The keys cannot be read.
    Locked(Box<DeviceFile>, Problem),
    /// The database cannot be used.
    Broken(Problem),
    /// The database is open.
    Open(Box<Desk>),
}

/// The app on one data folder. All commands of the shell come in here; one at a time works on the database.
pub struct App {
    pub(crate) folder: PathBuf,
    pub(crate) parts: Parts,
    pub(crate) pages: PageCache,
    /// The exchange with the office, once it runs.
    pub(crate) sync: Mutex<Option<Running>>,
    /// The way to the office for what somebody waits for.
    pub(crate) errands: Mutex<Option<Errands>>,
    /// Who is told of the exchange.
    pub(crate) listener: OnceLock<Listener>,
    state: Mutex<State>,
}

impl App {
    /// Opens the data folder as far as that goes without asking anybody.
    #[must_use]
    pub fn open(folder: &Path, parts: Parts) -> Self {
        let state = crate::start::opening_state(folder, &parts);
        Self {
            folder: folder.to_owned(),
            parts,
            pages: PageCache::default(),
            sync: Mutex::new(None),
            errands: Mutex::new(None),
            listener: OnceLock::new(),
            state: Mutex::new(state),
        }
    }

    /// The state, also after a panic in another thread: everything in it is written by whole transactions.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The phase.
    ///
    /// # Errors
    /// What the database says.
    pub fn phase(&self) -> Result<Phase> {
        phase_of(&self.state())
    }

    /// What the app knows of itself. In the hand-over it tells the customer nothing but the firm's name.
    ///
    /// # Errors
    /// What the database says.
    pub fn status(&self) -> Result<AppStatus> {
        let state = self.state();
        let phase = phase_of(&state)?;
        let mut status = AppStatus {
            phase,
            problem: None,
            firm: None,
            people: Vec::new(),
            person: None,
            role: Role::default(),
            device_code: String::new(),
            root_fingerprint: String::new(),
            key_store: None,
            recovery_unconfirmed: false,
            demo: false,
            on_screen_keyboard: false,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        match &*state {
            State::FirstRun => {}
            State::Locked(file, problem) => {
                status.problem = Some(problem.clone());
                status.key_store = Some(file.key_store);
            }
            State::Broken(problem) => status.problem = Some(problem.clone()),
            State::Open(desk) => desk.fill_status(&mut status)?,
        }
        Ok(status)
    }

    /// Work that a signed-in person may do while no customer holds the tablet.
    pub(crate) fn at_work<T>(&self, work: impl FnOnce(&mut Desk, Uuid) -> Result<T>) -> Result<T> {
        self.and_nudge(|desk| {
            let person = desk.person.ok_or(AppError::NotAllowed)?;
            if desk.store.read().hand_over()?.is_some() {
                return Err(AppError::NotAllowed);
            }
            work(desk, person)
        })
    }

    /// Work that the customer who holds the tablet may do.
    pub(crate) fn at_customer<T>(&self, work: impl FnOnce(&mut Desk) -> Result<T>) -> Result<T> {
        self.and_nudge(|desk| {
            if desk.store.read().hand_over()?.is_none() {
                return Err(AppError::NotAllowed);
            }
            work(desk)
        })
    }

    /// Works at the open desk; what was written is then offered to the office at once.
    fn and_nudge<T>(&self, work: impl FnOnce(&mut Desk) -> Result<T>) -> Result<T> {
        let (answer, last) = {
            let mut state = self.state();
            let State::Open(desk) = &mut *state else { return Err(AppError::NotAllowed) };
            let answer = work(desk)?;
            (answer, desk.store.read().last_position(&desk.identity.device)?)
        };
        self.nudge_sync(last.map_or(0, |last| last.n));
        Ok(answer)
    }

    /// Work that needs no person: signing in, taking the tablet back.
    pub(crate) fn at_desk<T>(&self, work: impl FnOnce(&mut Desk) -> Result<T>) -> Result<T> {
        match &mut *self.state() {
            State::Open(desk) => work(desk),
            State::FirstRun | State::Locked(..) | State::Broken(_) => Err(AppError::NotAllowed),
        }
    }
}

fn phase_of(state: &State) -> Result<Phase> {
    Ok(match state {
        State::FirstRun => Phase::FirstRun,
        State::Locked(..) => Phase::Locked,
        State::Broken(_) => Phase::Broken,
        State::Open(desk) if desk.store.read().hand_over()?.is_some() => Phase::HandOver,
        State::Open(desk) if desk.person.is_some() => Phase::Open,
        State::Open(_) => Phase::SignIn,
    })
}
