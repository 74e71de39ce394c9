//! Blobs: the same bytes come out, once each, and sealed ones can never be changed.

use super::desk::Desk;
use crate::{BLOB_CHUNK, BlobSort, StoreError};
use fieldseal_domain::Digest;
use proptest::prelude::*;
use std::io::Read;

fn put(desk: &mut Desk, sort: BlobSort, bytes: &[u8]) -> Digest {
    desk.store.transact(|tx| tx.put_blob(sort, "application/pdf", bytes)).unwrap()
}

/// Would turn red if a piece were lost, doubled or put in the wrong place at any size around a piece's end.
#[test]
fn what_goes_in_comes_out_at_every_size_around_a_piece() {
    let mut desk = Desk::new();
    for size in [0, 1, BLOB_CHUNK - 1, BLOB_CHUNK, BLOB_CHUNK + 1, 3 * BLOB_CHUNK + 5] {
        let bytes: Vec<u8> = (0..size).map(|i| (i * 7 + size) as u8).collect();
        let digest = put(&mut desk, BlobSort::Sealed, &bytes);
        assert_eq!(desk.store.read().blob(digest).unwrap().unwrap(), bytes);
        let mut streamed = Vec::new();
        desk.store.read().blob_reader(digest).unwrap().read_to_end(&mut streamed).unwrap();
        assert_eq!(streamed, bytes);
        assert_eq!(desk.store.read().blob_info(digest).unwrap().unwrap().size, size as u64);
    }
}

#[test]
fn the_same_content_is_stored_once() {
    let mut desk = Desk::new();
    let first = put(&mut desk, BlobSort::Picture, b"same");
    assert_eq!(put(&mut desk, BlobSort::Picture, b"same"), first);
    let count = |table: &str| -> i64 {
        desk.store.conn().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("blob"), count("chunk")), (1, 1));
}

/// Would turn red if any statement could change, replace, lengthen or delete a sealed file.
#[test]
fn sealed_files_refuse_every_change() {
    let mut desk = Desk::new();
    put(&mut desk, BlobSort::Sealed, b"sealed");
    // Without recursive triggers a replacement deletes silently: the trigger on INSERT must refuse it alone.
    desk.store.conn().execute_batch("PRAGMA recursive_triggers = OFF").unwrap();
    for sql in [
        "UPDATE chunk SET bytes = x'00'",
        "UPDATE chunk SET position = 1",
        "UPDATE blob SET sort = 'picture'",
        "UPDATE blob SET sha256 = zeroblob(32)",
        "DELETE FROM chunk",
        "DELETE FROM blob",
        "INSERT INTO chunk (blob, position, bytes) SELECT id, 1, x'00' FROM blob",
        "INSERT OR REPLACE INTO chunk (blob, position, bytes) SELECT id, 0, x'00' FROM blob",
        "INSERT OR REPLACE INTO blob (id, sha256, sort, size) SELECT id, sha256, 'picture', 0 FROM blob",
    ] {
        assert!(desk.store.conn().execute(sql, []).is_err(), "{sql}");
    }
    assert_eq!(desk.store.read().blob(Digest::of(b"sealed")).unwrap().unwrap(), b"sealed");
}

#[test]
fn a_picture_can_be_deleted_unless_a_file_has_the_same_bytes() {
    let mut desk = Desk::new();
    let digest = put(&mut desk, BlobSort::Picture, b"photo");
    desk.store.transact(|tx| tx.delete_picture(digest)).unwrap();
    assert_eq!(desk.store.read().blob(digest).unwrap(), None);
    put(&mut desk, BlobSort::Picture, b"photo");
    put(&mut desk, BlobSort::Frozen, b"photo");
    assert!(desk.store.transact(|tx| tx.delete_picture(digest)).is_err());
    assert!(matches!(desk.store.read_back(Digest::of(b"never stored")), Err(StoreError::ReadBack(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let mut desk = Desk::new();
        let digest = put(&mut desk, BlobSort::Picture, &bytes);
        prop_assert_eq!(desk.store.read().blob(digest).unwrap().unwrap(), bytes);
    }
}
