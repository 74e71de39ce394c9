//! The door to typesetting: what the use cases ask of it, and the worker process that answers.

use crate::error::Result;
use fieldseal_domain::{
    Digest, Language,
    content::{DocumentJson, TemplateRef},
    kind::Kind,
    party::Firm,
};
use fieldseal_render::{FirmLook, Mode, PhotoFile, RenderError, RenderJob, Rendered};

/// Typesetting and page images.
pub trait Typesetter: Send + Sync {
    /// Typesets a document.
    ///
    /// # Errors
    /// [`RenderError`].
    fn render(&self, job: &RenderJob) -> std::result::Result<Rendered, RenderError>;

    /// A page (from 1) of a file as PNG, `width` px wide.
    ///
    /// # Errors
    /// [`RenderError`].
    fn page_png(&self, pdf: &[u8], page: u32, width: u32) -> std::result::Result<Vec<u8>, RenderError>;

    /// The template of a kind in a language, as a document names it.
    ///
    /// # Errors
    /// [`RenderError`].
    fn template(&self, kind: &Kind, language: Language) -> std::result::Result<TemplateRef, RenderError>;
}

/// What a document needs besides itself to be typeset.
pub struct Trimmings {
    /// The firm.
    pub firm: Firm,
    /// Its logo.
    pub logo: Option<Vec<u8>>,
    /// Photos by digest.
    pub photos: Vec<(Digest, String, Vec<u8>)>,
}

/// A job for the typesetter.
///
/// # Errors
/// When the document has no canonical form.
pub fn job(
    document: DocumentJson,
    kind: &Kind,
    trimmings: Trimmings,
    slots: Vec<String>,
    mode: Mode,
) -> Result<RenderJob> {
    let (document_json, content_hash) = document.canonical()?;
    let photos = trimmings.photos.into_iter();
    Ok(RenderJob {
        document,
        document_json,
        content_hash,
        kind: kind.clone(),
        firm: FirmLook { name: trimmings.firm.name, color: trimmings.firm.color, logo: trimmings.logo },
        photos: photos.map(|(sha256, media_type, bytes)| PhotoFile { sha256, media_type, bytes }).collect(),
        slots,
        mode,
        template: None,
    })
}
