//! One entry of a journal: its header and body, read and checked against each other.

use crate::{
    column::Hash,
    error::{Result, StoreError},
};
use fieldseal_domain::{
    Digest,
    event::{self, BodyError, Event, Header, MAX_HEADER, ReadEvent},
    facts::Facts,
    fold::{FoldEntry, Place},
    hlc::Hlc,
};
use rusqlite::Row;

/// Salt and body of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// The event's JSON.
    pub bytes: Vec<u8>,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Number in its journal, from 1.
    pub n: u64,
    /// Id.
    pub id: Digest,
    /// Hybrid clock.
    pub hlc: Hlc,
}

/// One entry of a journal, byte for byte as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// SHA-256 of `header_bytes`.
    pub id: Digest,
    /// The header, read.
    pub header: Header,
    /// The header as it is signed.
    pub header_bytes: Vec<u8>,
    /// Ed25519 signature. The store never looks at it.
    pub signature: [u8; 64],
    /// Salt and body; none once erased.
    pub body: Option<Body>,
}

/// Version of the header's form that this program understands.
pub(super) const HEADER_VERSION: u8 = 1;

impl Entry {
    /// An entry from elsewhere: the header is read, and the body compared with its hash. The signature is not checked.
    ///
    /// # Errors
    /// [`StoreError::HeaderTooLarge`], [`StoreError::BodyTooLarge`], [`StoreError::Json`] for a header that is none,
    /// [`StoreError::BadEntry`] when the body is not the one the header speaks of.
    pub fn from_bytes(header_bytes: Vec<u8>, signature: [u8; 64], body: Option<Body>) -> Result<Self> {
        check_header_size(&header_bytes)?;
        let header: Header = serde_json::from_slice(&header_bytes)?;
        if let Some(body) = &body {
            check_body_size(&header.kind, &body.bytes)?;
            if event::body_hash(&body.salt, &body.bytes) != header.body_hash {
                return Err(bad(&header, "the body is not the one that was signed"));
            }
        }
        Ok(Self { id: event::event_id(&header_bytes), header, header_bytes, signature, body })
    }

    /// Its place in the order of the fold.
    pub fn place(&self) -> Place {
        Place { hlc: self.header.hlc, device: self.header.device.clone(), n: self.header.n }
    }

    /// The event. A header of a later form is [`ReadEvent::Unknown`], like a kind we do not know.
    ///
    /// # Errors
    /// When the kind is known but the body does not fit it.
    pub fn event(&self) -> std::result::Result<ReadEvent, BodyError> {
        match &self.body {
            None => Ok(ReadEvent::Erased),
            Some(_) if self.header.v != HEADER_VERSION => Ok(ReadEvent::Unknown),
            Some(body) => Event::from_parts(&self.header.kind, &body.bytes),
        }
    }

    /// As the fold takes it, with what the server said of it; `here` when this device wrote it.
    pub fn fold_entry(&self, facts: Option<Facts>, here: bool) -> FoldEntry {
        let event = self.event().unwrap_or_else(|error| {
            tracing::warn!(kind = %self.header.kind, %error, "an event cannot be read");
            ReadEvent::Unknown
        });
        FoldEntry { id: self.id, place: self.place(), critical: self.header.critical, event, facts, here }
    }

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<RawEntry> {
        Ok(RawEntry {
            id: row.get::<_, Hash>("id")?.0,
            header_bytes: row.get("header")?,
            signature: row.get("signature")?,
            salt: row.get("salt")?,
            body: row.get("body")?,
        })
    }
}

pub(super) struct RawEntry {
    id: Digest,
    header_bytes: Vec<u8>,
    signature: [u8; 64],
    salt: Option<[u8; 16]>,
    body: Option<Vec<u8>>,
}

impl RawEntry {
    pub(super) fn into_entry(self) -> Result<Entry> {
        let header = serde_json::from_slice(&self.header_bytes)?;
        let body = self.salt.zip(self.body).map(|(salt, bytes)| Body { salt, bytes });
        Ok(Entry { id: self.id, header, header_bytes: self.header_bytes, signature: self.signature, body })
    }
}

pub(super) fn bad(header: &Header, why: &'static str) -> StoreError {
    StoreError::BadEntry { device: header.device.clone(), n: header.n, why }
}

pub(super) fn check_header_size(header: &[u8]) -> Result<()> {
    if header.len() > MAX_HEADER { Err(StoreError::HeaderTooLarge { size: header.len() }) } else { Ok(()) }
}

pub(super) fn check_body_size(kind: &str, body: &[u8]) -> Result<()> {
    if body.len() > event::max_body(kind) {
        Err(StoreError::BodyTooLarge { size: body.len() })
    } else {
        Ok(())
    }
}
