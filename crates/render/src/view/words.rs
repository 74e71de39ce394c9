//! Words too long for a line: they get places where they may break, so that nothing runs off the page.

/// Room for a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// A paragraph or a wide column.
    Wide,
    /// A narrow column of a table.
    Narrow,
}

/// Zero width space: a place to break that draws nothing.
const BREAK: char = '\u{200B}';

/// `text` with places to break inside words that are longer than the room is likely to hold.
pub(crate) fn breakable(text: &str, width: Width) -> String {
    let longest = match width {
        Width::Wide => 32,
        Width::Narrow => 14,
    };
    let mut out = String::with_capacity(text.len());
    let mut word = Vec::new();
    for c in text.chars() {
        if ends_word(c) {
            flush(&mut out, &mut word, longest);
            out.push(c);
        } else {
            word.push(c);
        }
    }
    flush(&mut out, &mut word, longest);
    out
}

/// Characters after which a line may break anyway.
fn ends_word(c: char) -> bool {
    (c.is_whitespace() && !matches!(c, '\u{00A0}' | '\u{202F}'))
        || matches!(c, '-' | '\u{2013}' | '\u{2014}' | BREAK)
}

fn flush(out: &mut String, word: &mut Vec<char>, longest: usize) {
    let long = word.len() > longest;
    for (index, c) in word.drain(..).enumerate() {
        // Combining marks stay with their letter.
        if long && index > 0 && !unicode_mark(c) {
            out.push(BREAK);
        }
        out.push(c);
    }
}

fn unicode_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05C7}' | '\u{064B}'..='\u{065F}' | '\u{200C}'..='\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// The same text without the places to break, for reading and comparing.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace(BREAK, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_stay_as_they_are() {
        let name = "Marijke van der IJssel–’t Hooft-Wolfeschlegelsteinhausen";
        assert_eq!(breakable(name, Width::Wide), name);
    }

    #[test]
    fn a_monster_word_can_break_everywhere_and_reads_the_same() {
        let word = "x".repeat(500);
        let broken = breakable(&word, Width::Narrow);
        assert_eq!(broken.chars().filter(|c| *c == BREAK).count(), 499);
        assert_eq!(unbroken(&broken), word);
    }
}
