//! From draft to closed file: numbers without holes, and nothing frozen or sealed that does not fit together.

use super::desk::{Desk, content, frozen, uuid};
use crate::{BlobSort, InkDraft, Shelf, StoreError};
use fieldseal_domain::{
    Digest, FileHash,
    acceptance::{Method, Outcome},
    content::Content,
    event::{Change, Event},
    fold::{self, Status},
    ink::{Ink, PointerKind},
};

const FIRST: &str = "FS-2026-RO1-00001";
const SECOND: &str = "FS-2026-RO1-00002";

fn save_point(old: &Content, new: &Content) -> Event {
    let changes = fold::diff(old, new).unwrap();
    let changes = changes.into_iter().map(|(at, value)| (at, Change { value, parent: None })).collect();
    Event::FieldsChanged { changes, by: uuid(99) }
}

fn status(desk: &Desk, n: u64) -> Status {
    desk.store.read().document(uuid(n)).unwrap().unwrap().status
}

fn ink_draft() -> InkDraft {
    let ink = Ink { v: 1, w: 60_000, h: 20_000, strokes: vec![vec![1, 2, 3, 4]] };
    InkDraft { method: Method::Drawn, pointer: Some(PointerKind::Pen), ink }
}

#[test]
fn a_whole_visit() {
    let mut desk = Desk::new();
    let doc = uuid(1);
    let (old, new) = (content("Spicul"), content("Spicul de Probă"));
    desk.create(doc, old.clone());
    let version = desk.store.transact(|tx| tx.save_draft(doc, &new, "10:00")).unwrap();
    let shown = b"%PDF shown".to_vec();
    let event = Event::Frozen(Box::new(frozen(FIRST, 0, &shown)));
    desk.freeze_with(doc, version, vec![save_point(&old, &new), event], &shown).unwrap();
    assert_eq!(desk.store.read().draft(doc).unwrap(), None, "the journal has it");

    desk.store.transact(|tx| tx.put_ink(doc, "customer", &ink_draft())).unwrap();
    let signed = [&shown[..], b" customer"].concat();
    let event = desk.signed(doc, "customer", false, &signed);
    desk.seal(doc, "customer", vec![event], &signed).unwrap();
    assert_eq!(desk.store.read().ink_draft(doc, "customer").unwrap(), None);
    assert_eq!(status(&desk, 1), Status::PartiallySigned);

    let closed = [&signed[..], b" technician"].concat();
    let events = vec![
        desk.signed(doc, "technician", true, &closed),
        Event::Closed { outcome: Outcome::Signed, sealed: FileHash::of(&closed), by: uuid(99) },
    ];
    desk.seal(doc, "technician", events, &closed).unwrap();
    let row = desk.store.read().document(doc).unwrap().unwrap();
    assert_eq!((row.status, row.number.as_deref(), row.next_slot), (Status::Signed, Some(FIRST), None));
    assert_eq!(row.customer_name, "Spicul de Probă");
    assert_eq!(row.file, Some(FileHash::of(&closed)));
    assert_eq!(Shelf::of(row.status), Shelf::Signed);
    let info = desk.store.read().blob_info(Digest::of(&closed)).unwrap().unwrap();
    assert_eq!(info.sort, BlobSort::Sealed);
    for stored in [shown, signed] {
        assert!(desk.store.read().blob(Digest::of(&stored)).unwrap().is_some(), "every version stays");
    }
}

/// Would turn red if a keystroke between rendering and freezing could be lost.
#[test]
fn a_draft_changed_meanwhile_is_not_frozen() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    let version = desk.store.transact(|tx| tx.save_draft(uuid(1), &content("a"), "")).unwrap();
    desk.store.transact(|tx| tx.save_draft(uuid(1), &content("a"), "")).unwrap();
    let refused = desk.freeze(uuid(1), version, frozen(FIRST, 0, b"x"), b"x");
    assert!(matches!(refused, Err(StoreError::DraftChanged { expected: 1, found: 2 })), "{refused:?}");
    assert!(matches!(
        desk.freeze(uuid(1), 0, frozen(FIRST, 0, b"x"), b"x"),
        Err(StoreError::DraftChanged { .. })
    ));
    assert_eq!(status(&desk, 1), Status::Draft);
}

#[test]
fn a_draft_that_no_event_speaks_of_is_not_thrown_away() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    let version = desk.store.transact(|tx| tx.save_draft(uuid(1), &content("b"), "")).unwrap();
    let refused = desk.freeze(uuid(1), version, frozen(FIRST, 0, b"x"), b"x");
    assert!(matches!(refused, Err(StoreError::DraftNotSaved)), "{refused:?}");
    assert!(desk.store.read().draft(uuid(1)).unwrap().is_some());
}

/// Would turn red if two documents could get one number, or a refused freeze left a hole in the series.
#[test]
fn numbers_are_taken_once_and_without_holes() {
    let mut desk = Desk::new();
    for n in 1..=3 {
        desk.create(uuid(n), content("a"));
    }
    desk.freeze(uuid(1), 0, frozen(FIRST, 0, b"1"), b"1").unwrap();
    let taken = desk.freeze(uuid(2), 0, frozen(FIRST, 0, b"2"), b"2");
    let Err(StoreError::NumberTaken { next }) = taken else { panic!("{taken:?}") };
    assert_eq!(next.to_string(), SECOND);
    let skipped = desk.freeze(uuid(2), 0, frozen("FS-2026-RO1-00007", 0, b"2"), b"2");
    assert!(matches!(skipped, Err(StoreError::NumberTaken { .. })));
    let torn = desk.freeze(uuid(2), 0, frozen(SECOND, 0, b"2"), b"other bytes");
    assert!(matches!(torn, Err(StoreError::FileMismatch { .. })));
    desk.freeze(uuid(3), 0, frozen(SECOND, 0, b"3"), b"3").unwrap();
    assert_eq!(desk.store.read().next_number(&next.series).unwrap().position, 3);
    assert_eq!(desk.store.read().document_by_number(SECOND).unwrap().unwrap().id, uuid(3));
    assert!(desk.store.conn().execute("UPDATE series SET next = 1", []).is_err());
}

#[test]
fn a_document_taken_back_keeps_its_number() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    desk.freeze(uuid(1), 0, frozen(FIRST, 0, b"1"), b"1").unwrap();
    desk.append(Some(uuid(1)), &Event::TakenBack { reason: "typo".into(), by: None }).unwrap();
    let refused = desk.freeze(uuid(1), 0, frozen(SECOND, 1, b"1b"), b"1b");
    assert!(matches!(refused, Err(StoreError::NumberTaken { next }) if next.to_string() == FIRST));
    desk.freeze(uuid(1), 0, frozen(FIRST, 1, b"1b"), b"1b").unwrap();
    let row = desk.store.read().document(uuid(1)).unwrap().unwrap();
    assert_eq!((row.number.as_deref(), row.revision), (Some(FIRST), 1));
    desk.create(uuid(2), content("b"));
    desk.freeze(uuid(2), 0, frozen(SECOND, 0, b"2"), b"2").unwrap();
}

/// Would turn red if a file could be stored as the signed one that is not what the signer saw, with a signature.
#[test]
fn a_seal_that_does_not_fit_is_refused() {
    let mut desk = Desk::new();
    let doc = uuid(1);
    desk.create(doc, content("a"));
    desk.freeze(doc, 0, frozen(FIRST, 0, b"%PDF"), b"%PDF").unwrap();
    desk.store.transact(|tx| tx.put_ink(doc, "customer", &ink_draft())).unwrap();
    let good = desk.signed(doc, "customer", false, b"%PDF signed");
    let other = desk.signed(doc, "customer", false, b"another file");
    let closing = desk.signed(doc, "technician", true, b"%PDF signed");
    let mut shown_elsewhere = good.clone();
    if let Event::Signed(signed) = &mut shown_elsewhere {
        signed.acceptance.file = FileHash::of(b"what the signer saw");
    }
    let refuse = |desk: &mut Desk, slot: &str, event: &Event, pdf: &[u8]| {
        let refused = desk.seal(doc, slot, vec![event.clone()], pdf);
        assert!(matches!(refused, Err(StoreError::FileMismatch { .. } | StoreError::Move(_))), "{refused:?}");
    };
    refuse(&mut desk, "customer", &good, b"%PDF signed differently");
    refuse(&mut desk, "customer", &other, b"another file");
    refuse(&mut desk, "witness", &good, b"%PDF signed");
    refuse(&mut desk, "technician", &closing, b"%PDF signed");
    refuse(&mut desk, "customer", &shown_elsewhere, b"%PDF signed");
    assert!(desk.store.read().ink_draft(doc, "customer").unwrap().is_some(), "the drawing is still there");
    desk.seal(doc, "customer", vec![good.clone()], b"%PDF signed").unwrap();
    let twice = desk.seal(doc, "customer", vec![good], b"%PDF signed");
    assert!(matches!(twice, Err(StoreError::Move(_))), "nobody signs twice: {twice:?}");
}
