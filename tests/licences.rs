//! Every part made by others has a licence we may use, and is named in THIRD_PARTY_NOTICES.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, reason = "each test file uses its part of it")]
#[path = "support/repository.rs"]
mod repository;

use std::process::Command;

use serde_json::Value;

/// Permissive licences: no duty beyond keeping the notice.
const ALLOWED: [&str; 18] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BlueOak-1.0.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
];

/// Licences accepted for these parts alone. MPL-2.0: used unmodified, its source named in the notices (clause 3.2);
/// lightningcss and axe-core only build and test. "blessing" is SQLite's dedication to the public domain.
const ALLOWED_FOR: [(&str, &[&str]); 3] = [
    (
        "MPL-2.0",
        &[
            "cssparser",
            "cssparser-macros",
            "dtoa-short",
            "option-ext",
            "selectors",
            "lightningcss*",
            "axe-core",
        ],
    ),
    ("blessing", &["sqlcipher-src"]),
    // A font, embedded unmodified.
    ("OFL-1.1", &["@fontsource-variable/inter"]),
];

/// One part made by others.
struct Part {
    name: String,
    licence: String,
}

/// Reads an SPDX expression (annex D of SPDX 2.3: OR, AND, WITH, parentheses) and judges it.
struct Expression<'a> {
    words: Vec<&'a str>,
    at: usize,
    part: &'a str,
}

impl<'a> Expression<'a> {
    fn next_is(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }

    /// `None` stands for an expression that cannot be read.
    fn any(&mut self) -> Option<bool> {
        let mut good = self.all()?;
        while self.next_is("OR") {
            good |= self.all()?;
        }
        Some(good)
    }

    fn all(&mut self) -> Option<bool> {
        let mut good = self.one()?;
        while self.next_is("AND") {
            good &= self.one()?;
        }
        Some(good)
    }

    fn one(&mut self) -> Option<bool> {
        if self.next_is("(") {
            let good = self.any()?;
            return self.next_is(")").then_some(good);
        }
        let name = self.name()?;
        if self.next_is("WITH") {
            let with_exception = format!("{name} WITH {}", self.name()?);
            return Some(ALLOWED.contains(&with_exception.as_str()));
        }
        Some(ALLOWED.contains(&name) || self.excepted(name))
    }

    fn name(&mut self) -> Option<&'a str> {
        let name =
            self.words.get(self.at).copied().filter(|w| !["OR", "AND", "WITH", "(", ")"].contains(w))?;
        self.at += 1;
        Some(name)
    }

    fn excepted(&self, licence: &str) -> bool {
        let fits = |pattern: &str| {
            pattern.strip_suffix('*').map_or(pattern == self.part, |p| self.part.starts_with(p))
        };
        ALLOWED_FOR.iter().any(|(name, parts)| *name == licence && parts.iter().any(|part| fits(part)))
    }
}

fn usable(part: &Part) -> bool {
    let spaced = part.licence.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut expression = Expression { words: spaced.split_whitespace().collect(), at: 0, part: &part.name };
    expression.any() == Some(true) && expression.at == expression.words.len()
}

fn complaints(parts: &[Part]) -> Vec<String> {
    parts
        .iter()
        .filter(|part| !usable(part))
        .map(|p| format!("{}: licence {:?}", p.name, p.licence))
        .collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn crates() -> Vec<Part> {
    let others = repository::packages(&[]).into_iter().filter(|package| !package["source"].is_null());
    others.map(|p| Part { name: text_of(&p["name"]), licence: text_of(&p["license"]) }).collect()
}

fn npm_packages() -> Vec<Part> {
    let lock = std::fs::read_to_string(repository::root().join("ui/package-lock.json")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    let entries = lock["packages"].as_object().unwrap().iter().filter(|(path, _)| !path.is_empty());
    entries
        .map(|(path, entry)| Part {
            name: path.rsplit("node_modules/").next().unwrap_or_default().to_owned(),
            licence: text_of(&entry["license"]),
        })
        .collect()
}

fn made_up(name: &str, licence: &str) -> [Part; 1] {
    [Part { name: name.to_owned(), licence: licence.to_owned() }]
}

#[test]
fn every_crate_has_a_licence_we_may_use() {
    let crates = crates();
    assert!(crates.len() > 300, "only {} crates seen: the walk is broken", crates.len());
    assert_eq!(complaints(&crates), [""; 0]);
}

#[test]
fn every_npm_package_has_a_licence_we_may_use() {
    let packages = npm_packages();
    assert!(packages.len() > 20, "only {} packages seen: the walk is broken", packages.len());
    assert_eq!(complaints(&packages), [""; 0]);
}

#[test]
fn a_choice_needs_one_good_licence_and_a_sum_needs_all() {
    for good in
        ["MIT/Apache-2.0", "MIT OR GPL-3.0-only", "(MIT OR GPL-2.0) AND Unicode-3.0", "LGPL-2.1 OR (ISC)"]
    {
        assert!(usable(&made_up("a", good)[0]), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "MIT OR",
        "(MIT",
        "MIT)",
        "Apache-2.0 WITH Other",
        "MIT ISC",
    ] {
        assert!(!usable(&made_up("a", bad)[0]), "{bad}");
    }
}

#[test]
fn a_licence_accepted_for_one_part_is_not_accepted_for_another() {
    assert!(usable(&made_up("selectors", "MPL-2.0")[0]));
    assert!(usable(&made_up("lightningcss-linux-x64-gnu", "MPL-2.0")[0]));
    assert_eq!(complaints(&made_up("newcomer", "MPL-2.0")).len(), 1);
}

#[test]
fn the_notices_are_up_to_date() {
    let script = repository::root().join("scripts/notices.py");
    let output = Command::new("python3").arg(script).arg("--check").output().expect("python3 starts");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}
