//! Opening the one database file: the lock beside it, the key, the checks, the migrations.

use crate::{
    error::{Result, StoreError},
    key::DatabaseKey,
    project, register,
    store::{Store, Tx},
};
use refinery::Runner;
use rusqlite::{Connection, OpenFlags, OptionalExtension, backup::Backup};
use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

mod embedded {
    #![allow(missing_docs, clippy::unwrap_used, reason = "written by the macro")]
    refinery::embed_migrations!("../../migrations/device");
}

/// Whether a database must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// First run: made if it is not there, opened if an earlier first run made it.
    Create,
    /// It must be there: a file that vanished or is empty is an error, never a fresh start.
    Existing,
}

/// Bytes of a page; SQLCipher's default.
const PAGE: u64 = 4096;

impl Store {
    /// Opens the database at `path` with its raw key, brings it up to date and holds it until dropped.
    ///
    /// Before an existing database is migrated, a copy of it is made beside it (`<name>.before-v<known>`).
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Missing`], [`StoreError::WrongKeyOrDamaged`], [`StoreError::Truncated`],
    /// [`StoreError::Damaged`], [`StoreError::NewerVersion`], [`StoreError::DiskFull`], or what the system says.
    pub fn open(path: &Path, key: DatabaseKey, mode: OpenMode) -> Result<Self> {
        let mut store = open_with(path, key, mode, shipped_migrations())?;
        store.transact(rebuild_if_asked)?;
        store.transact(register::fill)?;
        Ok(store)
    }
}

/// Every migration this program knows.
pub(crate) fn shipped_migrations() -> Runner {
    embedded::migrations::runner()
}

/// [`Store::open`] with other migrations: an older program, for a test.
pub(crate) fn open_with(path: &Path, key: DatabaseKey, mode: OpenMode, runner: Runner) -> Result<Store> {
    expect_file(path, mode)?;
    let lock = lock(path)?;
    match open_locked(path, &key, mode, runner) {
        Ok(conn) => Ok(Store::new(conn, path.to_owned(), key, lock)),
        Err(error) => Err(classify(path, error)),
    }
}

fn open_locked(path: &Path, key: &DatabaseKey, mode: OpenMode, runner: Runner) -> Result<Connection> {
    let mut conn = connect(path, key, mode)?;
    // The first read decides whether the key fits and the first page is whole.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    let found = version(&conn)?;
    let known = known_version(&runner);
    if found > known {
        return Err(StoreError::NewerVersion { found, known });
    }
    if found == 0 && mode == OpenMode::Existing {
        return Err(StoreError::Damaged { detail: "the database has no tables".to_owned() });
    }
    expect_all_pages(path, &conn)?;
    settings(&conn)?;
    if found > 0 && found < known {
        copy_to(&conn, key, &beside(path, &format!(".before-v{known}")))?;
    }
    if found < known {
        // One transaction for all: a kill in the middle leaves the old version.
        runner.set_grouped(true).run(&mut conn)?;
    }
    Ok(conn)
}

/// A migration that made new projections asks, by `user_version`, for the journal to be folded into them. The mark
/// goes in the same transaction: a kill in between only repeats the work.
fn rebuild_if_asked(tx: &Tx<'_>) -> Result<()> {
    let asked: i64 = tx.conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if asked != 0 {
        project::rebuild(tx)?;
        tx.conn.execute_batch("PRAGMA user_version = 0")?;
    }
    Ok(())
}

/// A file that lost its end opens as long as nobody reads there. Without a write-ahead log it must have all its pages.
fn expect_all_pages(path: &Path, conn: &Connection) -> Result<()> {
    if fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Ok(());
    }
    let pages: u32 = conn.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let bytes = fs::metadata(path)?.len();
    if bytes < u64::from(pages) * PAGE { Err(StoreError::Truncated { bytes }) } else { Ok(()) }
}

fn expect_file(path: &Path, mode: OpenMode) -> Result<()> {
    match (fs::metadata(path), mode) {
        (Ok(file), OpenMode::Existing) if file.len() == 0 => Err(StoreError::Truncated { bytes: 0 }),
        (Ok(_), OpenMode::Existing | OpenMode::Create) => Ok(()),
        (Err(error), OpenMode::Create) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        (Err(error), OpenMode::Existing) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(StoreError::Missing(path.to_owned()))
        }
        (Err(error), OpenMode::Existing | OpenMode::Create) => Err(error.into()),
    }
}

/// `path` with something appended to its file name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The operating system drops this lock when the process ends, however it ends.
fn lock(path: &Path) -> Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(beside(path, ".lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

pub(crate) fn connect(path: &Path, key: &DatabaseKey, mode: OpenMode) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if mode == OpenMode::Create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = Connection::open_with_flags(path, flags)?;
    // SQLCipher writes its own complaints to stderr; ours are in StoreError.
    conn.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    conn.execute_batch(&key.pragma())?;
    Ok(conn)
}

/// FULL: a signature must survive a power cut. Temporary tables in memory: nothing readable lies outside the file.
fn settings(conn: &Connection) -> Result<()> {
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;",
    )?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn version(conn: &Connection) -> Result<u32> {
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'refinery_schema_history'";
    if conn.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(conn.query_row(newest, [], |row| row.get(0))?)
}

pub(crate) fn known_version(runner: &Runner) -> u32 {
    let versions =
        runner.get_migrations().iter().filter_map(|migration| u32::try_from(migration.version()).ok());
    versions.max().unwrap_or(0)
}

/// SQLite calls a file that ends in the middle of a page "no database" or "malformed"; a person needs to know which.
fn classify(path: &Path, error: StoreError) -> StoreError {
    if !matches!(error, StoreError::WrongKeyOrDamaged | StoreError::Damaged { .. }) {
        return error;
    }
    match fs::metadata(path) {
        Ok(file) if file.len() % PAGE != 0 => StoreError::Truncated { bytes: file.len() },
        Ok(_) | Err(_) => error,
    }
}

/// A copy under the same key by SQLite's backup interface, complete or not there at all.
pub(crate) fn copy_to(conn: &Connection, key: &DatabaseKey, target: &Path) -> Result<()> {
    let part = beside(target, ".part");
    remove_if_there(&part)?;
    match copy_pages(conn, key, &part) {
        Ok(()) => Ok(fs::rename(&part, target)?),
        Err(error) => {
            remove_if_there(&part)?;
            Err(error)
        }
    }
}

fn copy_pages(conn: &Connection, key: &DatabaseKey, part: &Path) -> Result<()> {
    let mut copy = connect(part, key, OpenMode::Create)?;
    Backup::new(conn, &mut copy)?.run_to_completion(1024, Duration::ZERO, None)?;
    copy.close().map_err(|(_, error)| error)?;
    File::options().write(true).open(part)?.sync_all()?;
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}
