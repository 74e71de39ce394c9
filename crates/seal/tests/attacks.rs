//! Attacks by anybody who has the file: forged, cut, extended, copied and bent bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_seal::PrefixState;
use fieldseal_seal::second_path::{self, Expectations};
use fieldseal_seal::verify::{Integrity, VerifyOptions, verify};
use proptest::prelude::*;
use support::*;

/// A sealed document and where its last signature's hexadecimal digits stand.
struct Target {
    tablet: Tablet,
    pdf: Vec<u8>,
    hex: std::ops::Range<usize>,
}

fn target(slot: &str) -> Target {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let pdf = sign(&tablet, &original, &original, slot).pdf;
    let hex = hex_of_last(&pdf);
    Target { tablet, pdf, hex }
}

fn hex_of_last(pdf: &[u8]) -> std::ops::Range<usize> {
    let at = find_last(pdf, b"/Contents <") + 11;
    at..at + 32_768
}

fn find_last(haystack: &[u8], needle: &[u8]) -> usize {
    haystack.windows(needle.len()).rposition(|w| w == needle).unwrap()
}

fn replaced(pdf: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = find_last(pdf, from.as_bytes());
    [&pdf[..at], to.as_bytes(), &pdf[at + from.len()..]].concat()
}

fn check_refused(target: &Target, attacked: &[u8], name: &str) {
    assert_ne!(attacked, target.pdf, "{name}: the attack changed nothing");
    let verdict = target.tablet.verdict(attacked);
    assert!(!verdict.is_seal_good() && !verdict.is_good(), "{name} was accepted");
}

fn check_reason(target: &Target, attacked: &[u8], reason: &str) {
    check_refused(target, attacked, reason);
    let verdict = target.tablet.verdict(attacked);
    assert!(reasons(&verdict).iter().any(|r| r == reason), "{reason}: {:?}", reasons(&verdict));
}

/// Bytes of an update in classic form that anybody can append.
fn appended(pdf: &[u8], object: &str) -> Vec<u8> {
    let previous = find_last(pdf, b"startxref\n");
    let previous: String =
        pdf[previous + 10..].iter().take_while(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
    let number = object.split(' ').next().unwrap();
    let at = pdf.len();
    let xref = at + object.len();
    let tail = format!(
        "{object}xref\n{number} 1\n{at:010} 00000 n\r\ntrailer\n<</Size 99/Root 1 0 R/Prev {previous}>>\nstartxref\n{xref}\n%%EOF\n"
    );
    [pdf, tail.as_bytes()].concat()
}

#[test]
fn every_single_byte_counts() {
    let target = target("customer");
    let options = target.tablet.options();
    let used = {
        let digits = &target.pdf[target.hex.clone()];
        target.hex.start + digits.iter().rposition(|b| *b != b'0').unwrap() + 1
    };
    // Every fifth byte, of the padding every 211th; all of them with the variable set.
    let all = std::env::var_os("FIELDSEAL_EVERY_BYTE").is_some();
    let mut tried = 0;
    for at in 0..target.pdf.len() {
        let step = if (used..target.hex.end).contains(&at) { 211 } else { 5 };
        if !all && at % step != 0 {
            continue;
        }
        let mut changed = target.pdf.clone();
        let old = changed[at];
        // Inside the digits another digit, else a flipped bit: both stay plausible.
        changed[at] = match old {
            b'0'..=b'9' | b'a'..=b'f' if target.hex.contains(&at) => {
                b"0123456789abcdef"[(usize::from(old) * 7 + at) % 16]
            }
            other => other ^ (1 << (at % 8)),
        };
        if changed[at] == old {
            changed[at] ^= 1;
        }
        let verdict = verify(&changed, &options);
        assert!(
            !verdict.is_good() && !verdict.is_seal_good(),
            "byte {at} of {} is free: {:?}",
            changed.len(),
            changed[at]
        );
        tried += 1;
    }
    println!("{tried} of {} bytes tried", target.pdf.len());
    assert!(tried > 2_000, "{tried} bytes tried");
}

#[test]
fn the_case_of_a_hex_letter_is_not_free() {
    let target = target("customer");
    let letters: Vec<usize> = target.hex.clone().filter(|at| target.pdf[*at].is_ascii_lowercase()).collect();
    for at in letters.iter().step_by(9) {
        let mut changed = target.pdf.clone();
        changed[*at] = changed[*at].to_ascii_uppercase();
        check_reason(&target, &changed, "contents_not_hex");
    }
}

/// The same signature with a length spelled in one byte more, as BER allows and DER does not.
#[test]
fn another_spelling_of_the_same_signature() {
    let target = target("customer");
    let digits = String::from_utf8(target.pdf[target.hex.clone()].to_vec()).unwrap();
    assert!(digits.starts_with("3082"));
    let longer = format!("308300{}", &digits[4..digits.len() - 2]);
    check_refused(&target, &replaced(&target.pdf, &digits, &longer), "long length");
    let indefinite = format!("3080{}0000", &digits[8..]);
    check_refused(&target, &replaced(&target.pdf, &digits, &indefinite[..digits.len()]), "indefinite length");
}

#[test]
fn universal_forgery() {
    let target = target("customer");
    let digits = String::from_utf8(target.pdf[target.hex.clone()].to_vec()).unwrap();
    let range_at = find_last(&target.pdf, b"/ByteRange [");
    let range_end = range_at + target.pdf[range_at..].iter().position(|b| *b == b']').unwrap() + 1;
    let range = String::from_utf8(target.pdf[range_at..range_end].to_vec()).unwrap();
    for bad in [
        "/ByteRange []",
        "/ByteRange [0 0 0 0]",
        "/ByteRange null",
        "/ByteRange [0 -1 2 3]",
        "/ByteRange [0 1 2 99999999999]",
        "",
    ] {
        check_refused(&target, &replaced(&target.pdf, &range, bad), bad);
        let same_length = format!("{bad:<width$}", width = range.len());
        check_refused(&target, &replaced(&target.pdf, &range, &same_length), bad);
    }
    let zeros = "0".repeat(digits.len());
    check_refused(&target, &replaced(&target.pdf, &digits, &zeros), "contents of zeros");
    check_refused(&target, &replaced(&target.pdf, &digits, ""), "empty contents");
    let null = format!("null{}", " ".repeat(digits.len() - 2));
    check_refused(&target, &replaced(&target.pdf, &format!("<{digits}>"), &null), "null contents");
}

#[test]
fn incremental_saving() {
    let target = target("technician");
    let page = "4 0 obj\n<</Length 12>>\nstream\n0 0 9 9 re f\nendstream\nendobj\n";
    check_reason(&target, &appended(&target.pdf, page), "bytes_after_signature");
    check_reason(&target, &appended(&target.pdf, "90 0 obj\nnull\nendobj\n"), "bytes_after_signature");
    check_reason(&target, &[target.pdf.as_slice(), b"\n"].concat(), "bytes_after_signature");
    check_refused(&target, &target.pdf[..target.pdf.len() - 1], "last byte cut off");
}

#[test]
fn wrapping_and_overlapping_ranges() {
    let target = target("customer");
    let (a, b) = (target.hex.start - 1, target.hex.end + 1);
    let c = target.pdf.len() - b;
    let honest = format!("[0 {a} {b} {c}]");
    for bent in [
        format!("[0 {} {b} {c}]", a - 1),
        format!("[0 {a} {} {}]", b + 10, c - 10),
        format!("[0 {a} {} {}]", b - 200, c + 200),
        format!("[0 {} {} {}]", a + 1, b - 1, c + 1),
        format!("[1 {} {b} {c}]", a - 1),
        format!("[0 {a} {b} {}]", c - 1),
        format!("[0 {a} {b} {c} 0 0]"),
    ] {
        let padded = format!("{bent:<width$}", width = honest.len());
        check_refused(&target, &replaced(&target.pdf, &honest, &padded), &bent);
    }
}

#[test]
fn signatures_copied_from_another_file_of_the_same_device() {
    let target = target("customer");
    let original = frozen(&Shape { ballast: 100, ..Shape::default() });
    let other = sign(&target.tablet, &original, &original, "customer").pdf;
    let other_hex = &other[hex_of_last(&other)];
    let mut whole = target.pdf.clone();
    whole[target.hex.clone()].copy_from_slice(other_hex);
    check_reason(&target, &whole, "message_digest_differs");

    // Only the device seal: 105 bytes behind its identifier.
    let marker = b"4d81873482b23082d4af3485d3c237";
    let seal_of = |hex: &[u8]| hex.windows(marker.len()).position(|w| w == marker).unwrap() + marker.len();
    let mut seal = target.pdf.clone();
    let to = target.hex.start + seal_of(&target.pdf[target.hex.clone()]);
    let from = seal_of(other_hex);
    seal[to..to + 214].copy_from_slice(&other_hex[from..from + 214]);
    check_reason(&target, &seal, "device_seal_signature_wrong");
}

#[test]
fn signed_by_another_firm_with_the_same_names() {
    let target = target("customer");
    let stranger = Tablet::new(77);
    let original = frozen(&Shape::default());
    let forged = sign(&stranger, &original, &original, "customer").pdf;
    let verdict = target.tablet.verdict(&forged);
    assert_eq!(verdict.integrity, Integrity::Intact);
    assert!(
        !verdict.is_seal_good() && reasons(&verdict).contains(&"unknown_issuer".to_owned()),
        "{:?}",
        reasons(&verdict)
    );
}

#[test]
fn keys_of_one_device_with_certificates_of_another() {
    let target = target("customer");
    let mut mixed = Tablet::new(1);
    mixed.certificates.ed25519 = Tablet::new(1)
        .authority
        .issue_device(&mut TestRng(5), &mixed.keys.public().unwrap(), "FS-T8", build_date())
        .unwrap()
        .ed25519;
    let original = frozen(&Shape::default());
    let pdf = sign(&mixed, &original, &original, "customer").pdf;
    check_reason(&target, &pdf, "device_ids_differ");
}

#[test]
fn strange_files_get_a_verdict() {
    let options = Tablet::new(1).options();
    let loop_of_pages = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R/AcroForm<</Fields[1 0 R]>>/Kids[1 0 R]/FT/Sig/V 1 0 R>>endobj\n\
        xref\n1 1\n0000000009 00000 n\r\ntrailer<</Size 2/Root 1 0 R>>\nstartxref\n115\n%%EOF\n";
    let xref_loop = b"%PDF-1.7\nxref\n0 0\ntrailer<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n";
    let deep = [
        b"%PDF-1.7\n1 0 obj".as_slice(),
        "[".repeat(200_000).as_bytes(),
        b"endobj xref\n1 1\n0000000009 00000 n\r\ntrailer<</Size 2/Root 1 0 R>>\nstartxref\n200022\n%%EOF",
    ]
    .concat();
    let huge = b"%PDF-1.7\nxref\n0 99999999999\ntrailer<</Size 99999999999999999999>>\nstartxref\n9\n%%EOF\n";
    for file in [b"".as_slice(), b"%PDF-1.7", loop_of_pages, xref_loop, &deep, huge, &[0xff; 5_000]] {
        let verdict = verify(file, &options);
        assert!(!verdict.is_good());
        assert_ne!(verdict.integrity, Integrity::Intact);
    }
}

fn mutate(pdf: &[u8], steps: &[(u8, prop::sample::Index, u8)]) -> Vec<u8> {
    let mut out = pdf.to_vec();
    for (kind, at, value) in steps {
        if out.is_empty() {
            break;
        }
        let at = at.index(out.len());
        match kind % 5 {
            0 => out[at] = *value,
            1 => {
                out.remove(at);
            }
            2 => out.insert(at, *value),
            3 => out.truncate(at),
            _ => {
                let end = (at + usize::from(*value)).min(out.len());
                let copy = out[at..end].to_vec();
                out.extend_from_slice(&copy);
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Would turn red if any mutation were accepted, or made the verifier panic or hang.
    #[test]
    fn mutated_files_are_refused(steps in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        thread_local! {
            static SEALED: (Vec<u8>, Vec<u8>, VerifyOptions) = {
                let tablet = Tablet::new(1);
                let table = sign_all(&tablet, &Shape { slots: vec!["technician"], ..Shape::default() });
                let stream = sign_all(&tablet, &Shape { slots: vec!["technician"], xref: Xref::Stream, ..Shape::default() });
                (table, stream, tablet.options())
            };
        }
        SEALED.with(|(table, stream, options)| {
            for pdf in [table, stream] {
                let mutated = mutate(pdf, &steps);
                let verdict = verify(&mutated, options);
                prop_assert!(mutated == *pdf || !verdict.is_good());
            }
            Ok(())
        })?;
    }

    /// Would turn red if the second path let a mutation of what was written pass, or panicked.
    #[test]
    fn the_second_path_refuses_mutations(steps in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let tablet = Tablet::new(1);
        let original = frozen(&Shape::default());
        let operators = fieldseal_seal::ink_operators(&ink(), size());
        let json = serde_json::to_string(&acceptance("customer", &original, &operators, false)).unwrap();
        let sealed = sign_with(&tablet, &original, "customer", &json, operators).unwrap();
        let expected = Expectations {
            before: &PrefixState::of(&original),
            covered: sealed.covered,
            acceptance_json: &json,
            keys: &tablet.keys.public().unwrap(),
            certificates: &tablet.certificates,
        };
        prop_assert!(second_path::check(&sealed.pdf, &expected).is_ok());
        let mutated = mutate(&sealed.pdf, &steps);
        prop_assert!(mutated == sealed.pdf || second_path::check(&mutated, &expected).is_err());
    }

    /// Would turn red if random bytes behind a PDF header made a reader panic.
    #[test]
    fn random_bytes_get_a_verdict(body in prop::collection::vec(any::<u8>(), 0..600), words in prop::collection::vec(0_usize..12, 0..40)) {
        const WORDS: [&str; 12] = [
            "1 0 obj", "endobj", "<<", ">>", "[", "]", "/Root 1 0 R", "stream\n", "xref\n0 1\n", "trailer", "startxref\n9\n%%EOF", "/ByteRange",
        ];
        let mut file = b"%PDF-1.7\n".to_vec();
        for (i, word) in words.iter().enumerate() {
            file.extend_from_slice(WORDS[*word].as_bytes());
            file.extend(body.iter().skip(i * 15).take(15));
        }
        let options = VerifyOptions { roots: Vec::new(), at: build_date() };
        prop_assert!(!verify(&file, &options).is_good());
    }
}
