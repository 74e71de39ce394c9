//! How a device becomes one of the organisation's: with a one-time code, or as the successor of one that already is.

use crate::Bytes;
use fieldseal_domain::{Digest, role::Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Context of the signature that shows that a device has its key: over the challenge's nonce and both public keys.
pub const POSSESSION: &str = "fieldseal/possession/v1";
/// Context of the signature with an old key over the new device's Ed25519 key.
pub const CONTINUES: &str = "fieldseal/continues/v1";

/// POST /challenge: asks for a nonce. It is good for one answer within two minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Challenge {
    /// 32 random bytes.
    pub nonce: Bytes,
    /// The server's identity: who signs for one server cannot be replayed at another.
    pub server_id: String,
}

/// Public keys of a device that wants to be certified, and the proof that it has the private ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeviceKeys {
    /// Nonce of the challenge.
    pub nonce: Bytes,
    /// Ed25519 public key, 32 bytes.
    pub ed25519: Bytes,
    /// P-256 public key, SubjectPublicKeyInfo in DER.
    pub p256: Bytes,
    /// Ed25519 signature over [`POSSESSION`] || 0 || server id || 0 || nonce || ed25519 || p256.
    pub ed25519_proof: Bytes,
    /// ECDSA P-256 SHA-256 signature (DER) over the same.
    pub p256_proof: Bytes,
}

/// A finished journal that this device wrote before, under another key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Predecessor {
    /// Its device id.
    pub device: String,
    /// Its Ed25519 public key.
    pub ed25519: Bytes,
    /// Certificates its files were sealed under (DER): its own P-256 and Ed25519 ones, then up to the root.
    pub certificates: Vec<Bytes>,
    /// Its last entry: number and id.
    pub n: u64,
    /// Id of that entry.
    pub id: Digest,
    /// Ed25519 signature with the old key over [`CONTINUES`] || 0 || new Ed25519 key; none when the old key is lost.
    pub proof: Option<Bytes>,
}

/// POST /enrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrolRequest {
    /// The one-time code, as it was given: blanks, dashes and case do not matter.
    pub code: String,
    /// Keys of the new device.
    pub keys: DeviceKeys,
    /// What people call the device.
    pub label: String,
    /// Version of the program.
    pub app_version: String,
    /// Journals it wrote before.
    pub predecessors: Vec<Predecessor>,
}

/// POST /rejournal: a device that is known begins a new journal, after a fork or a restored image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RejournalRequest {
    /// Keys of the new device.
    pub keys: DeviceKeys,
    /// Version of the program.
    pub app_version: String,
    /// The journal it continues; `proof` is required.
    pub predecessor: Predecessor,
}

/// Answer to both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Enrolled {
    /// The server's identity; another one is another server.
    pub server_id: String,
    /// Organisation: hex SHA-256 of its root certificate.
    pub org: String,
    /// Device id, also the name of its journal.
    pub device: String,
    /// Code of the device in document numbers.
    pub device_code: String,
    /// Whose device it is.
    pub person: Uuid,
    /// Name of that person.
    pub person_name: String,
    /// Their role.
    pub role: Role,
    /// Root certificate of the organisation, DER. Pinned from now on.
    pub root: Bytes,
    /// Issuing CA, DER.
    pub issuing: Bytes,
    /// The device's P-256 certificate, DER.
    pub p256: Bytes,
    /// The device's Ed25519 certificate, DER.
    pub ed25519: Bytes,
    /// Certificate of the key that signs checkpoints, DER.
    pub log: Bytes,
}
