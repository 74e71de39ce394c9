//! Jobs that change hands (correction C4), revoked devices.

use crate::site::{Administration, Site};
use fieldseal_domain::role::Role;
use fieldseal_sync::Local as _;
use fieldseal_wire::{admin::Revoke, session::Standing};
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
