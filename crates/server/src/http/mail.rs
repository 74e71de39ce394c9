//! Copies by mail: the log, the settings, a test.

use super::{
    caller::Wire,
    error::{Answer, No},
};
use crate::{
    mail::{self, MailSettings},
    server::Server,
};
use axum::{
    Json,
    extract::{Query, State},
};
use fieldseal_wire::{
    Code,
    admin::{Delivery, Done, MailTest, MailTested},
};
use schemars::JsonSchema;
use serde::Deserialize;
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

pub(super) async fn settings(State(server): State<Server>) -> Answer<Json<MailSettings>> {
    let settings = mail::settings(&server).await?;
    Ok(Json(MailSettings { password: String::new(), ..settings }))
}

pub(super) async fn put_settings(
    State(server): State<Server>,
    Wire(new): Wire<MailSettings>,
) -> Answer<Json<Done>> {
    new.check().map_err(|why| No::new(Code::BadRequest, why))?;
    mail::put_settings(&server, new).await?;
    Ok(Json(Done {}))
}

pub(super) async fn test(
    State(server): State<Server>,
    Wire(request): Wire<MailTest>,
) -> Answer<Json<MailTested>> {
    let (accepted, said) = mail::test(&server, &request.to).await?;
    Ok(Json(MailTested { accepted, said }))
}
