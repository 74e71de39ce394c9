//! A file as a graph of objects, read on demand.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use super::PdfError;
use super::filter;
use super::lexer::Lexer;
use super::object::{Dict, Object, ObjectId};
use super::xref::{self, Location, Section};

/// References may be followed this many times in a row.
const MAX_HOPS: usize = 16;

/// An object stream may hold this many objects.
const MAX_IN_STREAM: usize = 10_000;

/// All object streams of a file together may decode to this many bytes.
const MAX_KEPT: usize = 256 << 20;

/// One indirect object as read.
#[derive(Debug, Clone)]
pub(crate) struct Indirect {
    /// The value; spans inside are offsets in the source it was read from.
    pub(crate) value: Object,
    /// The raw (still filtered) data if it is a stream.
    pub(crate) stream: Option<Range<usize>>,
}

/// The bytes an object was read from.
#[derive(Debug, Clone)]
pub(crate) enum Source<'a> {
    /// The file itself.
    File(&'a [u8]),
    /// A decoded object stream.
    Stream(Rc<Vec<u8>>),
}

impl Source<'_> {
    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::File(bytes) => bytes,
            Self::Stream(bytes) => bytes,
        }
    }
}

/// An object and the bytes it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Loaded<'a> {
    /// The value; spans are offsets in `source`.
    pub(crate) value: Object,
    /// The raw data if it is a stream.
    pub(crate) stream: Option<Range<usize>>,
    /// The file, or the decoded object stream.
    pub(crate) source: Source<'a>,
}

impl Loaded<'_> {
    /// The decoded data of a stream.
    pub(crate) fn decoded(&self) -> Result<Vec<u8>, PdfError> {
        let (Some(dict), Some(range)) = (self.value.dict(), &self.stream) else {
            return Err(PdfError::structure("a stream was expected"));
        };
        filter::decode(dict, self.source.bytes().get(range.clone()).unwrap_or_default())
    }
}

/// Reads the indirect object at an offset of the file. `length_of` resolves an indirect /Length.
pub(crate) fn indirect_at(
    bytes: &[u8],
    at: usize,
    length_of: &dyn Fn(ObjectId) -> Option<i64>,
) -> Result<(ObjectId, Indirect), PdfError> {
    let mut lexer = Lexer::new(bytes, at);
    let id = lexer.object_head()?;
    let value = lexer.object()?;
    lexer.skip_space();
    let mut stream = None;
    if let (Object::Dict(dict), true) = (&value, lexer.keyword(b"stream")) {
        let range = stream_range(bytes, lexer.pos(), dict, length_of)?;
        lexer = Lexer::new(bytes, range.end);
        lexer.skip_space();
        if !lexer.keyword(b"endstream") {
            return Err(PdfError::Syntax { offset: lexer.pos(), what: "'endstream' was expected" });
        }
        stream = Some(range);
        lexer.skip_space();
    }
    if !lexer.keyword(b"endobj") {
        return Err(PdfError::Syntax { offset: lexer.pos(), what: "'endobj' was expected" });
    }
    Ok((id, Indirect { value, stream }))
}

fn stream_range(
    bytes: &[u8],
    after_keyword: usize,
    dict: &Dict,
    length_of: &dyn Fn(ObjectId) -> Option<i64>,
) -> Result<Range<usize>, PdfError> {
    // `stream` is followed by CR LF or LF, never by CR alone (7.3.8.1).
    let start = match bytes.get(after_keyword..) {
        Some([b'\r', b'\n', ..]) => after_keyword + 2,
        Some([b'\n', ..]) => after_keyword + 1,
        Some(_) | None => {
            return Err(PdfError::Syntax { offset: after_keyword, what: "a line end was expected" });
        }
    };
    let length = match dict.get("Length") {
        Some(Object::Int(n)) => Some(*n),
        Some(Object::Ref(id)) => length_of(*id),
        Some(_) | None => None,
    };
    let end = length
        .and_then(|n| usize::try_from(n).ok())
        .and_then(|n| start.checked_add(n))
        .filter(|e| *e <= bytes.len());
    end.map(|e| start..e).ok_or(PdfError::structure("a stream without a usable /Length"))
}

/// A PDF file, or one revision of it (the bytes up to the end of that revision).
#[derive(Debug)]
pub(crate) struct Document<'a> {
    bytes: &'a [u8],
    /// Cross-reference sections, newest first; never empty.
    sections: Vec<Section>,
    streams: RefCell<BTreeMap<u32, Rc<Vec<u8>>>>,
}

impl<'a> Document<'a> {
    /// Reads the cross-references only.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, PdfError> {
        if !bytes.starts_with(b"%PDF-") {
            return Err(PdfError::structure("this is not a PDF file"));
        }
        let sections = xref::sections(bytes)?;
        let document = Self { bytes, sections, streams: RefCell::default() };
        if document.trailer().get("Encrypt").is_some() {
            return Err(PdfError::Unsupported { what: "encryption" });
        }
        Ok(document)
    }

    /// The bytes of this revision.
    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The sections, newest first.
    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The newest trailer.
    pub(crate) fn trailer(&self) -> &Dict {
        static EMPTY: Dict = Dict { entries: Vec::new(), span: 0..0 };
        self.sections.first().map_or(&EMPTY, |s| &s.trailer)
    }

    /// Where the newest revision that speaks of an object has it.
    pub(crate) fn locate(&self, number: u32) -> Location {
        self.sections.iter().find_map(|s| s.entries.get(&number)).copied().unwrap_or(Location::Free)
    }

    /// Reads an object.
    pub(crate) fn load(&self, id: ObjectId) -> Result<Loaded<'a>, PdfError> {
        let missing = PdfError::Missing { number: id.number, generation: id.generation };
        match self.locate(id.number) {
            Location::Free => Err(missing),
            Location::Offset { at, generation } if generation == id.generation => {
                let (found, object) = indirect_at(self.bytes, at, &|length| self.length(length))?;
                if found != id {
                    return Err(PdfError::structure(
                        "another object stands where the cross-reference points",
                    ));
                }
                Ok(Loaded { value: object.value, stream: object.stream, source: Source::File(self.bytes) })
            }
            Location::Offset { .. } => Err(missing),
            Location::InStream { stream, index } => self.member(id.number, stream, index),
        }
    }

    /// An indirect /Length: must be a plain number at an offset, so this cannot recurse.
    fn length(&self, id: ObjectId) -> Option<i64> {
        let Location::Offset { at, generation } = self.locate(id.number) else { return None };
        if generation != id.generation {
            return None;
        }
        let mut lexer = Lexer::new(self.bytes, at);
        let found = lexer.object_head().ok()?;
        (found == id).then_some(())?;
        lexer.object().ok()?.int()
    }

    fn member(&self, number: u32, stream: u32, index: usize) -> Result<Loaded<'a>, PdfError> {
        let bad = || PdfError::structure("a malformed object stream");
        let Location::Offset { at, .. } = self.locate(stream) else { return Err(bad()) };
        let (_, container) = indirect_at(self.bytes, at, &|length| self.length(length))?;
        let dict = container.value.dict().filter(|d| d.is_name("Type", "ObjStm")).ok_or_else(bad)?;
        let data = self.decoded_stream(stream, dict, container.stream.ok_or_else(bad)?)?;
        let first =
            dict.get("First").and_then(Object::int).and_then(|n| usize::try_from(n).ok()).ok_or_else(bad)?;
        // Counting to a member's place is linear, so a hostile file is stopped early.
        if index > MAX_IN_STREAM {
            return Err(PdfError::Limit { what: "too many objects in one stream" });
        }
        let mut head = Lexer::new(&data, 0);
        for _ in 0..index {
            head.unsigned()?;
            head.unsigned()?;
        }
        if head.unsigned()? != u64::from(number) {
            return Err(bad());
        }
        let offset =
            usize::try_from(head.unsigned()?).ok().and_then(|n| n.checked_add(first)).ok_or_else(bad)?;
        let value = Lexer::new(&data, offset).object()?;
        Ok(Loaded { value, stream: None, source: Source::Stream(data) })
    }

    fn decoded_stream(&self, number: u32, dict: &Dict, data: Range<usize>) -> Result<Rc<Vec<u8>>, PdfError> {
        if let Some(known) = self.streams.borrow().get(&number) {
            return Ok(Rc::clone(known));
        }
        let kept: usize = self.streams.borrow().values().map(|s| s.len()).sum();
        if kept > MAX_KEPT {
            return Err(PdfError::Limit { what: "too much compressed data" });
        }
        let decoded = Rc::new(filter::decode(dict, self.bytes.get(data).unwrap_or_default())?);
        self.streams.borrow_mut().insert(number, Rc::clone(&decoded));
        Ok(decoded)
    }

    /// Follows references until a value.
    pub(crate) fn resolve(&self, object: &Object) -> Result<Object, PdfError> {
        let mut current = object.clone();
        for _ in 0..MAX_HOPS {
            match current {
                Object::Ref(id) => current = self.load(id)?.value,
                value => return Ok(value),
            }
        }
        Err(PdfError::structure("references in a circle"))
    }

    /// The value of a key, references followed; a missing key is `Null`.
    pub(crate) fn get(&self, dict: &Dict, key: &str) -> Result<Object, PdfError> {
        dict.get(key).map_or(Ok(Object::Null), |value| self.resolve(value))
    }

    /// The value of a key as a dictionary, if the key is there.
    pub(crate) fn get_dict(&self, dict: &Dict, key: &str) -> Result<Option<Dict>, PdfError> {
        match self.get(dict, key)? {
            Object::Null => Ok(None),
            Object::Dict(d) => Ok(Some(d)),
            _ => Err(PdfError::structure("a dictionary was expected")),
        }
    }

    /// The catalog's id.
    pub(crate) fn catalog_id(&self) -> Result<ObjectId, PdfError> {
        self.trailer()
            .get("Root")
            .and_then(Object::reference)
            .ok_or(PdfError::structure("no /Root in the trailer"))
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> Result<Dict, PdfError> {
        match self.load(self.catalog_id()?)?.value {
            Object::Dict(d) => Ok(d),
            _ => Err(PdfError::structure("the catalog is not a dictionary")),
        }
    }

    /// Every object that any revision defines, by the newest definition, and older definitions
    /// of the same number as well. Object streams and cross-reference streams are left out
    /// themselves; what they hold is not.
    pub(crate) fn every_object(&self) -> Result<Vec<(ObjectId, Object)>, PdfError> {
        let mut out = Vec::new();
        for section in &self.sections {
            for (number, location) in &section.entries {
                match *location {
                    Location::Free => {}
                    Location::Offset { at, generation } => {
                        let (found, object) = indirect_at(self.bytes, at, &|length| self.length(length))?;
                        if found != (ObjectId { number: *number, generation }) {
                            return Err(PdfError::structure(
                                "another object stands where the cross-reference points",
                            ));
                        }
                        out.push((found, object.value));
                    }
                    Location::InStream { stream, index } => {
                        let loaded = self.member(*number, stream, index)?;
                        out.push((ObjectId { number: *number, generation: 0 }, loaded.value));
                    }
                }
            }
        }
        Ok(out)
    }

    /// Every reference that any object or trailer makes.
    pub(crate) fn every_reference(&self) -> Result<BTreeSet<ObjectId>, PdfError> {
        let mut out = BTreeSet::new();
        for (_, value) in self.every_object()? {
            references(&value, &mut out);
        }
        for section in &self.sections {
            section.trailer.entries.iter().for_each(|e| references(&e.value, &mut out));
        }
        Ok(out)
    }
}

fn references(value: &Object, out: &mut BTreeSet<ObjectId>) {
    match value {
        Object::Ref(id) => {
            out.insert(*id);
        }
        Object::Array(items) => items.iter().for_each(|item| references(item, out)),
        Object::Dict(dict) => dict.entries.iter().for_each(|e| references(&e.value, out)),
        Object::Null
        | Object::Bool(_)
        | Object::Int(_)
        | Object::Real(_)
        | Object::Name(_)
        | Object::Str(_) => {}
    }
}
