//! What crosses to the screens: plain data, one TypeScript type each, no behaviour.

pub mod admin;
pub mod central;
pub mod decisions;
pub mod detail;
pub mod document;
pub mod hand_over;
pub mod lists;
pub mod register;
pub mod retention;
pub mod start;
pub mod sync;
