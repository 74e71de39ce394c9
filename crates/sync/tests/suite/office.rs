//! The office's desktop: the register at once, the rest behind it.

use crate::{
    liar::{Liar, Lie},
    site::{Site, central},
    tablet::Tablet,
};
use fieldseal_domain::{event::Event, role::Role};
use fieldseal_store::{RegisterOrigin, SyncState};
use fieldseal_sync::{Engine, Handle, Phase, Runner};
use std::sync::Arc;

/// A new desktop gets every row, everything that was written, and later only what changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_desktop_has_the_register() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    let docs: Vec<_> = (0..12).map(|i| tablet.visit(&format!("Customer {i}"), 1_500)).collect();
    site.sync(&tablet).await;
    let (_, office) = site.tablet(Role::Office).await;
    let report = site.sync(&office).await;
    assert!(report.got >= 48, "{report:?}");
    for doc in &docs {
        assert!(office.on(|store| store.read().register_row(*doc).unwrap()).is_some());
    }
    let peer = office.on(|store| store.read().peer().unwrap().unwrap());
    assert_eq!(peer.register_oldest, Some(0));
    let more = tablet.visit("One more", 1_500);
    site.sync(&tablet).await;
    let again = site.sync(&office).await;
    assert_eq!(again.got, 4, "only what is new");
    assert!(office.on(|store| store.read().register_row(more).unwrap()).is_some());
    let mut log = site.log().await;
    log.retain(|id, _| office.on(|store| store.read().entry(*id).unwrap()).is_none());
    assert!(log.is_empty(), "the office has the whole log");
}

/// Would turn red if a mirrored row were not told of a file that came after its document, or of one thrown away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mirror_hears_of_what_is_no_entry() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    let (doc, draft) = (tablet.visit("First", 1_500), tablet.create("Second", None));
    let (_, office) = site.tablet(Role::Office).await;
    let through =
        |lie, who: &Arc<Tablet>| Engine::new(Liar::new(central(site.address()), lie), Arc::clone(who));
    let row = |doc| office.on(|store| store.read().register_row(doc).unwrap());
    through(Lie::TakesNoFile, &tablet).run().await.unwrap();
    through(Lie::HidesLog, &office).run().await.unwrap();
    let before = row(doc).unwrap();
    assert_eq!((before.origin, before.sync), (RegisterOrigin::Mirror, SyncState::Local));
    assert!(row(draft).is_some());
    tablet.write(Some(draft), &[Event::DraftDiscarded { by: uuid::Uuid::nil() }]);
    site.sync(&tablet).await;
    through(Lie::HidesLog, &office).run().await.unwrap();
    let after = row(doc).unwrap();
    assert_eq!((after.sync, after.head_seq), (SyncState::Acknowledged, before.head_seq));
    assert!(row(draft).is_none());
}

/// The runner: a session at once, another when woken, none after it was stopped.
#[test]
fn the_runner_wakes_and_stops() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (site, tablet) = runtime.block_on(async {
        let site = Site::new().await;
        let (_, tablet) = site.tablet(Role::Technician).await;
        (site, tablet)
    });
    tablet.visit("First", 1_000);
    let runner = Runner::new(site.engine(&tablet));
    let handle: Handle = runner.handle();
    let mut status = runner.engine().status();
    let (told, sessions) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let own = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        own.block_on(runner.run(|result| told.send(result.is_ok()).unwrap()));
    });
    assert!(sessions.recv().unwrap());
    runtime.block_on(async { status.wait_for(|s| s.phase == Phase::Synced).await.unwrap().clone() });
    assert_eq!(tablet.left(), (0, 0));
    tablet.visit("Second", 1_000);
    handle.wake();
    assert!(sessions.recv().unwrap());
    assert_eq!(tablet.left(), (0, 0));
    handle.stop();
    thread.join().unwrap();
    assert!(sessions.recv().is_err(), "no session after the end");
    runtime.block_on(site.assert_nothing_lost(&[&tablet], &[]));
}
