//! What is kept about the server: rows and cursors together, nothing own ever let go.

use super::desk::{DEVICE, Desk, content, frozen, uuid};
use crate::{
    Author, BLOB_CHUNK, BlobSort, Body, Continuation, Entry, Envelope, NewEvent, Peer, Pulled, StoreError,
    SyncState,
};
use fieldseal_domain::{
    Digest, FileHash,
    event::{ClockReading, Event, Header, Kept, RECOVERED, ReadEvent, Recovered, body_hash},
    facts::{self, Verdict},
    fold::Status,
    hlc::Hlc,
    party::{Customer, Firm},
};
use uuid::Uuid;

const YEAR_9999_MS: u64 = 253_402_300_799_000;

/// Another device, writing.
struct Other {
    device: &'static str,
    n: u64,
    prev: Digest,
    seq: u64,
}

impl Other {
    fn new(device: &'static str) -> Self {
        Self { device, n: 0, prev: Digest::default(), seq: 0 }
    }

    fn says_at(&mut self, hlc: Hlc, doc: Option<Uuid>, event: &Event) -> Pulled {
        let (kind, bytes) = event.to_parts().unwrap();
        self.n += 1;
        let salt = [self.n as u8; 16];
        let header = Header {
            v: 1,
            critical: event.is_critical(),
            org: "demo".into(),
            device: self.device.into(),
            n: self.n,
            prev: self.prev,
            hlc,
            at: ClockReading::default(),
            head: None,
            doc,
            kind,
            body_hash: body_hash(&salt, &bytes),
        };
        let body = Some(Body { salt, bytes });
        let entry = Entry::from_bytes(header.to_bytes().unwrap(), [2; 64], body).unwrap();
        self.prev = entry.id;
        self.seq += 1;
        Pulled { envelope: envelope(entry.id, self.seq), entry }
    }

    fn says(&mut self, doc: Option<Uuid>, event: &Event) -> Pulled {
        self.says_at(Hlc(1000 + self.n), doc, event)
    }

    fn creates(&mut self, doc: Uuid, name: &str) -> Pulled {
        let event = Event::Created { content: Box::new(content(name)), origin: None, by: uuid(5) };
        self.says(Some(doc), &event)
    }
}

fn envelope(entry: Digest, seq: u64) -> Envelope {
    clamped(entry, seq, None)
}

fn clamped(entry: Digest, seq: u64, clamped: Option<Hlc>) -> Envelope {
    let verdict = Verdict::Accepted;
    let said =
        facts::Envelope { seq, event: entry, received_ms: 7, verdict, clamped, origin: Digest::default() };
    Envelope::read(entry, said.to_bytes().unwrap()).unwrap()
}

/// Would turn red if what a revoked device says of a customer counted, or a clock a year ahead won for a year.
#[test]
fn a_thing_counts_as_the_server_says() {
    let mut desk = Desk::new();
    known(&mut desk);
    let named = |name: &str| {
        Event::CustomerSaved(Box::new(Customer { id: uuid(4), name: name.into(), ..Customer::default() }))
    };
    let shown = |desk: &Desk| desk.store.read().customer(uuid(4)).unwrap().map(|customer| customer.name);
    let (mut thief, mut office) = (Other::new("thief"), Other::new("office"));
    let mut stolen = thief.says(None, &named("Stolen"));
    let event = stolen.entry.id;
    stolen.envelope = quarantined(event, 1);
    keep(&mut desk, &[stolen]);
    assert_eq!(shown(&desk), None);
    let (reason, by) = ("it was hers".to_owned(), uuid(5));
    let answer = Event::QuarantineAnswered { entry: event, accept: true, reason, by };
    keep(&mut desk, &[office.says(None, &answer)]);
    assert_eq!(shown(&desk).as_deref(), Some("Stolen"));

    let mut ahead = thief.says_at(Hlc(YEAR_9999_MS << 16), None, &named("From the future"));
    ahead.envelope = clamped(ahead.entry.id, 8, Some(Hlc(2_000)));
    keep(&mut desk, &[ahead]);
    assert_eq!(shown(&desk).as_deref(), Some("From the future"));
    keep(&mut desk, &[office.says_at(Hlc(3_000), None, &named("Today"))]);
    assert_eq!(shown(&desk).as_deref(), Some("Today"));
    desk.store.rebuild().unwrap();
    assert_eq!(shown(&desk).as_deref(), Some("Today"), "folded again it is the same");
}

/// Would turn red if a tablet whose clock ran ahead, or that was revoked, went on believing itself alone.
#[test]
fn an_own_thing_follows_what_the_server_says() {
    let mut desk = Desk::new();
    known(&mut desk);
    let named = |name: &str| Customer { id: uuid(4), name: name.into(), ..Customer::default() };
    let shown = |desk: &Desk| desk.store.read().customer(uuid(4)).unwrap().map(|customer| customer.name);
    let save = |desk: &mut Desk, name: &str| {
        desk.append(None, &Event::CustomerSaved(Box::new(named(name)))).unwrap().id
    };
    let mine = save(&mut desk, "Mine, tomorrow");
    let mut office = Other::new("office");
    keep(&mut desk, &[office.says(None, &Event::CustomerSaved(Box::new(named("Theirs, today"))))]);
    assert_eq!(shown(&desk).as_deref(), Some("Mine, tomorrow"));
    desk.store.transact(|tx| tx.put_envelopes(&[clamped(mine, 2, Some(Hlc(1)))])).unwrap();
    assert_eq!(shown(&desk).as_deref(), Some("Theirs, today"), "the clock ran ahead");

    let later = save(&mut desk, "Mine, revoked");
    assert_eq!(shown(&desk).as_deref(), Some("Mine, revoked"));
    desk.store.transact(|tx| tx.put_envelopes(&[quarantined(later, 3)])).unwrap();
    assert_eq!(shown(&desk).as_deref(), Some("Theirs, today"));
    let answered =
        |accept| Event::QuarantineAnswered { entry: later, accept, reason: "r".into(), by: uuid(5) };
    let mut thief = Other::new("thief");
    let mut own = thief.says(None, &answered(true));
    own.envelope = quarantined(own.entry.id, 4);
    keep(&mut desk, &[own]);
    assert_eq!(shown(&desk).as_deref(), Some("Theirs, today"), "an answer that is set aside answers nothing");
    keep(&mut desk, &[office.says(None, &answered(true))]);
    assert_eq!(shown(&desk).as_deref(), Some("Mine, revoked"));
    keep(&mut desk, &[office.says(None, &answered(false))]);
    assert_eq!(shown(&desk).as_deref(), Some("Theirs, today"));
    desk.store.rebuild().unwrap();
    assert_eq!(shown(&desk).as_deref(), Some("Theirs, today"), "folded again it is the same");
}

/// Would turn red if a root that a tablet brought vouched for the files of others, or one the server set aside for any.
#[test]
fn an_admitted_root_counts_for_its_journal_only() {
    let mut desk = Desk::new();
    known(&mut desk);
    let admitted =
        |device: &str, root: u8| Event::RootAdmitted { device: device.into(), root: vec![root; 9] };
    let roots = |desk: &Desk, journals: &[&str]| desk.store.read().admitted_roots(journals).unwrap();
    let (mut server, mut thief) = (Other::new("server"), Other::new("thief"));
    keep(&mut desk, &[server.says(None, &admitted("alone", 1)), server.says(None, &admitted("other", 2))]);
    let mut own = thief.says(None, &admitted("alone", 3));
    own.envelope = quarantined(own.entry.id, 9);
    keep(&mut desk, &[own]);
    assert_eq!(roots(&desk, &["alone", "unheard"]), [vec![1; 9]]);
    assert!(roots(&desk, &["thief"]).is_empty());
}

/// Would turn red if what a tablet said of its firm while it stood alone went before what the organisation says, in either
/// order of arrival, or were lost where the organisation has said nothing.
#[test]
fn a_firm_from_before_the_enrolment_counts_last() {
    let firm = |name: &str| Event::FirmSaved(Firm { name: name.into(), ..Firm::default() });
    let shown = |desk: &Desk| desk.store.read().firm().unwrap().unwrap().name;
    let admitted = Event::RootAdmitted { device: "alone".into(), root: vec![1] };
    for root_first in [true, false] {
        let mut desk = Desk::new();
        known(&mut desk);
        let (mut server, mut alone, mut office) =
            (Other::new("server"), Other::new("alone"), Other::new("office"));
        let root = server.says(None, &admitted);
        let own = alone.says_at(Hlc(9_000), None, &firm("Alone"));
        keep(&mut desk, &if root_first { [root, own] } else { [own, root] });
        assert_eq!(shown(&desk), "Alone", "better than nothing");
        keep(&mut desk, &[office.says_at(Hlc(1_000), None, &firm("Office"))]);
        assert_eq!(shown(&desk), "Office");
        keep(&mut desk, &[alone.says_at(Hlc(9_500), None, &firm("Alone again"))]);
        assert_eq!(shown(&desk), "Office");
        desk.store.rebuild().unwrap();
        assert_eq!(shown(&desk), "Office", "folded again it is the same");
    }
}

fn quarantined(event: Digest, seq: u64) -> Envelope {
    let verdict = Verdict::Quarantined(facts::QuarantineReason::Revoked);
    let origin = Digest::default();
    let said = facts::Envelope { seq, event, received_ms: 7, verdict, clamped: None, origin };
    Envelope::read(event, said.to_bytes().unwrap()).unwrap()
}

fn known(desk: &mut Desk) {
    let peer = Peer { server_id: "s".into(), log_epoch: "1".into(), ..Peer::default() };
    desk.store.transact(|tx| tx.put_peer(&peer)).unwrap();
}

fn keep(desk: &mut Desk, pulled: &[Pulled]) {
    desk.store.transact(|tx| tx.keep_pulled(pulled)).unwrap();
}

/// C7: would turn red if a cursor could move without its rows, or rows come without their cursor.
#[test]
fn rows_and_cursor_come_together_or_not_at_all() {
    let mut desk = Desk::new();
    known(&mut desk);
    let doc = uuid(70);
    desk.store.transact(|tx| tx.put_manifest(&[(doc, 4)], "e1")).unwrap();
    let pulled = [Other::new("office").creates(doc, "Anna")];
    let cut: Result<(), StoreError> = desk.store.transact(|tx| {
        tx.keep_pulled(&pulled)?;
        tx.set_subject_read(doc, 5)?;
        Err(StoreError::DiskFull)
    });
    assert!(cut.is_err());
    assert_eq!(desk.store.read().subjects_behind(9).unwrap()[0].next, 0);
    assert!(desk.store.read().document(doc).unwrap().is_none());
    keep(&mut desk, &pulled);
    desk.store.transact(|tx| tx.set_subject_read(doc, 5)).unwrap();
    assert!(desk.store.read().subjects_behind(9).unwrap().is_empty());
    assert_eq!(desk.store.read().document(doc).unwrap().unwrap().customer_name, "Anna");
    keep(&mut desk, &pulled);
    assert_eq!(desk.store.read().entries_of(doc).unwrap().len(), 1, "twice the same is once");
}

/// C7, shown: who moves the cursor first and writes the rows then loses them at a cut in between, for good.
#[test]
fn a_cursor_that_runs_ahead_loses_what_it_passed() {
    let mut desk = Desk::new();
    known(&mut desk);
    let doc = uuid(70);
    desk.store.transact(|tx| tx.put_manifest(&[(doc, 4)], "e1")).unwrap();
    let pulled = [Other::new("office").creates(doc, "Anna")];
    desk.store.transact(|tx| tx.set_subject_read(doc, 5)).unwrap();
    let cut: Result<(), StoreError> = desk.store.transact(|tx| {
        tx.keep_pulled(&pulled)?;
        Err(StoreError::DiskFull)
    });
    assert!(cut.is_err());
    assert!(desk.store.read().subjects_behind(9).unwrap().is_empty(), "nobody will ever ask for it again");
    assert!(desk.store.read().document(doc).unwrap().is_none(), "and it is not here");
}

#[test]
fn what_went_out_of_reach_leaves_and_own_work_stays() {
    let mut desk = Desk::new();
    known(&mut desk);
    let (theirs, mine) = (uuid(70), uuid(71));
    desk.create(mine, content("Mine"));
    let mut office = Other::new("office");
    let customer = Customer { id: uuid(30), name: "Boris".into(), ..Customer::default() };
    let pulled = [
        office.creates(theirs, "Theirs"),
        office.says(Some(mine), &Event::Printed { by: uuid(5) }),
        office.says(None, &Event::CustomerSaved(Box::new(customer))),
    ];
    desk.store.transact(|tx| tx.put_manifest(&[(theirs, 1), (mine, 2), (uuid(30), 3)], "a")).unwrap();
    keep(&mut desk, &pulled);
    assert_eq!(desk.store.read().search("boris", 5).unwrap().len(), 1);
    let left = desk.store.transact(|tx| tx.put_manifest(&[(mine, 2)], "b")).unwrap();
    assert_eq!(left.len(), 2);
    let read = desk.store.read();
    assert!(read.document(theirs).unwrap().is_none() && read.entries_of(theirs).unwrap().is_empty());
    assert!(read.customer(uuid(30)).unwrap().is_none() && read.search("boris", 5).unwrap().is_empty());
    assert_eq!(read.entries_of(mine).unwrap().len(), 2);
    // Back in reach: it is read from its beginning.
    desk.store.transact(|tx| tx.put_manifest(&[(mine, 2), (theirs, 1)], "c")).unwrap();
    let behind = desk.store.read().subjects_behind(9).unwrap();
    assert_eq!(behind.iter().find(|s| s.id == theirs).unwrap().next, 0);
    keep(&mut desk, &pulled);
    assert_eq!(desk.store.read().document(theirs).unwrap().unwrap().customer_name, "Theirs");
    // Even of a document that is given away, own entries stay.
    desk.store.transact(|tx| tx.put_manifest(&[], "d")).unwrap();
    let kinds: Vec<_> =
        desk.store.read().entries_of(mine).unwrap().into_iter().map(|e| e.header.device).collect();
    assert_eq!(kinds, [DEVICE]);
    desk.store.read().check_chain(DEVICE).unwrap();
}

/// Would turn red if any statement could let an own entry go that does not stand whole in another.
#[test]
fn own_entries_never_leave() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    desk.append(Some(uuid(1)), &Event::Printed { by: uuid(9) }).unwrap();
    for sql in [
        "INSERT INTO leaving (entry) SELECT id FROM entry",
        "INSERT INTO leaving (entry, heir) SELECT id, id FROM entry",
        "DELETE FROM entry",
        "DELETE FROM body",
    ] {
        assert!(desk.store.conn().execute(sql, []).is_err(), "{sql}");
    }
}

fn recover(entry: &Entry) -> Event {
    Event::Recovered(Box::new(Recovered {
        device: entry.header.device.clone(),
        n: entry.header.n,
        header: entry.header_bytes.clone(),
        signature: entry.signature.to_vec(),
        salt: entry.body.as_ref().map(|body| body.salt.to_vec()),
        body: entry.body.as_ref().map(|body| body.bytes.clone()),
    }))
}

fn go_on(desk: &mut Desk, old: &str, new: &str, common: u64) {
    let (wall_ms, clock) = (desk.tick(), ClockReading::default());
    let author =
        Author { org: "demo", device: new, clock: &clock, wall_ms, head: None, sign: &super::desk::SIGN };
    let opened = Event::JournalOpened {
        device_code: "X".into(),
        certificate: Digest::default(),
        root: Digest::default(),
        app_version: "1".into(),
        continues: None,
    };
    let opened = NewEvent { doc: None, event: &opened, salt: desk.salt() };
    let mut salt = 100_u128;
    let how = Continuation { old, common, author: &author, opened, recover: &recover };
    let mut draw = || {
        salt += 1;
        salt.to_be_bytes()
    };
    desk.store.transact(|tx| tx.continue_journal(&how, &mut draw)).unwrap();
}

/// C1: would turn red if the entries of a fork were dropped, or the server's could not take their old places.
#[test]
fn a_forked_tail_goes_on_whole_under_another_name() {
    let mut desk = Desk::new();
    known(&mut desk);
    desk.create(uuid(1), content("Kept"));
    desk.create(uuid(2), content("Forked"));
    desk.append(Some(uuid(2)), &Event::Printed { by: uuid(9) }).unwrap();
    let tail = desk.store.read().entries_after(DEVICE, 1, 9).unwrap();
    go_on(&mut desk, DEVICE, "tablet-1b", 1);
    let read = desk.store.read();
    assert_eq!(read.last_position(DEVICE).unwrap().unwrap().n, 1);
    let again = read.entries_after("tablet-1b", 1, 9).unwrap();
    for (entry, recovered) in tail.iter().zip(&again) {
        assert_eq!((recovered.header.kind.as_str(), recovered.header.doc), (RECOVERED, entry.header.doc));
        let ReadEvent::Known(event) = recovered.event().unwrap() else { panic!("not understood") };
        let Event::Recovered(inner) = *event else { panic!("another kind") };
        assert_eq!((inner.header.clone(), inner.inner().unwrap().id), (entry.header_bytes.clone(), entry.id));
    }
    let old = read.own_journals().unwrap().into_iter().find(|j| j.device == DEVICE).unwrap();
    assert_eq!((old.ends, old.heir.as_deref()), (Some(1), Some("tablet-1b")));
    // What the server has in the old places can be kept now.
    let first = read.position(DEVICE, 1).unwrap().unwrap();
    let mut server = Other { device: DEVICE, n: 1, prev: first.id, seq: 1 };
    let theirs = server.creates(uuid(3), "The other one");
    keep(&mut desk, &[theirs]);
    assert!(desk.store.read().document(uuid(3)).unwrap().is_some());
    // And once more: what was recovered is handed on, not wrapped twice.
    go_on(&mut desk, "tablet-1b", "tablet-1c", 1);
    let third = desk.store.read().entries_after("tablet-1c", 1, 9).unwrap();
    let ReadEvent::Known(event) = third[0].event().unwrap() else { panic!("not understood") };
    let Event::Recovered(inner) = *event else { panic!("another kind") };
    assert_eq!(inner.inner().unwrap().id, tail[0].id);
    desk.store.integrity().unwrap();
}

/// C8: would turn red if one tablet with a wild clock could drag the stamps of all others into the future.
#[test]
fn a_wild_stamp_from_elsewhere_does_not_move_the_own_clock() {
    let mut desk = Desk::new();
    known(&mut desk);
    let mut office = Other::new("office");
    let ahead = Hlc((desk.wall_ms.get() as u64 + 60_000) << 16);
    keep(&mut desk, &[office.says_at(ahead, None, &Event::Printed { by: uuid(1) })]);
    assert!(desk.append(None, &Event::Printed { by: uuid(1) }).unwrap().hlc > ahead, "a credible one does");
    let mut wild = office.says_at(Hlc(YEAR_9999_MS << 16), None, &Event::Printed { by: uuid(1) });
    wild.envelope = clamped(wild.entry.id, 9, Some(Hlc(5)));
    keep(&mut desk, &[wild]);
    assert!(desk.append(None, &Event::Printed { by: uuid(1) }).unwrap().hlc < Hlc(YEAR_9999_MS << 16));
}

#[test]
fn a_log_that_begins_anew_gets_everything_again() {
    let mut desk = Desk::new();
    known(&mut desk);
    desk.create(uuid(1), content("a"));
    let entry = desk.store.read().entries_of(uuid(1)).unwrap().remove(0);
    desk.store.transact(|tx| tx.put_envelopes(&[envelope(entry.id, 0)])).unwrap();
    desk.store.transact(|tx| tx.set_acked(DEVICE, 1)).unwrap();
    desk.store.transact(|tx| tx.put_receipt(entry.id, "1", b"proof")).unwrap();
    assert_eq!(desk.store.read().document(uuid(1)).unwrap().unwrap().sync, SyncState::Acknowledged);
    assert_eq!(desk.store.read().unproven(0, 9, 9).unwrap().len(), 1);
    assert_eq!(desk.store.read().facts_of(uuid(1)).unwrap()[&entry.id].received_ms, 7);
    let other = envelope(Digest::of(b"other"), 3);
    assert!(matches!(Envelope::read(entry.id, other.bytes), Err(StoreError::OtherEnvelope { .. })));
    desk.store.transact(|tx| tx.forget_log("s", "2")).unwrap();
    let read = desk.store.read();
    assert_eq!(
        (read.unacked_events().unwrap(), read.peer().unwrap().unwrap().log_epoch),
        (1, "2".to_owned())
    );
    assert_eq!(read.document(uuid(1)).unwrap().unwrap().sync, SyncState::Local);
    assert_eq!(read.envelope(entry.id).unwrap(), None);
    assert_eq!(
        read.receipts(entry.id).unwrap(),
        [b"proof"],
        "a receipt is evidence, whatever became of the log"
    );
}

fn freeze(desk: &mut Desk, doc: Uuid, pdf: &[u8]) {
    let event = Event::Frozen(Box::new(frozen("FS-1", 0, pdf)));
    desk.append(Some(doc), &event).unwrap();
    desk.store.transact(|tx| tx.put_blob(BlobSort::Frozen, "application/pdf", pdf)).unwrap();
}

/// Red if a draft that was not sent made a signature look old.
#[test]
fn only_signatures_have_an_age_that_the_office_hears_of() {
    let mut desk = Desk::new();
    known(&mut desk);
    desk.create(uuid(1), content("a"));
    desk.freeze(uuid(1), 0, frozen("FS-2026-RO1-00001", 0, b"f"), b"f").unwrap();
    let only = desk.store.read().only_here().unwrap();
    assert_eq!((only.entries, only.signatures, only.oldest_signature_ms), (2, 0, None));
    let signed = desk.signed(uuid(1), "customer", false, b"f+s");
    desk.seal(uuid(1), "customer", vec![signed], b"f+s").unwrap();
    let only = desk.store.read().only_here().unwrap();
    let entries = desk.store.read().entries_of(uuid(1)).unwrap();
    let made = entries.last().unwrap().header.hlc.millis();
    assert_eq!((only.signatures, only.oldest_signature_ms), (1, Some(made)));
    assert!(entries[0].header.hlc.millis() < made);
}

#[test]
fn files_wait_for_their_entries_and_small_ones_go_first() {
    let mut desk = Desk::new();
    known(&mut desk);
    desk.create(uuid(1), content("a"));
    freeze(&mut desk, uuid(1), &vec![1; 3 * BLOB_CHUNK + 5]);
    desk.create(uuid(2), content("b"));
    freeze(&mut desk, uuid(2), b"small");
    let read = desk.store.read();
    assert!(read.files_to_send(false, 9).unwrap().is_empty(), "the server knows none of them yet");
    let only = read.only_here().unwrap();
    assert_eq!((only.entries, only.files), (4, 2));
    desk.store.transact(|tx| tx.set_acked(DEVICE, 4)).unwrap();
    let due = desk.store.read().files_to_send(false, 9).unwrap();
    assert_eq!(due.iter().map(|d| d.file.size).collect::<Vec<_>>(), [5, 3 * BLOB_CHUNK as u64 + 5]);
    let big = due[1].file.sha256;
    let tail = desk.store.read().file_part(big, 2 * BLOB_CHUNK as u64 + 7, 2 * BLOB_CHUNK).unwrap();
    assert_eq!(tail.len(), BLOB_CHUNK - 7 + 5);
    desk.store.transact(|tx| tx.set_uploaded(due[0].file.sha256, "")).unwrap();
    desk.store.transact(|tx| tx.set_uploaded(big, "too_large")).unwrap();
    assert!(desk.store.read().files_to_send(false, 9).unwrap().is_empty());
    let queue = desk.store.read().queue(9).unwrap();
    assert_eq!(queue.len(), 1, "what is refused stays in sight");
    assert_eq!((queue[0].doc, queue[0].refused.as_str()), (Some(uuid(1)), "too_large"));
}

#[test]
fn a_file_comes_in_pieces_and_counts_only_whole() {
    let mut desk = Desk::new();
    known(&mut desk);
    let pdf: Vec<u8> = (0..2 * BLOB_CHUNK + 100).map(|i| (i % 251) as u8).collect();
    let sha256 = Digest::of(&pdf);
    let mut office = Other::new("office");
    let created = office.creates(uuid(1), "a");
    let event = Event::Frozen(Box::new(frozen("FS-1", 0, &pdf)));
    let frozen = office.says(Some(uuid(1)), &event);
    keep(&mut desk, &[created, frozen]);
    let due = desk.store.read().files_to_get(9).unwrap();
    assert_eq!((due.len(), due[0].file.sha256), (1, sha256));
    let put = |desk: &mut Desk, bytes: &[u8], last| {
        desk.store.transact(|tx| tx.put_incoming(sha256, bytes, last)).unwrap()
    };
    assert_eq!(
        put(&mut desk, &pdf[..BLOB_CHUNK + 10], false),
        BLOB_CHUNK as u64,
        "only whole pieces are kept"
    );
    assert_eq!(desk.store.read().incoming(sha256).unwrap(), BLOB_CHUNK as u64);
    put(&mut desk, &pdf[BLOB_CHUNK..], true);
    let finish = |desk: &mut Desk| {
        desk.store.transact(|tx| tx.finish_incoming(sha256, BlobSort::Frozen, "application/pdf")).unwrap()
    };
    assert!(finish(&mut desk));
    assert_eq!(desk.store.read().blob(sha256).unwrap().unwrap(), pdf);
    assert!(desk.store.read().files_to_get(9).unwrap().is_empty());
    // Another file under a known name is thrown away.
    let other = FileHash::of(b"other").0;
    desk.store.transact(|tx| tx.put_incoming(other, b"not it", true)).unwrap();
    let finished = desk.store.transact(|tx| tx.finish_incoming(other, BlobSort::Sealed, "")).unwrap();
    assert!(!finished && desk.store.read().blob_info(other).unwrap().is_none());
    assert_eq!(desk.store.read().incoming(other).unwrap(), 0);
}

/// Would turn red if an office asked for the proof of everything that anybody ever wrote, on every session.
#[test]
fn only_own_entries_wait_for_their_proof() {
    let mut desk = Desk::new();
    known(&mut desk);
    desk.create(uuid(1), content("mine"));
    let mine = desk.store.read().entries_of(uuid(1)).unwrap().remove(0).id;
    keep(&mut desk, &[Other::new("office").creates(uuid(2), "theirs")]);
    desk.store.transact(|tx| tx.put_envelopes(&[envelope(mine, 5)])).unwrap();
    let due = |desk: &Desk| -> Vec<Digest> {
        desk.store.read().unproven(0, 99, 99).unwrap().into_iter().map(|e| e.entry).collect()
    };
    assert_eq!(due(&desk), [mine]);
    desk.store.transact(|tx| tx.set_proven(&[mine])).unwrap();
    assert!(due(&desk).is_empty());
    // Another place in another log has to be proven anew.
    desk.store.transact(|tx| tx.put_envelopes(&[envelope(mine, 6)])).unwrap();
    assert_eq!(due(&desk), [mine]);
}

/// Red if a device kept what the register erased, lost what a hold protects, or forgot a number that was taken.
#[test]
fn an_erasure_that_counts_is_obeyed_here_too() {
    let mut desk = Desk::new();
    known(&mut desk);
    let doc = uuid(1);
    desk.create(doc, content("Erased Person"));
    freeze(&mut desk, doc, b"a page with a name");
    let file = Digest::of(b"a page with a name");
    desk.store.transact(|tx| tx.save_draft(doc, &content("Erased Person"), "now")).unwrap();
    let entries: Vec<Digest> = desk.store.read().entries_of(doc).unwrap().iter().map(|e| e.id).collect();
    let kept = Kept { number: "FS-1".into(), kind: "service_sheet".into(), status: Status::Signed };
    let erased = Event::Erased { entries, rule: "10 y".into(), kept: Some(kept), by: uuid(5) };
    let mut office = Other::new("office");
    let barred = office.says(Some(doc), &erased);
    let verdict = Verdict::Quarantined(facts::QuarantineReason::NotAllowed);
    let said = facts::Envelope {
        seq: 1,
        event: barred.entry.id,
        received_ms: 7,
        verdict,
        clamped: None,
        origin: Digest::default(),
    };
    let envelope = Envelope::read(barred.entry.id, said.to_bytes().unwrap()).unwrap();
    keep(&mut desk, &[Pulled { envelope, ..barred }]);
    assert!(desk.store.read().entries_of(doc).unwrap()[0].body.is_some(), "a hold is stronger than a rule");
    assert_eq!(desk.store.read().blob(file).unwrap().as_deref(), Some(&b"a page with a name"[..]));

    let counts = office.says(Some(doc), &erased);
    keep(&mut desk, &[counts]);
    let read = desk.store.read();
    let left = read.entries_of(doc).unwrap();
    assert!(left.iter().all(|entry| entry.body.is_none() || entry.header.kind == "erased"));
    assert!(read.blob(file).unwrap().is_none(), "the page is gone with them");
    assert!(read.draft(doc).unwrap().is_none() && read.search("Erased", 5).unwrap().is_empty());
    let state = read.document_state(doc).unwrap().unwrap();
    assert_eq!((state.number.as_deref(), state.status), (Some("FS-1"), Status::Signed));
    assert!(state.erased && state.content.customer.name.is_empty());
    read.check_chain(DEVICE).unwrap();
}

#[test]
fn an_alarm_is_raised_once_and_never_goes() {
    let mut desk = Desk::new();
    let detail = serde_json::json!({ "before": "a", "now": "b" });
    for at in [1, 2] {
        desk.store.transact(|tx| tx.raise("register_rewritten", at, &detail)).unwrap();
    }
    let alarms = desk.store.read().alarms().unwrap();
    assert_eq!((alarms.len(), alarms[0].at_ms, alarms[0].seen), (1, 1, false));
    desk.store.transact(|tx| tx.see_alarm(alarms[0].id)).unwrap();
    assert!(desk.store.read().alarms().unwrap()[0].seen);
    assert!(desk.store.conn().execute("DELETE FROM alarm", []).is_err());
}

#[test]
fn the_files_of_the_journal_are_the_same_after_a_rebuild() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    freeze(&mut desk, uuid(1), b"pdf");
    let all = |desk: &Desk| -> Vec<(Vec<u8>, Vec<u8>, String)> {
        let sql = "SELECT entry, sha256, sort FROM mention ORDER BY 1, 2";
        let mut statement = desk.store.conn().prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let before = all(&desk);
    assert_eq!(before.len(), 1);
    desk.store.rebuild().unwrap();
    assert_eq!(all(&desk), before);
}
