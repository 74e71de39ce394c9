//! Entries arrive exactly once, or are refused with a reason; a bad one never stops the rest.

use crate::support::{Device, Site, bytes, created, customer, job};
use fieldseal_domain::{
    Digest,
    event::{Event, Recovered},
    party::Firm,
    role::Role,
};
use fieldseal_wire::{
    Code, Envelope, QuarantineReason, Verdict,
    admin::Quarantined,
    enrol::{Enrolled, RejournalRequest},
    pull::Page,
    push::{Acked, Push},
    register::RegisterPage,
};
use uuid::Uuid;

fn envelope(acked: &Acked, index: usize) -> Envelope {
    serde_json::from_slice(&acked.entries[index].envelope.0).unwrap()
}

fn printed(by: Uuid) -> Event {
    Event::Printed { by }
}

#[tokio::test]
async fn what_is_pushed_again_is_answered_as_the_first_time() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (doc, by) = (Uuid::now_v7(), tablet.person());
    let entries: Vec<_> = (0..20).map(|_| tablet.write(Some(doc), &printed(by))).collect();
    let first = tablet.push(&entries).await.unwrap();
    assert_eq!((first.n, first.id), (20, tablet.head));
    let before: Page = admin.get("/v1/feed?limit=1000").await.unwrap();
    // The whole, a part, and three at once: the answer of each may have been lost.
    assert_eq!(tablet.push(&entries).await.unwrap(), first);
    assert_eq!(tablet.push(&entries[5..9]).await.unwrap().entries, first.entries[5..9]);
    let (a, b, c) = tokio::join!(tablet.push(&entries), tablet.push(&entries), tablet.push(&entries));
    assert!([a, b, c].into_iter().all(|answer| answer.unwrap() == first));
    let after: Page = admin.get("/v1/feed?limit=1000").await.unwrap();
    assert_eq!(before, after, "nothing may be in the log twice");
}

#[tokio::test]
async fn places_in_the_log_have_no_holes() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablets = Vec::new();
    for _ in 0..3 {
        tablets.push(site.device(&admin, Role::Technician).await);
    }
    let pushes = tablets.into_iter().map(|mut tablet| {
        tokio::spawn(async move {
            for _ in 0..10 {
                let doc = Uuid::now_v7();
                let by = tablet.person();
                let entries: Vec<_> = (0..7).map(|_| tablet.write(Some(doc), &printed(by))).collect();
                tablet.push(&entries).await.unwrap();
            }
        })
    });
    for push in pushes.collect::<Vec<_>>() {
        push.await.unwrap();
    }
    let page: Page = admin.get("/v1/feed?limit=1000").await.unwrap();
    let places: Vec<u64> = page.entries.iter().map(|entry| entry.read_envelope().unwrap().seq).collect();
    let size = admin.hello().await.unwrap().size;
    assert_eq!(places, (0..size).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_restored_image_is_a_fork_and_loses_nothing() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (doc, by) = (Uuid::now_v7(), tablet.person());
    let common: Vec<_> = (0..3).map(|_| tablet.write(Some(doc), &printed(by))).collect();
    tablet.push(&common).await.unwrap();
    let image = (tablet.n, tablet.head, tablet.hlc);
    let lost = tablet.say(Some(doc), &printed(by)).await;

    // The image comes back and writes other things under the same numbers.
    (tablet.n, tablet.head, tablet.hlc) = image;
    let customer = customer();
    let other = tablet.write(Some(doc), &created(&job(None, customer.id), &customer, by));
    let refusal = tablet.push(std::slice::from_ref(&other)).await.unwrap_err();
    assert_eq!(refusal.code, Code::Fork, "by number alone this would be taken for a duplicate and be lost");
    assert_eq!(refusal.data["n"], 4);
    assert_eq!(refusal.data["id"], lost.id.to_string());

    // It goes on in a new journal and brings its own entry back inside it.
    let mut heir = Device::new(&site.url());
    heir.token = tablet.token.clone();
    let request = RejournalRequest {
        keys: heir.keys().await,
        app_version: "0.2.0".into(),
        predecessor: tablet.as_predecessor(&heir),
    };
    let enrolled: Enrolled = heir.post("/v1/rejournal", &request).await.unwrap();
    assert_ne!(enrolled.device_code, tablet.enrolled.as_ref().unwrap().device_code);
    heir.take(enrolled);
    heir.sign_in().await.unwrap();
    let recovered = Event::Recovered(Box::new(Recovered {
        device: tablet.name.clone(),
        n: 4,
        header: other.header.0.clone(),
        signature: other.signature.0.clone(),
        salt: other.salt.as_ref().map(|salt| salt.0.clone()),
        body: other.body.as_ref().map(|body| body.0.clone()),
    }));
    let acked = heir.say(Some(doc), &recovered).await;
    assert_eq!(envelope(&acked, 0).verdict, Verdict::Accepted);
    let page: RegisterPage = admin.get("/v1/register").await.unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!(page.rows[0].customer_name, "Lind AB", "what was recovered counts like the entry itself");
    let metrics = reqwest::get(format!("{}/metrics", site.url())).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("fieldseal_forks 1"), "{metrics}");
}

#[tokio::test]
async fn a_gap_is_told_from_a_broken_chain() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let by = tablet.person();
    let entries: Vec<_> = (0..4).map(|_| tablet.write(None, &printed(by))).collect();
    let gap = tablet.push(&entries[1..]).await.unwrap_err();
    assert_eq!((gap.code, gap.data["n"].as_u64()), (Code::Gap, Some(0)));
    let holes = [entries[0].clone(), entries[2].clone()];
    assert_eq!(tablet.push(&holes).await.unwrap_err().code, Code::BrokenChain);
    tablet.push(&entries[..2]).await.unwrap();
    // A chain that does not hang on the last entry.
    (tablet.n, tablet.head) = (2, Digest::of(b"elsewhere"));
    let loose = tablet.write(None, &printed(by));
    assert_eq!(tablet.push(&[loose]).await.unwrap_err().code, Code::BrokenChain);
    assert_eq!(tablet.hello().await.unwrap().have[0].n, 2, "a refusal takes nothing");
}

#[tokio::test]
async fn a_signature_or_body_that_is_not_right_is_refused() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let by = tablet.person();
    let good = tablet.write(None, &printed(by));
    let mut signature = good.clone();
    signature.signature.0[3] ^= 1;
    let mut body = good.clone();
    body.body = Some(bytes("{}"));
    let mut half = good.clone();
    half.salt = None;
    let mut short = good.clone();
    short.signature.0.pop();
    for bad in [signature, body, half, short] {
        assert_eq!(tablet.push(&[bad]).await.unwrap_err().code, Code::BadSignature);
    }
    let mut foreign = Device::new(&site.url());
    foreign.name = tablet.name.clone();
    foreign.token = tablet.token.clone();
    let stolen = foreign.write(None, &printed(by));
    assert_eq!(tablet.push(&[stolen]).await.unwrap_err().code, Code::BadSignature);
    let other = Push { journal: "nobody".into(), entries: vec![good.clone()] };
    assert_eq!(tablet.post::<Acked>("/v1/push", &other).await.unwrap_err().code, Code::UnknownJournal);
    let own = Push { journal: "server".into(), entries: vec![good.clone()] };
    assert_eq!(tablet.post::<Acked>("/v1/push", &own).await.unwrap_err().code, Code::UnknownJournal);
    tablet.push(&[good]).await.unwrap();
}

#[tokio::test]
async fn poison_is_set_aside_and_the_rest_arrives() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (doc, by) = (Uuid::now_v7(), tablet.person());
    let customer = customer();
    let role = Event::RoleGranted { person: by, role: Role::Admin };
    let entries = [
        tablet.write(Some(doc), &created(&job(Some(by), customer.id), &customer, by)),
        tablet.write_raw(Some(doc), "teleported", true, b"{}".to_vec()),
        tablet.write_raw(Some(doc), "hummed", false, b"{}".to_vec()),
        tablet.write_raw(Some(doc), "cancelled", true, b"[]".to_vec()),
        tablet.write_raw(Some(doc), "printed", false, vec![b' '; 100_000]),
        tablet.write(None, &role),
        tablet.write(None, &Event::FirmSaved(Firm { name: "Mine".into(), ..Firm::default() })),
        tablet.write(None, &Event::RootAdmitted { device: "alone".into(), root: vec![48, 0] }),
        tablet.write(Some(doc), &printed(by)),
    ];
    let acked = tablet.push(&entries).await.unwrap();
    let verdicts: Vec<Verdict> = (0..9).map(|index| envelope(&acked, index).verdict).collect();
    let set_aside = Verdict::Quarantined;
    assert_eq!(
        verdicts,
        [
            Verdict::Accepted,
            set_aside(QuarantineReason::UnknownKind),
            Verdict::Accepted,
            set_aside(QuarantineReason::Unreadable),
            set_aside(QuarantineReason::Unreadable),
            set_aside(QuarantineReason::NotAllowed),
            set_aside(QuarantineReason::NotAllowed),
            set_aside(QuarantineReason::NotAllowed),
            Verdict::Accepted,
        ]
    );
    let page: RegisterPage = admin.get("/v1/register").await.unwrap();
    assert_eq!((page.rows.len(), page.rows[0].quarantined), (1, 3));
    let waiting: Vec<Quarantined> = admin.get("/v1/quarantine").await.unwrap();
    assert_eq!(waiting.len(), 6);
    assert_eq!(admin.get::<serde_json::Value>("/v1/devices").await.unwrap().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_office_answers_what_was_set_aside() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let mut auditor = site.device(&admin, Role::Auditor).await;
    let (doc, by) = (Uuid::now_v7(), auditor.person());
    let customer = customer();
    let acked = auditor.say(Some(doc), &created(&job(None, customer.id), &customer, by)).await;
    let page: RegisterPage = admin.get("/v1/register").await.unwrap();
    assert!(page.rows.is_empty(), "an auditor begins no documents");
    let answer = Event::QuarantineAnswered {
        entry: acked.id,
        accept: true,
        reason: "stood in".into(),
        by: admin.person(),
    };
    admin.say(Some(doc), &answer).await;
    let page: RegisterPage = admin.get("/v1/register").await.unwrap();
    assert_eq!((page.rows.len(), page.rows[0].quarantined), (1, 0));
    let waiting: Vec<Quarantined> = admin.get("/v1/quarantine").await.unwrap();
    assert!(waiting.is_empty());
}

#[tokio::test]
async fn a_request_of_ten_megabytes_is_refused_in_words() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let big = tablet.write_raw(None, "printed", false, vec![b' '; 10_000_000]);
    let outcome = tablet.push(&[big]).await;
    assert_eq!(outcome.unwrap_err().code, Code::TooLarge);
    let many: Vec<_> = (0..501).map(|_| tablet.write_raw(None, "printed", false, b"{}".to_vec())).collect();
    assert_eq!(tablet.push(&many).await.unwrap_err().code, Code::BadRequest);
    let raw = tablet.http.post(format!("{}/v1/push", site.url())).bearer_auth(tablet.token.as_ref().unwrap());
    assert_eq!(raw.body("not json").send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_clock_far_ahead_is_clamped_and_never_refused() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let by = tablet.person();
    let ok = tablet.say(None, &printed(by)).await;
    assert_eq!(envelope(&ok, 0).clamped, None);
    tablet.hlc = tablet.hlc.next(jiff::Timestamp::now().as_millisecond() + 24 * 3600 * 1000);
    let ahead = tablet.say(None, &printed(by)).await;
    let facts = envelope(&ahead, 0);
    assert_eq!(facts.verdict, Verdict::Accepted);
    assert!(facts.clamped.is_some_and(|stamp| stamp < tablet.hlc));
}
