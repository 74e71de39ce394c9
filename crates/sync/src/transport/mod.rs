//! The real way to the server: HTTP over TLS, to a server whose key is known or that a public authority vouches for.

mod address;
mod http;
mod tls;

pub use address::{AddressError, ServerAddress, Trust};
pub use http::{HttpCentral, Patience};
