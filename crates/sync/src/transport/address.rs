//! Where the server is, and why it is believed to be the server.

use fieldseal_domain::Digest;
use reqwest::Url;
use std::net::IpAddr;

/// Why a server is believed to be the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Its public key has this SHA-256 (over SubjectPublicKeyInfo), as the QR of the enrolment said.
    Pinned(Digest),
    /// An authority that this system trusts vouches for its name.
    SystemRoots,
}

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    pub(super) url: Url,
    pub(super) trust: Trust,
}

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No address of a server.
    #[error("this is not the address of a server")]
    Malformed,
    /// Without TLS only this machine may be spoken to.
    #[error("without TLS (https) only a server on this machine may be used")]
    PlainNotLocal,
}

impl ServerAddress {
    /// Reads an address such as `https://office.example:8420`.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn new(url: &str, trust: Trust) -> Result<Self, AddressError> {
        let mut url = Url::parse(url.trim()).map_err(|_| AddressError::Malformed)?;
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(AddressError::Malformed),
        };
        if url.host_str().is_none_or(str::is_empty) || !url.username().is_empty() || url.password().is_some()
        {
            return Err(AddressError::Malformed);
        }
        if plain && !is_loopback(&url) {
            return Err(AddressError::PlainNotLocal);
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self { url, trust })
    }

    /// The address as it is shown and kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// A route of the protocol.
    pub(super) fn route(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{}/{path}", fieldseal_wire::PREFIX));
        url
    }
}

/// `localhost` by name is believed too: every system resolves it to itself.
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(url: &str) -> Result<ServerAddress, AddressError> {
        ServerAddress::new(url, Trust::SystemRoots)
    }

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for good in ["http://127.0.0.1:8420", "http://localhost:1", "http://[::1]:5/", "https://example.org"]
        {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in [
            "http://192.168.1.5:8420",
            "http://example.org",
            "http://localhost.example.org",
            "http://0.0.0.0:1",
            "http://127.0.0.1.example.org",
        ] {
            assert_eq!(read(bad).unwrap_err(), AddressError::PlainNotLocal, "{bad}");
        }
        for bad in ["", "office", "ftp://localhost", "https://user:secret@example.org", "file:///etc"] {
            assert_eq!(read(bad).unwrap_err(), AddressError::Malformed, "{bad}");
        }
    }

    #[test]
    fn routes_stand_below_the_address() {
        let address = read("https://example.org/sign/?x=1#y").unwrap();
        assert_eq!(address.route("hello").as_str(), "https://example.org/sign/v1/hello");
        assert_eq!(read("http://[::1]:9").unwrap().route("feed").as_str(), "http://[::1]:9/v1/feed");
    }
}
