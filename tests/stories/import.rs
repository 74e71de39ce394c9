//! A table of a hundred thousand rows from another program, in its encoding, half of it broken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::view::{central::ConnectRequest, sync::SyncPhase};
use fieldseal_domain::{party::Job, role::Role};
use fieldseal_tests::{
    office::Office,
    staff::{colleague, synced, until},
    tablet::Tablet,
};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    time::{Duration, Instant},
};

const ROWS: usize = 100_000;

/// A desktop of the office: its person is the first administrator.
fn desktop(office: &Office) -> Tablet {
    let desktop = Tablet::set_up();
    let request = ConnectRequest { address: office.invitation(), code: String::new(), another: false };
    desktop.app.connect(&request).unwrap();
    let begun = Instant::now();
    while desktop.app.sync_view().unwrap().phase != SyncPhase::Synced {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not connect");
        std::thread::sleep(Duration::from_millis(20));
    }
    // What comes now is about the table, not about the network.
    desktop.app.stop_sync();
    desktop
}

/// Every other row is right; the others are wrong in every way the import knows.
fn table() -> String {
    let mut text = String::from("Name;ZIP;City;Country;Email\r\n");
    for row in 0..ROWS {
        let name = format!("Müller & Söhne {row}");
        let (zip, mail) = (10_000 + row % 90_000, format!("info@mueller{row}.example"));
        let line = match row % 8 {
            1 => writeln!(text, ";{zip};Köln;de;{mail}\r"),
            3 => writeln!(text, "{name};{zip};Köln;Deutschland;{mail}\r"),
            5 => writeln!(text, "{name};{zip};Köln;de;mueller{row}\r"),
            7 => writeln!(text, "{name};{zip};Köln;de;{mail};und;mehr\r"),
            _ => writeln!(text, "{name};{zip};Köln;de;{mail}\r"),
        };
        line.unwrap();
    }
    text
}

/// Red if a row were lost, taken twice or refused without its number, if letters were changed, or if the time grew with
/// the square of the rows.
#[test]
fn story_a_hundred_thousand_rows_half_of_them_broken() {
    let office = Office::open();
    let desktop = desktop(&office);
    let table = table();
    let (cp1252, _, unmappable) = encoding_rs::WINDOWS_1252.encode(&table);
    assert!(!unmappable);
    let begun = Instant::now();
    let done = desktop.app.import("customers.csv", &cp1252).unwrap();
    eprintln!("{ROWS} rows in {:?}", begun.elapsed());
    let half = u32::try_from(ROWS / 2).unwrap();
    let report = &done.report;
    assert_eq!((report.added, report.changed, report.unchanged, report.refused), (half, 0, 0, half));
    let reasons: BTreeSet<&str> = report.refusals.iter().map(|refusal| refusal.reason.as_str()).collect();
    assert_eq!(reasons, BTreeSet::from(["missing", "bad_code", "bad_email", "broken_row"]));
    // All of them, not only those on the screen, with row and reason in front: to be corrected and imported again.
    let refused = String::from_utf8(done.refused_csv.unwrap()).unwrap();
    assert_eq!(refused.lines().count(), 1 + ROWS / 2);
    assert!(refused.lines().last().unwrap().starts_with(&format!("{},", ROWS + 1)), "the last row is named");
    let found = desktop.app.customers("muller sohne 99998").unwrap();
    assert!(found.iter().any(|customer| customer.name == "Müller & Söhne 99998" && customer.city == "Köln"));

    // The same rows in another spelling of the file say nothing new.
    let begun = Instant::now();
    let marked = format!("\u{feff}{}", table.replace("\r\n", "\n"));
    let again = desktop.app.import("again.csv", marked.as_bytes()).unwrap().report;
    eprintln!("again in {:?}", begun.elapsed());
    assert!(!again.known);
    assert_eq!((again.added, again.changed, again.unchanged, again.refused), (0, 0, half, half));
}

/// Red if a table that the office imported came to every tablet, or did not reach the one that needs a row of it.
#[test]
fn story_a_technician_gets_what_belongs_to_their_jobs() {
    let office = Office::open();
    let desktop = desktop(&office);
    let rows = (0..2_000).fold(String::from("Name;ZIP;City;Country\r\n"), |mut text, row| {
        writeln!(text, "Müller & Söhne {row};{};Köln;de\r", 10_000 + row).unwrap();
        text
    });
    assert_eq!(desktop.app.import("customers.csv", rows.as_bytes()).unwrap().report.added, 2_000);
    desktop.app.start_sync().unwrap();
    synced(&desktop);
    let tablet = colleague(&desktop, "Radu Exemplaru", Role::Technician);
    let technician = tablet.status().person.map(|person| person.id);
    let mine = desktop.app.customers("muller sohne 1998").unwrap().remove(0);
    let job = Job { customer: mine.id, technician, fault: "Heizung".into(), ..Job::default() };
    let job = desktop.app.save_job(&job).unwrap().id;
    until("the job", || {
        tablet.app.sync_now();
        tablet.app.job(job).ok()
    });
    let here = tablet.app.customers("muller sohne").unwrap();
    assert_eq!(here.iter().map(|customer| &customer.name).collect::<Vec<_>>(), [&mine.name]);
    desktop.app.stop_sync();
    tablet.app.stop_sync();
}
