//! A server in a folder of its own, and devices that speak to it over a real socket.

use ed25519_dalek::Signer as _;
use fieldseal_domain::{
    Digest,
    content::{Content, Origin},
    event::{ClockReading, Event, Header, body_hash},
    hlc::Hlc,
    party::{Customer, Job},
    role::Role,
};
use fieldseal_server::{Clock, Config, Running, start};
use fieldseal_wire::{
    Bytes, Envelope, Refusal, Verdict, WireEntry,
    admin::{CodeRequest, EnrolmentCode, PersonRow},
    enrol::{CONTINUES, Challenge, DeviceKeys, EnrolRequest, Enrolled, POSSESSION, Predecessor},
    push::{Acked, Push},
    session::{Hello, JournalEnd, SESSION, Session, SessionRequest, Welcome},
};
use p256::pkcs8::EncodePublicKey as _;
use reqwest::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use std::path::Path;
use uuid::Uuid;

/// In a build of the whole workspace reqwest speaks TLS, but brings no provider for it.
pub fn provide_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

pub struct Site {
    pub running: Running,
    pub folder: tempfile::TempDir,
}

pub fn config(folder: &Path) -> Config {
    Config {
        data: folder.to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
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

impl Site {
    pub async fn new() -> Self {
        Self::with_clock(Clock::system()).await
    }

    pub async fn with_clock(clock: Clock) -> Self {
        Self::with(clock, |config| config).await
    }

    pub async fn with(clock: Clock, change: impl FnOnce(Config) -> Config) -> Self {
        provide_tls();
        let folder = tempfile::tempdir().unwrap();
        let running = start(change(config(folder.path())), clock).await.unwrap();
        Self { running, folder }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// The first administrator's device, signed in.
    pub async fn admin(&self) -> Device {
        let code = self.running.first_code().await.unwrap().unwrap();
        let mut device = Device::new(&self.url());
        device.enrol(&code.code, &[]).await.unwrap();
        device.sign_in().await.unwrap();
        device
    }

    /// A new person's device, signed in.
    pub async fn device(&self, admin: &Device, role: Role) -> Device {
        let code = self.code(admin, role).await;
        let mut device = Device::new(&self.url());
        device.enrol(&code.code, &[]).await.unwrap();
        device.sign_in().await.unwrap();
        device
    }

    pub async fn code(&self, admin: &Device, role: Role) -> EnrolmentCode {
        let person = Uuid::now_v7();
        let row =
            PersonRow { person, name: format!("{role} one"), language: "en".into(), role, active: true };
        admin.post::<PersonRow>("/v1/people", &row).await.unwrap();
        admin.post("/v1/codes", &CodeRequest { person }).await.unwrap()
    }

    /// Entries in the log.
    pub async fn size(&self) -> u64 {
        self.running.server.store().size().await.unwrap()
    }

    pub async fn stop(self) -> tempfile::TempDir {
        self.running.stop().await.unwrap();
        self.folder
    }
}

/// A device: keys, journal, session.
pub struct Device {
    pub http: reqwest::Client,
    pub url: String,
    pub ed25519: ed25519_dalek::SigningKey,
    pub p256: p256::ecdsa::SigningKey,
    pub enrolled: Option<Enrolled>,
    pub token: Option<String>,
    pub org: String,
    pub name: String,
    pub n: u64,
    pub head: Digest,
    pub hlc: Hlc,
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

fn message(context: &str, parts: &[&[u8]]) -> Vec<u8> {
    [context.as_bytes(), &[0], &parts.concat()].concat()
}

impl Device {
    pub fn new(url: &str) -> Self {
        provide_tls();
        let p256 = p256::ecdsa::SigningKey::from_slice(&[&[0; 1], &random()[1..]].concat()).unwrap();
        Self {
            http: reqwest::Client::new(),
            url: url.to_owned(),
            ed25519: ed25519_dalek::SigningKey::from_bytes(&random()),
            p256,
            enrolled: None,
            token: None,
            org: Digest::of(&random()).to_string(),
            name: Uuid::now_v7().simple().to_string(),
            n: 0,
            head: Digest::default(),
            hlc: Hlc::default(),
        }
    }

    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<T, Refusal> {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let bytes = response.bytes().await.unwrap();
        if status == StatusCode::OK {
            return Ok(serde_json::from_slice(&bytes).unwrap());
        }
        let refusal: Refusal = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| panic!("{status}: {:?}", String::from_utf8_lossy(&bytes)));
        assert_eq!(refusal.code.status(), status.as_u16());
        Err(refusal)
    }

    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, Refusal> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        self.call(Method::GET, path, None::<&()>).await
    }

    pub async fn keys(&self) -> DeviceKeys {
        let challenge: Challenge = self.post("/v1/challenge", &()).await.unwrap();
        let raw = self.ed25519.verifying_key().to_bytes();
        let spki = self.p256.verifying_key().to_public_key_der().unwrap().into_vec();
        let text =
            message(POSSESSION, &[challenge.server_id.as_bytes(), &[0], &challenge.nonce.0, &raw, &spki]);
        let p256_proof: p256::ecdsa::DerSignature = p256::ecdsa::signature::Signer::sign(&self.p256, &text);
        DeviceKeys {
            nonce: challenge.nonce,
            ed25519: raw.into(),
            p256: spki.into(),
            ed25519_proof: self.ed25519.sign(&text).to_bytes().into(),
            p256_proof: p256_proof.as_bytes().into(),
        }
    }

    pub async fn enrol(&mut self, code: &str, earlier: &[Predecessor]) -> Result<(), Refusal> {
        let request = EnrolRequest {
            code: code.to_owned(),
            keys: self.keys().await,
            label: "Tablet".into(),
            app_version: "0.2.0".into(),
            predecessors: earlier.to_vec(),
        };
        let enrolled: Enrolled = self.post("/v1/enrol", &request).await?;
        self.take(enrolled);
        Ok(())
    }

    pub fn take(&mut self, enrolled: Enrolled) {
        self.name = enrolled.device.clone();
        self.org = enrolled.org.clone();
        self.enrolled = Some(enrolled);
        (self.n, self.head) = (0, Digest::default());
    }

    /// How this device's journal is named as one that another goes on from.
    pub fn as_predecessor(&self, of: &Self) -> Predecessor {
        let new_key = of.ed25519.verifying_key().to_bytes();
        Predecessor {
            device: self.name.clone(),
            ed25519: self.ed25519.verifying_key().to_bytes().into(),
            certificates: Vec::new(),
            n: self.n,
            id: self.head,
            proof: Some(self.ed25519.sign(&message(CONTINUES, &[&new_key])).to_bytes().into()),
        }
    }

    /// The answer to a new challenge.
    pub async fn session_request(&self) -> Result<SessionRequest, Refusal> {
        let challenge: Challenge = self.post("/v1/challenge", &()).await?;
        let text = message(SESSION, &[challenge.server_id.as_bytes(), &[0], &challenge.nonce.0]);
        let signature = self.ed25519.sign(&text).to_bytes().into();
        Ok(SessionRequest { device: self.name.clone(), nonce: challenge.nonce, signature })
    }

    pub async fn sign_in(&mut self) -> Result<(), Refusal> {
        let request = self.session_request().await?;
        let session: Session = self.post("/v1/session", &request).await?;
        self.token = Some(session.token);
        Ok(())
    }

    pub async fn hello(&self) -> Result<Welcome, Refusal> {
        let hello = Hello {
            oldest: 1,
            newest: 1,
            app_version: "0.2.0".into(),
            last: None,
            journals: vec![JournalEnd { device: self.name.clone(), n: self.n, id: self.head }],
            unsynced_signatures: 3,
            oldest_unsynced_ms: Some(1),
        };
        self.post("/v1/hello", &hello).await
    }

    /// The next entry of the journal.
    pub fn write(&mut self, doc: Option<Uuid>, event: &Event) -> WireEntry {
        let (kind, body) = event.to_parts().unwrap();
        self.write_raw(doc, &kind, event.is_critical(), body)
    }

    pub fn write_raw(&mut self, doc: Option<Uuid>, kind: &str, critical: bool, body: Vec<u8>) -> WireEntry {
        let salt = [7; 16];
        self.hlc = self.hlc.next(jiff::Timestamp::now().as_millisecond());
        let header = Header {
            v: 1,
            critical,
            org: self.org.clone(),
            device: self.name.clone(),
            n: self.n + 1,
            prev: self.head,
            hlc: self.hlc,
            at: ClockReading::default(),
            head: None,
            doc,
            kind: kind.to_owned(),
            body_hash: body_hash(&salt, &body),
        };
        let bytes = header.to_bytes().unwrap();
        self.n += 1;
        self.head = Digest::of(&bytes);
        let signature = self.ed25519.sign(&message("fieldseal/event/v1", &[&self.head.0]));
        WireEntry {
            header: bytes.into(),
            signature: signature.to_bytes().into(),
            salt: Some(salt.into()),
            body: Some(body.into()),
        }
    }

    pub async fn push(&self, entries: &[WireEntry]) -> Result<Acked, Refusal> {
        let push = Push { journal: self.name.clone(), entries: entries.to_vec() };
        self.post("/v1/push", &push).await
    }

    /// One entry, written and pushed.
    pub async fn say(&mut self, doc: Option<Uuid>, event: &Event) -> Acked {
        let entry = self.write(doc, event);
        self.push(&[entry]).await.unwrap()
    }

    pub fn person(&self) -> Uuid {
        self.enrolled.as_ref().unwrap().person
    }

    pub async fn head_blob(&self, sha256: Digest) -> (StatusCode, String, u64) {
        let request = self.http.head(format!("{}/v1/blobs/{sha256}", self.url));
        let response = request.bearer_auth(self.token.as_ref().unwrap()).send().await.unwrap();
        let text = |name: &str| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
        let state = text("blob-state").unwrap_or_default();
        let offset = text("upload-offset").map_or(0, |text| text.parse().unwrap());
        (response.status(), state, offset)
    }

    pub async fn put_blob(
        &self,
        sha256: Digest,
        offset: u64,
        size: u64,
        piece: Vec<u8>,
    ) -> Result<String, Refusal> {
        let request = self
            .http
            .put(format!("{}/v1/blobs/{sha256}", self.url))
            .bearer_auth(self.token.as_ref().unwrap())
            .header("upload-offset", offset)
            .header("upload-length", size)
            .body(piece);
        let response = request.send().await.unwrap();
        if response.status() == StatusCode::OK {
            return Ok(response.headers()["blob-state"].to_str().unwrap().to_owned());
        }
        Err(response.json().await.unwrap())
    }
}

pub fn job(technician: Option<Uuid>, customer: Uuid) -> Job {
    Job { id: Uuid::now_v7(), code: "J1".into(), customer, technician, ..Job::default() }
}

pub fn customer() -> Customer {
    Customer {
        id: Uuid::now_v7(),
        name: "Lind AB".into(),
        email: "lind@example.com".into(),
        ..Customer::default()
    }
}

pub fn created(job: &Job, customer: &Customer, by: Uuid) -> Event {
    let content = Content { kind: "service_sheet".into(), customer: customer.clone(), ..Content::default() };
    let origin = Some(Origin::Job { job: job.id, code: job.code.clone() });
    Event::Created { content: Box::new(content), origin, by }
}

/// What the server thought of the first entry.
pub fn verdict(acked: &Acked) -> Verdict {
    serde_json::from_slice::<Envelope>(&acked.entries[0].envelope.0).unwrap().verdict
}

pub fn bytes(text: &str) -> Bytes {
    Bytes(text.as_bytes().to_vec())
}
