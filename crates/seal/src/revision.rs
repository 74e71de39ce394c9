//! What a caller may know about a PDF before signing: which fields it has and which are filled.

use crate::appearance::BoxSize;
use crate::form;
use crate::pdf::{Document, Object, PdfError};

/// A signature field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldInfo {
    /// Its name: the slot.
    pub name: String,
    /// Page, from 1; none if no page shows it.
    pub page: Option<usize>,
    /// Left, bottom, right, top in points.
    pub rect: [f64; 4],
    /// Whether it is filled.
    pub is_signed: bool,
    /// Whether signing it closes the document (Lock All, P 1).
    pub closes: bool,
}

impl FieldInfo {
    /// Size of the rectangle.
    #[must_use]
    pub fn size(&self) -> BoxSize {
        let [left, bottom, right, top] = self.rect;
        BoxSize::from_pt(right - left, top - bottom)
    }
}

/// The signature fields of a PDF in the order of its form.
///
/// # Errors
/// [`PdfError`] if the bytes cannot be read as a PDF.
pub fn signature_fields(pdf: &[u8]) -> Result<Vec<FieldInfo>, PdfError> {
    let document = Document::open(pdf)?;
    let pages = form::pages(&document)?;
    let infos = form::signature_fields(&document)?.into_iter().map(|field| {
        let on = field.dict.get("P").and_then(Object::reference);
        Ok(FieldInfo {
            page: on.and_then(|id| pages.iter().position(|p| *p == id)).map(|i| i + 1),
            rect: form::rect(&document, &field.dict)?.unwrap_or_default(),
            name: field.name,
            is_signed: field.is_signed,
            closes: field.closes,
        })
    });
    infos.collect()
}
