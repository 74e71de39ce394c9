//! Decoding of streams: FlateDecode with or without a PNG predictor, which is all that the
//! structure of our files and their appearances use (ISO 32000-2 clause 7.4.4).

use super::PdfError;
use super::object::{Dict, Object};

/// A decoded structural stream may not be larger than this (protects against zip bombs).
pub(crate) const MAX_DECODED: usize = 64 << 20;

/// The stream's bytes as its filters give them back.
pub(crate) fn decode(dict: &Dict, data: &[u8]) -> Result<Vec<u8>, PdfError> {
    let mut out = match single(dict.get("Filter"))? {
        None => return Ok(data.to_vec()),
        Some(Object::Name(n)) if n == b"FlateDecode" => inflate(data)?,
        Some(_) => return Err(PdfError::Unsupported { what: "a stream filter other than FlateDecode" }),
    };
    if let Some(parms) = single(dict.get("DecodeParms"))? {
        let Some(parms) = parms.dict() else {
            return Err(PdfError::structure("/DecodeParms is not a dictionary"));
        };
        out = undo_predictor(parms, out)?;
    }
    Ok(out)
}

/// A value, or the only member of an array around it.
fn single(value: Option<&Object>) -> Result<Option<&Object>, PdfError> {
    match value {
        None | Some(Object::Null) => Ok(None),
        Some(Object::Array(items)) => match items.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(PdfError::Unsupported { what: "several filters on one stream" }),
        },
        Some(other) => Ok(Some(other)),
    }
}

fn inflate(data: &[u8]) -> Result<Vec<u8>, PdfError> {
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(data, MAX_DECODED)
        .map_err(|_| PdfError::structure("a compressed stream cannot be decoded"))
}

/// Bytes as zlib data, for /FlateDecode.
pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(data, 9)
}

fn undo_predictor(parms: &Dict, data: Vec<u8>) -> Result<Vec<u8>, PdfError> {
    let number = |key: &str, default: i64| match parms.get(key) {
        None => Ok(default),
        Some(v) => v.int().ok_or(PdfError::structure("bad /DecodeParms")),
    };
    match number("Predictor", 1)? {
        1 => Ok(data),
        10..=15 if number("Colors", 1)? == 1 && number("BitsPerComponent", 8)? == 8 => {
            let columns = usize::try_from(number("Columns", 1)?).ok().filter(|c| (1..=65_536).contains(c));
            png_rows(columns.ok_or(PdfError::structure("bad /Columns"))?, &data)
        }
        _ => Err(PdfError::Unsupported { what: "this predictor" }),
    }
}

/// PNG filters, one byte per pixel (PNG specification clause 9).
fn png_rows(columns: usize, data: &[u8]) -> Result<Vec<u8>, PdfError> {
    let mut out = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; columns];
    for row in data.chunks(columns + 1) {
        let Some((kind, coded)) = row.split_first().filter(|(_, r)| r.len() == columns) else {
            return Err(PdfError::structure("a predicted row is too short"));
        };
        let mut line = Vec::with_capacity(columns);
        let (mut left, mut upper_left) = (0_u8, 0_u8);
        for (byte, up) in coded.iter().zip(&above) {
            let predicted = match kind {
                0 => 0,
                1 => left,
                2 => *up,
                3 => u8::midpoint(left, *up),
                4 => paeth(left, *up, upper_left),
                _ => return Err(PdfError::structure("unknown row filter")),
            };
            left = byte.wrapping_add(predicted);
            upper_left = *up;
            line.push(left);
        }
        out.extend_from_slice(&line);
        above = line;
    }
    Ok(out)
}

fn paeth(left: u8, up: u8, upper_left: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(upper_left));
    let p = a + b - c;
    let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
    if pa <= pb && pa <= pc {
        left
    } else if pb <= pc {
        up
    } else {
        upper_left
    }
}
