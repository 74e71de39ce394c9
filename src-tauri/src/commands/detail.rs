//! Looking at a document.

use super::{Answer, ask};
use fieldseal_app::view::{
    detail::{DetailView, VerdictView},
    document::DocumentView,
};
use tauri::{AppHandle, Runtime};
use uuid::Uuid;

/// A document in detail.
#[tauri::command]
pub async fn detail<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<DetailView> {
    ask(handle, move |app| app.detail(document)).await
}

/// What the verifier says of it.
#[tauri::command]
pub async fn verify<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<VerdictView> {
    ask(handle, move |app| app.verify(document)).await
}

/// Turns a signed document into another kind.
#[tauri::command]
pub async fn convert<R: Runtime>(handle: AppHandle<R>, document: Uuid, kind: String) -> Answer<DocumentView> {
    ask(handle, move |app| app.convert(document, &kind)).await
}
