//! The office's administration: people and devices, what was set aside, copies by mail.

use super::{Answer, aside, export::ask_which, told};
use fieldseal_app::{
    App, AppError,
    view::admin::{
        BroughtView, CopyRow, MailTestView, MailView, NewCode, SetAsideView, StaffPerson, StaffView,
    },
};
use std::sync::Arc;
use tauri::{AppHandle, Runtime};
use uuid::Uuid;

/// Asks the office's server by way of the app.
async fn ask_office<R: Runtime, T: Send + 'static>(
    handle: AppHandle<R>,
    question: impl FnOnce(&Arc<App>) -> Result<T, AppError> + Send + 'static,
) -> Answer<T> {
    aside(handle, move |shell| question(&shell.app()).map_err(|error| told(&error))).await
}

/// People and devices.
#[tauri::command]
pub async fn staff<R: Runtime>(handle: AppHandle<R>) -> Answer<StaffView> {
    ask_office(handle, |app| app.staff()).await
}

/// Adds or changes a person.
#[tauri::command]
pub async fn save_staff<R: Runtime>(handle: AppHandle<R>, person: StaffPerson) -> Answer<StaffPerson> {
    ask_office(handle, move |app| app.save_staff(&person)).await
}

/// A one-time code for a person's next device.
#[tauri::command]
pub async fn make_code<R: Runtime>(handle: AppHandle<R>, person: Uuid) -> Answer<NewCode> {
    ask_office(handle, move |app| app.make_code(person)).await
}

/// Lets a person choose a new PIN.
#[tauri::command]
pub async fn reset_staff_pin<R: Runtime>(handle: AppHandle<R>, person: Uuid) -> Answer<()> {
    ask_office(handle, move |app| app.reset_staff_pin(person)).await
}

/// Ends what a device may do.
#[tauri::command]
pub async fn revoke_device<R: Runtime>(handle: AppHandle<R>, device: String, reason: String) -> Answer<()> {
    ask_office(handle, move |app| app.revoke_device(&device, &reason)).await
}

/// Vouches for a journal whose key is lost.
#[tauri::command]
pub async fn approve_journal<R: Runtime>(handle: AppHandle<R>, journal: String) -> Answer<()> {
    ask_office(handle, move |app| app.approve_journal(&journal)).await
}

/// What the server set aside.
#[tauri::command]
pub async fn set_aside<R: Runtime>(handle: AppHandle<R>, all: bool) -> Answer<SetAsideView> {
    ask_office(handle, move |app| app.set_aside(all)).await
}

/// Lets entries in, or keeps them out.
#[tauri::command]
pub async fn answer_set_aside<R: Runtime>(
    handle: AppHandle<R>,
    entries: Vec<String>,
    accept: bool,
    reason: String,
) -> Answer<()> {
    ask_office(handle, move |app| app.answer_set_aside(&entries, accept, &reason)).await
}

/// How copies are sent.
#[tauri::command]
pub async fn mail_settings<R: Runtime>(handle: AppHandle<R>) -> Answer<MailView> {
    ask_office(handle, |app| app.mail_settings()).await
}

/// Sets how copies are sent.
#[tauri::command]
pub async fn save_mail_settings<R: Runtime>(handle: AppHandle<R>, mail: MailView) -> Answer<MailView> {
    ask_office(handle, move |app| app.save_mail_settings(&mail)).await
}

/// Sends a test mail.
#[tauri::command]
pub async fn test_mail<R: Runtime>(handle: AppHandle<R>, to: String) -> Answer<MailTestView> {
    ask_office(handle, move |app| app.test_mail(&to)).await
}

/// What became of copies: of one document, or of all.
#[tauri::command]
pub async fn copies<R: Runtime>(handle: AppHandle<R>, document: Option<Uuid>) -> Answer<Vec<CopyRow>> {
    ask_office(handle, move |app| app.copies(document)).await
}

/// Takes in a file that a tablet saved for the office; none when the dialog was left.
#[tauri::command]
pub async fn bring_parcel<R: Runtime>(handle: AppHandle<R>) -> Answer<Option<BroughtView>> {
    let asking = handle.clone();
    aside(handle, move |shell| {
        shell.require_person()?;
        let Some(path) = ask_which(&asking, "unsent.fieldseal", "Fieldseal", "fieldseal")? else {
            return Ok(None);
        };
        shell.app().bring_parcel(&path).map(Some).map_err(|error| told(&error))
    })
    .await
}
