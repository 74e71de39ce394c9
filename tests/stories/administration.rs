//! The office's administrator at the own desk: people, codes, devices, what was set aside, copies by mail, a file that
//! was carried in by hand; and what each role may not do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    export::Purpose,
    view::{
        admin::{DeviceStanding, MailView, SetAsideAnswer, SetAsideRow, StaffPerson},
        central::ConnectRequest,
        document::NewDocument,
        lists::JobView,
        retention::RetentionRule,
    },
};
use fieldseal_domain::{
    fold::Status,
    party::{Customer, Job},
    role::Role,
};
use fieldseal_tests::{
    office::Office,
    staff::{administrator, code_of, colleague, connected, device_of, newcomer, synced, until},
    tablet::{Tablet, first_run_request},
};
use std::{thread::sleep, time::Duration};
use uuid::Uuid;

/// Red if an administrator could not bring somebody in from the own desk, a code worked twice, a revoked tablet's
/// signature counted before the office said so or was lost, or an answer did not reach the register.
#[test]
fn somebody_comes_in_and_a_lost_tablet_goes_out() {
    let office = Office::open();
    let admin = administrator(&office);
    let alone = admin.app.staff().unwrap();
    assert_eq!((alone.people.len(), alone.devices.len()), (1, 1));
    assert!(alone.devices[0].this_one);

    let ingrid = admin.app.save_staff(&newcomer("Ingrid Provström ", Role::Technician)).unwrap();
    assert_eq!(ingrid.name, "Ingrid Provström");
    let code = admin.app.make_code(ingrid.id).unwrap();
    let qr = code.qr.unwrap();
    assert!(
        code.link.contains(&code.code)
            && qr.side > 21
            && qr.path.starts_with('M')
            && !code.expires.is_empty()
    );

    let tablet = connected(&code.link);
    synced(&tablet);
    let second = Tablet::set_up();
    let again = ConnectRequest { address: code.link, code: String::new(), another: false };
    assert_eq!(code_of(second.app.connect(&again)), "central_wrong_code");

    let name = tablet.status().device_code;
    let row = device_of(&admin, &name);
    assert_eq!((row.person, row.person_name.as_str()), (ingrid.id, "Ingrid Provström"));
    assert_eq!((row.standing, row.said_signed, row.here_signed), (DeviceStanding::Even, 0, 0));

    // Lost with a signature on it that nobody has seen.
    tablet.app.stop_sync();
    let doc = tablet.signed_sheet();
    assert_eq!(code_of(admin.app.revoke_device(&row.id, " ")), "missing");
    admin.app.revoke_device(&row.id, "left in a taxi").unwrap();
    let row = device_of(&admin, &name);
    assert!(row.standing == DeviceStanding::Revoked && !row.revoked.is_empty());

    tablet.app.start_sync().unwrap();
    let waiting = until("the lost tablet's entries", || {
        let rows = admin.app.set_aside(false).unwrap().rows;
        rows.iter().any(|row| row.kind == "closed").then_some(rows)
    });
    tablet.app.stop_sync();
    assert!(waiting.iter().all(|row| row.reason == "revoked" && row.person == "Ingrid Provström"));
    assert!(waiting.iter().all(|row| row.device.contains(&name) && !row.received.is_empty()));
    let signed = waiting.iter().find(|row| row.kind == "signed").unwrap();
    assert!(signed.document == Some(doc) && signed.title.contains(&name), "{signed:?}");

    let entries: Vec<String> = waiting.iter().map(|row| row.entry.clone()).collect();
    assert_eq!(code_of(admin.app.answer_set_aside(&entries, true, "")), "missing");
    admin.app.answer_set_aside(&entries, true, "asked her, it was she").unwrap();
    synced(&admin);
    until("an answered list", || admin.app.set_aside(false).unwrap().rows.is_empty().then_some(()));
    let all = admin.app.set_aside(true).unwrap().rows;
    assert!(all.len() == entries.len() && all.iter().all(|row| row.answer == SetAsideAnswer::Accepted));
    until("the document in the register", || {
        admin.app.detail(doc).ok().filter(|view| view.row.status == Status::Signed)
    });
    admin.app.stop_sync();
}

/// Red if the server's copies of people could lose its last administrator, one could lock out the own desk, or a server
/// that is away looked like something else.
#[test]
fn what_an_administrator_cannot_do_is_said_in_its_own_words() {
    let office = Office::open();
    let admin = administrator(&office);
    let view = admin.app.staff().unwrap();
    let own = &view.people[0];
    assert_eq!(
        code_of(admin.app.save_staff(&StaffPerson { role: Role::Office, ..own.clone() })),
        "office_last_admin"
    );
    assert_eq!(code_of(admin.app.save_staff(&newcomer(" ", Role::Office))), "missing");
    assert_eq!(code_of(admin.app.make_code(Uuid::now_v7())), "office_not_found");
    assert_eq!(code_of(admin.app.approve_journal("abc123")), "office_not_found");
    assert_eq!(code_of(admin.app.approve_journal("../people")), "office_not_found");
    assert_eq!(code_of(admin.app.revoke_device(&view.devices[0].id, "mine")), "not_allowed");
    let gone =
        StaffPerson { active: false, ..admin.app.save_staff(&newcomer("Gone", Role::Office)).unwrap() };
    let gone = admin.app.save_staff(&gone).unwrap();
    assert!(!gone.active);
    assert_eq!(code_of(admin.app.make_code(gone.id)), "office_not_found", "who left gets no device");
    assert_eq!(code_of(admin.app.reset_staff_pin(gone.id)), "office_not_found");
    admin.app.reset_staff_pin(own.id).unwrap();
    drop(office);
    assert_eq!(code_of(admin.app.staff()), "office_unreachable");
    assert_eq!(code_of(admin.app.set_aside(false)), "office_unreachable");
    admin.app.stop_sync();

    let alone = Tablet::set_up();
    assert_eq!(code_of(alone.app.staff()), "not_for_role", "without an office nobody has a role");
}

/// Red if a role could do more here than at the server, or a role that the server took away meanwhile still counted.
#[test]
fn each_role_does_its_own() {
    let office = Office::open();
    let admin = administrator(&office);
    let technician = colleague(&admin, "Tekla", Role::Technician);
    let auditor = colleague(&admin, "Arkiv", Role::Auditor);
    let manager = colleague(&admin, "Chefa", Role::Manager);
    let nobody = Uuid::now_v7();
    let no = "not_for_role";

    let app = &technician.app;
    assert_eq!([code_of(app.staff()), code_of(app.set_aside(false)), code_of(app.copies(None))], [no; 3]);
    let app = &auditor.app;
    assert_eq!(app.staff().unwrap().people.len(), 4);
    assert!(app.set_aside(true).unwrap().rows.is_empty() && app.copies(None).unwrap().is_empty());
    assert_eq!(code_of(app.answer_set_aside(&[], true, "x")), no);
    assert_eq!([code_of(app.mail_settings()), code_of(app.test_mail("a@example.com"))], [no; 2]);
    let app = &manager.app;
    assert!(app.mail_settings().is_ok());
    assert_eq!(
        [code_of(app.save_staff(&newcomer("x", Role::Admin))), code_of(app.make_code(nobody))],
        [no; 2]
    );
    assert_eq!(code_of(app.save_mail_settings(&app.mail_settings().unwrap())), no);

    // The server says no to what this desk still believes.
    manager.app.stop_sync();
    let staff = admin.app.staff().unwrap();
    let row = staff.people.iter().find(|person| person.name == "Chefa").unwrap();
    admin.app.save_staff(&StaffPerson { role: Role::Office, ..row.clone() }).unwrap();
    assert_eq!(code_of(manager.app.mail_settings()), "office_not_allowed");
    for desk in [admin, technician, auditor] {
        desk.app.stop_sync();
    }
}

/// Red if settings were taken that cannot work, a password came back, or the mail server's words were lost.
#[test]
fn copies_by_mail_are_set_up_from_the_desk() {
    let office = Office::open();
    let admin = administrator(&office);
    let fresh = admin.app.mail_settings().unwrap();
    assert!(!fresh.enabled && fresh.words.is_empty() && fresh.shipped.len() == 7);
    let wrong = MailView { enabled: true, host: "127.0.0.1".into(), port: 1, ..fresh };
    assert_eq!(code_of(admin.app.save_mail_settings(&wrong)), "office_mail_from");
    let mail = MailView {
        from: " Firm <service@example.com> ".into(),
        password: "secret".into(),
        kinds: vec!["service_sheet".into()],
        ..wrong
    };
    let kept = admin.app.save_mail_settings(&mail).unwrap();
    assert!(kept.has_password && kept.password.is_empty());
    assert_eq!((kept.from.as_str(), kept.kinds.len()), ("Firm <service@example.com>", 1));
    // Nobody listens there.
    let said = admin.app.test_mail("me@example.com").unwrap();
    assert!(!said.accepted && !said.said.is_empty());
    assert!(admin.app.copies(None).unwrap().is_empty());
    admin.app.stop_sync();
}

/// Red if something went before it was shown, a hold was not respected, contents stayed with the server or a tablet, or a
/// number was forgotten.
#[test]
fn what_a_rule_erases_is_shown_before_and_gone_everywhere_after() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, "Tekla", Role::Technician);
    let (free, held) = (tablet.signed_sheet(), tablet.signed_sheet());
    synced(&tablet);
    let signed = |doc| admin.app.detail(doc).ok().filter(|view| view.row.status == Status::Signed);
    let before = until("both documents", || {
        admin.app.sync_now();
        signed(free).zip(signed(held))
    });
    admin.app.hold(held, true, "a lawsuit").unwrap();
    let rule = RetentionRule { years: 1, kinds: Vec::new() };
    assert!(admin.app.retention(&rule).unwrap().rows.is_empty(), "nothing is a year old");
    admin.clock.pass(2 * 366 * 24 * 3600);
    let view = admin.app.retention(&rule).unwrap();
    let holds = |doc| view.rows.iter().find(|row| row.document == doc).map(|row| (row.held, row.entries > 5));
    assert_eq!((holds(free), holds(held)), (Some((false, true)), Some((true, true))));
    let other_kind = RetentionRule { years: 1, kinds: vec!["intake_protocol".into()] };
    assert!(admin.app.retention(&other_kind).unwrap().rows.is_empty());
    let nothing = RetentionRule { years: 0, kinds: Vec::new() };
    assert_eq!(code_of(admin.app.retention(&nothing)), "missing");
    assert_eq!(code_of(admin.app.erase_documents(&rule, &[free], " ")), "missing");
    assert_eq!(code_of(tablet.app.erase_documents(&rule, &[free], "x")), "not_for_role");
    assert!(!office.is_erased(free));

    assert_eq!(admin.app.erase_documents(&rule, &[free, held], "the law says so").unwrap(), 1);
    synced(&admin);
    assert!(office.is_erased(free) && !office.is_erased(held));
    for desk in [&admin, &tablet] {
        let gone = until("the contents gone", || {
            desk.app.sync_now();
            desk.app.detail(free).ok().filter(|view| view.row.customer.is_empty() && !view.has_file)
        });
        assert_eq!((gone.row.number, gone.row.status), (before.0.row.number.clone(), Status::Signed));
        assert_eq!(desk.app.detail(held).unwrap().row.customer, before.1.row.customer);
    }
    let left = admin.app.retention(&rule).unwrap().rows;
    assert_eq!(left.iter().map(|row| row.document).collect::<Vec<_>>(), [held]);
    admin.app.stop_sync();
    tablet.app.stop_sync();
}

/// Red if what a tablet that was away adds to an erased document could never be erased, or an erasure were offered twice.
#[test]
fn what_comes_after_an_erasure_can_be_erased_too() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, "Tekla", Role::Technician);
    let doc = tablet.signed_sheet();
    synced(&tablet);
    until("the document", || {
        admin.app.sync_now();
        admin.app.detail(doc).ok().filter(|view| view.row.status == Status::Signed)
    });
    tablet.app.stop_sync();
    admin.clock.pass(2 * 366 * 24 * 3600);
    let rule = RetentionRule { years: 1, kinds: Vec::new() };
    let reached =
        || admin.app.retention(&rule).unwrap().rows.iter().map(|row| row.entries).collect::<Vec<_>>();
    admin.app.stop_sync();
    assert_eq!(admin.app.erase_documents(&rule, &[doc], "the law says so").unwrap(), 1);
    assert!(reached().is_empty(), "it is on its way: nobody is asked twice");
    admin.app.start_sync().unwrap();
    synced(&admin);
    assert!(office.is_erased(doc) && reached().is_empty());

    tablet.app.sealed_file(doc, Purpose::Print).unwrap();
    tablet.app.start_sync().unwrap();
    synced(&tablet);
    until("the print at the desk", || {
        admin.app.sync_now();
        (reached() == [1]).then_some(())
    });
    assert!(!office.is_erased(doc));
    assert_eq!(admin.app.erase_documents(&rule, &[doc], "the law says so").unwrap(), 1);
    synced(&admin);
    assert!(office.is_erased(doc) && reached().is_empty());
    admin.app.stop_sync();
    tablet.app.stop_sync();
}

/// Red if of more entries than one screen shows some could never be answered.
#[test]
fn any_number_of_set_aside_entries_is_worked_off() {
    const MANY: usize = 1100;
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, "Tekla", Role::Technician);
    tablet.app.stop_sync();
    let row = device_of(&admin, &tablet.status().device_code);
    admin.app.revoke_device(&row.id, "left in a taxi").unwrap();
    let start = NewDocument::Customer { customer: tablet.customer().id, equipment: None };
    let drafts: Vec<Uuid> =
        (0..MANY).map(|_| tablet.app.new_document("service_sheet", &start).unwrap().id).collect();
    let has =
        |rows: &[SetAsideRow], draft: Option<&Uuid>| rows.iter().any(|row| row.document.as_ref() == draft);
    tablet.app.start_sync().unwrap();
    let first = until("the lost tablet's entries", || {
        sleep(Duration::from_millis(500));
        let view = admin.app.set_aside(false).unwrap();
        has(&view.rows, drafts.last()).then_some(view)
    });
    tablet.app.stop_sync();
    assert!(first.more && first.rows.len() == 1000);
    let ids = |rows: &[SetAsideRow]| rows.iter().map(|row| row.entry.clone()).collect::<Vec<_>>();
    admin.app.answer_set_aside(&ids(&first.rows), true, "she was on her way").unwrap();
    synced(&admin);
    let rest = until("the rest", || {
        let view = admin.app.set_aside(false).unwrap();
        (!view.more && !view.rows.is_empty() && view.rows.len() < 1000).then_some(view.rows)
    });
    assert!(rest.len() >= MANY - 1000 && has(&rest, drafts.first()));
    admin.app.answer_set_aside(&ids(&rest), false, "twice").unwrap();
    synced(&admin);
    until("an empty list", || admin.app.set_aside(false).unwrap().rows.is_empty().then_some(()));
    assert!(admin.app.set_aside(true).unwrap().more, "answered ones can still be looked at");
    let nothing = [Uuid::now_v7().simple().to_string().repeat(2)];
    assert_eq!(code_of(admin.app.answer_set_aside(&nothing, true, "x")), "not_found");
    admin.app.stop_sync();
}

/// Red if a file carried in by hand were taken in part without a word, or its signatures did not arrive.
#[test]
fn a_file_from_a_tablet_is_taken_in() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, "Tekla", Role::Technician);
    tablet.app.stop_sync();
    let doc = tablet.signed_sheet();
    let file = tablet.folder.path().join("unsent.fieldseal");
    let saved = tablet.app.save_unsent(&file).unwrap();

    let cut = tablet.folder.path().join("cut.fieldseal");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let before = office.journals();
    assert_eq!(code_of(admin.app.bring_parcel(&cut)), "parcel_cut_off");
    std::fs::write(&cut, b"hello\n").unwrap();
    assert_eq!(code_of(admin.app.bring_parcel(&cut)), "parcel_unreadable");
    assert_eq!(office.journals(), before, "nothing of a broken file was sent");
    assert_eq!(code_of(tablet.app.bring_parcel(&file)), "not_for_role");

    let brought = admin.app.bring_parcel(&file).unwrap();
    assert_eq!((u64::from(brought.entries), u64::from(brought.files)), (saved.entries, saved.files));
    admin.app.bring_parcel(&file).unwrap();
    until("the document in the register", || {
        admin.app.detail(doc).ok().filter(|view| view.row.status == Status::Signed)
    });
    admin.app.stop_sync();
}

/// Red if the office could not give a job to somebody whose PIN is on another device, gave one to who left, or listed one
/// person twice because their tablet had a name for them too.
#[test]
fn a_job_goes_to_a_technician_on_another_tablet() {
    let office = Office::open();
    let admin = administrator(&office);
    let tablet = colleague(&admin, &first_run_request().person, Role::Technician);
    let gone = admin.app.save_staff(&newcomer("Former Colleague", Role::Technician)).unwrap();
    admin.app.save_staff(&StaffPerson { active: false, ..gone.clone() }).unwrap();
    let customer = Customer { name: "Cobai SRL".into(), ..Customer::default() };
    let customer = admin.app.save_customer(&customer).unwrap();
    let job = Job {
        customer: customer.id,
        fault: "Pompa".into(),
        start: "2026-07-01T08:00".into(),
        ..Job::default()
    };
    let job = admin.app.save_job(&job).unwrap();

    let whom = tablet.status().person.unwrap().id;
    until("the people", || {
        admin.app.sync_now();
        let dashboard = admin.app.dashboard().unwrap();
        let can = |id| dashboard.assignable.iter().any(|person| person.id == id);
        let same =
            dashboard.technicians.iter().filter(|same| same.name == first_run_request().person).count();
        (can(whom) && !can(gone.id) && same == 1).then_some(())
    });
    admin.app.assign_job(job.id, Some(whom)).unwrap();
    synced(&admin);
    until("the job on the tablet", || {
        tablet.app.sync_now();
        let jobs = tablet.app.jobs(JobView::All).unwrap().jobs;
        jobs.iter().any(|row| row.job.id == job.id && row.job.technician == Some(whom)).then_some(())
    });
    admin.app.stop_sync();
    tablet.app.stop_sync();
}
