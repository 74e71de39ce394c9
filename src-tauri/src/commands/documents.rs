//! Drafts and freezing.

use super::{Answer, ask};
use fieldseal_app::view::document::{DocumentView, DraftSave, FreezeAnswer, NewDocument, Preview, Saved};
use tauri::{AppHandle, Runtime};
use uuid::Uuid;

/// Begins a document.
#[tauri::command]
pub async fn new_document<R: Runtime>(
    handle: AppHandle<R>,
    kind: String,
    start: NewDocument,
) -> Answer<DocumentView> {
    ask(handle, move |app| app.new_document(&kind, &start)).await
}

/// A document as the editor shows it.
#[tauri::command]
pub async fn document<R: Runtime>(handle: AppHandle<R>, id: Uuid) -> Answer<DocumentView> {
    ask(handle, move |app| app.document(id)).await
}

/// Saves the working copy.
#[tauri::command]
pub async fn draft_save<R: Runtime>(handle: AppHandle<R>, save: DraftSave) -> Answer<Saved> {
    ask(handle, move |app| app.draft_save(&save)).await
}

/// Throws a draft away.
#[tauri::command]
pub async fn discard<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<()> {
    ask(handle, move |app| app.discard(document)).await
}

/// Leaving the editor.
#[tauri::command]
pub async fn leave_draft<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<()> {
    ask(handle, move |app| app.leave_draft(document)).await
}

/// Typesets the draft as it stands.
#[tauri::command]
pub async fn preview<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<Preview> {
    ask(handle, move |app| app.preview(document)).await
}

/// Freezes a document.
#[tauri::command]
pub async fn freeze<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<FreezeAnswer> {
    ask(handle, move |app| app.freeze(document)).await
}

/// Back to edit.
#[tauri::command]
pub async fn take_back<R: Runtime>(
    handle: AppHandle<R>,
    document: Uuid,
    reason: String,
) -> Answer<DocumentView> {
    ask(handle, move |app| app.take_back(document, &reason)).await
}

/// Gives a document up.
#[tauri::command]
pub async fn cancel<R: Runtime>(handle: AppHandle<R>, document: Uuid, reason: String) -> Answer<()> {
    ask(handle, move |app| app.cancel(document, &reason)).await
}
