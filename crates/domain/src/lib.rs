//! What a document, a signer, an acceptance and an event are, and which moves are legal.
//!
//! No clock, no randomness, no input or output: whatever varies comes in as an argument, so every rule here is a
//! pure function that a test can call. Storage, cryptography, typesetting and screens are left to other crates.

pub mod acceptance;
pub mod canonical;
pub mod check;
pub mod compare;
pub mod content;
pub mod convert;
pub mod event;
pub mod facts;
pub mod fold;
pub mod hash;
pub mod hlc;
pub mod ink;
pub mod kind;
pub mod language;
pub mod money;
pub mod number;
pub mod outline;
pub mod party;
pub mod role;
pub mod text;
pub mod vat;

pub use hash::{ContentHash, Digest, FileHash};
pub use language::Language;
