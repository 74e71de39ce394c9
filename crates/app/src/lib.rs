//! The device's use cases: fill in, freeze, hand over, sign, close, look up, verify.
//!
//! Owns the traits for what differs by machine (clock, key vault, typesetter). Knows no window and no web view: what
//! the screens need crosses as the types of [`view`]. Every public method of [`App`] is one use case, with its own
//! rule of who may call it when ([`app`]).

pub mod app;
mod atomic_file;
pub mod central;
pub mod clock;
pub mod demo;
mod desk;
mod detail;
mod drafts;
pub mod error;
pub mod export;
mod freeze;
mod hand_over;
mod identity;
mod lists;
pub mod office;
mod pages;
mod people;
mod photo_box;
pub mod photos;
pub mod pins;
mod receipts;
mod signing;
mod start;
mod texts;
pub mod typeset;
pub mod vault;
pub mod view;
pub mod why;
pub mod worker;

pub use app::{App, Parts};
pub use error::{AppError, Lack};
