//! The register: one row per document, filtered, searched and paged, whether this device folded it or the office did.
//!
//! Rows lie in the order of the last change of status. Every value a filter can ask for is a tag in the full-text
//! index, so one look-up intersects filters and searched words and stops when a page is full, however many rows there
//! are. What a person may see of it, and what is done with a row, is left to the use cases.

mod filter;
mod local;
mod read;
mod row;
mod views;
mod write;

pub use filter::{Axis, RegisterFilter};
pub use read::{Direction, RegisterPage};
pub use row::{RegisterOrigin, RegisterRow, Verification};
pub use views::SavedView;

pub(crate) use local::{fill, forget_local, refresh, resync};
#[cfg(test)]
pub(crate) use read::page_sql;
