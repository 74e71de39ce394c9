//! Getting in: challenge, enrolment with a one-time code, signing in, and a new journal for a known device.

use super::{
    caller::{Caller, Peer, Wire},
    error::{Answer, No},
};
use crate::{
    proofs,
    server::Server,
    store::{CodeUse, Journal, JournalState, NewDevice, PersonRecord, SESSION_MS},
};
use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use fieldseal_domain::{Digest, event::Event};
use fieldseal_seal::{
    DeviceCertificates, DevicePublicKeys,
    certificates::{is_root, read_certificates},
};
use fieldseal_wire::{
    Code, Refusal,
    enrol::{
        CONTINUES, Challenge, DeviceKeys, EnrolRequest, Enrolled, POSSESSION, Predecessor, RejournalRequest,
    },
    session::{SESSION, Session, SessionRequest},
};
use serde_json::json;

/// Longest label of a device, in characters.
const MAX_LABEL: usize = 100;
/// Certificates of one earlier journal, and bytes of each.
const MAX_CERTIFICATES: usize = 6;
const MAX_CERTIFICATE: usize = 8192;
/// Journals one device can have written before.
const MAX_PREDECESSORS: usize = 50;

pub(super) async fn challenge(State(server): State<Server>, Peer(peer): Peer) -> Answer<Json<Challenge>> {
    let nonce: [u8; 32] = server.random()?;
    if !server.nonces().give(nonce, peer) {
        let refusal = Refusal::new(Code::TooMany, "too many devices are signing in at once");
        return Err(refusal.with(json!({ "retry_after_s": 5 })).into());
    }
    Ok(Json(Challenge { nonce: nonce.into(), server_id: server.server_id().to_owned() }))
}

pub(super) async fn sign_in(
    State(server): State<Server>,
    Wire(request): Wire<SessionRequest>,
) -> Answer<Json<Session>> {
    let no = || No::new(Code::BadProof, "the device is not known here, or this is not its key");
    if !server.nonces().take(&request.nonce.0) {
        return Err(no());
    }
    let journal = server.store().journal(request.device.clone()).await?.ok_or_else(no)?;
    server.store().device_facts(request.device.clone()).await?.ok_or_else(no)?;
    let message = proofs::message(SESSION, &[server.server_id().as_bytes(), &[0], &request.nonce.0]);
    if !proofs::ed25519(&journal.ed25519, &message, &request.signature.0) {
        return Err(no());
    }
    let token: [u8; 32] = server.random()?;
    let now = server.clock().now_ms();
    let ends = now.saturating_add(SESSION_MS);
    server.store().add_session(Digest::of(&token), request.device, now, ends).await?;
    Ok(Json(Session { token: URL_SAFE_NO_PAD.encode(token), expires_in_s: SESSION_MS.unsigned_abs() / 1000 }))
}

pub(super) async fn enrol(
    State(server): State<Server>,
    Peer(peer): Peer,
    Wire(request): Wire<EnrolRequest>,
) -> Answer<Json<Enrolled>> {
    if let Some(wait) = server.guesses().try_one(peer) {
        let refusal = Refusal::new(Code::TooMany, "too many wrong codes");
        return Err(refusal.with(json!({ "retry_after_s": wait.as_secs().max(1) })).into());
    }
    let wrong = || No::new(Code::WrongCode, "the code is wrong, was used before, or has ended");
    let hash = proofs::code_hash(&request.code);
    let now = server.clock().now_ms();
    let CodeUse::Good(person) = server.store().look_at_code(hash, now).await? else { return Err(wrong()) };
    server.guesses().right(peer);
    let public = check_keys(&server, &request.keys)?;
    let predecessors = predecessors(&server, &request, &person).await?;
    let label: String = request.label.chars().filter(|c| !c.is_control()).take(MAX_LABEL).collect();
    let app_version = request.app_version.clone();
    let (mut device, certificates) = new_device(&server, &public, person.id, app_version).await?;
    device.label = Some(label);
    device.journal.continues = predecessors.last().map(|journal| journal.device.clone());
    device.predecessors = predecessors;
    device.certificates = certificates_of(&request.predecessors)?;
    admit_roots(&server, &request.predecessors).await?;
    let answer = enrolled(&server, &device, &certificates, &person)?;
    match server.store().enrol(hash, device).await? {
        CodeUse::Good(_) => Ok(Json(answer)),
        CodeUse::Wrong => Err(wrong()),
    }
}

pub(super) async fn rejournal(
    State(server): State<Server>,
    Caller(caller): Caller,
    Wire(request): Wire<RejournalRequest>,
) -> Answer<Json<Enrolled>> {
    let public = check_keys(&server, &request.keys)?;
    if request.predecessor.device != caller.device {
        return Err(No::new(Code::BadProof, "a device can only go on from its own journal"));
    }
    let old = server.store().journal(caller.device.clone()).await?;
    let proven = old.is_some_and(|old| {
        request.predecessor.ed25519.0 == old.ed25519
            && proves(&request.predecessor, &request.keys.ed25519.0, &old.ed25519)
    });
    if !proven {
        return Err(No::new(Code::BadProof, "the old key did not vouch for the new one"));
    }
    let person = PersonRecord {
        id: caller.person,
        name: server.person_name(caller.person).await?,
        role: caller.role,
        active: caller.active,
    };
    let (mut device, certificates) = new_device(&server, &public, person.id, request.app_version).await?;
    device.journal.continues = Some(caller.device);
    let answer = enrolled(&server, &device, &certificates, &person)?;
    server.store().add_successor(device).await?;
    Ok(Json(answer))
}

/// The device has both private keys, now.
fn check_keys(server: &Server, keys: &DeviceKeys) -> Answer<DevicePublicKeys> {
    let no = || No::new(Code::BadProof, "the device did not show that it has these keys");
    if !server.nonces().take(&keys.nonce.0) {
        return Err(no());
    }
    let raw: [u8; 32] = keys.ed25519.array().ok_or_else(no)?;
    let server_id = server.server_id().as_bytes();
    let parts: [&[u8]; 5] = [server_id, &[0], &keys.nonce.0, &keys.ed25519.0, &keys.p256.0];
    let message = proofs::message(POSSESSION, &parts);
    if !proofs::ed25519(&raw, &message, &keys.ed25519_proof.0)
        || !proofs::p256(&keys.p256.0, &message, &keys.p256_proof.0)
    {
        return Err(no());
    }
    Ok(DevicePublicKeys {
        p256_spki: keys.p256.0.clone(),
        ed25519_spki: proofs::ed25519_spki(&raw),
        ed25519_raw: raw,
    })
}

async fn predecessors(
    server: &Server,
    request: &EnrolRequest,
    person: &PersonRecord,
) -> Answer<Vec<Journal>> {
    if request.predecessors.len() > MAX_PREDECESSORS {
        return Err(No::new(Code::BadRequest, "too many earlier journals"));
    }
    let mut journals = Vec::new();
    for earlier in &request.predecessors {
        let no = || No::new(Code::BadProof, "an earlier journal is not what it is said to be");
        let key: [u8; 32] = earlier.ed25519.array().ok_or_else(no)?;
        let fits =
            server.store().journal(earlier.device.clone()).await?.is_none_or(|known| known.ed25519 == key);
        let named = !earlier.device.is_empty() && earlier.device.len() <= 64;
        if !fits || !named || !proofs::is_strong(&key) {
            return Err(no());
        }
        let state = match &earlier.proof {
            None => JournalState::Unproven,
            Some(_) if proves(earlier, &request.keys.ed25519.0, &key) => JournalState::Open,
            Some(_) => return Err(no()),
        };
        journals.push(Journal::new(&earlier.device, key, Some(person.id), state));
    }
    Ok(journals)
}

/// Certificates of earlier journals: with them what was sealed before can be checked here too.
fn certificates_of(earlier: &[Predecessor]) -> Answer<Vec<(String, Vec<u8>)>> {
    let no = || No::new(Code::BadProof, "a certificate of an earlier journal is none");
    let mut all = Vec::new();
    for journal in earlier {
        if journal.certificates.len() > MAX_CERTIFICATES {
            return Err(no());
        }
        for certificate in &journal.certificates {
            if certificate.0.len() > MAX_CERTIFICATE || read_certificates(&certificate.0).is_err() {
                return Err(no());
            }
            all.push((journal.device.clone(), certificate.0.clone()));
        }
    }
    Ok(all)
}

/// Tells everybody under which roots the earlier journals' files were sealed. Before the device is let in: what it then
/// sends must not stand there unverifiable. Said twice, or for a device that is not let in after all, it does no harm.
/// Never for a journal that is known here as somebody's: whoever enrols could name the administrator's as their earlier
/// one, and what is said in it would count less.
async fn admit_roots(server: &Server, earlier: &[Predecessor]) -> Answer<()> {
    let own = server.organisation().root_der();
    let mut events = Vec::new();
    for journal in earlier {
        let known = server.store().journal(journal.device.clone()).await?;
        if known.is_some_and(|known| known.state != JournalState::Unproven) {
            continue;
        }
        let roots = journal.certificates.iter().filter(|der| der.0 != own && is_root(&der.0));
        events.extend(
            roots.map(|root| Event::RootAdmitted { device: journal.device.clone(), root: root.0.clone() }),
        );
    }
    if events.is_empty() { Ok(()) } else { server.write_events(events).await }
}

fn proves(earlier: &Predecessor, new_key: &[u8], old_key: &[u8; 32]) -> bool {
    let message = proofs::message(CONTINUES, &[new_key]);
    earlier.proof.as_ref().is_some_and(|proof| proofs::ed25519(old_key, &message, &proof.0))
}

async fn new_device(
    server: &Server,
    public: &DevicePublicKeys,
    person: uuid::Uuid,
    app_version: String,
) -> Answer<(NewDevice, DeviceCertificates)> {
    let id = public.public_id();
    let device: String = id.to_string().chars().take(32).collect();
    if server.store().journal(device.clone()).await?.is_some() {
        return Err(No::new(Code::BadProof, "these keys are in use already"));
    }
    let code = server.store().free_device_code(proofs::device_codes(id)).await?;
    let code = code.ok_or_else(|| No::new(Code::Internal, "no device code is free"))?;
    let certificates = server.organisation().issue(public, &device).map_err(|error| No::internal(&error))?;
    let new = NewDevice {
        journal: Journal::new(&device, public.ed25519_raw, Some(person), JournalState::Open),
        code,
        label: None,
        app_version: app_version.chars().take(50).collect(),
        p256: certificates.p256.clone(),
        ed25519: certificates.ed25519.clone(),
        predecessors: Vec::new(),
        certificates: Vec::new(),
        now_ms: server.clock().now_ms(),
    };
    Ok((new, certificates))
}

fn enrolled(
    server: &Server,
    device: &NewDevice,
    certificates: &DeviceCertificates,
    person: &PersonRecord,
) -> Answer<Enrolled> {
    let organisation = server.organisation();
    Ok(Enrolled {
        server_id: server.server_id().to_owned(),
        org: server.org().to_owned(),
        device: device.journal.device.clone(),
        device_code: device.code.clone(),
        person: person.id,
        person_name: person.name.clone(),
        role: person.role,
        root: organisation.root_der().into(),
        issuing: certificates.issuer.clone().into(),
        p256: certificates.p256.clone().into(),
        ed25519: certificates.ed25519.clone().into(),
        log: organisation.log_certificate().into(),
    })
}
