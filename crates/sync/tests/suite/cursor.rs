//! How far a device has read, and what it has read: killed anywhere in between, the two agree (correction C7).

use crate::{
    site::{Site, signed_in},
    tablet::Tablet,
};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_wire::Central as _;
use std::{collections::BTreeMap, future::poll_fn, pin::pin, sync::Arc, task::Poll};

/// Wakings after which a session is killed: more than a session of one visit has.
const MOST_WAKINGS: usize = 120;

/// Entries that the device believes to have read, and does not have.
fn skipped(office: &Tablet, log: &BTreeMap<Digest, u64>) -> usize {
    office.on(|store| {
        let read = store.read();
        let next = read.peer().unwrap().unwrap_or_default().feed;
        log.iter().filter(|(id, seq)| **seq < next && read.entry(**id).unwrap().is_none()).count()
    })
}

/// Runs until it was woken so many times, then drops it where it is. Whether it came to its end.
async fn killed_after(run: impl Future, wakings: usize) -> bool {
    let (mut run, mut left) = (pin!(run), wakings);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        run.as_mut().poll(context).map(|_| true)
    })
    .await
}

async fn office_behind_by_a_visit(site: &Site) -> (Arc<Tablet>, BTreeMap<Digest, u64>) {
    let (_, office) = site.tablet(Role::Office).await;
    site.sync(&office).await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    tablet.visit("Anna", 1_500);
    site.sync(&tablet).await;
    let log = site.log().await;
    (office, log)
}

/// C7, shown: a client that writes down how far it has read before what it has read loses a page for good when it is
/// killed in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_naive_cursor_loses_a_page() {
    let site = Site::new().await;
    let (office, log) = office_behind_by_a_visit(&site).await;
    let central = signed_in(&site, &office).await;
    let mut peer = office.on(|store| store.read().peer().unwrap().unwrap());
    let page = central.feed(peer.feed.checked_sub(1), 1000).await.unwrap();
    peer.feed = page.entries.iter().map(|logged| logged.read_envelope().unwrap().seq + 1).max().unwrap();
    office.on(|store| store.transact(|tx| tx.put_peer(&peer)).unwrap());
    // Killed before the rows were written.
    office.restart();
    site.sync(&office).await;
    site.sync(&office).await;
    assert!(skipped(&office, &log) >= 4, "nobody will ever ask for them again");
}

/// Ours is killed at every moment of a session: what it believes to have read is there each time, and the next session
/// brings the rest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_moment_of_a_pull() {
    let site = Site::new().await;
    let (office, log) = office_behind_by_a_visit(&site).await;
    let before = office.image();
    let mut killed = 0;
    for wakings in 0..MOST_WAKINGS {
        office.put_back(&before);
        let ended = killed_after(site.engine(&office).run(), wakings).await;
        office.restart();
        assert_eq!(skipped(&office, &log), 0, "killed after {wakings} wakings");
        if ended {
            break;
        }
        killed += 1;
    }
    // On a busy machine an answer may be there before anybody waits for it: then there are fewer moments.
    assert!(killed > 4, "it was killed {killed} times only");
    site.sync(&office).await;
    let peer = office.on(|store| store.read().peer().unwrap().unwrap());
    assert!(log.values().all(|seq| *seq < peer.feed));
    assert_eq!(skipped(&office, &log), 0);
}
