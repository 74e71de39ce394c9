//! Is this certificate good, at this moment, up to one of these roots?
//!
//! Paths are short and all keys above the leaves are P-256 (SEAL-FORMAT section 3), so this is
//! RFC 5280 section 6 without policies and name constraints; an extension that is critical and
//! unknown here refuses the path.

use der::{Decode as _, Encode as _};
use jiff::Timestamp;
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::DecodePublicKey as _;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};

use super::CertificateError;
use crate::oids;

/// Leaf, two intermediates, root.
const MAX_PATH: usize = 4;

/// Why a certificate is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PathError {
    /// Not valid any more at that moment.
    Expired,
    /// Not valid yet at that moment.
    NotYetValid,
    /// Not for signing documents, or a CA certificate where a leaf is needed.
    WrongUse,
    /// No given root leads to it.
    UnknownIssuer,
    /// The issuer's signature on it is wrong.
    BadSignature,
    /// It has a critical extension that this program does not know.
    UnknownExtension,
    /// It cannot be read.
    Malformed,
}

/// One certificate, read.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    /// As embedded.
    pub(crate) der: Vec<u8>,
    /// As understood.
    pub(crate) parsed: Certificate,
}

impl Read {
    /// Reads DER; it must be the only way to write this certificate.
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, der::Error> {
        let parsed = Certificate::from_der(bytes)?;
        if parsed.to_der()? != bytes {
            return Err(der::ErrorKind::Noncanonical { tag: der::Tag::Sequence }.into());
        }
        Ok(Self { der: bytes.to_vec(), parsed })
    }

    /// SHA-256 of the DER.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// The one serialNumber of the subject, if there is exactly one.
    pub(crate) fn device_id(&self) -> Option<String> {
        let mut all = self.parsed.tbs_certificate().subject().iter().filter(|a| a.oid == oids::SERIAL_NUMBER);
        let (first, second) = (all.next()?, all.next());
        let text = std::str::from_utf8(first.value.value()).ok()?;
        (second.is_none() && !text.is_empty()).then(|| text.to_owned())
    }

    /// A text of the subject (organisation, common name).
    pub(crate) fn subject_text(&self, id: const_oid::ObjectIdentifier) -> Option<String> {
        let attribute = self.parsed.tbs_certificate().subject().iter().find(|a| a.oid == id)?;
        std::str::from_utf8(attribute.value.value()).ok().map(str::to_owned)
    }

    fn names_as_issuer(&self, other: &Self) -> bool {
        self.parsed.tbs_certificate().issuer() == other.parsed.tbs_certificate().subject()
    }

    /// Whether this certificate says that `issuer`'s key signed it. Roots of two tablets can have one name: where both
    /// name their keys (RFC 5280 section 4.2.1.1), these tell them apart.
    fn may_claim(&self, issuer: &Self) -> bool {
        let named =
            self.extension::<AuthorityKeyIdentifier>().ok().flatten().and_then(|id| id.key_identifier);
        let own = issuer.extension::<SubjectKeyIdentifier>().ok().flatten();
        named.zip(own).is_none_or(|(named, own)| named == own.0)
    }

    /// Whether `issuer`'s key signed this certificate.
    pub(crate) fn is_signed_by(&self, issuer: &Self) -> bool {
        if !self.names_as_issuer(issuer) {
            return false;
        }
        let tbs = self.parsed.tbs_certificate();
        let algorithm = self.parsed.signature_algorithm();
        if algorithm.oid != oids::ECDSA_WITH_SHA_256
            || algorithm.parameters.is_some()
            || algorithm != tbs.signature()
        {
            return false;
        }
        let (Ok(message), Some(key), Some(bytes)) =
            (tbs.to_der(), issuer.p256_key(), self.parsed.signature().as_bytes())
        else {
            return false;
        };
        p256::ecdsa::DerSignature::from_bytes(bytes).is_ok_and(|s| key.verify(&message, &s).is_ok())
    }

    /// The P-256 key, if it is one.
    pub(crate) fn p256_key(&self) -> Option<p256::ecdsa::VerifyingKey> {
        let spki = self.parsed.tbs_certificate().subject_public_key_info().to_der().ok()?;
        p256::ecdsa::VerifyingKey::from_public_key_der(&spki).ok()
    }

    /// The 32 bytes of an Ed25519 key without parameters, if it is one.
    pub(crate) fn ed25519_key(&self) -> Option<[u8; 32]> {
        let spki = self.parsed.tbs_certificate().subject_public_key_info();
        if spki.algorithm.oid != oids::ED25519 || spki.algorithm.parameters.is_some() {
            return None;
        }
        spki.subject_public_key.as_bytes()?.try_into().ok()
    }

    fn extension<'a, T>(&'a self) -> Result<Option<T>, PathError>
    where
        T: der::Decode<'a> + const_oid::AssociatedOid,
    {
        let found = self.parsed.tbs_certificate().get_extension::<T>();
        found.map(|f| f.map(|(_, value)| value)).map_err(|_| PathError::Malformed)
    }

    fn check_moment(&self, at: Timestamp) -> Result<(), PathError> {
        let validity = self.parsed.tbs_certificate().validity();
        let seconds =
            |t: x509_cert::time::Time| i64::try_from(t.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        if at.as_second() > seconds(validity.not_after) {
            Err(PathError::Expired)
        } else if at.as_second() < seconds(validity.not_before) {
            Err(PathError::NotYetValid)
        } else {
            Ok(())
        }
    }

    fn check_extensions_known(&self) -> Result<(), PathError> {
        let known = [
            oids::BASIC_CONSTRAINTS,
            oids::KEY_USAGE,
            oids::SUBJECT_KEY_IDENTIFIER,
            oids::AUTHORITY_KEY_IDENTIFIER,
        ];
        let all = self.parsed.tbs_certificate().extensions().into_iter().flatten();
        let unknown = all.into_iter().any(|e| e.critical && !known.contains(&e.extn_id));
        if unknown { Err(PathError::UnknownExtension) } else { Ok(()) }
    }

    /// Not a CA, for signing documents that cannot be disowned (SEAL-FORMAT section 3).
    pub(crate) fn check_leaf_use(&self) -> Result<(), PathError> {
        let ca = self.extension::<BasicConstraints>()?.is_some_and(|b| b.ca);
        let usage = self.extension::<KeyUsage>()?.ok_or(PathError::WrongUse)?;
        if ca || !usage.digital_signature() || !usage.non_repudiation() {
            Err(PathError::WrongUse)
        } else {
            Ok(())
        }
    }

    /// Not a CA, for signatures that are not documents.
    fn check_log_use(&self) -> Result<(), PathError> {
        let ca = self.extension::<BasicConstraints>()?.is_some_and(|b| b.ca);
        let usage = self.extension::<KeyUsage>()?.ok_or(PathError::WrongUse)?;
        if ca || !usage.digital_signature() || usage.non_repudiation() || self.device_id().is_some() {
            Err(PathError::WrongUse)
        } else {
            Ok(())
        }
    }

    /// May sign certificates, with `below` CA certificates between it and the leaf.
    fn check_authority_use(&self, below: usize) -> Result<(), PathError> {
        let constraints = self.extension::<BasicConstraints>()?.ok_or(PathError::WrongUse)?;
        let long_enough = constraints.path_len_constraint.is_none_or(|n| usize::from(n) >= below);
        let signs = self.extension::<KeyUsage>()?.is_some_and(|u| u.key_cert_sign());
        if constraints.ca && long_enough && signs { Ok(()) } else { Err(PathError::WrongUse) }
    }
}

/// The root that `leaf` leads to through `others` at that moment.
///
/// # Errors
/// The reason nearest to the leaf.
pub(crate) fn check_path<'r>(
    leaf: &Read,
    others: &[Read],
    roots: &'r [Read],
    at: Timestamp,
) -> Result<&'r Read, PathError> {
    leaf.check_leaf_use()?;
    walk(leaf, others, roots, at)
}

/// As [`check_path`], for the leaf of a log.
pub(crate) fn check_log_path<'r>(
    leaf: &Read,
    others: &[Read],
    roots: &'r [Read],
    at: Timestamp,
) -> Result<&'r Read, PathError> {
    leaf.check_log_use()?;
    walk(leaf, others, roots, at)
}

fn walk<'r>(leaf: &Read, others: &[Read], roots: &'r [Read], at: Timestamp) -> Result<&'r Read, PathError> {
    let mut current = leaf.clone();
    for below in 0..MAX_PATH {
        current.check_moment(at)?;
        current.check_extensions_known()?;
        if let Some(root) = roots.iter().find(|r| r.der == current.der) {
            return Ok(root);
        }
        let named: Vec<&'r Read> = roots.iter().filter(|r| current.names_as_issuer(r)).collect();
        if let Some(root) = named.iter().find(|r| current.is_signed_by(r)) {
            return check_root(root, below, at).map(|()| *root);
        }
        let issuers: Vec<&Read> =
            others.iter().filter(|o| o.der != current.der && current.names_as_issuer(o)).collect();
        let Some(next) = issuers.iter().find(|o| current.is_signed_by(o)) else {
            let claimed = named.into_iter().chain(issuers).any(|issuer| current.may_claim(issuer));
            return Err(if claimed { PathError::BadSignature } else { PathError::UnknownIssuer });
        };
        next.check_authority_use(below)?;
        current = (*next).clone();
    }
    Err(PathError::UnknownIssuer)
}

fn check_root(root: &Read, below: usize, at: Timestamp) -> Result<(), PathError> {
    root.check_authority_use(below)?;
    root.check_extensions_known()?;
    root.check_moment(at)
}

fn parse(der: &[u8]) -> Result<Certificate, CertificateError> {
    Certificate::from_der(der).map_err(CertificateError::NotACertificate)
}

/// The end of its validity.
pub(crate) fn not_after(certificate: &[u8]) -> Result<Timestamp, CertificateError> {
    let until = parse(certificate)?.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
    Timestamp::from_second(i64::try_from(until).unwrap_or(i64::MAX)).map_err(|_| CertificateError::Date)
}

/// The subject's name as DER.
pub(crate) fn subject_der(certificate: &[u8]) -> Result<Vec<u8>, CertificateError> {
    parse(certificate)?.tbs_certificate().subject().to_der().map_err(CertificateError::NotACertificate)
}

/// The organisation of the subject; empty if there is none.
pub(crate) fn organization(certificate: &[u8]) -> Result<String, CertificateError> {
    let read = Read::new(certificate).map_err(CertificateError::NotACertificate)?;
    Ok(read.subject_text(oids::ORGANIZATION).unwrap_or_default())
}

/// The public key as DER.
pub(crate) fn spki_der(certificate: &[u8]) -> Result<Vec<u8>, CertificateError> {
    parse(certificate)?
        .tbs_certificate()
        .subject_public_key_info()
        .to_der()
        .map_err(CertificateError::NotACertificate)
}

/// Issuer name and serial number as DER, for SignerInfo.
pub(crate) fn issuer_and_serial(certificate: &[u8]) -> Result<(Vec<u8>, Vec<u8>), CertificateError> {
    let parsed = parse(certificate)?;
    let tbs = parsed.tbs_certificate();
    let issuer = tbs.issuer().to_der().map_err(CertificateError::NotACertificate)?;
    Ok((issuer, tbs.serial_number().to_der().map_err(CertificateError::NotACertificate)?))
}
