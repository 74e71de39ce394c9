//! The cryptography of one signature: P-256, device seal, certificates.

use fieldseal_domain::Digest;
use jiff::Timestamp;
use sha2::{Sha256, Sha512};

use super::layout::Found;
use super::report::{Check, CheckId, FileFault, Reason};
use crate::certificates::path::{self, PathError, Read};
use crate::cms::CoveredHash;
use crate::cms::read::{self, Algorithm, CmsFault, SealedMessage};
use crate::oids;

/// What one signature's cryptography gave.
pub(super) struct Crypto {
    pub(super) checks: Vec<Check>,
    pub(super) covered: CoveredHash,
    pub(super) device: Option<String>,
    pub(super) organization: Option<String>,
    pub(super) root: Option<Digest>,
    pub(super) device_key: Option<[u8; 32]>,
}

/// Checks one signature over the bytes of the file.
pub(super) fn check(bytes: &[u8], found: &Found<'_>, roots: &[Read], at: Timestamp) -> Crypto {
    let covered = CoveredHash(Digest(digest::<Sha256>(bytes, found).into()));
    let mut crypto = Crypto {
        checks: Vec::new(),
        covered,
        device: None,
        organization: None,
        root: None,
        device_key: None,
    };
    match read::read(&found.message) {
        Err(fault) => crypto.checks.push(Check::failed(CheckId::Cms, Reason::Cms(fault))),
        Ok(message) => check_message(&mut crypto, &message, bytes, found, (roots, at)),
    }
    crypto
}

/// A hash over everything outside the gap.
fn digest<D: sha2::Digest>(bytes: &[u8], found: &Found<'_>) -> sha2::digest::Output<D> {
    let mut hash = D::new();
    hash.update(bytes.get(..found.gap.start).unwrap_or_default());
    hash.update(bytes.get(found.gap.end..found.end).unwrap_or_default());
    hash.finalize()
}

fn check_message(
    crypto: &mut Crypto,
    message: &SealedMessage,
    bytes: &[u8],
    found: &Found<'_>,
    trust: (&[Read], Timestamp),
) {
    let (roots, at) = trust;
    let stored_digest = match message.algorithm() {
        Ok(Algorithm::P256) => crypto.covered.0.0.to_vec(),
        Ok(Algorithm::Ed25519) => digest::<Sha512>(bytes, found).to_vec(),
        Err(fault) => return crypto.checks.push(Check::failed(CheckId::Cms, Reason::Cms(fault))),
    };
    crypto.checks.push(cms_check(CheckId::Cms, message.check_issuers(roots)));
    crypto.checks.push(cms_check(CheckId::Digest, message.check_signed_attributes(&stored_digest)));
    crypto.checks.push(cms_check(CheckId::Signature, message.check_signature()));
    let seal = message.check_device_seal(crypto.covered);
    crypto.checks.push(cms_check(CheckId::DeviceSeal, seal.as_ref().map(|_| ()).map_err(|f| *f)));
    if message.has_time_stamp() {
        crypto.checks.push(Check::cannot(CheckId::TimeStamp, Reason::File(FileFault::TimeStampNotJudged)));
    }
    crypto.organization = message.signer.subject_text(oids::ORGANIZATION);
    let signer_root = path::check_path(&message.signer, &message.certificates, roots, at);
    crypto.checks.push(path_check(CheckId::SignerTrust, &signer_root));
    if let Ok(seal) = seal {
        let seal_root = path::check_path(&seal, &message.certificates, roots, at);
        crypto.checks.push(seal_trust(&signer_root, &seal_root));
        crypto.checks.push(device_check(&message.signer, &seal));
        crypto.device = seal.device_id();
        crypto.device_key = seal.ed25519_key();
    }
    crypto.root = signer_root.ok().map(|r| Digest(r.sha256()));
}

fn cms_check(id: CheckId, result: Result<(), CmsFault>) -> Check {
    match result {
        Ok(()) => Check::passed(id),
        Err(fault) => Check::failed(id, Reason::Cms(fault)),
    }
}

fn path_check(id: CheckId, result: &Result<&Read, PathError>) -> Check {
    match result {
        Ok(_) => Check::passed(id),
        Err(error) => Check::failed(id, Reason::Path(*error)),
    }
}

fn seal_trust(signer: &Result<&Read, PathError>, seal: &Result<&Read, PathError>) -> Check {
    match (signer, seal) {
        (Ok(a), Ok(b)) if a.der != b.der => {
            Check::failed(CheckId::SealTrust, Reason::File(FileFault::TwoRoots))
        }
        (Ok(_) | Err(_), Ok(_) | Err(_)) => path_check(CheckId::SealTrust, seal),
    }
}

fn device_check(signer: &Read, seal: &Read) -> Check {
    let fault = match (signer.device_id(), seal.device_id()) {
        (Some(a), Some(b)) if a == b => return Check::passed(CheckId::DeviceId),
        (Some(_), Some(_)) => FileFault::DeviceIdsDiffer,
        (Some(_) | None, Some(_) | None) => FileFault::DeviceIdMissing,
    };
    Check::failed(CheckId::DeviceId, Reason::File(fault))
}
