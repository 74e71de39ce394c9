//! What differs by operating system and is not worth a module of its own.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::{
    PAGE_ORIGIN, begin_anew, data_home, has_display, is_running, make_private_file, make_private_folder,
};
#[cfg(windows)]
pub use windows::{
    PAGE_ORIGIN, begin_anew, data_home, has_display, is_running, make_private_file, make_private_folder,
};

use std::io;

/// Asks the web view to be steered from outside. Tauri obeys it in every build.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Makes sure that nobody steers the window from outside: begins anew without the variable that would allow it.
/// Only builds for tests (feature `e2e`, never packaged) leave it alone.
///
/// # Errors
/// When the program cannot be started again; it must then not go on.
pub fn refuse_remote_control() -> io::Result<()> {
    if cfg!(feature = "e2e") || std::env::var_os(AUTOMATION).is_none() {
        return Ok(());
    }
    Err(begin_anew(&[], &[AUTOMATION]))
}
