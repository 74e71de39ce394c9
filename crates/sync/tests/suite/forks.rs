//! Old images put back, forks, a server restored from a backup (corrections C1 and C2).

use crate::{
    site::{Site, central, signed_in},
    tablet::Tablet,
};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_sync::Local as _;
use fieldseal_wire::{CallError, Central as _, Code, WireEntry, push::Push};
use std::sync::Arc;

/// Fault 5: an old image is put back and the tablet signs again with numbers it had used. Both sides' entries are in
/// the register, and the tablet shows both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_image_signs_again() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    let first = tablet.visit("First", 2_000);
    site.sync(&tablet).await;
    let image = tablet.image();
    let lost = tablet.visit("After the image", 2_000);
    site.sync(&tablet).await;
    let mut committed = tablet.own_entries();
    let old = tablet.device();
    tablet.put_back(&image);
    let again = tablet.visit("Signed again", 2_000);
    committed.extend(tablet.own_entries());
    let report = site.sync(&tablet).await;
    assert!(report.continued && report.refused.is_empty(), "{report:?}");
    assert_ne!(tablet.device(), old);
    site.sync(&tablet).await;
    site.assert_nothing_lost(&[&tablet], &committed).await;
    for doc in [first, lost, again] {
        let state = tablet.on(|store| store.read().document_state(doc).unwrap()).unwrap();
        assert_eq!(state.status, fieldseal_domain::fold::Status::Signed, "{doc} is signed on the tablet");
    }
    tablet.on(|store| store.read().check_chain(&old).unwrap());
    // It goes on like any other.
    tablet.visit("Next", 2_000);
    let report = site.sync(&tablet).await;
    assert!(!report.continued);
    site.assert_nothing_lost(&[&tablet], &[]).await;
}

/// An old image is put back and nothing is written before the next session: what it lost comes back, and its old
/// journal is not written again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_image_that_wrote_nothing() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    site.sync(&tablet).await;
    let image = tablet.image();
    let lost = tablet.visit("After the image", 2_000);
    site.sync(&tablet).await;
    let old = tablet.device();
    tablet.put_back(&image);
    let report = site.sync(&tablet).await;
    assert!(report.continued, "{report:?}");
    assert_ne!(tablet.device(), old);
    assert!(tablet.on(|store| store.read().document(lost).unwrap()).is_some(), "it came back");
    let doc = tablet.visit("New", 2_000);
    site.sync(&tablet).await;
    assert!(tablet.on(|store| store.read().document(doc).unwrap()).is_some());
    site.assert_nothing_lost(&[&tablet], &[]).await;
}

/// Twice in a row, and the second image is of the journal that already was a continuation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forked_twice() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    site.sync(&tablet).await;
    let mut committed = Vec::new();
    for round in 0..2 {
        let image = tablet.image();
        tablet.visit(&format!("lost {round}"), 2_000);
        site.sync(&tablet).await;
        committed.extend(tablet.own_entries());
        tablet.put_back(&image);
        tablet.visit(&format!("again {round}"), 2_000);
        committed.extend(tablet.own_entries());
        assert!(site.sync(&tablet).await.continued);
    }
    site.sync(&tablet).await;
    site.assert_nothing_lost(&[&tablet], &committed).await;
}

/// C1, shown: a client that takes "the server has this number" for "the server has this entry" loses what was signed
/// after the image was put back. Ours does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_naive_client_loses_a_signature() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    site.sync(&tablet).await;
    let image = tablet.image();
    tablet.visit("After the image", 2_000);
    site.sync(&tablet).await;
    tablet.put_back(&image);
    tablet.visit("Signed again", 2_000);
    let signed_again = tablet.own_entries();
    let naive = naive_acked(&site, &tablet).await;
    let device = tablet.device();
    let end = tablet.on(|store| store.read().last_position(&device).unwrap().unwrap());
    assert!(naive >= end.n, "by numbers alone everything is there");
    let log = site.log().await;
    assert!(!log.contains_key(&end.id), "but the signature is not");
    site.sync(&tablet).await;
    let log = site.log().await;
    assert!(signed_again.iter().all(|id| log.contains_key(id)));
}

/// How far a client that counts would believe the server to be.
async fn naive_acked(site: &Site, tablet: &Arc<Tablet>) -> u64 {
    let central = signed_in(site, tablet).await;
    let device = tablet.device();
    let entries = tablet.on(|store| store.read().entries_after(&device, 0, 500).unwrap());
    let entries = entries
        .iter()
        .map(|entry| WireEntry {
            header: entry.header_bytes.clone().into(),
            signature: entry.signature.into(),
            salt: entry.body.as_ref().map(|body| body.salt.into()),
            body: entry.body.as_ref().map(|body| body.bytes.clone().into()),
        })
        .collect();
    match central.push(&Push { journal: device, entries }).await {
        // The server names the number it already has: whoever stops reading there takes it for a duplicate.
        Err(CallError::Refused(refusal)) if refusal.code == Code::Fork => {
            assert!(refusal.data["n"].as_u64().is_some());
            tablet.on(|store| store.read().last_position(&tablet_device(store)).unwrap().unwrap().n)
        }
        other => panic!("the server must notice: {other:?}"),
    }
}

fn tablet_device(store: &fieldseal_store::Store) -> String {
    store.read().own_journals().unwrap().into_iter().max_by_key(|journal| journal.n).unwrap().device
}

/// Fault 6: the server comes back from an old backup. Tablets send again what it lost, the office gives back what
/// others wrote, everybody is told that the log began anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_comes_back_from_a_backup() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    let (_, gone) = site.tablet(Role::Technician).await;
    let (_, office) = site.tablet(Role::Office).await;
    for each in [&tablet, &gone, &office] {
        each.visit("Before the backup", 2_000);
        site.sync(each).await;
    }
    let backup = tempfile::tempdir().unwrap();
    fieldseal_server::ops::backup(&site.data(), &backup.path().join("b")).await.unwrap();
    let mut committed: Vec<Digest> = Vec::new();
    for each in [&tablet, &gone] {
        each.visit("After the backup", 2_000);
        site.sync(each).await;
        committed.extend(each.own_entries());
    }
    site.sync(&office).await;
    let address = site.address();
    let Site { running, admin, folder: _old } = site;
    running.stop().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    fieldseal_server::ops::restore(&backup.path().join("b"), &folder.path().join("data")).await.unwrap();
    let site = Site::start_again(folder, admin, address).await;
    // One tablet never comes back: the office has what it wrote.
    for _ in 0..2 {
        site.sync(&tablet).await;
        site.sync(&office).await;
    }
    site.assert_nothing_lost(&[&tablet, &office], &committed).await;
    let alarms = tablet.on(|store| store.read().alarms().unwrap());
    assert!(alarms.iter().any(|alarm| alarm.sort == "log_restarted"), "{alarms:?}");
    assert!(alarms.iter().all(|alarm| alarm.sort != "register_rewritten"));
    site.sync(&gone).await;
    site.assert_nothing_lost(&[&gone], &committed).await;
    assert!(central(site.address()).challenge().await.is_ok());
}
