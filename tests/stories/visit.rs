//! Whole visits without a window: from a new customer to a file that strangers can verify.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    AppError, Lack,
    export::Purpose,
    view::{
        detail::VerdictGrade,
        document::{FreezeAnswer, NewDocument},
        hand_over::{HandOverResult, HandOverStep, NotSignedRequest, SignAnswer},
        lists::JobView,
        start::PinAnswer,
    },
};
use fieldseal_domain::{
    FileHash, Language,
    acceptance::{Method, NoSignatureReason},
    check::ProblemCode,
    content::{Accessory, Content, Presence, SignerPlan},
    fold::{MoveError, Status},
    ink::Ink,
    party::Equipment,
};
use fieldseal_tests::{
    readers,
    tablet::{Tablet, close_request, sign_request},
    workshop::ink_of,
};
use uuid::Uuid;

/// Fills an intake in so that nothing is missing.
fn fill_intake(content: &mut Content) {
    for (key, value) in [
        ("fault", "Nu pornește"),
        ("condition", "zgârietură capac"),
        ("warranty_claim", "no"),
        ("data_consent", "backup_declined"),
        ("cost_agreement", "quote_first"),
        ("agreed_due", "2026-09-17"),
        ("pickup_terms", "keep_45_days"),
        ("no_photo_reason", "aparat foto defect"),
        ("no_accessories", "yes"),
    ] {
        content.fields.insert(key.into(), value.into());
    }
    content.equipment = vec![Equipment {
        kind: "laptop".into(),
        make: "Netvaro Demo".into(),
        model: "N15 Pro".into(),
        serial: "DEMO-N15-7H2Q".into(),
        ..Equipment::default()
    }];
}

fn sealed(tablet: &Tablet, doc: Uuid) -> Vec<u8> {
    tablet.app.sealed_file(doc, Purpose::Save).unwrap().bytes
}

/// Red if any link of the one thin line breaks: freeze, sign, close, seal, verify, five readers.
#[test]
fn story_a_sheet_is_signed_closed_and_believed_by_strangers() {
    let tablet = Tablet::set_up();
    let doc = tablet.signed_sheet();
    let detail = tablet.app.detail(doc).unwrap();
    assert_eq!(detail.row.status, Status::Signed);
    assert_eq!(tablet.app.jobs(JobView::Signed).unwrap().counts, [0, 1, 0, 1], "counted without a job too");
    let verdict = tablet.app.verify(doc).unwrap();
    assert_eq!(verdict.grade, VerdictGrade::Good, "{verdict:?}");
    assert!(verdict.closed);
    assert_eq!(verdict.signatures.len(), 2);
    let root = tablet.app.root_certificate(None).unwrap();
    readers::all_agree(tablet.folder.path(), &root.pem, &[("sheet.sealed.pdf", &sealed(&tablet, doc))]);
}

/// Red if the customer were shown other bytes than those that are signed.
#[test]
fn story_what_is_signed_begins_with_what_was_shown() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let number = tablet.freeze(sheet.id);
    assert!(number.starts_with("FS-2026-") && number.ends_with("-00001"), "{number}");
    let view = tablet.hand_over(sheet.id, "customer", Language::Ro);
    let shown = view.token.strip_prefix("file-").unwrap().to_owned();
    tablet.sign("Ștefania Țugulea-Mărginean");
    tablet.take_back();
    tablet.close(sheet.id);
    let file = sealed(&tablet, sheet.id);
    let frozen = (1..file.len()).rev().find(|end| FileHash::of(&file[..*end]).0.to_string() == shown);
    assert!(frozen.is_some(), "the frozen file is the beginning of the sealed one");
}

#[test]
fn story_the_customer_says_no_and_the_file_is_closed_as_declined() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.freeze(sheet.id);
    let _ = tablet.hand_over(sheet.id, "customer", Language::Fr);
    let view = tablet.app.decline(NoSignatureReason::Price, "Trop cher").unwrap();
    assert_eq!(view.step, HandOverStep::Done);
    assert!(matches!(view.result, Some(HandOverResult::NotSigned { .. })));
    assert!(matches!(tablet.app.sign(&sign_request("Zoé")), Err(AppError::Move(MoveError::SlotTaken))));
    tablet.take_back();
    tablet.close(sheet.id);
    assert_eq!(tablet.app.detail(sheet.id).unwrap().row.status, Status::Declined);
    assert_eq!(tablet.app.verify(sheet.id).unwrap().grade, VerdictGrade::Good);
}

#[test]
fn story_nobody_at_home_is_an_ending_not_an_error() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.freeze(sheet.id);
    assert!(matches!(tablet.app.close(&close_request(sheet.id)), Err(AppError::Move(MoveError::OthersOpen))));
    let request = NotSignedRequest {
        document: sheet.id,
        slot: "customer".into(),
        reason: NoSignatureReason::Absent,
        note: "Niemand angetroffen".into(),
    };
    tablet.app.not_signed(&request).unwrap();
    tablet.close(sheet.id);
    assert_eq!(tablet.app.detail(sheet.id).unwrap().row.status, Status::SignedUnavailable);
    let root = tablet.app.root_certificate(None).unwrap();
    readers::all_agree(tablet.folder.path(), &root.pem, &[("absent.sealed.pdf", &sealed(&tablet, sheet.id))]);
}

/// Red if a second customer or a witness could not sign, or if their signatures broke the first.
#[test]
fn story_three_people_sign_one_after_the_other() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let sheet = tablet.save(&sheet, |content| {
        let plan = |slot: &str, name: &str| SignerPlan {
            slot: slot.into(),
            name: name.into(),
            ..SignerPlan::default()
        };
        let technician = content.signers.pop().unwrap();
        content.signers.extend([
            plan("second_customer", "Örjan Ångqvist"),
            plan("witness", "Łukasz Żółć"),
            technician,
        ]);
    });
    let _ = tablet.freeze(sheet.id);
    for (seed, slot, name) in
        [(3, "customer", "Ștefania"), (4, "second_customer", "Örjan Ångqvist"), (5, "witness", "Łukasz Żółć")]
    {
        let _ = tablet.hand_over(sheet.id, slot, Language::Sv);
        let mut request = sign_request(name);
        request.ink = Some(ink_of(seed));
        assert!(matches!(tablet.app.sign(&request).unwrap(), SignAnswer::Signed { .. }));
        tablet.take_back();
    }
    tablet.close(sheet.id);
    let verdict = tablet.app.verify(sheet.id).unwrap();
    assert_eq!((verdict.grade, verdict.signatures.len()), (VerdictGrade::Good, 4), "{verdict:?}");
    let root = tablet.app.root_certificate(None).unwrap();
    readers::all_agree(tablet.folder.path(), &root.pem, &[("four.sealed.pdf", &sealed(&tablet, sheet.id))]);
}

#[test]
fn story_a_remark_becomes_part_of_what_is_signed() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let number = tablet.freeze(sheet.id);
    let before = tablet.hand_over(sheet.id, "customer", Language::Ro);
    let after = tablet.app.hand_over_remark("Zgârietură pe capac, văzută azi.").unwrap();
    assert_eq!(after.number, number, "the number stays");
    assert_eq!((before.revision, after.revision), (0, 1));
    assert_ne!(before.fingerprint, after.fingerprint);
    assert!(after.seen.is_empty(), "the new pages have not been seen");
    tablet.sign("Ștefania Țugulea-Mărginean");
    assert!(matches!(tablet.app.hand_over_remark("Încă ceva"), Err(AppError::RemarkTooLate)));
    tablet.take_back();
    tablet.close(sheet.id);
    assert_eq!(tablet.app.verify(sheet.id).unwrap().grade, VerdictGrade::Good);
    assert_eq!(tablet.app.detail(sheet.id).unwrap().versions.len(), 2);
}

#[test]
fn story_a_typed_name_is_a_method_of_its_own() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.freeze(sheet.id);
    let _ = tablet.hand_over(sheet.id, "customer", Language::Ru);
    let mut request = sign_request("Подъячева Любовь Сергеевна");
    (request.method, request.ink, request.pointer) = (Method::Typed, None, None);
    tablet.app.sign(&request).unwrap();
    tablet.take_back();
    tablet.close(sheet.id);
    let verdict = tablet.app.verify(sheet.id).unwrap();
    assert_eq!(verdict.grade, VerdictGrade::Good, "{verdict:?}");
    assert_eq!(verdict.signatures[0].method, "typed");
}

/// Red if a dot, nothing, no name, no consent or somebody else's strokes passed for a signature.
#[test]
fn story_what_is_no_signature_is_not_taken_for_one() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.freeze(sheet.id);
    let _ = tablet.hand_over(sheet.id, "customer", Language::En);
    let base = sign_request("Zamfira Înțelepciunescu");
    let with = |change: &dyn Fn(&mut fieldseal_app::view::hand_over::SignRequest)| {
        let mut request = base.clone();
        change(&mut request);
        tablet.app.sign(&request)
    };
    let dot = Ink { v: 1, w: 60_000, h: 22_000, strokes: vec![vec![5, 5]] };
    assert!(matches!(with(&|r| r.ink = None), Err(AppError::Ink(_))));
    assert!(matches!(with(&|r| r.ink.as_mut().unwrap().strokes.clear()), Err(AppError::Ink(_))));
    assert!(matches!(with(&|r| r.signer.name = " \u{202E} ".into()), Err(AppError::Missing(Lack::Name))));
    assert!(matches!(with(&|r| r.consent_given = false), Err(AppError::NoConsent)));
    assert!(matches!(with(&|r| r.method = Method::Stored), Err(AppError::NotAllowed)));
    assert_eq!(with(&|r| r.ink = Some(dot.clone())).unwrap(), SignAnswer::ConfirmSmall);
    let confirmed = with(&|r| (r.ink, r.small_confirmed) = (Some(dot.clone()), true)).unwrap();
    assert!(matches!(confirmed, SignAnswer::Signed { .. }));
    tablet.take_back();
    let mut request = close_request(sheet.id);
    (request.ink, request.small_confirmed) = (Some(dot), true);
    assert!(
        matches!(tablet.app.close(&request), Err(AppError::SameInk)),
        "the technician cannot reuse the customer's strokes"
    );
    let tick = Ink { v: 1, w: 60_000, h: 22_000, strokes: vec![vec![9, 9]] };
    (request.ink, request.small_confirmed) = (Some(tick), false);
    assert!(matches!(tablet.app.close(&request), Err(AppError::InkSmall)));
    request.small_confirmed = true;
    assert_eq!(tablet.app.close(&request).unwrap(), PinAnswer::Right);
    // The statements stand in the signatures, which a PDF holds in hexadecimal digits.
    let confirmed: String = b"\"small_confirmed\":true".iter().map(|byte| format!("{byte:02X}")).collect();
    let said = String::from_utf8_lossy(&sealed(&tablet, sheet.id)).matches(&confirmed).count();
    assert_eq!(said, 2, "both are sealed as confirmed");
}

/// Red if prices that the customer does not see on the page were in the file that the customer gets.
#[test]
fn story_hidden_prices_are_nowhere_in_the_file() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let _ = tablet.save(&sheet, |content| content.show_prices = false);
    let _ = tablet.freeze(sheet.id);
    let _ = tablet.hand_over(sheet.id, "customer", Language::Ro);
    tablet.sign("Ștefania Țugulea-Mărginean");
    tablet.take_back();
    tablet.close(sheet.id);
    let attached = fieldseal_seal::document_json(&sealed(&tablet, sheet.id)).unwrap().unwrap();
    let attached: serde_json::Value = serde_json::from_slice(&attached).unwrap();
    assert_eq!(attached["content"]["lines"][0]["unit_price"], serde_json::Value::Null);
    assert_eq!(attached["totals"]["gross"], 0);
    assert_eq!(tablet.app.verify(sheet.id).unwrap().grade, VerdictGrade::Good);
    let kept = tablet.app.document(sheet.id).unwrap().content;
    assert_eq!(kept.lines[0].unit_price, sheet.content.lines[0].unit_price, "the firm keeps them");
}

#[test]
fn story_a_declined_intake_has_no_return() {
    let tablet = Tablet::set_up();
    let sheet = tablet.filled_sheet();
    let intake = tablet.app.document(sheet.id).unwrap();
    let start = NewDocument::Customer { customer: intake.content.customer.id, equipment: None };
    let intake = tablet.app.new_document("intake_protocol", &start).unwrap();
    let _ = tablet.save(&intake, fill_intake);
    let _ = tablet.freeze(intake.id);
    let _ = tablet.hand_over(intake.id, "customer", Language::Ro);
    let _ = tablet.app.decline(NoSignatureReason::Price, "").unwrap();
    tablet.take_back();
    tablet.close(intake.id);
    let detail = tablet.app.detail(intake.id).unwrap();
    assert_eq!((detail.row.status, detail.converts_to), (Status::Declined, Vec::new()));
    assert!(matches!(tablet.app.convert(intake.id, "return_protocol"), Err(AppError::NotFound("kind"))));
}

#[test]
fn story_the_return_shows_the_bag_that_is_missing() {
    let tablet = Tablet::set_up();
    let customer = tablet.customer();
    let laptop = Equipment {
        customer: customer.id,
        kind: "laptop".into(),
        make: "Netvaro Demo".into(),
        model: "N15 Pro".into(),
        serial: "DEMO-N15-7H2Q".into(),
        accessories: vec!["încărcător 65 W".into(), "geantă neagră".into()],
        ..Equipment::default()
    };
    let laptop = tablet.app.save_equipment(&laptop).unwrap();
    let start = NewDocument::Customer { customer: customer.id, equipment: Some(laptop.id) };
    let intake = tablet.app.new_document("intake_protocol", &start).unwrap();
    assert_eq!(intake.content.accessories.len(), 2, "usual accessories are offered");
    let accessories = intake.content.accessories.clone();
    let intake = tablet.save(&intake, |content| {
        fill_intake(content);
        content.equipment[0] = laptop.clone();
        content.accessories = accessories;
    });
    let no_return = |why: &str| {
        assert!(tablet.app.convert(intake.id, "return_protocol").is_err(), "{why}");
        assert!(tablet.app.detail(intake.id).unwrap().converts_to.is_empty(), "{why}");
    };
    no_return("a draft has no return");
    let unnamed = tablet.save(&intake, |content| content.equipment[0].model = " ".into());
    assert!(unnamed.problems.iter().any(|problem| problem.place == "equipment.0.model"));
    let _ = tablet.save(&unnamed, |content| content.equipment[0].model = "N15 Pro".into());
    let _ = tablet.freeze(intake.id);
    no_return("an intake that nobody signed has no return");
    let _ = tablet.hand_over(intake.id, "customer", Language::Ro);
    tablet.sign("Dănuț-Ionuț Şoşoacăreanu");
    tablet.take_back();
    no_return("an intake that is not closed has no return");
    tablet.close(intake.id);
    assert_eq!(tablet.app.detail(intake.id).unwrap().converts_to, ["return_protocol"]);

    let back = tablet.app.convert(intake.id, "return_protocol").unwrap();
    assert_eq!(back.content.equipment[0].serial, "DEMO-N15-7H2Q");
    let back = tablet.save(&back, |content| {
        for (key, value) in [
            ("result", "repaired"),
            ("work_done", "Placă înlocuită"),
            ("tests_shown", "Pornit, verificat"),
            ("condition", "ca la preluare"),
            ("parts_returned", "no"),
            ("warranty_until", "2027-09-09"),
        ] {
            content.fields.insert(key.into(), value.into());
        }
    });
    let unanswered: Vec<_> =
        back.problems.iter().filter(|p| p.code == ProblemCode::AccessoryNotCompared).collect();
    assert_eq!(unanswered.len(), 2);
    assert!(matches!(tablet.app.freeze(back.id).unwrap(), FreezeAnswer::Problems { .. }));
    let back = tablet.save(&back, |content| {
        let item = |name: &str, presence| Accessory { name: name.into(), presence, note: String::new() };
        content.accessories =
            vec![item("încărcător 65 W", Presence::Present), item("geantă neagră", Presence::Missing)];
    });
    let before = back.content.before.as_ref().unwrap();
    assert_eq!(
        (before.condition.as_str(), before.accessories.len()),
        ("zgârietură capac", 2),
        "printed beside it"
    );
    let _ = tablet.freeze(back.id);
    let view = tablet.hand_over(back.id, "customer", Language::Ro);
    assert_eq!(view.warnings, ["geantă neagră"], "shown to the customer before signing");
}

/// Red if two freezes could take one number, or a cancelled one left a hole.
#[test]
fn story_numbers_are_gapless_and_final() {
    let tablet = Tablet::set_up();
    let first = tablet.filled_sheet();
    let number = tablet.freeze(first.id);
    tablet.app.take_back(first.id, "greșeală").unwrap();
    assert!(matches!(tablet.app.discard(first.id), Err(AppError::Move(MoveError::HasNumber))));
    let again = tablet.freeze(first.id);
    assert_eq!(again, number);
    tablet.app.cancel(first.id, "dublură").unwrap();
    let second = tablet.filled_sheet();
    assert!(tablet.freeze(second.id).ends_with("-00002"));
    assert!(matches!(tablet.app.freeze(first.id), Err(AppError::Move(MoveError::Closed))));
}
