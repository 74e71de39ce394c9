//! A small, strict reader of PDF bytes: enough to find the catalog, the form and the pages of a
//! file of any size without reading the rest of it.
//!
//! It leaves to others what the objects mean: filling fields is `seal`, judging files is
//! `verify`. It refuses what two readers could understand differently (a key twice in one
//! dictionary, hybrid cross-references, numbers out of range) instead of guessing, because a
//! seal over bytes that readers interpret differently proves nothing.

pub(crate) mod filter;
pub(crate) mod lexer;
pub(crate) mod object;
pub(crate) mod reader;
pub(crate) mod rewrite;
pub(crate) mod xref;

pub(crate) use object::{Dict, Object, ObjectId};
pub(crate) use reader::{Document, Loaded};

/// Why bytes could not be read as a PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The bytes at this offset break the syntax of ISO 32000-2 clause 7.
    #[error("syntax error at byte {offset}: {what}")]
    Syntax {
        /// Offset in the file (or in the decoded object stream).
        offset: usize,
        /// What was expected or wrong.
        what: &'static str,
    },
    /// Something a reader needs is missing or has the wrong type.
    #[error("{what}")]
    Structure {
        /// What is missing or wrong.
        what: &'static str,
    },
    /// An object that is referred to cannot be found.
    #[error("object {number} {generation} is missing")]
    Missing {
        /// Object number.
        number: u32,
        /// Generation number.
        generation: u16,
    },
    /// The file uses a feature that a sealed document never has.
    #[error("not supported in a sealed document: {what}")]
    Unsupported {
        /// The feature.
        what: &'static str,
    },
    /// A limit that protects against hostile files was reached.
    #[error("limit reached: {what}")]
    Limit {
        /// Which limit.
        what: &'static str,
    },
}

impl PdfError {
    /// A structure error, in short.
    pub(crate) const fn structure(what: &'static str) -> Self {
        Self::Structure { what }
    }
}
