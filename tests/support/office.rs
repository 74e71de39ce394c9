//! A real central server beside the story, on a free port of this machine.

use fieldseal_domain::event::Header;
use fieldseal_server::{Clock, Config, Running, ops, start};
use std::{collections::BTreeMap, path::Path};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The office's server.
pub struct Office {
    runtime: Runtime,
    running: Option<Running>,
    folder: TempDir,
}

fn config(folder: &Path, port: u16) -> Config {
    Config {
        data: folder.to_owned(),
        listen: ([127, 0, 0, 1], port).into(),
        public_url: None,
        organisation: "Demo Service Group".into(),
        trusted_proxies: Vec::new(),
        metrics_peers: Vec::new(),
        pace: fieldseal_server::Pace::default(),
        plain: true,
        tls: None,
        log: "warn".into(),
    }
}

impl Office {
    /// A new server.
    #[must_use]
    pub fn open() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let started = runtime.block_on(start(config(folder.path(), 0), Clock::system()));
        Self { running: Some(started.expect("a server")), runtime, folder }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("a running server")
    }

    /// The administrator's invitation, as the QR says it.
    #[must_use]
    pub fn invitation(&self) -> String {
        let code = self.runtime.block_on(self.running().first_code()).expect("a code");
        code.expect("nobody is enrolled yet").link
    }

    /// What the server has of each journal: device and number of entries.
    #[must_use]
    pub fn journals(&self) -> BTreeMap<String, u64> {
        let page = self.runtime.block_on(self.running().server.store().feed(None, 1000)).expect("the log");
        assert!(!page.more, "the story is longer than a page");
        let mut journals = BTreeMap::new();
        for logged in page.entries {
            let header: Header = serde_json::from_slice(logged.entry.header.as_ref()).expect("a header");
            *journals.entry(header.device).or_default() += 1;
        }
        journals
    }

    /// Whether every entry of a document but the erasures themselves lost its contents on the server.
    #[must_use]
    pub fn is_erased(&self, doc: Uuid) -> bool {
        let page = self.runtime.block_on(self.running().server.store().feed(None, 1000)).expect("the log");
        page.entries.iter().all(|logged| {
            let header: Header = serde_json::from_slice(logged.entry.header.as_ref()).expect("a header");
            header.doc != Some(doc) || header.kind == "erased" || logged.entry.body.is_none()
        })
    }

    /// Stops and starts again on the same folder and port, as after an update.
    #[must_use]
    pub fn restarted(mut self) -> Self {
        let port = self.stop();
        self.start(port);
        self
    }

    /// A backup, as it runs.
    #[must_use]
    pub fn backup(&self) -> TempDir {
        let backup = tempfile::tempdir().expect("a folder");
        let to = backup.path().join("backup");
        self.runtime.block_on(ops::backup(self.folder.path(), &to)).expect("a backup");
        backup
    }

    /// The machine is lost; the server comes back from the backup at the same address.
    #[must_use]
    pub fn restored(mut self, backup: &TempDir) -> Self {
        let port = self.stop();
        self.folder = tempfile::tempdir().expect("a folder");
        let from = backup.path().join("backup");
        self.runtime.block_on(ops::restore(&from, self.folder.path())).expect("a restored folder");
        self.start(port);
        self
    }

    /// Stops and starts again at another address, as on another machine.
    #[must_use]
    pub fn moved(mut self) -> Self {
        self.stop();
        self.start(0);
        self
    }

    /// Where it is now.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.running().address)
    }

    fn stop(&mut self) -> u16 {
        let port = self.running().address.port();
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop()).expect("a stop");
        }
        port
    }

    fn start(&mut self, port: u16) {
        let started = self.runtime.block_on(start(config(self.folder.path(), port), Clock::system()));
        self.running = Some(started.expect("a server"));
    }
}
