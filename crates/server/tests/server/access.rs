//! Every route, asked without a session and with every role.

use crate::support::Site;
use fieldseal_domain::role::Role;
use fieldseal_server::http::access::{Method, ROUTES, Rule};
use reqwest::StatusCode;
use uuid::Uuid;

#[tokio::test]
async fn every_route_asks_who_calls() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut callers = vec![(None, None), (Some(Role::Admin), admin.token.clone())];
    for role in [Role::Technician, Role::Office, Role::Manager, Role::Auditor] {
        callers.push((Some(role), site.device(&admin, role).await.token));
    }
    let http = reqwest::Client::new();
    for route in ROUTES {
        for (role, token) in &callers {
            let path = route
                .path
                .replace("{sha256}", &"0".repeat(64))
                .replace("{person}", &Uuid::nil().to_string())
                .replace("{device}", "nobody");
            let method = match route.method {
                Method::Get => reqwest::Method::GET,
                Method::Head => reqwest::Method::HEAD,
                Method::Post => reqwest::Method::POST,
                Method::Put => reqwest::Method::PUT,
            };
            let mut request = http.request(method, format!("{}{path}", site.url()));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let status = request.send().await.unwrap().status();
            let closed = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
            let open = match (route.rule, role) {
                (Rule::Public, _) => true,
                (_, None) => false,
                (rule, Some(role)) => rule.lets(*role, true),
            };
            assert_eq!(closed, !open, "{:?} as {role:?}: {status}", route.endpoint);
        }
    }
}

#[tokio::test]
async fn what_is_not_in_the_table_is_not_there() {
    let site = Site::new().await;
    for path in ["/", "/v1", "/v1/entries", "/v1/../healthz", "/admin", "/v1/blobs/../../keys.json"] {
        let status = reqwest::get(format!("{}{path}", site.url())).await.unwrap().status();
        assert!(status == StatusCode::NOT_FOUND || path.ends_with("healthz"), "{path}: {status}");
    }
    let description: serde_json::Value =
        reqwest::get(format!("{}/openapi.json", site.url())).await.unwrap().json().await.unwrap();
    let paths = description["paths"].as_object().unwrap();
    assert!(ROUTES.iter().all(|route| paths.contains_key(route.path)));
}
