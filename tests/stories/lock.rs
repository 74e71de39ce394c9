//! The customer's mode and the PIN: what the person who holds the tablet can and cannot do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    AppError,
    view::{
        document::NewDocument,
        hand_over::HandOverStep,
        lists::JobView,
        start::{Phase, PinAnswer},
    },
};
use fieldseal_domain::{Language, ink::Ink};
use fieldseal_tests::{
    tablet::{PIN, Tablet, close_request},
    workshop::ink_of,
};
use uuid::Uuid;

fn at_customer() -> (Tablet, Uuid) {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.freeze(sheet.id);
    let _ = tablet.hand_over(sheet.id, "customer", Language::Ro);
    (tablet, sheet.id)
}

/// Red if any use case of the technician answered while a customer holds the tablet.
#[test]
fn story_a_customer_reaches_nothing_but_the_document() {
    let (tablet, doc) = at_customer();
    let app = &tablet.app;
    let refused =
        |result: Result<(), AppError>| assert!(matches!(result, Err(AppError::NotAllowed)), "{result:?}");
    refused(app.jobs(JobView::All).map(drop));
    refused(app.search("a").map(drop));
    refused(app.customers("").map(drop));
    refused(app.document(doc).map(drop));
    refused(app.detail(doc).map(drop));
    refused(app.verify(doc).map(drop));
    refused(app.preview(doc).map(drop));
    refused(app.freeze(doc).map(drop));
    refused(app.take_back(doc, "x").map(drop));
    refused(app.cancel(doc, "x"));
    refused(app.close(&close_request(doc)).map(drop));
    refused(app.sign_in(tablet.person(), PIN).map(drop));
    refused(app.sign_out());
    refused(app.add_person("Eve", Language::En, "2580").map(drop));
    refused(app.root_certificate(None).map(drop));
    refused(app.new_document("service_sheet", &NewDocument::Job { job: doc }).map(drop));
    refused(app.save_setting("theme", &serde_json::json!("dark")));
    let status = tablet.status();
    assert_eq!(status.phase, Phase::HandOver);
    assert!(status.root_fingerprint.is_empty() && status.person.is_none() && status.people.len() == 1);
    assert!(status.firm.unwrap().branches.is_empty());
}

/// Red if the lock were kept in memory only.
#[test]
fn story_the_lock_and_the_ink_survive_a_kill() {
    let (tablet, _) = at_customer();
    let ink = Ink { strokes: vec![ink_of(1).strokes[0].clone()], ..ink_of(1) };
    tablet.app.hand_over_ink(Some(&ink)).unwrap();
    tablet.app.hand_over_seen(&[1], false).unwrap();
    let tablet = tablet.restarted();
    assert_eq!(tablet.status().phase, Phase::HandOver);
    let view = tablet.app.hand_over_view().unwrap();
    assert_eq!(
        (view.step, view.ink.as_ref(), view.seen.as_slice()),
        (HandOverStep::Reading, Some(&ink), &[1][..])
    );
    tablet.sign("Ștefania Țugulea-Mărginean");
    let tablet = tablet.restarted();
    assert_eq!(tablet.app.hand_over_view().unwrap().step, HandOverStep::Done);
    tablet.take_back();
    assert_eq!(tablet.status().phase, Phase::Open);
}

/// Red if wrong PINs were free, if a restart or the wall clock made the pause shorter, or if it never ended.
#[test]
fn story_wrong_pins_slow_down_and_never_shut_out() {
    let (tablet, _) = at_customer();
    let person = tablet.person();
    let wait = |answer| match answer {
        PinAnswer::Wrong { wait_s } | PinAnswer::TooEarly { wait_s } => wait_s,
        PinAnswer::Right => panic!("a wrong PIN was right"),
    };
    let waits: Vec<u32> =
        (0..3).map(|_| wait(tablet.app.take_tablet_back(person, "1357").unwrap())).collect();
    assert_eq!(waits, [0, 0, 5]);
    assert_eq!(
        tablet.app.take_tablet_back(person, PIN).unwrap(),
        PinAnswer::TooEarly { wait_s: 5 },
        "not even looked at"
    );
    tablet.clock.set_wall(3600);
    assert_eq!(wait(tablet.app.take_tablet_back(person, PIN).unwrap()), 5, "the wall clock plays no part");
    let tablet = tablet.restarted();
    assert_eq!(
        wait(tablet.app.take_tablet_back(person, PIN).unwrap()),
        5,
        "the pause is waited through again after a restart"
    );
    tablet.clock.pass(5);
    assert_eq!(wait(tablet.app.take_tablet_back(person, "1357").unwrap()), 10);
    tablet.clock.pass(10);
    assert_eq!(tablet.app.take_tablet_back(person, PIN).unwrap(), PinAnswer::Right);
    assert_eq!(tablet.status().phase, Phase::Open);
}

#[test]
fn story_a_forgotten_pin_is_replaced_by_the_recovery_code() {
    let (tablet, doc) = at_customer();
    let person = tablet.person();
    assert!(matches!(tablet.app.reset_pin(person, "AAAAA-BBBBB", "7391"), Err(AppError::WrongRecoveryCode)));
    tablet.app.reset_pin(person, &tablet.first_run.recovery_code.to_lowercase(), "7391").unwrap();
    assert_ne!(tablet.app.take_tablet_back(person, PIN).unwrap(), PinAnswer::Right);
    assert_eq!(tablet.app.take_tablet_back(person, "7391").unwrap(), PinAnswer::Right);
    let how = |doc| {
        let timeline = tablet.app.detail(doc).unwrap().timeline;
        let last = timeline.into_iter().rfind(|entry| entry.kind == "handed_back").unwrap();
        last.data["how"].clone()
    };
    assert_eq!(how(doc), "recovery_code", "the journal says that the code was used");
    let _ = tablet.hand_over(doc, "customer", Language::Ro);
    assert_eq!(tablet.app.take_tablet_back(person, "7391").unwrap(), PinAnswer::Right);
    assert_eq!(how(doc), "pin", "once only");
}

/// Red if a page of another document could be fetched by its token while a customer holds the tablet.
#[test]
fn story_page_images_of_other_documents_stay_closed() {
    let tablet = Tablet::set_up();
    let other = tablet.signed_sheet();
    let token = tablet.app.detail(other).unwrap().token;
    assert!(!tablet.app.page_image(&token, 1, 300).unwrap().is_empty());
    let sheet = tablet.filled_sheet();
    let preview = tablet.app.preview(sheet.id).unwrap().token;
    let _ = tablet.freeze(sheet.id);
    let view = tablet.hand_over(sheet.id, "customer", Language::Ro);
    assert!(!tablet.app.page_image(&view.token, 1, 300).unwrap().is_empty());
    for closed in [token.as_str(), preview.as_str(), "file-", "../../etc/passwd"] {
        assert!(matches!(tablet.app.page_image(closed, 1, 300), Err(AppError::NotFound(_))), "{closed}");
    }
}

/// Red if an interrupted first run left a tablet without a recovery code, or if an old code still opened it.
#[test]
fn story_a_recovery_code_that_was_never_checked_is_replaced() {
    let tablet = Tablet::set_up();
    assert!(tablet.status().recovery_unconfirmed);
    assert!(matches!(tablet.app.renew_recovery("1357"), Err(AppError::WrongPin)));
    let fresh = tablet.app.renew_recovery(PIN).unwrap();
    let groups: Vec<String> = fresh
        .ask_groups
        .iter()
        .filter_map(|group| fresh.recovery_code.split('-').nth(*group as usize).map(str::to_owned))
        .collect();
    tablet.app.confirm_recovery(&groups).unwrap();
    assert!(!tablet.status().recovery_unconfirmed);
    let person = tablet.person();
    assert!(matches!(
        tablet.app.reset_pin(person, &tablet.first_run.recovery_code, "7391"),
        Err(AppError::WrongRecoveryCode)
    ));
    tablet.app.reset_pin(person, &fresh.recovery_code, "7391").unwrap();
}
