//! What may stand in a typed text, and how texts are compared when people search.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest single text, in characters.
pub const MAX_TEXT: usize = 20_000;

/// A text cut to what can be printed and sealed: NFC, no control characters (line feed and tab stay), no invisible
/// direction overrides, which could make a signer read another text than the one that is stored.
pub fn clean(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    unified.nfc().filter(|c| !is_forbidden(*c)).collect()
}

/// Whether `text` is already clean and short enough.
pub fn is_clean(text: &str) -> bool {
    text.chars().count() <= MAX_TEXT && clean(text) == text
}

fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The form in which two spellings of one name are equal: lower case, no diacritics, ё=е, ß=ss, œ=oe, æ=ae, ø=o, ł=l.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            '\u{2019}' | '\u{2018}' | '\u{02BC}' => out.push('\''),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_joins_the_spellings_people_use() {
        assert_eq!(fold("Dănuț-Ionuț Şoşoacăreanu"), "danut-ionut sosoacareanu");
        assert_eq!(fold("șoșoacăreanu"), fold("ŞOŞOACĂREANU"));
        assert_eq!(fold("Щёголев"), fold("Щеголев"));
        assert_eq!(fold("Süßmäulchen"), "sussmaulchen");
        assert_eq!(fold("L’Œuf"), "l'oeuf");
        assert_eq!(fold("Be\u{301}ne\u{301}dicte Sørensen-Żądło"), "benedicte sorensen-zadlo");
        assert_eq!(fold("STRAẞE"), "strasse");
    }

    #[test]
    fn overrides_and_control_characters_go_and_text_stays() {
        assert_eq!(clean("a\u{202E}b\u{0007}c\r\nd\te"), "abc\nd\te");
        assert!(!is_clean("e\u{301}"));
        assert!(is_clean("Ștefania\nȚugulea"));
    }
}
