//! A description of every route for programs, made from the table of routes.

use super::access::{Method, ROUTES, Route, Rule};
use axum::Json;
use serde_json::{Map, Value, json};

pub(super) async fn openapi() -> Json<Value> {
    Json(description())
}

fn description() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in &ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(method(route.method).to_owned(), operation(route));
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
            "schemas": { "Refusal": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": { "type": "string" },
                    "message": { "type": "string" },
                    "data": {},
                },
            } },
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

fn operation(route: &Route) -> Value {
    let parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let security = if route.rule == Rule::Public { json!([]) } else { json!([{ "session": [] }]) };
    json!({
        "operationId": format!("{:?}", route.endpoint),
        "summary": route.summary,
        "description": who(route.rule),
        "parameters": parameters,
        "security": security,
        "responses": {
            "200": { "description": "The answer." },
            "default": {
                "description": "A refusal.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } },
            },
        },
    })
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
