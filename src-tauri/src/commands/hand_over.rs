//! The customer's part, and closing.

use super::{Answer, ask, ask_and_follow};
use fieldseal_app::view::{
    document::DocumentView,
    hand_over::{CloseRequest, HandOverRequest, HandOverView, NotSignedRequest, SignAnswer, SignRequest},
    start::PinAnswer,
};
use fieldseal_domain::{Language, acceptance::NoSignatureReason, ink::Ink};
use tauri::{AppHandle, Runtime};
use uuid::Uuid;

/// Hands the tablet over.
#[tauri::command]
pub async fn hand_over<R: Runtime>(handle: AppHandle<R>, request: HandOverRequest) -> Answer<HandOverView> {
    ask_and_follow(handle, move |app| app.hand_over(&request)).await
}

/// What the customer's screen shows.
#[tauri::command]
pub async fn hand_over_view<R: Runtime>(handle: AppHandle<R>) -> Answer<HandOverView> {
    ask(handle, |app| app.hand_over_view()).await
}

/// The customer reads in another language.
#[tauri::command]
pub async fn hand_over_language<R: Runtime>(
    handle: AppHandle<R>,
    language: Language,
) -> Answer<HandOverView> {
    ask(handle, move |app| app.hand_over_language(language)).await
}

/// Pages that were on screen.
#[tauri::command]
pub async fn hand_over_seen<R: Runtime>(handle: AppHandle<R>, pages: Vec<u32>, as_text: bool) -> Answer<()> {
    ask(handle, move |app| app.hand_over_seen(&pages, as_text)).await
}

/// The customer's remark.
#[tauri::command]
pub async fn hand_over_remark<R: Runtime>(handle: AppHandle<R>, text: String) -> Answer<HandOverView> {
    ask(handle, move |app| app.hand_over_remark(&text)).await
}

/// All strokes so far.
#[tauri::command]
pub async fn hand_over_ink<R: Runtime>(handle: AppHandle<R>, ink: Option<Ink>) -> Answer<()> {
    ask(handle, move |app| app.hand_over_ink(ink.as_ref())).await
}

/// The customer signs.
#[tauri::command]
pub async fn sign<R: Runtime>(handle: AppHandle<R>, request: SignRequest) -> Answer<SignAnswer> {
    ask(handle, move |app| app.sign(&request)).await
}

/// The customer says no.
#[tauri::command]
pub async fn decline<R: Runtime>(
    handle: AppHandle<R>,
    reason: NoSignatureReason,
    note: String,
) -> Answer<HandOverView> {
    ask(handle, move |app| app.decline(reason, &note)).await
}

/// A person of the firm takes the tablet back.
#[tauri::command]
pub async fn take_tablet_back<R: Runtime>(
    handle: AppHandle<R>,
    person: Uuid,
    pin: String,
) -> Answer<PinAnswer> {
    ask_and_follow(handle, move |app| app.take_tablet_back(person, &pin)).await
}

/// The technician notes that somebody cannot or will not sign.
#[tauri::command]
pub async fn not_signed<R: Runtime>(handle: AppHandle<R>, request: NotSignedRequest) -> Answer<DocumentView> {
    ask(handle, move |app| app.not_signed(&request)).await
}

/// The technician closes the document.
#[tauri::command]
pub async fn close<R: Runtime>(handle: AppHandle<R>, request: CloseRequest) -> Answer<PinAnswer> {
    ask(handle, move |app| app.close(&request)).await
}
