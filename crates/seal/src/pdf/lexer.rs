//! From bytes to values (ISO 32000-2 clauses 7.2 and 7.3). No recovery: what is not syntax is
//! an error with its offset.

use super::PdfError;
use super::object::{Dict, Entry, Object, ObjectId};

/// Arrays and dictionaries may be nested this deep; hostile files nest until the stack ends.
const MAX_DEPTH: usize = 64;

/// A dictionary may have this many entries: looking for a key twice is quadratic.
const MAX_ENTRIES: usize = 4_096;

/// A cursor over the bytes of a file or of a decoded object stream.
#[derive(Debug, Clone)]
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    pos: usize,
}

/// White space (ISO 32000-2 table 1).
pub(crate) const fn is_space(b: u8) -> bool {
    matches!(b, 0 | 9 | 10 | 12 | 13 | 32)
}

/// Delimiters (ISO 32000-2 table 2).
const fn is_delimiter(b: u8) -> bool {
    matches!(b, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

const fn is_regular(b: u8) -> bool {
    !is_space(b) && !is_delimiter(b)
}

const fn hex_value(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

impl<'a> Lexer<'a> {
    /// A cursor at `pos`.
    pub(crate) const fn new(bytes: &'a [u8], pos: usize) -> Self {
        Self { bytes, pos }
    }

    /// Where the cursor stands.
    pub(crate) const fn pos(&self) -> usize {
        self.pos
    }

    fn error<T>(&self, what: &'static str) -> Result<T, PdfError> {
        Err(PdfError::Syntax { offset: self.pos, what })
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos.checked_add(ahead)?).copied()
    }

    fn bump(&mut self) -> Option<u8> {
        let b = self.peek()?;
        self.pos += 1;
        Some(b)
    }

    /// Skips white space and comments.
    pub(crate) fn skip_space(&mut self) {
        while let Some(b) = self.peek() {
            if is_space(b) {
                self.pos += 1;
            } else if b == b'%' {
                while self.peek().is_some_and(|c| c != b'\n' && c != b'\r') {
                    self.pos += 1;
                }
            } else {
                return;
            }
        }
    }

    /// Takes exactly this keyword, or leaves the cursor.
    pub(crate) fn keyword(&mut self, word: &[u8]) -> bool {
        let end = self.pos.saturating_add(word.len());
        let there = self.bytes.get(self.pos..end) == Some(word);
        let ends = self.bytes.get(end).is_none_or(|b| !is_regular(*b));
        if there && ends {
            self.pos = end;
        }
        there && ends
    }

    /// A whole number without sign, after white space.
    pub(crate) fn unsigned(&mut self) -> Result<u64, PdfError> {
        self.skip_space();
        let start = self.pos;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.pos += 1;
        }
        let digits = self.bytes.get(start..self.pos).unwrap_or_default();
        match std::str::from_utf8(digits).ok().and_then(|s| s.parse().ok()) {
            Some(n) => Ok(n),
            None => self.error("a whole number was expected"),
        }
    }

    /// `12 0 obj`, the head of an indirect object.
    pub(crate) fn object_head(&mut self) -> Result<ObjectId, PdfError> {
        let number = self.unsigned()?;
        let generation = self.unsigned()?;
        self.skip_space();
        if !self.keyword(b"obj") {
            return self.error("'obj' was expected");
        }
        self.id(number, generation)
    }

    fn id(&self, number: u64, generation: u64) -> Result<ObjectId, PdfError> {
        match (u32::try_from(number), u16::try_from(generation)) {
            (Ok(number), Ok(generation)) if number > 0 => Ok(ObjectId { number, generation }),
            (Ok(_) | Err(_), Ok(_) | Err(_)) => self.error("object number out of range"),
        }
    }

    /// One value.
    pub(crate) fn object(&mut self) -> Result<Object, PdfError> {
        self.object_at(0)
    }

    fn object_at(&mut self, depth: usize) -> Result<Object, PdfError> {
        if depth > MAX_DEPTH {
            return Err(PdfError::Limit { what: "values nested too deep" });
        }
        self.skip_space();
        match self.peek() {
            Some(b'/') => self.name().map(Object::Name),
            Some(b'(') => self.literal_string().map(Object::Str),
            Some(b'[') => self.array(depth),
            Some(b'<') if self.peek_at(1) == Some(b'<') => self.dict(depth).map(Object::Dict),
            Some(b'<') => self.hex_string().map(Object::Str),
            Some(b'+' | b'-' | b'.' | b'0'..=b'9') => self.number_or_reference(),
            Some(_) => self.word(),
            None => self.error("a value was expected"),
        }
    }

    fn word(&mut self) -> Result<Object, PdfError> {
        if self.keyword(b"null") {
            Ok(Object::Null)
        } else if self.keyword(b"true") {
            Ok(Object::Bool(true))
        } else if self.keyword(b"false") {
            Ok(Object::Bool(false))
        } else {
            self.error("a value was expected")
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, PdfError> {
        self.pos += 1;
        let mut name = Vec::new();
        while let Some(b) = self.peek().filter(|b| is_regular(*b)) {
            self.pos += 1;
            if b != b'#' {
                name.push(b);
                continue;
            }
            match (self.bump().and_then(hex_value), self.bump().and_then(hex_value)) {
                (Some(high), Some(low)) => name.push(high * 16 + low),
                (None | Some(_), None | Some(_)) => return self.error("bad # escape in a name"),
            }
        }
        Ok(name)
    }

    fn array(&mut self, depth: usize) -> Result<Object, PdfError> {
        self.pos += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b']') => {
                    self.pos += 1;
                    return Ok(Object::Array(items));
                }
                Some(_) => items.push(self.object_at(depth + 1)?),
                None => return self.error("']' was expected"),
            }
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Dict, PdfError> {
        let start = self.pos;
        self.pos += 2;
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'>') if self.peek_at(1) == Some(b'>') => {
                    self.pos += 2;
                    return Ok(Dict { entries, span: start..self.pos });
                }
                Some(b'/') => {
                    let entry = self.entry(depth)?;
                    if entries.iter().any(|e| e.key == entry.key) {
                        return self.error("a key occurs twice in one dictionary");
                    }
                    if entries.len() >= MAX_ENTRIES {
                        return Err(PdfError::Limit { what: "too many entries in one dictionary" });
                    }
                    entries.push(entry);
                }
                Some(_) | None => return self.error("a key or '>>' was expected"),
            }
        }
    }

    fn entry(&mut self, depth: usize) -> Result<Entry, PdfError> {
        let key = self.name()?;
        self.skip_space();
        let value_start = self.pos;
        let value = self.object_at(depth + 1)?;
        Ok(Entry { key, value, value_span: value_start..self.pos })
    }

    fn hex_string(&mut self) -> Result<Vec<u8>, PdfError> {
        self.pos += 1;
        let mut out = Vec::new();
        let mut high: Option<u8> = None;
        while let Some(b) = self.bump() {
            match (b, hex_value(b), high) {
                (b'>', _, Some(h)) => {
                    out.push(h * 16);
                    return Ok(out);
                }
                (b'>', _, None) => return Ok(out),
                (_, Some(v), Some(h)) => {
                    out.push(h * 16 + v);
                    high = None;
                }
                (_, Some(v), None) => high = Some(v),
                (b, None, _) if is_space(b) => {}
                (_, None, _) => return self.error("not a hex digit"),
            }
        }
        self.error("'>' was expected")
    }

    fn literal_string(&mut self) -> Result<Vec<u8>, PdfError> {
        self.pos += 1;
        let mut out = Vec::new();
        let mut open = 1_usize;
        while let Some(b) = self.bump() {
            match b {
                b'(' => {
                    open += 1;
                    out.push(b);
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(out);
                    }
                    out.push(b);
                }
                b'\\' => self.escape(&mut out)?,
                b'\r' => {
                    // An end of line inside a string counts as one line feed (7.3.4.2).
                    if self.peek() == Some(b'\n') {
                        self.pos += 1;
                    }
                    out.push(b'\n');
                }
                other => out.push(other),
            }
        }
        self.error("')' was expected")
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), PdfError> {
        let Some(b) = self.bump() else { return self.error("')' was expected") };
        match b {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.pos += 1;
                }
            }
            b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(b - b'0');
                for _ in 0..2 {
                    let Some(d @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(d - b'0');
                    self.pos += 1;
                }
                // High-order overflow is ignored (7.3.4.2).
                out.push((value & 0xff) as u8);
            }
            other => out.push(other),
        }
        Ok(())
    }

    fn number_or_reference(&mut self) -> Result<Object, PdfError> {
        let first = self.number()?;
        let Object::Int(number) = first else { return Ok(first) };
        let after_number = self.pos;
        if let Some(id) = self.reference_tail(number) {
            return Ok(Object::Ref(id));
        }
        self.pos = after_number;
        Ok(first)
    }

    /// `G R` after an object number.
    fn reference_tail(&mut self, number: i64) -> Option<ObjectId> {
        if !self.peek().is_some_and(is_space) {
            return None;
        }
        let generation = self.unsigned().ok()?;
        if !self.peek().is_some_and(is_space) {
            return None;
        }
        self.skip_space();
        if !self.keyword(b"R") {
            return None;
        }
        self.id(u64::try_from(number).ok()?, generation).ok()
    }

    fn number(&mut self) -> Result<Object, PdfError> {
        let start = self.pos;
        if matches!(self.peek(), Some(b'+' | b'-')) {
            self.pos += 1;
        }
        let mut point = false;
        let mut digits = 0_usize;
        while let Some(b) = self.peek() {
            match b {
                b'0'..=b'9' => digits += 1,
                b'.' if !point => point = true,
                _ if is_regular(b) => return self.error("bad number"),
                _ => break,
            }
            self.pos += 1;
        }
        let text =
            std::str::from_utf8(self.bytes.get(start..self.pos).unwrap_or_default()).unwrap_or_default();
        if digits == 0 {
            return self.error("bad number");
        }
        let parsed =
            if point { text.parse().ok().map(Object::Real) } else { text.parse().ok().map(Object::Int) };
        match parsed {
            Some(n) => Ok(n),
            None => self.error("number out of range"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn check(source: &str, want: &Object) {
        assert_eq!(&Lexer::new(source.as_bytes(), 0).object().unwrap(), want, "{source}");
    }

    fn check_refused(source: &str) {
        assert!(Lexer::new(source.as_bytes(), 0).object().is_err(), "{source}");
    }

    #[test]
    fn values() {
        check(" -12", &Object::Int(-12));
        check("+.5", &Object::Real(0.5));
        check("/A#42c", &Object::Name(b"ABc".to_vec()));
        check("(a(b)\\051\\n\\\r\n.)", &Object::Str(b"a(b))\n.".to_vec()));
        check("<4A4b7>", &Object::Str(vec![0x4a, 0x4b, 0x70]));
        check("12 0 R", &Object::Ref(ObjectId { number: 12, generation: 0 }));
        check(
            "[1 2 R 3 0 R]",
            &Object::Array(vec![
                Object::Ref(ObjectId { number: 1, generation: 2 }),
                Object::Ref(ObjectId { number: 3, generation: 0 }),
            ]),
        );
    }

    proptest::proptest! {
        /// Would turn red if a string or name came back other than it was written.
        #[test]
        fn strings_and_names_written_by_others_read_back(text in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let mut chunk = pdf_writer::Chunk::new();
            let name: Vec<u8> = text.iter().copied().filter(|b| *b != 0).collect();
            chunk.indirect(pdf_writer::Ref::new(1)).array().item(pdf_writer::Str(&text)).item(pdf_writer::Name(&name));
            let mut lexer = Lexer::new(chunk.as_bytes(), 0);
            lexer.object_head().unwrap();
            proptest::prop_assert_eq!(lexer.object().unwrap(), Object::Array(vec![Object::Str(text), Object::Name(name)]));
        }
    }

    #[test]
    fn refuses_what_readers_understand_differently() {
        check_refused("<</A 1/A 2>>");
        check_refused("99999999999999999999");
        check_refused("(open");
        check_refused("<</A 1");
        check_refused("1-2");
        check_refused("/A#4");
        check_refused(&"[".repeat(100_000));
    }
}
