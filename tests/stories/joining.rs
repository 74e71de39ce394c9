//! Tablets that come into an office and come back into it: what they bring along, what is believed of it, and what is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    export::Purpose,
    view::{central::ConnectRequest, detail::VerdictGrade, lists::SyncStatus, start::PinAnswer},
};
use fieldseal_domain::{
    Language,
    fold::Status,
    party::{Firm, Job},
    role::Role,
};
use fieldseal_tests::{
    office::Office,
    staff::{administrator, brought, code_of, colleague, device_of, newcomer, synced, until},
    tablet::{self, Tablet},
};
use fieldseal_verify::Arguments;
use uuid::Uuid;

/// The verifier for strangers takes file, roots and receipt as they leave the program.
fn assert_believed(desk: &Tablet, doc: Uuid) {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let file = put("sheet.sealed.pdf", &desk.app.sealed_file(doc, Purpose::Save).unwrap().bytes);
    let root = put("root.pem", desk.app.root_certificate(Some(doc)).unwrap().pem.as_bytes());
    let own = put("own.pem", desk.app.root_certificate(None).unwrap().pem.as_bytes());
    let receipt = desk.app.receipt(doc).unwrap();
    assert!(receipt.name.ends_with(".receipt.json"), "{}", receipt.name);
    let receipt = put(&receipt.name, &receipt.bytes);
    let asked = Arguments { file, root: vec![root, own], receipt: Some(receipt), json: false, at: None };
    let answer = fieldseal_verify::answer(&asked, jiff::Timestamp::now()).unwrap();
    assert!(answer.is_good && answer.text.contains("registered"), "{}", answer.text);
}

/// Red if a PIN that the office reset stayed as it was, on a tablet that stood alone before, or if anybody's PIN but the
/// one that was reset could be chosen anew.
#[test]
fn a_forgotten_pin_is_reset_from_the_office() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, "Radu Exemplaru", Role::Technician);
    let radu = tablet.status().person.unwrap().id;
    let other = tablet.app.add_person("Joost Voorbeeldsma", Language::Nl, "1470").unwrap().id;
    tablet.app.sign_out().unwrap();
    assert_ne!(tablet.app.sign_in(radu, "8642").unwrap(), PinAnswer::Right, "not reset yet");

    admin.app.reset_staff_pin(radu).unwrap();
    until("the new PIN", || {
        tablet.app.sync_now();
        (tablet.app.sign_in(radu, "8642").unwrap() == PinAnswer::Right).then_some(())
    });
    tablet.app.sign_out().unwrap();
    assert_ne!(tablet.app.sign_in(radu, tablet::PIN).unwrap(), PinAnswer::Right, "the old one is gone");
    assert_ne!(tablet.app.sign_in(other, "8642").unwrap(), PinAnswer::Right);
    assert_eq!(tablet.app.sign_in(radu, "8642").unwrap(), PinAnswer::Right, "and it stays");

    // A reset that nobody used is over after a day: whoever finds the tablet chooses nothing.
    admin.app.reset_staff_pin(radu).unwrap();
    for _ in 0..2 {
        // What the second session sends shows that the first one is done with what it heard.
        let _ = tablet.customer();
        synced(&tablet);
    }
    tablet.clock.pass(25 * 3600);
    tablet.app.sign_out().unwrap();
    assert_ne!(tablet.app.sign_in(radu, "9753").unwrap(), PinAnswer::Right);
    admin.app.stop_sync();
    tablet.app.stop_sync();
}

/// Red if a tablet that was blocked and found again could not come back, came back under its old name, counted what it
/// wrote while it was blocked, or could go over to another organisation.
#[test]
fn a_blocked_tablet_comes_back_with_a_new_code() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, "Radu Exemplaru", Role::Technician);
    let person = tablet.status().person.unwrap().id;
    let old = tablet.status().device_code;
    let code = |admin: &Tablet| admin.app.make_code(person).unwrap().link;
    let by = |link: String| ConnectRequest { address: link, code: String::new(), another: false };
    let there = by(code(&admin)).address;
    tablet.app.connect(&by(there)).unwrap();
    assert_eq!(tablet.status().device_code, old, "it belongs here already");

    tablet.app.stop_sync();
    admin.app.revoke_device(&device_of(&admin, &old).id, "left in a van").unwrap();
    let late = tablet.signed_sheet();
    tablet.app.start_sync().unwrap();
    until("the tablet knows", || {
        tablet.app.sync_now();
        tablet.app.central().unwrap().blocked.then_some(())
    });
    let kept = |doc| tablet.app.detail(doc).unwrap().row;
    until("the tablet knows what does not count", || (kept(late).sync == SyncStatus::Held).then_some(()));
    assert_eq!(kept(late).status, Status::Signed, "what a customer signed here does not vanish from here");
    assert_eq!(tablet.app.verify(late).unwrap().grade, VerdictGrade::Good);
    let other = Office::open();
    assert_eq!(code_of(tablet.app.connect(&by(other.invitation()))), "other_office", "another organisation");
    assert_eq!(tablet.status().device_code, old);

    let view = tablet.app.connect(&by(code(&admin))).unwrap();
    assert!(!view.blocked && view.device_code != old);
    let new = tablet.signed_sheet();
    synced(&tablet);
    assert!(tablet.app.detail(new).unwrap().row.number.contains(&view.device_code));
    brought(&admin, new);
    assert_eq!(admin.app.detail(new).unwrap().row.status, Status::Signed);
    let waiting = admin.app.set_aside(false).unwrap().rows;
    assert!(waiting.iter().any(|group| group.document == Some(late)), "{waiting:?}");
    assert!(waiting.iter().all(|group| group.document != Some(new)), "{waiting:?}");
    assert_eq!((kept(late).sync, kept(new).sync), (SyncStatus::Held, SyncStatus::Synced));
    let entries: Vec<String> = waiting.iter().map(|row| row.entry.clone()).collect();
    admin.app.answer_set_aside(&entries, true, "It lay in Radu's own van").unwrap();
    until("the answer at the tablet", || {
        tablet.app.sync_now();
        (kept(late).sync == SyncStatus::Synced).then_some(())
    });
    brought(&admin, late);
    assert_eq!(admin.app.detail(late).unwrap().row.status, Status::Signed);
    admin.app.stop_sync();
    tablet.app.stop_sync();
}

/// Red if a tablet that was enrolled after the backup could not come back after the restore, or if anything that it had
/// signed for the lost server did not count.
#[test]
fn a_tablet_enrolled_since_the_backup_comes_back_after_the_restore() {
    let office = Office::open();
    let admin = administrator(&office);
    let backup = office.backup();
    let tablet = colleague(&admin, "Radu Exemplaru", Role::Technician);
    let doc = tablet.signed_sheet();
    synced(&tablet);

    let _office = office.restored(&backup);
    let person = admin.app.save_staff(&newcomer("Radu Exemplaru", Role::Technician)).unwrap();
    until("the tablet knows that nobody knows it", || {
        tablet.app.sync_now();
        tablet.app.central().unwrap().blocked.then_some(())
    });
    let link = admin.app.make_code(person.id).unwrap().link;
    tablet.app.connect(&ConnectRequest { address: link, code: String::new(), another: false }).unwrap();
    synced(&tablet);
    until("the document at the office", || {
        admin.app.sync_now();
        admin.app.bring(doc).ok()?.then_some(())
    });
    assert_eq!(admin.app.detail(doc).unwrap().row.status, Status::Signed);
    assert_eq!(admin.app.verify(doc).unwrap().grade, VerdictGrade::Good);
    // The key of the journal from before the first enrolment is gone: the office vouches for it.
    let waiting = admin.app.set_aside(false).unwrap().rows;
    let journals: Vec<&String> = waiting.iter().filter_map(|row| row.journal.as_ref()).collect();
    assert!(!journals.is_empty() && journals.len() == waiting.len(), "{waiting:?}");
    admin.app.approve_journal(journals[0]).unwrap();
    let entries: Vec<String> = waiting.iter().map(|row| row.entry.clone()).collect();
    admin.app.answer_set_aside(&entries, true, "It is Radu's old tablet").unwrap();
    until("the answer", || admin.app.set_aside(false).unwrap().rows.is_empty().then_some(()));
    assert_eq!(tablet.status().people.len(), 1, "one person, one name at the sign-in");
    admin.app.stop_sync();
    tablet.app.stop_sync();
}

/// Red if a tablet that joins with a letterhead of its own changed the one of everybody.
#[test]
fn a_tablet_that_joins_takes_the_firm_over_from_the_office() {
    let office = Office::open();
    let admin = administrator(&office);
    let firm = Firm { name: "The office's firm".into(), color: "#102030".into(), ..Firm::default() };
    admin.app.save_firm(&firm).unwrap();
    synced(&admin);

    let person = admin.app.save_staff(&newcomer("Radu Exemplaru", Role::Technician)).unwrap();
    let link = admin.app.make_code(person.id).unwrap().link;
    let tablet = Tablet::set_up();
    tablet.app.save_firm(&Firm { name: "A firm of my own".into(), ..Firm::default() }).unwrap();
    tablet.app.connect(&ConnectRequest { address: link, code: String::new(), another: false }).unwrap();
    synced(&tablet);
    for desk in [&tablet, &admin] {
        until("the office's firm", || {
            desk.app.sync_now();
            (desk.status().firm.unwrap().name == firm.name).then_some(())
        });
    }
    assert_eq!(code_of(tablet.app.save_firm(&Firm { name: "Mine again".into(), ..firm })), "not_for_role");
    admin.app.stop_sync();
    tablet.app.stop_sync();
}

/// Red if a sheet that was sealed before the tablet belonged to the office were called unknown at the office's desk, or
/// a stranger were given the wrong root for it.
#[test]
fn what_was_sealed_alone_is_good_at_every_desk() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = Tablet::set_up();
    let doc = tablet.signed_sheet();
    let alone = tablet.app.root_certificate(None).unwrap();
    let planned = Job { customer: tablet.customer().id, fault: "Boiler".into(), ..Job::default() };
    let planned = tablet.app.save_job(&planned).unwrap();
    let person = admin.app.save_staff(&newcomer("Radu Exemplaru", Role::Technician)).unwrap();
    let request = ConnectRequest {
        address: admin.app.make_code(person.id).unwrap().link,
        code: String::new(),
        another: false,
    };
    tablet.app.connect(&request).unwrap();
    synced(&tablet);
    let new = tablet.signed_sheet();
    synced(&tablet);

    brought(&admin, doc);
    let verdict = admin.app.verify(doc).unwrap();
    assert_eq!(verdict.grade, VerdictGrade::Good, "{verdict:?}");
    let root = admin.app.root_certificate(Some(doc)).unwrap();
    assert_eq!((&root.fingerprint, &root.pem), (&alone.fingerprint, &alone.pem));
    assert_ne!(root.name, "root.pem", "two roots are not saved over each other");

    brought(&admin, new);
    assert_eq!(admin.app.verify(new).unwrap().grade, VerdictGrade::Good);
    assert_eq!(admin.app.verify(new).unwrap().registered, None, "nothing here proves it yet");
    for id in [doc, new] {
        admin.app.bring_receipt(id).unwrap();
        assert!(admin.app.verify(id).unwrap().registered.is_some());
        assert!(tablet.app.verify(id).unwrap().registered.is_some(), "the tablet has it from its session");
        assert_believed(&admin, id);
    }
    assert_eq!(admin.app.root_certificate(Some(new)).unwrap(), admin.app.root_certificate(None).unwrap());
    until("the job, as the office's person's", || {
        admin.app.sync_now();
        (admin.app.job(planned.id).ok()?.row.job.technician == Some(person.id)).then_some(())
    });
    admin.app.stop_sync();
    tablet.app.stop_sync();
}

/// Red if a tablet were stuck when its office's server moves, went over to another office by mistake, or lost anything when
/// somebody chose that it should.
#[test]
fn a_tablet_follows_its_office_and_goes_over_to_another_by_choice_only() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, "Radu Exemplaru", Role::Technician);
    let first = tablet.signed_sheet();
    synced(&tablet);
    let code = tablet.status().device_code;
    admin.app.stop_sync();
    let office = office.moved();
    let second = tablet.signed_sheet();
    let to = |address: String, another| ConnectRequest { address, code: String::new(), another };
    tablet.app.connect(&to(office.address(), false)).unwrap();
    synced(&tablet);
    assert_eq!(tablet.status().device_code, code, "the same device of the same office");
    assert!(tablet.app.central().unwrap().alarms.is_empty());

    let other = Office::open();
    assert_eq!(code_of(tablet.app.connect(&to(other.address(), false))), "other_office");
    assert_eq!(
        code_of(tablet.app.connect(&to(other.address(), true))),
        "missing",
        "it takes a code of theirs"
    );
    synced(&tablet);
    let chief = administrator(&other);
    let person = chief.app.save_staff(&newcomer("Radu Exemplaru", Role::Technician)).unwrap();
    let link = chief.app.make_code(person.id).unwrap().link;
    tablet.app.connect(&to(link, true)).unwrap();
    synced(&tablet);
    for doc in [first, second] {
        brought(&chief, doc);
        assert_eq!(chief.app.detail(doc).unwrap().row.status, Status::Signed);
        assert_eq!(chief.app.verify(doc).unwrap().grade, VerdictGrade::Good);
        assert_eq!(tablet.app.detail(doc).unwrap().row.sync, SyncStatus::Synced);
    }
    assert!(tablet.app.central().unwrap().alarms.is_empty());
    chief.app.stop_sync();
    tablet.app.stop_sync();
}
