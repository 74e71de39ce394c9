//! Jobs that change hands (correction C4), revoked devices.

use crate::{
    liar::{Liar, Lie},
    site::{Administration, Site, central},
};
use fieldseal_domain::role::Role;
use fieldseal_sync::{Engine, Local as _};
use fieldseal_wire::{admin::Revoke, session::Standing};
use std::sync::Arc;
use uuid::Uuid;

/// Fault 10: a job is given to another technician long after others wrote about it. Its history, which lies below
/// everything the new one has read, arrives; from the old one's tablet what others wrote goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_changes_hands() {
    let site = Site::new().await;
    let (anna, annas) = site.tablet(Role::Technician).await;
    let (boris, boriss) = site.tablet(Role::Technician).await;
    let (_, office) = site.tablet(Role::Office).await;
    let job = Uuid::now_v7();
    office.save_job(job, Some(anna));
    let doc = office.create("Prepared by the office", Some(job));
    site.sync(&office).await;
    site.sync(&annas).await;
    site.sync(&boriss).await;
    let has =
        |tablet: &crate::tablet::Tablet| tablet.on(|store| store.read().document(doc).unwrap()).is_some();
    assert!(has(&annas) && !has(&boriss));
    // Much happens afterwards, and Boris reads all of it.
    let other = Uuid::now_v7();
    office.save_job(other, Some(boris));
    site.sync(&office).await;
    site.sync(&boriss).await;
    office.save_job(job, Some(boris));
    site.sync(&office).await;
    site.sync(&boriss).await;
    site.sync(&annas).await;
    assert!(has(&boriss), "what lay below the cursor has arrived");
    assert!(!has(&annas), "what is out of reach has gone");
    assert!(annas.on(|store| store.read().job(job).unwrap()).is_none());
    // And back again.
    office.save_job(job, Some(anna));
    site.sync(&office).await;
    site.sync(&annas).await;
    assert!(has(&annas));
}

/// Scope is lost while own work on it was not sent: the work stays and is sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_work_on_a_job_that_was_taken_away() {
    let site = Site::new().await;
    let (anna, annas) = site.tablet(Role::Technician).await;
    let (boris, _) = site.tablet(Role::Technician).await;
    let (_, office) = site.tablet(Role::Office).await;
    let job = Uuid::now_v7();
    office.save_job(job, Some(anna));
    site.sync(&office).await;
    site.sync(&annas).await;
    let doc = annas.create("Written offline", Some(job));
    office.save_job(job, Some(boris));
    site.sync(&office).await;
    site.sync(&annas).await;
    assert!(annas.on(|store| store.read().document(doc).unwrap()).is_some());
    site.assert_nothing_lost(&[&annas], &annas.own_entries()).await;
}

/// Fault 14: a device is reported lost while it has unsent signatures. It may bring them and nothing else; the office
/// decides about them. The end of a session's token in the middle is not noticed by anybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_device_still_hands_in_what_it_has() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    site.sync(&tablet).await;
    tablet.visit("Unsent", 2_000);
    let admin = Administration::open(&site).await;
    let path = format!("devices/{}/revoke", tablet.device());
    let _: serde_json::Value = admin.post(&path, &Revoke { reason: "lost".into() }).await;
    let report = site.sync(&tablet).await;
    assert_eq!(report.standing, Standing::Revoked);
    assert_eq!(report.got, 0);
    site.assert_nothing_lost(&[&tablet], &tablet.own_entries()).await;
}

/// Fault 11: the server finds the program too old. It still takes what was signed, and the program asks for nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_program_still_hands_in_what_it_has() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    tablet.visit("Old", 2_000);
    let engine = Engine::new(Liar::new(central(site.address()), Lie::TooOld), Arc::clone(&tablet));
    let report = engine.run().await.unwrap();
    assert_eq!((report.standing, report.got), (Standing::Update, 0));
    site.assert_nothing_lost(&[&tablet], &[]).await;
    assert!(tablet.on(|store| store.read().subjects_behind(9).unwrap()).is_empty(), "no manifest was read");
}

/// Fault 14: the session ends in the middle; a new one is opened and nobody notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_in_the_middle() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    tablet.visit("Anna", 2_000);
    let liar = Liar::new(central(site.address()), Lie::ForgetsSession);
    let report = Engine::new(liar, Arc::clone(&tablet)).run().await.unwrap();
    assert!(report.sent > 0 && report.refused.is_empty());
    site.assert_nothing_lost(&[&tablet], &[]).await;
}
