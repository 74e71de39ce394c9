//! Proofs that devices bring, and one-time codes.

use ed25519_dalek::{Signature, VerifyingKey};
use fieldseal_domain::Digest;
use p256::{ecdsa::signature::Verifier as _, pkcs8::DecodePublicKey as _};

/// Letters and digits nobody mistakes for each other.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Context, zero byte, parts: what is signed.
pub(crate) fn message(context: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = context.as_bytes().to_vec();
    out.push(0);
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// Whether this key signed this. Strict Ed25519.
pub(crate) fn ed25519(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}

/// Whether a key is one, and not of small order.
pub(crate) fn is_strong(key: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

/// Whether this P-256 key (SubjectPublicKeyInfo) signed this (DER).
pub(crate) fn p256(spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = p256::ecdsa::VerifyingKey::from_public_key_der(spki);
    let signature = p256::ecdsa::DerSignature::from_bytes(signature);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
}

/// An Ed25519 key as SubjectPublicKeyInfo (RFC 8410): a fixed beginning, then the key.
pub(crate) fn ed25519_spki(raw: &[u8; 32]) -> Vec<u8> {
    let mut spki = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    spki.extend_from_slice(raw);
    spki
}

/// Codes for document numbers, from the digest of the device's keys: the first that is free is taken.
pub(crate) fn device_codes(id: Digest) -> Vec<String> {
    let code = |bytes: &[u8]| bytes.iter().map(|byte| letter(*byte)).collect();
    id.0.windows(4).map(code).collect()
}

fn letter(byte: u8) -> char {
    ALPHABET.get(usize::from(byte & 31)).copied().map_or('0', char::from)
}

/// A one-time code of 60 bits: `XXXX-XXXX-XXXX`.
pub(crate) fn one_time_code(random: &[u8; 12]) -> String {
    let letters: Vec<char> = random.iter().map(|byte| letter(*byte)).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is kept of a code. Blanks, dashes and case do not matter, and O is 0, I and L are 1.
pub(crate) fn code_hash(code: &str) -> Digest {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Digest::in_context("fieldseal/code/v1", plain.as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = one_time_code(&[0, 1, 31, 10, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(code, "01ZA-2345-6789");
        assert_eq!(code_hash(&code), code_hash("o i z a 2345 6789"));
        assert_ne!(code_hash(&code), code_hash("01ZA-2345-6788"));
    }

    #[test]
    fn no_key_of_small_order_gets_in() {
        assert!(!is_strong(&[0; 32]));
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(!is_strong(&identity));
    }
}
