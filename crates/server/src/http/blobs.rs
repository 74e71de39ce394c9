//! Files by their SHA-256, in both directions from any byte on. Out of sight is the same as not there.

use super::{
    caller::Caller,
    error::{Answer, No},
};
use crate::{
    files::{FileError, Upload},
    server::Server,
    store::BlobView,
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use fieldseal_domain::Digest;
use fieldseal_wire::{
    Code, Refusal,
    blob::{BlobState, LENGTH, OFFSET, STATE},
};
use serde_json::json;
use std::ops::Range;

fn not_there() -> No {
    No::new(Code::NotFound, "there is no such file")
}

fn sha256(text: &str) -> Answer<Digest> {
    text.parse().map_err(|_| not_there())
}

pub(super) async fn state(
    State(server): State<Server>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer<Response> {
    let sha256 = sha256(&name)?;
    let state = match server.store().blob(caller.sight(), sha256).await? {
        BlobView::OutOfSight => BlobState::Absent,
        BlobView::Here { size } => BlobState::Complete { size },
        BlobView::Missing => match server.files().offset(sha256).await? {
            0 => BlobState::Absent,
            offset => BlobState::Partial { offset },
        },
    };
    Ok(answer(state))
}

pub(super) async fn put(
    State(server): State<Server>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let sha256 = sha256(&name)?;
    match server.store().blob(caller.sight(), sha256).await? {
        BlobView::OutOfSight => return Err(not_there()),
        BlobView::Here { size } => return Ok(answer(BlobState::Complete { size })),
        BlobView::Missing => {}
    }
    let (offset, size) = (number(&headers, OFFSET)?, number(&headers, LENGTH)?);
    let upload = server.files().put(sha256, offset, size, body.into_data_stream()).await?;
    let state = match upload {
        Upload::Partial(offset) => BlobState::Partial { offset },
        Upload::Whole(size) => {
            server.store().add_blob(sha256, size, server.clock().now_ms()).await?;
            server.wake_projector();
            BlobState::Complete { size }
        }
    };
    Ok(answer(state))
}

pub(super) async fn get(
    State(server): State<Server>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let sha256 = sha256(&name)?;
    let BlobView::Here { size } = server.store().blob(caller.sight(), sha256).await? else {
        return Err(not_there());
    };
    let wanted = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let range = match wanted {
        None => 0..size,
        Some(text) => match parse_range(text, size) {
            Some(range) => range,
            None => return Ok(unsatisfiable(size)),
        },
    };
    let stream = server.files().read(sha256, range.clone()).await?;
    let status = if wanted.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut response = (status, Body::from_stream(stream)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if wanted.is_some() {
        let text = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
        headers.insert(header::CONTENT_RANGE, value(&text)?);
    }
    Ok(response)
}

fn number(headers: &HeaderMap, name: &str) -> Answer<u64> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| No::new(Code::BadRequest, "upload-offset and upload-length are needed"))
}

/// One range from a first byte on, with or without a last one.
fn parse_range(text: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let first: u64 = first.parse().ok()?;
    let end = if last.is_empty() { size } else { last.parse::<u64>().ok()?.checked_add(1)?.min(size) };
    (first < end).then_some(first..end)
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

fn value(text: &str) -> Answer<HeaderValue> {
    HeaderValue::from_str(text).map_err(|error| No::internal(&error))
}

fn answer(state: BlobState) -> Response {
    let (status, word, offset) = match state {
        BlobState::Complete { size } => (StatusCode::OK, "complete", size),
        BlobState::Partial { offset } => (StatusCode::OK, "partial", offset),
        BlobState::Absent => (StatusCode::NOT_FOUND, "absent", 0),
    };
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(STATE), HeaderValue::from_static(word));
    headers.insert(HeaderName::from_static(OFFSET), HeaderValue::from(offset));
    response
}

impl From<FileError> for No {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Busy => Self::new(Code::Busy, "somebody else is sending this file"),
            FileError::Offset(offset) => {
                let refusal = Refusal::new(Code::OffsetMismatch, "the upload stands elsewhere");
                refusal.with(json!({ "offset": offset })).into()
            }
            FileError::TooLarge => Self::new(Code::TooLarge, "the file is larger than announced or allowed"),
            FileError::Hash => Self::new(Code::WrongHash, "the file has another hash; it begins again"),
            FileError::Broken => Self::new(Code::BadRequest, "the upload broke off; what came is kept"),
            FileError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                Self::new(Code::NoSpace, "the server's disk is full")
            }
            FileError::Io(error) => Self::internal(&error),
            FileError::Store(error) => Self::internal(&error),
        }
    }
}
