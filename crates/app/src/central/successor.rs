//! New keys for a journal that continues the present one, and the moment in which they take over.
//!
//! The vault holds both pairs from before the server hears of the new one until the database says that it writes. So a
//! kill at any point leaves one whole device: the old one, or the new one.

use super::side::Side;
use crate::{
    desk::{Desk, Pen, salted},
    error::{AppError, Result},
    identity::{EarlierJournal, Identity, Membership},
    start::IDENTITY,
    vault::{DeviceSecret, VaultError, fill_random},
};
use fieldseal_domain::{
    Digest,
    event::{Continues, Event, Recovered},
};
use fieldseal_seal::{DeviceCertificates, DeviceKeys, DevicePublicKeys, SigningContext};
use fieldseal_store::{Continuation, Entry, StoreError};
use fieldseal_sync::wire::enrol::Enrolled;
use fieldseal_sync::{KeyHolder, NewKeys, Successor, SyncError};

/// Where the server is, when the device is only now becoming one of its organisation.
#[derive(Debug, Clone)]
pub(super) struct Door {
    /// Address.
    pub(super) url: String,
    /// SHA-256 of the server's public key.
    pub(super) server_key: Option<Digest>,
}

/// Keys that are kept and not yet in use.
pub(super) struct NextKeys<'a> {
    side: &'a Side,
    keys: DeviceKeys,
    public: DevicePublicKeys,
    door: Option<Door>,
}

/// Makes keys and keeps them beside the present ones.
pub(super) fn prepare(side: &Side, door: Option<Door>) -> fieldseal_sync::Result<NextKeys<'_>> {
    let made = side.at(Err(AppError::NotAllowed), |desk| desk.keep_next_keys());
    let (keys, public) = made.map_err(keys_error)?;
    Ok(NextKeys { side, keys, public, door })
}

fn keys_error(error: AppError) -> SyncError {
    match error {
        AppError::Store(error) => SyncError::Store(error),
        other => SyncError::Keys(Box::new(other)),
    }
}

impl KeyHolder for NextKeys<'_> {
    fn keys(&self) -> NewKeys {
        NewKeys { ed25519: self.public.ed25519_raw, p256: self.public.p256_spki.clone() }
    }

    fn prove(&self, context: SigningContext, bytes: &[u8]) -> ([u8; 64], Vec<u8>) {
        (self.keys.sign_statement(context, bytes), self.keys.sign_statement_p256(context, bytes))
    }
}

impl Successor for NextKeys<'_> {
    fn adopt(&self, enrolled: &Enrolled, common: (u64, Digest)) -> fieldseal_sync::Result<()> {
        self.side
            .at(Err(AppError::NotAllowed), |desk| {
                let identity = desk.identity.succeeded_by(enrolled, &self.public, self.door.as_ref())?;
                desk.take_over(&self.keys, identity, common)
            })
            .map_err(keys_error)
    }
}

impl Identity {
    /// Who the device is once the server has certified its new keys.
    fn succeeded_by(
        &self,
        enrolled: &Enrolled,
        public: &DevicePublicKeys,
        door: Option<&Door>,
    ) -> Result<Self> {
        let door = match (door, &self.central) {
            (Some(door), _) => door.clone(),
            (None, Some(membership)) => {
                Door { url: membership.url.clone(), server_key: membership.server_key }
            }
            (None, None) => return Err(AppError::NotAllowed),
        };
        let mut roots = vec![enrolled.root.0.clone()];
        roots.extend(self.roots.iter().filter(|root| **root != enrolled.root.0).cloned());
        let mut earlier = self.earlier.clone();
        earlier.extend(self.as_earlier());
        Ok(Self { roots, earlier, ..Self::enrolled(enrolled, public, door) })
    }

    /// A device of the organisation that was none before.
    pub(super) fn enrolled(enrolled: &Enrolled, public: &DevicePublicKeys, door: Door) -> Self {
        Self {
            org: enrolled.org.clone(),
            device: enrolled.device.clone(),
            code: enrolled.device_code.clone(),
            certificates: DeviceCertificates {
                p256: enrolled.p256.0.clone(),
                ed25519: enrolled.ed25519.0.clone(),
                issuer: enrolled.issuing.0.clone(),
            },
            roots: vec![enrolled.root.0.clone()],
            keys: Some(public.public_id()),
            central: Some(Membership {
                url: door.url,
                server_key: door.server_key,
                server_id: enrolled.server_id.clone(),
                person: enrolled.person,
                role: enrolled.role,
                log: enrolled.log.0.clone(),
            }),
            earlier: Vec::new(),
        }
    }

    /// This identity as one that is over.
    pub(crate) fn as_earlier(&self) -> Option<EarlierJournal> {
        let ed25519 = fieldseal_seal::certificates::ed25519_key(&self.certificates.ed25519)?;
        Some(EarlierJournal {
            device: self.device.clone(),
            ed25519: ed25519.to_vec(),
            certificates: self.chain(),
        })
    }

    /// The certificates its files are sealed under, up to the root.
    pub(crate) fn chain(&self) -> Vec<Vec<u8>> {
        let mut chain = vec![self.certificates.p256.clone(), self.certificates.ed25519.clone()];
        if self.certificates.issuer != self.root() {
            chain.push(self.certificates.issuer.clone());
        }
        chain.push(self.root().to_vec());
        chain
    }
}

impl Desk {
    /// The secret as the vault has it.
    fn secret(&self) -> Result<DeviceSecret> {
        let bytes = self.vault.read()?.ok_or(VaultError::Unreadable)?;
        Ok(DeviceSecret::from_bytes(&bytes)?)
    }

    /// New keys, kept beside the present ones before anybody hears of them. Keys of an earlier try are forgotten: no
    /// server certified them, or its answer never came.
    fn keep_next_keys(&mut self) -> Result<(DeviceKeys, DevicePublicKeys)> {
        let keys = DeviceKeys::make(&mut crate::identity::rng());
        let public = keys.public()?;
        let mut secret = self.secret()?;
        secret.next = Some(DeviceKeys::from_secret_bytes(&keys.to_secret_bytes())?);
        self.vault.write(&secret.to_bytes())?;
        Ok((keys, public))
    }

    /// From now on the device is `identity`: its first event, and everything after the last common entry written again,
    /// in one transaction with the identity itself. Then the old keys go.
    fn take_over(&mut self, keys: &DeviceKeys, identity: Identity, common: (u64, Digest)) -> Result<()> {
        let keys = DeviceKeys::from_secret_bytes(&keys.to_secret_bytes())?;
        let pen = Pen {
            keys,
            org: identity.org.clone(),
            device: identity.device.clone(),
            clock: self.pen.clock.clone(),
        };
        let old = self.identity.device.clone();
        let continues = (common.0 > 0).then(|| Continues { device: old.clone(), n: common.0, id: common.1 });
        let opened = [Event::JournalOpened {
            device_code: identity.code.clone(),
            certificate: Digest::of(&identity.certificates.ed25519),
            root: Digest::of(identity.root()),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            continues,
        }];
        let moment = pen.moment();
        let author = pen.author(&moment);
        let mut salts = Ok(());
        let mut salt = || {
            let mut salt = [0; 16];
            if let Err(error) = fill_random(&mut salt) {
                salts = Err(error);
            }
            salt
        };
        for opened in salted(None, &opened)? {
            let how =
                Continuation { old: &old, common: common.0, author: &author, opened, recover: &recovered };
            self.store.transact(|tx| -> std::result::Result<(), StoreError> {
                tx.put_setting(IDENTITY, &identity)?;
                tx.continue_journal(&how, &mut salt).map(drop)
            })?;
        }
        salts?;
        self.public = pen.keys.public()?;
        self.pen = pen;
        self.identity = identity;
        let secret = self.secret()?;
        self.settle_keys(secret);
        Ok(())
    }
}

/// The event that holds an entry of the old journal, byte for byte.
fn recovered(entry: &Entry) -> Event {
    Event::Recovered(Box::new(Recovered {
        device: entry.header.device.clone(),
        n: entry.header.n,
        header: entry.header_bytes.clone(),
        signature: entry.signature.to_vec(),
        salt: entry.body.as_ref().map(|body| body.salt.to_vec()),
        body: entry.body.as_ref().map(|body| body.bytes.clone()),
    }))
}
