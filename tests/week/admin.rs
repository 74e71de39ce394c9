//! The administrator: makes people and one-time codes, and reads the log as anybody in the office may.

use crate::tablet::Tablet;
use fieldseal_domain::{Digest, role::Role};
use fieldseal_seal::SigningContext;
use fieldseal_sync::{HttpCentral, Local as _, ServerAddress, Trust};
use fieldseal_wire::{
    Central as _, LoggedEntry,
    admin::{CodeRequest, EnrolmentCode, PersonRow},
    session::SessionRequest,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{net::SocketAddr, sync::Arc};
use uuid::Uuid;

/// The administrator's device.
pub struct Admin {
    tablet: Arc<Tablet>,
    address: ServerAddress,
    http: reqwest::Client,
}

/// A part of the link that the QR holds.
fn part<'a>(link: &'a str, name: &str) -> &'a str {
    let query = link.split_once('?').unwrap().1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap()
}

/// The same link with another address in it: the way that leads through a proxy.
pub fn through(link: &str, proxy: SocketAddr) -> String {
    let there = part(link, "url");
    link.replace(there, &format!("https%3A%2F%2F127.0.0.1%3A{}", proxy.port()))
}

impl Admin {
    /// Enrols with the first link.
    pub async fn enrol(server: SocketAddr, link: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let key: Digest = part(link, "key").parse().unwrap();
        let address = ServerAddress::new(&format!("https://{server}"), Trust::Pinned(key)).unwrap();
        let tablet = Tablet::standalone();
        let central = HttpCentral::new(address.clone()).unwrap();
        tablet.enrol(&central, part(link, "code")).await;
        // The engine's own client checks the pinned key; this one only carries requests of the test.
        let http = reqwest::Client::builder().danger_accept_invalid_certs(true).build().unwrap();
        Self { tablet, address, http }
    }

    async fn sign_in(&self) -> (HttpCentral, String) {
        let central = HttpCentral::new(self.address.clone()).unwrap();
        let challenge = central.challenge().await.unwrap();
        let message = [challenge.server_id.as_bytes(), &[0], challenge.nonce.as_ref()].concat();
        let signature = self.tablet.sign(SigningContext::Session, &message).into();
        let request = SessionRequest { device: self.tablet.device(), nonce: challenge.nonce, signature };
        let token = central.sign_in(&request).await.unwrap().token;
        (central, token)
    }

    async fn post<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> A {
        let (_, token) = self.sign_in().await;
        let url = format!("{}/v1/{path}", self.address.as_str().trim_end_matches('/'));
        let answer = self.http.post(url).bearer_auth(token).json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// A new person, and the link for their first device.
    pub async fn invite(&self, name: &str, role: Role) -> String {
        let person = Uuid::now_v7();
        let row = PersonRow { person, name: name.to_owned(), language: "ro".into(), role, active: true };
        let _: serde_json::Value = self.post("people", &row).await;
        let code: EnrolmentCode = self.post("codes", &CodeRequest { person }).await;
        code.link
    }

    /// The whole log, over the wire.
    pub async fn log(&self) -> Vec<LoggedEntry> {
        let (central, _) = self.sign_in().await;
        let (mut log, mut after) = (Vec::new(), None);
        loop {
            let page = central.feed(after, 1000).await.unwrap();
            let Some(last) = page.entries.last() else { return log };
            after = Some(last.read_envelope().unwrap().seq);
            log.extend(page.entries);
            if !page.more {
                return log;
            }
        }
    }
}
