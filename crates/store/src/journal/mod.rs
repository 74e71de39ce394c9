//! The journal: append-only, chained per device, headers and bodies apart. Signatures are made and checked by others.

mod entry;
mod read;
mod write;

pub use entry::{Body, Entry, Position};
pub use read::AllEntries;
pub(crate) use read::{fold, fold_entries};
pub use write::{Author, NewEvent, Sign};
