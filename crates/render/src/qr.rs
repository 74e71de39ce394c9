//! QR codes: on the first page number and R, so that paper can be compared with a file; on the screen an invitation.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Quiet zone around the code, in modules (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// What the code says.
pub(crate) fn content(number: &str, content_hash: &str) -> String {
    format!("fieldseal:1:{number}:{content_hash}")
}

/// A code as one path, in units of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Modules on a side, quiet zone included.
    pub side: usize,
    /// SVG path of the dark modules.
    pub path: String,
}

/// The code of a text; nothing when the text is too long for one.
#[must_use]
pub fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        write_row(&mut path, row, y + QUIET);
    }
    Some(Picture { side: width + 2 * QUIET, path })
}

/// The code as a vector picture; nothing when `text` is too long for a code.
pub(crate) fn svg(text: &str) -> Option<String> {
    let Picture { side, path } = picture(text)?;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\"><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

/// Dark runs of one row as rectangles.
fn write_row(path: &mut String, row: &[Color], y: usize) {
    let mut start = None;
    for (x, color) in row.iter().copied().chain([Color::Light]).enumerate() {
        match (color, start) {
            (Color::Dark, None) => start = Some(x),
            (Color::Light, Some(from)) => {
                // Writing into a String cannot fail.
                let _ = write!(path, "M{} {y}h{}v1h-{}z", from + QUIET, x - from, x - from);
                start = None;
            }
            (Color::Dark, Some(_)) | (Color::Light, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_is_square_and_has_its_quiet_zone() {
        let svg = svg(&content("АВР-2026-RU1-00042", &"ab".repeat(32))).unwrap();
        assert!(svg.contains("viewBox=\"0 0 49 49\""), "41 modules and twice the quiet zone: {svg:.80}");
        assert!(!svg.contains("M0 ") && !svg.contains("M3 "), "nothing dark in the quiet zone");
        assert_eq!(super::svg(&"x".repeat(5_000)), None);
    }
}
