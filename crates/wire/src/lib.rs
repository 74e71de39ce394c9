//! What tablets, office desktops and the central server say to each other: requests, answers, refusals.
//!
//! JSON over HTTP under [`PREFIX`]; bytes are standard base64, digests 64 hexadecimal digits, times Unix milliseconds.
//! Everything here is data and its limits. Who may call what is the server's, when to call it the sync engine's.

pub mod admin;
pub mod blob;
pub mod bytes;
pub mod central;
pub mod enrol;
pub mod entry;
pub mod log;
pub mod pull;
pub mod push;
pub mod refusal;
pub mod register;
pub mod session;

pub use bytes::Bytes;
pub use central::{CallError, Central};
pub use entry::{Envelope, LoggedEntry, QuarantineReason, Verdict, WireEntry};
pub use refusal::{Code, Refusal};

/// Path before every route of the protocol.
pub const PREFIX: &str = "/v1";
/// Newest version of the protocol this program speaks.
pub const PROTOCOL: u32 = 1;
/// Oldest version it still speaks in full. Pushes are taken from any version.
pub const OLDEST_PROTOCOL: u32 = 1;
