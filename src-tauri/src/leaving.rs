//! Closing the window with work left: asked about once, then either the same process goes on without a window until
//! everything is at the office, or the rest goes at the next start.

use crate::{
    shell::{Shell, problem},
    system::tray::{self, Tray, TrayWords},
    window,
};
use fieldseal_app::view::{start::Problem, sync::LeftToSend};
use serde::Deserialize;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tauri::{AppHandle, Emitter as _, Manager as _, Runtime};

/// Event: the window was asked to close, and this is not at the office yet.
const CLOSING: &str = "closing";

/// What a person answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaving {
    /// The window stays.
    Stay,
    /// Goes on without a window.
    Background,
    /// Ends; the rest goes at the next start.
    End,
}

/// Where the program is on its way out.
#[derive(Default)]
pub struct Leave {
    /// Somebody was asked and chose to end.
    decided: AtomicBool,
    /// The window is hidden until everything is sent.
    hidden: AtomicBool,
    tray: Mutex<Option<Tray>>,
}

/// Whether the window may close now; if not, a person is asked.
pub fn may_close<R: Runtime>(handle: &AppHandle<R>) -> bool {
    let shell = handle.state::<Shell>();
    if shell.leave.decided.load(Ordering::Relaxed) {
        return true;
    }
    let Some(left) = left(&shell) else { return true };
    if let Err(error) = handle.emit(CLOSING, left) {
        tracing::warn!(%error, "nobody can be asked: the window closes");
        return true;
    }
    false
}

fn left(shell: &Shell) -> Option<LeftToSend> {
    shell.app_if_open().and_then(|app| app.left_to_send().ok().flatten())
}

/// Does what a person answered.
///
/// # Errors
/// `window` when the window cannot be hidden.
pub fn leave<R: Runtime>(handle: &AppHandle<R>, how: Leaving, words: TrayWords) -> Result<(), Problem> {
    let shell = handle.state::<Shell>();
    match how {
        Leaving::Stay => {}
        Leaving::End => {
            shell.leave.decided.store(true, Ordering::Relaxed);
            handle.exit(0);
        }
        Leaving::Background => {
            // Whoever finds the tablet later finds nobody at work.
            shell.app().sign_out().map_err(|error| error.problem())?;
            window::hide(handle).map_err(|error| problem("window", &error.to_string()))?;
            shell.leave.hidden.store(true, Ordering::Relaxed);
            keep(&shell, tray::show(handle, words));
            end_when_done(handle);
        }
    }
    Ok(())
}

fn keep(shell: &Shell, tray: Option<Tray>) {
    *shell.leave.tray.lock().unwrap_or_else(PoisonError::into_inner) = tray;
}

/// Ends a hidden program once nothing is left to send.
pub fn end_when_done<R: Runtime>(handle: &AppHandle<R>) {
    let shell = handle.state::<Shell>();
    if shell.leave.hidden.load(Ordering::Relaxed) && left(&shell).is_none() {
        tracing::info!("everything is at the office: the program ends");
        handle.exit(0);
    }
}

/// The window is there again.
pub fn came_back<R: Runtime>(handle: &AppHandle<R>) {
    let shell = handle.state::<Shell>();
    if shell.leave.hidden.swap(false, Ordering::Relaxed) {
        keep(&shell, None);
    }
}
