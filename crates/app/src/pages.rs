//! Page images by token. A token names bytes, never a document: a stored file by its digest, a preview by its version.

use fieldseal_domain::Digest;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Files kept in memory for their page images.
const KEPT: usize = 6;

/// What a token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A stored file.
    File(Digest),
    /// The preview of a draft, by the digest of its bytes.
    Preview(Digest),
}

impl Token {
    /// Reads a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sort, digest) = text.split_once('-')?;
        let digest = digest.parse().ok()?;
        match sort {
            "file" => Some(Self::File(digest)),
            "preview" => Some(Self::Preview(digest)),
            _ => None,
        }
    }

    /// The digest of the bytes.
    #[must_use]
    pub fn digest(self) -> Digest {
        match self {
            Self::File(digest) | Self::Preview(digest) => digest,
        }
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(digest) => write!(f, "file-{digest}"),
            Self::Preview(digest) => write!(f, "preview-{digest}"),
        }
    }
}

/// The last few files whose pages were asked for.
#[derive(Default)]
pub struct PageCache {
    files: Mutex<VecDeque<(Digest, Arc<Vec<u8>>)>>,
}

impl PageCache {
    /// Keeps bytes under their digest.
    pub fn keep(&self, digest: Digest, bytes: Arc<Vec<u8>>) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|(kept, _)| *kept != digest);
        files.push_front((digest, bytes));
        files.truncate(KEPT);
    }

    /// The bytes of that digest, if they are still here.
    pub fn get(&self, digest: Digest) -> Option<Arc<Vec<u8>>> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().find(|(kept, _)| *kept == digest).map(|(_, bytes)| Arc::clone(bytes))
    }

    /// Forgets everything: before a customer gets the tablet.
    pub fn clear(&self) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
