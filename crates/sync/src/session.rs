//! One session with the server: signed in, and signed in again when the token ends on the way.

use crate::{
    error::{Result, SyncError},
    local::Local,
    status::{Phase, Status},
};
use fieldseal_seal::SigningContext;
use fieldseal_wire::{Bytes, CallError, Central, Code, central::Answer, session::SessionRequest};
use tokio::sync::watch;

/// Who takes part in a session.
pub(crate) struct Session<'a, C, L> {
    pub(crate) central: &'a C,
    pub(crate) local: &'a L,
    pub(crate) status: &'a watch::Sender<Status>,
}

impl<C: Central, L: Local> Session<'_, C, L> {
    /// Opens the session with the device's key. Nothing in it depends on a clock.
    ///
    /// A server that was started anew between the two calls has forgotten its challenge, which looks like a wrong key:
    /// it is asked once more before that is believed.
    pub(crate) async fn sign_in(&self) -> Result<()> {
        match self.answer_challenge().await {
            Err(SyncError::Call(CallError::Refused(refusal))) if refusal.code == Code::BadProof => {
                self.answer_challenge().await
            }
            answer => answer,
        }
    }

    async fn answer_challenge(&self) -> Result<()> {
        let challenge = self.central.challenge().await?;
        let message = [challenge.server_id.as_bytes(), &[0], challenge.nonce.as_ref()].concat();
        let request = SessionRequest {
            device: self.local.device(),
            nonce: challenge.nonce,
            signature: Bytes::from(self.local.sign(SigningContext::Session, &message)),
        };
        self.central.sign_in(&request).await?;
        Ok(())
    }

    /// Asks; when the session has ended meanwhile, signs in and asks once more.
    pub(crate) async fn ask<T>(&self, ask: impl AsyncFn(&C) -> Answer<T>) -> Result<T> {
        match ask(self.central).await {
            Err(CallError::Refused(refusal)) if refusal.code == Code::NoSession => {
                self.sign_in().await?;
                Ok(ask(self.central).await?)
            }
            answer => answer.map_err(SyncError::from),
        }
    }

    /// Shows what is going on.
    pub(crate) fn show(&self, phase: Phase) {
        self.status.send_modify(|status| status.phase = phase);
    }
}
