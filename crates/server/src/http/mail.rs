//! Copies by mail: the log, the settings, a test.

use super::{
    caller::Wire,
    error::{Answer, No},
};
use crate::{mail, server::Server};
use axum::{
    Json,
    extract::{Query, State},
};
use fieldseal_wire::{
    Code,
    admin::{Delivery, Done, MailPage, MailSettings, MailTest, MailTestAnswer},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Of {
    /// Of this document only.
    doc: Option<Uuid>,
    /// At most so many.
    limit: Option<u32>,
}

pub(super) async fn deliveries(
    State(server): State<Server>,
    Query(of): Query<Of>,
) -> Answer<Json<Vec<Delivery>>> {
    Ok(Json(server.store().deliveries(of.doc, of.limit.unwrap_or(200).min(1000)).await?))
}

pub(super) async fn settings(State(server): State<Server>) -> Answer<Json<MailPage>> {
    let mut settings = mail::settings(&server).await?;
    let has_password = !std::mem::take(&mut settings.password).is_empty();
    Ok(Json(MailPage { settings, has_password, shipped: mail::shipped_words() }))
}

pub(super) async fn put_settings(
    State(server): State<Server>,
    Wire(new): Wire<MailSettings>,
) -> Answer<Json<Done>> {
    mail::check_settings(&new)
        .map_err(|fault| No::new(Code::BadRequest, mail::sentence(fault)).with(json!({ "why": fault })))?;
    mail::put_settings(&server, new).await?;
    Ok(Json(Done {}))
}

pub(super) async fn test(
    State(server): State<Server>,
    Wire(request): Wire<MailTest>,
) -> Answer<Json<MailTestAnswer>> {
    let (accepted, said) = mail::test(&server, &request.to).await?;
    Ok(Json(MailTestAnswer { accepted, said }))
}
