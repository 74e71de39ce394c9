//! The end of the week, judged from outside: every data folder is opened with the keys that lie in it, the server's
//! database too, and nobody's word is taken for anything.

use crate::process::{Device, stranger_verifies};
use fieldseal_app::vault::{DeviceSecret, KeyVault as _, passphrase::PassphraseVault};
use fieldseal_domain::{
    Digest,
    event::{Event, Header, ReadEvent},
    fold::{DocumentState, Status},
};
use fieldseal_seal::{
    certificates::to_pem,
    log::{Checkpoint, Frontier, leaf_hash},
    verify::{self, VerifyOptions},
};
use fieldseal_server::{ops, store::Store as Ledger};
use fieldseal_store::{DatabaseKey, DocumentView, OpenMode, PageFrom, Store};
use fieldseal_tests::tablet::PASSPHRASE;
use fieldseal_wire::LoggedEntry;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// The part of a device's identity that is needed.
#[derive(Deserialize)]
struct Identity {
    roots: Vec<Vec<u8>>,
}

/// Opens the database of a device that is switched off.
pub fn store_of(device: &Device) -> Store {
    assert!(!device.is_on(), "{} runs", device.name);
    let vault = PassphraseVault::new(device.folder.join("keys.sealed"), PASSPHRASE);
    let secret = DeviceSecret::from_bytes(&vault.read().unwrap().expect("keys")).unwrap();
    let path = device.folder.join("fieldseal.db");
    Store::open(&path, DatabaseKey::new(*secret.database), OpenMode::Existing).unwrap()
}

/// Ids of every entry that the device ever wrote.
pub fn own_entries(store: &Store) -> BTreeSet<Digest> {
    let read = store.read();
    let journals = read.own_journals().unwrap();
    journals
        .iter()
        .flat_map(|journal| read.entries_after(&journal.device, 0, u32::MAX).unwrap())
        .map(|entry| entry.id)
        .collect()
}

/// The id of the entry that a recovered one holds.
fn held_by(logged: &LoggedEntry) -> Option<Digest> {
    let header: Header = serde_json::from_slice(&logged.entry.header.0).unwrap();
    match Event::from_parts(&header.kind, &logged.entry.body.as_ref()?.0).ok()? {
        ReadEvent::Known(event) => match *event {
            Event::Recovered(recovered) => Some(Digest::of(&recovered.header)),
            _ => None,
        },
        ReadEvent::Unknown | ReadEvent::Erased => None,
    }
}

/// The ids that a log has: each exactly once, or held by a recovered entry.
pub fn ids(log: &[LoggedEntry]) -> BTreeSet<Digest> {
    let mut ids = BTreeSet::new();
    for logged in log {
        assert!(ids.insert(logged.entry.id()), "an entry is in the log twice");
    }
    ids.extend(log.iter().filter_map(held_by));
    ids
}

/// The server's side: its log, its folds, its files.
pub struct Central {
    log: Vec<LoggedEntry>,
    documents: BTreeMap<Uuid, DocumentState>,
    files: BTreeMap<Digest, PathBuf>,
}

impl Central {
    /// Reads the folder of a server that does not run; the doctor must find nothing wrong with it.
    pub async fn read(data: &Path) -> Self {
        let report = ops::doctor(data).await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        let ledger = Ledger::open(data).unwrap();
        let (mut log, mut after): (Vec<LoggedEntry>, _) = (Vec::new(), None);
        loop {
            let page = ledger.feed(after, 1000).await.unwrap();
            after = page.entries.last().map(|last| last.read_envelope().unwrap().seq).or(after);
            log.extend(page.entries);
            if !page.more {
                break;
            }
        }
        let mut documents = BTreeMap::new();
        for doc in log.iter().filter_map(document_of).collect::<BTreeSet<_>>() {
            documents.insert(doc, ledger.document(doc).await.unwrap().expect("a document of the log"));
        }
        Self { log, documents, files: files_below(&data.join("blobs")) }
    }

    /// How many documents it knows.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Roots of the tree at these sizes, made from the leaves alone.
    fn roots_at(&self, sizes: &BTreeSet<u64>) -> BTreeMap<u64, Digest> {
        let mut tree = Frontier::default();
        let mut roots = BTreeMap::new();
        for (seq, logged) in (0..).zip(&self.log) {
            assert_eq!(logged.read_envelope().unwrap().seq, seq, "a hole in the log");
            tree.append(leaf_hash(&logged.entry.id(), &logged.envelope.0));
            if sizes.contains(&tree.size()) {
                roots.insert(tree.size(), tree.root());
            }
        }
        roots
    }
}

fn document_of(logged: &LoggedEntry) -> Option<Uuid> {
    serde_json::from_slice::<Header>(&logged.entry.header.0).unwrap().doc
}

fn files_below(folder: &Path) -> BTreeMap<Digest, PathBuf> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.file_name().unwrap().to_string_lossy().parse::<Digest>() {
                assert_eq!(Digest::of(&fs::read(&path).unwrap()), name, "a file is not what its name says");
                found.insert(name, path);
            }
        }
    }
    found
}

/// What a judgement looks at.
pub struct Judge<'a> {
    /// The server.
    pub central: &'a Central,
    /// All devices, switched off. Offices have everything, tablets what is in their reach.
    pub tablets: &'a [Device],
    /// The office's desktops.
    pub offices: &'a [Device],
    /// Every id that was ever seen on any device.
    pub committed: &'a BTreeSet<Digest>,
    /// The alarms each of them must have raised, and no other.
    pub alarms: &'a [&'a str],
    /// A folder for what is shown to strangers.
    pub folder: &'a Path,
}

impl Judge<'_> {
    /// All of it.
    pub fn judge(&self) {
        let stores: Vec<(&Device, Store)> =
            self.tablets.iter().chain(self.offices).map(|device| (device, store_of(device))).collect();
        self.nothing_is_lost(&stores);
        self.the_tree_is_one(&stores);
        self.folds_are_equal(&stores);
        self.lists_are_equal(&stores);
        self.files_are_good(&stores);
    }

    fn nothing_is_lost(&self, stores: &[(&Device, Store)]) {
        let there = ids(&self.central.log);
        let lost: Vec<&Digest> = self.committed.iter().filter(|id| !there.contains(id)).collect();
        assert!(lost.is_empty(), "{} of {} entries are lost", lost.len(), self.committed.len());
        for (device, store) in stores {
            let name = &device.name;
            store.integrity().unwrap();
            let read = store.read();
            let left = read.only_here().unwrap();
            assert_eq!((left.entries, left.files), (0, 0), "{name}: something is there only");
            assert!(own_entries(store).iter().all(|id| there.contains(id)), "{name}: not all is in the log");
            for journal in read.own_journals().unwrap() {
                read.check_chain(&journal.device).unwrap();
            }
            let mut alarms: Vec<String> = read.alarms().unwrap().into_iter().map(|a| a.sort).collect();
            alarms.sort();
            assert_eq!(alarms, self.alarms, "{name}: alarms");
        }
    }

    /// Every checkpoint that a client kept is of this very tree.
    fn the_tree_is_one(&self, stores: &[(&Device, Store)]) {
        let kept: Vec<(&str, Checkpoint)> = stores
            .iter()
            .map(|(device, store)| {
                let peer = store.read().peer().unwrap().expect("it knows its server");
                let note = String::from_utf8(peer.note).unwrap();
                (device.name.as_str(), Checkpoint::claimed(&note).expect("a checkpoint"))
            })
            .collect();
        let roots = self.central.roots_at(&kept.iter().map(|(_, checkpoint)| checkpoint.size).collect());
        for (name, checkpoint) in kept {
            assert_eq!(roots.get(&checkpoint.size), Some(&checkpoint.root), "{name}: another tree");
        }
    }

    fn folds_are_equal(&self, stores: &[(&Device, Store)]) {
        for (device, store) in stores {
            let name = &device.name;
            let rows = store.read().documents(DocumentView::All, PageFrom::start(u32::MAX)).unwrap();
            for row in &rows {
                let here = store.read().document_state(row.id).unwrap().expect("a document of a row");
                let there = self.central.documents.get(&row.id);
                assert_eq!(Some(&here), there, "{name}: {:?} is another one there", row.number);
                assert_eq!(row.status, here.status, "{name}: {:?}: list and fold differ", row.number);
            }
        }
        for office in self.offices {
            let (_, store) = stores.iter().find(|(device, _)| device.name == office.name).unwrap();
            for doc in self.central.documents.keys() {
                let here = store.read().document_state(*doc).unwrap();
                assert!(here.is_some(), "{}: the office lacks {doc}", office.name);
                assert!(store.read().register_row(*doc).unwrap().is_some(), "{}: no row", office.name);
            }
        }
    }

    /// People and customers are the same in both offices, though each heard of them in another order.
    fn lists_are_equal(&self, stores: &[(&Device, Store)]) {
        let lists = |office: &Device| {
            let (_, store) = stores.iter().find(|(device, _)| device.name == office.name).unwrap();
            let read = store.read();
            // A person who connected a desktop is known there under the earlier identity too.
            let people: BTreeMap<Uuid, String> =
                read.persons().unwrap().into_iter().map(|person| (person.id, person.name)).collect();
            let customers = read.customers(None, u32::MAX).unwrap();
            let jobs = read.jobs("", "9999", None).unwrap();
            let jobs: BTreeMap<Uuid, _> = jobs.into_iter().map(|row| (row.job.id, row.job)).collect();
            (people, customers, jobs)
        };
        let (first, second) = (lists(&self.offices[0]), lists(&self.offices[1]));
        assert_eq!(first.0, second.0, "people");
        assert_eq!(first.1, second.1, "customers");
        assert_eq!(first.2, second.2, "jobs");
    }

    /// Every closed file verifies, on the device and at the server, and a stranger believes its receipt.
    fn files_are_good(&self, stores: &[(&Device, Store)]) {
        let roots: BTreeSet<Vec<u8>> = stores
            .iter()
            .flat_map(|(_, store)| store.read().setting::<Identity>("identity").unwrap().unwrap().roots)
            .collect();
        let options = VerifyOptions { roots: roots.iter().cloned().collect(), at: jiff::Timestamp::now() };
        let root_files: Vec<PathBuf> = (0..)
            .zip(&roots)
            .map(|(i, root)| {
                let path = self.folder.join(format!("root-{i}.pem"));
                fs::write(&path, to_pem(root)).unwrap();
                path
            })
            .collect();
        let (mut verified, mut registered) = (BTreeSet::new(), 0);
        for (doc, state) in &self.central.documents {
            let closed =
                matches!(state.status, Status::Signed | Status::SignedUnavailable | Status::Declined);
            let Some(file) = state.file.filter(|_| closed) else { continue };
            let path = self.central.files.get(&file.0).expect("the server has the file");
            let verdict = verify::verify(&fs::read(path).unwrap(), &options);
            assert!(verdict.is_good(), "{:?}: {verdict:?}", state.number);
            verified.insert(*doc);
            for (device, store) in stores {
                let read = store.read();
                let Some(bytes) = read.blob(file.0).unwrap() else { continue };
                assert_eq!(Digest::of(&bytes), file.0, "{}: a file is not what its name says", device.name);
                let Some((_, receipt)) = read.receipt_of(*doc).unwrap() else { continue };
                let (pdf, json) = (self.folder.join("sealed.pdf"), self.folder.join("receipt.json"));
                fs::write(&pdf, &bytes).unwrap();
                fs::write(&json, receipt).unwrap();
                stranger_verifies(&pdf, &root_files, Some(&json));
                registered += 1;
            }
        }
        assert!(verified.len() > 8 && registered >= verified.len(), "{} {registered}", verified.len());
    }
}
