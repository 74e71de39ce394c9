//! Getting in: codes, keys, earlier journals, revocation.

use crate::support::{Device, Site};
use fieldseal_domain::{
    event::{Event, Header},
    role::Role,
};
use fieldseal_seal::certificates::check_device_certificates;
use fieldseal_server::Clock;
use fieldseal_wire::{
    Code, Envelope, QuarantineReason, Verdict,
    admin::{DeviceRow, Revoke},
    enrol::{DeviceKeys, EnrolRequest, Predecessor},
    pull::Page,
    push::{Acked, Push},
    session::{Notice, Standing},
};
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

fn verdict(acked: &Acked) -> Verdict {
    serde_json::from_slice::<Envelope>(&acked.entries[0].envelope.0).unwrap().verdict
}

#[tokio::test]
async fn a_code_works_once_however_it_is_typed() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let code = site.code(&admin, Role::Technician).await;
    assert!(code.link.starts_with("fieldseal://enrol?url=http%3A%2F%2F127.0.0.1"), "{}", code.link);
    let typed = code.code.to_lowercase().replace('-', " ");
    let mut tablet = Device::new(&site.url());
    tablet.enrol(&typed, &[]).await.unwrap();
    let enrolled = tablet.enrolled.as_ref().unwrap();
    let certificates = fieldseal_seal::DeviceCertificates {
        p256: enrolled.p256.0.clone(),
        ed25519: enrolled.ed25519.0.clone(),
        issuer: enrolled.issuing.0.clone(),
    };
    let certified = check_device_certificates(
        &certificates,
        std::slice::from_ref(&enrolled.root.0),
        jiff::Timestamp::now(),
    )
    .unwrap();
    assert_eq!(certified.device, enrolled.device);
    assert_eq!(certified.ed25519, tablet.ed25519.verifying_key().to_bytes());
    let mut thief = Device::new(&site.url());
    assert_eq!(thief.enrol(&code.code, &[]).await.unwrap_err().code, Code::WrongCode);
}

#[tokio::test]
async fn wrong_and_expired_codes_are_refused_alike_and_guesses_are_counted() {
    let now = Arc::new(AtomicI64::new(1_700_000_000_000));
    let clock = {
        let now = Arc::clone(&now);
        Clock::of(move || now.load(Ordering::SeqCst))
    };
    let site = Site::with_clock(clock).await;
    let admin = site.admin().await;
    let code = site.code(&admin, Role::Technician).await;
    now.fetch_add(8 * 24 * 3600 * 1000, Ordering::SeqCst);
    let mut tablet = Device::new(&site.url());
    assert_eq!(tablet.enrol(&code.code, &[]).await.unwrap_err().code, Code::WrongCode);
    let mut refused = 0;
    for _ in 0..40 {
        match tablet.enrol("AAAA-BBBB-CCCC", &[]).await.unwrap_err().code {
            Code::WrongCode => {}
            Code::TooMany => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 31, "ten tries, then a pause");
}

/// Red if a thousand guesses, all at once, got further than ten, or if they told a right code from a wrong one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_guesses_get_no_further_than_ten() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let code = site.code(&admin, Role::Technician).await.code;
    let guesser = Arc::new(Device::new(&site.url()));
    let mut guesses = tokio::task::JoinSet::new();
    for n in 0..1000_u32 {
        let guesser = Arc::clone(&guesser);
        // One of them would be right, had it not come after too many wrong ones.
        let code = if n == 900 { code.clone() } else { format!("AAAA-BBBB-{n:04}") };
        guesses.spawn(async move {
            let keys = DeviceKeys {
                nonce: [0; 32].into(),
                ed25519: [0; 32].into(),
                p256: [0; 32].into(),
                ed25519_proof: [0; 64].into(),
                p256_proof: [0; 64].into(),
            };
            let (label, app_version) = (String::new(), String::new());
            let request = EnrolRequest { code, keys, label, app_version, predecessors: Vec::new() };
            guesser.post::<Value>("/v1/enrol", &request).await.unwrap_err().code
        });
        if n == 20 {
            while guesses.join_next().await.is_some() {}
        }
    }
    let mut said: Vec<Code> = Vec::new();
    while let Some(code) = guesses.join_next().await {
        said.push(code.unwrap());
    }
    assert_eq!(said.len(), 1000 - 21);
    assert!(said.iter().all(|code| *code == Code::TooMany), "{said:?}");
    // Whoever is in already goes on as if nothing had happened.
    admin.hello().await.unwrap();
}

#[tokio::test]
async fn keys_must_be_shown_to_be_there() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let code = site.code(&admin, Role::Technician).await;
    let tablet = Device::new(&site.url());
    let keys = tablet.keys().await;
    let request = |keys| fieldseal_wire::enrol::EnrolRequest {
        code: code.code.clone(),
        keys,
        label: String::new(),
        app_version: String::new(),
        predecessors: Vec::new(),
    };
    let mut other_key = keys.clone();
    other_key.ed25519 = Device::new(&site.url()).ed25519.verifying_key().to_bytes().into();
    assert_eq!(
        tablet.post::<Value>("/v1/enrol", &request(other_key)).await.unwrap_err().code,
        Code::BadProof
    );
    // The nonce is spent now, also for the right keys.
    assert_eq!(tablet.post::<Value>("/v1/enrol", &request(keys)).await.unwrap_err().code, Code::BadProof);
    let good = tablet.keys().await;
    tablet.post::<Value>("/v1/enrol", &request(good)).await.unwrap();
}

#[tokio::test]
async fn a_standalone_tablet_brings_its_journal_along() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut alone = Device::new(&site.url());
    let by = uuid::Uuid::now_v7();
    let entries: Vec<_> = (0..3).map(|_| alone.write(None, &Event::Printed { by })).collect();
    let code = site.code(&admin, Role::Technician).await;
    let mut tablet = Device::new(&site.url());
    let predecessor = alone.as_predecessor(&tablet);
    tablet.enrol(&code.code, &[predecessor]).await.unwrap();
    tablet.sign_in().await.unwrap();
    let push = Push { journal: alone.name.clone(), entries };
    let acked: Acked = tablet.post("/v1/push", &push).await.unwrap();
    assert_eq!(verdict(&acked), Verdict::Accepted);
    let rows: Vec<DeviceRow> = admin.get("/v1/devices").await.unwrap();
    assert!(rows.iter().any(|row| row.continues.as_ref() == Some(&alone.name)));
}

/// Devices whose journals were said to lead to a root of their own.
async fn with_own_roots(admin: &Device) -> Vec<String> {
    let page: Page = admin.get("/v1/feed?limit=1000").await.unwrap();
    let entries = page.entries.into_iter().map(|logged| logged.entry);
    let admitted = entries.filter(|entry| {
        serde_json::from_slice::<Header>(entry.header.as_ref()).unwrap().kind == "root_admitted"
    });
    let bodies = admitted.map(|entry| serde_json::from_slice::<Value>(&entry.body.unwrap().0).unwrap());
    bodies.map(|body| body["device"].as_str().unwrap().to_owned()).collect()
}

/// Red if what a tablet sealed alone stayed unverifiable, or if whoever enrols could call the administrator's journal
/// one of their own from before: it would be believed about roots, and what it says of the firm would count least.
#[tokio::test]
async fn a_root_is_admitted_for_a_journal_that_is_nobodys_yet() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let pem = std::fs::read(format!("{}/../seal/tests/samples/test-root.pem", env!("CARGO_MANIFEST_DIR")));
    let roots = fieldseal_seal::certificates::read_certificates(&pem.unwrap()).unwrap();
    let certificates: Vec<_> = roots.into_iter().map(Into::into).collect();
    let alone = Device::new(&site.url());
    let mut tablet = Device::new(&site.url());
    let own = Predecessor { certificates: certificates.clone(), ..alone.as_predecessor(&tablet) };
    let stolen = Predecessor { certificates, proof: None, ..admin.as_predecessor(&tablet) };
    let code = site.code(&admin, Role::Technician).await;
    tablet.enrol(&code.code, &[own, stolen]).await.unwrap();
    assert_eq!(with_own_roots(&admin).await, [alone.name]);
}

#[tokio::test]
async fn a_journal_whose_key_is_lost_waits_until_somebody_vouches_for_it() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut alone = Device::new(&site.url());
    let by = uuid::Uuid::now_v7();
    let (first, second) =
        (alone.write(None, &Event::Printed { by }), alone.write(None, &Event::Printed { by }));
    let code = site.code(&admin, Role::Technician).await;
    let mut tablet = Device::new(&site.url());
    let lost = Predecessor { proof: None, ..alone.as_predecessor(&tablet) };
    tablet.enrol(&code.code, &[lost]).await.unwrap();
    tablet.sign_in().await.unwrap();
    let push = |entry| Push { journal: alone.name.clone(), entries: vec![entry] };
    let acked: Acked = tablet.post("/v1/push", &push(first)).await.unwrap();
    assert_eq!(verdict(&acked), Verdict::Quarantined(QuarantineReason::UnknownJournal));
    admin.post::<Value>(&format!("/v1/journals/{}/approve", alone.name), &()).await.unwrap();
    let acked: Acked = tablet.post("/v1/push", &push(second)).await.unwrap();
    assert_eq!(verdict(&acked), Verdict::Accepted);
    // Somebody else's key under the same name is no proof.
    let code = site.code(&admin, Role::Technician).await;
    let mut forger = Device::new(&site.url());
    let mut forged = Device::new(&site.url());
    forged.name = alone.name.clone();
    let predecessor = forged.as_predecessor(&forger);
    assert_eq!(forger.enrol(&code.code, &[predecessor]).await.unwrap_err().code, Code::BadProof);
}

#[tokio::test]
async fn a_lost_device_may_deliver_and_nothing_else() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let by = tablet.person();
    tablet.say(None, &Event::Printed { by }).await;
    let waiting = tablet.write(None, &Event::Printed { by });
    let path = format!("/v1/devices/{}/revoke", tablet.name);
    admin.post::<Value>(&path, &Revoke { reason: "left in a train".into() }).await.unwrap();
    assert_eq!(tablet.hello().await.unwrap_err().code, Code::NoSession, "its sessions end at once");
    tablet.sign_in().await.unwrap();
    assert_eq!(tablet.hello().await.unwrap().standing, Standing::Revoked);
    assert_eq!(tablet.get::<Value>("/v1/manifest").await.unwrap_err().code, Code::Revoked);
    let acked = tablet.push(&[waiting]).await.unwrap();
    assert_eq!(verdict(&acked), Verdict::Quarantined(QuarantineReason::Revoked));
}

#[tokio::test]
async fn a_key_opens_a_session_for_this_server_only_once() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let mut other = Device::new(&site.url());
    other.name = tablet.name.clone();
    assert_eq!(other.sign_in().await.unwrap_err().code, Code::BadProof);
    tablet.token = Some("AAAA".into());
    assert_eq!(tablet.hello().await.unwrap_err().code, Code::NoSession);
    tablet.token = None;
    assert_eq!(tablet.hello().await.unwrap_err().code, Code::NoSession);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_by_the_servers_clock() {
    let now = Arc::new(AtomicI64::new(1_700_000_000_000));
    let clock = {
        let now = Arc::clone(&now);
        Clock::of(move || now.load(Ordering::SeqCst))
    };
    let site = Site::with_clock(clock).await;
    let admin = site.admin().await;
    admin.hello().await.unwrap();
    now.fetch_add(3_600_001, Ordering::SeqCst);
    assert_eq!(admin.hello().await.unwrap_err().code, Code::NoSession);
}

#[tokio::test]
async fn a_pin_reset_is_told_at_the_next_hello() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let tablet = site.device(&admin, Role::Technician).await;
    let person = tablet.person();
    admin.post::<Value>(&format!("/v1/people/{person}/pin-reset"), &()).await.unwrap();
    let notices = tablet.hello().await.unwrap().notices;
    assert!(matches!(notices.as_slice(), [Notice::PinReset { person: told, .. }] if *told == person));
    let manager = site.device(&admin, Role::Manager).await;
    let chief = admin.person();
    let refused = manager.post::<Value>(&format!("/v1/people/{chief}/pin-reset"), &()).await.unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed, "a manager does not get at an administrator's desk so");
}

/// Red if anybody could choose the address that guesses are counted for, or if all behind a proxy were one.
#[tokio::test]
async fn only_a_trusted_proxy_says_for_whom_it_asks() {
    for trusted in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = crate::support::config(folder.path());
        if trusted {
            config.trusted_proxies.push("127.0.0.1".parse().unwrap());
        }
        let running = fieldseal_server::start(config, Clock::system()).await.unwrap();
        let device = Device::new(&format!("http://{}", running.address));
        let request = fieldseal_wire::enrol::EnrolRequest {
            code: "AAAA-BBBB-CCCC".into(),
            keys: device.keys().await,
            label: String::new(),
            app_version: String::new(),
            predecessors: Vec::new(),
        };
        let mut slowed = 0;
        for n in 0..20 {
            let response = device
                .http
                .post(format!("{}/v1/enrol", device.url))
                .header("x-forwarded-for", format!("203.0.113.9, 198.51.100.{n}"))
                .json(&request);
            slowed += usize::from(response.send().await.unwrap().status() == 429);
        }
        assert_eq!(slowed, if trusted { 0 } else { 10 });
        running.stop().await.unwrap();
    }
}
