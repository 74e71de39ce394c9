//! Cross-references: classic tables and streams, and the chain of revisions they form
//! (ISO 32000-2 clauses 7.5.4 to 7.5.8).

use std::collections::{BTreeMap, BTreeSet};

use super::PdfError;
use super::filter;
use super::lexer::Lexer;
use super::object::{Dict, Object};
use super::reader;

/// A file may have this many revisions; ours have at most a dozen.
const MAX_SECTIONS: usize = 1024;
/// And this many objects in one section.
const MAX_OBJECTS: usize = 1_000_000;

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    /// Deleted, or never there.
    Free,
    /// At this offset of the file.
    Offset {
        /// Byte offset of `N G obj`.
        at: usize,
        /// Its generation.
        generation: u16,
    },
    /// Inside an object stream.
    InStream {
        /// Object number of the stream.
        stream: u32,
        /// Place in the stream.
        index: usize,
    },
}

/// How a section is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SectionKind {
    /// `xref` and `trailer`.
    Table,
    /// A stream of /Type /XRef.
    Stream,
}

/// One cross-reference section: what one revision says.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// Table or stream.
    pub(crate) kind: SectionKind,
    /// Offset of the section in the file.
    pub(crate) at: usize,
    /// Trailer (or the stream's dictionary).
    pub(crate) trailer: Dict,
    /// What it says about each object number.
    pub(crate) entries: BTreeMap<u32, Location>,
}

/// The offset that the last `startxref` of these bytes gives.
pub(crate) fn start_of(bytes: &[u8]) -> Result<usize, PdfError> {
    let tail_at = bytes.len().saturating_sub(2048);
    let tail = bytes.get(tail_at..).unwrap_or_default();
    let found = tail.windows(9).rposition(|w| w == b"startxref");
    let Some(at) = found else { return Err(PdfError::structure("no startxref at the end")) };
    let mut lexer = Lexer::new(bytes, tail_at + at + 9);
    let value = lexer.unsigned()?;
    usize::try_from(value)
        .ok()
        .filter(|v| *v < bytes.len())
        .ok_or(PdfError::structure("startxref points outside the file"))
}

/// All sections, newest first.
pub(crate) fn sections(bytes: &[u8]) -> Result<Vec<Section>, PdfError> {
    let mut out = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = Some(start_of(bytes)?);
    while let Some(at) = next {
        if !seen.insert(at) {
            return Err(PdfError::structure("the chain of cross-references is a loop"));
        }
        if out.len() >= MAX_SECTIONS {
            return Err(PdfError::Limit { what: "too many revisions" });
        }
        let section = section(bytes, at)?;
        next = previous(&section.trailer, bytes.len())?;
        out.push(section);
    }
    Ok(out)
}

fn previous(trailer: &Dict, len: usize) -> Result<Option<usize>, PdfError> {
    match trailer.get("Prev") {
        None => Ok(None),
        Some(value) => {
            let at = value.int().and_then(|n| usize::try_from(n).ok()).filter(|n| *n < len);
            at.map(Some).ok_or(PdfError::structure("/Prev points outside the file"))
        }
    }
}

fn section(bytes: &[u8], at: usize) -> Result<Section, PdfError> {
    let mut lexer = Lexer::new(bytes, at);
    lexer.skip_space();
    if lexer.keyword(b"xref") { table(lexer, at) } else { stream(bytes, at) }
}

fn table(mut lexer: Lexer<'_>, at: usize) -> Result<Section, PdfError> {
    let mut entries = BTreeMap::new();
    loop {
        lexer.skip_space();
        if lexer.keyword(b"trailer") {
            break;
        }
        let first = lexer.unsigned()?;
        let count = lexer.unsigned()?;
        for i in 0..count {
            let number = u32::try_from(first.saturating_add(i))
                .map_err(|_| PdfError::structure("object number too large"))?;
            let entry = table_entry(&mut lexer)?;
            if entries.insert(number, entry).is_some() {
                return Err(PdfError::structure("an object occurs twice in one cross-reference"));
            }
            if entries.len() > MAX_OBJECTS {
                return Err(PdfError::Limit { what: "too many objects" });
            }
        }
    }
    let Object::Dict(trailer) = lexer.object()? else {
        return Err(PdfError::structure("the trailer is not a dictionary"));
    };
    if trailer.get("XRefStm").is_some() {
        return Err(PdfError::Unsupported { what: "hybrid cross-references" });
    }
    Ok(Section { kind: SectionKind::Table, at, trailer, entries })
}

fn table_entry(lexer: &mut Lexer<'_>) -> Result<Location, PdfError> {
    let at = lexer.unsigned()?;
    let generation = lexer.unsigned()?;
    lexer.skip_space();
    if lexer.keyword(b"f") {
        return Ok(Location::Free);
    }
    if !lexer.keyword(b"n") {
        return Err(PdfError::Syntax { offset: lexer.pos(), what: "'n' or 'f' was expected" });
    }
    let at = usize::try_from(at).map_err(|_| PdfError::structure("offset too large"))?;
    let generation = u16::try_from(generation).map_err(|_| PdfError::structure("generation too large"))?;
    Ok(Location::Offset { at, generation })
}

fn stream(bytes: &[u8], at: usize) -> Result<Section, PdfError> {
    let (_, object) = reader::indirect_at(bytes, at, &|_| None)?;
    let (Object::Dict(trailer), Some(data)) = (object.value, object.stream) else {
        return Err(PdfError::structure("no cross-reference where one was announced"));
    };
    if !trailer.is_name("Type", "XRef") {
        return Err(PdfError::structure("no cross-reference where one was announced"));
    }
    let decoded = filter::decode(&trailer, bytes.get(data).unwrap_or_default())?;
    let entries = stream_entries(&trailer, &decoded)?;
    Ok(Section { kind: SectionKind::Stream, at, trailer, entries })
}

fn stream_entries(trailer: &Dict, data: &[u8]) -> Result<BTreeMap<u32, Location>, PdfError> {
    let bad = || PdfError::structure("a malformed cross-reference stream");
    let widths: Vec<usize> = trailer
        .get("W")
        .and_then(Object::array)
        .ok_or_else(bad)?
        .iter()
        .map(|w| w.int().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= 8))
        .collect::<Option<_>>()
        .ok_or_else(bad)?;
    let [kind_width, second_width, third_width] = widths.as_slice() else { return Err(bad()) };
    let row_len = kind_width + second_width + third_width;
    if row_len == 0 {
        return Err(bad());
    }
    let mut rows = data.chunks_exact(row_len);
    let mut entries = BTreeMap::new();
    for (first, count) in index(trailer)? {
        for i in 0..count {
            if entries.len() >= MAX_OBJECTS {
                return Err(PdfError::Limit { what: "too many objects" });
            }
            let row = rows.next().ok_or_else(bad)?;
            let (kind, rest) = row.split_at(*kind_width);
            let (second, third) = rest.split_at(*second_width);
            let kind = if kind.is_empty() { 1 } else { big_endian(kind) };
            let number = first.checked_add(i).ok_or_else(bad)?;
            if entries
                .insert(number, location(kind, big_endian(second), big_endian(third)).ok_or_else(bad)?)
                .is_some()
            {
                return Err(PdfError::structure("an object occurs twice in one cross-reference"));
            }
        }
    }
    Ok(entries)
}

fn index(trailer: &Dict) -> Result<Vec<(u32, u32)>, PdfError> {
    let bad = || PdfError::structure("a malformed /Index or /Size");
    let number = |o: &Object| o.int().and_then(|n| u32::try_from(n).ok());
    match trailer.get("Index") {
        None => Ok(vec![(0, trailer.get("Size").and_then(number).ok_or_else(bad)?)]),
        Some(value) => {
            let items: Vec<u32> =
                value.array().ok_or_else(bad)?.iter().map(number).collect::<Option<_>>().ok_or_else(bad)?;
            Ok(items.chunks_exact(2).filter_map(|p| Some((*p.first()?, *p.get(1)?))).collect())
        }
    }
}

fn location(kind: u64, second: u64, third: u64) -> Option<Location> {
    match kind {
        0 => Some(Location::Free),
        1 => Some(Location::Offset {
            at: usize::try_from(second).ok()?,
            generation: u16::try_from(third).ok()?,
        }),
        2 => Some(Location::InStream {
            stream: u32::try_from(second).ok()?,
            index: usize::try_from(third).ok()?,
        }),
        _ => None,
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, b| (n << 8) | u64::from(*b))
}
