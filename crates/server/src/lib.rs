//! The central server: takes journals in, keeps the log, hands out what each role may see.
//!
//! What entries mean is the domain's, whether a signature is right is `seal`'s, what is said on the wire is `wire`'s.

mod clock;
mod config;
mod files;
pub mod http;
mod limits;
mod mail;
pub mod ops;
mod organisation;
mod own_journal;
mod pace;
mod proofs;
mod run;
mod server;
mod tls;

pub use clock::Clock;
pub use config::{Config, ConfigError, DEFAULT_LOG};
pub use fieldseal_ledger as store;
pub use pace::Pace;
pub use run::{Running, start};
pub use server::{Server, StartError};
