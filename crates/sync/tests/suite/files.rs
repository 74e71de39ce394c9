//! Files: in pieces, from wherever the last attempt ended, and only whole.

use crate::{
    proxy::{Fault, Proxy},
    site::{Site, engine_at, signed_in},
};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_wire::{CallError, Central as _, Code, blob::BlobState};

/// A large file over a network that is cut every few hundred kilobytes: it never begins from its start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_goes_on_where_it_was_cut() {
    let site = Site::new().await;
    let proxy = Proxy::new(site.address()).await;
    let (person, tablet) = site.tablet(Role::Technician).await;
    let size = 5_000_000;
    let doc = tablet.visit("Anna", size);
    let engine = engine_at(&tablet, proxy.address);
    let (mut sent, mut sessions) = (0, 0);
    loop {
        sessions += 1;
        assert!(sessions < 30, "it never arrives");
        proxy.set(Fault::CutAfterSent(1_500_000));
        let done = engine.run().await.is_ok();
        sent += proxy.passed().0;
        if done {
            break;
        }
    }
    assert!(sessions >= 4, "the cuts happened");
    assert!(sent < 2 * size as u64, "{sent} bytes for a file of {size}");
    site.assert_nothing_lost(&[&tablet], &[]).await;
    // And the same the other way, to a second tablet of the same person.
    let file = tablet.on(|store| store.read().document(doc).unwrap().unwrap().file.unwrap().0);
    let (_, office) = site.tablet(Role::Office).await;
    site.sync(&office).await;
    let engine = engine_at(&office, proxy.address);
    engine.run().await.unwrap();
    let (mut received, mut tries) = (0, 0);
    loop {
        tries += 1;
        assert!(tries < 30, "it never arrives");
        proxy.set(Fault::CutAfterReceived(1_500_000));
        let done = matches!(engine.fetch_file(file).await, Ok(true));
        received += proxy.passed().1;
        if done {
            break;
        }
    }
    assert!(tries >= 4, "the cuts happened");
    assert!(received < 2 * size as u64, "{received} bytes for a file of {size}");
    let theirs = office.on(|store| store.read().blob(file).unwrap()).unwrap();
    assert_eq!(Digest::of(&theirs), file);
    assert_ne!(person, uuid::Uuid::nil());
}

/// A file of a document that is not in reach is not there; a file with other bytes than its name says never counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strange_files_are_refused() {
    let site = Site::new().await;
    let (_, anna) = site.tablet(Role::Technician).await;
    let (_, boris) = site.tablet(Role::Technician).await;
    let doc = anna.visit("Anna's", 3_000);
    site.sync(&anna).await;
    site.sync(&boris).await;
    let file = anna.on(|store| store.read().document(doc).unwrap().unwrap().file.unwrap().0);
    let central = signed_in(&site, &boris).await;
    assert_eq!(central.blob_state(file).await.unwrap(), BlobState::Absent);
    let error = central.get_blob(file, 0, 100).await.unwrap_err();
    assert!(matches!(error, CallError::Refused(refusal) if refusal.code == Code::NotFound));
    // The right size, the wrong bytes.
    let other = anna.visit("Wrong bytes", 3_000);
    let engine = site.engine(&anna);
    let wanted = anna.on(|store| store.read().document(other).unwrap().unwrap().file.unwrap().0);
    let sent = anna.on(|store| store.read().own_journals().unwrap());
    assert!(!sent.is_empty());
    let central = signed_in(&site, &anna).await;
    let unknown = central.put_blob(wanted, 0, 3_000, vec![1; 3_000]).await.unwrap_err();
    assert!(
        matches!(unknown, CallError::Refused(ref r) if r.code == Code::NotFound),
        "before its entry: {unknown}"
    );
    engine.run().await.unwrap();
    assert_eq!(central.blob_state(wanted).await.unwrap(), BlobState::Complete { size: 3_000 });
}
