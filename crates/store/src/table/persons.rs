//! People who work with this tablet.

use crate::{
    column::{Count, Id, Json, Stamp},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::{fold::Place, party::Person, text};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

impl Read<'_> {
    /// Everybody, by name.
    ///
    /// # Errors
    /// What the database says.
    pub fn persons(&self) -> Result<Vec<Person>> {
        let mut statement = self.conn.prepare_cached("SELECT data FROM person ORDER BY sort_name, id")?;
        let rows = statement.query_map([], |row| row.get::<_, Json<Person>>(0))?;
        rows.map(|row| Ok(row?.0)).collect()
    }

    /// One person.
    ///
    /// # Errors
    /// What the database says.
    pub fn person(&self, id: Uuid) -> Result<Option<Person>> {
        let mut statement = self.conn.prepare_cached("SELECT data FROM person WHERE id = ?1")?;
        Ok(statement.query_row([Id(id)], |row| row.get::<_, Json<Person>>(0)).optional()?.map(|json| json.0))
    }
}

pub(crate) fn put(tx: &Tx<'_>, place: &Place, person: &Person) -> Result<()> {
    let sql = "INSERT INTO person (id, hlc, device, n, sort_name, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (id) DO UPDATE SET hlc = excluded.hlc, device = excluded.device, n = excluded.n,
                 sort_name = excluded.sort_name, data = excluded.data
               WHERE (excluded.hlc, excluded.device, excluded.n) > (hlc, device, n)";
    let sort_name = text::fold(&person.name);
    let values =
        params![Id(person.id), Stamp(place.hlc), place.device, Count(place.n), sort_name, Json(person)];
    tx.conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}
