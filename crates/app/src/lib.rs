//! The device's use cases: fill in, freeze, hand over, sign, close, look up, verify.
//!
//! Owns the traits for what differs by machine (clock, key vault). Knows no window and no web view: what the screens
//! need crosses as the types of [`view`].

mod atomic_file;
pub mod clock;
pub mod photos;
pub mod pins;
pub mod vault;
pub mod view;
