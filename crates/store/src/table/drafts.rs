//! Working copies of drafts: saved on every change, counted so that a freeze sees whether one changed (design D4).

use crate::{
    column::{Count, Id, Json},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::content::Content;
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// A working copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The document.
    pub doc: Uuid,
    /// What it says now.
    pub content: Content,
    /// Rises by one with every save.
    pub version: u64,
    /// When it was saved, RFC 3339, as given.
    pub saved_at: String,
}

impl Read<'_> {
    /// The working copy of a document; none when the last save point is all there is.
    ///
    /// # Errors
    /// What the database says.
    pub fn draft(&self, doc: Uuid) -> Result<Option<Draft>> {
        let mut statement =
            self.conn.prepare_cached("SELECT content, version, saved_at FROM draft WHERE doc = ?1")?;
        let draft = statement.query_row([Id(doc)], |row| {
            let (content, version): (Json<Content>, Count) = (row.get(0)?, row.get(1)?);
            Ok(Draft { doc, content: content.0, version: version.0, saved_at: row.get(2)? })
        });
        Ok(draft.optional()?)
    }

    /// Documents that have a working copy.
    ///
    /// # Errors
    /// What the database says.
    pub fn drafted(&self) -> Result<Vec<Uuid>> {
        let mut statement = self.conn.prepare_cached("SELECT doc FROM draft ORDER BY doc")?;
        let rows = statement.query_map([], |row| row.get::<_, Id>(0))?;
        rows.map(|row| Ok(row?.0)).collect()
    }
}

impl Tx<'_> {
    /// Saves a working copy; returns its version. Versions never repeat while the working copy exists.
    ///
    /// # Errors
    /// What the database says.
    pub fn save_draft(&self, doc: Uuid, content: &Content, saved_at: &str) -> Result<u64> {
        let sql = "INSERT INTO draft (doc, content, version, saved_at) VALUES (?1, ?2, 1, ?3)
                   ON CONFLICT (doc) DO UPDATE SET content = excluded.content, version = version + 1,
                     saved_at = excluded.saved_at
                   RETURNING version";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![Id(doc), Json(content), saved_at], |row| row.get::<_, Count>(0))?.0)
    }

    /// Drops a working copy: its content is in the journal, or it was thrown away.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_draft(&self, doc: Uuid) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM draft WHERE doc = ?1")?.execute([Id(doc)])?;
        Ok(())
    }
}
