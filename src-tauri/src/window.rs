//! The one window: its size, what it may load, and what it does while a customer holds the tablet.

use crate::{leaving, shell::Shell};
use tauri::{
    App, AppHandle, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    WindowEvent, webview::NewWindowResponse,
};

/// The window's label.
pub const MAIN: &str = "main";

/// Opens the window.
///
/// # Errors
/// When the system gives none.
pub fn open<R: Runtime>(app: &App<R>) -> tauri::Result<WebviewWindow<R>> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Fieldseal")
        .inner_size(1280.0, 800.0)
        .min_inner_size(360.0, 600.0)
        .devtools(tauri::is_dev())
        .zoom_hotkeys_enabled(false)
        // The page handles files that are dropped on it itself.
        .disable_drag_drop_handler()
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()
}

/// Whether an address is a page of this program. Everything else is refused, whoever asks for it.
fn is_ours(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "tauri" => host == "localhost",
        // WebView2's way of naming the same.
        "http" | "https" => host == "tauri.localhost" || (tauri::is_dev() && host == "localhost"),
        _ => false,
    }
}

/// What happens to the window. While a customer holds the tablet nobody closes it.
pub fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    if window.state::<Shell>().is_handed_over() {
        tracing::warn!("closing the window was refused: a customer holds the tablet");
        api.prevent_close();
    } else if !leaving::may_close(window.app_handle()) {
        api.prevent_close();
    }
}

/// Full screen while a customer holds the tablet, as before otherwise.
pub fn follow_phase<R: Runtime>(handle: &AppHandle<R>) {
    let Some(window) = handle.get_webview_window(MAIN) else { return };
    let wanted = handle.state::<Shell>().is_handed_over();
    let follow = || -> tauri::Result<()> {
        if window.is_fullscreen()? != wanted {
            window.set_fullscreen(wanted)?;
            window.set_always_on_top(wanted)?;
        }
        Ok(())
    };
    if let Err(error) = follow() {
        tracing::warn!(%error, "full screen could not be changed");
    }
}

/// Takes the window away; the program goes on.
///
/// # Errors
/// When the system does not.
pub fn hide<R: Runtime>(handle: &AppHandle<R>) -> tauri::Result<()> {
    handle.get_webview_window(MAIN).map_or(Ok(()), |window| window.hide())
}

/// Brings the window to the front: the program was started a second time, or called back from the tray.
pub fn show<R: Runtime>(handle: &AppHandle<R>) {
    if let Some(window) = handle.get_webview_window(MAIN) {
        leaving::came_back(handle);
        let front = || window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
        if let Err(error) = front() {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_our_own_pages() {
        let ours = |url: &str| is_ours(&url.parse().unwrap());
        assert!(ours("tauri://localhost/") && ours("tauri://localhost/index.html#/jobs"));
        assert!(ours("http://tauri.localhost/"));
        for url in [
            "https://example.com/",
            "http://tauri.localhost.example.com/",
            "tauri://elsewhere/",
            "page://localhost/file-0/1",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "javascript:alert(1)",
            "ipc://localhost/status",
            "http://ipc.localhost/status",
        ] {
            assert!(!ours(url), "{url}");
        }
    }
}
