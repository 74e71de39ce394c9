//! Where the bytes of a signature stand: every byte of the file must be covered or be the
//! hexadecimal string of /Contents, which has one possible spelling (SEAL-FORMAT section 1).

use std::ops::Range;

use serde::Serialize;

use crate::form::Field;
use crate::pdf::{Dict, Document, Loaded, Object, ObjectId};

/// The space kept for the CMS may not be smaller, in bytes.
const MIN_SPACE: usize = 8_192;

/// What is wrong with the placement of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LayoutFault {
    /// /V is not a reference to a signature dictionary in the file itself.
    NotADictionary,
    /// /Type, /Filter or /SubFilter differ, or there is a /Cert.
    NotOurKind,
    /// /ByteRange is not `[0 a b c]` inside the file.
    ByteRangeMalformed,
    /// The gap is not exactly the string of /Contents.
    GapIsNotContents,
    /// The string is not lower-case hexadecimal of whole bytes.
    ContentsNotHex,
    /// Less space than the format asks for.
    ContentsTooSmall,
    /// Something other than zeros stands behind the CMS.
    BytesAfterCms,
    /// Bytes stand behind the last signature.
    BytesAfterSignature,
    /// Two signatures overlap or cover the same revision.
    Overlapping,
    /// The covered part does not end like a revision.
    NotARevision,
    /// A signature dictionary that no field leads to.
    HiddenSignature,
    /// Scripts, layers, actions or forms by which a file can look different without being changed.
    ActiveContent,
}

/// A signature found through the form.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) field: Field,
    pub(super) id: ObjectId,
    pub(super) loaded: Loaded<'a>,
    /// From `<` to behind `>`.
    pub(super) gap: Range<usize>,
    /// End of the covered bytes.
    pub(super) end: usize,
    /// CMS without padding.
    pub(super) message: Vec<u8>,
    /// A spelling that is refused, although the CMS can be read and judged.
    pub(super) fault: Option<LayoutFault>,
}

impl Found<'_> {
    pub(super) fn dict(&self) -> &Dict {
        static EMPTY: Dict = Dict { entries: Vec::new(), span: 0..0 };
        self.loaded.value.dict().unwrap_or(&EMPTY)
    }
}

/// Reads one filled field's signature and checks its own placement.
pub(super) fn find<'a>(document: &Document<'a>, field: &Field) -> Result<Found<'a>, LayoutFault> {
    let id = field.value.ok_or(LayoutFault::NotADictionary)?;
    let loaded = document.load(id).map_err(|_| LayoutFault::NotADictionary)?;
    let in_file = matches!(loaded.source, crate::pdf::reader::Source::File(_));
    let dict = loaded
        .value
        .dict()
        .filter(|_| in_file && loaded.stream.is_none())
        .ok_or(LayoutFault::NotADictionary)?;
    let ours = dict.is_name("Type", "Sig")
        && dict.is_name("Filter", "Adobe.PPKLite")
        && dict.is_name("SubFilter", "ETSI.CAdES.detached")
        && dict.get("Cert").is_none();
    if !ours {
        return Err(LayoutFault::NotOurKind);
    }
    let (gap, end) = byte_range(dict, document.bytes().len())?;
    let contents = dict.entry(b"Contents").ok_or(LayoutFault::GapIsNotContents)?;
    if contents.value_span != gap {
        return Err(LayoutFault::GapIsNotContents);
    }
    let (message, fault) = message(document.bytes().get(gap.clone()).unwrap_or_default())?;
    Ok(Found { field: field.clone(), id, gap, end, message, fault, loaded: loaded.clone() })
}

/// `[0 a b c]` as the gap and the end of the covered bytes.
fn byte_range(dict: &Dict, len: usize) -> Result<(Range<usize>, usize), LayoutFault> {
    let bad = LayoutFault::ByteRangeMalformed;
    let items = dict.get("ByteRange").and_then(Object::array).ok_or(bad)?;
    let numbers: Vec<usize> = items
        .iter()
        .map(|o| o.int().and_then(|n| usize::try_from(n).ok()))
        .collect::<Option<_>>()
        .ok_or(bad)?;
    let [0, a, b, c] = numbers.as_slice() else { return Err(bad) };
    let end = b.checked_add(*c).filter(|end| *end <= len).ok_or(bad)?;
    if *a == 0 || b <= a || *c == 0 {
        return Err(bad);
    }
    Ok((*a..*b, end))
}

/// The CMS inside `<...>`: lower case, whole bytes, zeros behind it.
fn message(gap: &[u8]) -> Result<(Vec<u8>, Option<LayoutFault>), LayoutFault> {
    let digits =
        gap.strip_prefix(b"<").and_then(|g| g.strip_suffix(b">")).ok_or(LayoutFault::GapIsNotContents)?;
    let mut bytes = hex::decode(digits).map_err(|_| LayoutFault::ContentsNotHex)?;
    let used = der_length(&bytes).filter(|n| *n <= bytes.len()).ok_or(LayoutFault::BytesAfterCms)?;
    let lower = digits.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
    let fault = if bytes.iter().skip(used).any(|b| *b != 0) {
        Some(LayoutFault::BytesAfterCms)
    } else if !lower {
        Some(LayoutFault::ContentsNotHex)
    } else if bytes.len() < MIN_SPACE {
        Some(LayoutFault::ContentsTooSmall)
    } else {
        None
    };
    bytes.truncate(used);
    Ok((bytes, fault))
}

/// Length of the SEQUENCE at the start, head included.
fn der_length(bytes: &[u8]) -> Option<usize> {
    use der::{Decode as _, Encode as _};
    let mut reader = der::SliceReader::new(bytes).ok()?;
    let header = der::Header::decode(&mut reader).ok()?;
    let head = usize::try_from(u32::from(header.encoded_len().ok()?)).ok()?;
    let content = usize::try_from(u32::from(header.length())).ok()?;
    (header.tag() == der::Tag::Sequence).then_some(())?;
    head.checked_add(content)
}

/// Signatures in the order they were made must each cover everything before the next one.
pub(super) fn check_order(found: &[Found<'_>], bytes: &[u8]) -> Result<(), LayoutFault> {
    let mut before = 0;
    for signature in found {
        if signature.gap.start <= before || signature.end <= signature.gap.end {
            return Err(LayoutFault::Overlapping);
        }
        let covered = bytes.get(..signature.end).unwrap_or_default();
        if !covered.trim_ascii_end().ends_with(b"%%EOF") {
            return Err(LayoutFault::NotARevision);
        }
        before = signature.end;
    }
    if before == bytes.len() { Ok(()) } else { Err(LayoutFault::BytesAfterSignature) }
}

/// Whether a value holds a signature dictionary somewhere inside.
fn holds_signature(value: &Object) -> bool {
    match value {
        Object::Dict(dict) => {
            let looks = dict.get("ByteRange").is_some() || dict.is_name("Type", "DocTimeStamp");
            looks || dict.entries.iter().any(|e| holds_signature(&e.value))
        }
        Object::Array(items) => items.iter().any(holds_signature),
        Object::Null
        | Object::Bool(_)
        | Object::Int(_)
        | Object::Real(_)
        | Object::Name(_)
        | Object::Str(_)
        | Object::Ref(_) => false,
    }
}

/// Signature dictionaries no field leads to: in any object of any revision, and in the bytes of
/// the signing revisions outside any signature object.
pub(super) fn check_hidden(
    document: &Document<'_>,
    found: &[Found<'_>],
    frozen_end: usize,
) -> Result<(), LayoutFault> {
    let hidden = LayoutFault::HiddenSignature;
    for (id, value) in document.every_object().map_err(|_| hidden)? {
        if holds_signature(&value) && !found.iter().any(|f| f.id == id) {
            return Err(hidden);
        }
    }
    let tail = document.bytes().get(frozen_end..).unwrap_or_default();
    let needle = b"/ByteRange";
    let inside = |at: usize| found.iter().any(|f| f.dict().span.contains(&at));
    let stray = tail.windows(needle.len()).enumerate().any(|(i, w)| w == needle && !inside(frozen_end + i));
    if stray { Err(hidden) } else { Ok(()) }
}

/// Names by which a PDF can show something else without a single byte changing. None of them is
/// in a PDF/A file.
const ACTIVE: [&[u8]; 15] = [
    b"JavaScript",
    b"JS",
    b"AA",
    b"OpenAction",
    b"OCProperties",
    b"XFA",
    b"RichMedia",
    b"Launch",
    b"SubmitForm",
    b"ImportData",
    b"GoToE",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"3D",
];

fn active_name(value: &Object) -> Option<&[u8]> {
    match value {
        Object::Dict(dict) => dict.entries.iter().find_map(|e| {
            let key = ACTIVE.contains(&e.key.as_slice()).then_some(e.key.as_slice());
            // As values these names count only where they say what an action or annotation is.
            let kind = (e.key == b"S" || e.key == b"Subtype").then(|| e.value.name()).flatten();
            key.or(kind.filter(|name| ACTIVE.contains(name))).or_else(|| active_name(&e.value))
        }),
        Object::Array(items) => items.iter().find_map(active_name),
        Object::Null
        | Object::Bool(_)
        | Object::Int(_)
        | Object::Real(_)
        | Object::Name(_)
        | Object::Str(_)
        | Object::Ref(_) => None,
    }
}

/// The first name of active content in any object of any revision.
pub(super) fn find_active(document: &Document<'_>) -> Option<String> {
    let objects = document.every_object().ok()?;
    objects
        .iter()
        .find_map(|(_, value)| active_name(value).map(|name| String::from_utf8_lossy(name).into_owned()))
}
