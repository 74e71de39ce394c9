//! What a key or a hash speaks about. Every signature and every domain-separated hash of
//! Fieldseal names its context here, so that bytes made for one purpose can never be passed off
//! as another.

use fieldseal_domain::Digest;

/// The kinds of statement. The label goes before the bytes, closed by one zero byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningContext {
    /// The device seal over the covered bytes of a PDF (SEAL-FORMAT section 4).
    PdfSeal,
    /// A journal event, by its id (design D3).
    Event,
    /// The canonical content of a document: hash R.
    Content,
    /// The ink operators of one appearance.
    Ink,
    /// A device says to a server that it is who it says: server id and challenge.
    Session,
    /// The holder of new keys has their private halves: the server's challenge and both public keys.
    Possession,
    /// The key of an old journal names the Ed25519 key of the journal that goes on from it.
    Continues,
}

impl SigningContext {
    /// The label as it is hashed or signed.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::PdfSeal => "fieldseal/pdf-seal/v1",
            Self::Event => "fieldseal/event/v1",
            Self::Content => "fieldseal/content/v1",
            Self::Ink => "fieldseal/ink/v1",
            Self::Session => "fieldseal/session/v1",
            Self::Possession => "fieldseal/possession/v1",
            Self::Continues => "fieldseal/continues/v1",
        }
    }

    /// Label, zero byte, `bytes`: what is signed.
    #[must_use]
    pub fn message(self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.label().len() + 1 + bytes.len());
        out.extend_from_slice(self.label().as_bytes());
        out.push(0);
        out.extend_from_slice(bytes);
        out
    }

    /// SHA-256 over label, zero byte, `bytes`.
    #[must_use]
    pub fn hash(self, bytes: &[u8]) -> Digest {
        Digest::in_context(self.label(), bytes)
    }
}
