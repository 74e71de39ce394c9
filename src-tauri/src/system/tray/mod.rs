//! A sign in the desktop's tray while the program works without a window.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::{Tray, show};
#[cfg(windows)]
pub use windows::{Tray, show};

use serde::Deserialize;

/// What is written there, in the person's language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TrayWords {
    /// What the program is doing.
    pub doing: String,
    /// Shows the window.
    pub open: String,
    /// Ends the program.
    pub end: String,
}
