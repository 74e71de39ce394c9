//! From bytes to text: by the mark at the beginning, else by what the bytes can be.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of a file. Every text is one, if only in an encoding that has a letter for every byte.
pub(super) fn decode(bytes: &[u8]) -> String {
    let encoding = encoding_of(bytes);
    let (text, _, _) = encoding.decode(bytes);
    text.into_owned()
}

fn encoding_of(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd > start.len() / 8 && odd > even {
        return UTF_16LE;
    }
    if even > start.len() / 8 {
        return UTF_16BE;
    }
    if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 }
}

/// The delimiter of a table: of the usual ones the one that is most in its first line, quoted parts left out.
pub(super) fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0u32), (b';', 0), (b'\t', 0), (b'|', 0)];
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            c if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| char::from(*delimiter) == c)
                {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of equal counts the first: a table of one column has no delimiter at all.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_encoding_reads_the_same() {
        let text = "name;city\r\nMüller & Söhne;Łódź\r\n";
        let plain = "name;city\r\nMüller & Söhne;Köln\r\n";
        let (cp1252, _, _) = WINDOWS_1252.encode(plain);
        assert_eq!(decode(&cp1252), plain);
        assert_eq!(decode(text.as_bytes()), text);
        assert_eq!(decode(format!("\u{feff}{text}").as_bytes()), text);
        let wide = |bytes: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
            let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
            marked.encode_utf16().flat_map(bytes).collect()
        };
        for mark in [true, false] {
            assert_eq!(decode(&wide(u16::to_le_bytes, mark)), text);
            assert_eq!(decode(&wide(u16::to_be_bytes, mark)), text);
        }
        assert_eq!(decode(b""), "");
    }

    #[test]
    fn the_delimiter_is_found_in_the_title() {
        assert_eq!(delimiter("a,b,c\n1;2;3;4;5"), b',');
        assert_eq!(delimiter("a;b\n"), b';');
        assert_eq!(delimiter("a\tb\n"), b'\t');
        assert_eq!(delimiter("\"a,b,c\";d\n"), b';');
        assert_eq!(delimiter("name\n"), b',');
    }
}
