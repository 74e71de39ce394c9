//! By the notification area of the task bar.

use super::TrayWords;
use crate::window;
use tauri::{
    AppHandle, Runtime,
    menu::{Menu, MenuItem},
    tray::{TrayIcon, TrayIconBuilder, TrayIconEvent},
};

const OPEN: &str = "open";
const END: &str = "end";

/// The sign; gone when dropped.
pub struct Tray(Box<dyn Fn() + Send>);

impl Drop for Tray {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Shows the sign. None when the system refuses: the program is then shown again by starting it.
pub fn show<R: Runtime>(handle: &AppHandle<R>, words: TrayWords) -> Option<Tray> {
    match build(handle, &words) {
        Ok(icon) => Some(Tray(Box::new(move || {
            let _ = icon.set_visible(false);
        }))),
        Err(error) => {
            tracing::info!(%error, "this desktop has no tray");
            None
        }
    }
}

fn build<R: Runtime>(handle: &AppHandle<R>, words: &TrayWords) -> tauri::Result<TrayIcon<R>> {
    let open = MenuItem::with_id(handle, OPEN, &words.open, true, None::<&str>)?;
    let end = MenuItem::with_id(handle, END, &words.end, true, None::<&str>)?;
    let mut builder = TrayIconBuilder::new()
        .tooltip(format!("Fieldseal: {}", words.doing))
        .menu(&Menu::with_items(handle, &[&open, &end])?)
        .on_menu_event(|handle, event| match event.id().as_ref() {
            OPEN => window::show(handle),
            END => handle.exit(0),
            _ => {}
        })
        .on_tray_icon_event(|icon, event| {
            if matches!(event, TrayIconEvent::DoubleClick { .. }) {
                window::show(icon.app_handle());
            }
        });
    if let Some(icon) = handle.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    builder.build(handle)
}
