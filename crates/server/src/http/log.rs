//! The log's proofs: checkpoint, growth, and that entries are in it.

use super::{
    caller::{Caller, Wire},
    error::{Answer, No},
};
use crate::{
    server::Server,
    store::{LogError, SignedCheckpoint},
};
use axum::{Json, extract::State};
use fieldseal_wire::{
    Code,
    log::{CheckpointAnswer, ConsistencyRequest, InclusionRequest, Inclusions, MAX_PROOFS, Proof},
};

/// Whether a checkpoint must cover everything that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fresh {
    /// It must.
    Now,
    /// A little older will do.
    IfOld,
}

/// A log that grows all the time is signed at most once in this time, unless somebody asks for its end.
const SIGN_EVERY_MS: i64 = 1000;

impl Server {
    /// The newest checkpoint, and the size of the log it covers.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn checkpoint(&self, fresh: Fresh) -> Result<(String, u64), LogError> {
        let (newest, size, root) = self.store().log_state().await?;
        let now = self.clock().now_ms();
        if let Some(newest) = newest {
            let recent = now.saturating_sub(newest.made_ms).unsigned_abs() < SIGN_EVERY_MS.unsigned_abs();
            if newest.size == size || (recent && fresh == Fresh::IfOld) {
                return Ok((newest.note, newest.size));
            }
        }
        let note = self.organisation().checkpoint(size, root);
        let signed = SignedCheckpoint { size, note: note.clone(), made_ms: now };
        self.store().add_checkpoint(signed).await?;
        Ok((note, size))
    }
}

pub(super) async fn checkpoint(State(server): State<Server>) -> Answer<Json<CheckpointAnswer>> {
    let (note, _) = server.checkpoint(Fresh::Now).await?;
    Ok(Json(CheckpointAnswer { note }))
}

pub(super) async fn consistency(
    State(server): State<Server>,
    Wire(request): Wire<ConsistencyRequest>,
) -> Answer<Json<Proof>> {
    if request.from > request.to {
        return Err(No::new(Code::BadRequest, "the older size must not be the larger one"));
    }
    Ok(Json(Proof { hashes: server.store().consistency(request.from, request.to).await? }))
}

pub(super) async fn inclusion(
    State(server): State<Server>,
    caller: Caller,
    Wire(request): Wire<InclusionRequest>,
) -> Answer<Json<Inclusions>> {
    if request.entries.len() > MAX_PROOFS {
        return Err(No::new(Code::BadRequest, "too many entries"));
    }
    let proofs = server.store().inclusions(caller.sight(), request.entries, request.size).await?;
    Ok(Json(Inclusions { proofs }))
}

impl From<LogError> for No {
    fn from(error: LogError) -> Self {
        match error {
            LogError::TooSmall => Self::new(Code::LogTooSmall, "the log is smaller than asked"),
            LogError::Store(error) => error.into(),
        }
    }
}
