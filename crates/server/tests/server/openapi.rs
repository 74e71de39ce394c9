//! The published description against what the server really takes and says, route by route.

use crate::support::{Device, Site, created, customer, job};
use fieldseal_domain::{Digest, FileHash, acceptance::Outcome, event::Event, role::Role};
use fieldseal_server::http::access::{Endpoint, Method, ROUTES, Route};
use fieldseal_wire::{
    admin::{CodeRequest, MailSettings, MailTest, PersonRow, Revoke},
    enrol::{EnrolRequest, Predecessor, RejournalRequest},
    log::{ConsistencyRequest, InclusionRequest},
    pull::{Cursor, Pull},
    push::Push,
    session::{Hello, JournalEnd},
};
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What is wrong with a value, by its schema. A member the schema does not name is wrong: nobody would know of it.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target =
            root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is nowhere"));
        return faults(root, target, value, at);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let all: Vec<_> = choices.iter().map(|one| faults(root, one, value, at)).collect();
            return if all.iter().any(Vec::is_empty) { Vec::new() } else { all.concat() };
        }
    }
    let mut found = Vec::new();
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        found.push(format!("{at}: {value} is not {constant}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        found.push(format!("{at}: {value} is none of {words:?}"));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_a(kind, value)) {
        found.push(format!("{at}: {value} is no {kinds:?}"));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        assert_eq!(pattern, "^[0-9a-f]{64}$", "a pattern this test does not know");
        let right = value.as_str().is_none_or(|text| text.parse::<Digest>().is_ok());
        found.extend((!right).then(|| format!("{at}: {value} is no digest")));
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (index, one) in values.iter().enumerate() {
            found.extend(faults(root, items, one, &format!("{at}[{index}]")));
        }
    }
    if let Some(members) = value.as_object() {
        found.extend(faults_of_members(root, schema, members, at));
    }
    found
}

fn faults_of_members(
    root: &Value,
    schema: &Value,
    members: &serde_json::Map<String, Value>,
    at: &str,
) -> Vec<String> {
    let mut found = Vec::new();
    let named = schema["properties"].as_object();
    for (name, member) in members {
        let at = format!("{at}.{name}");
        match (named.and_then(|named| named.get(name)), schema.get("additionalProperties")) {
            (Some(Value::Bool(true)), _) => {}
            (Some(schema), _) => found.extend(faults(root, schema, member, &at)),
            (None, Some(rest)) => found.extend(faults(root, rest, member, &at)),
            (None, None) if named.is_none() && schema["type"].is_null() => {}
            (None, None) => found.push(format!("{at} is not described")),
        }
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        found.extend((!members.contains_key(name)).then(|| format!("{at}.{name} is missing")));
    }
    found
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other}: a type this test does not know"),
    }
}

/// The description, and somebody who compares every exchange with it.
struct Reader {
    description: Value,
    url: String,
    http: reqwest::Client,
}

impl Reader {
    fn operation(&self, route: &Route) -> &Value {
        let method = format!("{:?}", route.method).to_lowercase();
        &self.description["paths"][route.path][method]
    }

    /// One exchange on a route; both sides must be as described. Gives the answer.
    async fn exchange(
        &self,
        endpoint: Endpoint,
        token: Option<&str>,
        tail: &str,
        body: Option<Value>,
    ) -> Value {
        let route = ROUTES.iter().find(|route| route.endpoint == endpoint).unwrap();
        let operation = self.operation(route);
        let described = |content: &Value| content["content"]["application/json"]["schema"].clone();
        let method = match route.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let path = match tail.strip_prefix('/') {
            Some(last) => route.path.replacen(
                &route.path[route.path.find('{').unwrap()..=route.path.find('}').unwrap()],
                last,
                1,
            ),
            None => format!("{}{tail}", route.path),
        };
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let schema = described(&operation["requestBody"]);
        assert_eq!(body.is_some(), !schema.is_null(), "{endpoint:?}: a body is asked for, or none is");
        if let Some(body) = body {
            assert_eq!(faults(&self.description, &schema, &body, "request"), [""; 0], "{endpoint:?}");
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, bytes) = (response.status(), response.bytes().await.unwrap());
        let answer: Value =
            serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{endpoint:?}: {status}"));
        let of_status = if status == StatusCode::OK { "200" } else { "default" };
        let schema = described(&operation["responses"][of_status]);
        assert!(!schema.is_null(), "{endpoint:?}: the answer is not described");
        assert_eq!(faults(&self.description, &schema, &answer, "answer"), [""; 0], "{endpoint:?}: {answer}");
        assert_eq!(status, StatusCode::OK, "{endpoint:?}: {answer}");
        answer
    }
}

fn asked(body: &impl Serialize) -> Option<Value> {
    Some(serde_json::to_value(body).unwrap())
}

/// A tablet with a closed document, its file, and an entry that was set aside.
async fn tablet_at_work(site: &Site, admin: &Device) -> (Device, Uuid, Vec<u8>) {
    let mut tablet = site.device(admin, Role::Technician).await;
    let (customer, by, doc) = (customer(), tablet.person(), Uuid::now_v7());
    let file = b"%PDF sealed".to_vec();
    tablet.say(Some(doc), &created(&job(Some(by), customer.id), &customer, by)).await;
    let sealed = FileHash::of(&file);
    tablet.say(Some(doc), &Event::Closed { outcome: Outcome::Signed, sealed, by }).await;
    tablet.say(None, &Event::RoleGranted { person: by, role: Role::Admin }).await;
    (tablet, doc, file)
}

#[tokio::test]
async fn every_route_is_what_the_description_says() {
    use Endpoint as E;
    let site = Site::new().await;
    let admin = site.admin().await;
    let (mut tablet, doc, file) = tablet_at_work(&site, &admin).await;
    let (http, url) = (reqwest::Client::new(), site.url());
    let description = http.get(format!("{url}/openapi.json")).send().await.unwrap().json().await.unwrap();
    let reader = Reader { description, url, http };
    let (office, field) = (admin.token.as_deref(), tablet.token.clone());
    let field = field.as_deref();
    let person = admin.person();
    let other = site.device(&admin, Role::Technician).await;
    for route in &ROUTES {
        let endpoint = route.endpoint;
        assert_eq!(reader.operation(route)["operationId"], format!("{endpoint:?}"));
        match endpoint {
            E::Healthz | E::OpenApi | E::Challenge => drop(reader.exchange(endpoint, None, "", None).await),
            E::Enrol => {
                let code = site.code(&admin, Role::Technician).await.code;
                let new = Device::new(&site.url());
                let (label, app_version) = ("Tablet".to_owned(), "1".to_owned());
                let predecessors = vec![Device::new(&site.url()).as_predecessor(&new)];
                let request = EnrolRequest { code, keys: new.keys().await, label, app_version, predecessors };
                reader.exchange(endpoint, None, "", asked(&request)).await;
            }
            E::SignIn => {
                let request = tablet.session_request().await.unwrap();
                reader.exchange(endpoint, None, "", asked(&request)).await;
            }
            E::Rejournal => {
                let heir = Device::new(&site.url());
                let predecessor = other.as_predecessor(&heir);
                let request =
                    RejournalRequest { keys: heir.keys().await, app_version: "1".into(), predecessor };
                reader.exchange(endpoint, other.token.as_deref(), "", asked(&request)).await;
            }
            E::Hello => {
                let journals = vec![JournalEnd { device: tablet.name.clone(), n: tablet.n, id: tablet.head }];
                let hello = Hello {
                    oldest: 1,
                    newest: 1,
                    app_version: "1".into(),
                    last: None,
                    journals,
                    unsynced_signatures: 0,
                    oldest_unsynced_ms: None,
                };
                reader.exchange(endpoint, field, "", asked(&hello)).await;
            }
            E::Push => {
                let by = tablet.person();
                let entries = vec![tablet.write(Some(doc), &Event::Printed { by })];
                let push = Push { journal: tablet.name.clone(), entries };
                reader.exchange(endpoint, field, "", asked(&push)).await;
            }
            E::Manifest => drop(reader.exchange(endpoint, field, "", None).await),
            E::Pull => {
                let subjects = vec![Cursor { subject: doc, after: None }];
                reader.exchange(endpoint, field, "", asked(&Pull { subjects, limit: 10 })).await;
            }
            E::Feed => drop(reader.exchange(endpoint, office, "?limit=3", None).await),
            E::Register => {
                let page = reader.exchange(endpoint, office, "?limit=3", None).await;
                assert_eq!(page["rows"].as_array().unwrap().len(), 1);
            }
            E::Metrics | E::BlobState | E::PutBlob | E::GetBlob => {
                let responses = &reader.operation(route)["responses"]["200"];
                assert!(responses["content"].is_object() || responses["headers"].is_object(), "{endpoint:?}");
            }
            E::Checkpoint => drop(reader.exchange(endpoint, field, "", None).await),
            E::Consistency => {
                let body = asked(&ConsistencyRequest { from: 1, to: 3 });
                reader.exchange(endpoint, field, "", body).await;
            }
            E::Inclusion => {
                let body = asked(&InclusionRequest { entries: vec![tablet.head], size: site.size().await });
                let answer = reader.exchange(endpoint, field, "", body).await;
                assert_eq!(answer["proofs"].as_array().unwrap().len(), 1);
            }
            E::People | E::Devices | E::MailSettings => {
                drop(reader.exchange(endpoint, office, "", None).await);
            }
            E::PutPerson => {
                let (name, language) = ("One".to_owned(), "en".to_owned());
                let (person, role) = (Uuid::now_v7(), Role::Auditor);
                let row = PersonRow { person, name, language, role, active: true };
                reader.exchange(endpoint, office, "", asked(&row)).await;
            }
            E::PinReset => drop(reader.exchange(endpoint, office, &format!("/{person}"), None).await),
            E::MakeCode => {
                reader.exchange(endpoint, office, "", asked(&CodeRequest { person })).await;
            }
            E::Revoke => {
                let body = asked(&Revoke { reason: "lost".into() });
                reader.exchange(endpoint, office, &format!("/{}", other.name), body).await;
            }
            E::Approve => {
                let code = site.code(&admin, Role::Technician).await.code;
                let (alone, mut heir) = (Device::new(&site.url()), Device::new(&site.url()));
                let lost = Predecessor { proof: None, ..alone.as_predecessor(&heir) };
                heir.enrol(&code, &[lost]).await.unwrap();
                reader.exchange(endpoint, office, &format!("/{}", alone.name), None).await;
            }
            E::Quarantine => {
                let waiting = reader.exchange(endpoint, office, "?all=true", None).await;
                assert!(!waiting.as_array().unwrap().is_empty());
            }
            E::Deliveries => drop(reader.exchange(endpoint, office, "?limit=9", None).await),
            E::PutMailSettings => {
                let settings =
                    MailSettings { kinds: vec!["service_sheet".into()], ..MailSettings::default() };
                reader.exchange(endpoint, office, "", asked(&settings)).await;
            }
            E::MailTest => {
                reader.exchange(endpoint, office, "", asked(&MailTest { to: "a@example.com".into() })).await;
            }
        }
    }
    // What travels in headers.
    let sha256 = Digest::of(&file);
    tablet.put_blob(sha256, 0, file.len() as u64, file.clone()).await.unwrap();
    let request = tablet.http.head(format!("{}/v1/blobs/{sha256}", site.url())).bearer_auth(field.unwrap());
    let head = request.send().await.unwrap();
    let described =
        reader.description["paths"]["/v1/blobs/{sha256}"]["head"]["responses"]["200"]["headers"].clone();
    assert!(described.as_object().unwrap().keys().all(|name| head.headers().contains_key(name)));
    // A refusal is described too, and the judge of this test can say no.
    let refusal: Value =
        tablet.http.get(format!("{}/v1/people", site.url())).send().await.unwrap().json().await.unwrap();
    let schema = json!({ "$ref": "#/components/schemas/Refusal" });
    assert_eq!(faults(&reader.description, &schema, &refusal, "refusal"), [""; 0]);
    for wrong in [json!({ "code": "no_such_code", "message": "" }), json!({ "code": "gap" }), json!([])] {
        assert!(!faults(&reader.description, &schema, &wrong, "wrong").is_empty(), "{wrong}");
    }
}
