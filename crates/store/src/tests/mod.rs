//! The store through its public doors; the bare connection only where a test breaks something or compares tables.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod desk;
mod faults;
mod files;
mod journal;
mod lists;
mod opening;
mod rebuild;
mod register;
mod search;
mod sync;
mod visit;
mod working;
