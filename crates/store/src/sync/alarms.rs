//! What a person must be told and must not be able to vanish.

use crate::{
    column::Json,
    error::Result,
    store::{Read, Tx},
};
use rusqlite::params;
use serde_json::Value;

/// Something is wrong that no program can put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Its number on this tablet.
    pub id: i64,
    /// When it was noticed, Unix milliseconds.
    pub at_ms: i64,
    /// What it is, a stable name.
    pub sort: String,
    /// Everything that proves it.
    pub detail: Value,
    /// Whether a person has seen it.
    pub seen: bool,
}

impl Read<'_> {
    /// Alarms, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn alarms(&self) -> Result<Vec<Alarm>> {
        let sql = "SELECT id, at_ms, sort, detail, seen FROM alarm ORDER BY id DESC LIMIT 200";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(Alarm {
                id: row.get(0)?,
                at_ms: row.get(1)?,
                sort: row.get(2)?,
                detail: row.get::<_, Json<Value>>(3)?.0,
                seen: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Raises an alarm, once for the same thing.
    ///
    /// # Errors
    /// What the database says.
    pub fn raise(&self, sort: &str, at_ms: i64, detail: &Value) -> Result<()> {
        let sql = "INSERT INTO alarm (at_ms, sort, detail) SELECT ?1, ?2, ?3
                   WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE sort = ?2 AND detail = ?3)";
        self.conn.prepare_cached(sql)?.execute(params![at_ms, sort, Json(detail)])?;
        Ok(())
    }

    /// A person has seen an alarm.
    ///
    /// # Errors
    /// What the database says.
    pub fn see_alarm(&self, id: i64) -> Result<()> {
        self.conn.prepare_cached("UPDATE alarm SET seen = 1 WHERE id = ?1")?.execute([id])?;
        Ok(())
    }
}
