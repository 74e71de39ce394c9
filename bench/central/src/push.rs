//! Events in and out: verified, durable, in the tree; and handed out again.

use crate::{Outcome, device, figure::Figure, floor, measure::load, serve, support::Device};
use fieldseal_wire::WireEntry;
use std::{path::Path, time::Instant};

/// Events of a push.
pub const BATCH: usize = 500;
const BATCHES: usize = 40;
/// Devices that push at the same time.
const DEVICES: usize = 4;
/// Entries of a page of the feed.
const PAGE: usize = fieldseal_wire::pull::MAX_PAGE as usize;

/// Push, pull and memory.
pub async fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir_in(folder)?;
    let server = serve::Child::start(&folder.path().join("data"))?;
    let admin = device::administrator(&server).await?;
    let (pushed, push) = push(&server, &admin, folder.path()).await?;
    let pull = pull(&admin, pushed).await?;
    let how = format!("PSS of the server's process after {pushed} events were pushed and pulled");
    let memory = Figure::new("memory of the server", server.memory()?, "MiB PSS", how);
    server.stop()?;
    Ok(vec![push, pull, memory])
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
    let before = server.cpu_seconds()?;
    let begun = Instant::now();
    drop(all(writers).await?);
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = server.cpu_seconds()? - before;
    let events = DEVICES * BATCHES * BATCH;
    let inserts = floor::inserts(folder, &sample, BATCHES)?;
    let checks = floor::checks(&sample)?;
    let how = format!(
        "{events} events of {DEVICES} devices at a time, {BATCH} a push, over HTTP in JSON: signature, chain and body \
         checked, in the log and the tree, full sync; the devices run on the same machine; {:.0} µs of the server's CPU \
         an event; floor, the lower of two: {inserts:.0}/s bare inserts of the same bytes, {BATCH} a transaction, full \
         sync; {checks:.0}/s bare Ed25519 checks on one core; {}",
        cpu * 1e6 / events as f64,
        load()
    );
    let figure = Figure::new("push to the server", events as f64 / seconds, "1/s", how)
        .aim(">= 10000")
        .floor(inserts.min(checks));
    Ok((events, figure))
}

/// Every device pushes its batches, one after another; all devices at once. Gives them back.
pub async fn all(writers: Vec<(Device, Vec<Vec<WireEntry>>)>) -> Outcome<Vec<Device>> {
    let pushing = writers.into_iter().map(|(device, batches)| {
        tokio::spawn(async move {
            for batch in &batches {
                device.push(batch).await.map_err(|refusal| refusal.to_string())?;
            }
            Ok::<Device, String>(device)
        })
    });
    let mut devices = Vec::new();
    for pushing in pushing.collect::<Vec<_>>() {
        devices.push(pushing.await??);
    }
    Ok(devices)
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
