//! The protocol over a simulated network: the product's own transport cannot be given other sockets.

use fieldseal_domain::Digest;
use fieldseal_wire::{
    CallError, Central, Code, Refusal,
    blob::{BlobState, LENGTH, OFFSET, STATE},
    central::{Answer, ManifestAnswer, RegisterAsk},
    enrol::{Challenge, EnrolRequest, Enrolled, RejournalRequest},
    log::{CheckpointAnswer, ConsistencyRequest, InclusionRequest, Inclusions, Proof},
    pull::{Page, Pull},
    push::{Acked, Push},
    register::RegisterPage,
    session::{Hello, Session, SessionRequest, Welcome},
};
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Method, Request, StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use std::{error::Error, sync::Mutex, time::Duration};

pub const PORT: u16 = 8420;
/// Longest call, in simulated time.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
pub struct SimCentral {
    token: Mutex<Option<String>>,
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

fn lost(error: impl Into<Box<dyn Error + Send + Sync>>) -> CallError {
    CallError::Unreachable(error.into())
}

impl SimCentral {
    async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Answer<Got> {
        let token = self.token.lock().unwrap().clone();
        let mut request =
            Request::builder().method(method).uri(format!("/v1/{path}")).header("host", "server");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(lost)?;
        match tokio::time::timeout(PATIENCE, exchange(request)).await {
            Ok(got) => got.map_err(CallError::Unreachable),
            Err(late) => Err(lost(late)),
        }
    }

    async fn json<A: DeserializeOwned>(&self, method: Method, path: &str, body: Vec<u8>) -> Answer<A> {
        let kind = [("content-type", "application/json".to_owned())];
        let got = success(self.call(method, path, &kind, body).await?)?;
        serde_json::from_slice(&got.body).map_err(lost)
    }

    async fn post<A: DeserializeOwned>(&self, path: &str, question: &impl Serialize) -> Answer<A> {
        let body = serde_json::to_vec(question).map_err(lost)?;
        self.json(Method::POST, path, body).await
    }
}

async fn exchange(request: Request<Full<Bytes>>) -> Result<Got, Box<dyn Error + Send + Sync>> {
    let stream = turmoil::net::TcpStream::connect(("server", PORT)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.into_body().collect().await?.to_bytes();
    driving.abort();
    Ok(Got { status, headers, body })
}

fn success(got: Got) -> Answer<Got> {
    if got.status.is_success() {
        return Ok(got);
    }
    let refusal: Refusal = serde_json::from_slice(&got.body).map_err(lost)?;
    Err(refusal.into())
}

fn state(got: &Got) -> Answer<BlobState> {
    let text = |name: &str| got.headers.get(name).and_then(|value| value.to_str().ok());
    let number = text(OFFSET).and_then(|text| text.parse().ok());
    match (text(STATE), number) {
        (Some("complete"), Some(size)) => Ok(BlobState::Complete { size }),
        (Some("partial"), Some(offset)) => Ok(BlobState::Partial { offset }),
        (Some("absent"), _) => Ok(BlobState::Absent),
        (_, _) if got.status == StatusCode::UNAUTHORIZED => {
            Err(Refusal::new(Code::NoSession, "the session has ended").into())
        }
        (_, _) => Err(lost("no state")),
    }
}

impl Central for SimCentral {
    async fn challenge(&self) -> Answer<Challenge> {
        self.json(Method::POST, "challenge", Vec::new()).await
    }
    async fn enrol(&self, request: &EnrolRequest) -> Answer<Enrolled> {
        self.post("enrol", request).await
    }
    async fn sign_in(&self, request: &SessionRequest) -> Answer<Session> {
        let session: Session = self.post("session", request).await?;
        *self.token.lock().unwrap() = Some(session.token.clone());
        Ok(session)
    }
    async fn rejournal(&self, request: &RejournalRequest) -> Answer<Enrolled> {
        self.post("rejournal", request).await
    }
    async fn hello(&self, hello: &Hello) -> Answer<Welcome> {
        self.post("hello", hello).await
    }
    async fn push(&self, push: &Push) -> Answer<Acked> {
        self.post("push", push).await
    }
    async fn manifest(&self, etag: Option<&str>) -> Answer<ManifestAnswer> {
        let known: Vec<_> = etag.map(|etag| ("if-none-match", etag.to_owned())).into_iter().collect();
        let got = self.call(Method::GET, "manifest", &known, Vec::new()).await?;
        if got.status == StatusCode::NOT_MODIFIED {
            return Ok(ManifestAnswer::Unchanged);
        }
        let got = success(got)?;
        let etag = got.headers.get("etag").and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(ManifestAnswer::New(serde_json::from_slice(&got.body).map_err(lost)?, etag.to_owned()))
    }
    async fn pull(&self, pull: &Pull) -> Answer<Page> {
        self.post("pull", pull).await
    }
    async fn feed(&self, after: Option<u64>, limit: u32) -> Answer<Page> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        self.json(Method::GET, &format!("feed?limit={limit}{after}"), Vec::new()).await
    }
    async fn register(&self, ask: RegisterAsk, limit: u32) -> Answer<RegisterPage> {
        let which = match ask {
            RegisterAsk::Before(None) => String::new(),
            RegisterAsk::Before(Some(seq)) => format!("&before={seq}"),
            RegisterAsk::After(seq) => format!("&after={seq}"),
            RegisterAsk::Changes(change) => format!("&changes={change}"),
        };
        self.json(Method::GET, &format!("register?limit={limit}{which}"), Vec::new()).await
    }
    async fn blob_state(&self, sha256: Digest) -> Answer<BlobState> {
        state(&self.call(Method::HEAD, &format!("blobs/{sha256}"), &[], Vec::new()).await?)
    }
    async fn put_blob(&self, sha256: Digest, offset: u64, size: u64, piece: Vec<u8>) -> Answer<BlobState> {
        let headers = [(OFFSET, offset.to_string()), (LENGTH, size.to_string())];
        state(&success(self.call(Method::PUT, &format!("blobs/{sha256}"), &headers, piece).await?)?)
    }
    async fn get_blob(&self, sha256: Digest, offset: u64, limit: u64) -> Answer<Vec<u8>> {
        let range = [("range", format!("bytes={offset}-{}", offset + limit - 1))];
        let got = self.call(Method::GET, &format!("blobs/{sha256}"), &range, Vec::new()).await?;
        Ok(success(got)?.body.to_vec())
    }
    async fn checkpoint(&self) -> Answer<CheckpointAnswer> {
        self.json(Method::GET, "checkpoint", Vec::new()).await
    }
    async fn consistency(&self, request: &ConsistencyRequest) -> Answer<Proof> {
        self.post("proof/consistency", request).await
    }
    async fn inclusion(&self, request: &InclusionRequest) -> Answer<Inclusions> {
        self.post("proof/inclusion", request).await
    }
}
