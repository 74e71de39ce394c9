//! The two new objects of a signing revision: the signature dictionary and the appearance.

use std::ops::Range;

use jiff::Zoned;
use pdf_writer::{Chunk, Date, Dict, Filter, Finish as _, Name, Rect, Ref, Str, TextStr};

use crate::appearance::{self, Appearance};
use crate::pdf::{ObjectId, PdfError, filter};
use crate::seal::SealRequest;

/// Space kept for the CMS, in bytes (SEAL-FORMAT section 1).
pub(crate) const CONTENTS_SPACE: usize = 16_384;
/// Placeholder of an offset: ten digits, room for files below 2 GB.
const OFFSET_SPACE: i32 = 2_000_000_000;

/// Whether this signature certifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureOrder {
    /// The first one: certification.
    First,
    /// A later one.
    Later,
}

/// Whether this signature closes the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    /// Nothing may follow.
    Closes,
    /// Other prepared fields may be filled.
    StaysOpen,
}

/// What a signature dictionary says.
pub(crate) struct Statement<'r, 'a> {
    pub(crate) request: &'r SealRequest<'a>,
    pub(crate) order: SignatureOrder,
    pub(crate) closing: Closing,
    pub(crate) catalog: ObjectId,
}

fn as_ref(id: ObjectId) -> Result<Ref, PdfError> {
    // pdf-writer panics on numbers it cannot hold, so they are refused before.
    i32::try_from(id.number)
        .ok()
        .filter(|n| *n > 0)
        .map(Ref::new)
        .ok_or(PdfError::Limit { what: "too many objects" })
}

/// The signature dictionary with placeholders for /ByteRange and /Contents.
pub(crate) fn signature(id: ObjectId, statement: &Statement<'_, '_>) -> Result<Vec<u8>, PdfError> {
    let request = statement.request;
    let mut chunk = Chunk::new();
    let mut dict: Dict<'_> = chunk.indirect(as_ref(id)?).dict();
    dict.pair(Name(b"Type"), Name(b"Sig"));
    dict.pair(Name(b"Filter"), Name(b"Adobe.PPKLite"));
    dict.pair(Name(b"SubFilter"), Name(b"ETSI.CAdES.detached"));
    dict.insert(Name(b"ByteRange")).array().items([0, OFFSET_SPACE, OFFSET_SPACE, OFFSET_SPACE]);
    // Bytes above 127 make pdf-writer choose the hexadecimal form.
    dict.pair(Name(b"Contents"), Str(&[0xff; CONTENTS_SPACE]));
    dict.pair(Name(b"M"), date(request.claimed_time));
    // Before every text that people typed: the second path takes the first one it meets.
    dict.pair(Name(b"FSL_Acceptance"), Str(request.acceptance_json.as_bytes()));
    for (key, value) in
        [(b"Name".as_slice(), request.name), (b"Reason", request.reason), (b"Location", request.location)]
    {
        if let Some(text) = value {
            dict.pair(Name(key), TextStr(text));
        }
    }
    references(&mut dict, statement)?;
    dict.finish();
    Ok(chunk.as_bytes().to_vec())
}

/// /Reference: DocMDP for the first signature, FieldMDP for the closing one (ISO 32000-2
/// clauses 12.8.2.2 and 12.8.2.4).
fn references(dict: &mut Dict<'_>, statement: &Statement<'_, '_>) -> Result<(), PdfError> {
    let (certifies, closes) =
        (statement.order == SignatureOrder::First, statement.closing == Closing::Closes);
    if !certifies && !closes {
        return Ok(());
    }
    let catalog = as_ref(statement.catalog)?;
    let mut list = dict.insert(Name(b"Reference")).array();
    if certifies {
        let mut reference = list.push().dict();
        reference.pair(Name(b"Type"), Name(b"SigRef"));
        reference.pair(Name(b"TransformMethod"), Name(b"DocMDP"));
        let mut parameters = reference.insert(Name(b"TransformParams")).dict();
        parameters.pair(Name(b"Type"), Name(b"TransformParams"));
        parameters.pair(Name(b"V"), Name(b"1.2"));
        parameters.pair(Name(b"P"), if closes { 1 } else { 2 });
    }
    if closes {
        let mut reference = list.push().dict();
        reference.pair(Name(b"Type"), Name(b"SigRef"));
        reference.pair(Name(b"TransformMethod"), Name(b"FieldMDP"));
        reference.pair(Name(b"Data"), catalog);
        let mut parameters = reference.insert(Name(b"TransformParams")).dict();
        parameters.pair(Name(b"Type"), Name(b"TransformParams"));
        parameters.pair(Name(b"V"), Name(b"1.2"));
        parameters.pair(Name(b"Action"), Name(b"All"));
        parameters.pair(Name(b"P"), 1);
    }
    Ok(())
}

/// The appearance as a form XObject without resources, compressed.
pub(crate) fn appearance(id: ObjectId, appearance: &Appearance) -> Result<Vec<u8>, PdfError> {
    let data = filter::deflate(&appearance::content(appearance));
    let mut chunk = Chunk::new();
    let mut form = chunk.form_xobject(as_ref(id)?, &data);
    form.filter(Filter::FlateDecode);
    form.bbox(Rect::new(0.0, 0.0, points(appearance.size.width), points(appearance.size.height)));
    // An empty dictionary, not none: without one a reader may look in the page's resources.
    form.resources();
    form.finish();
    Ok(chunk.as_bytes().to_vec())
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn points(thousandths: i64) -> f32 {
    (thousandths as f64 / 1000.0) as f32
}

fn date(at: &Zoned) -> Date {
    let number = |n: i8| u8::try_from(n).unwrap_or(0);
    let minutes = at.offset().seconds() / 60;
    let year = u16::try_from(at.year()).unwrap_or(0);
    Date::new(year)
        .month(number(at.month()))
        .day(number(at.day()))
        .hour(number(at.hour()))
        .minute(number(at.minute()))
        .second(number(at.second()))
        .utc_offset_hour(i8::try_from(minutes / 60).unwrap_or(0))
        .utc_offset_minute(u8::try_from((minutes % 60).abs()).unwrap_or(0))
}

/// Where the hexadecimal digits of the placeholder stand.
pub(crate) fn find_contents(tail: &[u8]) -> Option<Range<usize>> {
    let wanted = [b'F'; 64];
    let start = tail.windows(64).position(|w| w == wanted)?;
    let end = start + 2 * CONTENTS_SPACE;
    let all = tail.get(start..end)?.iter().all(|b| *b == b'F');
    (all && tail.get(start.checked_sub(1)?) == Some(&b'<') && tail.get(end) == Some(&b'>'))
        .then_some(start..end)
}

/// Overwrites the placeholder of /ByteRange and pads with blanks.
pub(crate) fn write_byte_range(tail: &mut [u8], range: &str) -> Option<()> {
    const PLACEHOLDER: &[u8] = b"[0 2000000000 2000000000 2000000000]";
    let at = tail.windows(PLACEHOLDER.len()).position(|w| w == PLACEHOLDER)?;
    let space = tail.get_mut(at..at + PLACEHOLDER.len())?;
    if range.len() > space.len() {
        return None;
    }
    let padded = range.bytes().chain(std::iter::repeat(b' '));
    for (to, from) in space.iter_mut().zip(padded) {
        *to = from;
    }
    Some(())
}
