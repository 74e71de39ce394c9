//! Working copies and what only this tablet knows: all of it survives a restart.

use super::desk::{Desk, content, key, uuid};
use crate::{HandOverRow, InkDraft, OpenMode, Pin, PinLock, Store, StoreError};
use fieldseal_domain::{
    Language,
    acceptance::{Method, Signer},
    ink::Ink,
};

fn ink(strokes: Vec<Vec<i32>>) -> Ink {
    Ink { v: 1, w: 60_000, h: 20_000, strokes }
}

fn hand_over() -> HandOverRow {
    HandOverRow {
        doc: uuid(1),
        slot: "customer".into(),
        language: Language::Fr,
        given_by: uuid(9),
        started: "2026-09-21T10:00:00+02:00".into(),
        pages_seen: vec![1, 2],
        as_text: true,
        signer: Signer { name: "Bénédicte".into(), role: "gérante".into(), on_behalf_of: String::new() },
        remark: "Réserve".into(),
    }
}

/// Would turn red if a killed app came back without the customer's screen, a stroke, a keystroke or a delay.
#[test]
fn everything_is_there_after_a_restart() {
    let mut desk = Desk::new();
    let pin = Pin { hash: "$argon2id$x".into(), lock: PinLock::default() };
    let lock = PinLock { wrong_tries: 4, delay_ms: 30_000, boot: "b1".into(), mono_ms: 77 };
    desk.store
        .transact(|tx| {
            tx.save_draft(uuid(1), &content("draft"), "10:00")?;
            tx.put_hand_over(&hand_over())?;
            tx.put_ink(
                uuid(1),
                "customer",
                &InkDraft { method: Method::Drawn, pointer: None, ink: ink(vec![]) },
            )?;
            tx.add_stroke(uuid(1), "customer", &[1, 2, 3, 4])?;
            tx.add_stroke(uuid(1), "customer", &[5, 6])?;
            tx.put_pin(uuid(9), &pin)?;
            tx.put_pin_lock(uuid(9), &lock)?;
            tx.put_own_ink(uuid(9), &ink(vec![vec![1, 1]]))?;
            tx.put_secret(uuid(1), "unlock_code", "4711")?;
            tx.put_setting("theme", &"dark")
        })
        .unwrap();
    let path = desk.path();
    let Desk { dir: _dir, store, .. } = desk;
    drop(store);

    let store = Store::open(&path, key(), OpenMode::Existing).unwrap();
    let read = store.read();
    assert_eq!(read.draft(uuid(1)).unwrap().unwrap().content, content("draft"));
    assert_eq!(read.drafted().unwrap(), [uuid(1)]);
    assert_eq!(read.hand_over().unwrap(), Some(hand_over()));
    assert_eq!(
        read.ink_draft(uuid(1), "customer").unwrap().unwrap().ink,
        ink(vec![vec![1, 2, 3, 4], vec![5, 6]])
    );
    assert_eq!(read.pin(uuid(9)).unwrap(), Some(Pin { lock, ..pin }));
    assert_eq!(read.own_ink(uuid(9)).unwrap(), Some(ink(vec![vec![1, 1]])));
    assert_eq!(read.secrets(uuid(1)).unwrap()["unlock_code"], "4711");
    assert_eq!(read.setting::<String>("theme").unwrap().as_deref(), Some("dark"));
    assert_eq!(read.setting::<String>("never").unwrap(), None);
}

#[test]
fn strokes_can_be_taken_back_and_cleared() {
    let mut desk = Desk::new();
    let (doc, slot) = (uuid(1), "customer");
    assert!(matches!(
        desk.store.transact(|tx| tx.add_stroke(doc, slot, &[1, 2])),
        Err(StoreError::NoInkDraft)
    ));
    let begun = InkDraft { method: Method::Drawn, pointer: None, ink: ink(vec![vec![1, 2], vec![3, 4]]) };
    desk.store.transact(|tx| tx.put_ink(doc, slot, &begun)).unwrap();
    desk.store.transact(|tx| tx.undo_stroke(doc, slot)).unwrap();
    desk.store.transact(|tx| tx.add_stroke(doc, slot, &[7, 8])).unwrap();
    assert_eq!(desk.store.read().ink_draft(doc, slot).unwrap().unwrap().ink.strokes, [[1, 2], [7, 8]]);
    assert_eq!(desk.store.read().ink_draft(doc, "witness").unwrap(), None, "each slot has its own");
    desk.store.transact(|tx| tx.delete_all_ink(doc)).unwrap();
    assert_eq!(desk.store.read().ink_draft(doc, slot).unwrap(), None);
}

#[test]
fn a_hand_over_is_one_and_ends() {
    let mut desk = Desk::new();
    desk.store.transact(|tx| tx.put_hand_over(&hand_over())).unwrap();
    let other = HandOverRow { doc: uuid(2), ..hand_over() };
    desk.store.transact(|tx| tx.put_hand_over(&other)).unwrap();
    assert_eq!(desk.store.read().hand_over().unwrap(), Some(other));
    desk.store.transact(|tx| tx.end_hand_over()).unwrap();
    assert_eq!(desk.store.read().hand_over().unwrap(), None);
}

#[test]
fn an_empty_secret_is_none() {
    let mut desk = Desk::new();
    desk.store.transact(|tx| tx.put_secret(uuid(1), "unlock_code", "1")).unwrap();
    desk.store.transact(|tx| tx.put_secret(uuid(1), "unlock_code", "")).unwrap();
    assert!(desk.store.read().secrets(uuid(1)).unwrap().is_empty());
}
