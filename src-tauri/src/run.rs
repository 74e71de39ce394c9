//! From options to a running window, and to the exit code.

use crate::{
    commands::access,
    inbox,
    keyvault::SystemKeyStore,
    leaving,
    options::{FirmChoice, KeyStoreChoice, Options},
    pages,
    shell::Shell,
    system, window,
};
use fieldseal_app::{
    App, AppError, Parts,
    central::News,
    clock::SystemClock,
    vault::{NoSystemVault, SystemVaults},
    view::start::{KeyStoreKind, Phase},
    worker::{self, WorkerTypesetter},
};
use fieldseal_domain::Language;
use std::{
    error::Error,
    fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use tauri::{Emitter as _, Manager as _, RunEvent, async_runtime};
use tauri_plugin_window_state::StateFlags;

/// Folder of the program below the place where the system keeps programs' data.
const FOLDER: &str = "fieldseal";
/// Passphrase of the demo firm's key file: everything in it is made up, so nothing is protected by it.
const DEMO_PASSPHRASE: &str = "fieldseal demo";
/// Counts how often the program began anew because an earlier run was still leaving.
const ATTEMPT: &str = "FIELDSEAL_ATTEMPT";
/// After so many the program starts without looking for other runs; the database refuses to be opened twice anyway.
const ATTEMPTS: u32 = 3;
/// Event: pictures arrived in the watched folder.
const PHOTO_INBOX: &str = "photo-inbox";
/// Told when tables arrived in the watched folder.
const IMPORT_INBOX: &str = "import-inbox";
/// Event: how things stand with the office changed.
const SYNC: &str = "sync";
/// Event: something of others arrived.
const ARRIVED: &str = "arrived";
/// Name of the plugin that looks for other runs, as its errors give it.
const SINGLE_INSTANCE: &str = "single-instance";

/// Why the window could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no place for data.
    #[error("no place for data is known: start with --data DIR")]
    NoFolder,
    /// The data folder cannot be made.
    #[error("the data folder {0} cannot be used")]
    Folder(PathBuf, #[source] io::Error),
    /// The system gives no thread, or does not say where the program is.
    #[error("the system refuses")]
    System(#[from] io::Error),
    /// The demo firm could not be made.
    #[error("the demo firm could not be made")]
    Demo(#[from] AppError),
    /// No desktop.
    #[error("there is no display: start the program from a desktop session")]
    NoDisplay,
    /// No window.
    #[error("the window cannot be opened")]
    Window(#[from] tauri::Error),
}

/// An error and its causes in one line.
#[must_use]
pub fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

/// Logs to standard error, as `FIELDSEAL_LOG` says.
pub fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("FIELDSEAL_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,fieldseal=info,fieldseal_desktop=info"));
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(io::stderr).init();
}

/// Typesets for a parent process until it closes the pipe.
#[must_use]
pub fn render_worker() -> ExitCode {
    match worker::serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fieldseal: typesetting ended: {}", in_words(&error));
            ExitCode::FAILURE
        }
    }
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// [`RunError`].
pub fn run(options: Options) -> Result<ExitCode, RunError> {
    if !system::has_display() {
        return Err(RunError::NoDisplay);
    }
    let (folder, parts) = prepare(&options)?;
    let name = instance_name(&folder);
    let firm = options.firm;
    let shell = Shell::opening(move || open_app(&folder, parts, firm))?;
    match build(shell, &name) {
        Ok(app) => Ok(exit_code(app.run_return(on_event))),
        Err(tauri::Error::PluginInitialization(plugin, reason)) if plugin == SINGLE_INSTANCE => {
            // Another run is just leaving. This one cannot take the window's start back, so it begins anew.
            tracing::warn!(reason, "another run is just leaving");
            let next = attempt().saturating_add(1).to_string();
            Err(system::begin_anew(&[(ATTEMPT, &next)], &[]).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the demo firm's data where there is none, and opens no window.
///
/// # Errors
/// [`RunError`].
pub fn make_demo(options: &Options) -> Result<(), RunError> {
    prepare(options).map(drop)
}

/// Makes the demo data folder a device of an office, and opens no window.
///
/// # Errors
/// [`RunError`].
pub fn join_demo(options: &Options, link: &str) -> Result<(), RunError> {
    let folder = data_folder(options)?;
    fs::create_dir_all(&folder).map_err(|error| RunError::Folder(folder.clone(), error))?;
    let app = Arc::new(App::open(&folder, parts(options.key_store)?));
    app.join_demo(link, Language::En, DEMO_PASSPHRASE)?;
    app.stop_sync();
    Ok(())
}

fn prepare(options: &Options) -> Result<(PathBuf, Parts), RunError> {
    let folder = data_folder(options)?;
    fs::create_dir_all(&folder).map_err(|error| RunError::Folder(folder.clone(), error))?;
    let parts = parts(options.key_store)?;
    if options.firm == FirmChoice::Demo {
        prepare_demo(&folder, &parts)?;
    }
    Ok((folder, parts))
}

fn exit_code(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn data_folder(options: &Options) -> Result<PathBuf, RunError> {
    let usual = || system::data_home().map(|home| home.join(FOLDER)).ok_or(RunError::NoFolder);
    match (&options.data, options.firm) {
        (Some(folder), FirmChoice::Own | FirmChoice::Demo) => Ok(std::path::absolute(folder)?),
        (None, FirmChoice::Own) => usual(),
        // Never beside real data.
        (None, FirmChoice::Demo) => usual().map(|folder| folder.with_extension("demo")),
    }
}

fn parts(key_store: KeyStoreChoice) -> Result<Parts, RunError> {
    let vaults: Arc<dyn SystemVaults> = match key_store {
        KeyStoreChoice::System => Arc::new(SystemKeyStore::new()),
        KeyStoreChoice::None => Arc::new(NoSystemVault),
    };
    let typesetter = WorkerTypesetter::of_program(std::env::current_exe()?, "--render-worker");
    Ok(Parts { clock: Arc::new(SystemClock::start()), vaults, typesetter: Arc::new(typesetter) })
}

/// Makes the demo firm where nothing is set up yet. It is made beside its place and moved there whole, so that a
/// break-off leaves nothing half made.
fn prepare_demo(folder: &Path, parts: &Parts) -> Result<(), RunError> {
    if fs::read_dir(folder)?.next().is_some() {
        return Ok(());
    }
    let making = folder.with_extension("making");
    if making.exists() {
        fs::remove_dir_all(&making)?;
    }
    eprintln!("The demo firm is being made; this takes a moment.");
    let app = App::open(&making, parts.clone());
    app.load_demo(KeyStoreKind::PassphraseFile, DEMO_PASSPHRASE, &|job| eprintln!("  job {job}"))?;
    drop(app);
    fs::remove_dir(folder)?;
    fs::rename(&making, folder)?;
    Ok(())
}

fn open_app(folder: &Path, parts: Parts, firm: FirmChoice) -> App {
    let app = App::open(folder, parts);
    let is_locked = || app.phase().is_ok_and(|phase| phase == Phase::Locked);
    if firm == FirmChoice::Demo
        && is_locked()
        && let Err(error) = app.unlock(DEMO_PASSPHRASE)
    {
        tracing::warn!(%error, "the demo firm stays locked");
    }
    app
}

/// Under which name runs on this data folder find each other: letters and digits, different for different folders.
fn instance_name(folder: &Path) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    format!("eu.fieldseal.desktop.d{:016x}", hasher.finish())
}

fn attempt() -> u32 {
    std::env::var(ATTEMPT).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn build(shell: Shell, instance_name: &str) -> tauri::Result<tauri::App> {
    let mut builder = tauri::Builder::default();
    // First of all plugins: a second run must end before it touches anything.
    if !cfg!(feature = "e2e") && attempt() < ATTEMPTS {
        let single = tauri_plugin_single_instance::Builder::new()
            .callback(|handle, _arguments, _folder| window::show(handle))
            .dbus_id(instance_name);
        builder = builder.plugin(single.build());
    }
    // Not the full screen: that belongs to the hand-over.
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    builder
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(kept).build())
        .plugin(tauri_plugin_dialog::init())
        .manage(shell)
        .register_asynchronous_uri_scheme_protocol(pages::SCHEME, |context, request, responder| {
            let handle = context.app_handle().clone();
            async_runtime::spawn_blocking(move || {
                responder.respond(pages::answer(&handle.state::<Shell>(), &request));
            });
        })
        .invoke_handler(access::handler())
        .on_window_event(window::on_event)
        .setup(|app| {
            tell_of_arrivals(app.handle());
            window::open(app)?;
            Ok(())
        })
        .build(tauri::generate_context!())
}

fn tell_of_arrivals(handle: &tauri::AppHandle) {
    let telling = handle.clone();
    handle.state::<Shell>().inbox.on_arrival(Box::new(move || {
        if let Err(error) = telling.emit(PHOTO_INBOX, ()) {
            tracing::warn!(%error, "the window was not told of new pictures");
        }
    }));
    let telling = handle.clone();
    handle.state::<Shell>().imports.on_arrival(Box::new(move || {
        if let Err(error) = telling.emit(IMPORT_INBOX, ()) {
            tracing::warn!(%error, "the window was not told of new tables");
        }
    }));
    let opening = handle.clone();
    async_runtime::spawn_blocking(move || {
        let shell = opening.state::<Shell>();
        shell.app().on_news(Box::new({
            let telling = opening.clone();
            move |news| tell_news(&telling, news)
        }));
        inbox::follow_setting(&shell);
    });
}

fn tell_news(handle: &tauri::AppHandle, news: News) {
    let event = match news {
        News::Standing => SYNC,
        News::Arrived => ARRIVED,
    };
    if let Err(error) = handle.emit(event, ()) {
        tracing::warn!(%error, "the window was not told of the exchange");
    }
    leaving::end_when_done(handle);
}

fn on_event(handle: &tauri::AppHandle, event: RunEvent) {
    if let RunEvent::Exit = event {
        let shell = handle.state::<Shell>();
        shell.lending.take_back();
        if let Some(app) = shell.app_if_open() {
            app.stop_sync();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_demo_never_lies_beside_real_data() {
        let at = |data: Option<&str>, firm| {
            data_folder(&Options { data: data.map(PathBuf::from), firm, key_store: KeyStoreChoice::None })
                .unwrap()
        };
        assert_eq!(at(Some("/x/y"), FirmChoice::Own), Path::new("/x/y"));
        if system::data_home().is_some() {
            assert_ne!(at(None, FirmChoice::Own), at(None, FirmChoice::Demo));
        }
    }

    #[test]
    fn the_name_of_a_run_differs_by_folder_and_suits_the_bus() {
        let name = instance_name(Path::new("/a b/ă.x"));
        assert_ne!(name, instance_name(Path::new("/a b/ă.y")));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'));
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        let error = RunError::Folder(PathBuf::from("/x"), io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(in_words(&error), "the data folder /x cannot be used: permission denied");
    }
}
