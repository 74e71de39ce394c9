//! Understands a CMS that claims to be ours, and refuses everything that SEAL-FORMAT does not
//! allow: in the end every byte of it is either signed or has one possible value.

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{OctetStringRef, SetOfVec};
use der::{Decode as _, Encode as _, Reader as _};
use ecdsa::signature::Verifier as _;
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;

use super::CoveredHash;
use crate::certificates::path::Read;
use crate::context::SigningContext;
use crate::der_write;
use crate::oids;

/// What is wrong with a CMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CmsFault {
    /// Not readable as SignedData.
    NotReadable,
    /// Readable, but not the one canonical DER encoding.
    NotCanonical,
    /// A version number, an object identifier or a count differs from SEAL-FORMAT section 2.
    NotOurProfile,
    /// The signer's certificate is not embedded.
    SignerNotEmbedded,
    /// A certificate is embedded twice.
    CertificateRepeated,
    /// An embedded certificate has no valid issuer in the set or among the given roots.
    CertificateWithoutIssuer,
    /// Signed attributes are missing, repeated or more than PAdES B-B of ours.
    SignedAttributes,
    /// The message digest is not that of the covered bytes: they were changed.
    MessageDigestDiffers,
    /// signing-certificate-v2 names another certificate.
    SigningCertificateDiffers,
    /// The signature over the signed attributes is wrong.
    SignatureWrong,
    /// The device seal is missing.
    DeviceSealMissing,
    /// The device seal is there twice or has two values.
    DeviceSealRepeated,
    /// The device seal stands among the signed attributes.
    DeviceSealInSignedAttributes,
    /// The device seal's value is not the exact form.
    DeviceSealMalformed,
    /// The device seal has an unknown version.
    DeviceSealVersionUnknown,
    /// The device seal names a certificate that is not embedded exactly once.
    DeviceSealCertificateNotEmbedded,
    /// The device seal's certificate does not hold a usable Ed25519 key.
    DeviceSealKeyUnusable,
    /// The device seal is not over these bytes by this key.
    DeviceSealSignatureWrong,
    /// An unsigned attribute that nothing protects.
    UnknownUnsignedAttribute,
}

/// A CMS of our form; nothing about it is verified yet except that form.
pub(crate) struct SealedMessage {
    /// Every embedded certificate.
    pub(crate) certificates: Vec<Read>,
    /// The P-256 (or pure Ed25519) certificate of the signer.
    pub(crate) signer: Read,
    info: SignerInfo,
}

/// How the CMS signature itself was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// ECDSA P-256 with SHA-256, with the device seal beside it.
    P256,
    /// Pure Ed25519 (RFC 8419), which is the device seal itself.
    Ed25519,
}

fn need(condition: bool, fault: CmsFault) -> Result<(), CmsFault> {
    if condition { Ok(()) } else { Err(fault) }
}

/// Reads the bytes of /Contents without their padding.
pub(crate) fn read(bytes: &[u8]) -> Result<SealedMessage, CmsFault> {
    let content = ContentInfo::from_der(bytes).map_err(|_| CmsFault::NotReadable)?;
    need(content.content_type == oids::SIGNED_DATA, CmsFault::NotReadable)?;
    let data: SignedData = content.content.decode_as().map_err(|_| CmsFault::NotReadable)?;
    need(content.to_der().is_ok_and(|d| d == bytes), CmsFault::NotCanonical)?;
    let inner = content.content.to_der().map_err(|_| CmsFault::NotReadable)?;
    need(canonical(&data).is_ok_and(|d| d == inner), CmsFault::NotCanonical)?;

    let profile = CmsFault::NotOurProfile;
    need(data.version == CmsVersion::V1 && data.crls.is_none(), profile)?;
    need(
        data.encap_content_info.econtent_type == oids::ID_DATA && data.encap_content_info.econtent.is_none(),
        profile,
    )?;
    let infos = data.signer_infos.0.as_slice();
    let [info] = infos else { return Err(profile) };
    need(info.version == CmsVersion::V1, profile)?;
    need(data.digest_algorithms.as_slice() == [info.digest_alg.clone()], profile)?;

    let certificates = certificates(&data)?;
    let signer = signer_certificate(info, &certificates)?;
    let message = SealedMessage { certificates, signer, info: info.clone() };
    message.algorithm()?;
    Ok(message)
}

fn certificates(data: &SignedData) -> Result<Vec<Read>, CmsFault> {
    let set = data.certificates.as_ref().ok_or(CmsFault::SignerNotEmbedded)?;
    let mut out: Vec<Read> = Vec::new();
    for choice in set.0.iter() {
        let CertificateChoices::Certificate(certificate) = choice else {
            return Err(CmsFault::NotOurProfile);
        };
        let der = certificate.to_der().map_err(|_| CmsFault::NotReadable)?;
        need(out.iter().all(|c| c.der != der), CmsFault::CertificateRepeated)?;
        out.push(Read::new(&der).map_err(|_| CmsFault::NotCanonical)?);
    }
    Ok(out)
}

/// The one DER encoding of this SignedData. Its certificates are sorted by their encodings (X.690 clause 11.6); the
/// decoder's own order compares them field by field, which differs where signatures have other lengths.
fn canonical(data: &SignedData) -> der::Result<Vec<u8>> {
    let mut parts =
        vec![data.version.to_der()?, data.digest_algorithms.to_der()?, data.encap_content_info.to_der()?];
    if let Some(set) = &data.certificates {
        let certificates = set.0.iter().map(|choice| choice.to_der()).collect::<der::Result<Vec<_>>>()?;
        parts.push(der_write::tlv(der_write::tag::CONTEXT_0, &[&der_write::sorted(certificates)]));
    }
    if let Some(set) = &data.crls {
        // Refused below; its order does not matter then.
        parts.push(set.to_der()?);
    }
    parts.push(data.signer_infos.to_der()?);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Ok(der_write::sequence(&parts))
}

fn signer_certificate(info: &SignerInfo, certificates: &[Read]) -> Result<Read, CmsFault> {
    let SignerIdentifier::IssuerAndSerialNumber(id) = &info.sid else { return Err(CmsFault::NotOurProfile) };
    let mut matching = certificates.iter().filter(|c| {
        let tbs = c.parsed.tbs_certificate();
        *tbs.issuer() == id.issuer && *tbs.serial_number() == id.serial_number
    });
    match (matching.next(), matching.next()) {
        (Some(one), None) => Ok(one.clone()),
        (Some(_) | None, Some(_) | None) => Err(CmsFault::SignerNotEmbedded),
    }
}

fn has_no_parameters(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.parameters.is_none()
}

/// Absent parameters or NULL: both are in use for SHA-2 (RFC 5754 section 2).
fn has_null_or_no_parameters(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.parameters.as_ref().is_none_or(|p| p.to_der().is_ok_and(|d| d == [5, 0]))
}

impl SealedMessage {
    /// The algorithm pair; anything but the two allowed ones is a fault.
    pub(crate) fn algorithm(&self) -> Result<Algorithm, CmsFault> {
        let (digest, signature) = (&self.info.digest_alg, &self.info.signature_algorithm);
        if signature.oid == oids::ECDSA_WITH_SHA_256 && digest.oid == oids::SHA_256 {
            need(has_no_parameters(signature) && has_null_or_no_parameters(digest), CmsFault::NotOurProfile)?;
            need(self.signer.p256_key().is_some(), CmsFault::NotOurProfile)?;
            Ok(Algorithm::P256)
        } else if signature.oid == oids::ED25519 && digest.oid == oids::SHA_512 {
            need(has_no_parameters(signature) && has_no_parameters(digest), CmsFault::NotOurProfile)?;
            need(self.signer.ed25519_key().is_some(), CmsFault::NotOurProfile)?;
            Ok(Algorithm::Ed25519)
        } else {
            Err(CmsFault::NotOurProfile)
        }
    }

    /// Every embedded certificate must bear the signature of one embedded with it or of a root,
    /// else its bytes would be free.
    pub(crate) fn check_issuers(&self, roots: &[Read]) -> Result<(), CmsFault> {
        let issued = |c: &Read| self.certificates.iter().chain(roots).any(|i| c.is_signed_by(i));
        need(self.certificates.iter().all(issued), CmsFault::CertificateWithoutIssuer)
    }

    /// The message digest and the other signed attributes (PAdES B-B: exactly three).
    pub(crate) fn check_signed_attributes(&self, digest: &[u8]) -> Result<(), CmsFault> {
        let attributes = self.info.signed_attrs.as_ref().ok_or(CmsFault::SignedAttributes)?;
        need(!attributes.iter().any(|a| a.oid == oids::DEVICE_SEAL), CmsFault::DeviceSealInSignedAttributes)?;
        need(attributes.len() == 3, CmsFault::SignedAttributes)?;
        let content_type = one_value(attributes, &oids::CONTENT_TYPE).ok_or(CmsFault::SignedAttributes)?;
        need(
            content_type.to_der().is_ok_and(|d| Some(d) == oids::ID_DATA.to_der().ok()),
            CmsFault::SignedAttributes,
        )?;
        let certificate =
            one_value(attributes, &oids::SIGNING_CERTIFICATE_V2).ok_or(CmsFault::SignedAttributes)?;
        let certificate = certificate.to_der().map_err(|_| CmsFault::SignedAttributes)?;
        need(
            signing_certificate_hash(&certificate) == Some(self.signer.sha256()),
            CmsFault::SigningCertificateDiffers,
        )?;
        let stored = one_value(attributes, &oids::MESSAGE_DIGEST).ok_or(CmsFault::SignedAttributes)?;
        let stored: &OctetStringRef = stored.decode_as().map_err(|_| CmsFault::SignedAttributes)?;
        need(stored.as_bytes() == digest, CmsFault::MessageDigestDiffers)
    }

    /// The CMS signature over the signed attributes.
    pub(crate) fn check_signature(&self) -> Result<(), CmsFault> {
        let wrong = CmsFault::SignatureWrong;
        let attributes = self.info.signed_attrs.as_ref().ok_or(CmsFault::SignedAttributes)?;
        let message = attributes.to_der().map_err(|_| CmsFault::SignedAttributes)?;
        let signature = self.info.signature.as_bytes();
        match self.algorithm()? {
            Algorithm::P256 => {
                let key = self.signer.p256_key().ok_or(wrong)?;
                let signature = p256::ecdsa::DerSignature::from_bytes(signature).map_err(|_| wrong)?;
                key.verify(&message, &signature).map_err(|_| wrong)
            }
            Algorithm::Ed25519 => {
                let key = self.signer.ed25519_key().ok_or(wrong)?;
                let signature: [u8; 64] = signature.try_into().map_err(|_| wrong)?;
                need(verify_ed25519(&key, &message, &signature), wrong)
            }
        }
    }

    /// Checks the device seal and gives back the certificate it was made with (SEAL-FORMAT section 4).
    pub(crate) fn check_device_seal(&self, covered: CoveredHash) -> Result<Read, CmsFault> {
        let none = SetOfVec::default();
        let unsigned = self.info.unsigned_attrs.as_ref().unwrap_or(&none);
        let known = |a: &Attribute| a.oid == oids::DEVICE_SEAL || a.oid == oids::TIME_STAMP_TOKEN;
        need(unsigned.iter().all(known), CmsFault::UnknownUnsignedAttribute)?;
        let seals: Vec<&Attribute> = unsigned.iter().filter(|a| a.oid == oids::DEVICE_SEAL).collect();
        match (seals.as_slice(), self.algorithm()?) {
            ([], Algorithm::Ed25519) => Ok(self.signer.clone()),
            ([], Algorithm::P256) => Err(CmsFault::DeviceSealMissing),
            ([one], Algorithm::P256 | Algorithm::Ed25519) => self.check_seal_attribute(one, covered),
            (_, Algorithm::P256 | Algorithm::Ed25519) => Err(CmsFault::DeviceSealRepeated),
        }
    }

    fn check_seal_attribute(&self, attribute: &Attribute, covered: CoveredHash) -> Result<Read, CmsFault> {
        let [value] = attribute.values.as_slice() else { return Err(CmsFault::DeviceSealRepeated) };
        let value = value.to_der().map_err(|_| CmsFault::DeviceSealMalformed)?;
        let (version, certificate_hash, signature) =
            split_seal(&value).ok_or(CmsFault::DeviceSealMalformed)?;
        need(version == 1, CmsFault::DeviceSealVersionUnknown)?;
        let mut found = self.certificates.iter().filter(|c| c.sha256() == certificate_hash);
        let (Some(certificate), None) = (found.next(), found.next()) else {
            return Err(CmsFault::DeviceSealCertificateNotEmbedded);
        };
        let key = certificate.ed25519_key().ok_or(CmsFault::DeviceSealKeyUnusable)?;
        need(usable_ed25519(&key).is_some(), CmsFault::DeviceSealKeyUnusable)?;
        let message = SigningContext::PdfSeal.message(&covered.0.0);
        need(verify_ed25519(&key, &message, &signature), CmsFault::DeviceSealSignatureWrong)?;
        Ok(certificate.clone())
    }

    /// Whether a time stamp token was added to this signature.
    pub(crate) fn has_time_stamp(&self) -> bool {
        self.info.unsigned_attrs.iter().flat_map(SetOfVec::iter).any(|a| a.oid == oids::TIME_STAMP_TOKEN)
    }
}

fn one_value<'a>(
    attributes: &'a SetOfVec<Attribute>,
    id: &const_oid::ObjectIdentifier,
) -> Option<&'a der::Any> {
    let mut found = attributes.iter().filter(|a| a.oid == *id);
    let (first, second) = (found.next()?, found.next());
    match (first.values.as_slice(), second) {
        ([one], None) => Some(one),
        (_, Some(_) | None) => None,
    }
}

/// The hash in SigningCertificateV2 whose first ESSCertIDv2 leaves the algorithm at its default.
fn signing_certificate_hash(value: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = value;
    for _ in 0..3 {
        bytes = content_of(der::Tag::Sequence, bytes)?;
    }
    content_of(der::Tag::OctetString, bytes)?.try_into().ok()
}

/// The content of the first value, if it has this tag.
fn content_of(tag: der::Tag, bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = der::SliceReader::new(bytes).ok()?;
    let header = der::Header::decode(&mut reader).ok()?;
    (header.tag() == tag).then_some(())?;
    reader.read_slice(header.length()).ok()
}

/// The exact 105 bytes: `30 67 02 01 v 04 20 hash 04 40 signature`.
fn split_seal(value: &[u8]) -> Option<(u8, [u8; 32], [u8; 64])> {
    let value: &[u8; 105] = value.try_into().ok()?;
    let (head, rest) = value.split_at(4);
    let (version, rest) = rest.split_first()?;
    let (hash_head, rest) = rest.split_at(2);
    let (hash, rest) = rest.split_at(32);
    let (signature_head, signature) = rest.split_at(2);
    let exact =
        head == [0x30, 0x67, 0x02, 0x01] && hash_head == [0x04, 0x20] && signature_head == [0x04, 0x40];
    exact.then_some(())?;
    Some((*version, hash.try_into().ok()?, signature.try_into().ok()?))
}

/// The key, if it is a canonical point that is not of small order.
pub(crate) fn usable_ed25519(key: &[u8; 32]) -> Option<ed25519_dalek::VerifyingKey> {
    let read = ed25519_dalek::VerifyingKey::from_bytes(key).ok()?;
    let usable = !read.is_weak() && read.to_edwards().compress().to_bytes() == *key;
    usable.then_some(read)
}

/// Strict verification: canonical S, R and key, no small order.
pub(crate) fn verify_ed25519(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    usable_ed25519(key).is_some_and(|key| key.verify_strict(message, &signature).is_ok())
}
