//! Measures the central server: how many events a second it takes in, proves and hands out, and what memory it holds.
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
mod serve;
#[allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "../../../crates/server/tests/server/support.rs"]
mod support;

use figure::Figure;
use measure::load;
use std::{error::Error, path::Path, process::ExitCode, time::Instant};
use support::Device;

/// What a measurement ends with when it cannot be made.
type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: fieldseal-bench-central FOLDER
FOLDER must be on the disk that is to be measured.";

/// Events of a push.
const BATCH: usize = 500;
const BATCHES: usize = 30;
/// Devices that push at the same time.
const DEVICES: usize = 4;
/// Entries of a page of the feed.
const PAGE: usize = fieldseal_wire::pull::MAX_PAGE as usize;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let done = match arguments.as_slice() {
        [first, folder] if first == serve::ARGUMENT => runtime.block_on(serve::serve(Path::new(folder))),
        [folder] if !folder.starts_with('-') => runtime.block_on(run(Path::new(folder))),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(folder: &Path) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    let folder = tempfile::tempdir_in(folder)?;
    let server = serve::Child::start(&folder.path().join("data"))?;
    let admin = device::administrator(&server).await?;
    eprintln!("push ...");
    let (pushed, push) = push(&server, &admin, folder.path()).await?;
    eprintln!("pull ...");
    let pull = pull(&admin, pushed).await?;
    let memory = memory(&server, pushed)?;
    for figure in [push, pull, memory] {
        println!("{}", serde_json::to_string(&figure)?);
    }
    server.stop()
}

/// All devices push what they wrote before, a batch after the other.
async fn push(server: &serve::Child, admin: &Device, folder: &Path) -> Outcome<(usize, Figure)> {
    let mut writers = Vec::new();
    for _ in 0..DEVICES {
        let mut device = device::technician(server, admin).await?;
        let batches: Vec<_> = (0..BATCHES).map(|_| device::day(&mut device, BATCH)).collect();
        writers.push((device, batches));
    }
    let sample = writers.first().and_then(|(_, batches)| batches.first()).cloned().unwrap_or_default();
    let begun = Instant::now();
    let pushing = writers.into_iter().map(|(device, batches)| {
        tokio::spawn(async move {
            for batch in &batches {
                device.push(batch).await.map_err(|refusal| refusal.to_string())?;
            }
            Ok::<(), String>(())
        })
    });
    for pushing in pushing.collect::<Vec<_>>() {
        pushing.await??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let events = DEVICES * BATCHES * BATCH;
    let inserts = floor::inserts(folder, &sample, BATCHES)?;
    let checks = floor::checks(&sample)?;
    let how = format!(
        "{events} events of {DEVICES} devices at a time, {BATCH} a push, over HTTP in JSON: signature, chain and body \
         checked, in the log and the tree, full sync; the devices run on the same machine; floor, the lower of two: \
         {inserts:.0}/s bare inserts of the same bytes, {BATCH} a transaction, full sync; {checks:.0}/s bare Ed25519 \
         checks on one core; {}",
        load()
    );
    let figure = Figure::new("push to the server", events as f64 / seconds, "1/s", how)
        .aim(">= 10000")
        .floor(inserts.min(checks));
    Ok((events, figure))
}

/// The whole log in pages, as a new desktop of the office reads it; what is read is only counted.
async fn pull(admin: &Device, least: usize) -> Outcome<Figure> {
    let begun = Instant::now();
    let (mut bytes, mut pages, mut after) = (0, 0, 0);
    while after < least {
        let path = format!("{}/v1/feed?limit={PAGE}&after={after}", admin.url);
        let token = admin.token.as_deref().unwrap_or_default();
        let page = admin.http.get(path).bearer_auth(token).send().await?.error_for_status()?.bytes().await?;
        bytes += page.len();
        pages += 1;
        after += PAGE;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let how = format!(
        "the log in {pages} pages of {PAGE} over one connection, {:.0} MiB of JSON with envelopes, not read by the \
         client; {}",
        bytes as f64 / f64::from(1 << 20),
        load()
    );
    Ok(Figure::new("pull from the server", (pages * PAGE) as f64 / seconds, "1/s", how).aim(">= 40000"))
}

fn memory(server: &serve::Child, events: usize) -> Outcome<Figure> {
    let how = format!("PSS of the server's process after {events} events were pushed and pulled");
    Ok(Figure::new("memory of the server", server.memory()?, "MiB PSS", how))
}
