//! The sync engine: brings what this device wrote to the central server and what concerns it back, in sessions that
//! may be cut anywhere and repeated any number of times.
//!
//! [`plan`](mod@plan) decides, purely, from what both sides say they have; [`Engine`] carries it out over any
//! [`Central`](fieldseal_wire::Central), with [`HttpCentral`] as the real one; [`Runner`] decides when. Nothing here
//! keeps state that the store does not have: what is pending is every own entry that was not acknowledged.
//!
//! Where the store is, who holds the keys and what a person sees of it is left to the [`Local`] side.
//! The engine never holds the store while it waits for the network. Its futures are not `Send`: give it a thread.

mod admin;
mod engine;
mod enrol;
mod error;
mod files;
mod local;
mod mirror;
mod moment;
mod parcel;
pub mod plan;
mod proofs;
mod pull;
mod push;
mod rejournal;
mod retry;
mod runner;
mod session;
mod status;
mod transport;

/// The words of the protocol, for whoever enrols a device or reads a refusal.
pub use fieldseal_wire as wire;

pub use admin::Admin;
pub use engine::{Engine, Report};
pub use enrol::{Enrolment, Predecessor, enrol};
pub use error::{ProofError, Result, SyncError};
pub use local::{KeyHolder, Local, NewKeys, Successor};
pub use parcel::{Parcel, ParcelError, read_parcel, write_parcel};
pub use retry::Backoff;
pub use runner::{Handle, Runner};
pub use session::recognised;
pub use status::{Phase, Reason, Status};
pub use transport::{AddressError, HttpCentral, Patience, ServerAddress, Trust};
