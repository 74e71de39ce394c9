//! Where the device's secrets live: the operating system's key store, or a file sealed with a passphrase.
//!
//! One secret per device ([`DeviceSecret`]). That nothing is found is never taken for "first run": a public file
//! beside the database says that there must be something.

pub mod passphrase;
pub mod recovery;

use crate::view::start::KeyStoreKind;
use fieldseal_domain::Digest;
use fieldseal_seal::{Authority, CertificateError, DeviceKeys, KeyError};
use zeroize::Zeroizing;

/// Why secrets could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no key store, or it refuses.
    #[error("the key store of the system cannot be used: {0}")]
    Unavailable(String),
    /// It is locked.
    #[error("the key store of the system is locked")]
    Locked,
    /// The passphrase is wrong, or the file was changed.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The file cannot be read or written.
    #[error("the key file cannot be used")]
    File(#[source] std::io::Error),
    /// What was found is no secret of ours.
    #[error("what the key store holds is not readable")]
    Unreadable,
    /// No randomness from the system.
    #[error("the system gives no random numbers")]
    Random,
}

/// A place for one secret.
pub trait KeyVault: Send + Sync {
    /// Which sort of place.
    fn kind(&self) -> KeyStoreKind;
    /// The secret; none when nothing is kept there.
    ///
    /// # Errors
    /// When the place cannot be asked.
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError>;
    /// Keeps the secret instead of what was there.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn write(&self, secret: &[u8]) -> Result<(), VaultError>;
    /// Keeps, reads back and removes a test value: a store that swallows secrets is no store.
    ///
    /// # Errors
    /// Why it does not work.
    fn probe(&self) -> Result<(), VaultError>;
}

/// The key store of the operating system, made by the shell; `name` keeps the entries of several data folders apart.
pub trait SystemVaults: Send + Sync {
    /// The entry of that name.
    ///
    /// # Errors
    /// When this machine has no key store.
    fn open(&self, name: &str) -> Result<Box<dyn KeyVault>, VaultError>;
}

/// A machine without key store (tests, headless tools).
#[derive(Debug, Clone, Copy)]
pub struct NoSystemVault;

impl SystemVaults for NoSystemVault {
    fn open(&self, _name: &str) -> Result<Box<dyn KeyVault>, VaultError> {
        Err(VaultError::Unavailable("this machine has no key store".to_owned()))
    }
}

/// First byte of a secret: with one pair of keys, or with a second one to come.
const ALONE: u8 = 1;
const WITH_NEXT: u8 = 2;

/// Everything secret about a device.
pub struct DeviceSecret {
    /// Key of the database.
    pub database: Zeroizing<[u8; 32]>,
    /// Signing keys.
    pub keys: DeviceKeys,
    /// Keys of a journal that is to continue this one. Which of the two write is said by the identity in the database.
    pub next: Option<DeviceKeys>,
    /// The standalone root.
    pub root: Authority,
}

impl DeviceSecret {
    /// Version, then each part with its length: for a vault only.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let next = self.next.as_ref().map(DeviceKeys::to_secret_bytes);
        let mut out = Zeroizing::new(vec![if next.is_some() { WITH_NEXT } else { ALONE }]);
        let (keys, root) = (self.keys.to_secret_bytes(), self.root.to_secret_bytes());
        let parts = [Some(&self.database[..]), Some(&keys), Some(&root), next.as_ref().map(|next| &next[..])];
        for part in parts.into_iter().flatten() {
            let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let (version, mut rest) = bytes.split_first().ok_or(VaultError::Unreadable)?;
        if ![ALONE, WITH_NEXT].contains(version) {
            return Err(VaultError::Unreadable);
        }
        let mut part = || -> Result<&[u8], VaultError> {
            let (length, after) = rest.split_first_chunk::<2>().ok_or(VaultError::Unreadable)?;
            let (part, after) = after
                .split_at_checked(usize::from(u16::from_be_bytes(*length)))
                .ok_or(VaultError::Unreadable)?;
            rest = after;
            Ok(part)
        };
        let database = <[u8; 32]>::try_from(part()?).map_err(|_| VaultError::Unreadable)?;
        let keys = DeviceKeys::from_secret_bytes(part()?).map_err(|_: KeyError| VaultError::Unreadable)?;
        let root =
            Authority::from_secret_bytes(part()?).map_err(|_: CertificateError| VaultError::Unreadable)?;
        let next = match *version {
            WITH_NEXT => {
                Some(DeviceKeys::from_secret_bytes(part()?).map_err(|_: KeyError| VaultError::Unreadable)?)
            }
            _ => None,
        };
        Ok(Self { database: Zeroizing::new(database), keys, next, root })
    }

    /// The keys with this [`public_id`](fieldseal_seal::DevicePublicKeys::public_id).
    #[must_use]
    pub fn keys_of(&self, id: Digest) -> Option<&DeviceKeys> {
        [Some(&self.keys), self.next.as_ref()]
            .into_iter()
            .flatten()
            .find(|keys| keys.public().is_ok_and(|public| public.public_id() == id))
    }

    /// The other keys became the device's: the old ones go.
    #[must_use]
    pub fn with_keys(self, keys: DeviceKeys) -> Self {
        Self { keys, next: None, ..self }
    }
}

/// Fills `buffer` from the system's randomness.
///
/// # Errors
/// [`VaultError::Random`].
pub fn fill_random(buffer: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(buffer).map_err(|_| VaultError::Random)
}
