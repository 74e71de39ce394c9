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
