//! Photos: from the page, and from the watched folder.

use super::{Answer, aside, bytes_of, told};
use crate::{pages, shell::problem};
use fieldseal_app::view::document::DocumentView;
use serde::Serialize;
use tauri::{AppHandle, Runtime};
use uuid::Uuid;

/// A picture in the watched folder that no document has taken yet.
#[derive(Debug, Clone, Serialize)]
pub struct InboxPhoto {
    /// File name.
    pub name: String,
    /// Where its picture is.
    pub url: String,
}

/// Adds a photo, its bytes as base64.
#[tauri::command]
pub async fn add_photo<R: Runtime>(
    handle: AppHandle<R>,
    document: Uuid,
    name: String,
    bytes: String,
    caption: String,
) -> Answer<DocumentView> {
    aside(handle, move |shell| {
        shell.require_person()?;
        shell.app().add_photo(document, &name, &bytes_of(&bytes)?, &caption).map_err(|error| told(&error))
    })
    .await
}

/// Pictures that wait in the watched folder.
#[tauri::command]
pub async fn photo_inbox<R: Runtime>(handle: AppHandle<R>) -> Answer<Vec<InboxPhoto>> {
    aside(handle, |shell| {
        shell.require_person()?;
        let photo = |name: String| InboxPhoto { url: pages::waiting_url(&name), name };
        Ok(shell.inbox.waiting().into_iter().map(photo).collect())
    })
    .await
}

/// Adds one of them. The file stays where it is.
#[tauri::command]
pub async fn take_from_inbox<R: Runtime>(
    handle: AppHandle<R>,
    document: Uuid,
    name: String,
) -> Answer<DocumentView> {
    aside(handle, move |shell| {
        shell.require_person()?;
        let bytes = shell.inbox.read(&name).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => problem("not_found", &error.to_string()),
            std::io::ErrorKind::FileTooLarge => problem("photo_too_large", &error.to_string()),
            _ => problem("file", &error.to_string()),
        })?;
        let view = shell.app().add_photo(document, &name, &bytes, "").map_err(|error| told(&error))?;
        shell.inbox.took(&name);
        Ok(view)
    })
    .await
}
