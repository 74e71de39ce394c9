//! Becoming a device of the organisation, with a one-time code.

use crate::{
    error::{Result, SyncError},
    local::{KeyHolder, NewKeys},
    moment::judged_at,
    rejournal::proven_keys,
};
use fieldseal_domain::Digest;
use fieldseal_seal::{
    DeviceCertificates,
    certificates::{check_device_certificates, check_log_certificate},
};
use fieldseal_wire::{
    Bytes, Central,
    enrol::{EnrolRequest, Enrolled, Predecessor as WirePredecessor},
};
use jiff::Timestamp;

/// A journal that this tablet wrote before, under another key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predecessor {
    /// Its device.
    pub device: String,
    /// Its Ed25519 public key.
    pub ed25519: [u8; 32],
    /// Certificates its files were sealed under, DER.
    pub certificates: Vec<Vec<u8>>,
    /// Its last entry: number and id.
    pub end: (u64, Digest),
    /// Statement `continues` of the old key over the new Ed25519 key; none when the old key is lost.
    pub proof: Option<[u8; 64]>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The one-time code.
    pub code: String,
    /// What people call the device.
    pub label: String,
    /// Version of the program.
    pub app_version: String,
    /// Journals this tablet wrote before.
    pub predecessors: Vec<Predecessor>,
}

/// Asks the server to certify keys. The answer is checked; adopting it is the caller's next step
/// ([`crate::Successor::adopt`] where another journal is continued). The code is used up by an answer that arrives, also when it is then lost: ask for another.
///
/// # Errors
/// [`SyncError::Call`] with the server's refusal, [`SyncError::Enrolment`] for certificates that do not fit.
pub async fn enrol<C: Central>(
    central: &C,
    holder: &dyn KeyHolder,
    enrolment: &Enrolment,
    now: Timestamp,
) -> Result<Enrolled> {
    let challenge = central.challenge().await?;
    let request = EnrolRequest {
        code: enrolment.code.clone(),
        keys: proven_keys(holder, challenge),
        label: enrolment.label.clone(),
        app_version: enrolment.app_version.clone(),
        predecessors: enrolment.predecessors.iter().map(to_wire).collect(),
    };
    let enrolled = central.enrol(&request).await?;
    check(&enrolled, &holder.keys(), now)?;
    Ok(enrolled)
}

fn to_wire(before: &Predecessor) -> WirePredecessor {
    WirePredecessor {
        device: before.device.clone(),
        ed25519: Bytes::from(before.ed25519),
        certificates: before.certificates.iter().map(|der| Bytes::from(der.as_slice())).collect(),
        n: before.end.0,
        id: before.end.1,
        proof: before.proof.map(Bytes::from),
    }
}

/// The certificates are for our keys and lead to the root that names the organisation; so does the log's.
pub(crate) fn check(enrolled: &Enrolled, keys: &NewKeys, now: Timestamp) -> Result<()> {
    let root = enrolled.root.0.clone();
    if Digest::of(&root).to_string() != enrolled.org {
        return Err(SyncError::Enrolment("the root is not the organisation's"));
    }
    let roots = std::slice::from_ref(&root);
    let all = [&root, &enrolled.issuing.0, &enrolled.p256.0, &enrolled.ed25519.0, &enrolled.log.0];
    let now = judged_at(now, &all.map(Vec::as_slice));
    let certificates = DeviceCertificates {
        p256: enrolled.p256.0.clone(),
        ed25519: enrolled.ed25519.0.clone(),
        issuer: enrolled.issuing.0.clone(),
    };
    let device = check_device_certificates(&certificates, roots, now)
        .map_err(|_| SyncError::Enrolment("the device's certificates do not lead to the root"))?;
    if device.device != enrolled.device || device.ed25519 != keys.ed25519 {
        return Err(SyncError::Enrolment("the certificates are for another device"));
    }
    check_log_certificate(enrolled.log.as_ref(), std::slice::from_ref(&enrolled.issuing.0), roots, now)
        .map_err(|_| SyncError::Enrolment("the log's certificate does not lead to the root"))?;
    Ok(())
}
