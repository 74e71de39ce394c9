//! People, the firm, settings.

use super::{Answer, aside, ask, bytes_of, told};
use crate::inbox;
use fieldseal_app::view::start::{PersonCard, PinAnswer};
use fieldseal_domain::{Language, ink::Ink, party::Firm};
use serde_json::Value;
use std::collections::BTreeMap;
use tauri::{AppHandle, Runtime};
use uuid::Uuid;

/// Somebody says who they are.
#[tauri::command]
pub async fn sign_in<R: Runtime>(handle: AppHandle<R>, person: Uuid, pin: String) -> Answer<PinAnswer> {
    ask(handle, move |app| app.sign_in(person, &pin)).await
}

/// Back to the sign-in screen.
#[tauri::command]
pub async fn sign_out<R: Runtime>(handle: AppHandle<R>) -> Answer<()> {
    ask(handle, |app| app.sign_out()).await
}

/// A new colleague.
#[tauri::command]
pub async fn add_person<R: Runtime>(
    handle: AppHandle<R>,
    name: String,
    language: Language,
    pin: String,
) -> Answer<PersonCard> {
    ask(handle, move |app| app.add_person(&name, language, &pin)).await
}

/// A new PIN by the old one.
#[tauri::command]
pub async fn change_pin<R: Runtime>(
    handle: AppHandle<R>,
    person: Uuid,
    old_pin: String,
    new_pin: String,
) -> Answer<PinAnswer> {
    ask(handle, move |app| app.change_pin(person, &old_pin, &new_pin)).await
}

/// A new PIN by the recovery code.
#[tauri::command]
pub async fn reset_pin<R: Runtime>(
    handle: AppHandle<R>,
    person: Uuid,
    recovery_code: String,
    new_pin: String,
) -> Answer<PinAnswer> {
    ask(handle, move |app| app.reset_pin(person, &recovery_code, &new_pin).map(|()| PinAnswer::Right)).await
}

/// Name, branches, colour of the firm.
#[tauri::command]
pub async fn save_firm<R: Runtime>(handle: AppHandle<R>, firm: Firm) -> Answer<()> {
    ask(handle, move |app| app.save_firm(&firm)).await
}

/// The firm's logo, a picture as base64.
#[tauri::command]
pub async fn set_logo<R: Runtime>(handle: AppHandle<R>, bytes: String) -> Answer<Firm> {
    aside(handle, move |shell| {
        shell.require_person()?;
        shell.app().set_logo(&bytes_of(&bytes)?).map_err(|error| told(&error))
    })
    .await
}

/// The settings of the screens.
#[tauri::command]
pub async fn settings<R: Runtime>(handle: AppHandle<R>) -> Answer<BTreeMap<String, Value>> {
    ask(handle, |app| app.settings()).await
}

/// Changes one of them.
#[tauri::command]
pub async fn save_setting<R: Runtime>(handle: AppHandle<R>, key: String, value: Value) -> Answer<()> {
    aside(handle, move |shell| {
        shell.app().save_setting(&key, &value).map_err(|error| told(&error))?;
        inbox::follow_setting(shell);
        Ok(())
    })
    .await
}

/// Keeps the own signature of the person at work.
#[tauri::command]
pub async fn keep_signature<R: Runtime>(handle: AppHandle<R>, ink: Ink, pin: String) -> Answer<PinAnswer> {
    ask(handle, move |app| app.keep_signature(&ink, &pin)).await
}
