//! The key store of the operating system behind [`fieldseal_app::vault::SystemVaults`].
//!
//! Every question runs on a thread of its own with a time limit: a bus that does not answer, or a system dialog that
//! waits for a password, must not hold up the window. Which store it is, is the business of the system's own module.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux::open_store;
#[cfg(windows)]
use windows::open_store;

use fieldseal_app::{
    vault::{KeyVault, SystemVaults, VaultError},
    view::start::KeyStoreKind,
};
use keyring_core::{Entry, api::CredentialStore};
use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use zeroize::Zeroizing;

/// Under which name our entries stand in the store.
const SERVICE: &str = "eu.fieldseal.desktop";
/// How long the store may take for one answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Opens a store; called anew for every question, so that a store which comes up later is found.
type Open = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// The key store of this system.
pub struct SystemKeyStore {
    open: Open,
    limit: Duration,
}

impl SystemKeyStore {
    /// The store this system has.
    #[must_use]
    pub fn new() -> Self {
        Self { open: Arc::new(open_store), limit: LIMIT }
    }
}

impl Default for SystemKeyStore {
    fn default() -> Self {
        Self::new()
    }
}

impl SystemVaults for SystemKeyStore {
    fn open(&self, name: &str) -> Result<Box<dyn KeyVault>, VaultError> {
        Ok(Box::new(SystemVault { open: Arc::clone(&self.open), limit: self.limit, name: name.to_owned() }))
    }
}

struct SystemVault {
    open: Open,
    limit: Duration,
    name: String,
}

impl SystemVault {
    /// Asks the store within the time limit. A late answer is dropped; its thread ends by itself.
    fn ask<T: Send + 'static>(
        &self,
        name: &str,
        question: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (open, name) = (Arc::clone(&self.open), name.to_owned());
        let (tell, hear) = mpsc::sync_channel(1);
        let ask = move || {
            let answer =
                open().and_then(|store| store.build(SERVICE, &name, None)).and_then(|entry| question(&entry));
            // Nobody hears it any more once the limit has passed.
            let _ = tell.send(answer.map_err(sorted));
        };
        thread::Builder::new()
            .name("key store".to_owned())
            .spawn(ask)
            .map_err(|error| VaultError::Unavailable(error.to_string()))?;
        hear.recv_timeout(self.limit).unwrap_or_else(|_| {
            Err(VaultError::Unavailable(format!("no answer within {} seconds", self.limit.as_secs())))
        })
    }
}

impl KeyVault for SystemVault {
    fn kind(&self) -> KeyStoreKind {
        KeyStoreKind::System
    }

    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let found = self.ask(&self.name, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })?;
        if found.is_none() {
            // A locked or missing collection also says "no such entry". Only a store that works may say so.
            self.probe().map_err(|error| match error {
                VaultError::Unavailable(_) | VaultError::Locked => VaultError::Locked,
                other => other,
            })?;
        }
        Ok(found)
    }

    fn write(&self, secret: &[u8]) -> Result<(), VaultError> {
        let secret = Zeroizing::new(secret.to_vec());
        self.ask(&self.name, move |entry| entry.set_secret(&secret))
    }

    fn probe(&self) -> Result<(), VaultError> {
        let mut value = vec![0_u8; 16];
        fieldseal_app::vault::fill_random(&mut value)?;
        let kept = self.ask(&format!("{}-probe", self.name), move |entry| {
            entry.set_secret(&value)?;
            let kept = entry.get_secret()? == value;
            entry.delete_credential()?;
            Ok(kept)
        })?;
        if kept {
            Ok(())
        } else {
            Err(VaultError::Unavailable("it does not give back what it was given".to_owned()))
        }
    }
}

fn sorted(error: keyring_core::Error) -> VaultError {
    match error {
        keyring_core::Error::NoStorageAccess(_) => VaultError::Locked,
        other => VaultError::Unavailable(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Instant;

    fn vault(open: Open, limit: Duration) -> SystemVault {
        SystemVault { open, limit, name: "device-test".to_owned() }
    }

    fn no_access() -> keyring_core::Error {
        keyring_core::Error::NoStorageAccess("locked".into())
    }

    #[test]
    fn a_store_that_never_answers_does_not_hold_us_up() {
        let (_keep, never) = mpsc::channel::<()>();
        let never = std::sync::Mutex::new(never);
        let open: Open = Arc::new(move || {
            let _ = never.lock().unwrap().recv();
            Err(no_access())
        });
        let started = Instant::now();
        let answer = vault(open, Duration::from_millis(50)).read();
        assert!(matches!(answer, Err(VaultError::Unavailable(_))));
        assert!(started.elapsed() < Duration::from_secs(4));
    }

    #[test]
    fn a_locked_store_is_called_locked_and_a_missing_one_unavailable() {
        let locked = vault(Arc::new(|| Err(no_access())), LIMIT);
        assert!(matches!(locked.write(b"x"), Err(VaultError::Locked)));
        let missing = vault(Arc::new(|| Err(keyring_core::Error::NoDefaultStore)), LIMIT);
        assert!(matches!(missing.probe(), Err(VaultError::Unavailable(_))));
    }

    /// The store in memory that keyring-core brings along.
    fn in_memory() -> Open {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        Arc::new(move || Ok(Arc::clone(&store)))
    }

    #[test]
    fn what_was_written_is_read_back_and_nothing_is_nothing() {
        let vault = vault(in_memory(), LIMIT);
        assert!(vault.read().unwrap().is_none());
        let secret: Vec<u8> = (0..=255).collect();
        vault.write(&secret).unwrap();
        assert_eq!(*vault.read().unwrap().unwrap(), secret);
        vault.probe().unwrap();
        assert_eq!(*vault.read().unwrap().unwrap(), secret, "the probe must leave the secret alone");
    }
}
