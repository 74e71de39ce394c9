//! The device's store: one encrypted database file that holds the journal, its projections, files and working copies.
//!
//! Mechanism only. It reads no clock, draws no random number and holds no signing key: times, salts and the signer
//! come in as arguments. What must happen together happens in one transaction ([`Store::transact`]); freeze and seal
//! are whole transactions of their own ([`Freeze`], [`Seal`]). Which move is wise, and what a person sees of it, is
//! left to the use cases above.
//!
//! Threads: a [`Store`] is `Send`; one thread at a time uses it (put it behind a mutex).

mod blob;
mod column;
mod error;
mod freeze;
mod journal;
mod key;
mod open;
mod project;
mod register;
mod seal;
mod search;
mod store;
mod sync;
mod table;

pub use blob::{BLOB_CHUNK, BlobInfo, BlobReader, BlobSort};
pub use error::StoreError;
pub use freeze::Freeze;
pub use journal::{AllEntries, Author, Body, Entry, NewEvent, Position, Sign};
pub use key::DatabaseKey;
pub use open::OpenMode;
pub use register::{
    Axis, Direction, RegisterFilter, RegisterOrigin, RegisterPage, RegisterRow, SavedView, Verification,
};
pub use seal::Seal;
pub use search::{Hit, What};
pub use store::{Read, Store, Tx};
pub use sync::{
    alarms::Alarm,
    envelopes::Envelope,
    files::{FileDue, Mentioned},
    journals::{Continuation, JournalState},
    peer::Peer,
    pull::{Kept, Pulled, SubjectCursor},
    queue::{OnlyHere, QueueItem},
};
pub use table::{
    documents::{DocumentRow, DocumentView, Shelf, SyncState},
    drafts::Draft,
    hand_over::HandOverRow,
    ink_drafts::InkDraft,
    jobs::JobRow,
    page::PageFrom,
    pins::{Pin, PinLock},
};

#[cfg(test)]
mod tests;
