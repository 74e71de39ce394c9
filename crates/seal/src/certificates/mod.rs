//! Certificates (SEAL-FORMAT section 3): the standalone root that the app makes for itself, and
//! the two leaves of a device.
//!
//! Written by hand in DER: three fixed shapes need no builder. Whether a path is valid is judged
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
use write::{CertificateKind, Template};

/// How long device certificates are valid, in days of 24 hours (15 years).
const DEVICE_DAYS: i64 = 15 * 365 + 4;
/// How long a standalone root is valid, in days (30 years).
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

/// The standalone root: key and certificate.
pub struct Authority {
    key: p256::ecdsa::SigningKey,
    certificate: Vec<u8>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", self.root_fingerprint())
    }
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
            },
            &key,
        )?;
        Ok(Self { key, certificate })
    }

    /// Issues both leaves of a device of this firm, valid 15 years from `not_before`.
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
        let firm = path::organization(&self.certificate)?;
        let subject = write::name(&[
            write::organization(&firm)?,
            write::common_name(&format!("Fieldseal {device_id}"))?,
            write::device_serial_number(device_id)?,
        ]);
        let issuer = path::subject_der(&self.certificate)?;
        let issuer_spki = spki_of(&self.key)?;
        let mut leaf = |spki: &[u8]| {
            let template = Template {
                kind: CertificateKind::Device,
                serial: make_serial(rng),
                issuer: &issuer,
                issuer_spki: &issuer_spki,
                subject: &subject,
                spki,
                not_before,
                days: DEVICE_DAYS,
            };
            write::certificate(&template, &self.key)
        };
        Ok(DeviceCertificates {
            p256: leaf(&keys.p256_spki)?,
            ed25519: leaf(&keys.ed25519_spki)?,
            issuer: self.certificate.clone(),
        })
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
