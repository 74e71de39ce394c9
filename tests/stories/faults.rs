//! Bad input and faults: a clear answer each, and nothing lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    AppError, Lack,
    export::Purpose,
    photos::PhotoError,
    view::{
        detail::VerdictGrade,
        document::{DocumentView, DraftSave, FreezeAnswer, NewDocument},
        hand_over::{HandOverRequest, SignAnswer, SignRequest},
        start::{KeyStoreKind, Phase, PinAnswer},
    },
};
use fieldseal_domain::{
    Language,
    acceptance::{Method, Signer},
    check::ProblemCode,
    content::{Answer, ChecklistRow, Line, LineType, TimeType, WorkTime},
    money::{Minor, Quantity, VatRate},
    party::{Customer, Job},
};
use fieldseal_tests::{
    tablet::{PASSPHRASE, PIN, Tablet, first_run_request, open},
    workshop::blank_customer,
};
use std::{fs, sync::mpsc, thread};

#[test]
fn story_a_draft_survives_a_kill_and_a_stale_save_is_refused() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let tablet = tablet.restarted();
    assert_eq!(tablet.status().phase, Phase::SignIn);
    assert_eq!(tablet.app.sign_in(tablet.person(), PIN).unwrap(), PinAnswer::Right);
    let found = tablet.app.document(sheet.id).unwrap();
    assert_eq!(found.content, sheet.content);
    let stale = DraftSave {
        document: sheet.id,
        version: found.version - 1,
        content: found.content.clone(),
        secrets: found.secrets.clone(),
    };
    assert!(matches!(tablet.app.draft_save(&stale), Err(AppError::StaleDraft)));
    assert_eq!(tablet.app.document(sheet.id).unwrap().content, found.content);
}

/// Red if a required field, a wrong choice, a date or an amount slipped through the freeze.
#[test]
fn story_what_is_missing_is_named_with_its_place() {
    let tablet = Tablet::set_up();
    let customer = tablet.customer();
    let sheet = tablet
        .app
        .new_document("service_sheet", &NewDocument::Customer { customer: customer.id, equipment: None })
        .unwrap();
    let places: Vec<&str> = sheet.problems.iter().map(|problem| problem.place.as_str()).collect();
    for place in ["fields.fault", "fields.work_done", "fields.completion", "times"] {
        assert!(places.contains(&place), "{place} in {places:?}");
    }
    assert!(matches!(tablet.app.freeze(sheet.id).unwrap(), FreezeAnswer::Problems { .. }));
    let sheet = tablet.save(&sheet, |content| {
        content.fields.insert("completion".into(), "half".into());
        content.checklist.push(ChecklistRow { text: "Etanșeitate".into(), ..ChecklistRow::default() });
    });
    let code = |place: &str| {
        sheet.problems.iter().find(|problem| problem.place == place).map(|problem| problem.code)
    };
    assert_eq!(code("fields.completion"), Some(ProblemCode::NotAnOption));
    assert_eq!(code("checklist.0"), Some(ProblemCode::Missing));
}

fn a_line() -> Line {
    Line {
        line_type: LineType::Package,
        description: "Revizie".into(),
        quantity: Quantity(1000),
        unit: "pcs".into(),
        unit_price: Some(Minor(45_000)),
        vat_bp: VatRate(2100),
        ..Line::default()
    }
}

/// Red if no VAT were charged without a reason on the page.
#[test]
fn story_no_vat_needs_its_note() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let with = |price: i64, note: &str| {
        let view = tablet.app.document(sheet.id).unwrap();
        tablet.save(&view, |content| {
            let (unit_price, vat_note) = (Some(Minor(price)), note.into());
            content.lines = vec![Line { unit_price, vat_note, vat_bp: VatRate(0), ..a_line() }];
        })
    };
    let place = |view: &DocumentView| {
        let found = view.problems.iter().find(|p| p.code == ProblemCode::VatNoteMissing);
        found.map(|problem| problem.place.clone())
    };
    assert_eq!(place(&with(45_000, "")).as_deref(), Some("lines.0.vat_note"));
    assert!(matches!(tablet.app.freeze(sheet.id).unwrap(), FreezeAnswer::Problems { .. }));
    assert_eq!(place(&with(0, "")), None, "nothing is charged");
    assert_eq!(place(&with(45_000, "taxare inversă")), None);
    let _ = tablet.freeze(sheet.id);
}

/// Red if a stretch of no time at all, or a break, passed for work.
#[test]
fn story_no_minutes_are_no_work() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let with = |time_type, end: &str| {
        let view = tablet.app.document(sheet.id).unwrap();
        tablet.save(&view, |content| {
            content.lines.clear();
            content.times = vec![WorkTime {
                time_type,
                start: "2026-09-01T08:00".into(),
                end: end.into(),
                zone: "Europe/Bucharest".into(),
            }];
        })
    };
    let blocked = |view: &DocumentView| view.problems.iter().any(|p| p.code == ProblemCode::TimesOrPackage);
    assert!(blocked(&with(TimeType::Work, "2026-09-01T08:00")), "nought minutes");
    assert!(blocked(&with(TimeType::Pause, "2026-09-01T09:00")), "a break");
    let view = tablet.app.document(sheet.id).unwrap();
    let driven = tablet.save(&view, |content| {
        let line = Line { line_type: LineType::Travel, description: "Deplasare".into(), ..a_line() };
        content.lines = vec![line];
    });
    assert!(blocked(&driven), "the way there");
    assert!(matches!(tablet.app.freeze(sheet.id).unwrap(), FreezeAnswer::Problems { .. }));
    assert!(!blocked(&with(TimeType::Work, "2026-09-01T08:01")));
    let _ = tablet.freeze(sheet.id);
}

/// Red if the program told of a second window whenever it was started again a little too soon.
#[test]
fn story_a_run_that_is_just_ending_is_waited_for() {
    let tablet = Tablet::set_up();
    let second = open(tablet.folder.path(), &tablet.clock);
    let Tablet { app, folder: _folder, .. } = tablet;
    let (waiting, begun) = mpsc::channel();
    let opening = thread::spawn(move || {
        waiting.send(()).unwrap();
        second.unlock(PASSPHRASE).unwrap().phase
    });
    begun.recv().unwrap();
    drop(app);
    assert_eq!(opening.join().unwrap(), Phase::SignIn);
}

const HOSTILE: [&str; 6] = [
    "#import \"@preview/x:1.0.0\": *\n#while true {}",
    "$ sum_(i=0)^n $ *bold* _it_ `raw` <label> @ref // c",
    "\\u{202E}evil\u{202E}gpj.exe\u{2066}x\u{2069}",
    "a\u{0000}\u{0007}\u{001B}[31mred",
    "]}#panic(\"x\")#{[",
    "'\"><script>alert(1)</script>&amp;",
];

/// Red if typed text were ever run as markup, or if a direction override reached the page.
#[test]
fn story_hostile_text_is_printed_as_text() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let all = HOSTILE.join("\n");
    let sheet = tablet.save(&sheet, |content| {
        for key in ["fault", "findings", "work_done", "recommendations", "safety"] {
            content.fields.insert(key.into(), all.clone());
        }
        content.site.clone_from(&all);
        content.remark.clone_from(&all);
        content.customer.contact.clone_from(&all);
        content.lines[0].description.clone_from(&all);
        content.lines[0].vat_note = HOSTILE[0].into();
        content.signers[0].name = HOSTILE[1].into();
    });
    assert!(
        !sheet.content.field("fault").contains('\u{202E}')
            && !sheet.content.field("fault").contains('\u{0007}')
    );
    let _ = tablet.freeze(sheet.id);
    let view = tablet.hand_over(sheet.id, "customer", Language::De);
    assert!(view.pages >= 1);
    tablet.sign(HOSTILE[4]);
    tablet.take_back();
    tablet.close(sheet.id);
    assert_eq!(tablet.app.verify(sheet.id).unwrap().grade, VerdictGrade::Good);
}

#[test]
fn story_a_hundred_kilobytes_of_text_are_cut_and_still_make_a_page() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let sheet = tablet.save(&sheet, |content| {
        content.fields.insert("work_done".into(), "Проверено. ".repeat(10_000));
        content.fields.insert("findings".into(), "x".repeat(100_000));
    });
    assert_eq!(sheet.content.field("work_done").chars().count(), 20_000);
    let _ = tablet.freeze(sheet.id);
    assert!(tablet.app.detail(sheet.id).unwrap().pages > 3);
}

#[test]
fn story_names_of_all_countries_are_composed_found_and_printed() {
    let tablet = Tablet::set_up();
    for name in [
        "Be\u{301}ne\u{301}dicte Sørensen-Żądło",
        "Ottilie Freifrau von und zu Beispielhausen-Übungsdorf",
        "Щёголев Артём Юрьевич",
    ] {
        let customer = Customer { name: name.into(), contact: String::new(), ..blank_customer() };
        let customer = tablet.app.save_customer(&customer).unwrap();
        let start = NewDocument::Customer { customer: customer.id, equipment: None };
        let sheet = tablet.app.new_document("service_sheet", &start).unwrap();
        let sheet = tablet.save(&sheet, fieldseal_tests::tablet::fill_sheet);
        let _ = tablet.freeze(sheet.id);
        assert!(!sheet.content.customer.name.contains('\u{301}'));
    }
    for words in ["benedicte sorensen-zadlo", "ubungsdorf", "щеголев артем"] {
        assert_eq!(tablet.app.search(words).unwrap().customers.len(), 1, "{words}");
    }
}

#[test]
fn story_a_hundred_and_eighteen_rows_are_signed() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let sheet = tablet.save(&sheet, |content| {
        content.checklist = (1..=118)
            .map(|row| ChecklistRow {
                text: format!("Gerät {row:03}"),
                answer: Some(Answer::Ok),
                note: String::new(),
            })
            .collect();
    });
    let _ = tablet.freeze(sheet.id);
    assert!(tablet.app.detail(sheet.id).unwrap().pages >= 4);
}

/// Red if a name that no font has were sealed as a gap.
#[test]
fn story_a_name_that_cannot_be_printed_is_not_signed() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.freeze(sheet.id);
    let signer = |name: &str| Signer { name: name.into(), ..Signer::default() };
    let request = HandOverRequest {
        document: sheet.id,
        slot: "customer".into(),
        signer: signer("王小明"),
        language: Language::En,
    };
    let refused = tablet.app.hand_over(&request).unwrap_err().problem();
    assert_eq!(
        (refused.code.as_str(), refused.data["characters"].as_str()),
        ("cannot_be_printed", "王 小 明")
    );
    tablet.app.hand_over(&HandOverRequest { signer: signer("Wang"), ..request }).unwrap();
    let typed = SignRequest {
        signer: signer("Wang 明"),
        method: Method::Typed,
        ink: None,
        pointer: None,
        consent_given: true,
        small_confirmed: false,
    };
    assert_eq!(tablet.app.sign(&typed).unwrap_err().code(), "cannot_be_printed");
    let named = SignRequest { signer: signer("Wang Xiaoming"), ..typed };
    assert!(matches!(tablet.app.sign(&named).unwrap(), SignAnswer::Signed { .. }));
}

/// Red if what one entry of the journal has no room for could not be kept and signed.
#[test]
fn story_long_lists_and_long_texts_are_kept_and_signed() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let sheet = tablet.save(&sheet, |content| {
        content.checklist = (1..=118)
            .map(|row| ChecklistRow {
                text: format!("{row:03} {}", "Проверено ".repeat(27)),
                answer: Some(Answer::Ok),
                note: String::new(),
            })
            .collect();
        let line = content.lines[0].clone();
        content.lines.push(line);
        content.lines.iter_mut().for_each(|line| line.description = "Ж".repeat(20_000));
    });
    tablet.app.leave_draft(sheet.id).unwrap();
    let tablet = tablet.restarted();
    assert_eq!(tablet.app.sign_in(tablet.person(), PIN).unwrap(), PinAnswer::Right);
    let again = tablet.app.document(sheet.id).unwrap();
    assert_eq!(again.content, sheet.content);
    let again = tablet.save(&again, |content| drop(content.checklist.remove(3)));
    let _ = tablet.freeze(sheet.id);
    assert_eq!(tablet.app.document(sheet.id).unwrap().content, again.content, "folded from the journal");
    let _ = tablet.hand_over(sheet.id, "customer", Language::Ro);
    tablet.sign("Ștefania Țugulea-Mărginean");
    tablet.take_back();
    tablet.close(sheet.id);
    assert_eq!(tablet.app.verify(sheet.id).unwrap().grade, VerdictGrade::Good);
}

/// Red if the freeze failed without saying which text is too large.
#[test]
fn story_a_text_that_cannot_be_kept_is_named_before_the_freeze() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let sheet = tablet.save(&sheet, |content| content.lines[0].description = "🦄".repeat(20_000));
    let found: Vec<_> = sheet.problems.iter().filter(|p| p.code == ProblemCode::TooLarge).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place, "lines.0.description");
    assert!(matches!(tablet.app.freeze(sheet.id).unwrap(), FreezeAnswer::Problems { .. }));
}

/// Red if a character without a glyph were printed as a box instead of being named.
#[test]
fn story_a_character_without_a_glyph_is_named() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let sheet = tablet.save(&sheet, |content| {
        content.fields.insert("findings".into(), "Totul 漢 bine".into());
    });
    let FreezeAnswer::Problems { missing_glyphs, .. } = tablet.app.freeze(sheet.id).unwrap() else {
        panic!("frozen with a box")
    };
    assert_eq!(
        (missing_glyphs[0].character.as_str(), missing_glyphs[0].place.as_str()),
        ("漢", "fields.findings")
    );
}

#[test]
fn story_what_is_no_photo_is_refused_and_the_draft_stays() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let heic = tablet.app.add_photo(sheet.id, "IMG_1.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1", "");
    assert!(matches!(heic, Err(AppError::Photo(PhotoError::Heic))));
    let pdf = tablet.app.add_photo(sheet.id, "photo.jpg", b"%PDF-1.7 not a photo at all", "");
    assert!(matches!(pdf, Err(AppError::Photo(PhotoError::NotAPicture))));
    assert_eq!(tablet.app.document(sheet.id).unwrap().content, sheet.content);
}

/// Red if a clock set back could break the order of the journal or the validity of the seal.
#[test]
fn story_a_clock_set_back_a_year_during_the_hand_over_changes_nothing() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.freeze(sheet.id);
    let _ = tablet.hand_over(sheet.id, "customer", Language::Ro);
    tablet.clock.set_wall(-366 * 24 * 3600);
    tablet.sign("Ștefania Țugulea-Mărginean");
    tablet.take_back();
    tablet.close(sheet.id);
    let verdict = tablet.app.verify(sheet.id).unwrap();
    assert_eq!(verdict.grade, VerdictGrade::Good, "{verdict:?}");
    let timeline = tablet.app.detail(sheet.id).unwrap().timeline;
    let kinds: Vec<&str> = timeline.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds.last(), Some(&"verified"));
    assert!(timeline.windows(2).all(|pair| pair[0].n < pair[1].n), "the journal keeps its order");
}

#[test]
fn story_a_second_program_on_the_same_folder_is_told_so() {
    let tablet = Tablet::set_up();
    let second = open(tablet.folder.path(), &tablet.clock);
    let status = second.unlock(PASSPHRASE).unwrap();
    assert_eq!(status.phase, Phase::Broken);
    assert_eq!(status.problem.unwrap().code, "store_in_use");
    drop(second);
    let doc = tablet.signed_sheet();
    assert_eq!(tablet.app.verify(doc).unwrap().grade, VerdictGrade::Good, "the first one is undisturbed");
}

#[test]
fn story_a_truncated_database_is_named_and_not_touched() {
    let tablet = Tablet::set_up();
    let (folder, clock) = (tablet.folder, tablet.clock);
    drop(tablet.app);
    let path = folder.path().join("fieldseal.db");
    let bytes = fs::read(&path).unwrap();
    let cut = &bytes[..bytes.len() - 1000];
    fs::write(&path, cut).unwrap();
    let app = open(folder.path(), &clock);
    let status = app.unlock(PASSPHRASE).unwrap();
    assert_eq!((status.phase, status.problem.unwrap().code.as_str()), (Phase::Broken, "store_truncated"));
    assert_eq!(fs::read(&path).unwrap(), cut, "nothing was written");
    fs::write(&path, &bytes).unwrap();
    assert_eq!(app.retry().unwrap().phase, Phase::Locked);
    assert_eq!(app.unlock(PASSPHRASE).unwrap().phase, Phase::SignIn, "put back, it opens again");
}

/// Red if lost keys were taken for a first run, or if old documents became unreadable or untrusted.
#[test]
fn story_lost_keys_are_replaced_by_the_recovery_code_and_old_seals_stay_good() {
    let tablet = Tablet::set_up();
    let doc = tablet.signed_sheet();
    let old_number = tablet.app.detail(doc).unwrap().row.number;
    let old = tablet.status().device_code;
    let (folder, clock, code) = (tablet.folder, tablet.clock, tablet.first_run.recovery_code);
    drop(tablet.app);
    fs::remove_file(folder.path().join("keys.sealed")).unwrap();
    let app = open(folder.path(), &clock);
    assert_eq!(app.unlock(PASSPHRASE).unwrap().problem.unwrap().code, "keys_gone");
    assert!(matches!(app.first_run(&first_run_request()), Err(AppError::NotAllowed)));
    assert!(matches!(
        app.recover("AAAAA", KeyStoreKind::PassphraseFile, PASSPHRASE),
        Err(AppError::WrongRecoveryCode)
    ));
    let status = app.recover(&code, KeyStoreKind::PassphraseFile, "four other words here").unwrap();
    assert_eq!(status.phase, Phase::SignIn);
    assert_ne!(status.device_code, old, "a new key is a new journal and a new code");
    let person = status.people[0].id;
    assert_eq!(app.sign_in(person, PIN).unwrap(), PinAnswer::Right);
    assert_eq!(app.verify(doc).unwrap().grade, VerdictGrade::Good);
    assert_eq!(app.detail(doc).unwrap().row.number, old_number);
    assert!(!app.sealed_file(doc, Purpose::Save).unwrap().bytes.is_empty());
    drop(app);
    let app = open(folder.path(), &clock);
    assert_eq!(app.unlock("four other words here").unwrap().phase, Phase::SignIn);
}

#[test]
fn story_first_run_asks_for_what_it_needs_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let clock = fieldseal_tests::tablet::SetClock::morning();
    let app = open(folder.path(), &clock);
    assert!(!app.check_key_store().system_works);
    let with = |change: &dyn Fn(&mut fieldseal_app::view::start::FirstRun)| {
        let mut request = first_run_request();
        change(&mut request);
        app.first_run(&request).unwrap_err().code()
    };
    assert_eq!(with(&|r| r.pin = "1234".into()), "pin_too_easy");
    assert_eq!(with(&|r| r.pin = "12".into()), "pin_form");
    assert_eq!(with(&|r| r.person = " ".into()), "missing");
    assert_eq!(with(&|r| r.firm.name = String::new()), "missing");
    assert_eq!(with(&|r| r.passphrase = "short".into()), "missing");
    assert_eq!(with(&|r| r.key_store = KeyStoreKind::System), "vault_unavailable");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    app.first_run(&first_run_request()).unwrap();
    assert_eq!(app.status().unwrap().phase, Phase::Open);
}

#[test]
fn story_jobs_customers_and_machines_are_made_on_the_spot() {
    let tablet = Tablet::set_up();
    let customer = tablet.customer();
    let job = Job { customer: customer.id, fault: "Nu mai încălzește".into(), ..Job::default() };
    let job = tablet.app.save_job(&job).unwrap();
    let sheet = tablet.app.new_document("service_sheet", &NewDocument::Job { job: job.id }).unwrap();
    assert_eq!(sheet.content.field("fault"), "Nu mai încălzește");
    let list = tablet.app.jobs(fieldseal_app::view::lists::JobView::Today).unwrap();
    assert_eq!(list.jobs[0].documents[0].id, sheet.id);
    let nobody = Job { customer: sheet.id, ..Job::default() };
    assert!(matches!(tablet.app.save_job(&nobody), Err(AppError::NotFound("customer"))));
    let unnamed = Customer { name: "\u{202E}".into(), ..blank_customer() };
    assert!(matches!(tablet.app.save_customer(&unnamed), Err(AppError::Missing(Lack::Name))));
}
