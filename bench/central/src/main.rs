//! Measures the central server and what an office has of it: how many events a second it takes in, proves and hands
//! out, a tablet's week, the first minutes of a new desktop, and the register's lists up to a million documents.
//!
//! The server is the real one in a process of its own, the events are signed by real devices and go over a socket.
//! Prints figures as `fieldseal-bench` does.

mod device;
#[allow(dead_code, reason = "no other program does the same")]
#[path = "../../src/figure.rs"]
mod figure;
mod floor;
#[path = "../../src/measure.rs"]
#[allow(dead_code, reason = "this program measures a part of what the other one does")]
mod measure;
mod office;
mod push;
mod register;
mod serve;
#[allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "../../../crates/server/tests/server/support.rs"]
mod support;
#[allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "../../../crates/sync/tests/suite/tablet.rs"]
mod tablet;
mod week;

use figure::Figure;
use std::{error::Error, path::Path, process::ExitCode};

/// What a measurement ends with when it cannot be made.
type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: fieldseal-bench-central FOLDER [NAME...]
FOLDER must be on the disk that is to be measured. NAME: push, week, register, office; without one: all.
FIELDSEAL_BENCH_ROWS stops register and office before larger sizes (10000, 100000, 1000000): to try them.";

/// Stops before larger sizes: to try the measurement.
const MOST: &str = "FIELDSEAL_BENCH_ROWS";

const NAMES: [&str; 4] = ["push", "week", "register", "office"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let done = match arguments.split_first() {
        Some((first, [folder])) if first == serve::ARGUMENT => {
            runtime.block_on(serve::serve(Path::new(folder)))
        }
        Some((folder, names)) if !folder.starts_with('-') => run(&runtime, Path::new(folder), names),
        Some(_) | None => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(runtime: &tokio::runtime::Runtime, folder: &Path, names: &[String]) -> Outcome<()> {
    if let Some(unknown) = names.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(format!("no figures are called {unknown:?}\n{USAGE}").into());
    }
    std::fs::create_dir_all(folder)?;
    for name in NAMES {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        eprintln!("{name} ...");
        let figures: Vec<Figure> = match name {
            "push" => runtime.block_on(push::figures(folder))?,
            "week" => runtime.block_on(week::figures(folder))?,
            "register" => register::figures(folder)?,
            _ => runtime.block_on(office::figures(folder))?,
        };
        for figure in figures {
            println!("{}", serde_json::to_string(&figure)?);
        }
    }
    Ok(())
}

/// Sizes of a register that are measured.
fn sizes() -> impl Iterator<Item = u64> {
    let most = std::env::var(MOST).ok().and_then(|rows| rows.parse().ok()).unwrap_or(u64::MAX);
    [10_000, 100_000, 1_000_000].into_iter().filter(move |size| *size <= most)
}
