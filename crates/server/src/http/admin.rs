//! Administration: people, codes, devices, journals, quarantine.

use super::{
    caller::{Caller, Wire},
    error::{Answer, No},
};
use crate::{proofs, server::Server};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use fieldseal_domain::{Digest, event::Event, language::Language, party::Person};
use fieldseal_wire::{
    Code,
    admin::{CodeRequest, DeviceRow, Done, EnrolmentCode, PersonRow, Quarantined, Revoke, Revoked},
    session::Notice,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Longest name or reason, in characters.
const MAX_TEXT: usize = 500;

/// `data.why` when nobody would be left who may do this.
const LAST_ADMIN: &str = "last_admin";

fn not_found() -> No {
    No::new(Code::NotFound, "there is no such thing")
}

pub(super) async fn people(State(server): State<Server>) -> Answer<Json<Vec<PersonRow>>> {
    Ok(Json(server.store().people().await?))
}

/// Names and roles reach the devices through the server's own journal.
pub(super) async fn put_person(
    State(server): State<Server>,
    Wire(mut row): Wire<PersonRow>,
) -> Answer<Json<PersonRow>> {
    row.name = fieldseal_domain::text::clean(&row.name).trim().chars().take(MAX_TEXT).collect();
    let language: Language = serde_json::from_value(Value::String(row.language.clone()))
        .map_err(|_| No::new(Code::BadRequest, "this language is not known"))?;
    if row.name.is_empty() {
        return Err(No::new(Code::BadRequest, "a person needs a name"));
    }
    if !server.store().put_person(row.clone()).await? {
        let no = No::new(Code::NotAllowed, "somebody must stay administrator");
        return Err(no.with(json!({ "why": LAST_ADMIN })));
    }
    server
        .write_events(vec![
            Event::PersonSaved(Person {
                id: row.person,
                name: row.name.clone(),
                language,
                left: !row.active,
            }),
            Event::RoleGranted { person: row.person, role: row.role },
        ])
        .await?;
    Ok(Json(row))
}

pub(super) async fn make_code(
    State(server): State<Server>,
    Wire(request): Wire<CodeRequest>,
) -> Answer<Json<EnrolmentCode>> {
    Ok(Json(server.make_code(request.person).await?.ok_or_else(not_found)?))
}

pub(super) async fn pin_reset(
    State(server): State<Server>,
    Caller(caller): Caller,
    Path(person): Path<Uuid>,
) -> Answer<Json<Done>> {
    let people = server.store().people().await?;
    let whose = people.iter().find(|row| row.person == person && row.active).ok_or_else(not_found)?;
    // Whoever stands at an administrator's desk could choose the new PIN: only administrators may open that door.
    if whose.role.administers() && !caller.role.administers() {
        return Err(No::new(Code::NotAllowed, "only an administrator may do this to an administrator"));
    }
    let notice = Notice::PinReset { id: Uuid::now_v7(), person };
    let text = serde_json::to_string(&notice).map_err(|error| No::internal(&error))?;
    server.store().notify(text, server.clock().now_ms()).await?;
    Ok(Json(Done {}))
}

pub(super) async fn devices(State(server): State<Server>) -> Answer<Json<Vec<DeviceRow>>> {
    Ok(Json(server.store().devices().await?))
}

pub(super) async fn revoke(
    State(server): State<Server>,
    Caller(caller): Caller,
    Path(device): Path<String>,
    Wire(request): Wire<Revoke>,
) -> Answer<Json<Revoked>> {
    let now = server.clock().now_ms();
    let after_n = server.store().revoke(device.clone(), now).await?.ok_or_else(not_found)?;
    let reason = fieldseal_domain::text::clean(&request.reason).chars().take(MAX_TEXT).collect();
    server.write_events(vec![Event::DeviceRevoked { device, after_n, reason, by: caller.person }]).await?;
    Ok(Json(Revoked { after_n }))
}

pub(super) async fn approve(State(server): State<Server>, Path(device): Path<String>) -> Answer<Json<Done>> {
    if !server.store().approve_journal(device).await? {
        return Err(not_found());
    }
    Ok(Json(Done {}))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// Also those that were answered.
    #[serde(default)]
    all: bool,
    /// At most so many.
    limit: Option<u32>,
    /// From before this place in the log on.
    before: Option<u64>,
    /// Only these, answered or not: ids with commas between them, at most 100.
    entries: Option<String>,
}

/// Most entries asked for by their ids at once: they stand in the address.
const MOST_IDS: usize = 100;

fn ids(text: &str) -> Answer<Vec<Digest>> {
    let ids = text.split(',').map(str::parse).collect::<Result<Vec<Digest>, _>>();
    let ids = ids.map_err(|_| No::new(Code::BadRequest, "entries must be ids with commas between them"))?;
    if ids.len() > MOST_IDS {
        return Err(No::new(Code::BadRequest, "at most 100 entries can be asked for at once"));
    }
    Ok(ids)
}

pub(super) async fn quarantine(
    State(server): State<Server>,
    Query(which): Query<Which>,
) -> Answer<Json<Vec<Quarantined>>> {
    if let Some(entries) = which.entries {
        return Ok(Json(server.store().set_aside(ids(&entries)?).await?));
    }
    let limit = which.limit.unwrap_or(200).min(1000);
    Ok(Json(server.store().quarantine(which.all, which.before, limit).await?))
}

impl Server {
    /// A one-time code for a person, good for a week; none when there is no such person.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn make_code(&self, person: Uuid) -> Answer<Option<EnrolmentCode>> {
        const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;
        let code = proofs::one_time_code(&self.random()?);
        let now = self.clock().now_ms();
        let expires_ms = now.saturating_add(WEEK_MS);
        let made = self.store().add_code(proofs::code_hash(&code), person, now, expires_ms).await?;
        Ok(made.then(|| EnrolmentCode { link: self.enrol_link(&code), code, expires_ms }))
    }
}
