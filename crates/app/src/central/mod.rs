//! The way to the office: becoming one of its devices, and the engine that exchanges with its server beside the screens.
//!
//! What is sent and what it means is left to `fieldseal-sync`; here are the device's side of it ([`side`]), the switch
//! to new keys ([`successor`]), and what a person sees and asks.

mod admin;
mod connect;
mod errands;
mod hours;
mod join;
mod network;
mod news;
mod parcel;
mod person;
mod running;
mod side;
mod status;
mod successor;

pub(crate) use errands::Errands;
pub use news::{Listener, News};
pub(crate) use person::SUCCEEDED;
pub(crate) use running::Running;
