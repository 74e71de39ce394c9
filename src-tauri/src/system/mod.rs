//! What differs by operating system and is not worth a module of its own, and the environment the program runs in.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

pub mod tray;

#[cfg(target_os = "linux")]
pub use linux::{
    PAGE_ORIGIN, begin_anew, data_home, has_display, is_running, make_private_file, make_private_folder,
    memory_settings,
};
#[cfg(windows)]
pub use windows::{
    PAGE_ORIGIN, begin_anew, data_home, has_display, is_running, make_private_file, make_private_folder,
    memory_settings,
};

use std::io;

/// Asks the web view to be steered from outside. Tauri obeys it in every build.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Makes sure that nobody steers the window from outside, and that the libraries below the window are sparing with
/// memory: begins anew with another environment where it takes one. Builds for tests (feature `e2e`, never packaged)
/// leave the steering alone.
///
/// # Errors
/// When the program can be steered and cannot be started again; it must then not go on.
pub fn fit_environment() -> io::Result<()> {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    let steered = !cfg!(feature = "e2e") && is_set(AUTOMATION);
    let set = missing(memory_settings(), is_set);
    if !steered && set.is_empty() {
        return Ok(());
    }
    let error = begin_anew(&set, if steered { &[AUTOMATION] } else { &[] });
    if steered {
        return Err(error);
    }
    tracing::warn!(%error, "the program runs with more memory than it needs");
    Ok(())
}

/// Settings that nobody has made yet. What the user has set stays, so beginning anew once is enough.
fn missing<'a>(wanted: Vec<(&'a str, &'a str)>, is_set: impl Fn(&str) -> bool) -> Vec<(&'a str, &'a str)> {
    wanted.into_iter().filter(|(name, _)| !is_set(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would turn red if the program began anew for ever, or overruled the user.
    #[test]
    fn what_is_set_already_is_left_alone() {
        let wanted = vec![("A", "1"), ("B", "2")];
        assert_eq!(missing(wanted.clone(), |name| name == "A"), [("B", "2")]);
        assert!(missing(wanted, |_| true).is_empty());
    }
}
