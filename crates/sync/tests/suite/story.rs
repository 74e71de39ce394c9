//! What should simply work.

use crate::site::{Site, engine_at};
use crate::tablet::Tablet;
use fieldseal_domain::role::Role;
use fieldseal_sync::{Local as _, Phase};
use fieldseal_wire::Central as _;

/// A tablet that worked alone for a week is enrolled: everything it signed arrives, also its old journal.
#[tokio::test]
async fn a_week_alone_arrives_whole() {
    let site = Site::new().await;
    let tablet = Tablet::standalone();
    let docs: Vec<_> = (0..6).map(|i| tablet.visit(&format!("Customer {i}"), 5_000)).collect();
    let before = tablet.own_entries();
    let alone = tablet.device();
    site.enrol(&tablet, Role::Technician).await;
    assert_ne!(tablet.device(), alone, "enrolment begins a journal of its own");
    tablet.visit("After", 3_000);
    let engine = site.engine(&tablet);
    let report = engine.run().await.unwrap();
    assert_eq!((report.refused.len(), report.continued), (0, false));
    assert!(report.sent >= 28 && report.files_sent == 14, "{report:?}");
    site.assert_nothing_lost(&[&tablet], &before).await;
    let status = engine.status().borrow().clone();
    assert_eq!((status.only_here.entries, status.alarms), (0, 0), "{status:?}");
    assert!(matches!(status.phase, Phase::Files { .. } | Phase::Proving), "{:?}", status.phase);
    // Every signature has its receipt.
    for doc in docs {
        assert!(tablet.on(|store| store.read().receipt_of(doc).unwrap()).is_some());
    }
    // A second session finds nothing to do.
    let again = site.sync(&tablet).await;
    assert_eq!((again.sent, again.got, again.files_sent, again.files_got), (0, 0, 0, 0));
}

/// What the office writes reaches the tablet, and what the tablet signs reaches the office, with its file.
#[tokio::test]
async fn both_directions() {
    let site = Site::new().await;
    let (person, tablet) = site.tablet(Role::Technician).await;
    let (_, office) = site.tablet(Role::Office).await;
    let job = uuid::Uuid::now_v7();
    office.save_job(job, Some(person));
    site.sync(&office).await;
    site.sync(&tablet).await;
    assert!(tablet.on(|store| store.read().job(job).unwrap()).is_some(), "the job has arrived");
    let doc = tablet.visit("Anna", 40_000);
    site.sync(&tablet).await;
    site.sync(&office).await;
    let row = office.on(|store| store.read().document(doc).unwrap()).unwrap();
    let file = row.file.unwrap().0;
    assert!(office.on(|store| store.read().blob(file).unwrap()).is_none(), "an office gets files when asked");
    let engine = site.engine(&office);
    engine.run().await.unwrap();
    assert!(engine.fetch_file(file).await.unwrap());
    let theirs = office.on(|store| store.read().blob(file).unwrap()).unwrap();
    assert_eq!(tablet.on(|store| store.read().blob(file).unwrap()).unwrap(), theirs);
    let state = |tablet: &Tablet| tablet.on(|store| store.read().document_state(doc).unwrap().unwrap());
    assert_eq!(state(&tablet).status, state(&office).status);
    assert!(office.on(|store| store.read().register_row(doc).unwrap()).is_some());
}

#[tokio::test]
async fn a_wrong_code_and_an_address_without_server_are_told_apart() {
    let site = Site::new().await;
    let tablet = Tablet::standalone();
    let wrong = tablet.try_enrol(&crate::site::central(site.address()), "AAAA-BBBB-CCCC").await.unwrap_err();
    assert_eq!(wrong.refusal(), Some(fieldseal_wire::Code::WrongCode));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let offline = engine_at(&tablet, nobody).run().await.unwrap_err();
    assert_eq!(offline.code(), "sync_unreachable");
    // A tablet that nobody enrolled is not let in, and loses nothing by it.
    tablet.visit("Kept", 1_000);
    let stranger = site.engine(&tablet).run().await.unwrap_err();
    assert_eq!(stranger.refusal(), Some(fieldseal_wire::Code::BadProof));
    assert!(tablet.left().0 > 3);
    assert!(crate::site::central(site.address()).challenge().await.is_ok());
}
