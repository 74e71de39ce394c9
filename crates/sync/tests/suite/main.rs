//! The sync engine against the real server over real sockets, with tablets that have real databases and real keys;
//! between them a proxy that does to the network what the world does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chaos;
mod cursor;
mod faults;
mod files;
mod forks;
mod liar;
mod office;
mod parcel;
mod proofs;
mod proxy;
mod scope;
mod sim_central;
mod simulation;
mod site;
mod story;
mod tablet;
mod tls;
