//! Checkpoints as signed notes (C2SP `signed-note` and `tlog-checkpoint`): a text that people and other programs read.
//!
//! ```text
//! fieldseal/<organisation>
//! <size>
//! <root, base64>
//!
//! — fieldseal/<organisation> <base64 of key id and Ed25519 signature>
//! ```

use super::key::{LogKey, is_signed};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fieldseal_domain::Digest;

/// Ed25519 in the key ids of signed notes.
const ED25519: u8 = 1;
/// Longest note that is read.
const MAX_NOTE: usize = 16 * 1024;

/// Where a log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: [`origin`] of the organisation.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// Root.
    pub root: Digest,
}

/// Why a note is no checkpoint of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note with a checkpoint in it.
    #[error("not a checkpoint")]
    Malformed,
    /// Of another log.
    #[error("a checkpoint of another register")]
    OtherOrigin,
    /// This key did not sign it.
    #[error("the checkpoint is not signed with the register's key")]
    NotSigned,
    /// Signed with this key's name, but wrongly.
    #[error("the signature of the checkpoint is wrong")]
    BadSignature,
}

/// The origin of an organisation's log; also the name of its key.
#[must_use]
pub fn origin(org: &str) -> String {
    format!("fieldseal/{org}")
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// What a note claims, without a look at its signatures: to know which proof to ask for.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn claimed(note: &str) -> Result<Self, NoteError> {
        parts(note).and_then(|(text, _)| parse(text)).ok_or(NoteError::Malformed)
    }
}

/// A checkpoint as a signed note.
#[must_use]
pub fn sign_checkpoint(key: &LogKey, checkpoint: &Checkpoint) -> String {
    let text = checkpoint.text();
    let mut line = key_id(&checkpoint.origin, &key.public()).to_vec();
    line.extend_from_slice(&key.sign(text.as_bytes()));
    format!("{text}\n\u{2014} {} {}\n", checkpoint.origin, STANDARD.encode(line))
}

/// Reads a note that has to be a checkpoint of the log `origin`, signed with `key`. Signatures of others are ignored,
/// as are further lines of the checkpoint.
///
/// # Errors
/// [`NoteError`].
pub fn read_checkpoint(note: &str, origin: &str, key: &[u8; 32]) -> Result<Checkpoint, NoteError> {
    let (text, signatures) = parts(note).ok_or(NoteError::Malformed)?;
    let checkpoint = parse(text).ok_or(NoteError::Malformed)?;
    if checkpoint.origin != origin {
        return Err(NoteError::OtherOrigin);
    }
    let id = key_id(origin, key);
    let mut found = Err(NoteError::NotSigned);
    for line in signatures.lines() {
        let (name, bytes) = signature(line).ok_or(NoteError::Malformed)?;
        let Some((by, signature)) = bytes.split_first_chunk::<4>() else { return Err(NoteError::Malformed) };
        if name != origin || *by != id {
            continue;
        }
        let right = <&[u8; 64]>::try_from(signature).is_ok_and(|s| is_signed(key, text.as_bytes(), s));
        if !right {
            return Err(NoteError::BadSignature);
        }
        found = Ok(());
    }
    found.map(|()| checkpoint)
}

/// The key as other programs take it: name, key id, key.
#[must_use]
pub fn verifier_key(origin: &str, key: &[u8; 32]) -> String {
    let mut bytes = vec![ED25519];
    bytes.extend_from_slice(key);
    format!("{origin}+{}+{}", hex::encode(key_id(origin, key)), STANDARD.encode(bytes))
}

/// First four bytes of SHA-256 over name, line feed, kind of signature, key.
fn key_id(name: &str, key: &[u8; 32]) -> [u8; 4] {
    let Digest([a, b, c, d, ..]) = Digest::of(&[name.as_bytes(), b"\n", &[ED25519], key].concat());
    [a, b, c, d]
}

/// The signed text with its last line feed, and the lines of signatures.
fn parts(note: &str) -> Option<(&str, &str)> {
    let plain = |c: char| c == '\n' || !c.is_control();
    if note.len() > MAX_NOTE || !note.ends_with('\n') || !note.chars().all(plain) {
        return None;
    }
    let at = note.rfind("\n\n")?;
    let (text, rest) = note.split_at(at.checked_add(1)?);
    let signatures = rest.strip_prefix('\n')?;
    (!signatures.is_empty()).then_some((text, signatures))
}

fn parse(text: &str) -> Option<Checkpoint> {
    let mut lines = text.lines();
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let number: u64 = size.parse().ok()?;
    if origin.is_empty() || number.to_string() != size {
        return None;
    }
    let root = STANDARD.decode(root).ok()?.try_into().ok()?;
    Some(Checkpoint { origin: origin.to_owned(), size: number, root: Digest(root) })
}

fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, bytes) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    Some((name, STANDARD.decode(bytes).ok()?))
}
