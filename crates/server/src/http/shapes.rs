//! What each route takes and gives, as schemas of the types its handler uses.

use super::{
    access::Endpoint,
    admin::Which,
    mail::Of,
    public::Alive,
    sync::{Range, Rows},
};
use fieldseal_wire::{
    admin::{
        CodeRequest, Delivery, DeviceRow, Done, EnrolmentCode, MailPage, MailSettings, MailTest,
        MailTestAnswer, PersonRow, Quarantined, Revoke, Revoked,
    },
    blob::{LENGTH, OFFSET, STATE},
    enrol::{Challenge, EnrolRequest, Enrolled, RejournalRequest},
    log::{CheckpointAnswer, ConsistencyRequest, InclusionRequest, Inclusions, Proof},
    pull::{Manifest, Page, Pull},
    push::{Acked, Push},
    register::RegisterPage,
    session::{Hello, Session, SessionRequest, Welcome},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";

/// A header of a request or an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) required: bool,
    pub(super) meaning: &'static str,
}

/// What a route takes and gives.
#[derive(Debug)]
pub(super) struct Shape {
    /// An object whose members stand in the query.
    pub(super) query: Option<Schema>,
    /// Headers of the request.
    pub(super) asked: &'static [Header],
    /// Media type and schema of the body.
    pub(super) body: Option<(&'static str, Schema)>,
    pub(super) answer: Answer,
}

/// What a route gives.
#[derive(Debug)]
pub(super) enum Answer {
    /// JSON.
    Json(Schema),
    /// JSON, or nothing when the caller has it under this header's tag.
    Unless(Schema, Header),
    /// A body of this media type.
    Other(&'static str, Schema),
    /// Headers only; whether 404 has them too.
    Headers(&'static [Header], bool),
}

const ETAG: Header = Header {
    name: "etag",
    kind: "string",
    required: true,
    meaning: "Tag of this manifest, for if-none-match.",
};
const KNOWN: [Header; 1] = [Header {
    name: "if-none-match",
    kind: "string",
    required: false,
    meaning: "Tag of the manifest that is known.",
}];
const RANGE: [Header; 1] =
    [Header { name: "range", kind: "string", required: false, meaning: "One range: bytes=FIRST-[LAST]." }];
const PIECE: [Header; 2] = [
    Header { name: OFFSET, kind: "integer", required: true, meaning: "Where in the file the body begins." },
    Header { name: LENGTH, kind: "integer", required: true, meaning: "Size of the whole file in bytes." },
];
const STATES: [Header; 2] = [
    Header { name: STATE, kind: "string", required: true, meaning: "complete, partial or absent." },
    Header { name: OFFSET, kind: "integer", required: true, meaning: "Bytes that are here." },
];

/// The shape of a route.
pub(super) fn shape(endpoint: Endpoint, schemas: &mut SchemaGenerator) -> Shape {
    use Endpoint as E;
    match endpoint {
        E::Healthz => gets::<Alive>(schemas),
        E::Metrics => other("text/plain; version=0.0.4"),
        E::OpenApi => Shape {
            answer: Answer::Json(json_schema!({ "type": "object", "additionalProperties": true })),
            ..other(JSON)
        },
        E::Challenge => gets::<Challenge>(schemas),
        E::Enrol => takes::<EnrolRequest, Enrolled>(schemas),
        E::SignIn => takes::<SessionRequest, Session>(schemas),
        E::Rejournal => takes::<RejournalRequest, Enrolled>(schemas),
        E::Hello => takes::<Hello, Welcome>(schemas),
        E::Push => takes::<Push, Acked>(schemas),
        E::Manifest => {
            let answer = Answer::Unless(schemas.subschema_for::<Manifest>(), ETAG);
            Shape { asked: &KNOWN, answer, ..other(JSON) }
        }
        E::Pull => takes::<Pull, Page>(schemas),
        E::Feed => reads::<Range, Page>(schemas),
        E::Register => reads::<Rows, RegisterPage>(schemas),
        E::BlobState => Shape { answer: Answer::Headers(&STATES, true), ..other(BYTES) },
        E::PutBlob => Shape {
            asked: &PIECE,
            body: Some((BYTES, json_schema!({}))),
            answer: Answer::Headers(&STATES, false),
            ..other(BYTES)
        },
        E::GetBlob => Shape { asked: &RANGE, ..other(BYTES) },
        E::Checkpoint => gets::<CheckpointAnswer>(schemas),
        E::Consistency => takes::<ConsistencyRequest, Proof>(schemas),
        E::Inclusion => takes::<InclusionRequest, Inclusions>(schemas),
        E::People => gets::<Vec<PersonRow>>(schemas),
        E::PutPerson => takes::<PersonRow, PersonRow>(schemas),
        E::PinReset | E::Approve => gets::<Done>(schemas),
        E::MakeCode => takes::<CodeRequest, EnrolmentCode>(schemas),
        E::Devices => gets::<Vec<DeviceRow>>(schemas),
        E::Revoke => takes::<Revoke, Revoked>(schemas),
        E::Quarantine => reads::<Which, Vec<Quarantined>>(schemas),
        E::Deliveries => reads::<Of, Vec<Delivery>>(schemas),
        E::MailSettings => gets::<MailPage>(schemas),
        E::PutMailSettings => takes::<MailSettings, Done>(schemas),
        E::MailTest => takes::<MailTest, MailTestAnswer>(schemas),
    }
}

fn gets<A: JsonSchema>(schemas: &mut SchemaGenerator) -> Shape {
    Shape { answer: Answer::Json(schemas.subschema_for::<A>()), ..other(JSON) }
}

fn takes<Q: JsonSchema, A: JsonSchema>(schemas: &mut SchemaGenerator) -> Shape {
    Shape { body: Some((JSON, schemas.subschema_for::<Q>())), ..gets::<A>(schemas) }
}

fn reads<Q: JsonSchema, A: JsonSchema>(schemas: &mut SchemaGenerator) -> Shape {
    Shape { query: Some(Q::json_schema(schemas)), ..gets::<A>(schemas) }
}

/// Nothing is asked for but the path; the answer is a body of this media type.
fn other(kind: &'static str) -> Shape {
    Shape { query: None, asked: &[], body: None, answer: Answer::Other(kind, json_schema!({})) }
}
