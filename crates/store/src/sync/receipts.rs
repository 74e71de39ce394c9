//! Receipts: the proof that an entry is in the register. They stay, also when the log began anew.

use crate::{
    column::{Hash, Id},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::Digest;
use rusqlite::params;
use uuid::Uuid;

impl Read<'_> {
    /// The receipts of an entry, one for each epoch of the register's log.
    ///
    /// # Errors
    /// What the database says.
    pub fn receipts(&self, entry: Digest) -> Result<Vec<Vec<u8>>> {
        let sql = "SELECT file FROM receipt WHERE entry = ?1 ORDER BY log_epoch";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([Hash(entry)], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The newest entry of a document that has a receipt, with that receipt.
    ///
    /// # Errors
    /// What the database says.
    pub fn receipt_of(&self, doc: Uuid) -> Result<Option<(Digest, Vec<u8>)>> {
        let sql = "SELECT e.id, r.file FROM entry e JOIN receipt r ON r.entry = e.id
                   LEFT JOIN peer p ON p.log_epoch = r.log_epoch
                   WHERE e.doc = ?1 ORDER BY p.one IS NULL, e.hlc DESC, e.n DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query_map([Id(doc)], |row| Ok((row.get::<_, Hash>(0)?.0, row.get(1)?)))?;
        Ok(rows.next().transpose()?)
    }
}

impl Tx<'_> {
    /// Keeps the receipt of an entry.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_receipt(&self, entry: Digest, log_epoch: &str, file: &[u8]) -> Result<()> {
        let sql = "INSERT INTO receipt (entry, log_epoch, file) VALUES (?1, ?2, ?3)
                   ON CONFLICT (entry, log_epoch) DO UPDATE SET file = excluded.file";
        self.conn.prepare_cached(sql)?.execute(params![Hash(entry), log_epoch, file])?;
        Ok(())
    }
}
