//! Filters that somebody named to have them again.

use crate::{
    column::{Id, Json},
    error::Result,
    store::{Read, Tx},
};
use rusqlite::params;
use serde_json::Value;
use uuid::Uuid;

/// A named filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Identity.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it shows, in the words of whoever saved it: times may be relative there.
    pub filter: Value,
}

impl Read<'_> {
    /// The saved views in the order they were made.
    ///
    /// # Errors
    /// What the database says.
    pub fn saved_views(&self) -> Result<Vec<SavedView>> {
        let sql = "SELECT id, name, filter FROM saved_view ORDER BY position, id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(SavedView {
                id: row.get::<_, Id>(0)?.0,
                name: row.get(1)?,
                filter: row.get::<_, Json<Value>>(2)?.0,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Saves a view, or changes the one with its id.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_saved_view(&self, view: &SavedView) -> Result<()> {
        let sql = "INSERT INTO saved_view (id, position, name, filter)
                     VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM saved_view), ?2, ?3)
                   ON CONFLICT (id) DO UPDATE SET name = excluded.name, filter = excluded.filter";
        self.conn.prepare_cached(sql)?.execute(params![Id(view.id), view.name, Json(&view.filter)])?;
        Ok(())
    }

    /// Forgets a view.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_saved_view(&self, id: Uuid) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM saved_view WHERE id = ?1")?.execute([Id(id)])?;
        Ok(())
    }
}
