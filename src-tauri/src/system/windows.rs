//! Windows.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    process::{self, Command},
};

/// Where page images come from: WebView2 reaches schemes of our own by host name.
pub const PAGE_ORIGIN: &str = "http://page.localhost";

/// The user's own folder for programs' data.
#[must_use]
pub fn data_home() -> Option<PathBuf> {
    env::var_os("APPDATA").map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Settings that make the libraries below the window use less memory: there are none here.
#[must_use]
pub fn memory_settings() -> Vec<(&'static str, &'static str)> {
    Vec::new()
}

/// Starts the program again with these variables set and those removed, and ends with its exit code. Returns only
/// when that fails.
pub fn begin_anew(set: &[(&str, &str)], remove: &[&str]) -> io::Error {
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut command = Command::new(program);
    command.args(env::args_os().skip(1)).envs(set.iter().copied());
    for name in remove {
        command.env_remove(name);
    }
    match command.status() {
        Ok(status) => process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

/// Whether a window can be opened at all.
#[must_use]
pub fn has_display() -> bool {
    true
}

/// Makes a folder. The temp folder it lies in is the user's own.
///
/// # Errors
/// As the system says; also when it exists.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Makes a new file.
///
/// # Errors
/// As the system says; also when it exists.
pub fn make_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Whether a process of that id may run. Unknown here, so no: a file that is in use cannot be removed anyway.
#[must_use]
pub fn is_running(_process: u32) -> bool {
    false
}
