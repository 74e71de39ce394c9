//! Linux.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io,
    os::unix::{
        fs::{DirBuilderExt as _, OpenOptionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::Command,
};

/// Where page images come from, as the web view names it.
pub const PAGE_ORIGIN: &str = "page://localhost";

/// Where programs keep data by the XDG base directory specification.
#[must_use]
pub fn data_home() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
}

/// Replaces this process by a new run of the program with these variables set and those removed. Returns only when
/// that fails. Done instead of changing the own environment, which no thread may read meanwhile.
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
    command.exec()
}

/// Whether a window can be opened at all. Asked first, because the window's own library ends the program without words.
#[must_use]
pub fn has_display() -> bool {
    gtk::init().is_ok()
}

/// Makes a folder that only its owner may enter.
///
/// # Errors
/// As the system says; also when it exists.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes a new file that only its owner may read.
///
/// # Errors
/// As the system says; also when it exists.
pub fn make_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Whether a process of that id runs.
#[must_use]
pub fn is_running(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}
