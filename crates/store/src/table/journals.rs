//! What is known of journals: which are ours, and how far the office has acknowledged them.

use crate::{
    column::Count,
    error::Result,
    store::{Read, Tx},
    table::documents,
};
use rusqlite::{OptionalExtension, params};

impl Read<'_> {
    /// How far the office has acknowledged a journal; 0 is "nothing".
    ///
    /// # Errors
    /// What the database says.
    pub fn acked(&self, device: &str) -> Result<u64> {
        let mut statement = self.conn.prepare_cached("SELECT acked FROM journal WHERE device = ?1")?;
        Ok(statement.query_row([device], |row| row.get::<_, Count>(0)).optional()?.map_or(0, |count| count.0))
    }

    /// Own events that are on this tablet only.
    ///
    /// # Errors
    /// What the database says.
    pub fn unacked_events(&self) -> Result<u64> {
        let sql = "SELECT coalesce(sum((SELECT count(*) FROM entry WHERE entry.device = journal.device AND n > acked)), 0)
                   FROM journal WHERE own = 1";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, Count>(0))?.0)
    }
}

impl Tx<'_> {
    /// The office has everything of this journal up to `n`. It may be less than before: a server restored from a
    /// backup has lost some, and gets it again.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_acked(&self, device: &str, n: u64) -> Result<()> {
        let before = self.acked(device)?;
        let sql = "UPDATE journal SET acked = ?2 WHERE device = ?1";
        self.conn.prepare_cached(sql)?.execute(params![device, Count(n)])?;
        documents::recount_unacked(self, device, before.min(n), before.max(n))
    }
}
