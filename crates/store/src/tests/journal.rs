//! The journal: chained, append-only, kept byte for byte.

use super::desk::{DEVICE, Desk, content, uuid};
use crate::{Body, Entry, StoreError};
use fieldseal_domain::{
    Digest,
    event::{ClockReading, Event, Header, ReadEvent, body_hash},
    fold::Move,
    hlc::Hlc,
    party::Person,
};
use proptest::prelude::*;
use uuid::Uuid;

/// What an entry of the office says.
struct Said<'a> {
    n: u64,
    prev: Digest,
    hlc: u64,
    kind: &'a str,
    critical: bool,
    doc: Option<Uuid>,
    body: &'a str,
}

impl Default for Said<'_> {
    fn default() -> Self {
        Self {
            n: 1,
            prev: Digest::default(),
            hlc: 5,
            kind: "smelled",
            critical: false,
            doc: None,
            body: "{}",
        }
    }
}

fn foreign(said: Said<'_>) -> Entry {
    let Said { n, prev, hlc, kind, critical, doc, body } = said;
    let salt = [3; 16];
    let header = Header {
        v: 1,
        critical,
        org: "demo".into(),
        device: "office".into(),
        n,
        prev,
        hlc: Hlc(hlc),
        at: ClockReading::default(),
        head: None,
        doc,
        kind: kind.into(),
        body_hash: body_hash(&salt, body.as_bytes()),
    };
    let body = Body { salt, bytes: body.as_bytes().to_vec() };
    Entry::from_bytes(header.to_bytes().unwrap(), [1; 64], Some(body)).unwrap()
}

fn keep(desk: &mut Desk, entry: &Entry) -> Result<(), StoreError> {
    desk.store.transact(|tx| tx.keep(entry))
}

/// Would turn red if any statement could change or remove what was signed.
#[test]
fn entries_refuse_every_change() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    // Without recursive triggers a replacement deletes silently: the trigger on INSERT must refuse it alone.
    desk.store.conn().execute_batch("PRAGMA recursive_triggers = OFF").unwrap();
    for sql in [
        "UPDATE entry SET header = x'7b7d'",
        "UPDATE entry SET signature = zeroblob(64)",
        "DELETE FROM entry",
        "UPDATE body SET body = x'7b7d'",
        "UPDATE body SET salt = zeroblob(16)",
        "DELETE FROM body",
        "INSERT OR REPLACE INTO entry SELECT device, n, zeroblob(32), prev, hlc, doc, kind, header, signature FROM entry",
        "INSERT OR REPLACE INTO entry SELECT device, n + 1, id, prev, hlc, doc, kind, header, signature FROM entry",
        "INSERT OR REPLACE INTO body SELECT entry, salt, x'7b7d' FROM body",
    ] {
        let refused = desk.store.conn().execute(sql, []);
        assert!(refused.is_err(), "{sql}");
    }
    desk.store.read().check_chain(DEVICE).unwrap();
}

#[test]
fn an_erased_body_leaves_header_and_chain() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("Erased Person"));
    desk.append(Some(uuid(1)), &Event::Printed { by: uuid(9) }).unwrap();
    let first = desk.store.read().entries_of(uuid(1)).unwrap().remove(0);
    desk.store.transact(|tx| tx.erase_body(first.id)).unwrap();
    let entries = desk.store.read().entries_of(uuid(1)).unwrap();
    assert_eq!(entries[0].body, None);
    assert_eq!(entries[0].event().unwrap(), ReadEvent::Erased);
    assert_eq!(entries[0].header_bytes, first.header_bytes);
    desk.store.read().check_chain(DEVICE).unwrap();
    assert!(desk.store.read().search("Erased", 5).unwrap().is_empty(), "its words are gone too");
    assert!(desk.store.conn().execute("DELETE FROM body", []).is_err(), "the guard is gone again");
}

#[test]
fn a_clock_set_back_a_year_keeps_the_order() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    desk.wall_ms.set(desk.wall_ms.get() - 365 * 86_400_000);
    desk.append(Some(uuid(1)), &Event::Printed { by: uuid(9) }).unwrap();
    desk.wall_ms.set(i64::MAX / 2);
    desk.append(Some(uuid(1)), &Event::Exported { by: uuid(9) }).unwrap();
    let kinds: Vec<_> =
        desk.store.read().entries_of(uuid(1)).unwrap().into_iter().map(|e| e.header.kind).collect();
    assert_eq!(kinds, ["created", "printed", "exported"]);
}

/// Would turn red if an event of a later program were dropped, or the document could still be signed over it.
#[test]
fn unknown_events_are_kept_and_critical_ones_lock_the_document() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    let note = foreign(Said { doc: Some(uuid(1)), body: "{\"like\":\"roses\"}", ..Said::default() });
    keep(&mut desk, &note).unwrap();
    assert!(!desk.store.read().document(uuid(1)).unwrap().unwrap().read_only);
    let lock = foreign(Said {
        n: 2,
        prev: note.id,
        hlc: 6,
        kind: "notarised",
        critical: true,
        doc: Some(uuid(1)),
        ..Said::default()
    });
    keep(&mut desk, &lock).unwrap();
    assert!(desk.store.read().document(uuid(1)).unwrap().unwrap().read_only);
    assert!(desk.store.read().document_state(uuid(1)).unwrap().unwrap().may(&Move::Edit).is_err());
    assert_eq!(desk.store.read().entries_after("office", 0, 9).unwrap(), [note, lock]);
}

#[test]
fn a_fork_is_seen_and_a_repeat_is_not_one() {
    let mut desk = Desk::new();
    let first = foreign(Said::default());
    keep(&mut desk, &first).unwrap();
    keep(&mut desk, &first).unwrap();
    let other = foreign(Said { hlc: 6, ..Said::default() });
    assert!(matches!(keep(&mut desk, &other), Err(StoreError::Forked { n: 1, .. })));
    let loose = foreign(Said { n: 2, prev: Digest::of(b"elsewhere"), hlc: 7, ..Said::default() });
    assert!(matches!(keep(&mut desk, &loose), Err(StoreError::BadEntry { n: 2, .. })));
    let forged =
        Entry::from_bytes(first.header_bytes, [1; 64], Some(Body { salt: [3; 16], bytes: b"{ }".to_vec() }));
    assert!(matches!(forged, Err(StoreError::BadEntry { .. })));
}

#[test]
fn what_is_too_large_is_refused_and_nothing_is_written() {
    let mut desk = Desk::new();
    let mut big = content("a");
    big.remark = "x".repeat(70_000);
    let event = Event::Created { content: Box::new(big), origin: None, by: uuid(9) };
    assert!(
        matches!(desk.append(Some(uuid(1)), &event), Err(StoreError::BodyTooLarge { size }) if size > 70_000)
    );
    assert_eq!(desk.store.read().last_position(DEVICE).unwrap(), None);
}

#[test]
fn the_latest_place_wins_whatever_comes_first() {
    let mut desk = Desk::new();
    let person = |name: &str| Person {
        id: uuid(5),
        name: name.into(),
        language: fieldseal_domain::Language::Ro,
        left: false,
    };
    desk.append(None, &Event::PersonSaved(person("Own, later"))).unwrap();
    let body = serde_json::to_string(&person("Office, earlier")).unwrap();
    keep(&mut desk, &foreign(Said { kind: "person_saved", body: &body, ..Said::default() })).unwrap();
    assert_eq!(desk.store.read().person(uuid(5)).unwrap().unwrap().name, "Own, later");
}

#[test]
fn acknowledged_events_are_no_longer_on_this_tablet_only() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    desk.create(uuid(2), content("b"));
    let local = |desk: &Desk, n| {
        desk.store.read().document(uuid(n)).unwrap().unwrap().sync == crate::SyncState::Local
    };
    assert_eq!(
        (local(&desk, 1), local(&desk, 2), desk.store.read().unacked_events().unwrap()),
        (true, true, 2)
    );
    desk.store.transact(|tx| tx.set_acked(DEVICE, 1)).unwrap();
    assert_eq!(
        (local(&desk, 1), local(&desk, 2), desk.store.read().unacked_events().unwrap()),
        (false, true, 1)
    );
    desk.store.transact(|tx| tx.set_acked(DEVICE, 0)).unwrap();
    assert!(local(&desk, 1), "a server restored from a backup needs it again");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Would turn red if a number were skipped or taken twice, or an entry did not name the one before it.
    #[test]
    fn any_acts_give_one_chain(acts in proptest::collection::vec((0u64..4, any::<bool>()), 1..30)) {
        let mut desk = Desk::new();
        for (doc, back) in &acts {
            if *back { desk.wall_ms.set(desk.wall_ms.get() - 60_000) }
            desk.append(Some(uuid(*doc)), &Event::Printed { by: uuid(9) }).unwrap();
        }
        let entries = desk.store.read().entries_after(DEVICE, 0, 100).unwrap();
        prop_assert_eq!(entries.len(), acts.len());
        let mut prev = Digest::default();
        for (n, entry) in entries.iter().enumerate() {
            prop_assert_eq!(entry.header.n, n as u64 + 1);
            prop_assert_eq!(entry.header.prev, prev);
            prop_assert_eq!(&entry.signature[..32], &entry.id.0[..]);
            prev = entry.id;
        }
        desk.store.read().check_chain(DEVICE).unwrap();
        let all: Vec<_> = desk.store.read().all_entries().map(|entry| entry.unwrap().header.n).collect();
        prop_assert_eq!(all, (1..=acts.len() as u64).collect::<Vec<_>>(), "own order is the order of the fold");
    }
}
