//! Parts shared by the whole-day stories: a tablet without a window, a clock that can be set, the independent readers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation)]

pub mod office;
pub mod readers;
pub mod staff;
pub mod tablet;
pub mod workshop;
