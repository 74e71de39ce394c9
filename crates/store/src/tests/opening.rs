//! Opened twice, with another key, truncated, from a newer version, from an older one.

use super::desk::{Desk, content, key, uuid};
use crate::{DatabaseKey, OpenMode, Store, StoreError, open};
use std::fs;

fn reopen(desk: Desk) -> (tempfile::TempDir, Result<Store, StoreError>) {
    let path = desk.path();
    let Desk { dir, store, .. } = desk;
    drop(store);
    (dir, Store::open(&path, key(), OpenMode::Existing))
}

fn filled() -> Desk {
    let mut desk = Desk::new();
    for n in 0..20 {
        desk.create(uuid(n), content("Brutăria Spicul"));
    }
    desk
}

/// Would turn red if a second window could write into the same journal.
#[test]
fn opened_twice_is_refused_and_free_again_once_closed() {
    let desk = filled();
    assert!(matches!(Store::open(&desk.path(), key(), OpenMode::Existing), Err(StoreError::InUse)));
    assert!(desk.store.read().document(uuid(3)).unwrap().is_some(), "the first one goes on");
    let (_dir, store) = reopen(desk);
    assert!(store.unwrap().read().document(uuid(3)).unwrap().is_some());
}

#[test]
fn another_key_is_told_from_a_missing_file() {
    let desk = filled();
    let path = desk.path();
    let Desk { dir: _dir, store, .. } = desk;
    drop(store);
    let wrong = Store::open(&path, DatabaseKey::new([8; 32]), OpenMode::Existing);
    assert!(matches!(wrong, Err(StoreError::WrongKeyOrDamaged)), "{wrong:?}");
    assert!(Store::open(&path, key(), OpenMode::Existing).is_ok(), "the attempt did no harm");
    let missing = Store::open(&path.with_file_name("other.db"), key(), OpenMode::Existing);
    assert!(matches!(missing, Err(StoreError::Missing(_))), "{missing:?}");
    assert!(!path.with_file_name("other.db").exists(), "a vanished database is no first run");
}

/// Would turn red if an emptied database were silently filled with new tables.
#[test]
fn a_database_without_tables_is_no_first_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fieldseal.db");
    let conn = open::connect(&path, &key(), OpenMode::Create).unwrap();
    conn.execute_batch("CREATE TABLE other (x)").unwrap();
    drop(conn);
    let opened = Store::open(&path, key(), OpenMode::Existing);
    assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{opened:?}");
}

/// Would turn red if a file cut off by a failing disk were taken for a new one.
#[test]
fn a_truncated_file_is_named_and_left_as_it_is() {
    for keep in [0, 100, 4096 * 3 + 17, 4096 * 3] {
        let desk = filled();
        let path = desk.path();
        let Desk { dir: _dir, store, .. } = desk;
        drop(store);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_len(keep).unwrap();
        drop(file);
        let opened = Store::open(&path, key(), OpenMode::Existing);
        let good = match &opened {
            Err(StoreError::Truncated { bytes }) => *bytes == keep && keep % 4096 != 0 || keep == 0,
            Err(StoreError::Damaged { .. }) => keep % 4096 == 0,
            _ => false,
        };
        assert!(good, "{keep} bytes: {opened:?}");
        assert_eq!(fs::metadata(&path).unwrap().len(), keep, "nothing was written over it");
    }
}

#[test]
fn flipped_bits_are_found() {
    let desk = filled();
    let path = desk.path();
    let Desk { dir: _dir, store, .. } = desk;
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let found = Store::open(&path, key(), OpenMode::Existing).and_then(|store| store.integrity());
    assert!(matches!(found, Err(StoreError::Damaged { .. })), "{found:?}");
}

fn newest() -> u32 {
    open::known_version(&open::shipped_migrations())
}

#[test]
fn a_newer_version_is_left_alone() {
    let desk = filled();
    let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
               VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')";
    desk.store.conn().execute(sql, []).unwrap();
    let (_dir, store) = reopen(desk);
    assert!(
        matches!(store, Err(StoreError::NewerVersion { found: 99, known }) if known == newest()),
        "{store:?}"
    );
}

/// Would turn red if a migration could lose what an older program wrote, or left no copy of it.
#[test]
fn an_older_version_is_brought_up_to_date_and_a_copy_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fieldseal.db");
    let older = open::shipped_migrations().set_target(refinery::Target::Version(4));
    let mut store = open::open_with(&path, key(), OpenMode::Create, older).unwrap();
    store.transact(|tx| tx.put_setting("language", &"ro")).unwrap();
    drop(store);
    let store = Store::open(&path, key(), OpenMode::Existing).unwrap();
    assert_eq!(store.read().setting::<String>("language").unwrap().as_deref(), Some("ro"));
    assert!(store.read().search("x", 1).is_ok(), "the newest table is there");
    let copy = dir.path().join(format!("fieldseal.db.before-v{}", newest()));
    let copied = Store::open(&copy, key(), OpenMode::Existing).unwrap();
    assert_eq!(copied.read().setting::<String>("language").unwrap().as_deref(), Some("ro"));
}

#[test]
fn nothing_readable_lies_in_the_files() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("Spicul de Probă unmistakable"));
    let mut seen = 0;
    for file in fs::read_dir(desk.dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        seen += bytes.len();
        assert!(!bytes.windows(12).any(|window| window == b"unmistakable" || window == b"SQLite forma"));
    }
    assert!(seen > 4096, "the write-ahead file was looked at too");
}

#[test]
fn it_is_durable_by_its_settings() {
    let desk = Desk::new();
    let ask = |pragma: &str| {
        desk.store.conn().query_row(pragma, [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap()
    };
    assert_eq!(ask("PRAGMA journal_mode"), "wal".to_owned().into());
    assert_eq!(ask("PRAGMA synchronous"), 2.into());
    assert_eq!(ask("PRAGMA foreign_keys"), 1.into());
    assert_eq!(ask("PRAGMA recursive_triggers"), 1.into());
}

#[test]
fn a_backup_is_a_whole_database_and_a_store_can_be_sent_to_a_thread() {
    let desk = filled();
    let target = desk.dir.path().join("backup.db");
    desk.store.backup_to(&target).unwrap();
    let copy = Store::open(&target, key(), OpenMode::Existing).unwrap();
    copy.integrity().unwrap();
    let row = std::thread::spawn(move || copy.read().document(uuid(7)).unwrap()).join().unwrap();
    assert_eq!(row, desk.store.read().document(uuid(7)).unwrap());
}
