//! Opening the database: lock, settings, migrations.

use super::error::StoreError;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use std::{
    fs::{File, TryLockError},
    path::Path,
};

mod embedded {
    #![allow(missing_docs, clippy::unwrap_used, reason = "written by the macro")]
    refinery::embed_migrations!("../../migrations/server");
}

/// Name of the database in the data folder.
pub const DATABASE: &str = "server.db";

/// The operating system drops this lock when the process ends, however it ends.
pub(super) fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("server.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Opens for writing and brings it up to date.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    migrate(&mut conn)?;
    Ok(conn)
}

/// Opens for reading.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch("PRAGMA query_only = ON")?;
    Ok(conn)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // FULL: what was acknowledged survives a power cut. It costs once per group of jobs.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;
         PRAGMA wal_autocheckpoint = 4000;",
    )?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let runner = embedded::migrations::runner();
    let known = runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or(0);
    let found = version(conn)?;
    if found > known {
        return Err(StoreError::NewerVersion { found, known });
    }
    if found < known {
        runner.set_grouped(true).run(conn).map_err(Box::new)?;
    }
    Ok(())
}

fn version(conn: &Connection) -> Result<i32, StoreError> {
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'refinery_schema_history'";
    if conn.query_row(table, [], |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(conn.query_row(newest, [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Would turn red if a mirror that read rows by their heads missed what an older server had folded.
    #[test]
    fn changes_begin_above_every_head_of_before() {
        let mut conn = Connection::open_in_memory().unwrap();
        let before = refinery::Target::Version(7);
        embedded::migrations::runner().set_target(before).run(&mut conn).unwrap();
        conn.execute_batch(
            "INSERT INTO server (id, server_id, org, log_epoch, size) VALUES (1, 's', 'o', 'e', 900);
             INSERT INTO subject (id, kind, head) VALUES (zeroblob(16), 'document', 7), (randomblob(16), 'job', 8);
             INSERT INTO register (document, head, row) VALUES (zeroblob(16), 7, '{}'), (randomblob(16), 899, '{}');",
        )
        .unwrap();
        migrate(&mut conn).unwrap();
        let changes: Vec<(i64, i64)> = conn
            .prepare("SELECT head, change FROM register ORDER BY change")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        assert_eq!(changes, [(7, 901), (899, 902)]);
        let marked: i64 = conn.query_row("SELECT count(*) FROM dirty", [], |row| row.get(0)).unwrap();
        assert_eq!(marked, 1, "documents are folded once more, nothing else");
    }
}
