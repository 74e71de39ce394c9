//! The server through its own door: a real listener, a real database, devices with real keys.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod access;
mod blobs;
mod enrolment;
mod log;
mod mail;
mod openapi;
mod pace;
mod process;
mod push;
mod rights;
mod rows;
mod scope;
mod second_client;
mod sight;
mod slow;
mod standing;
mod support;
mod watching;
mod year;
