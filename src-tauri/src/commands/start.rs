//! Setting up, opening, unlocking.

use super::{Answer, aside, ask, ask_and_follow};
use crate::{
    inbox,
    shell::{Shell, problem, start_sync},
};
use fieldseal_app::view::central::JoinRequest;
use fieldseal_app::view::start::{AppStatus, FirstRun, FirstRunDone, KeyStoreCheck, KeyStoreKind, Phase};
use tauri::{AppHandle, Runtime};

/// What the app knows of itself. The first thing every page asks, so the window follows here after a restart.
#[tauri::command]
pub async fn status<R: Runtime>(handle: AppHandle<R>) -> Answer<AppStatus> {
    ask_and_follow(handle, |app| app.status()).await
}

/// Whether the key store of this machine works.
#[tauri::command]
pub async fn check_key_store<R: Runtime>(handle: AppHandle<R>) -> Answer<KeyStoreCheck> {
    aside(handle, |shell| {
        let app = shell.app();
        match app.phase() {
            Ok(Phase::FirstRun | Phase::Locked) => Ok(app.check_key_store()),
            Ok(Phase::SignIn | Phase::Open | Phase::HandOver | Phase::Broken) => {
                Err(problem("not_allowed", ""))
            }
            Err(error) => Err(super::told(&error)),
        }
    })
    .await
}

/// Sets the device up.
#[tauri::command]
pub async fn first_run<R: Runtime>(handle: AppHandle<R>, request: FirstRun) -> Answer<FirstRunDone> {
    ask(handle, move |app| app.first_run(&request)).await
}

/// Sets the device up as one of the office's.
#[tauri::command]
pub async fn join<R: Runtime>(handle: AppHandle<R>, request: JoinRequest) -> Answer<FirstRunDone> {
    aside(handle, move |shell| shell.app().join(&request).map_err(|error| super::told(&error))).await
}

/// Groups of the recovery code, typed back.
#[tauri::command]
pub async fn confirm_recovery<R: Runtime>(handle: AppHandle<R>, groups: Vec<String>) -> Answer<()> {
    ask(handle, move |app| app.confirm_recovery(&groups)).await
}

/// A new recovery code in place of the old one.
#[tauri::command]
pub async fn renew_recovery<R: Runtime>(handle: AppHandle<R>, pin: String) -> Answer<FirstRunDone> {
    ask(handle, move |app| app.renew_recovery(&pin)).await
}

/// Opens the passphrase file.
#[tauri::command]
pub async fn unlock<R: Runtime>(handle: AppHandle<R>, passphrase: String) -> Answer<AppStatus> {
    opened(&handle, ask_and_follow(handle.clone(), move |app| app.unlock(&passphrase)).await).await
}

/// Opens the database by the recovery code and makes new keys.
#[tauri::command]
pub async fn recover<R: Runtime>(
    handle: AppHandle<R>,
    code: String,
    new_key_store: KeyStoreKind,
    passphrase: String,
) -> Answer<AppStatus> {
    opened(
        &handle,
        ask_and_follow(handle.clone(), move |app| app.recover(&code, new_key_store, &passphrase)).await,
    )
    .await
}

/// Tries again what could not be opened.
#[tauri::command]
pub async fn retry<R: Runtime>(handle: AppHandle<R>) -> Answer<AppStatus> {
    opened(&handle, ask_and_follow(handle.clone(), |app| app.retry()).await).await
}

/// After opening: the settings can be read now, so the photo folder is watched, and the office is spoken to.
async fn opened<R: Runtime>(handle: &AppHandle<R>, answer: Answer<AppStatus>) -> Answer<AppStatus> {
    if answer.is_ok() {
        aside(handle.clone(), |shell: &Shell| {
            inbox::follow_setting(shell);
            start_sync(&shell.app());
            Ok(())
        })
        .await?;
    }
    answer
}
