//! Changes entries of a dictionary and keeps every other byte of it as it was written, so that
//! filling a field cannot alter anything else by rounding or reordering.

use super::PdfError;
use super::object::Dict;

/// The dictionary's bytes with some keys set to new values (bytes of the value as PDF syntax).
/// `source` is what the dictionary's spans refer to.
pub(crate) fn with_entries(
    source: &[u8],
    dict: &Dict,
    changes: &[(&str, Vec<u8>)],
) -> Result<Vec<u8>, PdfError> {
    let outside = || PdfError::structure("a dictionary outside its source");
    let inner = dict.span.start + 2..dict.span.end.saturating_sub(2);
    let mut out = b"<<".to_vec();
    let mut at = inner.start;
    for entry in &dict.entries {
        let Some((_, value)) = changes.iter().find(|(key, _)| key.as_bytes() == entry.key) else { continue };
        out.extend_from_slice(source.get(at..entry.value_span.start).ok_or_else(outside)?);
        out.push(b' ');
        out.extend_from_slice(value);
        at = entry.value_span.end;
    }
    out.extend_from_slice(source.get(at..inner.end).ok_or_else(outside)?);
    for (key, value) in changes.iter().filter(|(key, _)| dict.get(key).is_none()) {
        out.extend_from_slice(b"\n/");
        out.extend_from_slice(key.as_bytes());
        out.push(b' ');
        out.extend_from_slice(value);
    }
    out.extend_from_slice(b"\n>>");
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::{Object, lexer::Lexer};
    use super::*;

    #[test]
    fn keeps_every_other_byte() {
        let source = b"xx<</A 1.500/B[ 1 2 ]%note\n/C 3>>";
        let Object::Dict(dict) = Lexer::new(source, 2).object().unwrap() else { panic!("no dictionary") };
        let out = with_entries(source, &dict, &[("B", b"7 0 R".to_vec()), ("D", b"9".to_vec())]).unwrap();
        assert_eq!(out, b"<</A 1.500/B 7 0 R%note\n/C 3\n/D 9\n>>");
    }
}
