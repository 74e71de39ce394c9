//! A firm: the real server in a folder of its own, an administrator, and tablets that belong to it.

use crate::tablet::Tablet;
use fieldseal_domain::{Digest, role::Role};
use fieldseal_server::{Clock, Config, Running, start};
use fieldseal_sync::{Engine, HttpCentral, Patience, Report, ServerAddress, Trust};
use fieldseal_wire::{
    Central,
    admin::{CodeRequest, EnrolmentCode, PersonRow},
    session::SessionRequest,
};
use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use uuid::Uuid;

pub type TabletEngine = Engine<HttpCentral, Arc<Tablet>>;

pub struct Site {
    pub running: Running,
    pub folder: tempfile::TempDir,
    pub admin: Arc<Tablet>,
}

pub fn config(folder: &Path, listen: SocketAddr) -> Config {
    Config {
        data: folder.to_owned(),
        listen,
        public_url: None,
        organisation: "Test AG".into(),
        trusted_proxies: Vec::new(),
        metrics_peers: Vec::new(),
        pace: fieldseal_server::Pace::default(),
        plain: true,
        tls: None,
        log: "info".into(),
    }
}

/// Less patient than the product: no test waits half a minute for silence.
pub fn central(address: SocketAddr) -> HttpCentral {
    let patience = Patience {
        connect: Duration::from_secs(2),
        silence: Duration::from_secs(2),
        call: Duration::from_secs(20),
    };
    let address = ServerAddress::new(&format!("http://{address}"), Trust::SystemRoots).unwrap();
    HttpCentral::with_patience(address, patience).unwrap()
}

impl Site {
    pub async fn new() -> Self {
        Self::with_clock(Clock::system()).await
    }

    /// One whose server has another clock.
    pub async fn with_clock(clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let running = start(config(&folder.path().join("data"), any), clock).await.unwrap();
        let admin = Tablet::standalone();
        let code = running.first_code().await.unwrap().unwrap();
        admin.enrol(&central(running.address), &code.code).await;
        let site = Self { running, folder, admin };
        site.sync(&site.admin).await;
        site
    }

    /// The server's data.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// An engine that goes straight to the server.
    pub fn engine(&self, tablet: &Arc<Tablet>) -> TabletEngine {
        engine_at(tablet, self.address())
    }

    /// One session straight to the server.
    pub async fn sync(&self, tablet: &Arc<Tablet>) -> Report {
        self.engine(tablet).run().await.unwrap()
    }

    /// A one-time code for a new person.
    pub async fn code(&self, role: Role) -> (Uuid, EnrolmentCode) {
        let person = Uuid::now_v7();
        let row = PersonRow { person, name: format!("{role:?}"), language: "en".into(), role, active: true };
        let admin = Administration::open(self).await;
        let _: serde_json::Value = admin.post("people", &row).await;
        (person, admin.post("codes", &CodeRequest { person }).await)
    }

    /// A new person's tablet.
    pub async fn tablet(&self, role: Role) -> (Uuid, Arc<Tablet>) {
        let tablet = Tablet::standalone();
        let person = self.enrol(&tablet, role).await;
        (person, tablet)
    }

    /// Enrols a tablet for a new person.
    pub async fn enrol(&self, tablet: &Tablet, role: Role) -> Uuid {
        let (person, code) = self.code(role).await;
        tablet.enrol(&central(self.address()), &code.code).await;
        person
    }

    /// Ids of all entries in the log, in its order, and for each recovered one the id it holds.
    pub async fn log(&self) -> BTreeMap<Digest, u64> {
        let central = signed_in(self, &self.admin).await;
        let (mut seen, mut after) = (BTreeMap::new(), None);
        loop {
            let page = central.feed(after, 1000).await.unwrap();
            for logged in &page.entries {
                let envelope = logged.read_envelope().unwrap();
                let before = seen.insert(envelope.event, envelope.seq);
                assert_eq!(before, None, "an entry is in the log twice");
                if let Some(inner) = recovered_id(logged) {
                    seen.entry(inner).or_insert(envelope.seq);
                }
                after = Some(envelope.seq);
            }
            if !page.more {
                return seen;
            }
        }
    }

    /// The oracle: every entry ever committed on these tablets is in the log (once, or inside a recovered one), nothing
    /// is left on any of them, and the register is whole for each.
    pub async fn assert_nothing_lost(&self, tablets: &[&Arc<Tablet>], committed: &[Digest]) {
        let log = self.log().await;
        for tablet in tablets {
            assert_eq!(tablet.left(), (0, 0), "something is on a tablet only");
            for id in tablet.own_entries() {
                assert!(log.contains_key(&id), "an entry of a tablet is not in the log");
            }
        }
        for id in committed {
            assert!(log.contains_key(id), "a committed entry is lost");
        }
    }

    /// Stops the server and starts it again, on the same folder and the same address.
    pub async fn restart(self) -> Self {
        let Self { running, folder, admin } = self;
        let address = running.address;
        running.stop().await.unwrap();
        Self::start_again(folder, admin, address).await
    }

    pub async fn start_again(folder: tempfile::TempDir, admin: Arc<Tablet>, address: SocketAddr) -> Self {
        let running = start(config(&folder.path().join("data"), address), Clock::system()).await.unwrap();
        Self { running, folder, admin }
    }
}

pub fn engine_at(tablet: &Arc<Tablet>, address: SocketAddr) -> TabletEngine {
    Engine::new(central(address), Arc::clone(tablet))
}

fn recovered_id(logged: &fieldseal_wire::LoggedEntry) -> Option<Digest> {
    let header: fieldseal_domain::event::Header = serde_json::from_slice(&logged.entry.header.0).unwrap();
    let body = logged.entry.body.as_ref()?;
    let event = fieldseal_domain::event::Event::from_parts(&header.kind, &body.0).ok()?;
    let fieldseal_domain::event::ReadEvent::Known(event) = event else { return None };
    let fieldseal_domain::event::Event::Recovered(recovered) = *event else { return None };
    Some(Digest::of(&recovered.header))
}

/// Signs a tablet in by hand.
pub async fn signed_in(site: &Site, tablet: &Tablet) -> HttpCentral {
    let central = central(site.address());
    sign_in(&central, tablet).await;
    central
}

async fn sign_in(central: &HttpCentral, tablet: &Tablet) -> String {
    use fieldseal_sync::Local as _;
    let challenge = central.challenge().await.unwrap();
    let message = [challenge.server_id.as_bytes(), &[0], challenge.nonce.as_ref()].concat();
    let signature = tablet.sign(fieldseal_seal::SigningContext::Session, &message);
    let request =
        SessionRequest { device: tablet.device(), nonce: challenge.nonce, signature: signature.into() };
    central.sign_in(&request).await.unwrap().token
}

/// The administration's routes, which the engine does not use.
pub struct Administration {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Administration {
    pub async fn open(site: &Site) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let token = sign_in(&central(site.address()), &site.admin).await;
        let url = format!("http://{}/v1", site.address());
        Self { http: reqwest::Client::new(), url, token }
    }

    pub async fn post<A: serde::de::DeserializeOwned>(&self, path: &str, body: &impl serde::Serialize) -> A {
        let request = self.http.post(format!("{}/{path}", self.url)).bearer_auth(&self.token).json(body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {} {}", answer.status(), answer.text().await.unwrap());
        answer.json().await.unwrap()
    }
}
