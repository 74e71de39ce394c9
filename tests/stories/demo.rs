//! The demo firm: every document of it made by real use cases, believed by strangers, and rebuilt from the journal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::{
    demo::DEMO_PIN,
    export::Purpose,
    vault::{DeviceSecret, KeyVault, passphrase::PassphraseVault},
    view::{
        detail::VerdictGrade,
        lists::JobView,
        start::{KeyStoreKind, PinAnswer},
    },
};
use fieldseal_domain::fold::Status;
use fieldseal_store::{DatabaseKey, DocumentView, OpenMode, PageFrom, Store};
use fieldseal_tests::{
    readers,
    tablet::{PASSPHRASE, SetClock, open},
};
use std::collections::BTreeMap;

#[test]
fn story_the_demo_firm_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::morning();
    let app = open(folder.path(), &clock);
    let replayed = app.load_demo(KeyStoreKind::PassphraseFile, PASSPHRASE, &|_| {}).unwrap();
    let person = app.status().unwrap().people[0].id;
    assert_eq!(app.sign_in(person, DEMO_PIN).unwrap(), PinAnswer::Right);
    assert_eq!(app.customers("").unwrap().len(), 20);
    assert_eq!(app.jobs(JobView::All).unwrap().jobs.len(), 25);

    let mut by_status: BTreeMap<Status, usize> = BTreeMap::new();
    let mut files = Vec::new();
    for doc in &replayed.documents {
        let detail = app.detail(*doc).unwrap();
        *by_status.entry(detail.row.status).or_default() += 1;
        if detail.slots.iter().any(|slot| slot.state == "signed") {
            let verdict = app.verify(*doc).unwrap();
            assert_eq!(verdict.grade, VerdictGrade::Good, "{}: {verdict:?}", detail.row.number);
            let file = app.sealed_file(*doc, Purpose::Save).unwrap();
            files.push((file.name, file.bytes));
        }
    }
    for status in [
        Status::Draft,
        Status::Ready,
        Status::PartiallySigned,
        Status::Signed,
        Status::SignedUnavailable,
        Status::Declined,
        Status::Cancelled,
    ] {
        assert!(by_status.contains_key(&status), "no demo document is {status:?}: {by_status:?}");
    }
    let pem = app.root_certificate(None).unwrap().pem;
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    readers::all_agree(folder.path(), &pem, &files);

    drop(app);
    rebuilt_is_live(folder.path());
}

/// Red if any projection said more, less or other than the journal.
fn rebuilt_is_live(folder: &std::path::Path) {
    let secret = PassphraseVault::new(folder.join("keys.sealed"), PASSPHRASE).read().unwrap().unwrap();
    let key = *DeviceSecret::from_bytes(&secret).unwrap().database;
    let mut store =
        Store::open(&folder.join("fieldseal.db"), DatabaseKey::new(key), OpenMode::Existing).unwrap();
    let all = |store: &Store| {
        let read = store.read();
        format!(
            "{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}",
            read.firm().unwrap(),
            read.persons().unwrap(),
            read.customers(None, 1000).unwrap(),
            read.jobs("", "9999", None).unwrap(),
            read.documents(DocumentView::All, PageFrom::start(1000)).unwrap(),
            ["spicul", "sosoacareanu", "demo-k", "щеголев", "00001"]
                .map(|words| read.search(words, 100).unwrap()),
        )
    };
    let live = all(&store);
    store.rebuild().unwrap();
    assert_eq!(all(&store), live);
    store.integrity().unwrap();
}
