//! The receipt: proof for a stranger that an entry is in the organisation's register, without asking the register.
//!
//! It carries the whole entry, so it proves as well what was registered: the event of a signature names the SHA-256 of
//! the sealed file.

use super::{
    note::{NoteError, origin, read_checkpoint},
    proof::{ProofError, verify_inclusion},
    tree::leaf_hash,
};
use crate::{
    certificates::{PathError, check_log_certificate},
    chain::{EventSignature, SignatureCheck, verify_header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fieldseal_domain::{
    Digest, FileHash,
    event::{Event, Header, MAX_HEADER, ReadEvent, body_hash, event_id, max_body},
    facts::{Envelope, Verdict},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Value of [`Receipt::format`].
const FORMAT: &str = "fieldseal/receipt/v1";
/// Longest receipt that is read.
const MAX_RECEIPT: usize = 512 * 1024;

/// Binary parts are standard base64, hashes hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// `fieldseal/receipt/v1`.
    pub format: String,
    /// The entry.
    pub entry: ReceiptEntry,
    /// The server's envelope, byte for byte.
    pub envelope: String,
    /// Hashes from the entry's leaf to the root, in the order of RFC 6962.
    pub proof: Vec<Digest>,
    /// The checkpoint that the proof is for, a signed note.
    pub checkpoint: String,
    /// Certificate of the log's key, then those above it but not the root. DER.
    pub certificates: Vec<String>,
}

/// The entry of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptEntry {
    /// Header, as signed.
    pub header: String,
    /// Ed25519 signature of the device.
    pub signature: String,
    /// Salt; none once the body was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// Body; none once erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// Why a receipt cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Not JSON of this form.
    #[error("not a receipt")]
    NotAReceipt(#[from] serde_json::Error),
    /// Longer than any receipt.
    #[error("the receipt is {0} bytes long")]
    TooLong(usize),
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptFault {
    /// Not a receipt, or a part of it cannot be read.
    #[error("it is not a receipt that this program can read")]
    Unreadable,
    /// The entry's body is not the one that its header speaks of.
    #[error("the registered entry was changed")]
    EntryChanged,
    /// The entry was not signed by the device that sealed the file.
    #[error("the registered entry is not signed by the device that sealed the file")]
    NotTheDevice,
    /// The server's envelope is of another entry.
    #[error("the register's statement is about another entry")]
    OtherEntry,
    /// No given root leads to the register's key.
    #[error("the register's key leads to none of the given root certificates")]
    UnknownRegister(PathError),
    /// A checkpoint of another organisation's register, or signed with another key.
    #[error("the checkpoint is not one of this register")]
    Checkpoint,
    /// The entry is not in the log at that checkpoint.
    #[error("the proof does not lead from the entry to the checkpoint")]
    Proof,
    /// The entry speaks of another file.
    #[error("the receipt is of another file")]
    OtherFile,
    /// The server set the entry aside: it is registered, but the office has to let it in.
    #[error("the register has set this entry aside")]
    SetAside,
}

impl From<NoteError> for ReceiptFault {
    fn from(_: NoteError) -> Self {
        Self::Checkpoint
    }
}

impl From<ProofError> for ReceiptFault {
    fn from(_: ProofError) -> Self {
        Self::Proof
    }
}

/// What a good receipt proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// Id of the entry.
    pub id: Digest,
    /// Its header.
    pub header: Header,
    /// What happened, where the body is still there.
    pub event: ReadEvent,
    /// Place, time and verdict.
    pub envelope: Envelope,
    /// Leaves of the log at the checkpoint.
    pub size: u64,
}

impl Registered {
    /// Whether the entry is the signature or the closing that made this file.
    #[must_use]
    pub fn is_of(&self, file: FileHash) -> bool {
        match &self.event {
            ReadEvent::Known(event) => match &**event {
                Event::Signed(signed) => signed.sealed == file,
                Event::Closed { sealed, .. } => *sealed == file,
                _ => false,
            },
            ReadEvent::Unknown | ReadEvent::Erased => false,
        }
    }
}

impl Receipt {
    /// Puts a receipt together. `certificates`: the log key's, then those between it and the root.
    #[must_use]
    pub fn new(
        entry: ReceiptEntry,
        envelope: &[u8],
        proof: Vec<Digest>,
        checkpoint: String,
        certificates: &[Vec<u8>],
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            entry,
            envelope: STANDARD.encode(envelope),
            proof,
            checkpoint,
            certificates: certificates.iter().map(|der| STANDARD.encode(der)).collect(),
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// [`ReceiptError::NotAReceipt`], never seen.
    pub fn to_json(&self) -> Result<Vec<u8>, ReceiptError> {
        Ok(serde_json::to_vec_pretty(self)?)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, ReceiptError> {
        if bytes.len() > MAX_RECEIPT {
            return Err(ReceiptError::TooLong(bytes.len()));
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Checks everything but whether it is of a certain file: entry, signature of the device, envelope, log.
    ///
    /// # Errors
    /// [`ReceiptFault`].
    pub fn check(
        &self,
        device_key: &[u8; 32],
        roots: &[Vec<u8>],
        at: Timestamp,
    ) -> Result<Registered, ReceiptFault> {
        if self.format != FORMAT {
            return Err(ReceiptFault::Unreadable);
        }
        let (id, header, event) = self.entry.read(device_key)?;
        let envelope_bytes = decode(&self.envelope)?;
        let envelope: Envelope =
            serde_json::from_slice(&envelope_bytes).map_err(|_| ReceiptFault::Unreadable)?;
        if envelope.event != id {
            return Err(ReceiptFault::OtherEntry);
        }
        let certificates = self.certificates.iter().map(|c| decode(c)).collect::<Result<Vec<_>, _>>()?;
        let (leaf, others) = certificates.split_first().ok_or(ReceiptFault::Unreadable)?;
        let log = check_log_certificate(leaf, others, roots, at).map_err(ReceiptFault::UnknownRegister)?;
        let checkpoint = read_checkpoint(&self.checkpoint, &origin(&log.root.to_string()), &log.key)?;
        let leaf = leaf_hash(&id, &envelope_bytes);
        verify_inclusion(&leaf, envelope.seq, checkpoint.size, &self.proof, &checkpoint.root)?;
        Ok(Registered { id, header, event, envelope, size: checkpoint.size })
    }

    /// Checks that the file was registered as sealed by the holder of `device_key`.
    ///
    /// # Errors
    /// [`ReceiptFault`].
    pub fn check_file(
        &self,
        file: FileHash,
        device_key: &[u8; 32],
        roots: &[Vec<u8>],
        at: Timestamp,
    ) -> Result<Registered, ReceiptFault> {
        let registered = self.check(device_key, roots, at)?;
        if !registered.is_of(file) {
            return Err(ReceiptFault::OtherFile);
        }
        match registered.envelope.verdict {
            Verdict::Accepted => Ok(registered),
            Verdict::Quarantined(_) => Err(ReceiptFault::SetAside),
        }
    }
}

impl ReceiptEntry {
    /// An entry as it was stored.
    #[must_use]
    pub fn new(header: &[u8], signature: &[u8; 64], body: Option<(&[u8; 16], &[u8])>) -> Self {
        Self {
            header: STANDARD.encode(header),
            signature: STANDARD.encode(signature),
            salt: body.map(|(salt, _)| STANDARD.encode(salt)),
            body: body.map(|(_, body)| STANDARD.encode(body)),
        }
    }

    fn read(&self, key: &[u8; 32]) -> Result<(Digest, Header, ReadEvent), ReceiptFault> {
        let bytes = decode(&self.header)?;
        if bytes.len() > MAX_HEADER {
            return Err(ReceiptFault::Unreadable);
        }
        let header: Header = serde_json::from_slice(&bytes).map_err(|_| ReceiptFault::Unreadable)?;
        let signature = decode(&self.signature)?.try_into().map_err(|_| ReceiptFault::Unreadable)?;
        match verify_header(key, &bytes, &EventSignature(signature)) {
            SignatureCheck::Right => {}
            SignatureCheck::Wrong => return Err(ReceiptFault::NotTheDevice),
        }
        let event = self.event(&header)?;
        Ok((event_id(&bytes), header, event))
    }

    fn event(&self, header: &Header) -> Result<ReadEvent, ReceiptFault> {
        let (Some(salt), Some(body)) = (&self.salt, &self.body) else { return Ok(ReadEvent::Erased) };
        let salt: [u8; 16] = decode(salt)?.try_into().map_err(|_| ReceiptFault::Unreadable)?;
        let body = decode(body)?;
        if body.len() > max_body(&header.kind) || body_hash(&salt, &body) != header.body_hash {
            return Err(ReceiptFault::EntryChanged);
        }
        Event::from_parts(&header.kind, &body).map_err(|_| ReceiptFault::Unreadable)
    }
}

fn decode(text: &str) -> Result<Vec<u8>, ReceiptFault> {
    STANDARD.decode(text).map_err(|_| ReceiptFault::Unreadable)
}
