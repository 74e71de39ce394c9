//! Signing and judging through the public door: what a technician's day makes must be good.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_seal::second_path::{self, Expectations, SecondPathError};
use fieldseal_seal::verify::{Completion, Integrity, Statements, Trust};
use fieldseal_seal::{PrefixState, SealError, signature_fields};
use support::*;

fn check_good(tablet: &Tablet, pdf: &[u8]) {
    let verdict = tablet.verdict(pdf);
    assert!(verdict.is_good(), "{}", serde_json::to_string_pretty(&verdict).unwrap());
}

#[test]
fn customer_witness_and_technician_sign_one_document() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let mut pdf = original.clone();
    for (index, slot) in ["customer", "witness", "technician"].into_iter().enumerate() {
        let sealed = sign(&tablet, &pdf, &original, slot);
        assert_eq!(sealed.signature_index, index);
        assert!(sealed.pdf.starts_with(&pdf), "earlier bytes must stay");
        assert_eq!(sealed.file_hash(), fieldseal_domain::FileHash::of(&sealed.pdf));
        pdf = sealed.pdf;
        check_good(&tablet, &pdf);
    }
    let verdict = tablet.verdict(&pdf);
    assert_eq!(verdict.completion, Completion::Closed);
    assert_eq!(verdict.number.as_deref(), Some(NUMBER));
    assert_eq!(verdict.file_hash, Some(fieldseal_domain::FileHash::of(&original)));
    let customer = verdict.signatures.first().unwrap();
    assert_eq!(customer.device.as_deref(), Some(DEVICE));
    assert_eq!(customer.claimed_time.as_deref(), Some("2026-11-22T14:05:09+02:00"));
    assert_eq!(customer.acceptance.as_ref().unwrap().signer.name, "Ștefan Müller");
    assert!(signature_fields(&pdf).unwrap().iter().all(|f| f.is_signed && f.page == Some(1)));
}

#[test]
fn the_technician_alone_closes_when_the_customer_is_absent() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let pdf = sign(&tablet, &original, &original, "technician").pdf;
    check_good(&tablet, &pdf);
    let refused = try_sign(&tablet, &pdf, &original, "customer");
    assert!(matches!(refused, Err(SealError::Closed)), "{refused:?}");
}

#[test]
fn every_shape_of_form_annotations_and_cross_reference() {
    let tablet = Tablet::new(2);
    for form in [Place::Direct, Place::Indirect] {
        for annotations in [Place::Direct, Place::Indirect] {
            for xref in [Xref::Table, Xref::Stream] {
                for (ends_with_line, sig_flags) in [(true, true), (false, false)] {
                    let shape =
                        Shape { form, annotations, xref, ends_with_line, sig_flags, ..Shape::default() };
                    let pdf = sign_all(&tablet, &shape);
                    let verdict = tablet.verdict(&pdf);
                    assert!(verdict.is_good(), "{shape:?}: {:?}", reasons(&verdict));
                }
            }
        }
    }
}

/// The sample went through qpdf, which packs catalog, form and fields into object streams.
#[test]
fn a_document_with_object_streams() {
    let tablet = Tablet::new(1);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/frozen-object-streams.pdf");
    let pdf = sign_foreign(&tablet, &std::fs::read(file).unwrap());
    check_good(&tablet, &pdf);
    assert_eq!(tablet.verdict(&pdf).signatures.len(), 3);
}

#[test]
fn a_document_without_form_or_without_the_field_on_a_page_is_refused() {
    let tablet = Tablet::new(2);
    let no_form = frozen(&Shape { form: Place::Absent, ..Shape::default() });
    assert!(matches!(try_sign(&tablet, &no_form, &no_form, "customer"), Err(SealError::NoSuchField(_))));
    let no_annotations = frozen(&Shape { annotations: Place::Absent, ..Shape::default() });
    assert!(matches!(
        try_sign(&tablet, &no_annotations, &no_annotations, "customer"),
        Err(SealError::NotPrepared { .. })
    ));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let tablet = Tablet::new(3);
    assert_eq!(sign_all(&tablet, &Shape::default()), sign_all(&tablet, &Shape::default()));
}

/// Keys and serial numbers change the lengths of signatures and so the order of certificates: would turn red if any
/// length were read or sorted wrongly.
#[test]
fn every_device_seals_what_every_path_accepts() {
    let original = frozen(&Shape::default());
    let before = PrefixState::of(&original);
    for seed in 100..160 {
        let tablet = Tablet::new(seed);
        let operators = fieldseal_seal::ink_operators(&ink(), size());
        let json = serde_json::to_string(&acceptance("technician", &original, &operators, true)).unwrap();
        let sealed = sign_with(&tablet, &original, "technician", &json, operators).unwrap();
        let verdict = tablet.verdict(&sealed.pdf);
        assert!(verdict.is_good(), "seed {seed}: {:?}", reasons(&verdict));
        let expected = Expectations {
            before: &before,
            covered: sealed.covered,
            acceptance_json: &json,
            keys: &tablet.keys.public().unwrap(),
            certificates: &tablet.certificates,
        };
        assert_eq!(second_path::check(&sealed.pdf, &expected), Ok(()), "seed {seed}");
    }
}

#[test]
fn signing_twice_or_after_a_change_is_refused() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let pdf = sign(&tablet, &original, &original, "customer").pdf;
    assert!(matches!(try_sign(&tablet, &pdf, &original, "customer"), Err(SealError::AlreadySigned(_))));
    assert!(matches!(try_sign(&tablet, &pdf, &original, "nobody"), Err(SealError::NoSuchField(_))));
    let mut longer = pdf.clone();
    longer.extend_from_slice(b"% more\n");
    assert!(matches!(try_sign(&tablet, &longer, &original, "witness"), Err(SealError::ChangedSince)));
}

#[test]
fn text_that_looks_like_syntax_stays_text() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let operators = fieldseal_seal::ink_operators(&ink(), size());
    let mut statement = acceptance("customer", &original, &operators, false);
    statement.signer.name = "/ByteRange [0 1 2 3] /Contents <00> /FSL_Acceptance (x) \\) endobj".into();
    let json = serde_json::to_string(&statement).unwrap();
    let sealed = sign_with(&tablet, &original, "customer", &json, operators).unwrap();
    check_good(&tablet, &sealed.pdf);
    let expected = Expectations {
        before: &PrefixState::of(&original),
        covered: sealed.covered,
        acceptance_json: &json,
        keys: &tablet.keys.public().unwrap(),
        certificates: &tablet.certificates,
    };
    second_path::check(&sealed.pdf, &expected).unwrap();
}

#[test]
fn the_second_path_agrees_and_notices_every_kind_of_difference() {
    let tablet = Tablet::new(4);
    let original = frozen(&Shape::default());
    let before = PrefixState::of(&original);
    let operators = fieldseal_seal::ink_operators(&ink(), size());
    let json = serde_json::to_string(&acceptance("customer", &original, &operators, false)).unwrap();
    let sealed = sign_with(&tablet, &original, "customer", &json, operators).unwrap();
    let public = tablet.keys.public().unwrap();
    let other = Tablet::new(5).keys.public().unwrap();
    let expected = |acceptance_json, keys| Expectations {
        before: &before,
        covered: sealed.covered,
        acceptance_json,
        keys,
        certificates: &tablet.certificates,
    };
    second_path::check(&sealed.pdf, &expected(&json, &public)).unwrap();

    assert_eq!(second_path::check(&sealed.pdf, &expected("{}", &public)), Err(SecondPathError::Acceptance));
    assert_eq!(second_path::check(&sealed.pdf, &expected(&json, &other)), Err(SecondPathError::Certificates));
    for at in (0..sealed.pdf.len()).step_by(211) {
        let mut changed = sealed.pdf.clone();
        changed[at] ^= 1;
        assert!(second_path::check(&changed, &expected(&json, &public)).is_err(), "byte {at}");
    }
    let cut = &sealed.pdf[..sealed.pdf.len() - 1];
    assert_eq!(second_path::check(cut, &expected(&json, &public)), Err(SecondPathError::Coverage));
}

#[test]
fn another_root_or_another_time_is_not_trusted_but_intact() {
    let tablet = Tablet::new(1);
    let pdf = sign_all(&tablet, &Shape::default());
    let stranger = Tablet::new(9).verdict(&pdf);
    assert_eq!((stranger.integrity, stranger.trust), (Integrity::Intact, Trust::NotTrusted));
    for (at, reason) in [("2026-10-31T23:59:59Z", "not_yet_valid"), ("2042-01-01T00:00:00Z", "expired")] {
        let options = fieldseal_seal::verify::VerifyOptions { at: at.parse().unwrap(), ..tablet.options() };
        let verdict = fieldseal_seal::verify::verify(&pdf, &options);
        assert_eq!((verdict.integrity, verdict.trust), (Integrity::Intact, Trust::NotTrusted));
        assert!(reasons(&verdict).contains(&reason.to_owned()), "{:?}", reasons(&verdict));
    }
}

#[test]
fn a_statement_about_something_else_is_refused() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let operators = fieldseal_seal::ink_operators(&ink(), size());
    let good = acceptance("customer", &original, &operators, false);
    let zero = fieldseal_domain::Digest([0; 32]);
    let mut wrong = Vec::new();
    for (change, reason) in [
        (
            (|a: &mut fieldseal_domain::acceptance::Acceptance, z| a.content.0 = z) as fn(&mut _, _),
            "other_content",
        ),
        (|a, z| a.file.0 = z, "other_file"),
        (|a, z| a.ink = z, "other_ink"),
        (|a, _| a.number.push('0'), "other_number"),
        (|a, _| a.revision += 1, "other_number"),
        (|a, _| a.slot = "witness".into(), "other_slot"),
        (|a, _| a.consent.text.push('!'), "other_consent"),
        (|a, _| a.device = "FS-T8".into(), "other_device"),
        (|a, _| a.outcome = Some(fieldseal_domain::acceptance::Outcome::Signed), "outcome_misplaced"),
        (|a, _| a.format = "other".into(), "acceptance_not_readable"),
    ] {
        let mut statement = good.clone();
        change(&mut statement, zero);
        wrong.push((statement, reason));
    }
    for (statement, reason) in wrong {
        let json = serde_json::to_string(&statement).unwrap();
        let sealed = sign_with(&tablet, &original, "customer", &json, operators.clone()).unwrap();
        let verdict = tablet.verdict(&sealed.pdf);
        assert_eq!(verdict.statements, Statements::Contradict);
        assert_eq!(reasons(&verdict), [reason]);
        assert!(!verdict.is_good() && verdict.is_seal_good());
    }
}
