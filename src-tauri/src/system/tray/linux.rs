//! By the StatusNotifierItem protocol on the session bus: no library of the desktop has to be there.

use super::TrayWords;
use crate::window;
use ksni::{
    Icon, MenuItem,
    blocking::{Handle, TrayMethods as _},
    menu::StandardItem,
};
use tauri::{AppHandle, Runtime};

/// The sign; gone when dropped.
pub struct Tray(Box<dyn Fn() + Send>);

impl Drop for Tray {
    fn drop(&mut self) {
        (self.0)();
    }
}

struct Item<R: Runtime> {
    handle: AppHandle<R>,
    words: TrayWords,
}

impl<R: Runtime> ksni::Tray for Item<R> {
    fn id(&self) -> String {
        "eu.fieldseal.desktop".to_owned()
    }

    fn title(&self) -> String {
        format!("Fieldseal: {}", self.words.doing)
    }

    fn icon_name(&self) -> String {
        "fieldseal".to_owned()
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        picture(&self.handle).into_iter().collect()
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        window::show(&self.handle);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let open = StandardItem {
            label: self.words.open.clone(),
            activate: Box::new(|item: &mut Self| window::show(&item.handle)),
            ..Default::default()
        };
        let end = StandardItem {
            label: self.words.end.clone(),
            activate: Box::new(|item: &mut Self| item.handle.exit(0)),
            ..Default::default()
        };
        vec![open.into(), end.into()]
    }
}

/// The window's icon as the protocol wants it: ARGB, biggest byte first.
fn picture<R: Runtime>(handle: &AppHandle<R>) -> Option<Icon> {
    let icon = handle.default_window_icon()?;
    let argb = |pixel: &[u8]| match *pixel {
        [red, green, blue, alpha] => [alpha, red, green, blue],
        _ => [0; 4],
    };
    Some(Icon {
        width: i32::try_from(icon.width()).ok()?,
        height: i32::try_from(icon.height()).ok()?,
        data: icon.rgba().chunks_exact(4).flat_map(argb).collect(),
    })
}

/// Shows the sign. None on a desktop without a tray: the program is then shown again by starting it.
pub fn show<R: Runtime>(handle: &AppHandle<R>, words: TrayWords) -> Option<Tray> {
    match (Item { handle: handle.clone(), words }).spawn() {
        Ok(shown) => Some(Tray(Box::new(move || end(&shown)))),
        Err(error) => {
            tracing::info!(%error, "this desktop has no tray");
            None
        }
    }
}

fn end<R: Runtime>(shown: &Handle<Item<R>>) {
    // Not waited for: the sign may be dropped by its own menu.
    let _ = shown.shutdown();
}
