//! The office: connecting this tablet to it, how the exchange stands.

use super::{Answer, aside, ask, told};
use crate::{
    leaving::{self, Leaving},
    shell::problem,
    system::tray::TrayWords,
};
use fieldseal_app::view::central::{CentralView, ConnectRequest};
use fieldseal_app::view::start::Phase;
use tauri::{AppHandle, Runtime};

/// The office this tablet belongs to.
#[tauri::command]
pub async fn central<R: Runtime>(handle: AppHandle<R>) -> Answer<CentralView> {
    ask(handle, |app| app.central()).await
}

/// Connects this tablet to the office.
#[tauri::command]
pub async fn connect<R: Runtime>(handle: AppHandle<R>, request: ConnectRequest) -> Answer<CentralView> {
    aside(handle, move |shell| shell.app().connect(&request).map_err(|error| told(&error))).await
}

/// An exchange now.
#[tauri::command]
pub async fn sync_now<R: Runtime>(handle: AppHandle<R>) -> Answer<()> {
    aside(handle, |shell| {
        shell.require_person()?;
        shell.app().sync_now();
        Ok(())
    })
    .await
}

/// Somebody has seen an alarm.
#[tauri::command]
pub async fn see_alarm<R: Runtime>(handle: AppHandle<R>, id: i64) -> Answer<CentralView> {
    ask(handle, move |app| app.see_alarm(id)).await
}

/// Saves what the office does not have yet where the user says; none when the dialog was left.
#[tauri::command]
pub async fn save_unsent<R: Runtime>(handle: AppHandle<R>) -> Answer<Option<String>> {
    let asking = handle.clone();
    aside(handle, move |shell| {
        shell.require_person()?;
        let Some(path) = super::export::ask_where(&asking, "unsent.fieldseal", "Fieldseal", "fieldseal")?
        else {
            return Ok(None);
        };
        shell.app().save_unsent(&path).map_err(|error| told(&error))?;
        Ok(Some(path.display().to_string()))
    })
    .await
}

/// What a person answered who wanted to close the window with work left.
#[tauri::command]
pub async fn leave<R: Runtime>(handle: AppHandle<R>, how: Leaving, words: TrayWords) -> Answer<()> {
    let leaving = handle.clone();
    aside(handle, move |shell| match shell.app().phase() {
        Ok(Phase::SignIn | Phase::Open) => leaving::leave(&leaving, how, words),
        Ok(Phase::FirstRun | Phase::Locked | Phase::HandOver | Phase::Broken) => {
            Err(problem("not_allowed", ""))
        }
        Err(error) => Err(told(&error)),
    })
    .await
}
