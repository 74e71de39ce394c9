//! The program as people call it: words, JSON and exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../seal/tests/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::*;

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_fieldseal-verify")).args(arguments).output().unwrap();
    Run {
        code: output.status.code().expect("the program must end by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

struct Folder {
    folder: tempfile::TempDir,
    tablet: Tablet,
    original: Vec<u8>,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tablet = Tablet::new(1);
        std::fs::write(folder.path().join("root.pem"), tablet.authority.root_pem()).unwrap();
        Self { folder, tablet, original: frozen(&Shape::default()) }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Judges these bytes at the time of the tests' acts.
    fn judge(&self, pdf: &[u8], more: &[&str]) -> Run {
        std::fs::write(self.folder.path().join("file.pdf"), pdf).unwrap();
        let (file, root) = (self.path("file.pdf"), self.path("root.pem"));
        run(&[&[file.as_str(), "--root", &root, "--at", "2026-11-22T12:30:00Z"], more].concat())
    }
}

#[test]
fn a_closed_document_is_good_and_says_who_signed() {
    let folder = Folder::new();
    let pdf = sign_all(&folder.tablet, &Shape::default());
    let run = folder.judge(&pdf, &[]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.starts_with("GOOD. This document is whole and unchanged"), "{}", run.out);
    for words in [
        NUMBER,
        "Ștefan Müller, owner",
        "drawn by hand",
        "device FS-T7 of Atelier Ünal",
        "2026-11-22T14:05:09+02:00",
    ] {
        assert!(run.out.contains(words), "{words} is missing in\n{}", run.out);
    }
    for never in ["advanced", "qualified"] {
        assert!(!run.out.to_lowercase().contains(never), "a simple signature must not be called {never}");
    }
}

#[test]
fn an_open_document_is_good_so_far() {
    let folder = Folder::new();
    let pdf = sign(&folder.tablet, &folder.original, &folder.original, "customer").pdf;
    let run = folder.judge(&pdf, &[]);
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("GOOD SO FAR."), "{}", run.out);
}

#[test]
fn bad_files_end_with_1_and_a_sentence() {
    let folder = Folder::new();
    let good = sign(&folder.tablet, &folder.original, &folder.original, "technician").pdf;
    let mut changed = good.clone();
    changed[300] ^= 1;
    let stranger = Tablet::new(8);
    let foreign = sign(&stranger, &folder.original, &folder.original, "technician").pdf;
    for (pdf, sentence) in [
        (changed.as_slice(), "DO NOT RELY ON THIS FILE."),
        (&good[..good.len() / 2], "NOT PROVEN."),
        (&foreign, "NOT TRUSTED."),
        (&folder.original, "NOT PROVEN."),
        (b"", "NOT PROVEN."),
        (b"hello", "NOT PROVEN."),
    ] {
        let run = folder.judge(pdf, &[]);
        assert_eq!(run.code, 1, "{}", run.out);
        assert!(run.out.starts_with(sentence), "{sentence}\n{}", run.out);
    }
}

#[test]
fn json_has_grades_and_codes() {
    let folder = Folder::new();
    let good = sign(&folder.tablet, &folder.original, &folder.original, "technician").pdf;
    let run = folder.judge(&good, &["--json"]);
    let verdict: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(verdict["good"], true);
    assert_eq!(verdict["integrity"], "intact");
    assert_eq!(verdict["signatures"][0]["acceptance"]["slot"], "technician");
    let run = folder.judge(&folder.original, &["--json"]);
    let verdict: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &verdict["checks"][0]["reason"]), (1, &serde_json::json!("no_signature")));
}

#[test]
fn a_receipt_says_whether_the_file_is_registered() {
    let register = support::receipts::Register::new(31);
    let tablet = register.tablet(32);
    let mut folder = Folder::new();
    std::fs::write(folder.path("root.pem"), register.root.root_pem()).unwrap();
    folder.tablet = tablet;
    let pdf = sign_all(&folder.tablet, &Shape::default());
    let run = folder.judge(&pdf, &[]);
    assert!(run.code == 0 && run.out.contains("not registered yet"), "{}", run.out);

    let path = folder.path("receipt.json");
    let write = |receipt: &fieldseal_seal::log::Receipt| {
        std::fs::write(&path, receipt.to_json().unwrap()).unwrap();
    };
    write(&register.receipt(&folder.tablet, &pdf));
    let run = folder.judge(&pdf, &["--receipt", &path]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.contains("registered: entry 5 of the firm's register"), "{}", run.out);
    let json = folder.judge(&pdf, &["--receipt", &path, "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["register"]["registration"], &json["register"]["seq"]),
        (&"registered".into(), &5.into())
    );

    write(&register.receipt(&folder.tablet, b"another file"));
    let run = folder.judge(&pdf, &["--receipt", &path]);
    assert_eq!(run.code, 1, "a receipt that does not fit is no good answer");
    assert!(run.out.contains("GOOD.") && run.out.contains("the receipt is of another file"), "{}", run.out);
    let json = folder.judge(&pdf, &["--receipt", &path, "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["good"], &json["register"]["reason"]), (&false.into(), &"other_file".into()));

    std::fs::write(&path, "{}").unwrap();
    let run = folder.judge(&pdf, &["--receipt", &path]);
    assert!(run.code == 1 && run.out.contains("not a receipt"), "{}", run.out);
    assert_eq!(folder.judge(&pdf, &["--receipt", "/nowhere.json"]).code, 2);
}

#[test]
fn questions_that_cannot_be_asked_end_with_2() {
    let folder = Folder::new();
    let root = folder.path("root.pem");
    let missing = run(&["/nowhere.pdf", "--root", &root]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.starts_with("The file /nowhere.pdf cannot be read"), "{}", missing.err);
    let no_root = run(&[&root, "--root", env!("CARGO_MANIFEST_PATH")]);
    assert_eq!(no_root.code, 2);
    assert!(no_root.err.contains("holds no certificate"), "{}", no_root.err);
    assert_eq!(run(&[&root]).code, 2, "--root is required");
    assert_eq!(run(&[&root, "--root", &root, "--at", "yesterday"]).code, 2);
}

#[test]
fn text_in_the_file_cannot_play_with_the_terminal() {
    let folder = Folder::new();
    let operators = fieldseal_seal::ink_operators(&ink(), size());
    let mut statement = acceptance("technician", &folder.original, &operators, true);
    statement.signer.name = "Ana\u{1b}[2J\n\u{202e}GOOD".into();
    let json = serde_json::to_string(&statement).unwrap();
    let pdf = sign_with(&folder.tablet, &folder.original, "technician", &json, operators).unwrap().pdf;
    let run = folder.judge(&pdf, &[]);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains('\u{202e}'));
}

#[test]
fn no_sample_is_called_good() {
    let samples: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seal/tests/samples");
    let root = samples.join("test-root.pem");
    let mut tried = 0;
    for entry in std::fs::read_dir(&samples).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "pdf") && !path.ends_with("frozen-object-streams.pdf") {
            let name = path.file_name().unwrap().to_str().unwrap();
            let run = run(&[
                path.to_str().unwrap(),
                "--root",
                root.to_str().unwrap(),
                "--at",
                "2026-11-22T12:00:00Z",
            ]);
            assert_eq!(run.code, 1, "{name}");
            assert_eq!(
                run.out.starts_with("SEALED, BUT NOT A FIELDSEAL DOCUMENT."),
                name.starts_with("good"),
                "{name}\n{}",
                run.out
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 9);
}
