//! The second path (design D9): before a sealed file is stored, it is verified by code that
//! shares no parsing with the writer. A walk over the bytes of its own, a DER walk of its own,
//! object identifiers written down again. If writer and walk disagree, nothing is stored.
//!
//! It proves that the bytes are what was meant to be written. Whether strangers should trust them
//! is `verify`'s question.

use std::ops::Range;

use p256::ecdsa::signature::Verifier as _;
use sha2::{Digest as _, Sha256};

use crate::certificates::DeviceCertificates;
use crate::cms::CoveredHash;
use crate::keys::DevicePublicKeys;
use crate::prefix::PrefixState;

/// Why the sealed bytes must not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecondPathError {
    /// The earlier file is not the beginning of the sealed file.
    #[error("the sealed file does not begin with the document that was shown")]
    PrefixDiffers,
    /// No usable /ByteRange in the new revision.
    #[error("the byte range of the new signature cannot be found")]
    ByteRange,
    /// The byte range does not leave out exactly the hexadecimal string of /Contents.
    #[error("the signature does not cover exactly the rest of the file")]
    Coverage,
    /// /Contents is not lower-case hexadecimal, padded with zeros.
    #[error("the signature value is not in its form")]
    Contents,
    /// The covered bytes have another hash than the writer reported.
    #[error("the covered bytes have another hash")]
    CoveredHash,
    /// The CMS cannot be walked.
    #[error("the signature value cannot be read")]
    Cms,
    /// The message digest is that of other bytes.
    #[error("the message digest is that of other bytes")]
    MessageDigest,
    /// The certificates embedded are not those of this device's keys.
    #[error("the embedded certificates are not this device's")]
    Certificates,
    /// The P-256 signature is wrong.
    #[error("the P-256 signature is wrong")]
    Signature,
    /// The Ed25519 device seal is wrong.
    #[error("the device seal is wrong")]
    DeviceSeal,
    /// The acceptance in the file is not the one that was given.
    #[error("the acceptance in the file is another")]
    Acceptance,
}

/// What the new revision must contain.
#[derive(Debug)]
pub struct Expectations<'a> {
    /// Hash state of the file before this signature.
    pub before: &'a PrefixState,
    /// What the writer says it covered.
    pub covered: CoveredHash,
    /// The acceptance that was given to the writer.
    pub acceptance_json: &'a str,
    /// The device's keys.
    pub keys: &'a DevicePublicKeys,
    /// The device's certificates: exactly these must be embedded.
    pub certificates: &'a DeviceCertificates,
}

/// Checks the last signature of `sealed`.
///
/// # Errors
/// The first [`SecondPathError`] found.
pub fn check(sealed: &[u8], expected: &Expectations<'_>) -> Result<(), SecondPathError> {
    let (before, tail) =
        sealed.split_at_checked(expected.before.len()).ok_or(SecondPathError::PrefixDiffers)?;
    let prefix = Sha256::new_with_prefix(before);
    if prefix.clone().finalize().as_slice() != expected.before.file_hash().0.0 {
        return Err(SecondPathError::PrefixDiffers);
    }
    if !tail.ends_with(b"\n%%EOF\n") {
        return Err(SecondPathError::Coverage);
    }
    let (gap_start, gap_end) = gap(sealed, tail)?;
    let covered =
        hash_outside(prefix, before.len(), sealed, gap_start..gap_end).ok_or(SecondPathError::Coverage)?;
    if covered != expected.covered.0.0 {
        return Err(SecondPathError::CoveredHash);
    }
    let message = contents(sealed.get(gap_start..gap_end).unwrap_or_default())?;
    check_message(&message, &covered, expected)?;
    match acceptance(tail) {
        Some(found) if found == expected.acceptance_json.as_bytes() => Ok(()),
        Some(_) | None => Err(SecondPathError::Acceptance),
    }
}

/// Where a needle stands first. The writer puts /ByteRange and /FSL_Acceptance before every text
/// that people typed, so what they typed cannot be taken for them.
fn first(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// The bytes that are not covered: from `<` to `>` of /Contents.
fn gap(sealed: &[u8], tail: &[u8]) -> Result<(usize, usize), SecondPathError> {
    let at = first(tail, b"/ByteRange").ok_or(SecondPathError::ByteRange)?;
    let rest = tail.get(at + 10..).unwrap_or_default();
    let close = rest.iter().position(|b| *b == b']').ok_or(SecondPathError::ByteRange)?;
    let inner =
        std::str::from_utf8(rest.get(..close).unwrap_or_default()).map_err(|_| SecondPathError::ByteRange)?;
    let inner = inner.trim_start().strip_prefix('[').ok_or(SecondPathError::ByteRange)?;
    let numbers: Vec<usize> = inner.split_whitespace().map_while(|n| n.parse().ok()).collect();
    let [0, gap_start, second, length] = numbers.as_slice() else { return Err(SecondPathError::ByteRange) };
    let begins = sealed
        .get(gap_start.saturating_sub(10)..*gap_start)
        .is_some_and(|b| b.trim_ascii_end().ends_with(b"/Contents"));
    let whole = second.checked_add(*length) == Some(sealed.len());
    let new = *gap_start >= sealed.len() - tail.len() && second > gap_start;
    if begins && whole && new { Ok((*gap_start, *second)) } else { Err(SecondPathError::Coverage) }
}

/// Goes on from the hash of the first `done` bytes, so that a large document is hashed once.
fn hash_outside(prefix: Sha256, done: usize, sealed: &[u8], gap: Range<usize>) -> Option<[u8; 32]> {
    let hash = prefix.chain_update(sealed.get(done..gap.start)?).chain_update(sealed.get(gap.end..)?);
    Some(hash.finalize().into())
}

/// The CMS inside `<...>`, without its padding.
fn contents(gap: &[u8]) -> Result<Vec<u8>, SecondPathError> {
    let wrong = SecondPathError::Contents;
    let Some((b'<', rest)) = gap.split_first() else { return Err(wrong) };
    let Some((b'>', digits)) = rest.split_last() else { return Err(wrong) };
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.chunks(2) {
        let [high, low] = pair else { return Err(wrong) };
        bytes.push(digit(*high).ok_or(wrong)? * 16 + digit(*low).ok_or(wrong)?);
    }
    let used = Walk(&bytes).next().map(|(_, whole, _)| whole.len()).ok_or(wrong)?;
    if bytes.iter().skip(used).any(|b| *b != 0) {
        return Err(wrong);
    }
    bytes.truncate(used);
    Ok(bytes)
}

fn digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    }
}

/// Walks DER values one after another: (tag, whole value, content).
struct Walk<'a>(&'a [u8]);

impl<'a> Iterator for Walk<'a> {
    type Item = (u8, &'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (len, head) = match first {
            0..=0x7f => (usize::from(*first), 2),
            0x81..=0x84 => {
                let count = usize::from(first - 0x80);
                let bytes = rest.get(..count)?;
                (bytes.iter().fold(0, |n, b| n * 256 + usize::from(*b)), 2 + count)
            }
            _ => return None,
        };
        let whole = self.0.get(..head.checked_add(len)?)?;
        self.0 = self.0.get(whole.len()..)?;
        Some((*tag, whole, whole.get(head..)?))
    }
}

/// The values one after another; none if they do not fill the content exactly.
fn fields(content: &[u8]) -> Vec<(u8, &[u8], &[u8])> {
    let all: Vec<_> = Walk(content).collect();
    let length: usize = all.iter().map(|(_, whole, _)| whole.len()).sum();
    if length == content.len() { all } else { Vec::new() }
}

const SIGNED_DATA: &str = "06092a864886f70d010702";
const VERSION_1: &str = "020101";
const SHA_256: &str = "300b0609608648016503040201";
const SET_OF_SHA_256: &str = "310d300b0609608648016503040201";
const DETACHED_DATA: &str = "300b06092a864886f70d010701";
const ECDSA_WITH_SHA_256: &str = "300a06082a8648ce3d040302";
const MESSAGE_DIGEST: &str = "2a864886f70d010904";
const DEVICE_SEAL: &str = "2a864886f71401be40937a83a87983e66a819b4d81873482b23082d4af3485d3c237";
const SEAL_LABEL: &[u8] = b"fieldseal/pdf-seal/v1\0";

fn is(bytes: &[u8], expected_hex: &str) -> bool {
    hex::encode(bytes) == expected_hex
}

fn check_message(
    message: &[u8],
    covered: &[u8; 32],
    expected: &Expectations<'_>,
) -> Result<(), SecondPathError> {
    let bad = SecondPathError::Cms;
    let [(0x30, _, content_info)] = fields(message)[..] else { return Err(bad) };
    let [(_, kind, _), (0xa0, _, explicit)] = fields(content_info)[..] else { return Err(bad) };
    let [(0x30, _, signed_data)] = fields(explicit)[..] else { return Err(bad) };
    let [(_, version, _), (_, digests, _), (_, detached, _), (0xa0, _, certificates), (0x31, _, infos)] =
        fields(signed_data)[..]
    else {
        return Err(bad);
    };
    let [(0x30, _, info)] = fields(infos)[..] else { return Err(bad) };
    let [
        (_, info_version, _),
        (0x30, signer, _),
        (_, digest, _),
        (0xa0, _, signed),
        (_, algorithm, _),
        (0x04, _, signature),
        (0xa1, _, unsigned),
    ] = fields(info)[..]
    else {
        return Err(bad);
    };
    let constants = is(kind, SIGNED_DATA)
        && is(version, VERSION_1)
        && is(digests, SET_OF_SHA_256)
        && is(detached, DETACHED_DATA)
        && is(info_version, VERSION_1)
        && is(digest, SHA_256)
        && is(algorithm, ECDSA_WITH_SHA_256);
    if !constants {
        return Err(bad);
    }
    check_certificates(certificates, signer, expected)?;
    let stored = value_of(signed, MESSAGE_DIGEST).and_then(|v| v.get(2..));
    if stored != Some(covered) {
        return Err(SecondPathError::MessageDigest);
    }
    check_p256(signed, signature, expected.keys)?;
    check_seal(unsigned, certificates, covered, expected.keys)
}

/// The one value of an attribute, whole.
fn value_of<'a>(attributes: &'a [u8], oid: &str) -> Option<&'a [u8]> {
    Walk(attributes).find_map(|(tag, _, attribute)| {
        (tag == 0x30).then_some(())?;
        let [(0x06, _, found), (0x31, _, values)] = fields(attribute)[..] else { return None };
        let [(_, whole, _)] = fields(values)[..] else { return None };
        is(found, oid).then_some(whole)
    })
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len().max(1)).any(|w| w == needle)
}

/// Exactly the device's certificates are embedded, each with its key, and the P-256 one is named
/// as the signer's.
fn check_certificates(
    certificates: &[u8],
    signer: &[u8],
    expected: &Expectations<'_>,
) -> Result<(), SecondPathError> {
    let given = [&expected.certificates.p256, &expected.certificates.ed25519, &expected.certificates.issuer];
    let embedded = fields(certificates);
    let same = embedded.len() == given.len()
        && given.iter().all(|g| embedded.iter().any(|(_, whole, _)| whole == g));
    let keys = contains(&expected.certificates.p256, &expected.keys.p256_spki)
        && contains(&expected.certificates.ed25519, &expected.keys.ed25519_spki);
    if same && keys && names_signer(signer, &expected.certificates.p256) {
        Ok(())
    } else {
        Err(SecondPathError::Certificates)
    }
}

/// Whether issuerAndSerialNumber is that of the certificate.
fn names_signer(signer: &[u8], certificate: &[u8]) -> bool {
    let Some((0x30, _, outer)) = Walk(certificate).next() else { return false };
    let Some((0x30, _, tbs)) = Walk(outer).next() else { return false };
    let [_, (0x02, serial, _), _, (0x30, issuer, _), ..] = fields(tbs)[..] else { return false };
    let Some((0x30, _, named)) = Walk(signer).next() else { return false };
    named == [issuer, serial].concat()
}

fn check_p256(signed: &[u8], signature: &[u8], keys: &DevicePublicKeys) -> Result<(), SecondPathError> {
    let wrong = SecondPathError::Signature;
    // An uncompressed point ends a P-256 SubjectPublicKeyInfo: 65 bytes.
    let point = keys.p256_spki.len().checked_sub(65).and_then(|at| keys.p256_spki.get(at..)).ok_or(wrong)?;
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| wrong)?;
    let [(0x30, _, numbers)] = fields(signature)[..] else { return Err(wrong) };
    let [(0x02, _, r), (0x02, _, s)] = fields(numbers)[..] else { return Err(wrong) };
    let raw = [scalar(r).ok_or(wrong)?, scalar(s).ok_or(wrong)?].concat();
    let signature = p256::ecdsa::Signature::from_slice(&raw).map_err(|_| wrong)?;
    // What is signed is a SET with its length, not the [0] that is stored.
    let mut message = vec![0x31];
    message.extend_from_slice(&length(signed.len()));
    message.extend_from_slice(signed);
    key.verify(&message, &signature).map_err(|_| wrong)
}

/// A DER integer as 32 bytes.
fn scalar(integer: &[u8]) -> Option<[u8; 32]> {
    let digits = if integer.len() == 33 { integer.strip_prefix(&[0])? } else { integer };
    let mut out = [0; 32];
    out.get_mut(32_usize.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some(out)
}

fn length(n: usize) -> Vec<u8> {
    match n {
        0..0x80 => vec![(n & 0x7f) as u8],
        0x80..0x100 => vec![0x81, (n & 0xff) as u8],
        _ => vec![0x82, (n >> 8 & 0xff) as u8, (n & 0xff) as u8],
    }
}

fn check_seal(
    unsigned: &[u8],
    certificates: &[u8],
    covered: &[u8; 32],
    keys: &DevicePublicKeys,
) -> Result<(), SecondPathError> {
    let wrong = SecondPathError::DeviceSeal;
    let value = value_of(unsigned, DEVICE_SEAL).ok_or(wrong)?;
    let [(0x30, _, content)] = fields(value)[..] else { return Err(wrong) };
    let [(0x02, _, &[1]), (0x04, _, hash), (0x04, _, signature)] = fields(content)[..] else {
        return Err(wrong);
    };
    let named = Walk(certificates).find(|(_, whole, _)| Sha256::digest(whole).as_slice() == hash);
    if !named.is_some_and(|(_, whole, _)| contains(whole, &keys.ed25519_spki)) {
        return Err(wrong);
    }
    let key = ed25519_dalek::VerifyingKey::from_bytes(&keys.ed25519_raw).map_err(|_| wrong)?;
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| wrong)?;
    key.verify_strict(&[SEAL_LABEL, covered].concat(), &signature).map_err(|_| wrong)
}

/// The string behind /FSL_Acceptance in the new revision.
fn acceptance(tail: &[u8]) -> Option<Vec<u8>> {
    let at = first(tail, b"/FSL_Acceptance")? + 15;
    let value = tail.get(at..)?.trim_ascii_start();
    match value.split_first()? {
        (b'<', digits) => {
            let end = digits.iter().position(|b| *b == b'>')?;
            hex::decode(digits.get(..end)?).ok()
        }
        (b'(', text) => literal(text),
        _ => None,
    }
}

/// A string in parentheses, from behind the first one.
fn literal(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut open = 1;
    let mut bytes = text.iter().copied().peekable();
    while let Some(b) = bytes.next() {
        match b {
            b'\\' => match bytes.next()? {
                b'n' => out.push(b'\n'),
                b'r' => out.push(b'\r'),
                b't' => out.push(b'\t'),
                b'b' => out.push(8),
                b'f' => out.push(12),
                first @ b'0'..=b'7' => {
                    let mut value = u32::from(first - b'0');
                    for _ in 0..2 {
                        let Some(next) = bytes.next_if(|d| (b'0'..=b'7').contains(d)) else { break };
                        value = value * 8 + u32::from(next - b'0');
                    }
                    out.push(u8::try_from(value).ok()?);
                }
                other => out.push(other),
            },
            b'(' => {
                open += 1;
                out.push(b);
            }
            b')' if open == 1 => return Some(out),
            b')' => {
                open -= 1;
                out.push(b);
            }
            other => out.push(other),
        }
    }
    None
}
