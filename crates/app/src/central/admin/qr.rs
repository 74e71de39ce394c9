//! An invitation as a picture, for the camera of the tablet that is to be connected.

use crate::view::admin::QrView;
use fieldseal_render::qr;

/// The picture; none for a text that no code can hold.
pub(super) fn view(text: &str) -> Option<QrView> {
    let picture = qr::picture(text)?;
    Some(QrView { side: u32::try_from(picture.side).ok()?, path: picture.path })
}
