//! The DER of our certificates (RFC 5280).

use const_oid::ObjectIdentifier as Oid;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::CertificateError;
use crate::der_write::{algorithm, bits, octets, oid, sequence, sorted, tag, tlv, unsigned};
use crate::oids;

/// Names in certificates may have this many characters (RFC 5280 upper bound).
const MAX_NAME: usize = 64;

/// What a certificate may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CertificateKind {
    /// Signs certificates of any sort: a root.
    Authority,
    /// Signs certificates of devices and logs, of no other authority.
    Issuing,
    /// Signs documents.
    Device,
    /// Signs checkpoints of the register; never a document.
    Log,
}

/// Everything one certificate says. Names and keys are DER.
pub(super) struct Template<'a> {
    pub(super) kind: CertificateKind,
    pub(super) serial: [u8; 16],
    pub(super) issuer: &'a [u8],
    pub(super) issuer_spki: &'a [u8],
    pub(super) subject: &'a [u8],
    pub(super) spki: &'a [u8],
    pub(super) not_before: Timestamp,
    pub(super) days: i64,
    /// The issuer's own end, which no certificate outlives.
    pub(super) issuer_until: Option<Timestamp>,
}

/// One certificate, signed with ECDSA P-256.
pub(super) fn certificate(
    t: &Template<'_>,
    key: &p256::ecdsa::SigningKey,
) -> Result<Vec<u8>, CertificateError> {
    let until = t
        .not_before
        .checked_add(SignedDuration::from_hours(24 * t.days))
        .map_err(|_| CertificateError::Date)?;
    let until = t.issuer_until.map_or(until, |end| end.min(until));
    if until <= t.not_before {
        return Err(CertificateError::IssuerExpired);
    }
    let validity = sequence(&[&time(t.not_before)?, &time(until)?]);
    let tbs = sequence(&[
        &tlv(tag::CONTEXT_0, &[&unsigned(&[2])]),
        &unsigned(&t.serial),
        &algorithm(&oids::ECDSA_WITH_SHA_256),
        t.issuer,
        &validity,
        t.subject,
        t.spki,
        &tlv(tag::CONTEXT_3, &[&extensions(t)]),
    ]);
    let signature = super::sign(key, &tbs);
    Ok(sequence(&[&tbs, &algorithm(&oids::ECDSA_WITH_SHA_256), &bits(&signature)]))
}

fn extensions(t: &Template<'_>) -> Vec<u8> {
    // KeyUsage bits (RFC 5280 section 4.2.1.3): keyCertSign + cRLSign, digitalSignature +
    // nonRepudiation, or digitalSignature alone; the first byte counts the unused bits.
    const CA: [u8; 3] = [tag::BOOLEAN, 1, 0xff];
    let (constraints, usage) = match t.kind {
        CertificateKind::Authority => (sequence(&[&CA]), [tag::BIT_STRING, 2, 1, 0x06]),
        CertificateKind::Issuing => (sequence(&[&CA, &unsigned(&[0])]), [tag::BIT_STRING, 2, 1, 0x06]),
        CertificateKind::Device => (sequence(&[]), [tag::BIT_STRING, 2, 6, 0xc0]),
        CertificateKind::Log => (sequence(&[]), [tag::BIT_STRING, 2, 7, 0x80]),
    };
    let authority_key = sequence(&[&tlv(0x80, &[&key_identifier(t.issuer_spki)])]);
    sequence(&[
        &extension(&oids::BASIC_CONSTRAINTS, Criticality::Critical, &constraints),
        &extension(&oids::SUBJECT_KEY_IDENTIFIER, Criticality::Plain, &octets(&key_identifier(t.spki))),
        &extension(&oids::AUTHORITY_KEY_IDENTIFIER, Criticality::Plain, &authority_key),
        &extension(&oids::KEY_USAGE, Criticality::Critical, &usage),
    ])
}

#[derive(Clone, Copy)]
enum Criticality {
    Critical,
    Plain,
}

fn extension(id: &Oid, criticality: Criticality, value: &[u8]) -> Vec<u8> {
    match criticality {
        Criticality::Critical => sequence(&[&oid(id), &[tag::BOOLEAN, 1, 0xff], &octets(value)]),
        Criticality::Plain => sequence(&[&oid(id), &octets(value)]),
    }
}

/// The leftmost 160 bits of SHA-256 of the key (RFC 7093 section 2, method 1).
fn key_identifier(spki: &[u8]) -> [u8; 20] {
    let mut out = [0; 20];
    for (to, from) in out.iter_mut().zip(Sha256::digest(spki)) {
        *to = from;
    }
    out
}

/// UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5).
fn time(at: Timestamp) -> Result<Vec<u8>, CertificateError> {
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC);
    let year = utc.year();
    match year {
        1950..=2049 => Ok(tlv(tag::UTC_TIME, &[utc.strftime("%y%m%d%H%M%SZ").to_string().as_bytes()])),
        2050..=9999 => {
            Ok(tlv(tag::GENERALIZED_TIME, &[utc.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes()]))
        }
        _ => Err(CertificateError::Date),
    }
}

/// A distinguished name: each attribute in a set of its own.
pub(super) fn name(attributes: &[Vec<u8>]) -> Vec<u8> {
    let sets: Vec<Vec<u8>> = attributes.iter().map(|a| tlv(tag::SET, &[&sorted(vec![a.clone()])])).collect();
    sequence(&[&sets.concat()])
}

/// O=..., cut to what a certificate can hold.
pub(super) fn organization(text: &str) -> Result<Vec<u8>, CertificateError> {
    text_attribute(&oids::ORGANIZATION, text)
}

/// CN=..., cut to what a certificate can hold.
pub(super) fn common_name(text: &str) -> Result<Vec<u8>, CertificateError> {
    text_attribute(&oids::COMMON_NAME, text)
}

fn text_attribute(id: &Oid, text: &str) -> Result<Vec<u8>, CertificateError> {
    let cut: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    if cut.is_empty() {
        return Err(CertificateError::EmptyName);
    }
    Ok(sequence(&[&oid(id), &tlv(tag::UTF8_STRING, &[cut.as_bytes()])]))
}

/// serialNumber=device id; a PrintableString, so only some characters.
pub(super) fn device_serial_number(device_id: &str) -> Result<Vec<u8>, CertificateError> {
    let printable = device_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !printable || device_id.is_empty() || device_id.len() > MAX_NAME {
        return Err(CertificateError::DeviceId);
    }
    Ok(sequence(&[&oid(&oids::SERIAL_NUMBER), &tlv(tag::PRINTABLE_STRING, &[device_id.as_bytes()])]))
}
