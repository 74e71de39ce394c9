//! A file sealed with a passphrase: argon2id makes the key, XChaCha20-Poly1305 seals.

use super::{KeyVault, VaultError, fill_random};
use crate::{atomic_file, view::start::KeyStoreKind};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, aead::Aead as _};
use serde::{Deserialize, Serialize};
use std::{fs, io, path::PathBuf};
use zeroize::Zeroizing;

/// Memory of the key derivation in KiB (OWASP's second choice for argon2id: 19 MiB, 2 passes, 1 lane).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// A sealed file and the passphrase that opens it.
pub struct PassphraseVault {
    path: PathBuf,
    passphrase: Zeroizing<String>,
}

#[derive(Serialize, Deserialize)]
struct SealedFile {
    format: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

const FORMAT: &str = "fieldseal/passphrase-file/v1";

impl PassphraseVault {
    /// The file at `path`.
    #[must_use]
    pub fn new(path: PathBuf, passphrase: &str) -> Self {
        Self { path, passphrase: Zeroizing::new(passphrase.to_owned()) }
    }

    fn key(&self, salt: &[u8], memory_kib: u32, passes: u32) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        // A changed file must not make us allocate without end.
        let params = Params::new(memory_kib.min(1 << 20), passes.min(16), 1, Some(32))
            .map_err(|_| VaultError::Unreadable)?;
        let mut key = Zeroizing::new([0_u8; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.passphrase.as_bytes(), salt, &mut key[..])
            .map_err(|_| VaultError::Unreadable)?;
        Ok(key)
    }
}

impl KeyVault for PassphraseVault {
    fn kind(&self) -> KeyStoreKind {
        KeyStoreKind::PassphraseFile
    }

    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(VaultError::File(error)),
        };
        let file: SealedFile = serde_json::from_str(&text).map_err(|_| VaultError::Unreadable)?;
        let decode = |text: &str| BASE64.decode(text).map_err(|_| VaultError::Unreadable);
        let key = self.key(&decode(&file.salt)?, file.memory_kib, file.passes)?;
        let nonce = <[u8; 24]>::try_from(decode(&file.nonce)?).map_err(|_| VaultError::Unreadable)?;
        let cipher = XChaCha20Poly1305::new(&(*key).into());
        let secret = cipher
            .decrypt(&nonce.into(), decode(&file.sealed)?.as_slice())
            .map_err(|_| VaultError::WrongPassphrase)?;
        Ok(Some(Zeroizing::new(secret)))
    }

    fn write(&self, secret: &[u8]) -> Result<(), VaultError> {
        let (mut salt, mut nonce) = ([0_u8; 16], [0_u8; 24]);
        fill_random(&mut salt)?;
        fill_random(&mut nonce)?;
        let key = self.key(&salt, MEMORY_KIB, PASSES)?;
        let sealed = XChaCha20Poly1305::new(&(*key).into())
            .encrypt(&nonce.into(), secret)
            .map_err(|_| VaultError::Unreadable)?;
        let file = SealedFile {
            format: FORMAT.to_owned(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt: BASE64.encode(salt),
            nonce: BASE64.encode(nonce),
            sealed: BASE64.encode(sealed),
        };
        let text = serde_json::to_vec_pretty(&file).map_err(|_| VaultError::Unreadable)?;
        atomic_file::write(&self.path, &text).map_err(VaultError::File)
    }

    fn probe(&self) -> Result<(), VaultError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_passphrase_opens_the_file_and_a_changed_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.sealed");
        assert!(PassphraseVault::new(path.clone(), "a").read().unwrap().is_none());
        PassphraseVault::new(path.clone(), "three little words").write(b"secret").unwrap();
        assert_eq!(
            &PassphraseVault::new(path.clone(), "three little words").read().unwrap().unwrap()[..],
            b"secret"
        );
        assert!(matches!(
            PassphraseVault::new(path.clone(), "other").read(),
            Err(VaultError::WrongPassphrase)
        ));
        assert!(
            !fs::read_to_string(&path).unwrap().contains("secret\""),
            "the secret itself is not in the file"
        );
        fs::write(&path, "{").unwrap();
        assert!(matches!(PassphraseVault::new(path, "x").read(), Err(VaultError::Unreadable)));
    }
}
