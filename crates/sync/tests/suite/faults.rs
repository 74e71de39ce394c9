//! The network and the machines fail in every way; nothing is lost and nothing comes twice.

use crate::{
    proxy::{Fault, Proxy},
    site::{Site, TabletEngine, central, engine_at},
    tablet::Tablet,
};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_seal::log::Receipt;
use fieldseal_server::Clock;
use fieldseal_store::StoreError;
use fieldseal_sync::{Local as _, SyncError};
use fieldseal_wire::{Central as _, session::ServerEpoch};
use std::{sync::Arc, time::Duration};

/// Sessions until one comes through. More than `most` would mean that a cut leaves something behind that blocks.
async fn until_through(engine: &TabletEngine, most: usize) -> usize {
    for failed in 0..most {
        match engine.run().await {
            Ok(report) => {
                assert!(report.refused.is_empty(), "{report:?}");
                return failed;
            }
            Err(SyncError::Call(error)) => assert!(!error.to_string().is_empty()),
            Err(error) => panic!("a cut must only look like a cut: {error}"),
        }
    }
    panic!("no session came through after {most}");
}

async fn enrolled_behind(site: &Site, proxy: &Proxy) -> (Arc<Tablet>, TabletEngine) {
    let (_, tablet) = site.tablet(Role::Technician).await;
    site.sync(&tablet).await;
    let engine = engine_at(&tablet, proxy.address);
    (tablet, engine)
}

/// Faults 1 and 2: cut at many places of everything a session sends, then of everything it gets. After each cut one
/// more session must bring all of it, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_anywhere_in_a_session() {
    let site = Site::new().await;
    let proxy = Proxy::new(site.address()).await;
    let (tablet, engine) = enrolled_behind(&site, &proxy).await;
    let mut committed = tablet.own_entries();
    // How much a session with one visit moves.
    tablet.visit("Measure", 70_000);
    proxy.set(Fault::None);
    engine.run().await.unwrap();
    let (up, down) = proxy.passed();
    assert!(up > 70_000 && down > 2_000, "{up} {down}");
    let steps = 24;
    for step in 0..steps {
        for fault in [
            Fault::CutAfterSent(up * step / steps + step),
            Fault::CutAfterReceived(down * step / steps + step),
        ] {
            tablet.visit("Cut", 70_000);
            committed.extend(tablet.own_entries());
            proxy.set(fault);
            let failed = until_through(&engine, 3).await;
            assert!(failed <= 1, "{fault:?}: one cut spoils one session at most");
        }
    }
    assert!(proxy.cuts() > steps, "the cuts happened: {}", proxy.cuts());
    site.assert_nothing_lost(&[&tablet], &committed).await;
}

/// Fault 1: the answer to a push is lost after the server's commit, three times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_comes() {
    let site = Site::new().await;
    let proxy = Proxy::new(site.address()).await;
    let (tablet, engine) = enrolled_behind(&site, &proxy).await;
    let doc = tablet.visit("Anna", 2_000);
    for _ in 0..2 {
        proxy.set(Fault::HalfOpen);
        let error = engine.run().await.unwrap_err();
        assert_eq!(error.code(), "sync_unreachable");
    }
    proxy.set(Fault::BlackHole);
    assert_eq!(engine.run().await.unwrap_err().code(), "sync_unreachable");
    proxy.set(Fault::Down);
    assert_eq!(engine.run().await.unwrap_err().code(), "sync_unreachable");
    assert!(tablet.on(|store| store.read().document(doc).unwrap()).is_some());
    proxy.set(Fault::None);
    until_through(&engine, 1).await;
    site.assert_nothing_lost(&[&tablet], &tablet.own_entries()).await;
}

/// Slow is not broken: latency and a drip only take longer, and a drip that is slower than patience is a cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_is_not_broken() {
    let site = Site::new().await;
    let proxy = Proxy::new(site.address()).await;
    let (tablet, engine) = enrolled_behind(&site, &proxy).await;
    tablet.visit("Slow", 2_000);
    proxy.set(Fault::Latency(Duration::from_millis(30)));
    until_through(&engine, 1).await;
    tablet.visit("Drip", 2_000);
    proxy.set(Fault::Drip(Duration::from_millis(1)));
    until_through(&engine, 1).await;
    site.assert_nothing_lost(&[&tablet], &[]).await;
}

/// Three sessions of one tablet at a time (two programs, a repeated push): every entry is in the log once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_push_three_times_at_once() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    for i in 0..5 {
        tablet.visit(&format!("Customer {i}"), 3_000);
    }
    let (a, b, c) = (site.engine(&tablet), site.engine(&tablet), site.engine(&tablet));
    let (a, b, c) = tokio::join!(a.run(), b.run(), c.run());
    assert!([a, b, c].into_iter().any(|run| run.is_ok()));
    site.sync(&tablet).await;
    site.assert_nothing_lost(&[&tablet], &tablet.own_entries()).await;
}

/// Fault 4: the server is stopped and started in the middle of the day; nothing but time is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_comes_back() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    tablet.visit("Before", 3_000);
    site.sync(&tablet).await;
    let engine = site.engine(&tablet);
    let site = site.restart().await;
    tablet.visit("After", 3_000);
    // The old session's token is known to the new process as well, or a new one is asked for: either way it works.
    engine.run().await.unwrap();
    site.assert_nothing_lost(&[&tablet], &[]).await;
}

/// Fault 15: another, empty server under the known address gets nothing, and nothing here is deleted, until a person
/// has chosen it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_under_the_address() {
    let (site, other) = (Site::new().await, Site::new().await);
    let tablet = Tablet::standalone();
    site.enrol(&tablet, Role::Technician).await;
    tablet.visit("Anna", 3_000);
    site.sync(&tablet).await;
    let before = tablet.own_entries();
    // Known there too: the mistake is a wrong address, not a missing enrolment.
    other.enrol(&tablet, Role::Technician).await;
    tablet.visit("Berta", 3_000);
    let engine = engine_at(&tablet, other.address());
    let error = engine.run().await.unwrap_err();
    assert!(matches!(error, SyncError::OtherServer { .. }), "{error}");
    assert!(!other.log().await.contains_key(before.first().unwrap()));
    let server_id = central(other.address()).challenge().await.unwrap().server_id;
    engine.choose_server(&ServerEpoch { server_id, log_epoch: String::new() }).unwrap();
    engine.run().await.unwrap();
    engine.run().await.unwrap();
    let log = other.log().await;
    assert!(before.iter().all(|id| log.contains_key(id)), "the new server has all of it");
    assert!(tablet.own_entries().len() > before.len());
}

/// Fault 9: a clock a day ahead, then a year back, on a tablet that signs: everything arrives and counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_jump() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    let now = tablet.now_ms();
    for ms in [now + 86_400_000, now - 365 * 86_400_000, now] {
        tablet.wall_ms.store(ms, std::sync::atomic::Ordering::SeqCst);
        tablet.visit("Clock", 2_000);
        site.sync(&tablet).await;
    }
    site.assert_nothing_lost(&[&tablet], &[]).await;
    let ahead = tablet.on(|store| {
        let device = tablet_device(store);
        let read = store.read();
        let entries = read.entries_after(&device, 0, 1000).unwrap();
        entries.iter().filter(|e| read.envelope(e.id).unwrap().unwrap().facts.clamped.is_some()).count()
    });
    assert!(ahead > 0, "what came from the future was clamped");
}

/// The server's clock is a year off, and put right while a tablet is away: no certificate is doubted, no proof fails,
/// nothing is lost, and nobody is alarmed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_clock_is_a_year_off() {
    const YEAR_MS: i64 = 365 * 86_400_000;
    for wrong in [YEAR_MS, -YEAR_MS] {
        let clock = Clock::of(move || jiff::Timestamp::now().as_millisecond() + wrong);
        let site = Site::with_clock(clock).await;
        let (_, tablet) = site.tablet(Role::Technician).await;
        let doc = tablet.visit("Wrong clock", 2_000);
        site.sync(&tablet).await;
        let site = site.restart().await;
        tablet.visit("Right clock", 2_000);
        site.sync(&tablet).await;
        site.assert_nothing_lost(&[&tablet], &[]).await;
        assert_eq!(tablet.on(|store| store.read().alarms().unwrap()), []);
        let (_, receipt) = tablet.on(|store| store.read().receipt_of(doc).unwrap()).unwrap();
        let receipt = Receipt::from_json(&receipt).unwrap();
        receipt.check(&tablet.public_key(), &[tablet.root()], jiff::Timestamp::now()).unwrap();
    }
}

fn tablet_device(store: &fieldseal_store::Store) -> String {
    let journals = store.read().own_journals().unwrap();
    journals.into_iter().find(|journal| journal.heir.is_none() && journal.ends.is_none()).unwrap().device
}

/// Fault 8: the tablet's disk fills up while it reads. What is there stays whole, and with space it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_is_full_in_the_middle_of_a_pull() {
    let site = Site::new().await;
    let (person, source) = site.tablet(Role::Office).await;
    for _ in 0..150 {
        let event = fieldseal_domain::event::Event::JobSaved(Box::new(fieldseal_domain::party::Job {
            id: uuid::Uuid::now_v7(),
            technician: Some(person),
            fault: "x".repeat(3_000),
            ..fieldseal_domain::party::Job::default()
        }));
        source.write(None, &[event]);
    }
    site.sync(&source).await;
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    std::fs::create_dir(&small).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1200k", "tmpfs"])
        .arg(&small)
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        // Only where file systems may be mounted; the store's own test of a full disk runs everywhere.
        return;
    }
    let tablet = Tablet::at(small.clone(), None);
    site.enrol(&tablet, Role::Office).await;
    let engine = site.engine(&tablet);
    let error = engine.run().await.unwrap_err();
    let full = matches!(error, SyncError::Store(StoreError::DiskFull));
    let whole = tablet.on(|store| store.integrity());
    let grown = std::process::Command::new("mount")
        .args(["-o", "remount,size=60m"])
        .arg(&small)
        .status()
        .unwrap()
        .success();
    let after = engine.run().await;
    let jobs = tablet.on(|store| store.read().search("x", 1).map(|hits| hits.len()));
    let left = tablet.left();
    drop(engine);
    drop(tablet);
    std::process::Command::new("umount").arg(&small).status().unwrap();
    assert!(full, "{error}");
    whole.unwrap();
    assert!(grown);
    after.unwrap();
    assert!(jobs.is_ok());
    assert_eq!(left, (0, 0));
}

/// Fault 13: an entry that the server will not count, in the middle of a queue: the rest arrives, and it is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_in_the_middle_does_not_stop_the_rest() {
    use fieldseal_domain::{event::Event, facts::Verdict};
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    let doc = tablet.visit("Anna", 2_000);
    // Technicians may not void.
    let void = Event::Voided { seen: vec![], reason: "no".into(), successor: None, by: uuid::Uuid::nil() };
    let poison: Vec<Digest> = tablet.write(Some(doc), &[void]).iter().map(|p| p.id).collect();
    tablet.visit("Berta", 2_000);
    let report = site.sync(&tablet).await;
    assert!(report.refused.is_empty());
    site.assert_nothing_lost(&[&tablet], &poison).await;
    let envelope = tablet.on(|store| store.read().envelope(poison[0]).unwrap().unwrap());
    assert!(matches!(envelope.facts.verdict, Verdict::Quarantined(_)), "{envelope:?}");
}
