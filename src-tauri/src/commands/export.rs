//! What leaves the app: the sealed file to a viewer or a place of the user's choice, the root certificate.

use super::{Answer, aside, ask, told};
use crate::{lending::Lending, shell::problem, window};
use fieldseal_app::{
    App,
    export::{Purpose, RootCertificate},
    view::{detail::DetailView, start::Problem},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tauri::{AppHandle, Manager as _, Runtime};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use uuid::Uuid;

/// Shows the sealed file in the viewer of the system.
#[tauri::command]
pub async fn open_sealed<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<()> {
    aside(handle, move |shell| show(&shell.app(), &shell.lending, document, Purpose::Save)).await
}

/// Shows the sealed file in the viewer of the system, to be printed from there: the viewer knows the printers.
#[tauri::command]
pub async fn print_sealed<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<()> {
    aside(handle, move |shell| show(&shell.app(), &shell.lending, document, Purpose::Print)).await
}

/// Saves the sealed file where the user says; none when the dialog was left.
#[tauri::command]
pub async fn save_sealed<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<Option<String>> {
    let asking = handle.clone();
    aside(handle, move |shell| {
        let app = shell.app();
        app.bring(document).map_err(|error| told(&error))?;
        let name = sealed_name(&app.detail(document).map_err(|error| told(&error))?);
        // Asked first: the journal must not note a file that never left.
        let Some(path) = ask_where(&asking, &name, "PDF", "pdf")? else { return Ok(None) };
        let file = app.sealed_file(document, Purpose::Save).map_err(|error| told(&error))?;
        written(&path, &file.bytes)
    })
    .await
}

/// Saves the proof that the sealed file is in the office's register where the user says; none when the dialog was left.
#[tauri::command]
pub async fn save_receipt<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<Option<String>> {
    let asking = handle.clone();
    aside(handle, move |shell| {
        let app = shell.app();
        app.bring_receipt(document).map_err(|error| told(&error))?;
        let receipt = app.receipt(document).map_err(|error| told(&error))?;
        let Some(path) = ask_where(&asking, &receipt.name, "JSON", "json")? else { return Ok(None) };
        written(&path, &receipt.bytes)
    })
    .await
}

/// Saves the root certificate of a document, or of this device, where the user says; none when the dialog was left.
#[tauri::command]
pub async fn export_root<R: Runtime>(handle: AppHandle<R>, document: Option<Uuid>) -> Answer<Option<String>> {
    let asking = handle.clone();
    aside(handle, move |shell| {
        let root = shell.app().root_certificate(document).map_err(|error| told(&error))?;
        let Some(path) = ask_where(&asking, &root.name, "PEM", "pem")? else { return Ok(None) };
        written(&path, root.pem.as_bytes())
    })
    .await
}

/// The root certificate of a document, or of this device.
#[tauri::command]
pub async fn root_certificate<R: Runtime>(
    handle: AppHandle<R>,
    document: Option<Uuid>,
) -> Answer<RootCertificate> {
    ask(handle, move |app| app.root_certificate(document)).await
}

fn show(app: &Arc<App>, lending: &Lending, document: Uuid, purpose: Purpose) -> Answer<()> {
    let file =
        app.bring(document).and_then(|_| app.sealed_file(document, purpose)).map_err(|error| told(&error))?;
    let path = lending.lend(&file.name, &file.bytes).map_err(|error| file_problem(&error))?;
    tauri_plugin_opener::open_path(&path, None::<&str>)
        .map_err(|error| problem("no_viewer", &error.to_string()))
}

/// The name that is proposed for a file.
fn sealed_name(detail: &DetailView) -> String {
    let signed = detail.slots.iter().any(|slot| slot.state == "signed");
    format!("{}.{}", detail.row.number, if signed { "sealed.pdf" } else { "pdf" })
}

/// Asks where to.
pub(super) fn ask_where<R: Runtime>(
    handle: &AppHandle<R>,
    name: &str,
    sort: &str,
    ending: &str,
) -> Answer<Option<PathBuf>> {
    // Builds for tests may be told where, because a WebDriver cannot reach the system's own dialog.
    if cfg!(feature = "e2e")
        && let Some(folder) = std::env::var_os("FIELDSEAL_E2E_SAVE")
    {
        return Ok(Some(PathBuf::from(folder).join(name)));
    }
    let mut dialog = handle.dialog().file().set_file_name(name).add_filter(sort, &[ending]);
    if let Some(window) = handle.get_webview_window(window::MAIN) {
        dialog = dialog.set_parent(&window);
    }
    let chosen = dialog.blocking_save_file().map(FilePath::into_path).transpose();
    chosen.map_err(|error| problem("file", &error.to_string()))
}

/// Asks which file.
pub(super) fn ask_which<R: Runtime>(
    handle: &AppHandle<R>,
    name: &str,
    sort: &str,
    ending: &str,
) -> Answer<Option<PathBuf>> {
    if cfg!(feature = "e2e")
        && let Some(folder) = std::env::var_os("FIELDSEAL_E2E_SAVE")
    {
        return Ok(Some(PathBuf::from(folder).join(name)));
    }
    let mut dialog = handle.dialog().file().add_filter(sort, &[ending]);
    if let Some(window) = handle.get_webview_window(window::MAIN) {
        dialog = dialog.set_parent(&window);
    }
    let chosen = dialog.blocking_pick_file().map(FilePath::into_path).transpose();
    chosen.map_err(|error| problem("file", &error.to_string()))
}

fn written(path: &Path, bytes: &[u8]) -> Answer<Option<String>> {
    write_whole(path, bytes).map_err(|error| file_problem(&error))?;
    Ok(Some(path.to_string_lossy().into_owned()))
}

/// Writes a file; an existing one is replaced only by a whole new one.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = fs::write(&part, bytes)
        .and_then(|()| fs::File::open(&part)?.sync_all())
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

pub(super) fn file_problem(error: &io::Error) -> Problem {
    let code = if error.kind() == io::ErrorKind::StorageFull { "disk_full" } else { "file" };
    problem(code, &error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_failed_save_leaves_the_old_file_and_no_part_of_the_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pdf");
        write_whole(&path, b"old").unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let taken = folder.path().join("folder.pdf");
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join("x"), "x").unwrap();
        assert!(write_whole(&taken, b"new").is_err());
        assert!(taken.is_dir() && !folder.path().join("folder.pdf.part").exists());
    }
}
