//! Drawings that are not signatures yet, saved stroke by stroke as they are drawn (design D9).

use crate::{
    column::{Id, Json, Word},
    error::{Result, StoreError},
    store::{Read, Tx},
};
use fieldseal_domain::{
    acceptance::Method,
    ink::{Ink, PointerKind},
};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// A drawing in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InkDraft {
    /// How it is signed.
    pub method: Method,
    /// What draws, once known.
    pub pointer: Option<PointerKind>,
    /// The strokes so far; none yet for an empty list.
    pub ink: Ink,
}

impl Read<'_> {
    /// The drawing of a slot; none when none was begun.
    ///
    /// # Errors
    /// What the database says.
    pub fn ink_draft(&self, doc: Uuid, slot: &str) -> Result<Option<InkDraft>> {
        let sql = "SELECT method, pointer, width, height FROM ink_draft WHERE doc = ?1 AND slot = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let begun = statement.query_row(params![Id(doc), slot], |row| {
            Ok(InkDraft {
                method: row.get::<_, Word<Method>>(0)?.0,
                pointer: row.get::<_, Option<Word<PointerKind>>>(1)?.map(|word| word.0),
                ink: Ink { v: 1, w: row.get(2)?, h: row.get(3)?, strokes: Vec::new() },
            })
        });
        let Some(mut draft) = begun.optional()? else { return Ok(None) };
        let sql = "SELECT points FROM ink_stroke WHERE doc = ?1 AND slot = ?2 ORDER BY position";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![Id(doc), slot], |row| row.get::<_, Json<Vec<i32>>>(0))?;
        draft.ink.strokes = rows.map(|row| Ok(row?.0)).collect::<Result<_>>()?;
        Ok(Some(draft))
    }
}

impl Tx<'_> {
    /// Replaces the whole drawing of a slot: begun, cleared, or expressed in a new box after a rotation.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_ink(&self, doc: Uuid, slot: &str, draft: &InkDraft) -> Result<()> {
        self.delete_ink(doc, slot)?;
        let sql = "INSERT INTO ink_draft (doc, slot, method, pointer, width, height) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let Ink { w, h, strokes, v: _ } = &draft.ink;
        let values = params![Id(doc), slot, Word(draft.method), draft.pointer.map(Word), w, h];
        self.conn.prepare_cached(sql)?.execute(values)?;
        strokes.iter().try_for_each(|stroke| self.add_stroke(doc, slot, stroke))
    }

    /// Adds a finished stroke (x0, y0, x1, y1, ... in the units of the box).
    ///
    /// # Errors
    /// [`StoreError::NoInkDraft`] when no drawing was begun in this slot.
    pub fn add_stroke(&self, doc: Uuid, slot: &str, points: &[i32]) -> Result<()> {
        let sql = "INSERT INTO ink_stroke (doc, slot, position, points)
                   SELECT doc, slot, (SELECT coalesce(max(position), 0) + 1 FROM ink_stroke WHERE doc = ?1 AND slot = ?2), ?3
                   FROM ink_draft WHERE doc = ?1 AND slot = ?2";
        match self.conn.prepare_cached(sql)?.execute(params![Id(doc), slot, Json(points)])? {
            0 => Err(StoreError::NoInkDraft),
            _ => Ok(()),
        }
    }

    /// Takes the last stroke back.
    ///
    /// # Errors
    /// What the database says.
    pub fn undo_stroke(&self, doc: Uuid, slot: &str) -> Result<()> {
        let sql = "DELETE FROM ink_stroke WHERE doc = ?1 AND slot = ?2
                     AND position = (SELECT max(position) FROM ink_stroke WHERE doc = ?1 AND slot = ?2)";
        self.conn.prepare_cached(sql)?.execute(params![Id(doc), slot])?;
        Ok(())
    }

    /// Deletes the drawing of a slot.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_ink(&self, doc: Uuid, slot: &str) -> Result<()> {
        let sql = "DELETE FROM ink_draft WHERE doc = ?1 AND slot = ?2";
        self.conn.prepare_cached(sql)?.execute(params![Id(doc), slot])?;
        Ok(())
    }

    /// Deletes all drawings of a document: it was taken back or given up.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_all_ink(&self, doc: Uuid) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM ink_draft WHERE doc = ?1")?.execute([Id(doc)])?;
        Ok(())
    }
}
