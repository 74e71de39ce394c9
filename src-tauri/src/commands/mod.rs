//! The commands of the window: thin doors, each one call into the app on a thread that may wait.
//!
//! Errors cross as [`Problem`]: a stable code with values, whose sentence the screens know.

pub mod access;
pub mod admin;
pub mod central;
pub mod detail;
pub mod documents;
pub mod export;
pub mod hand_over;
pub mod lists;
pub mod office;
pub mod people;
pub mod photos;
pub mod start;

use crate::shell::{Shell, problem};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use fieldseal_app::{App, AppError, view::start::Problem};
use tauri::{AppHandle, Manager as _, Runtime, async_runtime};

/// What a command answers.
pub type Answer<T> = Result<T, Problem>;

/// Asks the app, off the main thread.
pub(crate) async fn ask<R: Runtime, T: Send + 'static>(
    handle: AppHandle<R>,
    question: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
) -> Answer<T> {
    aside(handle, move |shell| question(&shell.app()).map_err(|error| told(&error))).await
}

/// As [`ask`], for what may begin or end a hand-over: the window follows.
pub(crate) async fn ask_and_follow<R: Runtime, T: Send + 'static>(
    handle: AppHandle<R>,
    question: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
) -> Answer<T> {
    let answer = ask(handle.clone(), question).await;
    crate::window::follow_phase(&handle);
    answer
}

/// Does work on a thread that may wait.
pub(crate) async fn aside<R: Runtime, T: Send + 'static>(
    handle: AppHandle<R>,
    work: impl FnOnce(&Shell) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let done = async_runtime::spawn_blocking(move || work(&handle.state::<Shell>())).await;
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "a command broke off");
        Err(problem("internal", "a command broke off"))
    })
}

/// The problem of an error; the log keeps what the screens do not need.
pub(crate) fn told(error: &AppError) -> Problem {
    let told = error.problem();
    tracing::info!(code = told.code, %error, "refused");
    told
}

/// Bytes that crossed as base64.
pub(crate) fn bytes_of(text: &str) -> Answer<Vec<u8>> {
    BASE64.decode(text).map_err(|_| problem("file", "not base64"))
}
