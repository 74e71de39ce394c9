//! A device that asks too much is told to wait, and nobody else is.

use crate::support::Site;
use fieldseal_domain::role::Role;
use fieldseal_server::{Clock, Pace};
use fieldseal_wire::{Code, pull::Manifest};

#[tokio::test]
async fn a_device_that_runs_wild_waits_alone() {
    let pace = Pace { per_minute: 1, at_once: 20 };
    let site = Site::with(Clock::system(), |config| fieldseal_server::Config { pace, ..config }).await;
    let admin = site.admin().await;
    let wild = site.device(&admin, Role::Technician).await;
    let calm = site.device(&admin, Role::Technician).await;
    for _ in 0..20 {
        wild.get::<Manifest>("/v1/manifest").await.unwrap();
    }
    let refusal = wild.get::<Manifest>("/v1/manifest").await.unwrap_err();
    assert_eq!(refusal.code, Code::TooMany);
    let wait = refusal.data["retry_after_s"].as_u64().unwrap();
    assert!((60..=121).contains(&wait), "{wait}");
    let request = wild.http.head(format!("{}/v1/blobs/{}", site.url(), "0".repeat(64)));
    let head = request.bearer_auth(wild.token.as_ref().unwrap()).send().await.unwrap();
    assert_eq!(head.status().as_u16(), 429);
    assert!(head.headers().contains_key("retry-after"), "an answer to HEAD has no body");
    calm.get::<Manifest>("/v1/manifest").await.unwrap();
    let metrics = reqwest::get(format!("{}/metrics", site.url())).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("fieldseal_requests_refused_total 2"), "{metrics}");
}
