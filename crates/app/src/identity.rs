//! Who this device is: its name, its certificates, the roots it trusts; and the public file that says it was set up.

use crate::{
    atomic_file,
    error::{AppError, Result},
    vault::{DeviceSecret, recovery::WrappedKey},
    view::start::KeyStoreKind,
};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_seal::{DeviceCertificates, DeviceKeys};
use serde::{Deserialize, Serialize};
use std::{fs, io, path::Path};
use uuid::Uuid;

/// Name of the public file beside the database.
const FILE: &str = "device.json";

/// Begin of certificates where the build was given no date: 2026-01-01T00:00:00Z.
const UNDATED: i64 = 1_767_225_600;

/// Begin of all certificates: when the program was built, so that a tablet with a wrong clock still makes certificates
/// that are valid today (design D10). The date is `SOURCE_DATE_EPOCH` of the build, which is the date of the commit:
/// whoever builds the same commit gets the same program.
#[must_use]
pub fn certificates_begin() -> jiff::Timestamp {
    let built = option_env!("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.trim().parse().ok());
    jiff::Timestamp::from_second(built.unwrap_or(UNDATED)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// The public file: that there are keys, where they are, and the wrapped database key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFile {
    /// `fieldseal/device/v1`.
    pub format: String,
    /// Name of the entry in the key store.
    pub vault_name: String,
    /// Where the keys are.
    pub key_store: KeyStoreKind,
    /// Digest of the public keys: notices when the key store gives back others.
    pub keys: Digest,
    /// Database key under the recovery code.
    pub recovery: WrappedKey,
}

/// Value of [`DeviceFile::format`].
pub const DEVICE_FORMAT: &str = "fieldseal/device/v1";

impl DeviceFile {
    /// Reads it; none when this folder was never set up.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        match fs::read(folder.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(AppError::File(error)),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write(&self, folder: &Path) -> Result<()> {
        atomic_file::write(&folder.join(FILE), &serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }
}

/// Who the device is, kept in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Organisation: without a server the digest of the own root.
    pub org: String,
    /// Device id: subject serial number of both certificates and name of the journal.
    pub device: String,
    /// Code in document numbers.
    pub code: String,
    /// Certificates.
    pub certificates: DeviceCertificates,
    /// Root of these certificates and of keys lost before, DER.
    pub roots: Vec<Vec<u8>>,
    /// Digest of the public keys that write this journal; none in databases made before there was a second pair.
    #[serde(default)]
    pub keys: Option<Digest>,
    /// What the organisation's server said when it certified the device; none while the tablet stands alone.
    #[serde(default)]
    pub central: Option<Membership>,
    /// Journals this tablet wrote before this one, oldest first.
    #[serde(default)]
    pub earlier: Vec<EarlierJournal>,
}

/// A device of an organisation with a central server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Address of the server.
    pub url: String,
    /// SHA-256 of its public key, when it was given with the code.
    pub server_key: Option<Digest>,
    /// Identity of the server.
    pub server_id: String,
    /// Whose device it is.
    pub person: Uuid,
    /// What they may do, as the server said when it certified the device; later sessions may say otherwise.
    #[serde(default)]
    pub role: Role,
    /// Certificate of the key that signs the register's checkpoints, DER.
    pub log: Vec<u8>,
}

/// A journal that is never written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierJournal {
    /// Its device id.
    pub device: String,
    /// Its Ed25519 public key.
    pub ed25519: Vec<u8>,
    /// Certificates its files were sealed under, DER: its own two, then up to the root.
    pub certificates: Vec<Vec<u8>>,
}

impl Identity {
    /// A standalone device: its own root issues its certificates.
    ///
    /// # Errors
    /// When a certificate cannot be made.
    pub fn standalone(secret: &DeviceSecret, earlier_roots: Vec<Vec<u8>>) -> Result<Self> {
        let public = secret.keys.public()?;
        let id = public.public_id();
        let device: String = id.to_string().chars().take(32).collect();
        let certificates = secret.root.issue_device(&mut rng(), &public, &device, certificates_begin())?;
        let mut roots = vec![secret.root.root_der().to_vec()];
        roots.extend(earlier_roots);
        Ok(Self {
            org: Digest::of(secret.root.root_der()).to_string(),
            code: code(&id),
            device,
            certificates,
            roots,
            keys: Some(id),
            central: None,
            earlier: Vec::new(),
        })
    }

    /// The root of the current keys, DER.
    #[must_use]
    pub fn root(&self) -> &[u8] {
        self.roots.first().map_or(&[], Vec::as_slice)
    }

    /// SHA-256 of the root, in groups of four.
    #[must_use]
    pub fn root_fingerprint(&self) -> String {
        Digest::of(self.root()).long()
    }
}

/// Four letters and digits from the digest of the keys: a new key is a new code, so numbers never repeat.
fn code(id: &Digest) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    id.0.iter()
        .take(4)
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)).copied())
        .map(char::from)
        .collect()
}

/// New signing keys and a new root.
///
/// # Errors
/// When the system gives no random numbers or a certificate cannot be made.
pub fn make_secret(firm: &str, database: Option<[u8; 32]>) -> Result<DeviceSecret> {
    let mut key = zeroize::Zeroizing::new([0_u8; 32]);
    match database {
        Some(bytes) => *key = bytes,
        None => crate::vault::fill_random(&mut key[..])?,
    }
    let root = fieldseal_seal::Authority::make(&mut rng(), firm, certificates_begin())?;
    Ok(DeviceSecret { database: key, keys: DeviceKeys::make(&mut rng()), next: None, root })
}

/// The system's randomness.
#[must_use]
pub fn rng() -> impl rand_core::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}
