//! PINs: argon2id, and a lock that slows wrong tries down but never shuts the technician out for good (design D11).

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};

/// Wrong PINs that cost nothing.
const FREE_TRIES: u32 = 3;
/// Longest pause.
const LONGEST_MS: u64 = 5 * 60 * 1000;

/// Why a PIN cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Not 4 to 12 digits.
    #[error("a PIN has 4 to 12 digits")]
    Form,
    /// All digits alike or in a row.
    #[error("this PIN is too easy to guess")]
    TooEasy,
    /// It could not be hashed.
    #[error("the PIN could not be kept")]
    Hash,
}

/// Checks the form of a new PIN.
///
/// # Errors
/// Why it is not good.
pub fn check(pin: &str) -> Result<(), PinError> {
    if !(4..=12).contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PinError::Form);
    }
    let steps: Vec<i16> =
        pin.bytes().zip(pin.bytes().skip(1)).map(|(a, b)| i16::from(b) - i16::from(a)).collect();
    let even = |step: i16| steps.iter().all(|found| *found == step);
    if even(0) || even(1) || even(-1) { Err(PinError::TooEasy) } else { Ok(()) }
}

/// Hash of a PIN in PHC form.
///
/// # Errors
/// When it cannot be made.
pub fn hash(pin: &str) -> Result<String, PinError> {
    let hash: Result<PasswordHash, _> = Argon2::default().hash_password(pin.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| PinError::Hash)
}

/// Whether a PIN fits a hash.
#[must_use]
pub fn fits(pin: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok())
}

/// Pause after so many wrong tries in a row: none for three, then 5 s doubling up to 5 minutes.
#[must_use]
pub fn delay_ms(wrong_tries: u32) -> u64 {
    let Some(over) = wrong_tries.checked_sub(FREE_TRIES) else { return 0 };
    5_000_u64.checked_shl(over.min(16)).unwrap_or(LONGEST_MS).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn easy_and_malformed_pins_are_refused() {
        for pin in ["123", "12a4", "1111", "1234", "9876", "1234567890123", ""] {
            assert!(check(pin).is_err(), "{pin}");
        }
        assert_eq!(check("2580"), Ok(()));
    }

    #[test]
    fn the_lock_slows_down_and_never_shuts() {
        assert_eq!([0, 2, 3, 4, 5].map(delay_ms), [0, 0, 5_000, 10_000, 20_000]);
        assert_eq!(delay_ms(u32::MAX), LONGEST_MS);
    }

    #[test]
    fn a_pin_fits_its_own_hash_only() {
        let kept = hash("2580").unwrap();
        assert!(fits("2580", &kept) && !fits("2581", &kept) && !fits("2580", "nonsense"));
        assert_ne!(kept, hash("2580").unwrap(), "salted");
    }
}
