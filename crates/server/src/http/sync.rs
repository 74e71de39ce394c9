//! The sync protocol: hello, push, manifest, pull, feed, register.

use super::{
    caller::{Caller, Peer, Wire},
    error::{Answer, No},
};
use crate::{
    http::log::Fresh,
    server::Server,
    store::{
        Append,
        intake::{self, Writer},
    },
};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use fieldseal_domain::Digest;
use fieldseal_wire::{
    Code, OLDEST_PROTOCOL, PROTOCOL, Refusal,
    pull::{MAX_SUBJECTS, Manifest, Page, Pull},
    push::{Acked, MAX_ENTRIES, Push},
    register::RegisterPage,
    session::{Hello, ServerEpoch, Standing, Welcome},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Journals one hello can name.
const MAX_JOURNALS: usize = 100;
/// Longest chain of journals that continue each other.
const MAX_EARLIER: usize = 100;

pub(super) async fn hello(
    State(server): State<Server>,
    caller: Caller,
    Wire(mut hello): Wire<Hello>,
) -> Answer<Json<Welcome>> {
    if hello.journals.len() > MAX_JOURNALS {
        return Err(No::new(Code::BadRequest, "too many journals"));
    }
    hello.app_version = hello.app_version.chars().take(50).collect();
    let now = server.clock().now_ms();
    let standing = match (caller.is_good(), hello.newest >= OLDEST_PROTOCOL) {
        (false, _) => Standing::Revoked,
        (true, false) => Standing::Update,
        (true, true) => Standing::Good,
    };
    let protocol = hello.newest.min(PROTOCOL);
    let greeting = server.store().hello(caller.0.device.clone(), hello, now).await?;
    let (checkpoint, _) = server.checkpoint(Fresh::IfOld).await?;
    Ok(Json(Welcome {
        protocol,
        server: ServerEpoch {
            server_id: greeting.identity.server_id,
            log_epoch: greeting.identity.log_epoch,
        },
        time_ms: now,
        standing,
        person: caller.0.person,
        role: caller.0.role,
        have: greeting.have,
        checkpoint,
        size: greeting.identity.size,
        notices: if standing == Standing::Revoked { Vec::new() } else { greeting.notices },
    }))
}

pub(super) async fn push(
    State(server): State<Server>,
    Peer(peer): Peer,
    _caller: Caller,
    Wire(push): Wire<Push>,
) -> Answer<Json<Acked>> {
    if push.entries.is_empty() || push.entries.len() > MAX_ENTRIES {
        return Err(No::new(Code::BadRequest, "a push has 1 to 500 entries"));
    }
    let writer = writer(&server, &push.journal).await?;
    let examined = tokio::task::spawn_blocking(move || intake::examine(&writer, push.entries)).await;
    let entries = examined.map_err(|error| No::internal(&error))??;
    let appended = server
        .store()
        .append(Append {
            device: push.journal,
            entries,
            received_ms: server.clock().now_ms(),
            address: peer.to_string(),
            salt: server.random()?,
        })
        .await?;
    if appended.new > 0 {
        server.wake_projector();
    }
    Ok(Json(Acked { n: appended.n, id: appended.id, entries: appended.logged }))
}

/// The journal, and the keys of those it continues: what it recovers was signed with them.
async fn writer(server: &Server, device: &str) -> Answer<Writer> {
    let unknown = || No(Refusal::new(Code::UnknownJournal, "nobody enrolled this journal"));
    let journal = server.store().journal(device.to_owned()).await?.ok_or_else(unknown)?;
    // The server's own: only itself writes the present one. What it wrote before a restore is given back by whoever has
    // it, and is as good as its signatures.
    if journal.person.is_none() && journal.device == server.store().own_journal().await?.device {
        return Err(unknown());
    }
    let mut earlier = BTreeMap::new();
    let mut next = journal.continues.clone();
    while let Some(name) = next.take().filter(|name| !earlier.contains_key(name)) {
        if earlier.len() >= MAX_EARLIER {
            break;
        }
        let Some(found) = server.store().journal(name.clone()).await? else { break };
        earlier.insert(name, found.ed25519);
        next = found.continues;
    }
    Ok(Writer { journal, earlier, org: server.org().to_owned() })
}

pub(super) async fn manifest(
    State(server): State<Server>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Response> {
    let subjects = server.store().manifest(caller.sight()).await?;
    let mut bytes = Vec::with_capacity(subjects.len() * 24);
    for head in &subjects {
        bytes.extend_from_slice(head.subject.as_bytes());
        bytes.extend_from_slice(&head.head.to_be_bytes());
    }
    let etag = format!("\"{}\"", Digest::of(&bytes));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(Manifest { subjects }).into_response()
    };
    let value = HeaderValue::from_str(&etag).map_err(|error| No::internal(&error))?;
    response.headers_mut().insert(header::ETAG, value);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

pub(super) async fn pull(
    State(server): State<Server>,
    caller: Caller,
    Wire(pull): Wire<Pull>,
) -> Answer<Json<Page>> {
    if pull.subjects.len() > MAX_SUBJECTS {
        return Err(No::new(Code::BadRequest, "too many subjects"));
    }
    Ok(Json(server.store().pull(caller.sight(), pull.subjects, pull.limit).await?))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Range {
    /// `seq` of the last entry that is known.
    after: Option<u64>,
    /// At most so many.
    limit: Option<u32>,
}

/// One of the first three, or none of them for the newest rows.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Rows {
    /// Rows whose newest entry lies before this `seq`, newest first.
    before: Option<u64>,
    /// Rows whose newest entry lies after this `seq`, oldest first.
    after: Option<u64>,
    /// What changed after this change, in the order of changes.
    changes: Option<u64>,
    /// At most so many.
    limit: Option<u32>,
}

pub(super) async fn feed(State(server): State<Server>, Query(range): Query<Range>) -> Answer<Json<Page>> {
    Ok(Json(server.store().feed(range.after, range.limit.unwrap_or(500)).await?))
}

pub(super) async fn register(
    State(server): State<Server>,
    Query(rows): Query<Rows>,
) -> Answer<Json<RegisterPage>> {
    server.project_all().await?;
    let limit = rows.limit.unwrap_or(500);
    let store = server.store();
    let page = match (rows.before, rows.after, rows.changes) {
        (before, None, None) => store.register_before(before, limit).await?,
        (None, Some(after), None) => store.register_after(after, limit).await?,
        (None, None, Some(change)) => store.register_changes(change, limit).await?,
        _ => return Err(No::new(Code::BadRequest, "one of before, after, changes")),
    };
    Ok(Json(page))
}
