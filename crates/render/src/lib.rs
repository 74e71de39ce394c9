//! From a document to the file that is signed: typesetting with empty signature fields in place, and page images.
//!
//! [`Renderer`] is the engine; programs reach it through [`worker::RenderClient`], a child process with limits on
//! memory, time and size, because templates are programs and may be hostile. Data comes in as values and goes into the
//! template as JSON, never as markup. What is signed, stored or shown is decided by others; nothing here reads a
//! clock, a file or the network.

pub mod catalogue;
pub mod engine;
pub mod error;
pub mod fields;
pub mod fonts;
pub mod format;
pub mod glyphs;
pub mod job;
pub mod lint;
pub mod look;
pub mod outline;
pub mod pages;
pub mod qr;
pub mod templates;
pub mod view;
pub mod worker;
mod world;

pub use engine::Renderer;
pub use error::RenderError;
pub use job::{FirmLook, Mode, PageRect, PhotoFile, RenderJob, Rendered, SignatureField};
