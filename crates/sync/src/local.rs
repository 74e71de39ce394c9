//! The device's side of a session: its store, its keys, its clock.

use crate::error::{Result, SyncError};
use fieldseal_domain::Digest;
use fieldseal_seal::SigningContext;
use fieldseal_store::{Store, StoreError};
use fieldseal_wire::enrol::Enrolled;
use jiff::Timestamp;

/// Public halves of new keys, and a proof that the device has the private ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKeys {
    /// Ed25519 public key.
    pub ed25519: [u8; 32],
    /// P-256 public key, SubjectPublicKeyInfo in DER.
    pub p256: Vec<u8>,
}

/// Keys that the server is asked to certify. They are kept safely before anybody relies on them.
pub trait KeyHolder {
    /// The public halves.
    fn keys(&self) -> NewKeys;
    /// Statements over `bytes` with both keys: Ed25519 (64 bytes) and ECDSA P-256 (DER).
    fn prove(&self, context: SigningContext, bytes: &[u8]) -> ([u8; 64], Vec<u8>);
}

/// Keys made for a journal that will continue another.
pub trait Successor: KeyHolder {
    /// The server certified them: from now on the device is who the answer says, and its new journal continues the
    /// old one after entry `common`. One transaction of the store ([`fieldseal_store::Tx::continue_journal`] with the
    /// new identity beside it); keys are switched so that a kill at any point leaves either device whole.
    ///
    /// # Errors
    /// What store or key store say.
    fn adopt(&self, enrolled: &Enrolled, common: (u64, Digest)) -> Result<()>;
}

/// The device.
pub trait Local {
    /// Works on the open store; nobody else does meanwhile. Returns false when it is not open.
    fn with_store(&self, work: &mut dyn FnMut(&mut Store)) -> bool;
    /// Device id: the journal that is written now.
    fn device(&self) -> String;
    /// Version of the program.
    fn app_version(&self) -> String;
    /// Root certificate of the organisation, DER; empty while not enrolled.
    fn root(&self) -> Vec<u8>;
    /// Certificates of the register's log key, DER: its own, then the issuing one.
    fn log_certificates(&self) -> Vec<Vec<u8>>;
    /// Certificates that the device's files are sealed under, DER: its own two, then up to the root.
    fn certificates(&self) -> Vec<Vec<u8>>;
    /// Public Ed25519 key of the device.
    fn public_key(&self) -> [u8; 32];
    /// A statement with the device's Ed25519 key.
    fn sign(&self, context: SigningContext, bytes: &[u8]) -> [u8; 64];
    /// Wall clock, Unix milliseconds. For the age of things and the validity of certificates; no proof rests on it.
    fn now_ms(&self) -> i64;
    /// The same as a point in time.
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or_default()
    }
    /// A random number, for pauses.
    fn random(&self) -> u64;
    /// New keys for a journal that continues the present one.
    ///
    /// # Errors
    /// When they cannot be made or kept.
    fn successor(&self) -> Result<Box<dyn Successor + '_>>;
}

impl<T: Local + ?Sized> Local for std::sync::Arc<T> {
    fn with_store(&self, work: &mut dyn FnMut(&mut Store)) -> bool {
        (**self).with_store(work)
    }
    fn device(&self) -> String {
        (**self).device()
    }
    fn app_version(&self) -> String {
        (**self).app_version()
    }
    fn root(&self) -> Vec<u8> {
        (**self).root()
    }
    fn log_certificates(&self) -> Vec<Vec<u8>> {
        (**self).log_certificates()
    }
    fn certificates(&self) -> Vec<Vec<u8>> {
        (**self).certificates()
    }
    fn public_key(&self) -> [u8; 32] {
        (**self).public_key()
    }
    fn sign(&self, context: SigningContext, bytes: &[u8]) -> [u8; 64] {
        (**self).sign(context, bytes)
    }
    fn now_ms(&self) -> i64 {
        (**self).now_ms()
    }
    fn random(&self) -> u64 {
        (**self).random()
    }
    fn successor(&self) -> Result<Box<dyn Successor + '_>> {
        (**self).successor()
    }
}

/// Works on the store of a device.
pub(crate) fn on_store<T>(
    local: &dyn Local,
    work: impl FnOnce(&mut Store) -> std::result::Result<T, StoreError>,
) -> Result<T> {
    let mut work = Some(work);
    let mut out = None;
    let open = local.with_store(&mut |store| {
        if let Some(work) = work.take() {
            out = Some(work(store));
        }
    });
    match out {
        Some(result) if open => Ok(result?),
        Some(_) | None => Err(SyncError::Closed),
    }
}
