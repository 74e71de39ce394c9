//! The register is checked on every session; what contradicts is kept and told.

use crate::{
    liar::{Liar, Lie},
    proxy::Proxy,
    site::{Site, central},
    tablet::Tablet,
};
use fieldseal_domain::role::Role;
use fieldseal_seal::log::Receipt;
use fieldseal_store::Peer;
use fieldseal_sync::{Engine, Local as _, ProofError, SyncError};
use std::sync::Arc;

async fn told(site: &Site, tablet: &Arc<Tablet>, lie: Lie) -> ProofError {
    let engine = Engine::new(Liar::new(central(site.address()), lie), Arc::clone(tablet));
    match engine.run().await {
        Err(SyncError::Register(error)) => error,
        other => panic!("a lie went unnoticed: {other:?}"),
    }
}

fn peer(tablet: &Tablet) -> Peer {
    tablet.on(|store| store.read().peer().unwrap().unwrap())
}

/// Every lie is noticed, both checkpoints are kept, the one that was found good stays, and work goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_that_contradicts_itself_is_told() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    tablet.visit("First", 1_000);
    site.sync(&tablet).await;
    let old = peer(&tablet);
    let old_note = String::from_utf8(old.note.clone()).unwrap();
    tablet.visit("Second", 1_000);
    site.sync(&tablet).await;
    let good = peer(&tablet);
    assert!(good.tree_size > old.tree_size);
    assert_eq!(told(&site, &tablet, Lie::Note(old_note.clone())).await.code(), "register_shrunk");
    let forged = old_note.replace(&format!("\n{}\n", old.tree_size), &format!("\n{}\n", good.tree_size + 5));
    assert_ne!(forged, old_note);
    assert_eq!(told(&site, &tablet, Lie::Note(forged)).await.code(), "register_checkpoint");
    // Another organisation's checkpoint, rightly signed by its own key.
    let other = Site::new().await;
    let theirs = peer(&other.admin);
    let theirs = String::from_utf8(theirs.note).unwrap();
    assert_eq!(told(&site, &tablet, Lie::Note(theirs)).await.code(), "register_checkpoint");
    assert_eq!(peer(&tablet).note, good.note, "the good one stays");
    tablet.visit("Third", 1_000);
    assert_eq!(told(&site, &tablet, Lie::OtherProof).await.code(), "register_rewritten");
    assert_eq!(told(&site, &tablet, Lie::NoProof).await.code(), "register_missing");
    let alarms = tablet.on(|store| store.read().alarms().unwrap());
    assert_eq!(alarms.len(), 5);
    assert!(alarms.iter().all(|alarm| alarm.detail["kept"].is_string() && alarm.detail["given"].is_string()));
    // The lie was about the log; what was signed was sent all the same, with its file.
    assert_eq!(tablet.left(), (0, 0));
    site.sync(&tablet).await;
    site.assert_nothing_lost(&[&tablet], &tablet.own_entries()).await;
}

/// A receipt convinces a stranger who has nothing but the root.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_convinces_a_stranger() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    let doc = tablet.visit("Anna", 1_000);
    site.sync(&tablet).await;
    let (_, bytes) = tablet.on(|store| store.read().receipt_of(doc).unwrap()).unwrap();
    let file = tablet.on(|store| store.read().document(doc).unwrap().unwrap().file.unwrap());
    let receipt = Receipt::from_json(&bytes).unwrap();
    let registered =
        receipt.check_file(file, &tablet.public_key(), &[tablet.root()], jiff::Timestamp::now()).unwrap();
    assert!(registered.size >= 4);
    let proxy = Proxy::new(site.address()).await;
    assert_eq!(proxy.passed(), (0, 0), "and without asking anybody");
}
