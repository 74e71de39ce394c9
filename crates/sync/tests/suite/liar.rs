//! The real server with somebody in front of it who does not tell the truth.

use fieldseal_domain::Digest;
use fieldseal_sync::HttpCentral;
use fieldseal_wire::{
    Central, Code, Refusal,
    blob::BlobState,
    central::{Answer, ManifestAnswer, RegisterAsk},
    enrol::{Challenge, EnrolRequest, Enrolled, RejournalRequest},
    log::{CheckpointAnswer, ConsistencyRequest, InclusionRequest, Inclusions, Proof},
    pull::{Page, Pull},
    push::{Acked, Push},
    register::RegisterPage,
    session::{Hello, Session, SessionRequest, Standing, Welcome},
};
use std::sync::atomic::{AtomicBool, Ordering};

/// The liar.
pub struct Liar {
    pub inner: HttpCentral,
    pub lie: Lie,
    told: AtomicBool,
}

impl Liar {
    pub fn new(inner: HttpCentral, lie: Lie) -> Self {
        Self { inner, lie, told: AtomicBool::new(false) }
    }
}

/// What it does.
#[derive(Debug, Clone, PartialEq)]
pub enum Lie {
    /// Hands out this checkpoint.
    Note(String),
    /// Leaves out the proofs of entries.
    NoProof,
    /// Hands out a proof of growth that proves nothing.
    OtherProof,
    /// Says that the program is too old.
    TooOld,
    /// Forgets the session before the first push.
    ForgetsSession,
    /// Says that somebody else is sending every file.
    TakesNoFile,
    /// Says that the log is empty, so that only the register is known.
    HidesLog,
}

impl Central for Liar {
    async fn challenge(&self) -> Answer<Challenge> {
        self.inner.challenge().await
    }
    async fn enrol(&self, request: &EnrolRequest) -> Answer<Enrolled> {
        self.inner.enrol(request).await
    }
    async fn sign_in(&self, request: &SessionRequest) -> Answer<Session> {
        self.inner.sign_in(request).await
    }
    async fn rejournal(&self, request: &RejournalRequest) -> Answer<Enrolled> {
        self.inner.rejournal(request).await
    }
    async fn hello(&self, hello: &Hello) -> Answer<Welcome> {
        let mut welcome = self.inner.hello(hello).await?;
        if self.lie == Lie::TooOld {
            welcome.standing = Standing::Update;
        }
        Ok(welcome)
    }
    async fn push(&self, push: &Push) -> Answer<Acked> {
        if self.lie == Lie::ForgetsSession && !self.told.swap(true, Ordering::SeqCst) {
            return Err(Refusal::new(Code::NoSession, "the session has ended").into());
        }
        self.inner.push(push).await
    }
    async fn manifest(&self, etag: Option<&str>) -> Answer<ManifestAnswer> {
        self.inner.manifest(etag).await
    }
    async fn pull(&self, pull: &Pull) -> Answer<Page> {
        self.inner.pull(pull).await
    }
    async fn feed(&self, after: Option<u64>, limit: u32) -> Answer<Page> {
        if self.lie == Lie::HidesLog {
            return Ok(Page { entries: Vec::new(), cursors: Vec::new(), more: false });
        }
        self.inner.feed(after, limit).await
    }
    async fn register(&self, ask: RegisterAsk, limit: u32) -> Answer<RegisterPage> {
        self.inner.register(ask, limit).await
    }
    async fn blob_state(&self, sha256: Digest) -> Answer<BlobState> {
        self.inner.blob_state(sha256).await
    }
    async fn put_blob(&self, sha256: Digest, offset: u64, size: u64, piece: Vec<u8>) -> Answer<BlobState> {
        if self.lie == Lie::TakesNoFile {
            return Err(Refusal::new(Code::Busy, "somebody else is sending this file").into());
        }
        self.inner.put_blob(sha256, offset, size, piece).await
    }
    async fn get_blob(&self, sha256: Digest, offset: u64, limit: u64) -> Answer<Vec<u8>> {
        self.inner.get_blob(sha256, offset, limit).await
    }
    async fn checkpoint(&self) -> Answer<CheckpointAnswer> {
        match &self.lie {
            Lie::Note(note) => Ok(CheckpointAnswer { note: note.clone() }),
            Lie::NoProof
            | Lie::OtherProof
            | Lie::TooOld
            | Lie::ForgetsSession
            | Lie::TakesNoFile
            | Lie::HidesLog => self.inner.checkpoint().await,
        }
    }
    async fn consistency(&self, request: &ConsistencyRequest) -> Answer<Proof> {
        let mut proof = self.inner.consistency(request).await?;
        if self.lie == Lie::OtherProof {
            proof.hashes.reverse();
            proof.hashes.push(Digest::default());
        }
        Ok(proof)
    }
    async fn inclusion(&self, request: &InclusionRequest) -> Answer<Inclusions> {
        let mut answer = self.inner.inclusion(request).await?;
        if self.lie == Lie::NoProof {
            answer.proofs.clear();
        }
        Ok(answer)
    }
}
