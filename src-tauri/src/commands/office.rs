//! The office: the register, what leaves it, what is decided in it, tables that come in.

use super::{
    Answer, aside, ask,
    export::{ask_where, file_problem, write_whole},
    told,
};
use crate::{inbox::REFUSED, shell::Shell};
use fieldseal_app::{
    office::{ExportSink, ImportReport},
    view::{
        decisions::{Decision, DecisionAnswer},
        register::{
            Dashboard, ExportForm, Exported, NamedView, RegisterCount, RegisterExport, RegisterList,
            RegisterQuery,
        },
        retention::{RetentionRule, RetentionView},
        sync::SyncView,
    },
};
use fieldseal_domain::party::Job;
use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::Path,
    sync::atomic::Ordering,
};
use tauri::{AppHandle, Emitter as _, Runtime};
use uuid::Uuid;

/// Told while an export runs: how many rows are done.
const PROGRESS: &str = "export-progress";
/// Rows between two words about it.
const EACH: u64 = 100;

/// A page of the register.
#[tauri::command]
pub async fn register<R: Runtime>(
    handle: AppHandle<R>,
    query: RegisterQuery,
    oldest_first: bool,
    after: Option<String>,
    limit: u32,
) -> Answer<RegisterList> {
    ask(handle, move |app| app.register(&query, oldest_first, after.as_deref(), limit)).await
}

/// How many rows a query finds.
#[tauri::command]
pub async fn register_count<R: Runtime>(handle: AppHandle<R>, query: RegisterQuery) -> Answer<RegisterCount> {
    ask(handle, move |app| app.register_count(&query)).await
}

/// Counts, ready-made and saved views.
#[tauri::command]
pub async fn dashboard<R: Runtime>(handle: AppHandle<R>) -> Answer<Dashboard> {
    ask(handle, |app| app.dashboard()).await
}

/// Saves a view.
#[tauri::command]
pub async fn save_view<R: Runtime>(handle: AppHandle<R>, view: NamedView) -> Answer<NamedView> {
    ask(handle, move |app| app.save_view(&view)).await
}

/// Forgets a view.
#[tauri::command]
pub async fn delete_view<R: Runtime>(handle: AppHandle<R>, id: Uuid) -> Answer<()> {
    ask(handle, move |app| app.delete_view(id)).await
}

/// Gives a job to a technician, or to nobody.
#[tauri::command]
pub async fn assign_job<R: Runtime>(
    handle: AppHandle<R>,
    job: Uuid,
    technician: Option<Uuid>,
) -> Answer<Job> {
    ask(handle, move |app| app.assign_job(job, technician)).await
}

/// Voids a document.
#[tauri::command]
pub async fn void_document<R: Runtime>(
    handle: AppHandle<R>,
    document: Uuid,
    reason: String,
    successor: String,
) -> Answer<()> {
    ask(handle, move |app| app.void_document(document, &reason, &successor)).await
}

/// Clears the customer's acceptance.
#[tauri::command]
pub async fn clear_acceptance<R: Runtime>(
    handle: AppHandle<R>,
    document: Uuid,
    reason: String,
) -> Answer<()> {
    ask(handle, move |app| app.clear_acceptance(document, &reason)).await
}

/// What the office has to decide about a document.
#[tauri::command]
pub async fn decisions<R: Runtime>(handle: AppHandle<R>, document: Uuid) -> Answer<Vec<Decision>> {
    ask(handle, move |app| app.decisions(document)).await
}

/// Decides one of them.
#[tauri::command]
pub async fn decide<R: Runtime>(handle: AppHandle<R>, document: Uuid, answer: DecisionAnswer) -> Answer<()> {
    ask(handle, move |app| app.decide(document, &answer)).await
}

/// Sets or lifts a legal hold.
#[tauri::command]
pub async fn hold<R: Runtime>(handle: AppHandle<R>, document: Uuid, on: bool, reason: String) -> Answer<()> {
    ask(handle, move |app| app.hold(document, on, &reason)).await
}

/// What a rule would erase.
#[tauri::command]
pub async fn retention<R: Runtime>(handle: AppHandle<R>, rule: RetentionRule) -> Answer<RetentionView> {
    ask(handle, move |app| app.retention(&rule)).await
}

/// Erases documents that a rule reaches; how many that were.
#[tauri::command]
pub async fn erase_documents<R: Runtime>(
    handle: AppHandle<R>,
    rule: RetentionRule,
    documents: Vec<Uuid>,
    reason: String,
) -> Answer<u32> {
    ask(handle, move |app| app.erase_documents(&rule, &documents, &reason)).await
}

/// How things stand with the office, and what waits.
#[tauri::command]
pub async fn sync_view<R: Runtime>(handle: AppHandle<R>) -> Answer<SyncView> {
    ask(handle, |app| app.sync_view()).await
}

/// Writes an export where the user says.
#[tauri::command]
pub async fn export_register<R: Runtime>(handle: AppHandle<R>, request: RegisterExport) -> Answer<Exported> {
    let asking = handle.clone();
    aside(handle, move |shell| {
        // Asked before the dialog: nobody chooses a place for what they may not have.
        shell.app().register_count(&request.query).map_err(|error| told(&error))?;
        let (sort, ending) = match request.form {
            ExportForm::Csv => ("CSV", "csv"),
            ExportForm::Xlsx => ("XLSX", "xlsx"),
            ExportForm::Zip => ("ZIP", "zip"),
            ExportForm::Pdf => ("PDF", "pdf"),
        };
        let Some(path) = ask_where(&asking, &format!("register.{ending}"), sort, ending)? else {
            return Ok(Exported { path: None, rows: 0, without_file: 0 });
        };
        shell.stop_export.store(false, Ordering::Relaxed);
        let progress = |rows: u64| {
            if rows.is_multiple_of(EACH) {
                let _ = asking.emit(PROGRESS, rows);
            }
        };
        export_to(shell, &request, &path, &progress)
    })
    .await
}

/// Into a file beside, which takes the name only when it is whole.
fn export_to(
    shell: &Shell,
    request: &RegisterExport,
    path: &Path,
    progress: &dyn Fn(u64),
) -> Answer<Exported> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let file = File::create(&part).map_err(|error| file_problem(&error))?;
    let sink = ExportSink { file: BufWriter::new(file), progress, stop: &shell.stop_export };
    let done =
        shell.app().export_register(request, sink).map_err(|error| told(&error)).and_then(|exported| {
            let whole = || -> io::Result<()> {
                File::options().write(true).open(&part)?.sync_all()?;
                fs::rename(&part, path)
            };
            whole().map_err(|error| file_problem(&error))?;
            Ok(Exported { path: Some(path.to_string_lossy().into_owned()), ..exported })
        });
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

/// Stops the export that is running.
#[tauri::command]
pub async fn stop_export<R: Runtime>(handle: AppHandle<R>) -> Answer<()> {
    aside(handle, |shell| {
        shell.require_person()?;
        shell.stop_export.store(true, Ordering::Relaxed);
        Ok(())
    })
    .await
}

/// Takes in every table that waits in the watched folder. The files stay; refused rows are written beside.
#[tauri::command]
pub async fn import_waiting<R: Runtime>(handle: AppHandle<R>) -> Answer<Vec<ImportReport>> {
    aside(handle, |shell| {
        shell.require_person()?;
        shell.imports.waiting().iter().map(|name| import_one(shell, name)).collect()
    })
    .await
}

fn import_one(shell: &Shell, name: &str) -> Answer<ImportReport> {
    let bytes = shell.imports.read(name).map_err(|error| file_problem(&error))?;
    let path = shell.imports.path_of(name);
    let imported = match shell.app().import(name, &bytes) {
        Err(fieldseal_app::AppError::Unreadable) => {
            shell.imports.took(name);
            return Ok(ImportReport { file: name.to_owned(), unreadable: true, ..ImportReport::default() });
        }
        other => other.map_err(|error| told(&error))?,
    };
    if let (Some(table), Some(path)) = (&imported.refused_csv, path) {
        let beside = path.with_file_name(format!("{name}{REFUSED}"));
        write_whole(&beside, table).map_err(|error| file_problem(&error))?;
    }
    shell.imports.took(name);
    Ok(imported.report)
}
