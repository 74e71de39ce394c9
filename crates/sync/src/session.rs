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

/// Opens the session with the device's key. Nothing in it depends on a clock.
///
/// A server that was started anew between the two calls has forgotten its challenge, which looks like a wrong key:
/// it is asked once more before that is believed.
pub(crate) async fn sign_in<C: Central, L: Local>(central: &C, local: &L) -> Answer<()> {
    match answer_challenge(central, local).await {
        Err(CallError::Refused(refusal)) if refusal.code == Code::BadProof => {
            answer_challenge(central, local).await
        }
        answer => answer,
    }
}

/// Whether the server at this address calls itself so, and knows this device. Another one gets no answer to its
/// challenge.
///
/// # Errors
/// As any call; [`Code::BadProof`] when it does not know the device.
pub async fn recognised<C: Central, L: Local>(central: &C, local: &L, server_id: &str) -> Result<bool> {
    if central.challenge().await?.server_id != server_id {
        return Ok(false);
    }
    sign_in(central, local).await?;
    Ok(true)
}

async fn answer_challenge<C: Central, L: Local>(central: &C, local: &L) -> Answer<()> {
    let challenge = central.challenge().await?;
    let message = [challenge.server_id.as_bytes(), &[0], challenge.nonce.as_ref()].concat();
    let request = SessionRequest {
        device: local.device(),
        nonce: challenge.nonce,
        signature: Bytes::from(local.sign(SigningContext::Session, &message)),
    };
    central.sign_in(&request).await?;
    Ok(())
}

/// Asks; when the session has ended meanwhile, signs in and asks once more.
pub(crate) async fn ask<C: Central, L: Local, T>(
    central: &C,
    local: &L,
    ask: impl AsyncFn(&C) -> Answer<T>,
) -> Answer<T> {
    match ask(central).await {
        Err(CallError::Refused(refusal)) if refusal.code == Code::NoSession => {
            sign_in(central, local).await?;
            ask(central).await
        }
        answer => answer,
    }
}

impl<C: Central, L: Local> Session<'_, C, L> {
    /// Opens the session.
    pub(crate) async fn sign_in(&self) -> Result<()> {
        sign_in(self.central, self.local).await.map_err(SyncError::from)
    }

    /// Asks, signed in.
    pub(crate) async fn ask<T>(&self, question: impl AsyncFn(&C) -> Answer<T>) -> Result<T> {
        ask(self.central, self.local, question).await.map_err(SyncError::from)
    }

    /// Shows what is going on.
    pub(crate) fn show(&self, phase: Phase) {
        self.status.send_modify(|status| status.phase = phase);
    }
}
