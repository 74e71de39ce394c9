//! Measures the parts of Fieldseal that a person waits for, each against the least the machine needs for it and, where
//! another program does the same, against that program: `make bench`.
//!
//! Prints one figure a line as JSON (see [`figure`]). The ink of the screen and the start of the window are measured by
//! scripts of their own, in the browser and in the real window. What an aim is good for is not decided here.

mod figure;
mod journal;
mod material;
mod measure;
mod peer;
mod preview;
mod render;
mod seal;
mod visits;

#[allow(dead_code, missing_docs, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation)]
#[path = "../../tests/support/tablet.rs"]
mod tablet;
#[path = "../../tests/support/workshop.rs"]
mod workshop;

// The same documents and the same device as in the tests of the parts.
#[path = "../../crates/seal/tests/support/mod.rs"]
mod device;
#[allow(missing_docs)]
#[path = "../../crates/render/tests/support/mod.rs"]
mod documents;

use figure::Figure;
use std::{error::Error, path::Path, process::ExitCode};

/// What a measurement ends with when it cannot be made.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// The argument that makes this program the typesetting worker, as the desktop program does it.
const WORKER: &str = "render-worker";

const USAGE: &str = "usage: fieldseal-bench FOLDER [NAME...]
FOLDER must be on the disk that is to be measured. NAME: seal, render, preview, visits, journal; without one: all.";

/// A group of figures: its name, and what measures it in a folder.
type Group = (&'static str, fn(&Path) -> Outcome<Vec<Figure>>);

const GROUPS: [Group; 5] = [
    ("seal", seal::figures),
    ("render", render::figures),
    ("preview", preview::figures),
    ("visits", visits::figures),
    ("journal", journal::figures),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, [])) if first == WORKER => fieldseal_app::worker::serve().map_err(Into::into),
        Some((folder, names)) if !folder.starts_with('-') => run(Path::new(folder), names),
        Some(_) | None => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, names: &[String]) -> Outcome<()> {
    if let Some(unknown) = names.iter().find(|name| GROUPS.iter().all(|(known, _)| known != name)) {
        return Err(format!("no figures are called {unknown:?}\n{USAGE}").into());
    }
    std::fs::create_dir_all(folder)?;
    for (name, figures) in GROUPS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            eprintln!("{name} ...");
            for figure in figures(folder)? {
                println!("{}", serde_json::to_string(&figure)?);
            }
        }
    }
    Ok(())
}
