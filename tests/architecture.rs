//! The layout as a test: which part may know which, and what only the edges may touch.
//! Each rule is a function from material to complaints, tried on the repository and on a made-up violation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, reason = "each test file uses its part of it")]
#[path = "support/repository.rs"]
mod repository;

use repository::Source;

/// Which of our parts each part may depend on. A new part needs a line here.
const LAYOUT: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("seal", &["domain"]),
    ("render", &["domain"]),
    ("wire", &["domain"]),
    ("store", &["domain"]),
    ("sync", &["domain", "wire", "store", "seal"]),
    ("app", &["domain", "seal", "render", "store", "sync"]),
    ("ledger", &["domain", "wire", "seal"]),
    ("server", &["domain", "wire", "seal", "ledger"]),
    ("verify", &["domain", "seal"]),
    ("desktop", &["app", "domain"]),
    // Measures the parts; ships in none of them.
    ("bench", &["domain", "seal", "render", "store", "app"]),
    ("bench-central", &["domain", "seal", "wire", "store", "sync", "server"]),
];

/// Crates that only these parts may use. A name that ends in "*" stands for all that begin so.
const CONFINED: [(&str, &[&str]); 10] = [
    ("rusqlite", &["store", "ledger", "server", "bench", "bench-central"]),
    ("refinery*", &["store", "ledger"]),
    ("tauri*", &["desktop"]),
    ("gtk", &["desktop"]),
    ("keyring*", &["desktop"]),
    ("zbus-secret-service-keyring-store", &["desktop"]),
    ("windows-native-keyring-store", &["desktop"]),
    ("reqwest", &["sync", "server", "bench-central"]),
    ("axum", &["server"]),
    ("typst*", &["render"]),
];

/// Where the wall clock may be read: the edges of the system.
const CLOCK_EDGES: [&str; 4] =
    ["src-tauri/", "crates/app/src/clock", "crates/verify/src/main.rs", "crates/server/src/clock"];

const CLOCK_READINGS: [&str; 6] =
    ["SystemTime::now", "Timestamp::now", "Zoned::now", "Utc::now", "Local::now", "OffsetDateTime::now"];

/// One package of the workspace: the part it is, and the names of all it depends on.
struct Part {
    name: String,
    depends_on: Vec<String>,
}

/// "fieldseal-store" is the part "store", the root package is the part "desktop".
fn part_name(package: &str) -> Option<&str> {
    if package == "fieldseal" { Some("desktop") } else { package.strip_prefix("fieldseal-") }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

/// The tests may use anything; they are no part of the product.
fn parts_of_the_product() -> Vec<Part> {
    repository::packages(&["--no-deps"])
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap();
            // What only a part's own tests use does not ship: they may use anything, as these do.
            let ships = |d: &&serde_json::Value| d["kind"].as_str() != Some("dev");
            let depends_on = package["dependencies"].as_array().unwrap().iter().filter(ships);
            Part {
                name: part_name(name)
                    .unwrap_or_else(|| panic!("{name} must be named fieldseal-..."))
                    .to_owned(),
                depends_on: depends_on.map(|d| d["name"].as_str().unwrap().to_owned()).collect(),
            }
        })
        .filter(|part| part.name != "tests")
        .collect()
}

fn forbidden_edges(parts: &[Part]) -> Vec<String> {
    let mut complaints = Vec::new();
    for part in parts {
        let Some((_, allowed)) = LAYOUT.iter().find(|(name, _)| *name == part.name) else {
            complaints.push(format!("{} has no line in LAYOUT", part.name));
            continue;
        };
        for target in part.depends_on.iter().filter_map(|name| part_name(name)) {
            if !allowed.contains(&target) {
                complaints.push(format!("{} must not depend on {target}", part.name));
            }
        }
    }
    complaints
}

fn escaped_crates(parts: &[Part]) -> Vec<String> {
    let mut complaints = Vec::new();
    for part in parts {
        for name in &part.depends_on {
            for (pattern, homes) in CONFINED {
                if matches(pattern, name) && !homes.contains(&part.name.as_str()) {
                    complaints.push(format!("{} must not use {name}, only {homes:?} may", part.name));
                }
            }
        }
    }
    complaints
}

fn clock_readings(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for Source { path, text } in sources {
        let inside_product = path.starts_with("src-tauri/") || path.contains("/src/");
        if !inside_product || CLOCK_EDGES.iter().any(|edge| path.starts_with(edge)) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(reading) = CLOCK_READINGS.iter().find(|reading| code.contains(*reading)) {
                complaints.push(format!("{path}:{}: {reading}: take the time as an argument", index + 1));
            }
        }
    }
    complaints
}

fn too_long(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for Source { path, text } in sources {
        let most = if path.ends_with(".svelte") { 300 } else { 600 };
        let lines = text.lines().count();
        if lines > most {
            complaints.push(format!("{path}: {lines} lines, split it (at most {most})"));
        }
    }
    complaints
}

/// Screens reach the program through one module, so that they run in a plain browser too.
fn ways_around_the_backend(sources: &[Source]) -> Vec<String> {
    let outside = sources
        .iter()
        .filter(|s| s.path.starts_with("ui/src/") && !s.path.starts_with("ui/src/lib/backend/"));
    let guilty = outside.filter(|s| s.text.contains("@tauri-apps/") || s.text.contains("__TAURI"));
    guilty.map(|s| format!("{}: only ui/src/lib/backend may speak to Tauri", s.path)).collect()
}

/// A lock file that names the place a package came from works only where that place is reached.
fn places_in_npm_lock(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.trim_start().starts_with("\"resolved\""))
        .map(|l| l.trim().to_owned())
        .collect()
}

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn made_up_part(name: &str, depends_on: &[&str]) -> Vec<Part> {
    vec![Part { name: name.to_owned(), depends_on: depends_on.iter().map(|d| (*d).to_owned()).collect() }]
}

fn made_up_source(path: &str, text: &str) -> Vec<Source> {
    vec![Source { path: path.to_owned(), text: text.to_owned() }]
}

#[test]
fn every_part_depends_only_on_the_parts_below_it() {
    assert_none(&forbidden_edges(&parts_of_the_product()));
}

#[test]
fn an_edge_upwards_is_found() {
    assert_eq!(forbidden_edges(&made_up_part("domain", &["serde", "fieldseal-store"])).len(), 1);
    assert_eq!(forbidden_edges(&made_up_part("seal", &["fieldseal-domain", "fieldseal"])).len(), 1);
    assert_eq!(forbidden_edges(&made_up_part("newcomer", &[])).len(), 1);
    assert_none(&forbidden_edges(&made_up_part("app", &["fieldseal-domain", "fieldseal-store"])));
}

#[test]
fn heavy_and_outward_crates_stay_in_their_part() {
    assert_none(&escaped_crates(&parts_of_the_product()));
}

#[test]
fn an_escaped_crate_is_found() {
    assert_eq!(escaped_crates(&made_up_part("app", &["rusqlite"])).len(), 1);
    assert_eq!(escaped_crates(&made_up_part("domain", &["tauri-plugin-dialog"])).len(), 1);
    assert_eq!(escaped_crates(&made_up_part("desktop", &["reqwest", "tauri", "keyring-core"])).len(), 1);
    assert_none(&escaped_crates(&made_up_part("store", &["rusqlite", "serde"])));
}

#[test]
fn the_wall_clock_is_read_only_at_the_edges() {
    assert_none(&clock_readings(&repository::sources(&[".rs"])));
}

#[test]
fn a_clock_reading_is_found() {
    let text = "// Timestamp::now() is not called here\nlet t = jiff::Timestamp::now();\n";
    assert_eq!(clock_readings(&made_up_source("crates/seal/src/lib.rs", text)).len(), 1);
    assert_none(&clock_readings(&made_up_source("crates/app/src/clock.rs", text)));
    assert_none(&clock_readings(&made_up_source("src-tauri/src/main.rs", text)));
}

#[test]
fn every_file_is_short_enough_to_be_read() {
    assert_none(&too_long(&repository::sources(&[
        ".rs", ".ts", ".mjs", ".py", ".svelte", ".css", ".sql", ".typ",
    ])));
}

#[test]
fn a_long_file_is_found() {
    assert_eq!(too_long(&made_up_source("crates/app/src/a.rs", &"x\n".repeat(601))).len(), 1);
    assert_eq!(too_long(&made_up_source("ui/src/App.svelte", &"x\n".repeat(301))).len(), 1);
    assert_none(&too_long(&made_up_source("ui/src/a.ts", &"x\n".repeat(600))));
}

#[test]
fn screens_reach_the_program_through_one_module() {
    assert_none(&ways_around_the_backend(&repository::sources(&[".ts", ".svelte"])));
}

#[test]
fn a_way_around_the_backend_is_found() {
    let text = "import { invoke } from '@tauri-apps/api/core';";
    assert_eq!(ways_around_the_backend(&made_up_source("ui/src/app/Jobs.svelte", text)).len(), 1);
    assert_none(&ways_around_the_backend(&made_up_source("ui/src/lib/backend/tauri.ts", text)));
}

#[test]
fn the_npm_lock_names_no_place() {
    let lock = std::fs::read_to_string(repository::root().join("ui/package-lock.json")).unwrap();
    assert_none(&places_in_npm_lock(&lock));
    assert_eq!(places_in_npm_lock("  \"resolved\": \"https://example.com/a.tgz\",").len(), 1);
}
