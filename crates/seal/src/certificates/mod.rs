//! Certificates (SEAL-FORMAT section 3): a root (of a standalone app or of an organisation), the
//! organisation's issuing authority, the two leaves of a device, and the leaf of a register's log.
//!
//! Written by hand in DER: four fixed shapes need no builder. Whether a path is valid is judged
//! in `path`, with a reader that shares no code with this writer.

pub(crate) mod path;
mod write;

use der::Encode as _;
use fieldseal_domain::Digest;
use jiff::Timestamp;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::keys::{self, DevicePublicKeys};
use crate::log::LogKey;
pub use path::PathError;
use write::{CertificateKind, Template};

/// How long device certificates are valid, in days of 24 hours (15 years).
const DEVICE_DAYS: i64 = 15 * 365 + 4;
/// How long a root or an issuing authority is valid, in days (30 years).
const ROOT_DAYS: i64 = 30 * 365 + 8;

/// Why a certificate could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A name is empty after trimming.
    #[error("a certificate needs a name")]
    EmptyName,
    /// The device id has characters other than letters, digits and `-`, or a wrong length.
    #[error("a device id is 1 to 64 letters, digits and hyphens")]
    DeviceId,
    /// The moment cannot be written in a certificate (years 1950 to 9999).
    #[error("the date cannot be written in a certificate")]
    Date,
    /// The issuer would be over before the certificate begins.
    #[error("the issuing certificate ends before the new one would begin")]
    IssuerExpired,
    /// Stored bytes are not an authority of this program.
    #[error("the stored bytes are not a certificate authority")]
    NotAnAuthority,
    /// The bytes are not a certificate.
    #[error("not a certificate")]
    NotACertificate(#[source] der::Error),
    /// Text without a certificate in it.
    #[error("no certificate was found")]
    NoCertificate,
}

/// A root or an issuing authority: key and certificate.
pub struct Authority {
    key: p256::ecdsa::SigningKey,
    certificate: Vec<u8>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", self.root_fingerprint())
    }
}

/// A certificate to be issued; subject and key are DER.
struct New<'a> {
    kind: CertificateKind,
    subject: Vec<u8>,
    spki: &'a [u8],
    not_before: Timestamp,
}

/// The certificates a device seals with, all DER.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DeviceCertificates {
    /// Leaf of the P-256 key.
    pub p256: Vec<u8>,
    /// Leaf of the Ed25519 key.
    pub ed25519: Vec<u8>,
    /// The certificate that issued both: the standalone root or the organisation's issuing CA.
    pub issuer: Vec<u8>,
}

impl Authority {
    /// A new root for a firm. `not_before` is the app's build date, so that a tablet with a
    /// wrong clock still makes certificates that are valid today.
    ///
    /// # Errors
    /// [`CertificateError`] for an empty name or a date that no certificate can hold.
    pub fn make(
        rng: &mut impl CryptoRng,
        org_name: &str,
        not_before: Timestamp,
    ) -> Result<Self, CertificateError> {
        let key = keys::make_p256(rng);
        let spki = spki_of(&key)?;
        let subject = write::name(&[
            write::organization(org_name)?,
            write::common_name(&format!("{org_name} Fieldseal root"))?,
        ]);
        let certificate = write::certificate(
            &Template {
                kind: CertificateKind::Authority,
                serial: make_serial(rng),
                issuer: &subject,
                issuer_spki: &spki,
                subject: &subject,
                spki: &spki,
                not_before,
                days: ROOT_DAYS,
                issuer_until: None,
            },
            &key,
        )?;
        Ok(Self { key, certificate })
    }

    /// An issuing authority below this root: it certifies devices and logs, and no other authority.
    ///
    /// # Errors
    /// [`CertificateError`] for a date that no certificate can hold.
    pub fn issue_ca(
        &self,
        rng: &mut impl CryptoRng,
        not_before: Timestamp,
    ) -> Result<Self, CertificateError> {
        let key = keys::make_p256(rng);
        let spki = spki_of(&key)?;
        let subject = self.subject("Fieldseal issuing", None)?;
        let new = New { kind: CertificateKind::Issuing, subject, spki: &spki, not_before };
        let certificate = self.issue(rng, &new)?;
        Ok(Self { key, certificate })
    }

    /// Issues both leaves of a device of this firm, valid 15 years from `not_before` and never
    /// longer than the issuer.
    ///
    /// # Errors
    /// [`CertificateError`] for a device id or date that a certificate cannot hold.
    pub fn issue_device(
        &self,
        rng: &mut impl CryptoRng,
        keys: &DevicePublicKeys,
        device_id: &str,
        not_before: Timestamp,
    ) -> Result<DeviceCertificates, CertificateError> {
        let subject = self.subject(&format!("Fieldseal {device_id}"), Some(device_id))?;
        let mut leaf = |spki: &[u8]| {
            let new = New { kind: CertificateKind::Device, subject: subject.clone(), spki, not_before };
            self.issue(rng, &new)
        };
        Ok(DeviceCertificates {
            p256: leaf(&keys.p256_spki)?,
            ed25519: leaf(&keys.ed25519_spki)?,
            issuer: self.certificate.clone(),
        })
    }

    /// Issues the leaf of a register's log key. It can sign no document.
    ///
    /// # Errors
    /// [`CertificateError`] for a date that no certificate can hold.
    pub fn issue_log(
        &self,
        rng: &mut impl CryptoRng,
        log: &LogKey,
        not_before: Timestamp,
    ) -> Result<Vec<u8>, CertificateError> {
        let subject = self.subject("Fieldseal register", None)?;
        let spki = log.spki().ok_or(CertificateError::NotAnAuthority)?;
        self.issue(rng, &New { kind: CertificateKind::Log, subject, spki: &spki, not_before })
    }

    fn subject(&self, name: &str, device_id: Option<&str>) -> Result<Vec<u8>, CertificateError> {
        let firm = path::organization(&self.certificate)?;
        let mut parts = vec![write::organization(&firm)?, write::common_name(name)?];
        if let Some(id) = device_id {
            parts.push(write::device_serial_number(id)?);
        }
        Ok(write::name(&parts))
    }

    fn issue(&self, rng: &mut impl CryptoRng, new: &New<'_>) -> Result<Vec<u8>, CertificateError> {
        let template = Template {
            kind: new.kind,
            serial: make_serial(rng),
            issuer: &path::subject_der(&self.certificate)?,
            issuer_spki: &spki_of(&self.key)?,
            subject: &new.subject,
            spki: new.spki,
            not_before: new.not_before,
            days: match new.kind {
                CertificateKind::Authority | CertificateKind::Issuing => ROOT_DAYS,
                CertificateKind::Device | CertificateKind::Log => DEVICE_DAYS,
            },
            issuer_until: Some(path::not_after(&self.certificate)?),
        };
        write::certificate(&template, &self.key)
    }

    /// Version byte, P-256 scalar, certificate: for the key vault only.
    #[must_use]
    pub fn to_secret_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(vec![1_u8]);
        out.extend_from_slice(&Zeroizing::new(self.key.to_bytes())[..]);
        out.extend_from_slice(&self.certificate);
        out
    }

    /// Reads what [`Self::to_secret_bytes`] wrote and checks that key and certificate belong
    /// together.
    ///
    /// # Errors
    /// [`CertificateError::NotAnAuthority`] if they do not.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, CertificateError> {
        let wrong = CertificateError::NotAnAuthority;
        let Some((&[1], rest)) = bytes.split_first_chunk::<1>() else { return Err(wrong) };
        let Some((scalar, certificate)) = rest.split_at_checked(32) else { return Err(wrong) };
        let key =
            p256::ecdsa::SigningKey::from_slice(scalar).map_err(|_| CertificateError::NotAnAuthority)?;
        if path::spki_der(certificate)? != spki_of(&key)? {
            return Err(wrong);
        }
        Ok(Self { key, certificate: certificate.to_vec() })
    }

    /// This authority's own certificate, DER: the root's, or the issuing authority's.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// The root certificate, DER.
    #[must_use]
    pub fn root_der(&self) -> &[u8] {
        &self.certificate
    }

    /// The root certificate as a PEM file for verifiers.
    #[must_use]
    pub fn root_pem(&self) -> String {
        to_pem(&self.certificate)
    }

    /// SHA-256 of the root certificate, to compare by eye ([`Digest::long`] shows groups of four).
    #[must_use]
    pub fn root_fingerprint(&self) -> Digest {
        Digest::of(&self.certificate)
    }
}

/// A certificate as PEM.
#[must_use]
pub fn to_pem(der: &[u8]) -> String {
    der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, der).unwrap_or_default()
}

/// Certificates from a file: PEM (one or more) or DER.
///
/// # Errors
/// [`CertificateError`] if there is none or one of them is not a certificate.
pub fn read_certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, CertificateError> {
    if !bytes.windows(11).any(|w| w == b"-----BEGIN ") {
        path::subject_der(bytes)?;
        return Ok(vec![bytes.to_vec()]);
    }
    let chain = x509_cert::Certificate::load_pem_chain(bytes).map_err(CertificateError::NotACertificate)?;
    if chain.is_empty() {
        return Err(CertificateError::NoCertificate);
    }
    chain.iter().map(|c| c.to_der().map_err(CertificateError::NotACertificate)).collect()
}

/// Whether a certificate (DER) is one that signed itself.
#[must_use]
pub fn is_root(certificate: &[u8]) -> bool {
    path::Read::new(certificate).is_ok_and(|read| read.is_signed_by(&read))
}

/// What the certificate of a log certifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertifiedLog {
    /// The key that signs its checkpoints.
    pub key: [u8; 32],
    /// SHA-256 of the root it leads to: names the organisation.
    pub root: Digest,
}

/// The key of a log whose certificate leads to one of `roots` at that moment.
///
/// # Errors
/// Why it does not.
pub fn check_log_certificate(
    leaf: &[u8],
    others: &[Vec<u8>],
    roots: &[Vec<u8>],
    at: Timestamp,
) -> Result<CertifiedLog, PathError> {
    let (leaf, others, roots) = (read(leaf)?, read_all(others)?, read_all(roots)?);
    let root = path::check_log_path(&leaf, &others, &roots, at)?;
    Ok(CertifiedLog { key: leaf.ed25519_key().ok_or(PathError::WrongUse)?, root: Digest(root.sha256()) })
}

fn read(der: &[u8]) -> Result<path::Read, PathError> {
    path::Read::new(der).map_err(|_| PathError::Malformed)
}

fn read_all(many: &[Vec<u8>]) -> Result<Vec<path::Read>, PathError> {
    many.iter().map(|der| read(der)).collect()
}

/// The device keys that two leaves of one device certify, once both lead to one of `roots` at
/// that moment. What a journal's signatures are checked with where only certificates are at hand.
///
/// # Errors
/// Why they do not.
pub fn check_device_certificates(
    certificates: &DeviceCertificates,
    roots: &[Vec<u8>],
    at: Timestamp,
) -> Result<CertifiedDevice, PathError> {
    let roots = read_all(roots)?;
    let others = [read(&certificates.issuer)?];
    let (ed25519, p256) = (read(&certificates.ed25519)?, read(&certificates.p256)?);
    let first = path::check_path(&ed25519, &others, &roots, at)?;
    let second = path::check_path(&p256, &others, &roots, at)?;
    let device = ed25519.device_id().ok_or(PathError::WrongUse)?;
    if first.der != second.der || p256.device_id().as_ref() != Some(&device) || p256.p256_key().is_none() {
        return Err(PathError::WrongUse);
    }
    Ok(CertifiedDevice { device, ed25519: ed25519.ed25519_key().ok_or(PathError::WrongUse)? })
}

/// The Ed25519 key that a certificate is for; none for other keys and for what is no certificate.
#[must_use]
pub fn ed25519_key(certificate: &[u8]) -> Option<[u8; 32]> {
    read(certificate).ok()?.ed25519_key()
}

/// What the leaves of a device certify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedDevice {
    /// Device id.
    pub device: String,
    /// The Ed25519 key of its journal.
    pub ed25519: [u8; 32],
}

fn spki_of(key: &p256::ecdsa::SigningKey) -> Result<Vec<u8>, CertificateError> {
    key.verifying_key()
        .to_public_key_der()
        .map(der::Document::into_vec)
        .map_err(|_| CertificateError::NotAnAuthority)
}

/// 16 random bytes, positive and not zero (RFC 5280 section 4.1.2.2).
fn make_serial(rng: &mut impl CryptoRng) -> [u8; 16] {
    let mut serial = [0_u8; 16];
    rng.fill_bytes(&mut serial);
    let [first, ..] = &mut serial;
    *first = (*first & 0x3f) | 0x40;
    serial
}

/// Signs certificate bytes.
fn sign(key: &p256::ecdsa::SigningKey, tbs: &[u8]) -> Vec<u8> {
    let signature: p256::ecdsa::DerSignature = key.sign(tbs);
    signature.as_bytes().to_vec()
}
