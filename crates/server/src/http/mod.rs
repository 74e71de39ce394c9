//! HTTP: the table of routes, and one handler per line of it.

pub mod access;
mod admin;
mod blobs;
mod caller;
mod enrol;
mod error;
mod log;
mod mail;
mod openapi;
mod public;
mod shapes;
mod sync;

pub(crate) use error::No;
pub(crate) use public::Pulse;

use crate::server::Server;
use access::{Endpoint, ROUTES, Route};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    middleware,
    response::Response,
    routing::{MethodRouter, get, head, post, put},
};
use fieldseal_wire::{Code, push::MAX_PUSH};

/// All routes, each behind its rule.
pub fn router(server: &Server) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let Route { endpoint, path, rule, .. } = route;
        let guarded =
            handler(endpoint).layer(middleware::from_fn_with_state((server.clone(), rule), caller::guard));
        router = router.route(path, guarded);
    }
    router
        .fallback(|| async { error::No::new(Code::NotFound, "there is no such route") })
        .layer(DefaultBodyLimit::max(MAX_PUSH))
        .layer(middleware::map_response(harden))
        .layer(middleware::from_fn(caller::log))
        .with_state(server.clone())
}

fn handler(endpoint: Endpoint) -> MethodRouter<Server> {
    match endpoint {
        Endpoint::Healthz => get(public::healthz),
        Endpoint::Metrics => get(public::metrics),
        Endpoint::OpenApi => get(openapi::openapi),
        Endpoint::Challenge => post(enrol::challenge),
        Endpoint::Enrol => post(enrol::enrol),
        Endpoint::SignIn => post(enrol::sign_in),
        Endpoint::Rejournal => post(enrol::rejournal),
        Endpoint::Hello => post(sync::hello),
        Endpoint::Push => post(sync::push),
        Endpoint::Manifest => get(sync::manifest),
        Endpoint::Pull => post(sync::pull),
        Endpoint::Feed => get(sync::feed),
        Endpoint::Register => get(sync::register),
        Endpoint::BlobState => head(blobs::state),
        Endpoint::PutBlob => put(blobs::put),
        Endpoint::GetBlob => get(blobs::get),
        Endpoint::Checkpoint => get(log::checkpoint),
        Endpoint::Consistency => post(log::consistency),
        Endpoint::Inclusion => post(log::inclusion),
        Endpoint::People => get(admin::people),
        Endpoint::PutPerson => post(admin::put_person),
        Endpoint::PinReset => post(admin::pin_reset),
        Endpoint::MakeCode => post(admin::make_code),
        Endpoint::Devices => get(admin::devices),
        Endpoint::Revoke => post(admin::revoke),
        Endpoint::Approve => post(admin::approve),
        Endpoint::Quarantine => get(admin::quarantine),
        Endpoint::Deliveries => get(mail::deliveries),
        Endpoint::MailSettings => get(mail::settings),
        Endpoint::PutMailSettings => put(mail::put_settings),
        Endpoint::MailTest => post(mail::test),
    }
}

/// No answer is a page: nothing may be guessed, framed or kept.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
