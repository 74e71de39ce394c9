//! A new desktop of the office, and what a large register costs the server.

use crate::{
    Outcome, device,
    figure::Figure,
    measure::{Times, load},
    push::{self, BATCH},
    register, serve, sizes,
    support::Device,
    week::{central, enrolled},
};
use fieldseal_domain::role::Role;
use fieldseal_store::{Direction, RegisterFilter};
use fieldseal_sync::Engine;
use fieldseal_wire::{WireEntry, register::RegisterPage};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

const DEVICES: u64 = 4;
/// Batches that a device writes before it sends them: they are held in memory.
const BATCHES: u64 = 20;
/// The size at which a new desktop is measured.
const DESKTOP: u64 = 100_000;
const RUNS: usize = 100;
/// Rows on a screen, and how often it is looked at.
const SCREEN: u32 = 50;
const LOOK: Duration = Duration::from_millis(5);

/// At every size: a page of the register from the server and its memory; at one: a new desktop.
pub async fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir_in(folder)?;
    let server = serve::Child::start(&folder.path().join("data"))?;
    let admin = device::administrator(&server).await?;
    let mut writers = Vec::new();
    for _ in 0..DEVICES {
        writers.push(device::technician(&server, &admin).await?);
    }
    let (mut documents, mut figures) = (0, Vec::new());
    for size in sizes() {
        let begun = Instant::now();
        writers = fill(writers, documents, size).await?;
        settled(&admin).await?;
        let pace = (size - documents) as f64 / begun.elapsed().as_secs_f64();
        documents = size;
        eprintln!("  {size} documents, {pace:.0} a second");
        figures.push(page(&admin, size).await?);
        let how = format!("PSS of the server's process with {size} documents, just after they came");
        figures.push(Figure::new(
            &format!("memory of the server, {size} documents"),
            server.memory()?,
            "MiB PSS",
            how,
        ));
        if size == DESKTOP {
            figures.push(desktop(&server, &admin, folder.path()).await?);
        }
    }
    server.stop()?;
    Ok(figures)
}

/// Documents, begun by technicians: one entry each, in the words that the register's own measurement uses.
async fn fill(mut writers: Vec<Device>, from: u64, to: u64) -> Outcome<Vec<Device>> {
    let per_turn = DEVICES * BATCHES * BATCH as u64;
    let mut next = from;
    while next < to {
        let end = (next + per_turn).min(to);
        let share = (end - next).div_ceil(DEVICES);
        let writing = writers.into_iter().zip(0..).map(|(mut device, place)| {
            let (first, last) = (next + share * place, (next + share * (place + 1)).min(end));
            tokio::task::spawn_blocking(move || {
                let entries: Vec<WireEntry> =
                    (first..last).map(|n| register::document(&mut device, n)).collect();
                let batches: Vec<Vec<WireEntry>> = entries.chunks(BATCH).map(<[WireEntry]>::to_vec).collect();
                (device, batches)
            })
        });
        let mut written = Vec::new();
        for writing in writing.collect::<Vec<_>>() {
            written.push(writing.await?);
        }
        writers = push::all(written).await?;
        next = end;
    }
    Ok(writers)
}

/// Everything is folded: whoever asks for the register waits for that.
async fn settled(admin: &Device) -> Outcome<RegisterPage> {
    Ok(admin.get("/v1/register?limit=1").await.map_err(|refusal| refusal.to_string())?)
}

/// A page of the register from the server, anywhere in it.
async fn page(admin: &Device, size: u64) -> Outcome<Figure> {
    let mut times = Vec::with_capacity(RUNS);
    for run in 0..RUNS as u64 {
        let place = register::mixed(run) % size + 100;
        let begun = Instant::now();
        let path = format!("/v1/register?limit=50&before={place}");
        admin.get::<RegisterPage>(&path).await.map_err(|refusal| refusal.to_string())?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let times = Times::of(times)?;
    let how =
        format!("50 rows over HTTP from anywhere in the server's register; {}; {}", times.said(), load());
    let figure =
        Figure::new(&format!("register of the server, {size} rows: a page, p99"), times.at(0.99), "ms", how);
    Ok(if size == 1_000_000 { figure.aim("<= 50") } else { figure })
}

/// From the start of the first session until the newest page of the register can be shown.
async fn desktop(server: &serve::Child, admin: &Device, folder: &Path) -> Outcome<Figure> {
    let desktop = enrolled(server, admin, folder, Role::Office).await?;
    let engine = Engine::new(central(server)?, Arc::clone(&desktop));
    let begun = Instant::now();
    let filter = RegisterFilter::default();
    let screen = || desktop.on(|store| store.read().register(&filter, Direction::Newest, None, SCREEN));
    let shown = async {
        while screen()?.rows.len() < SCREEN as usize {
            // As a screen that looks again and again.
            tokio::time::sleep(LOOK).await;
        }
        Ok::<f64, fieldseal_store::StoreError>(begun.elapsed().as_secs_f64())
    };
    let seconds = tokio::select! {
        shown = shown => shown?,
        ended = engine.run() => {
            ended?;
            screen()?;
            begun.elapsed().as_secs_f64()
        }
    };
    let how = format!(
        "a new desktop at a server with {DESKTOP} documents: signed in, the newest rows stored in its encrypted database, \
         {SCREEN} of them read for the screen; the rest comes behind; {}",
        load()
    );
    let name = "first sync of an office desktop to the first screen";
    Ok(Figure::new(name, seconds, "s", how).aim("<= 3"))
}
