//! What a row of the register says of a document.

use crate::support::{Site, created, customer, job};
use fieldseal_domain::{
    ContentHash, Digest, FileHash,
    content::TemplateRef,
    event::{Event, FrozenRevision, SignedSlot},
    fold::Status,
    role::Role,
};
use fieldseal_wire::register::RegisterPage;
use serde_json::json;
use uuid::Uuid;

fn frozen(by: Uuid) -> FrozenRevision {
    FrozenRevision {
        number: "SS-2026-T7-00001".into(),
        revision: 0,
        content_hash: ContentHash(Digest::of(b"R")),
        file: FileHash(Digest::of(b"P")),
        pages: 1,
        size: 1,
        template: TemplateRef { id: "standard".into(), hash: Digest::of(b"T") },
        slots: vec!["customer".into(), "technician".into()],
        edits: None,
        by,
    }
}

fn signed(frozen: &FrozenRevision, org: &str, device: &str) -> Event {
    let clock =
        json!({ "wall": "2026-11-22T10:00:00+02:00", "zone": "", "mono_ms": 0, "server_offset_ms": null });
    let acceptance = json!({
        "format": "fieldseal/acceptance/v1", "number": frozen.number, "revision": 0,
        "content": frozen.content_hash, "file": frozen.file, "slot": "customer",
        "signer": { "name": "Anna Lind", "role": "", "on_behalf_of": "" },
        "method": "drawn", "pointer": null, "ink": Digest::of(b"i"), "small_confirmed": false,
        "consent": { "id": "c.1", "language": "en", "sha256": Digest::of(b"c"), "text": "" },
        "pages": { "total": 1, "seen": [1], "as_text": false }, "outcome": null, "empty_slots": [],
        "org": org, "device": device, "at": clock,
        "journal": { "n": 0, "id": Digest::default() }, "checkpoint": null,
    });
    Event::Signed(Box::new(SignedSlot {
        acceptance: serde_json::from_value(acceptance).unwrap(),
        ink: None,
        sealed: FileHash(Digest::of(b"S")),
        size: 1,
        closes: false,
    }))
}

#[tokio::test]
async fn a_row_names_site_and_signer() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (mut customer, by, doc) = (customer(), tablet.person(), Uuid::now_v7());
    customer.city = "Malmö".into();
    let begun = created(&job(Some(by), customer.id), &customer, by);
    let frozen = frozen(by);
    let (org, device) = (tablet.org.clone(), tablet.name.clone());
    let events = [begun, Event::Frozen(Box::new(frozen.clone())), signed(&frozen, &org, &device)];
    let entries: Vec<_> = events.iter().map(|event| tablet.write(Some(doc), event)).collect();
    tablet.push(&entries).await.unwrap();
    let page: RegisterPage = admin.get("/v1/register").await.unwrap();
    let row = &page.rows[0];
    assert_eq!((row.doc, row.status), (doc, Status::PartiallySigned));
    assert_eq!((row.signer.as_str(), row.method.as_str()), ("Anna Lind", "drawn"));
    assert_eq!((row.site.as_str(), row.signed_at.as_str()), ("Malmö", "2026-11-22T10:00:00+02:00"));
    // A server that says less is read all the same.
    let mut less = serde_json::to_value(&page).unwrap();
    less.as_object_mut().unwrap().remove("change");
    let before = less["rows"][0].as_object_mut().unwrap();
    for member in ["site", "signer", "signed_at"] {
        before.remove(member).unwrap();
    }
    let read: RegisterPage = serde_json::from_value(less).unwrap();
    assert_eq!((read.change, read.rows[0].signer.as_str()), (None, ""));
}
