//! Technicians' own drawings, kept for closing files by PIN.

use crate::{
    column::{Id, Json},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::ink::Ink;
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

impl Read<'_> {
    /// A technician's stored drawing.
    ///
    /// # Errors
    /// What the database says.
    pub fn own_ink(&self, person: Uuid) -> Result<Option<Ink>> {
        let mut statement = self.conn.prepare_cached("SELECT ink FROM own_ink WHERE person = ?1")?;
        Ok(statement.query_row([Id(person)], |row| row.get::<_, Json<Ink>>(0)).optional()?.map(|json| json.0))
    }
}

impl Tx<'_> {
    /// Stores a technician's drawing.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_own_ink(&self, person: Uuid, ink: &Ink) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO own_ink (person, ink) VALUES (?1, ?2)";
        self.conn.prepare_cached(sql)?.execute(params![Id(person), Json(ink)])?;
        Ok(())
    }

    /// Deletes a technician's drawing.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_own_ink(&self, person: Uuid) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM own_ink WHERE person = ?1")?.execute([Id(person)])?;
        Ok(())
    }
}
