//! Object identifiers of SEAL-FORMAT sections 2 to 4.

use const_oid::ObjectIdentifier as Oid;

pub(crate) const ID_DATA: Oid = Oid::new_unwrap("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: Oid = Oid::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: Oid = Oid::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: Oid = Oid::new_unwrap("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_CERTIFICATE_V2: Oid = Oid::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub(crate) const TIME_STAMP_TOKEN: Oid = Oid::new_unwrap("1.2.840.113549.1.9.16.2.14");
pub(crate) const SHA_256: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(crate) const SHA_512: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.3");
pub(crate) const ECDSA_WITH_SHA_256: Oid = Oid::new_unwrap("1.2.840.10045.4.3.2");
pub(crate) const ED25519: Oid = Oid::new_unwrap("1.3.101.112");
/// The device seal (SEAL-FORMAT section 4): a UUID split into arcs below 2^28.
pub(crate) const DEVICE_SEAL: Oid =
    Oid::new_unwrap("1.2.840.113556.1.8000.2554.54393.62314.19917.17332.39216.5576628.11854135");

pub(crate) const COMMON_NAME: Oid = Oid::new_unwrap("2.5.4.3");
pub(crate) const SERIAL_NUMBER: Oid = Oid::new_unwrap("2.5.4.5");
pub(crate) const ORGANIZATION: Oid = Oid::new_unwrap("2.5.4.10");

pub(crate) const SUBJECT_KEY_IDENTIFIER: Oid = Oid::new_unwrap("2.5.29.14");
pub(crate) const KEY_USAGE: Oid = Oid::new_unwrap("2.5.29.15");
pub(crate) const BASIC_CONSTRAINTS: Oid = Oid::new_unwrap("2.5.29.19");
pub(crate) const AUTHORITY_KEY_IDENTIFIER: Oid = Oid::new_unwrap("2.5.29.35");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_seal_is_the_bytes_of_the_format() {
        assert_eq!(
            hex::encode(DEVICE_SEAL.as_bytes()),
            "2a864886f71401be40937a83a87983e66a819b4d81873482b23082d4af3485d3c237",
        );
    }
}
