//! What people and machines that watch the server are told.

use crate::{
    mail::close,
    support::{Site, customer},
};
use fieldseal_domain::{event::Event, role::Role};
use fieldseal_ledger::DATABASE;
use fieldseal_server::Clock;
use fieldseal_wire::admin::DeviceRow;
use rusqlite::Connection;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

async fn read(site: &Site, path: &str) -> String {
    reqwest::get(format!("{}{path}", site.url())).await.unwrap().text().await.unwrap()
}

/// Red if a tablet that delivered everything and was switched off looked more overdue from hour to hour.
#[tokio::test]
async fn a_tablet_that_has_delivered_everything_owes_nothing() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let unsent = tablet.write(None, &Event::CustomerSaved(Box::new(customer())));
    tablet.hello().await.unwrap();
    let line = |metrics: &str, name: &str| {
        let start = format!("{name}{{device=\"{}\"}} ", tablet.name);
        let line = metrics.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
        line.parse::<u64>().unwrap()
    };
    let owes = |metrics: &str| {
        (
            line(metrics, "fieldseal_device_unsynced_signatures"),
            line(metrics, "fieldseal_device_oldest_unsynced_seconds") > 0,
        )
    };
    assert_eq!(owes(&read(&site, "/metrics").await), (3, true), "as its hello said");
    tablet.push(&[unsent]).await.unwrap();
    assert_eq!(owes(&read(&site, "/metrics").await), (0, false));
}

/// Red if whoever asks again and again could keep the disk busy, or if the answer were never looked into anew.
#[tokio::test]
async fn asking_whether_it_is_well_writes_once_a_second_at_most() {
    let site = Site::new().await;
    let beside = Connection::open(site.folder.path().join(DATABASE)).unwrap();
    // Changes with every commit of somebody else.
    let version = || beside.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).unwrap();
    let (began, mut last, mut commits) = (std::time::Instant::now(), version(), 0);
    while began.elapsed() < std::time::Duration::from_millis(1500) {
        assert!(read(&site, "/healthz").await.contains("ok"));
        let now = version();
        commits += u32::from(now != last);
        last = now;
    }
    assert_eq!(commits, 2, "one at once, one after a second");
}

#[tokio::test]
async fn what_a_tablet_said_it_has_stands_beside_what_is_here() {
    let time = Arc::new(AtomicI64::new(1_790_000_000_000));
    let clock = Arc::clone(&time);
    let site = Site::with_clock(Clock::of(move || clock.load(Ordering::SeqCst))).await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    close(&mut tablet, b"one").await;
    let unsent = tablet.write(None, &Event::CustomerSaved(Box::new(customer())));
    tablet.hello().await.unwrap();
    let row = async |name: &str| {
        let rows: Vec<DeviceRow> = admin.get("/v1/devices").await.unwrap();
        rows.into_iter().find(|row| row.device == name).unwrap()
    };
    let before = row(&tablet.name).await;
    assert_eq!((before.said_n, before.oldest_unsynced_ms), (before.n + 1, Some(1)));
    assert_eq!((before.signatures, before.signatures_since, before.unsynced_signatures), (1, 0, 3));
    time.fetch_add(1000, Ordering::SeqCst);
    tablet.push(&[unsent]).await.unwrap();
    close(&mut tablet, b"two").await;
    let after = row(&tablet.name).await;
    assert_eq!((after.signatures, after.signatures_since), (2, 1), "one of what it called unsent has come");
    assert!(after.n > after.said_n && !after.unproven);
}
