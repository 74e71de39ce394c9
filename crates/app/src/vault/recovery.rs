//! The recovery code: shown once at first run, it unwraps the database key when the key store has lost it.

use super::{VaultError, fill_random};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, aead::Aead as _};
use fieldseal_domain::Digest;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Crockford's alphabet: no I, L, O, U, so that a code read aloud or copied by hand is not misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Groups of five characters.
pub const GROUPS: usize = 6;

/// The database key, wrapped by the recovery code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    nonce: String,
    sealed: String,
}

/// A new code: 30 characters, 150 bits.
///
/// # Errors
/// When the system gives no random numbers.
pub fn make_code() -> Result<Zeroizing<String>, VaultError> {
    let mut bytes = Zeroizing::new([0_u8; GROUPS * 5]);
    fill_random(&mut bytes[..])?;
    let mut code = Zeroizing::new(String::new());
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'0')));
    }
    Ok(code)
}

/// The code as it was made, from what somebody typed: any case, with or without dashes, O for 0, I and L for 1.
#[must_use]
pub fn normalise(typed: &str) -> Zeroizing<String> {
    let kept = typed.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    Zeroizing::new(kept.collect())
}

fn wrapping_key(code: &str) -> Zeroizing<[u8; 32]> {
    // 150 random bits need no slow derivation.
    Zeroizing::new(Digest::in_context("fieldseal/recovery/v1", normalise(code).as_bytes()).0)
}

/// Wraps the database key.
///
/// # Errors
/// When the system gives no random numbers.
pub fn wrap(code: &str, database: &[u8; 32]) -> Result<WrappedKey, VaultError> {
    let mut nonce = [0_u8; 24];
    fill_random(&mut nonce)?;
    let cipher = XChaCha20Poly1305::new(&(*wrapping_key(code)).into());
    let sealed = cipher.encrypt(&nonce.into(), &database[..]).map_err(|_| VaultError::Unreadable)?;
    Ok(WrappedKey { nonce: BASE64.encode(nonce), sealed: BASE64.encode(sealed) })
}

/// Unwraps it; none when the code is wrong.
#[must_use]
pub fn unwrap(code: &str, wrapped: &WrappedKey) -> Option<Zeroizing<[u8; 32]>> {
    let nonce = <[u8; 24]>::try_from(BASE64.decode(&wrapped.nonce).ok()?).ok()?;
    let cipher = XChaCha20Poly1305::new(&(*wrapping_key(code)).into());
    let key =
        Zeroizing::new(cipher.decrypt(&nonce.into(), BASE64.decode(&wrapped.sealed).ok()?.as_slice()).ok()?);
    <[u8; 32]>::try_from(key.as_slice()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_read_aloud_opens_and_a_wrong_one_does_not() {
        let code = make_code().unwrap();
        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), vec![5; GROUPS]);
        let wrapped = wrap(&code, &[7; 32]).unwrap();
        let sloppy = code.to_lowercase().replace('0', "o").replace('1', "l").replace('-', " ");
        assert_eq!(*unwrap(&sloppy, &wrapped).unwrap(), [7; 32]);
        let other = make_code().unwrap();
        assert!(unwrap(&other, &wrapped).is_none());
    }
}
