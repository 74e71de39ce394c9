//! What can go wrong while typesetting.

use crate::worker::Limit;
use fieldseal_domain::{Digest, canonical::CanonicalError};
use serde::{Deserialize, Serialize};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The document's bytes, its fields and R do not belong together.
    #[error("the document and its fingerprint do not belong together")]
    NotTheDocument,
    /// The document has no canonical form.
    #[error("the document has no canonical form")]
    NotCanonical(#[from] CanonicalError),
    /// The document was made for another template or other texts.
    #[error("the document names another template than the one that would be used")]
    OtherTemplate,
    /// A field that must never be printed is filled in.
    #[error("the secret field {0} must not be part of a frozen document")]
    SecretField(String),
    /// A slot that the kind does not have, or twice the same, or none.
    #[error("the signature slots are wrong: {0}")]
    Slots(String),
    /// A picture is missing, is not the one that was named, or cannot be read.
    #[error("the picture {sha256} cannot be used")]
    Photo {
        /// Which.
        sha256: Digest,
        /// What is wrong with it.
        problem: PictureProblem,
    },
    /// The firm's logo is neither PNG nor JPEG, or cannot be read.
    #[error("the logo cannot be used")]
    Logo(PictureProblem),
    /// No template of that name.
    #[error("there is no template {0}")]
    UnknownTemplate(String),
    /// The template uses what templates may not use.
    #[error("the template uses something that is not allowed")]
    TemplateRefused(Vec<crate::lint::Refusal>),
    /// The template does not compile.
    #[error("the template has an error: {message}")]
    Template {
        /// Message of the typesetter.
        message: String,
        /// File and line, if known.
        place: Option<String>,
    },
    /// The template drew no place for a slot, or drew it twice.
    #[error("the template has no single place for the signature of {0}")]
    SignaturePlace(String),
    /// Time of the freeze is not RFC 3339.
    #[error("the time of the freeze is unreadable")]
    FrozenAt(#[source] jiff::Error),
    /// The signature fields could not be put into the file.
    #[error("the signature fields could not be put into the file")]
    Fields(#[from] crate::fields::FieldsError),
    /// The page image could not be made.
    #[error("the page image could not be made")]
    Pages(#[from] crate::pages::PagesError),
    /// A limit was hit; the worker has been replaced.
    #[error("the template hit the limit of {0:?}")]
    Limit(Limit),
    /// A newer preview of the same document took the place of this one.
    #[error("a newer preview took the place of this one")]
    Superseded,
    /// The worker process could not be started or talked to.
    #[error("the worker process failed")]
    Worker(#[from] crate::worker::WorkerError),
    /// The worker's own error, as told over the pipe.
    #[error("{message}")]
    Remote {
        /// Stable code, see [`RenderError::code`].
        code: String,
        /// The error in English words.
        message: String,
    },
    /// Texts or view could not be turned into JSON.
    #[error("the view of the document could not be written")]
    View(#[from] serde_json::Error),
    /// Texts of a language are broken; a test keeps that from happening.
    #[error("the texts of a language are broken")]
    Catalogue(#[from] crate::catalogue::CatalogueError),
}

/// What is wrong with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureProblem {
    /// It was not given.
    Missing,
    /// Its SHA-256 is another.
    OtherBytes,
    /// Neither PNG nor JPEG.
    Format,
    /// Cannot be decoded.
    Broken,
}

impl RenderError {
    /// Stable code for screens and logs.
    pub fn code(&self) -> &str {
        match self {
            Self::NotTheDocument => "not_the_document",
            Self::NotCanonical(_) => "not_canonical",
            Self::OtherTemplate => "other_template",
            Self::SecretField(_) => "secret_field",
            Self::Slots(_) => "slots",
            Self::Photo { .. } => "photo",
            Self::Logo(_) => "logo",
            Self::UnknownTemplate(_) => "unknown_template",
            Self::TemplateRefused(_) => "template_refused",
            Self::Template { .. } => "template",
            Self::SignaturePlace(_) => "signature_place",
            Self::FrozenAt(_) => "frozen_at",
            Self::Fields(_) => "fields",
            Self::Pages(_) => "pages",
            Self::Limit(limit) => limit.code(),
            Self::Superseded => "superseded",
            Self::Worker(_) => "worker",
            Self::Remote { code, .. } => code,
            Self::View(_) => "view",
            Self::Catalogue(_) => "catalogue",
        }
    }
}
