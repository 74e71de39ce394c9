//! The register as a table of texts: which columns, in whose words, and harmless in a spreadsheet.

use crate::view::register::{RegisterLine, VerificationState};
use serde::Serialize;
use std::collections::BTreeMap;

/// Columns in order; the title is the word `column.<name>`.
pub(super) const COLUMNS: [&str; 17] = [
    "number",
    "kind",
    "status",
    "customer",
    "site",
    "technician",
    "signer",
    "method",
    "signed_at",
    "at",
    "serial",
    "device",
    "revision",
    "sync",
    "verification",
    "conflict",
    "id",
];

/// Words of the screen for what stands in cells.
pub(super) struct Words<'a>(pub(super) &'a BTreeMap<String, String>);

impl Words<'_> {
    /// The word for `key`, else the part behind its dot.
    pub(super) fn of(&self, key: &str) -> String {
        let own = || key.rsplit('.').next().unwrap_or(key).to_owned();
        self.0.get(key).cloned().unwrap_or_else(own)
    }

    /// The word of an enum's value.
    fn coded<T: Serialize>(&self, axis: &str, value: &T) -> String {
        let code = serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned));
        self.of(&format!("{axis}.{}", code.unwrap_or_default()))
    }

    pub(super) fn titles(&self) -> Vec<String> {
        COLUMNS.iter().map(|name| self.of(&format!("column.{name}"))).collect()
    }

    pub(super) fn cells(&self, line: &RegisterLine) -> Vec<String> {
        let some = |axis: &str, value: &str| {
            if value.is_empty() { String::new() } else { self.of(&format!("{axis}.{value}")) }
        };
        let verification = match line.verification {
            VerificationState::None => String::new(),
            VerificationState::Good | VerificationState::Bad => {
                self.coded("verification", &line.verification)
            }
        };
        vec![
            line.number.clone(),
            some("kind", &line.kind),
            self.coded("status", &line.status),
            line.customer.clone(),
            line.site.clone(),
            line.technician.clone(),
            line.signer.clone(),
            some("method", &line.method),
            line.signed_at.clone(),
            line.at.clone(),
            line.serial.clone(),
            line.device.clone(),
            line.revision.to_string(),
            self.coded("sync", &line.sync),
            verification,
            if line.conflict { self.of("column.conflict") } else { String::new() },
            line.id.to_string(),
        ]
    }
}

/// A text that no spreadsheet takes for a formula: a quote before what would begin one.
pub(super) fn harmless(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{text}")
        }
        Some(_) | None => text.to_owned(),
    }
}

/// A part of a file's name that every system takes: no separators, no control characters, not too long.
pub(super) fn file_part(text: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let part: String = text.chars().map(safe).take(60).collect();
    part.trim_matches(['.', '_', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_a_text() {
        for text in ["=1+1", "+40 721", "-3", "@SUM(A1)", "\t=1", "  =HYPERLINK(\"x\")", "＝1"] {
            assert!(harmless(text).starts_with('\''), "{text:?}");
        }
        for text in ["", "FS-2026-RO1-00001", "a=b", "O'Brien", "№ 5"] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn a_name_of_a_customer_is_no_path() {
        assert_eq!(file_part("../../etc/passwd"), "etc_passwd");
        assert_eq!(file_part("Müller & Söhne / Süd"), "Müller___Söhne___Süd");
        assert!(file_part(&"x".repeat(500)).len() <= 60);
    }
}
