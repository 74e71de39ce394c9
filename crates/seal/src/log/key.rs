//! The key that signs checkpoints. It signs nothing else, and its certificate can sign no document.

use crate::{
    cms::read::verify_ed25519,
    keys::{KeyError, make_ed25519},
};
use ed25519_dalek::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// The secret key of a log.
pub struct LogKey(ed25519_dalek::SigningKey);

impl std::fmt::Debug for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LogKey(secret)")
    }
}

impl LogKey {
    /// A new key.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self(make_ed25519(rng))
    }

    /// The seed: for the server's sealed file only.
    #[must_use]
    pub fn to_secret_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Reads what [`Self::to_secret_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError::Length`] when it is not 32 bytes.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let seed: &[u8; 32] = bytes.try_into().map_err(|_| KeyError::Length(bytes.len()))?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The public half as SubjectPublicKeyInfo; none if it cannot be written (never seen).
    pub(crate) fn spki(&self) -> Option<Vec<u8>> {
        Some(self.0.verifying_key().to_public_key_der().ok()?.into_vec())
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.0.sign(text).to_bytes()
    }
}

pub(super) fn is_signed(key: &[u8; 32], text: &[u8], signature: &[u8; 64]) -> bool {
    verify_ed25519(key, text, signature)
}
