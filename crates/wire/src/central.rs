//! The protocol as one trait: the sync engine speaks it, a transport carries it.

use crate::{
    Refusal,
    blob::BlobState,
    enrol::{Challenge, EnrolRequest, Enrolled, RejournalRequest},
    log::{CheckpointAnswer, ConsistencyRequest, InclusionRequest, Inclusions, Proof},
    pull::{Manifest, Page, Pull},
    push::{Acked, Push},
    register::RegisterPage,
    session::{Hello, Session, SessionRequest, Welcome},
};
use fieldseal_domain::Digest;
use std::{error::Error, future::Future};

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The server said no.
    #[error("the server refused: {0}")]
    Refused(#[from] Refusal),
    /// No answer, a broken one, or one of another server. Whether the server did it is unknown: ask again.
    #[error("the server could not be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The server's key is not the one that was pinned.
    #[error("this is not the server the device was enrolled with")]
    WrongServer,
}

/// Answer of a call.
pub type Answer<T> = Result<T, CallError>;

/// A manifest, or the news that the one of this ETag still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestAnswer {
    /// As before.
    Unchanged,
    /// The manifest and its ETag.
    New(Manifest, String),
}

/// Which way to read the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterAsk {
    /// Rows whose head is below this, newest first; none for the newest.
    Before(Option<u64>),
    /// Rows whose head is above this, oldest first: for servers that count no changes.
    After(u64),
    /// Rows that changed after this change, in the order of changes.
    Changes(u64),
}

/// The central server, as a device sees it. Every call may be repeated.
pub trait Central: Send + Sync {
    /// POST /challenge.
    fn challenge(&self) -> impl Future<Output = Answer<Challenge>> + Send;
    /// POST /enrol.
    fn enrol(&self, request: &EnrolRequest) -> impl Future<Output = Answer<Enrolled>> + Send;
    /// POST /session; later calls carry its token.
    fn sign_in(&self, request: &SessionRequest) -> impl Future<Output = Answer<Session>> + Send;
    /// POST /rejournal.
    fn rejournal(&self, request: &RejournalRequest) -> impl Future<Output = Answer<Enrolled>> + Send;
    /// POST /hello.
    fn hello(&self, hello: &Hello) -> impl Future<Output = Answer<Welcome>> + Send;
    /// POST /push.
    fn push(&self, push: &Push) -> impl Future<Output = Answer<Acked>> + Send;
    /// GET /manifest.
    fn manifest(&self, etag: Option<&str>) -> impl Future<Output = Answer<ManifestAnswer>> + Send;
    /// POST /pull.
    fn pull(&self, pull: &Pull) -> impl Future<Output = Answer<Page>> + Send;
    /// GET /feed.
    fn feed(&self, after: Option<u64>, limit: u32) -> impl Future<Output = Answer<Page>> + Send;
    /// GET /register.
    fn register(&self, ask: RegisterAsk, limit: u32) -> impl Future<Output = Answer<RegisterPage>> + Send;
    /// HEAD /blobs/{sha256}.
    fn blob_state(&self, sha256: Digest) -> impl Future<Output = Answer<BlobState>> + Send;
    /// PUT /blobs/{sha256}: a piece from `offset` of a file of `size` bytes.
    fn put_blob(
        &self,
        sha256: Digest,
        offset: u64,
        size: u64,
        piece: Vec<u8>,
    ) -> impl Future<Output = Answer<BlobState>> + Send;
    /// GET /blobs/{sha256} from `offset`, at most `limit` bytes.
    fn get_blob(
        &self,
        sha256: Digest,
        offset: u64,
        limit: u64,
    ) -> impl Future<Output = Answer<Vec<u8>>> + Send;
    /// GET /checkpoint.
    fn checkpoint(&self) -> impl Future<Output = Answer<CheckpointAnswer>> + Send;
    /// POST /proof/consistency.
    fn consistency(&self, request: &ConsistencyRequest) -> impl Future<Output = Answer<Proof>> + Send;
    /// POST /proof/inclusion.
    fn inclusion(&self, request: &InclusionRequest) -> impl Future<Output = Answer<Inclusions>> + Send;
}
