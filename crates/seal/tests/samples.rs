//! The published samples: files of another maker after the same format.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_seal::certificates::read_certificates;
use fieldseal_seal::verify::{Completion, Outcome, Statements, Verdict, VerifyOptions, verify};
use support::reasons;

fn judge(name: &str) -> Verdict {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let pdf = std::fs::read(folder.join(name)).unwrap();
    let roots = read_certificates(&std::fs::read(folder.join("test-root.pem")).unwrap()).unwrap();
    verify(&pdf, &VerifyOptions { roots, at: "2026-11-22T12:00:00Z".parse().unwrap() })
}

fn check_seal_good(name: &str, completion: Completion, signatures: usize) {
    let verdict = judge(name);
    assert!(verdict.is_seal_good(), "{name}: {:?}", reasons(&verdict));
    assert!(
        verdict
            .all_checks()
            .all(|c| c.outcome != Outcome::Failed || c.id >= fieldseal_seal::verify::CheckId::Acceptance)
    );
    assert_eq!(verdict.statements, Statements::NotAFieldsealDocument, "{name}");
    assert_eq!((verdict.completion, verdict.signatures.len()), (completion, signatures), "{name}");
    assert!(!verdict.is_good(), "{name} has no document.json, so it is not good as a document");
}

fn check_refused(name: &str, reason: &str) {
    let verdict = judge(name);
    assert!(!verdict.is_seal_good(), "{name} was accepted");
    assert!(reasons(&verdict).iter().any(|r| r == reason), "{name}: {:?}", reasons(&verdict));
}

#[test]
fn good_samples_pass_the_seal_layer() {
    check_seal_good("good-one-signer.pdf", Completion::Closed, 1);
    check_seal_good("good-first-of-two-signed-not-closed.pdf", Completion::Open, 1);
    check_seal_good("good-two-signers-timestamped.pdf", Completion::Closed, 2);
}

#[test]
fn bad_samples_are_refused_for_the_right_reason() {
    check_refused("bad-text-changed.pdf", "message_digest_differs");
    check_refused("bad-no-device-seal.pdf", "device_seal_missing");
    check_refused("bad-device-seal-other-key.pdf", "device_seal_signature_wrong");
    check_refused("bad-device-ids-differ.pdf", "device_ids_differ");
    check_refused("bad-signed-after-closing.pdf", "signed_after_closing");
    check_refused("bad-first-signer-timestamped-late.pdf", "message_digest_differs");
}
