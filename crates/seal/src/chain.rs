//! Journals: a chain of event headers, each signed by the device's Ed25519 key (design D3).
//!
//! Chain and signature cover headers only, so that a body erased under a retention rule leaves
//! every proof intact. Bodies are checked against the header where they are still there.

use ed25519_dalek::{Signature, VerifyingKey};
use fieldseal_domain::Digest;
use fieldseal_domain::event::{Header, MAX_HEADER, body_hash, event_id};

use crate::cms::read::usable_ed25519;
use crate::context::SigningContext;
use crate::keys::DeviceKeys;

/// An Ed25519 signature over an event's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSignature(pub [u8; 64]);

/// Why a header or a chain is refused.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// Larger than design D3 allows.
    #[error("event {n}: the header is {len} bytes long")]
    TooLong {
        /// Place in the chain, from 1.
        n: u64,
        /// Its length.
        len: usize,
    },
    /// The bytes are not a header.
    #[error("event {n}: the header cannot be read")]
    NotAHeader {
        /// Place in the chain, from 1.
        n: u64,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
    /// The signature is not the device's over this header.
    #[error("event {n}: the signature is wrong")]
    Signature {
        /// Place in the chain, from 1.
        n: u64,
    },
    /// The header has another number than its place.
    #[error("event {expected} is missing; number {found} stands in its place")]
    Number {
        /// Number that belongs here.
        expected: u64,
        /// Number in the header.
        found: u64,
    },
    /// The header does not follow the one before it.
    #[error("event {n} does not follow the event before it")]
    Link {
        /// Place in the chain.
        n: u64,
    },
    /// The header names another device or organisation than the chain.
    #[error("event {n} belongs to another journal")]
    OtherJournal {
        /// Place in the chain.
        n: u64,
    },
    /// The hybrid clock ran backwards.
    #[error("event {n}: the hybrid clock runs backwards")]
    Clock {
        /// Place in the chain.
        n: u64,
    },
    /// The body is not the one the header commits to.
    #[error("event {n}: the body was changed")]
    Body {
        /// Place in the chain.
        n: u64,
    },
}

/// Where a journal stands: what the next event must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Number of the last event; 0 for an empty journal.
    pub n: u64,
    /// Its id; zeros for an empty journal.
    pub id: Digest,
}

impl ChainHead {
    /// An empty journal.
    pub const EMPTY: Self = Self { n: 0, id: Digest([0; 32]) };
}

/// One event as stored or received.
#[derive(Debug, Clone, Copy)]
pub struct ChainLink<'a> {
    /// The header's bytes as they were written.
    pub header: &'a [u8],
    /// The device's signature.
    pub signature: EventSignature,
    /// Salt and body, unless erased.
    pub body: Option<(&'a [u8; 16], &'a [u8])>,
}

/// Id and signature of a header.
#[must_use]
pub fn sign_header(keys: &DeviceKeys, header: &[u8]) -> (Digest, EventSignature) {
    let id = event_id(header);
    (id, EventSignature(keys.sign_ed25519(&SigningContext::Event.message(&id.0))))
}

/// Whether the key signed this header. Strict Ed25519.
pub fn verify_header(key: &[u8; 32], header: &[u8], signature: &EventSignature) -> SignatureCheck {
    match JournalKey::read(key) {
        Some(key) => key.check(&event_id(header), signature),
        None => SignatureCheck::Wrong,
    }
}

/// The public key of a journal, read once for many entries.
///
/// Each signature is checked by itself and strictly. Checking many as one sum is faster, but takes some signatures that
/// the strict check refuses, and not always the same: two readers of a journal could then disagree about an entry.
#[derive(Debug, Clone, Copy)]
pub struct JournalKey(VerifyingKey);

impl JournalKey {
    /// None when no signature by this key could ever be right: not a point, of small order, or not its one spelling.
    #[must_use]
    pub fn read(key: &[u8; 32]) -> Option<Self> {
        usable_ed25519(key).map(Self)
    }

    /// Whether the key signed the entry with this id.
    pub fn check(&self, id: &Digest, signature: &EventSignature) -> SignatureCheck {
        let message = SigningContext::Event.message(&id.0);
        let signature = Signature::from_bytes(&signature.0);
        match self.0.verify_strict(&message, &signature) {
            Ok(()) => SignatureCheck::Right,
            Err(_) => SignatureCheck::Wrong,
        }
    }
}

/// Outcome of checking one signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum SignatureCheck {
    /// By this key over these bytes.
    Right,
    /// Not so.
    Wrong,
}

/// Checks a run of one device's events that must follow `head`, and gives back the new head.
///
/// # Errors
/// The first [`ChainError`]; events before it are good.
pub fn verify_chain<'a>(
    key: &[u8; 32],
    head: ChainHead,
    links: impl IntoIterator<Item = ChainLink<'a>>,
) -> Result<ChainHead, ChainError> {
    let mut head = head;
    let mut before: Option<Header> = None;
    for link in links {
        let n = head.n.saturating_add(1);
        let header = read_header(n, link.header)?;
        if verify_header(key, link.header, &link.signature) == SignatureCheck::Wrong {
            return Err(ChainError::Signature { n });
        }
        check_follows(&head, &header, before.as_ref())?;
        if let Some((salt, body)) = link.body
            && body_hash(salt, body) != header.body_hash
        {
            return Err(ChainError::Body { n });
        }
        head = ChainHead { n, id: event_id(link.header) };
        before = Some(header);
    }
    Ok(head)
}

fn read_header(n: u64, bytes: &[u8]) -> Result<Header, ChainError> {
    if bytes.len() > MAX_HEADER {
        return Err(ChainError::TooLong { n, len: bytes.len() });
    }
    serde_json::from_slice(bytes).map_err(|source| ChainError::NotAHeader { n, source })
}

fn check_follows(head: &ChainHead, header: &Header, before: Option<&Header>) -> Result<(), ChainError> {
    let n = head.n.saturating_add(1);
    if header.n != n {
        return Err(ChainError::Number { expected: n, found: header.n });
    }
    if header.prev != head.id {
        return Err(ChainError::Link { n });
    }
    let Some(before) = before else { return Ok(()) };
    if before.device != header.device || before.org != header.org {
        return Err(ChainError::OtherJournal { n });
    }
    if header.hlc <= before.hlc {
        return Err(ChainError::Clock { n });
    }
    Ok(())
}
