//! A description of every route for programs, made from the table of routes and from the types that cross the wire.

use super::{
    access::{Method, ROUTES, Route, Rule},
    shapes::{Answer, Header, Shape, shape},
};
use axum::Json;
use fieldseal_wire::Refusal;
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

pub(super) async fn openapi() -> Json<Value> {
    Json(description())
}

fn description() -> Value {
    let mut schemas = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let refusal = schemas.subschema_for::<Refusal>();
    let mut paths: Map<String, Value> = Map::new();
    for route in &ROUTES {
        let operation = operation(route, &mut schemas, &refusal);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(method(route.method).to_owned(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Fieldseal server",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Requests and answers are JSON; bytes are standard base64, digests 64 hexadecimal digits, times Unix milliseconds. See docs/PROTOCOL.md.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": { "session": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas.take_definitions(true),
        },
    })
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Head => "head",
        Method::Post => "post",
        Method::Put => "put",
    }
}

fn operation(route: &Route, schemas: &mut SchemaGenerator, refusal: &Schema) -> Value {
    let Shape { query, asked, body, answer } = shape(route.endpoint, schemas);
    let mut parameters = in_path(route.path);
    parameters.extend(query.as_ref().map(in_query).unwrap_or_default());
    parameters.extend(asked.iter().map(|header| {
        json!({ "name": header.name, "in": "header", "required": header.required,
                "description": header.meaning, "schema": { "type": header.kind } })
    }));
    let security = if route.rule == Rule::Public { json!([]) } else { json!([{ "session": [] }]) };
    let mut operation = json!({
        "operationId": format!("{:?}", route.endpoint),
        "summary": route.summary,
        "description": who(route.rule),
        "parameters": parameters,
        "security": security,
        "responses": responses(answer, refusal),
    });
    if let (Some((kind, schema)), Some(operation)) = (body, operation.as_object_mut()) {
        operation.insert("requestBody".into(), json!({ "required": true, "content": content(kind, schema) }));
    }
    operation
}

fn in_path(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect()
}

/// The members of what is read from the query; none is required.
fn in_query(query: &Schema) -> Vec<Value> {
    let members = query.get("properties").and_then(Value::as_object);
    let one = |(name, schema): (&String, &Value)| json!({ "name": name, "in": "query", "schema": schema });
    members.map(|members| members.iter().map(one).collect()).unwrap_or_default()
}

fn content(kind: &str, schema: Schema) -> Value {
    let mut content = Map::new();
    content.insert(kind.to_owned(), json!({ "schema": schema }));
    Value::Object(content)
}

fn responses(answer: Answer, refusal: &Schema) -> Value {
    let mut responses = Map::new();
    match answer {
        Answer::Json(schema) => {
            let good =
                json!({ "description": "The answer.", "content": content("application/json", schema) });
            responses.insert("200".into(), good);
        }
        Answer::Unless(schema, header) => {
            let good = json!({ "description": "The answer.", "headers": headers(&[header]),
                               "content": content("application/json", schema) });
            responses.insert("200".into(), good);
            responses.insert("304".into(), json!({ "description": "Nothing has changed." }));
        }
        Answer::Other(kind, schema) => {
            let good = json!({ "description": "The answer.", "content": content(kind, schema) });
            responses.insert("200".into(), good.clone());
            if kind == "application/octet-stream" {
                responses.insert("206".into(), good);
                responses.insert("416".into(), json!({ "description": "The file has no such range." }));
            }
        }
        Answer::Headers(all, absent) => {
            responses.insert("200".into(), json!({ "description": "The answer.", "headers": headers(all) }));
            if absent {
                responses.insert("404".into(), json!({ "description": "Absent.", "headers": headers(all) }));
            }
        }
    }
    let refused =
        json!({ "description": "A refusal.", "content": content("application/json", refusal.clone()) });
    responses.insert("default".into(), refused);
    Value::Object(responses)
}

fn headers(all: &[Header]) -> Value {
    let one = |header: &Header| {
        let described = json!({ "description": header.meaning, "schema": { "type": header.kind } });
        (header.name.to_owned(), described)
    };
    Value::Object(all.iter().map(one).collect())
}

fn who(rule: Rule) -> String {
    match rule {
        Rule::Public => "For everybody.".to_owned(),
        Rule::Enrolled => "For every enrolled device, also a revoked one.".to_owned(),
        Rule::Standing => "For every device in good standing.".to_owned(),
        Rule::Roles(roles) => {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            format!("For the roles {}.", names.join(", "))
        }
    }
}
