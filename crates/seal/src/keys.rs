//! The two keys of a device: Ed25519 for the journal and the device seal, P-256 for the PAdES
//! signature that every PDF reader can check (SEAL-FORMAT, design D10).
//!
//! Keeping them is the key vault's work; here they are bytes that are wiped when dropped.

use ed25519_dalek::Signer as _;
use fieldseal_domain::Digest;
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::chain::SignatureCheck;
use crate::cms::read::{usable_ed25519, verify_ed25519};
use crate::context::SigningContext;

/// Version byte and two 32-byte scalars.
const SECRET_LEN: usize = 65;
const SECRET_VERSION: u8 = 1;

/// Why keys could not be read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not 65 bytes.
    #[error("device keys are {SECRET_LEN} bytes, not {0}")]
    Length(usize),
    /// Written by a newer program.
    #[error("device keys of version {0} cannot be read by this program")]
    Version(u8),
    /// The bytes are not a key of their curve.
    #[error("the stored bytes are not a signing key")]
    NotAKey,
    /// The public key could not be encoded.
    #[error("the public key cannot be encoded")]
    Encoding,
}

/// The secret keys of one device. Never copied to another device.
pub struct DeviceKeys {
    ed25519: ed25519_dalek::SigningKey,
    p256: p256::ecdsa::SigningKey,
}

impl std::fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKeys(secret)")
    }
}

impl DeviceKeys {
    /// New keys from the operating system's randomness (or a test's).
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self { ed25519: make_ed25519(rng), p256: make_p256(rng) }
    }

    /// Version byte, Ed25519 seed, P-256 scalar: for the key vault only.
    #[must_use]
    pub fn to_secret_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(SECRET_LEN));
        out.push(SECRET_VERSION);
        out.extend_from_slice(&Zeroizing::new(self.ed25519.to_bytes())[..]);
        out.extend_from_slice(&Zeroizing::new(self.p256.to_bytes())[..]);
        out
    }

    /// Reads what [`Self::to_secret_bytes`] wrote.
    ///
    /// # Errors
    /// [`KeyError`] says whether the bytes are cut off, from a newer version, or no keys.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let (version, rest) = bytes.split_first().ok_or(KeyError::Length(0))?;
        if *version != SECRET_VERSION {
            return Err(KeyError::Version(*version));
        }
        let (seed, scalar) =
            rest.split_at_checked(32).filter(|(_, s)| s.len() == 32).ok_or(KeyError::Length(bytes.len()))?;
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| KeyError::NotAKey)?);
        Ok(Self {
            ed25519: ed25519_dalek::SigningKey::from_bytes(&seed),
            p256: p256::ecdsa::SigningKey::from_slice(scalar).map_err(|_| KeyError::NotAKey)?,
        })
    }

    /// The public halves.
    ///
    /// # Errors
    /// [`KeyError::Encoding`] if a key cannot be written as SubjectPublicKeyInfo (never seen).
    pub fn public(&self) -> Result<DevicePublicKeys, KeyError> {
        let p256 = self.p256.verifying_key().to_public_key_der().map_err(|_| KeyError::Encoding)?;
        let ed25519 = self.ed25519.verifying_key().to_public_key_der().map_err(|_| KeyError::Encoding)?;
        Ok(DevicePublicKeys {
            p256_spki: p256.into_vec(),
            ed25519_spki: ed25519.into_vec(),
            ed25519_raw: self.ed25519.verifying_key().to_bytes(),
        })
    }

    /// Ed25519 over a statement: label of the context, zero byte, `bytes`.
    #[must_use]
    pub fn sign_statement(&self, context: SigningContext, bytes: &[u8]) -> [u8; 64] {
        self.sign_ed25519(&context.message(bytes))
    }

    /// ECDSA P-256 with SHA-256 over a statement, DER.
    #[must_use]
    pub fn sign_statement_p256(&self, context: SigningContext, bytes: &[u8]) -> Vec<u8> {
        self.sign_p256(&context.message(bytes))
    }

    /// PureEdDSA (RFC 8032) over `message`.
    pub(crate) fn sign_ed25519(&self, message: &[u8]) -> [u8; 64] {
        self.ed25519.sign(message).to_bytes()
    }

    /// ECDSA P-256 over SHA-256 of `message`, deterministic (RFC 6979), as DER.
    pub(crate) fn sign_p256(&self, message: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::DerSignature = self.p256.sign(message);
        signature.as_bytes().to_vec()
    }
}

/// The public keys of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePublicKeys {
    /// DER SubjectPublicKeyInfo of the P-256 key.
    pub p256_spki: Vec<u8>,
    /// DER SubjectPublicKeyInfo of the Ed25519 key.
    pub ed25519_spki: Vec<u8>,
    /// The 32 bytes of the Ed25519 key, as journal signatures are checked with.
    pub ed25519_raw: [u8; 32],
}

/// Whether this Ed25519 key made a statement. Strict: no key of small order, one spelling of a signature.
pub fn verify_ed25519_statement(
    key: &[u8; 32],
    context: SigningContext,
    bytes: &[u8],
    signature: &[u8; 64],
) -> SignatureCheck {
    let right = verify_ed25519(key, &context.message(bytes), signature);
    if right { SignatureCheck::Right } else { SignatureCheck::Wrong }
}

/// Whether this P-256 key (SubjectPublicKeyInfo) made a statement; `signature` is DER.
pub fn verify_p256_statement(
    spki: &[u8],
    context: SigningContext,
    bytes: &[u8],
    signature: &[u8],
) -> SignatureCheck {
    let key = p256::ecdsa::VerifyingKey::from_public_key_der(spki);
    let right = key.is_ok_and(|key| {
        p256::ecdsa::DerSignature::from_bytes(signature)
            .is_ok_and(|s| key.verify(&context.message(bytes), &s).is_ok())
    });
    if right { SignatureCheck::Right } else { SignatureCheck::Wrong }
}

impl DevicePublicKeys {
    /// Keys as a device sends them: the 32 bytes of the Ed25519 key, the P-256 key as SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`KeyError::NotAKey`] for bytes that are no key, a key of small order, or a second spelling of one.
    pub fn read(ed25519: &[u8], p256_spki: &[u8]) -> Result<Self, KeyError> {
        let raw: [u8; 32] = ed25519.try_into().map_err(|_| KeyError::NotAKey)?;
        let key = usable_ed25519(&raw).ok_or(KeyError::NotAKey)?;
        let p256 =
            p256::ecdsa::VerifyingKey::from_public_key_der(p256_spki).map_err(|_| KeyError::NotAKey)?;
        let spelled = p256.to_public_key_der().map_err(|_| KeyError::Encoding)?;
        if spelled.as_bytes() != p256_spki {
            return Err(KeyError::NotAKey);
        }
        let ed25519 = key.to_public_key_der().map_err(|_| KeyError::Encoding)?;
        Ok(Self { p256_spki: p256_spki.to_vec(), ed25519_spki: ed25519.into_vec(), ed25519_raw: raw })
    }

    /// SHA-256 over both SubjectPublicKeyInfo (Ed25519, then P-256): names the device's keys.
    #[must_use]
    pub fn public_id(&self) -> Digest {
        Digest::of(&[self.ed25519_spki.as_slice(), &self.p256_spki].concat())
    }
}

pub(crate) fn make_ed25519(rng: &mut impl CryptoRng) -> ed25519_dalek::SigningKey {
    let mut seed = Zeroizing::new([0_u8; 32]);
    rng.fill_bytes(&mut seed[..]);
    ed25519_dalek::SigningKey::from_bytes(&seed)
}

pub(crate) fn make_p256(rng: &mut impl CryptoRng) -> p256::ecdsa::SigningKey {
    let mut scalar = Zeroizing::new([0_u8; 32]);
    loop {
        rng.fill_bytes(&mut scalar[..]);
        // Zero and values above the group order (chance 2^-32) are drawn again.
        if let Ok(key) = p256::ecdsa::SigningKey::from_slice(&scalar[..]) {
            return key;
        }
    }
}
