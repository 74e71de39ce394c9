//! Messages on the pipe: a JSON header and the big byte strings behind it, each with its length in front.

use super::{Limit, Limits};
use crate::{
    error::{PictureProblem, RenderError},
    job::{RenderJob, Rendered},
    lint::Refusal,
};
use fieldseal_domain::Digest;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{self, Read, Write};

/// Largest header.
const MAX_HEADER: usize = 64 * 1024 * 1024;
/// Largest sum of byte strings.
const MAX_BLOBS: u64 = 512 * 1024 * 1024;
/// Most byte strings of a message.
const MAX_COUNT: u32 = 10_000;

/// What the parent asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    /// First message: what the worker may use.
    Start(Limits),
    /// Byte strings: canonical document, logo (or empty), photos.
    Render {
        /// The job without its byte strings.
        job: Box<RenderJob>,
        /// Whether there is a logo.
        has_logo: bool,
    },
    /// Byte string: the file.
    Page {
        /// Page, from 1.
        page: u32,
        /// Width in px.
        width: u32,
    },
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    /// Limits are set.
    Ready,
    /// Byte string: the file.
    Rendered(Box<Rendered>),
    /// Byte string: PNG.
    Page,
    /// It did not work.
    Failed(Failure),
}

/// An error that a caller may act on, in a form that crosses the pipe.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Failure {
    Limit(Limit),
    Photo(Digest, PictureProblem),
    Logo(PictureProblem),
    Slots(String),
    SecretField(String),
    SignaturePlace(String),
    Refused(Vec<Refusal>),
    Template { message: String, place: Option<String> },
    Other { code: String, message: String },
}

impl From<&RenderError> for Failure {
    fn from(error: &RenderError) -> Self {
        match error {
            RenderError::Limit(limit) => Self::Limit(*limit),
            RenderError::Photo { sha256, problem } => Self::Photo(*sha256, *problem),
            RenderError::Logo(problem) => Self::Logo(*problem),
            RenderError::Slots(slot) => Self::Slots(slot.clone()),
            RenderError::SecretField(field) => Self::SecretField(field.clone()),
            RenderError::SignaturePlace(slot) => Self::SignaturePlace(slot.clone()),
            RenderError::TemplateRefused(refusals) => Self::Refused(refusals.clone()),
            RenderError::Template { message, place } => {
                Self::Template { message: message.clone(), place: place.clone() }
            }
            other => Self::Other { code: other.code().to_owned(), message: with_causes(other) },
        }
    }
}

impl From<Failure> for RenderError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Limit(limit) => Self::Limit(limit),
            Failure::Photo(sha256, problem) => Self::Photo { sha256, problem },
            Failure::Logo(problem) => Self::Logo(problem),
            Failure::Slots(slot) => Self::Slots(slot),
            Failure::SecretField(field) => Self::SecretField(field),
            Failure::SignaturePlace(slot) => Self::SignaturePlace(slot),
            Failure::Refused(refusals) => Self::TemplateRefused(refusals),
            Failure::Template { message, place } => Self::Template { message, place },
            Failure::Other { code, message } => Self::Remote { code, message },
        }
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Writes one message.
pub(super) fn write<T: Serialize>(out: &mut impl Write, header: &T, blobs: &[&[u8]]) -> io::Result<()> {
    let header = serde_json::to_vec(header)?;
    let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
    out.write_all(&u32::try_from(header.len()).map_err(too_long)?.to_le_bytes())?;
    out.write_all(&u32::try_from(blobs.len()).map_err(too_long)?.to_le_bytes())?;
    for blob in blobs {
        out.write_all(&(blob.len() as u64).to_le_bytes())?;
    }
    out.write_all(&header)?;
    for blob in blobs {
        out.write_all(blob)?;
    }
    out.flush()
}

/// Reads one message; nothing at the end of the pipe.
pub(super) fn read<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<(T, Vec<Vec<u8>>)>> {
    let Some(header_length) = first_figure(input)? else { return Ok(None) };
    let header_length = header_length as usize;
    let count = figure32(input)?;
    if header_length > MAX_HEADER || count > MAX_COUNT {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let lengths = (0..count).map(|_| figure64(input)).collect::<io::Result<Vec<_>>>()?;
    if lengths.iter().fold(0_u64, |sum, length| sum.saturating_add(*length)) > MAX_BLOBS {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let header = exactly(input, header_length as u64)?;
    let blobs = lengths.into_iter().map(|length| exactly(input, length)).collect::<io::Result<Vec<_>>>()?;
    Ok(Some((serde_json::from_slice(&header)?, blobs)))
}

/// The first figure of a message, or nothing when the pipe ends here.
fn first_figure(input: &mut impl Read) -> io::Result<Option<u32>> {
    let mut bytes = [0; 4];
    let [first, rest @ ..] = &mut bytes;
    if input.read(std::slice::from_mut(first))? == 0 {
        return Ok(None);
    }
    input.read_exact(rest)?;
    Ok(Some(u32::from_le_bytes(bytes)))
}

fn figure32(input: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn figure64(input: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    input.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// Grows with what really comes: a false length cannot reserve memory.
fn exactly(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_false_length_is_refused_without_reserving_memory() {
        let mut message = Vec::new();
        write(&mut message, &Request::Page { page: 1, width: 2 }, &[b"abc"]).unwrap();
        message[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(read::<Request>(&mut message.as_slice()).is_err());
        message[8..16].copy_from_slice(&300_000_000_u64.to_le_bytes());
        assert_eq!(
            read::<Request>(&mut message.as_slice()).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }

    proptest! {
        #[test]
        fn a_message_reads_back_and_random_bytes_never_panic(
            blobs in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..5),
            noise in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            let parts: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
            let mut message = Vec::new();
            write(&mut message, &"header", &parts).unwrap();
            let (header, back) = read::<String>(&mut message.as_slice()).unwrap().unwrap();
            prop_assert_eq!((header.as_str(), back), ("header", blobs));
            let _ = read::<Request>(&mut noise.as_slice());
        }
    }
}
