//! A day over a simulated network: links break and come back, messages take up to most of a second, the server crashes
//! in the middle of requests. Real engine, real server, real databases; only sockets and time are simulated.
//!
//! One seed is one process: a second simulation in one process would not repeat. `make simulate` runs hundreds;
//! `FIELDSEAL_SIM_SEED=4711` repeats one of them in the test `one_seed`.

use crate::{
    sim_central::{PORT, SimCentral},
    site::{self, Site},
    tablet::Tablet,
};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_server::{Clock, Server, http};
use fieldseal_sync::{Engine, SyncError};
use fieldseal_wire::CallError;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use std::{
    path::PathBuf,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Documents each tablet makes, with a session after each.
const VISITS: usize = 6;
/// Seeds when nobody asks for more, and how many run side by side.
const FEW: u64 = 8;
const AT_A_TIME: usize = 2;
/// Sessions until everything must be through.
const MOST_SESSIONS: usize = 400;

/// A crash lets nothing be closed: the old process's hold on the database may take a moment to go.
async fn open(data: PathBuf) -> Server {
    let listen = "127.0.0.1:8420".parse().unwrap();
    for _ in 0..200 {
        match Server::open(site::config(&data, listen), Clock::system(), None).await {
            Ok(server) => return server,
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    panic!("the server does not come back");
}

async fn serve(data: PathBuf) -> Outcome {
    let server = open(data).await;
    let router = http::router(&server);
    let listener = turmoil::net::TcpListener::bind(("0.0.0.0", PORT)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let serving = hyper::server::conn::http1::Builder::new();
            let _ = serving.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// A broken network looks like one and like nothing else; a crashed server may also say that it failed.
fn expect_cut(error: &SyncError) {
    let cut = matches!(error, SyncError::Call(CallError::Unreachable(_)));
    assert!(cut || error.refusal().is_some_and(|code| code.status() >= 500), "{error:?}");
}

async fn day(tablet: Arc<Tablet>) -> Outcome {
    let engine = Engine::new(SimCentral::default(), Arc::clone(&tablet));
    for i in 0..VISITS {
        tablet.visit(&format!("Customer {i}"), 2_000);
        if let Err(error) = engine.run().await {
            expect_cut(&error);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    for _ in 0..MOST_SESSIONS {
        match engine.run().await {
            Ok(report) => {
                assert!(report.refused.is_empty(), "{report:?}");
                return Ok(());
            }
            Err(error) => expect_cut(&error),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("no session came through");
}

fn simulate(seed: u64) {
    let real = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (folder, admin, tablets) = real.block_on(async {
        let site = Site::new().await;
        let mut tablets = Vec::new();
        for _ in 0..3 {
            tablets.push(site.tablet(Role::Technician).await.1);
        }
        let Site { running, folder, admin } = site;
        running.stop().await.unwrap();
        (folder, admin, tablets)
    });
    let data = folder.path().join("data");
    let mut sim = turmoil::Builder::new()
        .rng_seed(seed)
        .simulation_duration(Duration::from_secs(24 * 3600))
        .tick_duration(Duration::from_millis(5))
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(400))
        .fail_rate(0.01)
        .repair_rate(0.3)
        .build();
    sim.host("server", move || serve(data.clone()));
    for (i, tablet) in tablets.iter().enumerate() {
        sim.client(format!("tablet-{i}"), day(Arc::clone(tablet)));
    }
    // The server crashes up to five times, at moments that the seed decides.
    let mut steps = 0_u64;
    let mut crash_at: Vec<u64> = (1..=seed % 6).map(|i| i * (400 + (seed * 7919 * i) % 1500)).collect();
    while !sim.step().unwrap() {
        steps += 1;
        if crash_at.first().is_some_and(|at| *at <= steps) {
            crash_at.remove(0);
            sim.crash("server");
            sim.bounce("server");
        }
    }
    drop(sim);
    real.block_on(async {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let site = Site::start_again(folder, admin, address).await;
        let committed: Vec<Digest> = tablets.iter().flat_map(|tablet| tablet.own_entries()).collect();
        let all: Vec<&Arc<Tablet>> = tablets.iter().collect();
        site.assert_nothing_lost(&all, &committed).await;
        for tablet in &tablets {
            assert!(tablet.on(|store| store.read().alarms().unwrap()).is_empty());
        }
        let data = site.data();
        let Site { running, folder: _kept, admin: _ } = site;
        running.stop().await.unwrap();
        let report = fieldseal_server::ops::doctor(&data).await.unwrap();
        assert!(report.findings.is_empty(), "{report:?}");
    });
}

/// One seed, in a process of its own: the test below starts it, and so does whoever looks for the reason of a failure.
#[test]
fn one_seed() {
    if let Some(seed) = number("FIELDSEAL_SIM_SEED") {
        simulate(seed);
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// What a seed's process said, if it failed.
fn failure(seed: u64) -> Option<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "simulation::one_seed", "--nocapture"])
        .env("FIELDSEAL_SIM_SEED", seed.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // A filter that finds no test is no success.
    let ran = String::from_utf8_lossy(&output.stdout).contains("1 passed");
    (!output.status.success() || !ran).then(|| format!("seed {seed}: {said}"))
}

/// As many seeds as `FIELDSEAL_SIMULATIONS` says, else a few; from `FIELDSEAL_SIM_FIRST` on.
#[test]
fn days_by_seed() {
    let first = number("FIELDSEAL_SIM_FIRST").unwrap_or(1);
    let end = first + number("FIELDSEAL_SIMULATIONS").unwrap_or(FEW);
    let (next, failures) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= end {
                        return;
                    }
                    failures.lock().unwrap().extend(failure(seed));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} days: {}", failures.len(), end - first, failures.join("\n"));
    eprintln!("seeds {first} to {}: all whole", end - 1);
}
