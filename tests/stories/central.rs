//! A tablet that worked alone meets the office: everything it signed arrives, once, and it goes on as one of the
//! office's devices.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    AppError,
    view::{
        central::ConnectRequest,
        detail::{DetailView, VerdictGrade},
        sync::{SyncPhase, SyncView},
    },
};
use fieldseal_tests::{office::Office, tablet::Tablet};
use std::{
    thread,
    time::{Duration, Instant},
};

fn by_link(link: &str) -> ConnectRequest {
    ConnectRequest { address: link.to_owned(), code: String::new(), another: false }
}

/// Waits until nothing is left to exchange.
fn synced(tablet: &Tablet) -> SyncView {
    let begun = Instant::now();
    loop {
        let view = tablet.app.sync_view().unwrap();
        if view.phase == SyncPhase::Synced && view.queue.is_empty() {
            return view;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "still not there: {view:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn detail(tablet: &Tablet, doc: uuid::Uuid) -> DetailView {
    tablet.app.detail(doc).unwrap()
}

/// Red if connecting lost or doubled a journal, forgot the PIN, kept the old number series or could not seal under the
/// organisation's root.
#[test]
fn what_was_signed_alone_arrives_and_the_next_visit_is_the_offices() {
    let tablet = Tablet::set_up();
    let alone = tablet.signed_sheet();
    let before = tablet.app.sync_view().unwrap();
    assert_eq!((before.phase, before.only_here), (SyncPhase::Alone, 2));

    let office = Office::open();
    let view = tablet.app.connect(&by_link(&office.invitation())).unwrap();
    assert!(view.connected);
    assert_eq!(synced(&tablet).only_here, 0);
    let first = detail(&tablet, alone);
    assert!(!first.row.number.contains(&view.device_code), "an old number stays as it is");

    let tablet = tablet.restarted();
    let person = tablet.status().people;
    assert_eq!(person.len(), 1, "one person, one name at the sign-in: {person:?}");
    assert!(matches!(
        tablet.app.sign_in(person[0].id, fieldseal_tests::tablet::PIN),
        Ok(fieldseal_app::view::start::PinAnswer::Right)
    ));
    tablet.app.start_sync().unwrap();
    let second = tablet.signed_sheet();
    let view = synced(&tablet);
    assert_eq!(view.only_here, 0);
    let second = detail(&tablet, second);
    assert!(second.row.number.contains(&tablet.status().device_code), "{}", second.row.number);
    assert_eq!(
        tablet.app.verify(second.row.id).unwrap().grade,
        VerdictGrade::Good,
        "the organisation's root"
    );
    assert_eq!(tablet.app.verify(alone).unwrap().grade, VerdictGrade::Good, "the old root is still trusted");

    let journals = office.journals();
    assert_eq!(journals.len(), 3, "the server's, the old and the new one: {journals:?}");
    assert!(journals.values().all(|n| *n > 1), "each with all it wrote: {journals:?}");
    tablet.app.stop_sync();
}

/// Red if a wrong code changed anything on the tablet, or a code could be used twice.
#[test]
fn a_wrong_or_used_code_changes_nothing() {
    let office = Office::open();
    let link = office.invitation();
    let (one, two) = (Tablet::set_up(), Tablet::set_up());
    let code = two.status().device_code;
    let wrong = ConnectRequest { address: link.clone(), code: String::new(), another: false };
    let wrong = ConnectRequest { address: wrong.address.replace("code=", "code=X"), ..wrong };
    let refused = |error: AppError| error.code().to_owned();
    assert_eq!(refused(two.app.connect(&wrong).unwrap_err()), "central_wrong_code");
    one.app.connect(&by_link(&link)).unwrap();
    assert_eq!(refused(two.app.connect(&by_link(&link)).unwrap_err()), "central_wrong_code");
    assert_eq!(two.status().device_code, code);
    let _doc = two.signed_sheet();
    assert_eq!(two.app.sync_view().unwrap().phase, SyncPhase::Alone);
    one.app.stop_sync();
}

/// Red if work done while the office is away were shown as an error, or did not arrive once it is back.
#[test]
fn the_office_may_be_away_for_a_while() {
    let office = Office::open();
    let tablet = Tablet::set_up();
    tablet.app.connect(&by_link(&office.invitation())).unwrap();
    synced(&tablet);
    let office = office.restarted();
    let _doc = tablet.signed_sheet();
    tablet.app.sync_now();
    assert_eq!(synced(&tablet).only_here, 0);
    tablet.app.stop_sync();
    drop(office);
}
