//! Who calls: the session behind a token, the address behind trusted proxies, and bodies read with limits.

use super::{
    access::Rule,
    error::{Answer, No},
};
use crate::{
    server::Server,
    store::{JournalState, SessionFacts, Sight},
};
use axum::{
    body::{Body, HttpBody as _},
    extract::{ConnectInfo, FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_wire::{Code, Refusal, push::MAX_PUSH, session::Standing};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(120);

/// The device that calls.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) SessionFacts);

impl Caller {
    /// What it may see.
    pub(crate) fn sight(&self) -> Sight {
        match self.0.role {
            Role::Technician => Sight::Of(self.0.person),
            Role::Office | Role::Manager | Role::Auditor | Role::Admin => Sight::Everything,
        }
    }

    /// Whether its entries count.
    pub(crate) fn is_good(&self) -> bool {
        self.0.state == JournalState::Open && self.0.active
    }

    /// Why a rule does not let it.
    fn refusal(&self) -> No {
        if !self.is_good() {
            No::new(Code::Revoked, "this device may only push")
        } else if self.0.outdated {
            let refusal = Refusal::new(Code::NotAllowed, "this program is too old: it may only push");
            No(refusal.with(json!({ "standing": Standing::Update })))
        } else {
            No::new(Code::NotAllowed, "this role may not do this")
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Answer<Self> {
        parts.extensions.get::<Self>().cloned().ok_or_else(no_session)
    }
}

/// The address a request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = No;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Answer<Self> {
        parts.extensions.get::<Self>().copied().ok_or_else(no_session)
    }
}

/// Enforces a route's rule, before its handler sees anything.
pub(crate) async fn guard(
    State((server, rule)): State<(Server, Rule)>,
    mut request: Request,
    next: Next,
) -> Answer<Response> {
    let peer = peer(&server, &request);
    request.extensions_mut().insert(Peer(peer));
    if rule != Rule::Public {
        let caller = caller(&server, request.headers()).await?;
        if !rule.lets(caller.0.role, caller.is_good() && !caller.0.outdated) {
            return Err(caller.refusal());
        }
        if let Some(wait) = server.buckets().take(&caller.0.device) {
            let refusal = Refusal::new(Code::TooMany, "this device makes too many requests");
            return Err(refusal.with(json!({ "retry_after_s": wait.as_secs() + 1 })).into());
        }
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

async fn caller(server: &Server, headers: &HeaderMap) -> Answer<Caller> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| URL_SAFE_NO_PAD.decode(token.trim()).ok())
        .ok_or_else(no_session)?;
    let facts = server.store().session(Digest::of(&token), server.clock().now_ms()).await?;
    facts.map(Caller).ok_or_else(no_session)
}

fn no_session() -> No {
    No::new(Code::NoSession, "there is no session, or it has ended: sign in again")
}

/// The peer's own address; behind a trusted proxy, the last one that no trusted proxy named.
fn peer(server: &Server, request: &Request) -> IpAddr {
    let direct = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip().to_canonical());
    let trusted = &server.config().trusted_proxies;
    if !trusted.contains(&direct) {
        return direct;
    }
    let named = request.headers().get_all("x-forwarded-for").iter().rev();
    named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.rsplit(','))
        .filter_map(|part| part.trim().parse::<IpAddr>().ok())
        .map(|address| address.to_canonical())
        .find(|address| !trusted.contains(address))
        .unwrap_or(direct)
}

/// A JSON body of at most [`MAX_PUSH`] bytes that arrives in time.
pub(crate) struct Wire<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Wire<T> {
    type Rejection = No;

    async fn from_request(request: Request, _state: &S) -> Answer<Self> {
        let bytes = read_body(request.into_body()).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| No::new(Code::BadRequest, &format!("the request cannot be read: {error}")))
    }
}

async fn read_body(body: Body) -> Answer<axum::body::Bytes> {
    let too_large = || No::new(Code::TooLarge, "the request is larger than the limit");
    if body.size_hint().lower() > MAX_PUSH as u64 {
        return Err(too_large());
    }
    let read = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, MAX_PUSH)).await;
    let read = read.map_err(|_| No::new(Code::BadRequest, "the request took too long"))?;
    read.map_err(|error| {
        let limit =
            std::error::Error::source(&error).is_some_and(|cause| cause.to_string().contains("limit"));
        if limit { too_large() } else { No::new(Code::BadRequest, "the request broke off") }
    })
}

/// One line per request: method, route's shape, status, time; no address, no token, no query.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let id = uuid::Uuid::now_v7();
    let method: Method = request.method().clone();
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or_else(String::new, |path| path.as_str().to_owned());
    let started = std::time::Instant::now();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request = %id, %method, route, status, ms, "answered");
    if let Ok(value) = id.to_string().parse() {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
