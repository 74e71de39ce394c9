//! The log's proofs, and the folder's: backup, restore, doctor.

use crate::support::{Site, config, created, customer, job};
use fieldseal_domain::{
    Digest,
    acceptance::Outcome,
    event::{Event, Header},
    role::Role,
};
use fieldseal_seal::log::{leaf_hash, origin, read_checkpoint, verify_consistency, verify_inclusion};
use fieldseal_server::{Clock, ops, start, store::SERVER_JOURNAL};
use fieldseal_wire::{
    Code, WireEntry,
    admin::PersonRow,
    log::{CheckpointAnswer, ConsistencyRequest, InclusionRequest, Inclusions, Proof},
    pull::Page,
    push::{Acked, Push},
};
use uuid::Uuid;

#[tokio::test]
async fn the_log_only_grows_and_has_what_was_acknowledged() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let enrolled = tablet.enrolled.clone().unwrap();
    let key = fieldseal_seal::certificates::check_log_certificate(
        &enrolled.log.0,
        std::slice::from_ref(&enrolled.issuing.0),
        std::slice::from_ref(&enrolled.root.0),
        jiff::Timestamp::now(),
    )
    .unwrap();
    let by = tablet.person();
    let mut before = None;
    for round in 1..=9_usize {
        let doc = Uuid::now_v7();
        let entries: Vec<_> = (0..round).map(|_| tablet.write(Some(doc), &Event::Printed { by })).collect();
        let acked = tablet.push(&entries).await.unwrap();
        let answer: CheckpointAnswer = tablet.get("/v1/checkpoint").await.unwrap();
        let now = read_checkpoint(&answer.note, &origin(&enrolled.org), &key.key).unwrap();
        if let Some((size, root)) = before {
            let ask = ConsistencyRequest { from: size, to: now.size };
            let proof: Proof = tablet.post("/v1/proof/consistency", &ask).await.unwrap();
            verify_consistency(size, &root, now.size, &now.root, &proof.hashes).unwrap();
        }
        let ids: Vec<Digest> = entries.iter().map(fieldseal_wire::WireEntry::id).collect();
        let ask = InclusionRequest { entries: ids.clone(), size: now.size };
        let answer: Inclusions = tablet.post("/v1/proof/inclusion", &ask).await.unwrap();
        assert_eq!(answer.proofs.len(), round);
        for (proof, logged) in answer.proofs.iter().zip(&acked.entries) {
            let leaf = leaf_hash(&proof.entry, &logged.envelope.0);
            verify_inclusion(&leaf, proof.seq, now.size, &proof.hashes, &now.root).unwrap();
        }
        before = Some((now.size, now.root));
    }
    let ask = ConsistencyRequest { from: 1, to: 10_000 };
    assert_eq!(
        tablet.post::<Proof>("/v1/proof/consistency", &ask).await.unwrap_err().code,
        Code::LogTooSmall
    );
}

#[tokio::test]
async fn a_restored_server_begins_a_new_epoch_and_takes_the_rest_again() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let by = tablet.person();
    let early = [tablet.write(None, &Event::Printed { by }), tablet.write(None, &Event::Printed { by })];
    tablet.push(&early).await.unwrap();
    let epoch = tablet.hello().await.unwrap().server.log_epoch;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup");
    ops::backup(site.folder.path(), &backup).await.unwrap();
    let late = tablet.write(None, &Event::Printed { by });
    tablet.push(std::slice::from_ref(&late)).await.unwrap();
    let folder = site.stop().await;
    assert!(ops::backup(folder.path(), &backup).await.is_err(), "an earlier backup is never overwritten");

    let restored = elsewhere.path().join("restored");
    ops::restore(&backup, &restored).await.unwrap();
    let running = start(config(&restored), Clock::system()).await.unwrap();
    tablet.url = format!("http://{}", running.address);
    tablet.sign_in().await.unwrap();
    let welcome = tablet.hello().await.unwrap();
    assert_ne!(welcome.server.log_epoch, epoch);
    assert_eq!(welcome.have[0].n, 2, "the client must see that its third entry is gone");
    tablet.push(&[late]).await.unwrap();
    running.stop().await.unwrap();
    let report = ops::doctor(&restored).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let journal = report.journals.iter().find(|journal| journal.device == tablet.name).unwrap();
    assert_eq!((journal.acked, journal.have, journal.head), (3, 3, tablet.head));
}

/// Red if what the server itself had written since the backup were lost, or if its next entries took the numbers of
/// those that an office still has.
#[tokio::test]
async fn a_restored_server_gets_its_own_journal_back() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let backup = elsewhere.path().join("backup");
    ops::backup(site.folder.path(), &backup).await.unwrap();
    site.code(&admin, Role::Technician).await;
    let page: Page = admin.get("/v1/feed?limit=1000").await.unwrap();
    let own = page.entries.into_iter().map(|logged| logged.entry);
    let lost: Vec<_> = own.filter(|entry| device_of(entry) == SERVER_JOURNAL).collect();
    site.stop().await;

    for time in ["once", "twice"] {
        let restored = elsewhere.path().join(time);
        ops::restore(&backup, &restored).await.unwrap();
        let running = start(config(&restored), Clock::system()).await.unwrap();
        admin.url = format!("http://{}", running.address);
        admin.sign_in().await.unwrap();
        // The restored server writes first.
        let person = Uuid::now_v7();
        let (name, language) = ("After the restore".to_owned(), "en".to_owned());
        let row = PersonRow { person, name, language, role: Role::Office, active: true };
        admin.post::<PersonRow>("/v1/people", &row).await.unwrap();
        let push = Push { journal: SERVER_JOURNAL.to_owned(), entries: lost.clone() };
        let acked: Acked = admin.post("/v1/push", &push).await.unwrap();
        assert_eq!(acked.n, lost.len() as u64, "all of it is back");
        let page: Page = admin.get("/v1/feed?limit=1000").await.unwrap();
        let mut present = page.entries.iter().map(|logged| device_of(&logged.entry));
        let present = present.rfind(|name| name.starts_with("server-")).unwrap();
        let push = Push { journal: present, entries: lost.clone() };
        let refusal = admin.post::<Acked>("/v1/push", &push).await.unwrap_err();
        assert_eq!(refusal.code, Code::UnknownJournal, "only the server writes the one it writes now");
        running.stop().await.unwrap();
        let report = ops::doctor(&restored).await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

fn device_of(entry: &WireEntry) -> String {
    serde_json::from_slice::<Header>(&entry.header.0).unwrap().device
}

#[tokio::test]
async fn the_doctor_sees_what_was_changed_behind_the_servers_back() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let by = tablet.person();
    tablet.say(None, &Event::Printed { by }).await;
    let folder = site.stop().await;
    let conn = rusqlite::Connection::open(folder.path().join("server.db")).unwrap();
    let refused = conn.execute("UPDATE entry SET envelope = x'00' WHERE seq = 1", []);
    assert!(refused.is_err(), "the database itself refuses");
    conn.execute_batch(
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET envelope = x'00' WHERE seq = 1",
    )
    .unwrap();
    conn.close().unwrap();
    let report = ops::doctor(folder.path()).await.unwrap();
    assert!(report.findings.iter().any(|finding| finding.contains("place 1")), "{:?}", report.findings);
}

/// Red if anything but sizes and names went unread: a body, a signature, the order of a journal, an inner hash of the
/// tree, the bytes of a file.
#[tokio::test]
async fn the_doctor_reads_every_byte() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let by = tablet.person();
    let (doc, file) = (Uuid::now_v7(), b"bytes of a photo".to_vec());
    let customer = customer();
    tablet.say(Some(doc), &created(&job(Some(by), customer.id), &customer, by)).await;
    let sha256 = Digest::of(&file);
    let sealed = fieldseal_domain::FileHash(sha256);
    tablet.say(Some(doc), &Event::Closed { outcome: Outcome::Signed, sealed, by }).await;
    tablet.say(Some(doc), &Event::Printed { by }).await;
    tablet.put_blob(sha256, 0, file.len() as u64, file.clone()).await.unwrap();
    let name = tablet.name.clone();
    let folder = site.stop().await;
    let findings = async || ops::doctor(folder.path()).await.unwrap().findings;
    assert_eq!(findings().await, Vec::<String>::new());

    let path = folder.path().join("blobs").join(&sha256.to_string()[..2]).join(sha256.to_string());
    let mut other = file.clone();
    other[3] ^= 1;
    std::fs::write(&path, &other).unwrap();
    assert_eq!(findings().await, [format!("the file {sha256} was changed")]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(findings().await, [format!("the file {sha256} is gone")]);
    std::fs::write(&path, &file).unwrap();

    let change = |sql: &str| {
        let conn = rusqlite::Connection::open(folder.path().join("server.db")).unwrap();
        let triggers =
            "DROP TRIGGER IF EXISTS entry_is_never_changed; DROP TRIGGER IF EXISTS body_is_only_erased;";
        conn.execute_batch(triggers).unwrap();
        assert!(conn.execute(sql, []).unwrap() > 0);
        conn.close().unwrap();
    };
    let own = format!("device = '{name}'");
    let flip = "unhex(replace(hex(body), hex('Lind AB'), hex('Lind AC')))";
    let back = "unhex(replace(hex(body), hex('Lind AC'), hex('Lind AB')))";
    change(&format!("UPDATE entry SET body = {flip} WHERE {own} AND n = 1"));
    assert_eq!(findings().await, [format!("{name}: entry 1: its body is not the one that was signed")]);
    change(&format!("UPDATE entry SET body = {back} WHERE {own} AND n = 1"));
    change(&format!("UPDATE entry SET signature = zeroblob(64) WHERE {own} AND n = 2"));
    assert_eq!(
        findings().await,
        [format!("{name}: entry 2: its signature is not by the key of the journal")]
    );
    change(&format!(
        "UPDATE entry SET (id, header, signature) = (SELECT zeroblob(32), header, signature FROM entry b
         WHERE b.{own} AND b.n = 1) WHERE {own} AND n = 2"
    ));
    let found = findings().await.join("\n");
    for wrong in ["entry 2: its header was changed", "entry 2: its header speaks of another place"] {
        assert!(found.contains(wrong), "{found}");
    }
    assert!(found.contains("entry 3: it does not follow the entry before it"), "{found}");
    change("UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND pos = 0");
    let found = findings().await.join("\n");
    assert!(found.contains("the hash 0 on level 1 of the tree"), "{found}");
}

#[tokio::test]
async fn one_folder_has_one_server() {
    let site = Site::new().await;
    let error = start(config(site.folder.path()), Clock::system()).await.unwrap_err();
    assert!(error.to_string().contains("in use"), "{error}");
}
