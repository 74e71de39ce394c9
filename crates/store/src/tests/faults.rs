//! A full disk, and work that fails halfway: all or nothing.

use super::desk::{Desk, content, frozen, uuid};
use crate::{BlobSort, StoreError};
use fieldseal_domain::{Digest, fold::Status};

fn fill_up(desk: &Desk) {
    let conn = desk.store.conn();
    let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    conn.query_row(&format!("PRAGMA max_page_count = {}", pages + 2), [], |_| Ok(())).unwrap();
}

/// Would turn red if a signature could be half stored, or the store unusable once there is room again.
#[test]
fn a_full_disk_while_sealing_loses_nothing() {
    let mut desk = Desk::new();
    let doc = uuid(1);
    desk.create(doc, content("Spicul"));
    let shown = b"%PDF-1.7 frozen".to_vec();
    desk.freeze(doc, 0, frozen("FS-2026-RO1-00001", 0, &shown), &shown).unwrap();
    let mut sealed = shown.clone();
    sealed.extend((0..600_000_u32).flat_map(u32::to_le_bytes));
    let signed = desk.signed(doc, "customer", false, &sealed);

    fill_up(&desk);
    let refused = desk.seal(doc, "customer", vec![signed.clone()], &sealed);
    assert!(matches!(refused, Err(StoreError::DiskFull)), "{refused:?}");
    let row = desk.store.read().document(doc).unwrap().unwrap();
    assert_eq!(row.status, Status::Ready);
    assert_eq!(desk.store.read().blob(Digest::of(&sealed)).unwrap(), None);
    desk.store.read().check_chain(super::desk::DEVICE).unwrap();

    desk.store.conn().query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(())).unwrap();
    desk.seal(doc, "customer", vec![signed], &sealed).unwrap();
    assert_eq!(desk.store.read().blob(Digest::of(&sealed)).unwrap().unwrap(), sealed);
    desk.store.integrity().unwrap();
}

/// Would turn red if an error after some writes left those writes behind.
#[test]
fn an_error_rolls_everything_back() {
    let mut desk = Desk::new();
    let failed: Result<(), StoreError> = desk.store.transact(|tx| {
        tx.put_blob(BlobSort::Picture, "image/png", b"picture")?;
        tx.save_draft(uuid(1), &content("x"), "")?;
        Err(StoreError::NoDocument(uuid(1)))
    });
    assert!(failed.is_err());
    assert_eq!(desk.store.read().draft(uuid(1)).unwrap(), None);
    assert_eq!(desk.store.read().blob_info(Digest::of(b"picture")).unwrap(), None);
}
