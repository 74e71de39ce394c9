//! The office's day on the demo firm: find, count, save a view, verify, export, import, assign, decide; and what each
//! role may not do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    App, AppError,
    demo::DEMO_PIN,
    office::ExportSink,
    view::{
        lists::JobView,
        register::{ExportForm, Exported, NamedView, RegisterExport, RegisterQuery, VerificationState},
        start::{KeyStoreKind, PinAnswer},
    },
};
use fieldseal_domain::{fold::Status, role::Role};
use fieldseal_tests::tablet::{PASSPHRASE, SetClock, open};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read as _},
    sync::{Arc, atomic::AtomicBool},
};
use uuid::Uuid;

const MANAGER: &str = "Ana-Maria Registrescu";
const AUDITOR: &str = "Öystein Arkivsson";

fn enter(app: &App, name: &str) -> Uuid {
    let person = app.status().unwrap().people.iter().find(|person| person.name == name).unwrap().id;
    assert_eq!(app.sign_in(person, DEMO_PIN).unwrap(), PinAnswer::Right);
    person
}

fn everything() -> RegisterQuery {
    RegisterQuery::default()
}

fn export(app: &Arc<App>, form: ExportForm, query: RegisterQuery, chosen: Vec<Uuid>) -> (Exported, Vec<u8>) {
    let words = BTreeMap::from([("column.number".to_owned(), "Număr".to_owned())]);
    let mut file = Cursor::new(Vec::new());
    let sink = ExportSink { file: &mut file, progress: &|_| {}, stop: &AtomicBool::new(false) };
    let done = app.export_register(&RegisterExport { form, query, chosen, words }, sink).unwrap();
    (done, file.into_inner())
}

#[test]
fn story_the_office_works_in_the_register() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), &SetClock::morning());
    let replayed = app.load_demo(KeyStoreKind::PassphraseFile, PASSPHRASE, &|_| {}).unwrap();
    let documents: BTreeSet<Uuid> = replayed.documents.iter().copied().collect();

    a_technician_has_no_register(&app, *documents.first().unwrap());
    enter(&app, MANAGER);
    assert_eq!(app.status().unwrap().role, Role::Manager);
    the_register_has_every_document_once(&app, &documents);
    views_count_and_are_kept(&app);
    verifying_shows_in_the_register(&app);
    exports_are_whole(&app);
    tables_are_taken_in_once(&app);
    a_job_changes_hands(&app);
    a_document_is_voided(&app);
    an_auditor_changes_nothing(&app);
}

fn a_technician_has_no_register(app: &App, doc: Uuid) {
    enter(app, "Radu Exemplaru");
    let refused =
        |result: Result<(), AppError>| assert!(matches!(result, Err(AppError::NotForRole)), "{result:?}");
    refused(app.register(&everything(), false, None, 10).map(drop));
    refused(app.register_count(&everything()).map(drop));
    refused(app.dashboard().map(drop));
    refused(app.void_document(doc, "x", ""));
    refused(app.clear_acceptance(doc, "x"));
    refused(app.hold(doc, true, "x"));
    refused(app.assign_job(doc, None).map(drop));
    refused(app.import("a.csv", b"name\nX\n").map(drop));
    refused(app.delete_view(doc));
    app.sign_out().unwrap();
}

fn the_register_has_every_document_once(app: &App, documents: &BTreeSet<Uuid>) {
    let mut seen = BTreeSet::new();
    let mut after: Option<String> = None;
    loop {
        let page = app.register(&everything(), false, after.as_deref(), 7).unwrap();
        for row in &page.rows {
            assert!(seen.insert(row.id), "{} twice", row.number);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    // A thrown-away draft is in no register.
    assert!(
        seen.is_subset(documents) && seen.len() + 2 >= documents.len(),
        "{} of {}",
        seen.len(),
        documents.len()
    );
    let words = RegisterQuery { words: "spicul".into(), ..everything() };
    assert!(!app.register(&words, false, None, 10).unwrap().rows.is_empty());
    assert!(matches!(app.register(&everything(), false, Some("x"), 10), Err(AppError::NotFound(_))));
}

fn views_count_and_are_kept(app: &App) {
    let dashboard = app.dashboard().unwrap();
    for view in &dashboard.views {
        let mut rows = app.register(&view.query, true, None, 500).unwrap().rows;
        assert_eq!(rows.len() as u64, view.count.rows, "{}", view.id);
        rows.retain(|row| row.status == Status::Draft);
        assert!(rows.is_empty() || view.id == "all", "{}", view.id);
    }
    let customer = app.customers("").unwrap().remove(0);
    let query = RegisterQuery { customers: vec![customer.id], ..dashboard.views[1].query.clone() };
    let mine = NamedView { id: Uuid::nil(), name: " Mine ".into(), query, customer: String::new() };
    let saved = app.save_view(&mine).unwrap();
    assert_eq!(saved.customer, customer.name, "the filter says whom it shows");
    assert_eq!(app.dashboard().unwrap().saved, std::slice::from_ref(&saved));
    app.delete_view(saved.id).unwrap();
    assert!(app.dashboard().unwrap().saved.is_empty());
    assert!(app.save_view(&NamedView { name: " ".into(), ..mine }).is_err());
}

fn verifying_shows_in_the_register(app: &App) {
    let signed = RegisterQuery { statuses: vec![Status::Signed], ..everything() };
    let row = app.register(&signed, false, None, 1).unwrap().rows.remove(0);
    assert_eq!(row.verification, VerificationState::None);
    app.verify(row.id).unwrap();
    let good = RegisterQuery { verification: Some(VerificationState::Good), ..everything() };
    let found = app.register(&good, false, None, 10).unwrap().rows;
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [row.id]);
    assert_eq!(app.register_count(&good).unwrap().rows, 1);
}

fn exports_are_whole(app: &Arc<App>) {
    let count = app.register_count(&everything()).unwrap().rows;
    let (done, csv) = export(app, ExportForm::Csv, everything(), vec![]);
    let text = String::from_utf8(csv).unwrap();
    assert_eq!(done.rows, count);
    assert!(text.starts_with("\u{feff}Număr,"), "{text:.60}");
    assert_eq!(text.lines().count() as u64, count + 1);

    let (done, xlsx) = export(app, ExportForm::Xlsx, everything(), vec![]);
    assert_eq!(done.rows, count);
    let mut book = zip::ZipArchive::new(Cursor::new(xlsx)).unwrap();
    let mut sheet = String::new();
    book.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert!(!sheet.contains("<f>"), "no cell is a formula");

    let signed = RegisterQuery { statuses: vec![Status::Signed], ..everything() };
    let rows = app.register(&signed, false, None, 2).unwrap().rows;
    let (done, archive) = export(app, ExportForm::Zip, everything(), rows.iter().map(|row| row.id).collect());
    assert_eq!((done.rows, done.without_file), (2, 0));
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut file = archive.by_index(0).unwrap();
    let name = file.name().unwrap().into_owned();
    assert!(name.starts_with(&rows[0].number) && name.ends_with(".sealed.pdf"), "{name}");
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));

    let (done, paper) = export(app, ExportForm::Pdf, everything(), vec![]);
    assert_eq!(done.rows, count);
    assert!(paper.starts_with(b"%PDF-"));
    if let Some(folder) = std::env::var_os("FIELDSEAL_KEEP_PAPER") {
        std::fs::write(std::path::Path::new(&folder).join("register.pdf"), &paper).unwrap();
    }
}

fn tables_are_taken_in_once(app: &App) {
    let (text, _, _) = encoding_rs::WINDOWS_1252.encode(
        "Name;ZIP;City;Country;Email\r\nMüller & Söhne;50667;Köln;de;info@mueller.example\r\n;1;x;de;\r\nB;2;y;deutsch;\r\n",
    );
    let done = app.import("customers.csv", &text).unwrap();
    assert_eq!((done.report.added, done.report.refused), (1, 2), "{:?}", done.report);
    let reasons: Vec<(u64, &str, &str)> = done
        .report
        .refusals
        .iter()
        .map(|refusal| (refusal.row, refusal.column.as_str(), refusal.reason.as_str()))
        .collect();
    assert_eq!(reasons, [(3, "name", "missing"), (4, "country", "bad_code")]);
    let refused = String::from_utf8(done.refused_csv.unwrap()).unwrap();
    assert!(refused.contains("3,name,missing,,1,x,de"), "{refused}");
    assert!(app.import("again.csv", &text).unwrap().report.known);

    let jobs = "code,customer,start,technician,fault\nK-1,muller & sohne,2026-10-01 09:00,Radu Exemplaru,=cmd\nK-2,Nobody,2026-10-01,,x\nK-3,Müller & Söhne,31.02.2026,,x\n";
    let done = app.import("jobs.csv", jobs.as_bytes()).unwrap();
    assert_eq!((done.report.added, done.report.refused), (1, 2), "{:?}", done.report);
    let changed = app.import("jobs2.csv", jobs.replace("=cmd", "leaks").as_bytes()).unwrap();
    assert_eq!((changed.report.added, changed.report.changed), (0, 1), "{:?}", changed.report);
    let all = app.jobs(JobView::All).unwrap().jobs;
    let job = all.iter().find(|row| row.job.code == "K-1").unwrap();
    assert_eq!((job.customer.as_str(), job.technician.as_str()), ("Müller & Söhne", "Radu Exemplaru"));
    assert!(matches!(app.import("a.csv", b"\x89PNG"), Err(AppError::Unreadable)));
}

fn a_job_changes_hands(app: &App) {
    let row = app.jobs(JobView::All).unwrap().jobs.remove(0);
    let people = app.status().unwrap().people;
    let other = people.iter().find(|person| Some(person.id) != row.job.technician).unwrap();
    app.assign_job(row.job.id, Some(other.id)).unwrap();
    assert_eq!(app.job(row.job.id).unwrap().row.technician, other.name);
    app.assign_job(row.job.id, None).unwrap();
    assert_eq!(app.job(row.job.id).unwrap().row.technician, "");
    assert!(matches!(app.assign_job(row.job.id, Some(Uuid::nil())), Err(AppError::NotFound("person"))));
}

fn a_document_is_voided(app: &App) {
    let signed = RegisterQuery { statuses: vec![Status::Signed], ..everything() };
    let rows = app.register(&signed, false, None, 2).unwrap().rows;
    assert!(app.void_document(rows[0].id, " ", "").is_err(), "a reason is needed");
    assert!(matches!(
        app.void_document(rows[0].id, "twice", &rows[0].number),
        Err(AppError::NotFound("document"))
    ));
    app.void_document(rows[0].id, "written twice", &rows[1].number).unwrap();
    let detail = app.detail(rows[0].id).unwrap();
    assert!(detail.timeline.iter().any(|entry| entry.kind == "voided"), "{:?}", detail.timeline.last());
    app.hold(rows[1].id, true, "court").unwrap();
}

fn an_auditor_changes_nothing(app: &Arc<App>) {
    app.sign_out().unwrap();
    enter(app, AUDITOR);
    let rows = app.register(&everything(), false, None, 10).unwrap().rows;
    let refused =
        |result: Result<(), AppError>| assert!(matches!(result, Err(AppError::NotForRole)), "{result:?}");
    refused(app.void_document(rows[0].id, "x", ""));
    refused(app.clear_acceptance(rows[0].id, "x"));
    refused(app.import("a.csv", b"name\nX\n").map(drop));
    export(app, ExportForm::Csv, everything(), vec![]);
}
