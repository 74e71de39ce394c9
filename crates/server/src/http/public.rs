//! What machines ask: is it alive, how does it stand.

use super::{
    caller::Peer,
    error::{Answer, No},
};
use crate::{
    server::Server,
    store::{Health, Store},
};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use fieldseal_wire::{Code, Refusal};
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;
use uuid::Uuid;

/// The server can read and write.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Alive {
    /// `ok`.
    status: &'static str,
}

/// When the database was last written for this, and whether it could be.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<Option<(Instant, Result<(), Refusal>)>>);

/// What a write found is good for so long: whoever asks without pause must not keep the disk busy.
const PULSE: Duration = Duration::from_secs(1);

impl Pulse {
    /// What the last write found; a new one where that is too old. Who asks meanwhile waits for it. What is written is
    /// another value each time: the database does not touch the disk for one that is there already.
    async fn beat(&self, store: &Store) -> Result<(), Refusal> {
        let mut last = self.0.lock().await;
        if let Some((at, found)) = &*last
            && at.elapsed() < PULSE
        {
            return found.clone();
        }
        let found =
            store.set_setting("healthz", Uuid::now_v7().to_string()).await.map_err(|error| No::from(error).0);
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

/// Reads and writes: a full disk is found here too.
pub(super) async fn healthz(State(server): State<Server>) -> Answer<Json<Alive>> {
    server.pulse().beat(server.store()).await?;
    server.store().size().await?;
    Ok(Json(Alive { status: "ok" }))
}

/// Device names and counts are the firm's business: only this machine, or the peers that were named, may see them.
pub(super) async fn metrics(State(server): State<Server>, Peer(peer): Peer) -> Answer<Response> {
    if !peer.is_loopback() && !server.config().metrics_peers.contains(&peer) {
        return Err(No::new(Code::NotFound, "there is no such route"));
    }
    let health = server.store().health().await?;
    let mut text = exposition(&health, server.clock().now_ms());
    let refused = server.buckets().refused();
    counter(
        &mut text,
        "fieldseal_requests_refused_total",
        "Requests beyond what a device may make.",
        refused,
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

fn counter(out: &mut String, name: &str, help: &str, value: u64) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}");
}

fn exposition(health: &Health, now_ms: i64) -> String {
    let mut out = String::new();
    let mut one = |name: &str, help: &str, value: u64| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
    };
    one("fieldseal_log_entries", "Entries in the log.", health.size);
    one("fieldseal_quarantined_entries", "Entries waiting for an answer.", health.quarantined);
    one("fieldseal_forks", "Journals that came with two entries for one place.", health.forks);
    one("fieldseal_missing_files", "Files that are mentioned and not here.", health.missing_blobs);
    one("fieldseal_mail_queued", "Copies waiting to be sent.", health.queued_effects);
    one("fieldseal_mail_refused", "Copies that were refused for good.", health.refused_effects);
    per_device(&mut out, health, now_ms);
    out
}

fn per_device(out: &mut String, health: &Health, now_ms: i64) {
    let seconds = |since: Option<i64>| since.map_or(0, |ms| now_ms.saturating_sub(ms).max(0) / 1000);
    type Value = fn(&crate::store::DeviceHealth) -> u64;
    let counts: [(&str, &str, Value); 2] = [
        ("fieldseal_device_lag_entries", "Entries the device said it had and has not sent.", |device| {
            device.said_n.saturating_sub(device.n)
        }),
        ("fieldseal_device_unsynced_signatures", "Signatures that are only on the device.", |device| {
            device.unsynced
        }),
    ];
    for (name, help, value) in counts {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
        for device in &health.devices {
            let _ = writeln!(out, "{name}{{device=\"{}\"}} {}", device.device, value(device));
        }
    }
    let name = "fieldseal_device_oldest_unsynced_seconds";
    let _ = writeln!(
        out,
        "# HELP {name} Age of the oldest signature that is only on the device.\n# TYPE {name} gauge"
    );
    for device in &health.devices {
        let _ =
            writeln!(out, "{name}{{device=\"{}\"}} {}", device.device, seconds(device.oldest_unsynced_ms));
    }
    let name = "fieldseal_device_seen_seconds";
    let _ = writeln!(out, "# HELP {name} Time since the device last said hello.\n# TYPE {name} gauge");
    for device in health.devices.iter().filter(|device| device.seen_ms.is_some()) {
        let _ = writeln!(out, "{name}{{device=\"{}\"}} {}", device.device, seconds(device.seen_ms));
    }
}
