//! The embedded fonts: which there are, and which of them has a character.
//!
//! All are under the SIL Open Font License (texts in `fonts/`). Pages use nothing else, so they look the same
//! everywhere, and never depend on what is installed.

use std::sync::LazyLock;
use typst::{
    foundations::Bytes,
    text::{Font, FontBook},
    utils::LazyHash,
};

/// What a font is used for outside the pages: outlines in signature fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FontRole {
    /// Small plain text: name, role and time under a signature.
    Caption,
    /// A name typed instead of drawn.
    Script,
}

const NOTO: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
const NOTO_BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");
const NOTO_ITALIC: &[u8] = include_bytes!("../fonts/NotoSans-Italic.ttf");
const INTER: &[u8] = include_bytes!("../fonts/Inter-SemiBold.ttf");
const ARABIC: &[u8] = include_bytes!("../fonts/NotoSansArabic-Regular.ttf");
const HEBREW: &[u8] = include_bytes!("../fonts/NotoSansHebrew-Regular.ttf");
const ARMENIAN: &[u8] = include_bytes!("../fonts/NotoSansArmenian-Regular.ttf");
const GEORGIAN: &[u8] = include_bytes!("../fonts/NotoSansGeorgian-Regular.ttf");
const SYMBOLS: &[u8] = include_bytes!("../fonts/NotoSansSymbols2-Regular.ttf");
const SCRIPT: &[u8] = include_bytes!("../fonts/Caveat-Regular.ttf");

const FILES: [&[u8]; 10] =
    [NOTO, NOTO_BOLD, NOTO_ITALIC, INTER, ARABIC, HEBREW, ARMENIAN, GEORGIAN, SYMBOLS, SCRIPT];

/// Order in which outlines look for a glyph, after the role's own face.
const CAPTION_CHAIN: [&[u8]; 6] = [NOTO, ARABIC, HEBREW, ARMENIAN, GEORGIAN, SYMBOLS];

/// All fonts, ready for the typesetter.
pub(crate) struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
}

pub(crate) static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let fonts: Vec<Font> = FILES.iter().flat_map(|bytes| Font::iter(Bytes::new(*bytes))).collect();
    Fonts { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
});

/// The bytes of every font file: part of a template's hash.
pub(crate) fn files() -> impl Iterator<Item = &'static [u8]> {
    FILES.into_iter()
}

/// Faces of a role in the order in which they are tried.
pub(crate) fn chain(role: FontRole) -> Vec<&'static [u8]> {
    let own: &[&[u8]] = match role {
        FontRole::Caption => &[],
        FontRole::Script => &[SCRIPT],
    };
    own.iter().chain(&CAPTION_CHAIN).copied().collect()
}

/// Whether some text font has a glyph for `c`, or `c` needs none.
pub fn covers(c: char) -> bool {
    needs_no_glyph(c) || FONTS.fonts.iter().any(|font| font.info().coverage.contains(u32::from(c)))
}

/// Line feeds, tabs, joiners and other characters that draw nothing.
fn needs_no_glyph(c: char) -> bool {
    matches!(c, '\n' | '\t' | '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_file_is_read() {
        assert_eq!(FONTS.fonts.len(), FILES.len());
    }

    #[test]
    fn the_alphabets_we_promise_are_there_and_han_is_not() {
        for c in "șțăâîȘȚĂ ŻóŁćß ẞ ŒœÑ ЁёЖщ Ωψ עברית العربية հայ ქართ ✓☐→ €₽ ²µ°Ø\u{202F}".chars()
        {
            assert!(covers(c), "{c} U+{:04X}", u32::from(c));
        }
        assert!(!covers('漢'));
        assert!(!covers('😀'));
    }
}
