//! The verdict on paper: the answer first, then who signed, then every check.

use std::fmt::Write as _;

use fieldseal_domain::acceptance::{Acceptance, Method, Outcome as Ending};
use fieldseal_seal::verify::{
    Check, Completion, Integrity, Outcome, SignatureVerdict, Statements, Trust, Verdict,
};

use crate::receipt::Registration;
use crate::words;

/// The whole text, without a line end at its end.
pub(crate) fn in_words(verdict: &Verdict, register: &Registration) -> String {
    let mut out = String::new();
    line(&mut out, headline(verdict));
    if register.is_wrong() {
        line(&mut out, "THE RECEIPT DOES NOT FIT THIS FILE: it does not prove that the file is registered.");
    }
    line(&mut out, "");
    grades(&mut out, verdict, register);
    for signature in &verdict.signatures {
        signer(&mut out, signature);
    }
    line(&mut out, "");
    line(&mut out, "Every check");
    for check in &verdict.checks {
        list_check(&mut out, "file", check);
    }
    for signature in &verdict.signatures {
        for check in &signature.checks {
            list_check(&mut out, &plain(&signature.field), check);
        }
    }
    fingerprints(&mut out, verdict);
    out.trim_end().to_owned()
}

fn line(out: &mut String, text: impl AsRef<str>) {
    out.push_str(text.as_ref());
    out.push('\n');
}

/// Text from the file, made harmless for a terminal: no control characters, no text direction
/// overrides that could turn a sentence around.
fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).take(300).collect()
}

/// One sentence that a person in a hurry may rely on.
fn headline(verdict: &Verdict) -> &'static str {
    if verdict.is_good() {
        return match verdict.completion {
            Completion::Closed => {
                "GOOD. This document is whole and unchanged, sealed by a device of the firm you named, and closed."
            }
            Completion::Open => {
                "GOOD SO FAR. This document is whole and unchanged and sealed by a device of the firm you named; it is not closed yet."
            }
        };
    }
    match (verdict.integrity, verdict.trust, verdict.statements) {
        (Integrity::CannotCheck, _, _) => "NOT PROVEN. There is nothing in this file that can be verified.",
        (Integrity::Changed, _, _) => {
            "DO NOT RELY ON THIS FILE. It was changed, or it was not sealed properly."
        }
        (Integrity::Intact, Trust::NotTrusted | Trust::CannotCheck, _) => {
            "NOT TRUSTED. The file is unchanged since it was sealed, but not by a device of the firm you named."
        }
        (Integrity::Intact, Trust::Trusted, Statements::Contradict) => {
            "DO NOT RELY ON THIS FILE. The seals are right, but what the signers state does not fit this document."
        }
        (Integrity::Intact, Trust::Trusted, Statements::NotAFieldsealDocument) => {
            "SEALED, BUT NOT A FIELDSEAL DOCUMENT. The seals are right, but there is no document content to compare them with."
        }
        (Integrity::Intact, Trust::Trusted, Statements::Agree | Statements::CannotCheck) => {
            "NOT FULLY PROVEN. The seals are right, but something in this file could not be checked."
        }
    }
}

fn grades(out: &mut String, verdict: &Verdict, register: &Registration) {
    let bytes = match verdict.integrity {
        Integrity::Intact => "unchanged since it was sealed",
        Integrity::Changed => "changed, or not sealed properly",
        Integrity::CannotCheck => "cannot be checked",
    };
    let firm = match verdict.trust {
        Trust::Trusted => "known: the certificates lead to the root you gave",
        Trust::NotTrusted => "NOT known: the certificates do not lead to the root you gave",
        Trust::CannotCheck => "cannot be checked",
    };
    let statements = match verdict.statements {
        Statements::Agree => "agree with the document and with the ink on its pages",
        Statements::Contradict => "DO NOT agree with the document",
        Statements::NotAFieldsealDocument => "not a Fieldseal document, nothing to compare",
        Statements::CannotCheck => "cannot be checked",
    };
    let closing = match verdict.completion {
        Completion::Closed => "closed: nothing can be added",
        Completion::Open => "open: prepared fields may still be signed",
    };
    let number = verdict.number.as_deref().map_or_else(|| "unknown".to_owned(), plain);
    for (label, value) in [
        ("Document", number.as_str()),
        ("File", bytes),
        ("Firm", firm),
        ("Statements", statements),
        ("Closing", closing),
        ("Register", words::registration(register).as_str()),
        ("Time", "as the device's clock said; not proven by a third party"),
    ] {
        let _ = writeln!(out, "  {label:<11} {value}");
    }
}

fn signer(out: &mut String, signature: &SignatureVerdict) {
    let failed = signature.checks.iter().any(|c| c.outcome == Outcome::Failed);
    line(out, "");
    let closes = if signature.completion == Completion::Closed { ", closes the document" } else { "" };
    let mark = if failed { "  <- has failed checks" } else { "" };
    let _ = writeln!(out, "Signature \"{}\"{closes}{mark}", plain(&signature.field));
    if let Some(said) = &signature.acceptance {
        act(out, said);
    }
    let device = signature.device.as_deref().map_or_else(|| "unknown".to_owned(), plain);
    let firm = signature.organization.as_deref().map_or_else(|| "unknown".to_owned(), plain);
    let time = signature.claimed_time.as_deref().map_or_else(|| "unknown".to_owned(), plain);
    let _ = writeln!(out, "  when        {time}");
    let _ = writeln!(out, "  sealed by   device {device} of {firm}");
}

fn act(out: &mut String, said: &Acceptance) {
    let mut who = plain(&said.signer.name);
    if !said.signer.role.is_empty() {
        let _ = write!(who, ", {}", plain(&said.signer.role));
    }
    if !said.signer.on_behalf_of.is_empty() {
        let _ = write!(who, ", on behalf of {}", plain(&said.signer.on_behalf_of));
    }
    let how = match said.method {
        Method::Drawn => "drawn by hand",
        Method::Typed => "name typed",
        Method::Stored => "the technician's stored drawing, released by PIN",
    };
    let _ = writeln!(out, "  who         {who}");
    let _ = writeln!(out, "  how         {how} (a simple electronic signature)");
    let _ = writeln!(out, "  agreed to   \"{}\"", plain(&said.consent.text));
    let ending = said.outcome.map(|o| match o {
        Ending::Signed => "all required people signed",
        Ending::Declined => "the customer declined to sign",
        Ending::Unavailable => "the customer could not sign",
    });
    if let Some(ending) = ending {
        let _ = writeln!(out, "  outcome     {ending}");
    }
}

fn list_check(out: &mut String, of: &str, check: &Check) {
    let mark = match check.outcome {
        Outcome::Passed => "ok    ",
        Outcome::Failed => "FAILED",
        Outcome::CannotCheck => "  ?   ",
    };
    let _ = write!(out, "  {mark}  {of}: {}", words::check(check.id));
    if let Some(reason) = check.reason {
        let _ = write!(out, ": {}", words::reason(reason));
    }
    if let Some(detail) = &check.detail {
        let _ = write!(out, " ({})", plain(detail));
    }
    out.push('\n');
}

fn fingerprints(out: &mut String, verdict: &Verdict) {
    line(out, "");
    line(out, "Fingerprints (SHA-256)");
    if let Some(r) = verdict.content_hash {
        let _ = writeln!(out, "  content, as printed on the pages  {}", r.0.long());
    }
    if let Some(p) = verdict.file_hash {
        let _ = writeln!(out, "  document as it was shown          {}", p.0.long());
    }
    let _ = writeln!(out, "  this file                         {}", verdict.sha256.0.long());
    if let Some(root) = verdict.signatures.iter().find_map(|s| s.root) {
        let _ = writeln!(out, "  root certificate                  {}", root.long());
    }
}
