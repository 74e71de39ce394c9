//! Keys, certificates and the journal chain through the public door.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_domain::Digest;
use fieldseal_domain::event::{ClockReading, Header, body_hash};
use fieldseal_domain::hlc::Hlc;
use fieldseal_seal::certificates::read_certificates;
use fieldseal_seal::chain::{
    ChainError, ChainHead, ChainLink, EventSignature, SignatureCheck, sign_header, verify_chain,
    verify_header,
};
use fieldseal_seal::{Authority, DeviceKeys, KeyError};
use proptest::prelude::*;
use support::*;

#[test]
fn keys_and_authority_survive_the_vault() {
    let tablet = Tablet::new(1);
    let keys = DeviceKeys::from_secret_bytes(&tablet.keys.to_secret_bytes()).unwrap();
    assert_eq!(keys.public().unwrap().public_id(), tablet.keys.public().unwrap().public_id());
    let authority = Authority::from_secret_bytes(&tablet.authority.to_secret_bytes()).unwrap();
    assert_eq!(authority.root_fingerprint(), tablet.authority.root_fingerprint());
    assert_eq!(read_certificates(authority.root_pem().as_bytes()).unwrap(), [authority.root_der()]);
}

#[test]
fn damaged_secrets_are_refused_not_guessed() {
    let secret = Tablet::new(1).keys.to_secret_bytes().to_vec();
    assert!(matches!(DeviceKeys::from_secret_bytes(&[]), Err(KeyError::Length(0))));
    assert!(matches!(DeviceKeys::from_secret_bytes(&secret[..64]), Err(KeyError::Length(64))));
    let newer: Vec<u8> = [&[2], &secret[1..]].concat();
    assert!(matches!(DeviceKeys::from_secret_bytes(&newer), Err(KeyError::Version(2))));
    let zero: Vec<u8> = [&secret[..33], &[0; 32]].concat();
    assert!(matches!(DeviceKeys::from_secret_bytes(&zero), Err(KeyError::NotAKey)));
    let mut authority = Tablet::new(1).authority.to_secret_bytes().to_vec();
    authority[5] ^= 1;
    assert!(Authority::from_secret_bytes(&authority).is_err(), "the key must belong to the certificate");
}

#[test]
fn a_device_id_that_no_certificate_can_hold_is_refused() {
    let tablet = Tablet::new(1);
    for id in ["", "a b", "ș", &"x".repeat(65)] {
        let issued =
            tablet.authority.issue_device(&mut TestRng(1), &tablet.keys.public().unwrap(), id, build_date());
        assert!(issued.is_err(), "{id:?}");
    }
    assert!(Authority::make(&mut TestRng(1), " \u{7} ", build_date()).is_err());
    let long = "Ș".repeat(200);
    let authority = Authority::make(&mut TestRng(1), &long, build_date()).unwrap();
    assert!(read_certificates(authority.root_der()).is_ok());
}

fn header(n: u64, prev: Digest, body: &[u8]) -> Header {
    Header {
        v: 1,
        critical: true,
        org: "org".into(),
        device: DEVICE.into(),
        n,
        prev,
        hlc: Hlc(n * 10),
        at: ClockReading {
            wall: "2026-11-22T14:05:09+02:00".into(),
            zone: "Europe/Bucharest".into(),
            mono_ms: n,
            server_offset_ms: None,
        },
        head: None,
        doc: None,
        kind: "shown".into(),
        body_hash: body_hash(&[9; 16], body),
    }
}

struct Stored {
    header: Vec<u8>,
    signature: EventSignature,
    body: Vec<u8>,
}

fn journal(keys: &DeviceKeys, count: u64) -> Vec<Stored> {
    let mut prev = ChainHead::EMPTY.id;
    (1..=count)
        .map(|n| {
            let body = format!("body {n}").into_bytes();
            let bytes = header(n, prev, &body).to_bytes().unwrap();
            let (id, signature) = sign_header(keys, &bytes);
            prev = id;
            Stored { header: bytes, signature, body }
        })
        .collect()
}

fn links(stored: &[Stored]) -> impl Iterator<Item = ChainLink<'_>> {
    stored.iter().map(|s| ChainLink {
        header: &s.header,
        signature: s.signature,
        body: Some((&[9; 16], &s.body)),
    })
}

#[test]
fn a_journal_verifies_whole_and_in_parts() {
    let keys = Tablet::new(1).keys;
    let key = keys.public().unwrap().ed25519_raw;
    let stored = journal(&keys, 5);
    let head = verify_chain(&key, ChainHead::EMPTY, links(&stored)).unwrap();
    assert_eq!(head.n, 5);
    let middle = verify_chain(&key, ChainHead::EMPTY, links(&stored[..2])).unwrap();
    assert_eq!(verify_chain(&key, middle, links(&stored[2..])).unwrap(), head);
    let erased = stored.iter().map(|s| ChainLink { header: &s.header, signature: s.signature, body: None });
    assert_eq!(
        verify_chain(&key, ChainHead::EMPTY, erased).unwrap(),
        head,
        "an erased body leaves the proof"
    );
}

#[test]
fn each_damage_of_a_journal_has_its_own_reason() {
    let keys = Tablet::new(1).keys;
    let key = keys.public().unwrap().ed25519_raw;
    let verify = |stored: &[Stored]| verify_chain(&key, ChainHead::EMPTY, links(stored)).unwrap_err();

    let mut gone = journal(&keys, 4);
    gone.remove(1);
    assert!(matches!(verify(&gone), ChainError::Number { expected: 2, found: 3 }));
    let mut body = journal(&keys, 4);
    body[2].body[0] ^= 1;
    assert!(matches!(verify(&body), ChainError::Body { n: 3 }));
    let mut forged = journal(&keys, 4);
    forged[3].signature.0[10] ^= 1;
    assert!(matches!(verify(&forged), ChainError::Signature { n: 4 }));
    let mut linked = journal(&keys, 2);
    linked[1].header = header(2, Digest([1; 32]), b"body 2").to_bytes().unwrap();
    linked[1].signature = sign_header(&keys, &linked[1].header).1;
    assert!(matches!(verify(&linked), ChainError::Link { n: 2 }));
    let other = journal(&Tablet::new(2).keys, 1);
    assert!(matches!(verify(&other), ChainError::Signature { n: 1 }));
    let mut backwards = journal(&keys, 2);
    let mut second = header(2, sign_header(&keys, &backwards[0].header).0, b"body 2");
    second.hlc = Hlc(1);
    backwards[1].header = second.to_bytes().unwrap();
    backwards[1].signature = sign_header(&keys, &backwards[1].header).1;
    assert!(matches!(verify(&backwards), ChainError::Clock { n: 2 }));
}

/// Guards the format for ever: these bytes are in journals.
#[test]
fn fixed_vector_of_an_event_signature() {
    let keys = Tablet::new(1).keys;
    let bytes = header(1, ChainHead::EMPTY.id, b"body 1").to_bytes().unwrap();
    let (id, signature) = sign_header(&keys, &bytes);
    assert_eq!(id.to_string(), VECTOR_ID);
    assert_eq!(hex::encode(signature.0), VECTOR_SIGNATURE);
    let key = keys.public().unwrap().ed25519_raw;
    assert_eq!(hex::encode(key), VECTOR_KEY);
    assert_eq!(verify_header(&key, &bytes, &signature), SignatureCheck::Right);
}

const VECTOR_KEY: &str = "020a935b5d489049e9fabcee83756706d6686ace211d50dbea423ce9a377dc8f";
const VECTOR_ID: &str = "0f54e35965360a721edf00749101c60594178c1315e653db3e4a17b4aeb918f1";
const VECTOR_SIGNATURE: &str = "232b790741226b6b91c31380710d5ca0ac099a18414eae95764c6100c51ba8651460e9d3456216bfd4e38d6c167ee88bbfffbbec14a5e2bd1f8c89e9101a4907";

proptest! {
    /// Would turn red if any byte of a header or signature were free.
    #[test]
    fn no_byte_of_a_header_is_free(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let keys = Tablet::new(1).keys;
        let mut stored = journal(&keys, 1);
        let first = &mut stored[0];
        let total = first.header.len() + 64;
        let at = at.index(total);
        match at.checked_sub(first.header.len()) {
            None => first.header[at] ^= 1 << bit,
            Some(in_signature) => first.signature.0[in_signature] ^= 1 << bit,
        }
        let key = keys.public().unwrap().ed25519_raw;
        prop_assert!(verify_chain(&key, ChainHead::EMPTY, links(&stored)).is_err());
    }
}

mod organisation {
    //! Certificates of an organisation: root, issuing authority, devices, log.
    use super::*;
    use fieldseal_seal::certificates::{check_device_certificates, check_log_certificate};
    use fieldseal_seal::log::LogKey;
    use fieldseal_seal::verify::PathError;
    use jiff::{SignedDuration, Timestamp};

    fn at() -> Timestamp {
        build_date() + SignedDuration::from_hours(24)
    }

    fn authorities() -> (Authority, Authority) {
        let root = Authority::make(&mut TestRng(7), "Atelier SRL", build_date()).unwrap();
        let issuing = root.issue_ca(&mut TestRng(8), build_date()).unwrap();
        (root, issuing)
    }

    #[test]
    fn a_device_leads_through_the_issuing_authority_to_the_root() {
        let (root, issuing) = authorities();
        let issuing = Authority::from_secret_bytes(&issuing.to_secret_bytes()).unwrap();
        let keys = Tablet::new(1).keys.public().unwrap();
        let leaves = issuing.issue_device(&mut TestRng(9), &keys, "FS-T7", build_date()).unwrap();
        let found = check_device_certificates(&leaves, &[root.root_der().to_vec()], at()).unwrap();
        assert_eq!((found.device.as_str(), found.ed25519), ("FS-T7", keys.ed25519_raw));
        let stranger = authorities_of("Other").0;
        let refused = check_device_certificates(&leaves, &[stranger.root_der().to_vec()], at());
        assert_eq!(refused, Err(PathError::UnknownIssuer));
        let namesake = Authority::make(&mut TestRng(19), "Atelier SRL", build_date()).unwrap();
        let refused = check_device_certificates(&leaves, &[namesake.root_der().to_vec()], at());
        assert_eq!(refused, Err(PathError::UnknownIssuer), "another root of the same name");
        let late = build_date() + SignedDuration::from_hours(24 * 365 * 16);
        let roots = [root.root_der().to_vec()];
        assert_eq!(check_device_certificates(&leaves, &roots, late), Err(PathError::Expired));
    }

    fn authorities_of(name: &str) -> (Authority, Authority) {
        let root = Authority::make(&mut TestRng(17), name, build_date()).unwrap();
        let issuing = root.issue_ca(&mut TestRng(18), build_date()).unwrap();
        (root, issuing)
    }

    #[test]
    fn an_issuing_authority_makes_no_other_authority() {
        let (root, issuing) = authorities();
        let below = issuing.issue_ca(&mut TestRng(10), build_date()).unwrap();
        let keys = Tablet::new(1).keys.public().unwrap();
        let mut leaves = below.issue_device(&mut TestRng(11), &keys, "FS-T7", build_date()).unwrap();
        leaves.issuer = below.certificate_der().to_vec();
        let log = LogKey::make(&mut TestRng(12));
        let leaf = below.issue_log(&mut TestRng(13), &log, build_date()).unwrap();
        let others = [below.certificate_der().to_vec(), issuing.certificate_der().to_vec()];
        let roots = [root.root_der().to_vec()];
        assert_eq!(check_log_certificate(&leaf, &others, &roots, at()), Err(PathError::WrongUse));
        let roots = [issuing.certificate_der().to_vec()];
        assert_eq!(check_device_certificates(&leaves, &roots, at()), Err(PathError::WrongUse));
    }

    #[test]
    fn a_log_signs_no_document_and_a_device_no_checkpoint() {
        let (root, issuing) = authorities();
        let roots = [root.root_der().to_vec()];
        let others = [issuing.certificate_der().to_vec()];
        let log = LogKey::make(&mut TestRng(12));
        let leaf = issuing.issue_log(&mut TestRng(13), &log, build_date()).unwrap();
        let found = check_log_certificate(&leaf, &others, &roots, at()).unwrap();
        assert_eq!((found.key, found.root), (log.public(), root.root_fingerprint()));
        let keys = Tablet::new(1).keys.public().unwrap();
        let mut leaves = issuing.issue_device(&mut TestRng(9), &keys, "FS-T7", build_date()).unwrap();
        let refused = check_log_certificate(&leaves.ed25519, &others, &roots, at());
        assert_eq!(refused, Err(PathError::WrongUse));
        leaves.ed25519 = leaf;
        assert_eq!(check_device_certificates(&leaves, &roots, at()), Err(PathError::WrongUse));
    }

    #[test]
    fn nothing_outlives_its_issuer() {
        let (root, issuing) = authorities();
        let keys = Tablet::new(1).keys.public().unwrap();
        let late = build_date() + SignedDuration::from_hours(24 * 365 * 29);
        let leaves = issuing.issue_device(&mut TestRng(9), &keys, "FS-T7", late).unwrap();
        let after = build_date() + SignedDuration::from_hours(24 * 365 * 31);
        let roots = [root.root_der().to_vec()];
        assert_eq!(check_device_certificates(&leaves, &roots, after), Err(PathError::Expired));
        assert!(issuing.issue_device(&mut TestRng(9), &keys, "FS-T7", after).is_err());
    }
}

#[test]
fn a_statement_holds_for_its_context_key_and_bytes_only() {
    use fieldseal_seal::{DevicePublicKeys, SigningContext, verify_ed25519_statement, verify_p256_statement};
    let keys = Tablet::new(1).keys;
    let public = keys.public().unwrap();
    let ed25519 = keys.sign_statement(SigningContext::Session, b"server\0nonce");
    let p256 = keys.sign_statement_p256(SigningContext::Possession, b"nonce");
    let right = |context, bytes: &[u8]| {
        verify_ed25519_statement(&public.ed25519_raw, context, bytes, &ed25519) == SignatureCheck::Right
    };
    assert!(right(SigningContext::Session, b"server\0nonce"));
    assert!(!right(SigningContext::Possession, b"server\0nonce") && !right(SigningContext::Session, b"x"));
    let right =
        |context| verify_p256_statement(&public.p256_spki, context, b"nonce", &p256) == SignatureCheck::Right;
    assert!(right(SigningContext::Possession) && !right(SigningContext::Session));

    assert_eq!(DevicePublicKeys::read(&public.ed25519_raw, &public.p256_spki).unwrap(), public);
    assert!(DevicePublicKeys::read(&[0; 32], &public.p256_spki).is_err(), "a key of small order");
    assert!(DevicePublicKeys::read(&public.ed25519_raw, &public.ed25519_spki).is_err());
    let longer = [public.p256_spki.as_slice(), b"x"].concat();
    assert!(DevicePublicKeys::read(&public.ed25519_raw, &longer).is_err());
}
