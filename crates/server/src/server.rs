//! What all handlers share, and the work between requests.

use crate::{
    clock::Clock,
    config::Config,
    files::{FileError, Files},
    http::{No, Pulse},
    limits::{Guesses, Nonces},
    mail::Mail,
    organisation::Organisation,
    own_journal,
    pace::Buckets,
    store::{Identity, Store, StoreError},
};
use fieldseal_domain::{Digest, event::Event};
use rand_core::TryRng as _;
use std::{path::Path, sync::Arc};
use tokio::sync::Notify;
use uuid::Uuid;

/// How long the fold waits for more pushes.
const COALESCE: std::time::Duration = std::time::Duration::from_millis(200);

/// The running server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    files: Files,
    organisation: Organisation,
    identity: Identity,
    key_hash: Option<Digest>,
    config: Config,
    clock: Clock,
    guesses: Guesses,
    nonces: Nonces,
    buckets: Buckets,
    projector: Notify,
    mail: Mail,
    pulse: Pulse,
}

/// Why the server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The store.
    #[error("the database in the data folder cannot be opened: {0}")]
    Store(#[from] StoreError),
    /// The files.
    #[error("the folder of files cannot be opened")]
    Files(#[from] FileError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] crate::organisation::KeyError),
    /// The keys in the folder are not those the database was made with.
    #[error("the keys in the data folder belong to another organisation than its database")]
    OtherOrganisation,
    /// TLS.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The address.
    #[error("cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, #[source] std::io::Error),
    /// The system.
    #[error("the system refused")]
    Io(#[from] std::io::Error),
    /// A first entry could not be written.
    #[error("the server's own journal cannot be written")]
    Journal,
}

impl Server {
    /// Opens everything in the data folder; makes what is not there.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(config: Config, clock: Clock, key_hash: Option<Digest>) -> Result<Self, StartError> {
        let folder: &Path = &config.data;
        crate::organisation::make_folder(folder)?;
        let organisation = Organisation::open(folder, &config.organisation)?;
        let store = Store::open(folder)?;
        let identity = store.found(organisation.org(), organisation.journal_key()).await?;
        if identity.org != organisation.org() {
            return Err(StartError::OtherOrganisation);
        }
        let files = Files::open(folder)?;
        let server = Self(Arc::new(Inner {
            store,
            files,
            organisation,
            identity,
            key_hash,
            buckets: Buckets::new(config.pace),
            config,
            clock,
            guesses: Guesses::default(),
            nonces: Nonces::default(),
            projector: Notify::new(),
            mail: Mail::default(),
            pulse: Pulse::default(),
        }));
        own_journal::open(&server).await.map_err(|_| StartError::Journal)?;
        crate::mail::begin(&server).await?;
        Ok(server)
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// Keys and certificates.
    #[must_use]
    pub fn organisation(&self) -> &Organisation {
        &self.0.organisation
    }

    /// Identity of the server.
    #[must_use]
    pub fn server_id(&self) -> &str {
        &self.0.identity.server_id
    }

    /// Organisation: hex SHA-256 of its root certificate.
    #[must_use]
    pub fn org(&self) -> &str {
        &self.0.identity.org
    }

    /// Configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn guesses(&self) -> &Guesses {
        &self.0.guesses
    }

    pub(crate) fn nonces(&self) -> &Nonces {
        &self.0.nonces
    }

    pub(crate) fn buckets(&self) -> &Buckets {
        &self.0.buckets
    }

    pub(crate) fn pulse(&self) -> &Pulse {
        &self.0.pulse
    }

    pub(crate) fn mail(&self) -> &Mail {
        &self.0.mail
    }

    /// Bytes nobody can guess.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], No> {
        let mut bytes = [0; N];
        match getrandom::SysRng.try_fill_bytes(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) => Err(No::internal(&std::io::Error::other(error.to_string()))),
        }
    }

    /// Name of a person; empty when nobody has this id.
    pub(crate) async fn person_name(&self, person: Uuid) -> Result<String, StoreError> {
        let people = self.store().people().await?;
        Ok(people.into_iter().find(|row| row.person == person).map(|row| row.name).unwrap_or_default())
    }

    /// Writes events into the server's own journal.
    pub(crate) async fn write_events(&self, events: Vec<Event>) -> Result<(), No> {
        own_journal::write(self, events).await?;
        self.wake_projector();
        Ok(())
    }

    /// What a QR says: where the server is, the code, and the hash of the server's key.
    pub(crate) fn enrol_link(&self, code: &str) -> String {
        let url: String = self.url().bytes().map(escape).collect();
        let key = self.0.key_hash.map(|hash| format!("&key={hash}")).unwrap_or_default();
        format!("fieldseal://enrol?url={url}&code={code}{key}")
    }

    /// URL under which devices reach it.
    #[must_use]
    pub fn url(&self) -> String {
        self.config().url()
    }

    /// SHA-256 of the server's public key (SubjectPublicKeyInfo), when it speaks TLS.
    #[must_use]
    pub fn key_hash(&self) -> Option<Digest> {
        self.0.key_hash
    }

    /// Something was taken in: documents are folded, copies sent.
    pub(crate) fn wake_projector(&self) {
        self.0.projector.notify_one();
    }

    /// Folds every marked document now.
    pub(crate) async fn project_all(&self) -> Result<(), StoreError> {
        if !self.store().has_marked().await? {
            return Ok(());
        }
        let rules = crate::mail::rules(self).await?;
        while self.store().project(rules.clone(), self.clock().now_ms()).await? > 0 {}
        self.mail().wake();
        self.delete_unwanted().await
    }

    /// Files of what was erased.
    async fn delete_unwanted(&self) -> Result<(), StoreError> {
        for sha256 in self.store().unwanted_blobs().await? {
            if self.store().let_blob_go(sha256).await?
                && let Err(error) = self.files().delete(sha256).await
            {
                tracing::error!(%error, %sha256, "a file that nothing mentions could not be deleted");
            }
        }
        Ok(())
    }

    /// Folds whenever something was taken in, and once at start for what a kill left marked.
    pub(crate) async fn run_projector(self) {
        loop {
            if let Err(error) = self.project_all().await {
                tracing::error!(%error, "documents could not be folded");
                tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            }
            self.0.projector.notified().await;
            // Pushes come one after another and speak of the same documents: those are folded once, not every time.
            // Who asks for the register meanwhile folds first and waits for nothing.
            tokio::time::sleep(COALESCE).await;
        }
    }
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
