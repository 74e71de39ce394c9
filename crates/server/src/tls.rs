//! The server's own certificate: made at the first start, or the administrator's. Devices pin the key, so a server in
//! a local network needs no public certificate.

use crate::{config::Config, organisation::write_secret, server::StartError};
use axum_server::tls_rustls::RustlsConfig;
use der::{Decode as _, Encode as _};
use fieldseal_domain::Digest;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{fs, path::Path, sync::Arc};

const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";

/// What the listener needs, and the hash devices pin.
pub(crate) struct Tls {
    pub(crate) config: RustlsConfig,
    pub(crate) key_hash: Digest,
}

/// Reads the configured certificate, or the own one, which is made if it is not there.
pub(crate) fn open(config: &Config) -> Result<Tls, StartError> {
    let (certificate, key) = match &config.tls {
        Some((certificate, key)) => (certificate.clone(), key.clone()),
        None => {
            let (certificate, key) = (config.data.join(CERTIFICATE), config.data.join(KEY));
            if !key.exists() {
                make(config, &certificate, &key)?;
            }
            (certificate, key)
        }
    };
    load(&certificate, &key)
}

fn problem(error: impl std::fmt::Display) -> StartError {
    StartError::Tls(error.to_string())
}

fn make(config: &Config, certificate: &Path, key: &Path) -> Result<(), StartError> {
    let mut names = vec!["localhost".to_owned(), config.outside().to_string()];
    names.extend(config.public_url.as_deref().and_then(host));
    let made = rcgen::generate_simple_self_signed(names).map_err(problem)?;
    fs::write(certificate, made.cert.pem())?;
    write_secret(key, made.signing_key.serialize_pem().as_bytes())?;
    Ok(())
}

fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split('/').next()?;
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => authority.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_owned())
}

fn load(certificate: &Path, key: &Path) -> Result<Tls, StartError> {
    let named = |path: &Path, error: &dyn std::fmt::Display| problem(format!("{}: {error}", path.display()));
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| named(certificate, &error))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| named(key, &error))?;
    let leaf = chain.first().ok_or_else(|| named(certificate, &"there is no certificate in it"))?;
    let key_hash = key_hash(leaf).map_err(|error| named(certificate, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(problem)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(problem)?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls { config: RustlsConfig::from_config(Arc::new(server)), key_hash })
}

/// SHA-256 of the SubjectPublicKeyInfo.
fn key_hash(certificate: &CertificateDer<'_>) -> Result<Digest, der::Error> {
    let parsed = x509_cert::Certificate::from_der(certificate)?;
    Ok(Digest::of(&parsed.tbs_certificate().subject_public_key_info().to_der()?))
}
