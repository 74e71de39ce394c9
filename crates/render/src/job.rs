//! What a render is asked for and what it answers. Both cross a pipe as JSON with the big byte strings beside it.

use crate::{glyphs::MissingGlyph, templates::Template, view::text::TextBlock};
use fieldseal_domain::{ContentHash, Digest, content::DocumentJson, kind::Kind};
use serde::{Deserialize, Serialize};

/// Whether the pages will be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Number, fingerprint, attachment and signature fields are real; everything is checked.
    #[default]
    Final,
    /// While the form is filled in: no number, marked as preview, nothing attached, no fields in the file.
    Preview,
}

/// How the firm looks on paper.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FirmLook {
    /// Name people know.
    pub name: String,
    /// Accent colour, `#rrggbb`; anything else gets the default one. Too light a colour is darkened until it can be read.
    pub color: String,
    /// PNG or JPEG, or nothing.
    #[serde(skip)]
    pub logo: Option<Vec<u8>>,
}

/// One picture of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoFile {
    /// SHA-256 of `bytes`, as in the content.
    pub sha256: Digest,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// The picture.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// One document to be typeset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderJob {
    /// The document.
    pub document: DocumentJson,
    /// Its canonical bytes: attached as `document.json`. Empty in a preview.
    #[serde(skip)]
    pub document_json: Vec<u8>,
    /// R: printed on every page.
    pub content_hash: ContentHash,
    /// Kind of the document.
    pub kind: Kind,
    /// Look of the firm.
    pub firm: FirmLook,
    /// Pictures named by the content.
    pub photos: Vec<PhotoFile>,
    /// Slots in signing order; the last one closes the file.
    pub slots: Vec<String>,
    /// Final or preview.
    pub mode: Mode,
    /// A template of the firm's own; without one the shipped template of the kind is used.
    #[serde(default)]
    pub template: Option<Template>,
}

/// A rectangle on a page in PDF points, origin at the lower left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageRect {
    /// Left edge.
    pub x: f64,
    /// Lower edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Where somebody signs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignatureField {
    /// Slot; also the name of the field in the file.
    pub slot: String,
    /// Page, from 1.
    pub page: u32,
    /// The whole field: ink above, caption below.
    pub rect: PageRect,
    /// How much of the height, from below, is kept for the caption (name, role, time), in points.
    pub caption_height: f64,
}

/// A typeset document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// The file. Empty when a final document has `missing_glyphs`: pages with boxes in place of letters are not made.
    #[serde(skip)]
    pub pdf: Vec<u8>,
    /// Number of pages.
    pub pages: u32,
    /// Signature fields in signing order.
    pub fields: Vec<SignatureField>,
    /// The same content as plain structure, for people who read it as text.
    pub text: Vec<TextBlock>,
    /// Characters that no font has, with their places.
    pub missing_glyphs: Vec<MissingGlyph>,
}
