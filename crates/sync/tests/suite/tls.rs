//! Over TLS, to a server that is known by its key.

use crate::{site, tablet::Tablet};
use fieldseal_domain::Digest;
use fieldseal_server::{Clock, Config, Running, start};
use fieldseal_sync::{Engine, HttpCentral, ServerAddress, Trust};
use fieldseal_wire::{CallError, Central as _};
use std::sync::Arc;

async fn server() -> (Running, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let any = "127.0.0.1:0".parse().unwrap();
    let config = Config { plain: false, ..site::config(&folder.path().join("data"), any) };
    (start(config, Clock::system()).await.unwrap(), folder)
}

fn at(running: &Running, scheme: &str, trust: Trust) -> HttpCentral {
    let url = format!("{scheme}://{}", running.address);
    HttpCentral::new(ServerAddress::new(&url, trust).unwrap()).unwrap()
}

/// A tablet is enrolled and syncs with a server whose certificate no authority knows, because it knows its key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pinned_key_is_enough() {
    let (running, _folder) = server().await;
    let pin = Trust::Pinned(running.server.key_hash().unwrap());
    let tablet = Tablet::standalone();
    tablet.visit("Anna", 3_000);
    let code = running.first_code().await.unwrap().unwrap();
    tablet.enrol(&at(&running, "https", pin), &code.code).await;
    let engine = Engine::new(at(&running, "https", pin), Arc::clone(&tablet));
    let report = engine.run().await.unwrap();
    assert!(report.sent > 4 && report.files_sent == 2, "{report:?}");
    assert_eq!(tablet.left(), (0, 0));
}

/// Would turn red if a server with another key got so much as a request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_is_another_server() {
    let (running, _folder) = server().await;
    let wrong = Trust::Pinned(Digest::of(b"another key"));
    for trust in [wrong, Trust::SystemRoots] {
        let error = at(&running, "https", trust).challenge().await.unwrap_err();
        assert!(matches!(error, CallError::WrongServer), "{trust:?}: {error:?}");
    }
    let plain = at(&running, "http", Trust::SystemRoots).challenge().await.unwrap_err();
    assert!(matches!(plain, CallError::Unreachable(_)), "{plain:?}");
}

/// A server with its own certificate, as an administrator would put it there.
async fn server_with(certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> (Running, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let files = [("own.crt", certificate.pem()), ("own.key", key.serialize_pem())];
    let [certificate, key] = files.map(|(name, pem)| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    });
    let any = "127.0.0.1:0".parse().unwrap();
    let data = folder.path().join("data");
    let config = Config { plain: false, tls: Some((certificate, key)), ..site::config(&data, any) };
    (start(config, Clock::system()).await.unwrap(), folder)
}

/// An expired certificate ends nothing for who knows the key: a signature is never stranded by a date. Who only trusts
/// an authority is told that this is not the server, and its data stays where it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_certificate_is_no_obstacle_for_who_knows_the_key() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    let (running, _folder) = server_with(&certificate, &key).await;
    let pin = Trust::Pinned(running.server.key_hash().unwrap());
    let tablet = Tablet::standalone();
    tablet.visit("Anna", 3_000);
    let code = running.first_code().await.unwrap().unwrap();
    tablet.enrol(&at(&running, "https", pin), &code.code).await;
    let before = tablet.left();
    let doubting = Engine::new(at(&running, "https", Trust::SystemRoots), Arc::clone(&tablet));
    let error = doubting.run().await.unwrap_err();
    assert_eq!((error.code(), tablet.left()), ("sync_wrong_server", before));
    Engine::new(at(&running, "https", pin), Arc::clone(&tablet)).run().await.unwrap();
    assert_eq!(tablet.left(), (0, 0));
}

/// The certificate is renewed over the same key: nobody notices. Over another key: nobody believes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_certificate_keeps_the_key_or_loses_the_devices() {
    let (key, other) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
    let params = |name: &str| rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = |name: &str, key: &rcgen::KeyPair| params(name).self_signed(key).unwrap();
    let (old, _a) = server_with(&certificate("old.example", &key), &key).await;
    let pin = Trust::Pinned(old.server.key_hash().unwrap());
    let (renewed, _b) = server_with(&certificate("new.example", &key), &key).await;
    at(&renewed, "https", pin).challenge().await.unwrap();
    let (foreign, _c) = server_with(&certificate("old.example", &other), &other).await;
    let error = at(&foreign, "https", pin).challenge().await.unwrap_err();
    assert!(matches!(error, CallError::WrongServer), "{error:?}");
}
