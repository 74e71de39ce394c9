//! The digests of the product, each its own type so that two can never be mixed up.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest has 64 lower-case hexadecimal digits")]
pub struct NotADigest;

/// A SHA-256 digest; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(pub [u8; 32]);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Digest {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Digest".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256." })
    }
}

impl Digest {
    /// SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// SHA-256 of `context`, one zero byte, then `bytes`: no statement of one kind can be taken for another.
    pub fn in_context(context: &str, bytes: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(context.as_bytes());
        hasher.update([0]);
        hasher.update(bytes);
        Self(hasher.finalize().into())
    }

    /// The first sixteen digits in four groups of four: what people compare by eye.
    pub fn short(&self) -> String {
        grouped(&self.to_string(), 16)
    }

    /// All digits in groups of four.
    pub fn long(&self) -> String {
        grouped(&self.to_string(), 64)
    }
}

fn grouped(hex: &str, digits: usize) -> String {
    let mut out = String::with_capacity(digits + digits / 4);
    for (index, digit) in hex.chars().take(digits).enumerate() {
        if index > 0 && index % 4 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(NotADigest);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotADigest)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// R: digest of the canonical content (`document.json`). The fingerprint printed on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(pub Digest);

impl ContentHash {
    /// R of the bytes of `document.json`, exactly as they are attached to the frozen file.
    pub fn of_document_json(bytes: &[u8]) -> Self {
        Self(Digest::in_context("fieldseal/content/v1", bytes))
    }
}

/// P: SHA-256 of the exact file that was shown to a signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileHash(pub Digest);

impl FileHash {
    /// P of a file's bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Digest::of(bytes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn contexts_keep_statements_apart() {
        let a = Digest::in_context("a", b"bc");
        assert_ne!(a, Digest::in_context("ab", b"c"), "the zero byte must separate context and bytes");
        assert_ne!(a, Digest::of(b"abc"));
    }

    #[test]
    fn only_lower_case_hex_of_full_length_is_a_digest() {
        let text = Digest::of(b"x").to_string();
        assert_eq!(text.parse::<Digest>().unwrap(), Digest::of(b"x"));
        assert!(text.to_uppercase().parse::<Digest>().is_err());
        assert!(text.get(1..).unwrap().parse::<Digest>().is_err());
        assert_eq!(Digest::of(b"x").short().len(), 19);
    }
}
