//! Looking at a document.

use super::{Answer, aside, ask, told};
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

/// Brings what is missing of a document from the office; whether all of it is here then.
#[tauri::command]
pub async fn bring<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<bool> {
    aside(handle, move |shell| shell.app().bring(document).map_err(|error| told(&error))).await
}

/// What the verifier says of it; brought first where it is not here.
#[tauri::command]
pub async fn verify<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<VerdictView> {
    aside(handle, move |shell| {
        let app = shell.app();
        app.bring(document).map_err(|error| told(&error))?;
        if let Err(error) = app.bring_receipt(document) {
            tracing::debug!(%error, "verified without a receipt");
        }
        app.verify(document).map_err(|error| told(&error))
    })
    .await
}

/// Turns a signed document into another kind.
#[tauri::command]
pub async fn convert<R: Runtime>(handle: AppHandle<R>, document: Uuid, kind: String) -> Answer<DocumentView> {
    ask(handle, move |app| app.convert(document, &kind)).await
}
