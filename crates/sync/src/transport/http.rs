//! The protocol over HTTP.

use super::{address::ServerAddress, tls};
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
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    header::{ETAG, HeaderMap, IF_NONE_MATCH, RANGE, RETRY_AFTER},
    redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Until the server must have taken the connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest silence in the middle of an answer: a connection that is half open is noticed by it.
const SILENCE: Duration = Duration::from_secs(30);
/// Longest time for a call, however slowly it drips.
const CALL: Duration = Duration::from_secs(300);
/// Longest answer that is read, other than a file.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Times after which a connection is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the connection stands.
    pub connect: Duration,
    /// Longest silence.
    pub silence: Duration,
    /// Longest call.
    pub call: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: CONNECT, silence: SILENCE, call: CALL }
    }
}

/// The server, over HTTP.
pub struct HttpCentral {
    client: Client,
    address: ServerAddress,
    token: Mutex<Option<String>>,
}

/// An error that is only a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Odd(&'static str);

fn odd(what: &'static str) -> CallError {
    CallError::Unreachable(Box::new(Odd(what)))
}

fn unreachable(error: reqwest::Error) -> CallError {
    if tls::is_wrong_server(&error) {
        CallError::WrongServer
    } else {
        // The address is known to whoever reads the log, and is no business of an error message.
        CallError::Unreachable(Box::new(error.without_url()))
    }
}

impl HttpCentral {
    /// A client for this server. Nothing is sent yet.
    ///
    /// # Errors
    /// [`CallError::Unreachable`] when TLS cannot be set up on this machine.
    pub fn new(address: ServerAddress) -> Answer<Self> {
        Self::with_patience(address, Patience::default())
    }

    /// The same, less or more patient.
    ///
    /// # Errors
    /// As [`HttpCentral::new`].
    pub fn with_patience(address: ServerAddress, patience: Patience) -> Answer<Self> {
        let tls = tls::config(address.trust).map_err(|error| CallError::Unreachable(Box::new(error)))?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(patience.connect)
            .read_timeout(patience.silence)
            .timeout(patience.call)
            .redirect(Policy::none())
            .user_agent(concat!("fieldseal/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(unreachable)?;
        Ok(Self { client, address, token: Mutex::new(None) })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.address.route(path));
        match &*self.token.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn post<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        path: &str,
        question: &Q,
    ) -> Answer<A> {
        answer(self.request(Method::POST, path).json(question)).await
    }

    pub(crate) async fn put<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        path: &str,
        question: &Q,
    ) -> Answer<A> {
        answer(self.request(Method::PUT, path).json(question)).await
    }

    pub(crate) async fn get<A: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Answer<A> {
        let mut url = self.address.route(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.request(Method::GET, path);
        let (client, built) = request.build_split();
        let mut built = built.map_err(unreachable)?;
        *built.url_mut() = url;
        read_json(success(client.execute(built).await.map_err(unreachable)?).await?).await
    }
}

async fn answer<A: DeserializeOwned>(request: RequestBuilder) -> Answer<A> {
    read_json(success(request.send().await.map_err(unreachable)?).await?).await
}

/// The answer, unless it is a refusal. What is neither comes from something in between, which is no server of ours.
async fn success(response: Response) -> Answer<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let bytes = read_all(response).await?;
    match serde_json::from_slice::<Refusal>(&bytes) {
        Ok(refusal) if refusal.code.status() == status.as_u16() => Err(CallError::Refused(refusal)),
        Ok(_) | Err(_) => Err(odd("something that is not the server answered")),
    }
}

async fn read_json<A: DeserializeOwned>(response: Response) -> Answer<A> {
    let bytes = read_all(response).await?;
    serde_json::from_slice(&bytes).map_err(|error| CallError::Unreachable(Box::new(error)))
}

/// The whole body, unless it is absurdly long. A body that ends early is an error of the connection.
async fn read_all(mut response: Response) -> Answer<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + piece.len() > MAX_ANSWER {
            return Err(odd("the answer is too long"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn header_number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// A blob's state is in the headers: an answer to HEAD has no body.
fn blob_state_of(response: &Response) -> Answer<BlobState> {
    let headers = response.headers();
    let offset = header_number(headers, OFFSET);
    match (headers.get(STATE).and_then(|value| value.to_str().ok()), offset) {
        (Some("complete"), Some(size)) => Ok(BlobState::Complete { size }),
        (Some("partial"), Some(offset)) => Ok(BlobState::Partial { offset }),
        (Some("absent"), _) => Ok(BlobState::Absent),
        (_, _) => match response.status() {
            StatusCode::UNAUTHORIZED => Err(Refusal::new(Code::NoSession, "the session has ended").into()),
            StatusCode::FORBIDDEN => Err(Refusal::new(Code::NotAllowed, "this is not allowed").into()),
            StatusCode::TOO_MANY_REQUESTS => {
                let refusal = Refusal::new(Code::TooMany, "the server wants to be left alone for a while");
                let seconds = header_number(headers, RETRY_AFTER.as_str());
                Err(refusal.with(serde_json::json!({ "retry_after_s": seconds })).into())
            }
            StatusCode::NOT_FOUND => Err(Refusal::new(Code::NotFound, "there is no such file").into()),
            _ => Err(odd("something that is not the server answered")),
        },
    }
}

impl Central for HttpCentral {
    async fn challenge(&self) -> Answer<Challenge> {
        answer(self.request(Method::POST, "challenge")).await
    }

    async fn enrol(&self, request: &EnrolRequest) -> Answer<Enrolled> {
        self.post("enrol", request).await
    }

    async fn sign_in(&self, request: &SessionRequest) -> Answer<Session> {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let session: Session = self.post("session", request).await?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.token.clone());
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
        let mut request = self.request(Method::GET, "manifest");
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let response = request.send().await.map_err(unreachable)?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(ManifestAnswer::Unchanged);
        }
        let response = success(response).await?;
        let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok());
        let etag = etag.unwrap_or_default().to_owned();
        Ok(ManifestAnswer::New(read_json(response).await?, etag))
    }

    async fn pull(&self, pull: &Pull) -> Answer<Page> {
        self.post("pull", pull).await
    }

    async fn feed(&self, after: Option<u64>, limit: u32) -> Answer<Page> {
        let mut query = vec![("limit", limit.to_string())];
        query.extend(after.map(|after| ("after", after.to_string())));
        self.get("feed", &query).await
    }

    async fn register(&self, ask: RegisterAsk, limit: u32) -> Answer<RegisterPage> {
        let mut query = vec![("limit", limit.to_string())];
        match ask {
            RegisterAsk::Before(before) => query.extend(before.map(|seq| ("before", seq.to_string()))),
            RegisterAsk::After(after) => query.push(("after", after.to_string())),
            RegisterAsk::Changes(change) => query.push(("changes", change.to_string())),
        }
        self.get("register", &query).await
    }

    async fn blob_state(&self, sha256: Digest) -> Answer<BlobState> {
        let request = self.request(Method::HEAD, &format!("blobs/{sha256}"));
        blob_state_of(&request.send().await.map_err(unreachable)?)
    }

    async fn put_blob(&self, sha256: Digest, offset: u64, size: u64, piece: Vec<u8>) -> Answer<BlobState> {
        let request = self
            .request(Method::PUT, &format!("blobs/{sha256}"))
            .header(OFFSET, offset)
            .header(LENGTH, size)
            .body(piece);
        let response = success(request.send().await.map_err(unreachable)?).await?;
        blob_state_of(&response)
    }

    async fn get_blob(&self, sha256: Digest, offset: u64, limit: u64) -> Answer<Vec<u8>> {
        let last = offset.saturating_add(limit).saturating_sub(1);
        let request = self
            .request(Method::GET, &format!("blobs/{sha256}"))
            .header(RANGE, format!("bytes={offset}-{last}"));
        let response = success(request.send().await.map_err(unreachable)?).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT && offset > 0 {
            return Err(odd("a part of a file was asked for and all of it came"));
        }
        read_all(response).await
    }

    async fn checkpoint(&self) -> Answer<CheckpointAnswer> {
        self.get("checkpoint", &[]).await
    }

    async fn consistency(&self, request: &ConsistencyRequest) -> Answer<Proof> {
        self.post("proof/consistency", request).await
    }

    async fn inclusion(&self, request: &InclusionRequest) -> Answer<Inclusions> {
        self.post("proof/inclusion", request).await
    }
}
