//! Fields marked secret: they are in no draft, no event, no file; only here (unlock codes).

use crate::{
    column::Id,
    error::Result,
    store::{Read, Tx},
};
use rusqlite::params;
use std::collections::BTreeMap;
use uuid::Uuid;

impl Read<'_> {
    /// Secret fields of a document by key.
    ///
    /// # Errors
    /// What the database says.
    pub fn secrets(&self, doc: Uuid) -> Result<BTreeMap<String, String>> {
        let mut statement =
            self.conn.prepare_cached("SELECT field, value FROM secret WHERE doc = ?1 ORDER BY field")?;
        let rows = statement.query_map([Id(doc)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Sets a secret field; an empty value deletes it.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_secret(&self, doc: Uuid, field: &str, value: &str) -> Result<()> {
        if value.is_empty() {
            self.conn
                .prepare_cached("DELETE FROM secret WHERE doc = ?1 AND field = ?2")?
                .execute(params![Id(doc), field])?;
        } else {
            let sql = "INSERT OR REPLACE INTO secret (doc, field, value) VALUES (?1, ?2, ?3)";
            self.conn.prepare_cached(sql)?.execute(params![Id(doc), field, value])?;
        }
        Ok(())
    }

    /// Deletes all secret fields of a document.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_secrets(&self, doc: Uuid) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM secret WHERE doc = ?1")?.execute([Id(doc)])?;
        Ok(())
    }
}
