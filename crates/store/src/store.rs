//! The open database, reading from it, and transactions.

use crate::{
    error::{Result, StoreError},
    freeze::Freeze,
    journal::Position,
    key::DatabaseKey,
    open, project,
    seal::Seal,
};
use fieldseal_domain::Digest;
use rusqlite::{Connection, TransactionBehavior};
use std::{
    fs::File,
    ops::Deref,
    path::{Path, PathBuf},
};

/// The open database. There is one per file on the whole machine; dropping it lets the file go.
#[derive(Debug)]
pub struct Store {
    // Order matters: the connection closes before the lock is let go.
    conn: Connection,
    path: PathBuf,
    key: DatabaseKey,
    _lock: File,
}

/// Reading. Inside [`Store::transact`] it sees what the transaction has written so far.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    pub(crate) conn: &'a Connection,
}

/// Writing, inside one transaction. It reads through [`Read`].
#[derive(Debug)]
pub struct Tx<'a> {
    read: Read<'a>,
}

impl<'a> Deref for Tx<'a> {
    type Target = Read<'a>;

    fn deref(&self) -> &Read<'a> {
        &self.read
    }
}

impl Store {
    pub(crate) fn new(conn: Connection, path: PathBuf, key: DatabaseKey, lock: File) -> Self {
        Self { conn, path, key, _lock: lock }
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reading.
    pub fn read(&self) -> Read<'_> {
        Read { conn: &self.conn }
    }

    /// All of `work`, or nothing: an error rolls everything back. When this returns `Ok`, it survives a power cut.
    ///
    /// # Errors
    /// What `work` says, or what the database says.
    pub fn transact<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let transaction =
            self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let out = work(&Tx { read: Read { conn: &transaction } })?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(out)
    }

    /// [`Tx::freeze`] in a transaction of its own, then the file is read back.
    ///
    /// # Errors
    /// As [`Tx::freeze`], and [`StoreError::ReadBack`].
    pub fn freeze(&mut self, freeze: &Freeze<'_>) -> Result<Vec<Position>> {
        let positions = self.transact(|tx| tx.freeze(freeze))?;
        self.read_back(Digest::of(freeze.pdf))?;
        Ok(positions)
    }

    /// [`Tx::seal`] in a transaction of its own, then the file is read back. Only when this returns `Ok` may anyone
    /// be told that the document is signed.
    ///
    /// # Errors
    /// As [`Tx::seal`], and [`StoreError::ReadBack`].
    pub fn seal(&mut self, seal: &Seal<'_>) -> Result<Vec<Position>> {
        let positions = self.transact(|tx| tx.seal(seal))?;
        self.read_back(Digest::of(seal.pdf))?;
        Ok(positions)
    }

    /// Reads a stored file again from the database and compares it with its digest.
    ///
    /// # Errors
    /// [`StoreError::ReadBack`] when it is not there or not the same.
    pub fn read_back(&self, sha256: Digest) -> Result<()> {
        match self.read().blob(sha256)? {
            Some(_) => Ok(()),
            None => Err(StoreError::ReadBack(sha256)),
        }
    }

    /// Empties every projection and folds the journal again.
    ///
    /// # Errors
    /// What the database says; the projections are then as they were.
    pub fn rebuild(&mut self) -> Result<()> {
        self.transact(project::rebuild)
    }

    /// A complete copy under the same key, also while the store is in use. An existing file there is replaced.
    ///
    /// # Errors
    /// What the database or the system says; then there is no file.
    pub fn backup_to(&self, target: &Path) -> Result<()> {
        open::copy_to(&self.conn, &self.key, target)
    }

    /// Reads every page and every index: whether the file is whole. Slow on a large database.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first findings.
    pub fn integrity(&self) -> Result<()> {
        let mut findings = Vec::new();
        for check in
            ["PRAGMA cipher_integrity_check", "PRAGMA integrity_check(20)", "PRAGMA foreign_key_check"]
        {
            let mut statement = self.conn.prepare(check)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let text = row.get::<_, String>(0)?;
                if text != "ok" {
                    findings.push(text);
                }
            }
        }
        if findings.is_empty() { Ok(()) } else { Err(StoreError::Damaged { detail: findings.join("; ") }) }
    }
}

#[cfg(test)]
impl Store {
    /// The bare connection, for tests that break things on purpose.
    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }
}
