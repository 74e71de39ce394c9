//! The demo firm: invented customers, machines and jobs, and documents made by replaying real use cases.

mod ink;
mod join;
mod replay;
mod source;

pub use replay::{DEMO_PIN, Replayed};
pub use source::CatalogueEntry;
