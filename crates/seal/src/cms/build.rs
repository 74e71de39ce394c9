//! Writes the CMS of one act of signing: P-256 signature and Ed25519 device seal over the same
//! bytes.

use sha2::{Digest, Sha256};

use super::CoveredHash;
use crate::certificates::{CertificateError, DeviceCertificates, path};
use crate::context::SigningContext;
use crate::der_write::{algorithm, octets, oid, sequence, sorted, tag, tlv, unsigned};
use crate::keys::DeviceKeys;
use crate::oids;

/// DER of the ContentInfo.
///
/// # Errors
/// [`CertificateError`] if the device's certificates cannot be read.
pub(crate) fn signed_data(
    covered: CoveredHash,
    keys: &DeviceKeys,
    certificates: &DeviceCertificates,
) -> Result<Vec<u8>, CertificateError> {
    let digest_algorithm = algorithm(&oids::SHA_256);
    let mut embedded =
        vec![certificates.p256.clone(), certificates.ed25519.clone(), certificates.issuer.clone()];
    embedded.dedup();
    let signed = sequence(&[
        &unsigned(&[1]),
        &tlv(tag::SET, &[&digest_algorithm]),
        &sequence(&[&oid(&oids::ID_DATA)]),
        &tlv(tag::CONTEXT_0, &[&sorted(embedded)]),
        &tlv(tag::SET, &[&signer_info(covered, keys, certificates, &digest_algorithm)?]),
    ]);
    Ok(sequence(&[&oid(&oids::SIGNED_DATA), &tlv(tag::CONTEXT_0, &[&signed])]))
}

fn signer_info(
    covered: CoveredHash,
    keys: &DeviceKeys,
    certificates: &DeviceCertificates,
    digest_algorithm: &[u8],
) -> Result<Vec<u8>, CertificateError> {
    let (issuer, serial) = path::issuer_and_serial(&certificates.p256)?;
    let attributes = signed_attributes(covered, &certificates.p256);
    // What is signed carries the tag of a SET, what is stored the tag [0] (RFC 5652 section 5.4).
    let signature = keys.sign_p256(&tlv(tag::SET, &[&attributes]));
    let seal = attribute(&oids::DEVICE_SEAL, &device_seal(covered, keys, &certificates.ed25519));
    Ok(sequence(&[
        &unsigned(&[1]),
        &sequence(&[&issuer, &serial]),
        digest_algorithm,
        &tlv(tag::CONTEXT_0, &[&attributes]),
        &algorithm(&oids::ECDSA_WITH_SHA_256),
        &octets(&signature),
        &tlv(tag::CONTEXT_1, &[&seal]),
    ]))
}

fn signed_attributes(covered: CoveredHash, signer: &[u8]) -> Vec<u8> {
    // SigningCertificateV2 { certs { ESSCertIDv2 { certHash } } }, SHA-256 being the default (RFC 5035).
    let certificate_id = sequence(&[&sequence(&[&sequence(&[&octets(&Sha256::digest(signer))])])]);
    sorted(vec![
        attribute(&oids::CONTENT_TYPE, &oid(&oids::ID_DATA)),
        attribute(&oids::MESSAGE_DIGEST, &octets(&covered.0.0)),
        attribute(&oids::SIGNING_CERTIFICATE_V2, &certificate_id),
    ])
}

fn attribute(id: &const_oid::ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), &tlv(tag::SET, &[value])])
}

/// SEAL-FORMAT section 4.
fn device_seal(covered: CoveredHash, keys: &DeviceKeys, certificate: &[u8]) -> Vec<u8> {
    let signature = keys.sign_ed25519(&SigningContext::PdfSeal.message(&covered.0.0));
    sequence(&[&unsigned(&[1]), &octets(&Sha256::digest(certificate)), &octets(&signature)])
}
