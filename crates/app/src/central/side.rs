//! This device as the sync engine sees it.

use super::successor;
use crate::{
    app::{App, State},
    desk::Desk,
};
use fieldseal_seal::SigningContext;
use fieldseal_store::Store;
use fieldseal_sync::{Local, Successor};
use std::sync::Arc;

/// The app behind the engine. It never holds the database while it waits for the network.
pub(crate) struct Side {
    pub(super) app: Arc<App>,
}

impl Side {
    /// Works at the open desk; `closed` when there is none.
    pub(super) fn at<T>(&self, closed: T, work: impl FnOnce(&mut Desk) -> T) -> T {
        match &mut *self.app.state() {
            State::Open(desk) => work(desk),
            State::FirstRun | State::Locked(..) | State::Broken(_) => closed,
        }
    }
}

impl Local for Side {
    fn with_store(&self, work: &mut dyn FnMut(&mut Store)) -> bool {
        self.at(false, |desk| {
            work(&mut desk.store);
            true
        })
    }

    fn device(&self) -> String {
        self.at(String::new(), |desk| desk.identity.device.clone())
    }

    fn app_version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    fn root(&self) -> Vec<u8> {
        self.at(Vec::new(), |desk| match desk.identity.central {
            Some(_) => desk.identity.root().to_vec(),
            None => Vec::new(),
        })
    }

    fn log_certificates(&self) -> Vec<Vec<u8>> {
        self.at(Vec::new(), |desk| match &desk.identity.central {
            Some(membership) => vec![membership.log.clone(), desk.identity.certificates.issuer.clone()],
            None => Vec::new(),
        })
    }

    fn certificates(&self) -> Vec<Vec<u8>> {
        self.at(Vec::new(), |desk| desk.identity.chain())
    }

    fn public_key(&self) -> [u8; 32] {
        self.at([0; 32], |desk| desk.public.ed25519_raw)
    }

    fn sign(&self, context: SigningContext, bytes: &[u8]) -> [u8; 64] {
        self.at([0; 64], |desk| desk.pen.keys.sign_statement(context, bytes))
    }

    fn now_ms(&self) -> i64 {
        self.app.parts.clock.now().timestamp().as_millisecond()
    }

    fn random(&self) -> u64 {
        let mut bytes = [0; 8];
        // Only the pauses between tries hang on it.
        let _ = crate::vault::fill_random(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn successor(&self) -> fieldseal_sync::Result<Box<dyn Successor + '_>> {
        Ok(Box::new(successor::prepare(self, None)?))
    }
}
