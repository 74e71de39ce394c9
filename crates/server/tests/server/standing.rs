//! A program that is too old for the server: what it signed is taken, everything else waits for the update.

use crate::support::{Device, Site};
use fieldseal_domain::{Digest, event::Event, role::Role};
use fieldseal_server::http::access::{Method, ROUTES, Rule};
use fieldseal_wire::{
    OLDEST_PROTOCOL, PROTOCOL, Refusal,
    session::{Hello, JournalEnd, Standing, Welcome},
};
use reqwest::StatusCode;
use uuid::Uuid;

async fn says(device: &Device, oldest: u32, newest: u32) -> Result<Welcome, Refusal> {
    let hello = Hello {
        oldest,
        newest,
        app_version: "0.0.1".into(),
        last: None,
        journals: vec![JournalEnd { device: device.name.clone(), n: device.n, id: device.head }],
        unsynced_signatures: 0,
        oldest_unsynced_ms: None,
    };
    device.post("/v1/hello", &hello).await
}

async fn ask(device: &Device, method: Method, path: &str) -> (StatusCode, String) {
    let path = path
        .replace("{sha256}", &Digest::of(b"file").to_string())
        .replace("{person}", &Uuid::nil().to_string())
        .replace("{device}", "nobody");
    let method = match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
    };
    let request = device.http.request(method, format!("{}{path}", device.url));
    let response = request.bearer_auth(device.token.as_ref().unwrap()).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

/// Red if an old program could do anything but push, on any route of the table, or if it could not push.
#[tokio::test]
async fn an_old_program_may_push_and_nothing_else() {
    let site = Site::new().await;
    // The administrator may call every route: what is refused is refused for the program's age alone.
    let mut admin = site.admin().await;
    let welcome = says(&admin, 0, OLDEST_PROTOCOL - 1).await.unwrap();
    assert_eq!((welcome.standing, welcome.protocol), (Standing::Update, OLDEST_PROTOCOL - 1));
    for route in ROUTES {
        let (status, said) = ask(&admin, route.method, route.path).await;
        let closed = status == StatusCode::FORBIDDEN && (said.is_empty() || said.contains("too old"));
        let open = matches!(route.rule, Rule::Public | Rule::Enrolled);
        assert_eq!(closed, !open, "{:?}: {status} {said}", route.endpoint);
    }
    let by = admin.person();
    let acked = admin.say(None, &Event::Printed { by }).await;
    assert_eq!(acked.n, 1, "a signature is never stranded by a version");
    // The program was renewed, and opens a session as it always did.
    admin.sign_in().await.unwrap();
    assert_eq!(says(&admin, OLDEST_PROTOCOL, PROTOCOL).await.unwrap().standing, Standing::Good);
    let _: serde_json::Value = admin.get("/v1/manifest").await.unwrap();
}

/// A program of a later version speaks the server's.
#[tokio::test]
async fn a_newer_program_is_answered_in_the_versions_both_know() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let tablet = site.device(&admin, Role::Technician).await;
    let welcome = says(&tablet, OLDEST_PROTOCOL, PROTOCOL + 7).await.unwrap();
    assert_eq!((welcome.standing, welcome.protocol), (Standing::Good, PROTOCOL));
    let _: serde_json::Value = tablet.get("/v1/manifest").await.unwrap();
}
