//! The bytes of one incremental revision: objects, cross-reference, trailer (ISO 32000-2
//! clause 7.5.6).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fieldseal_domain::Digest;

use crate::pdf::xref::{self, SectionKind};
use crate::pdf::{Document, Object, ObjectId, PdfError};
use crate::seal::{SealError, section_kind};

/// A revision being written.
pub(crate) struct Tail {
    bytes: Vec<u8>,
    /// Length of the file before it.
    base: usize,
    next: u32,
    offsets: BTreeMap<u32, (usize, u16)>,
}

impl Tail {
    /// Begins behind the document's last byte.
    pub(crate) fn new(document: &Document<'_>) -> Result<Self, SealError> {
        let size = document.trailer().get("Size").and_then(Object::int).and_then(|n| u32::try_from(n).ok());
        let next = size.filter(|n| *n > 0 && *n < 8_000_000).ok_or(PdfError::structure("no usable /Size"))?;
        // A number at or above /Size would be taken twice.
        if document.sections().iter().flat_map(|s| s.entries.keys()).any(|n| *n >= next) {
            return Err(PdfError::structure("/Size is smaller than the object numbers").into());
        }
        let ends_line = document.bytes().last().is_some_and(|b| *b == b'\n' || *b == b'\r');
        let bytes = if ends_line { Vec::new() } else { vec![b'\n'] };
        Ok(Self { bytes, base: document.bytes().len(), next, offsets: BTreeMap::new() })
    }

    /// A new object number.
    pub(crate) fn allocate(&mut self) -> Result<ObjectId, SealError> {
        let number = self.next;
        self.next = number.checked_add(1).ok_or(SealError::TooLarge)?;
        Ok(ObjectId { number, generation: 0 })
    }

    fn note(&mut self, id: ObjectId) {
        self.offsets.insert(id.number, (self.base + self.bytes.len(), id.generation));
    }

    /// An object that already has its head and `endobj`.
    pub(crate) fn add_chunk(&mut self, id: ObjectId, bytes: &[u8]) {
        self.note(id);
        self.bytes.extend_from_slice(bytes);
    }

    /// An object given as its value alone.
    pub(crate) fn add_raw(&mut self, id: ObjectId, value: &[u8]) {
        self.note(id);
        self.bytes.extend_from_slice(format!("{} {} obj\n", id.number, id.generation).as_bytes());
        self.bytes.extend_from_slice(value);
        self.bytes.extend_from_slice(b"\nendobj\n\n");
    }

    /// Marks an object as deleted.
    #[cfg(test)]
    pub(crate) fn forget(&mut self, number: u32) {
        self.offsets.insert(number, (0, u16::MAX));
    }

    /// Adds cross-reference and trailer in the form the previous revision used.
    pub(crate) fn finish(mut self, document: &Document<'_>) -> Result<Vec<u8>, SealError> {
        let at = self.base + self.bytes.len();
        let previous = xref::start_of(document.bytes())?;
        match section_kind(document) {
            SectionKind::Table => self.table(document, previous)?,
            SectionKind::Stream => self.stream(document, previous, at)?,
        }
        self.bytes.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
        // Ten digits is what a classic table and the byte range hold.
        if self.base + self.bytes.len() >= 2_000_000_000 {
            return Err(SealError::TooLarge);
        }
        Ok(self.bytes)
    }

    /// Runs of consecutive object numbers.
    fn runs(&self) -> Vec<(u32, Vec<(usize, u16)>)> {
        let mut runs: Vec<(u32, Vec<(usize, u16)>)> = Vec::new();
        for (number, offset) in &self.offsets {
            match runs.last_mut() {
                Some((first, members))
                    if usize::try_from(*number - *first).is_ok_and(|n| n == members.len()) =>
                {
                    members.push(*offset)
                }
                Some(_) | None => runs.push((*number, vec![*offset])),
            }
        }
        runs
    }

    fn table(&mut self, document: &Document<'_>, previous: usize) -> Result<(), SealError> {
        let mut text = String::from("xref\n");
        for (first, members) in self.runs() {
            let _ = writeln!(text, "{first} {}", members.len());
            for (offset, generation) in members {
                let kind = if offset == 0 { 'f' } else { 'n' };
                let _ = write!(text, "{offset:010} {generation:05} {kind}\r\n");
            }
        }
        let _ = write!(text, "trailer\n<</Size {}/Prev {previous}", self.next);
        self.bytes.extend_from_slice(text.as_bytes());
        let kept = self.kept_entries(document)?;
        self.bytes.extend_from_slice(&kept);
        self.bytes.extend_from_slice(b">>\n");
        Ok(())
    }

    fn stream(&mut self, document: &Document<'_>, previous: usize, at: usize) -> Result<(), SealError> {
        let id = self.allocate()?;
        self.offsets.insert(id.number, (at, 0));
        let mut index = String::new();
        let mut data = Vec::new();
        for (first, members) in self.runs() {
            let _ = write!(index, "{first} {} ", members.len());
            for (offset, generation) in members {
                data.push(1);
                data.extend_from_slice(
                    &u32::try_from(offset).map_err(|_| SealError::TooLarge)?.to_be_bytes(),
                );
                data.extend_from_slice(&generation.to_be_bytes());
            }
        }
        let head = format!(
            "{} 0 obj\n<</Type/XRef/Size {}/Prev {previous}/W[1 4 2]/Index[{}]/Length {}",
            id.number,
            self.next,
            index.trim_end(),
            data.len(),
        );
        self.bytes.extend_from_slice(head.as_bytes());
        let kept = self.kept_entries(document)?;
        self.bytes.extend_from_slice(&kept);
        self.bytes.extend_from_slice(b">>\nstream\n");
        self.bytes.extend_from_slice(&data);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n\n");
        Ok(())
    }

    /// /Root, /Info as they were; /ID with a new second half (ISO 32000-2 clause 14.4), which
    /// depends on what this revision says and on nothing else.
    fn kept_entries(&self, document: &Document<'_>) -> Result<Vec<u8>, SealError> {
        let trailer = document.trailer();
        let mut out = Vec::new();
        for key in ["Root", "Info"] {
            if let Some(entry) = trailer.entry(key.as_bytes()) {
                out.extend_from_slice(format!("/{key} ").as_bytes());
                let value = document.bytes().get(entry.value_span.clone());
                out.extend_from_slice(value.ok_or(PdfError::structure("a trailer outside the file"))?);
            }
        }
        let id = document.get(trailer, "ID")?;
        if let Some([Object::Str(first), ..]) = id.array() {
            let second = Digest::of(&self.bytes).0;
            let second = second.get(..16).unwrap_or_default();
            out.extend_from_slice(
                format!("/ID[<{}><{}>]", hex::encode(first), hex::encode(second)).as_bytes(),
            );
        }
        Ok(out)
    }
}
