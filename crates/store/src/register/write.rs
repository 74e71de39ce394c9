//! Rows come and go: table, index and counts in one step.

use super::row::{RegisterOrigin, RegisterRow, is_counted, next_place};
use crate::{
    column::{Count, Id, Json, Word, code},
    error::Result,
    search,
    store::Tx,
};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// What is needed of a row to replace it.
struct Standing {
    place: i64,
    origin: RegisterOrigin,
    changed_ms: u64,
    head_seq: u64,
    tags: String,
}

impl Tx<'_> {
    /// Writes a row unless the one that stands knows more: of two foldings the one with the later event wins, of equal
    /// ones this device's own; of two from the server the one with the higher sequence number. `texts` are what the
    /// row is found by beside number, names and serial number. Says whether it was written.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_register_row(&self, row: &RegisterRow, texts: &[&str], phones: &[&str]) -> Result<bool> {
        let standing = standing(self, row.doc)?;
        if standing.as_ref().is_some_and(|standing| knows_more(standing, row)) {
            return Ok(false);
        }
        let mut row = row.clone();
        if let Some(standing) = standing {
            row.head_seq = row.head_seq.max(standing.head_seq);
            remove(self, &standing)?;
        }
        insert(self, &row, texts, phones)?;
        Ok(true)
    }

    /// Takes a row out, because the document is no longer this person's to see.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_register_row(&self, doc: Uuid) -> Result<()> {
        match standing(self, doc)? {
            Some(standing) => remove(self, &standing),
            None => Ok(()),
        }
    }

    /// The office's register has this document no more: its row goes, unless this device folded it itself.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_mirrored_row(&self, doc: Uuid) -> Result<()> {
        match standing(self, doc)? {
            Some(standing) if standing.origin == RegisterOrigin::Mirror => remove(self, &standing),
            Some(_) | None => Ok(()),
        }
    }
}

fn knows_more(standing: &Standing, row: &RegisterRow) -> bool {
    match (standing.origin, row.origin) {
        (RegisterOrigin::Local, RegisterOrigin::Local) => false,
        (RegisterOrigin::Mirror, RegisterOrigin::Mirror) => standing.head_seq > row.head_seq,
        (RegisterOrigin::Local, RegisterOrigin::Mirror) => standing.changed_ms >= row.changed_ms,
        (RegisterOrigin::Mirror, RegisterOrigin::Local) => standing.changed_ms > row.changed_ms,
    }
}

fn standing(tx: &Tx<'_>, doc: Uuid) -> Result<Option<Standing>> {
    let sql = "SELECT place, origin, changed_ms, head_seq, tags FROM register WHERE doc = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Standing {
            place: row.get(0)?,
            origin: row.get::<_, Word<RegisterOrigin>>(1)?.0,
            changed_ms: row.get::<_, Count>(2)?.0,
            head_seq: row.get::<_, Count>(3)?.0,
            tags: row.get(4)?,
        })
    };
    Ok(tx.conn.prepare_cached(sql)?.query_row([Id(doc)], read).optional()?)
}

fn remove(tx: &Tx<'_>, standing: &Standing) -> Result<()> {
    tx.conn.prepare_cached("DELETE FROM register WHERE place = ?1")?.execute([standing.place])?;
    tx.conn.prepare_cached("DELETE FROM register_word WHERE rowid = ?1")?.execute([standing.place])?;
    count(tx, &standing.tags, -1)
}

fn insert(tx: &Tx<'_>, row: &RegisterRow, texts: &[&str], phones: &[&str]) -> Result<()> {
    let place = free_place(tx, row.wanted_place())?;
    let tags = row.tags().join(" ");
    let sql = "INSERT INTO register (place, doc, number, origin, changed_ms, head_seq, tags, data)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    tx.conn.prepare_cached(sql)?.execute(params![
        place,
        Id(row.doc),
        row.number,
        code(&row.origin),
        Count(row.changed_ms),
        Count(row.head_seq),
        tags,
        Json(row),
    ])?;
    let mut all: Vec<&str> =
        vec![&row.number, &row.customer_name, &row.site, &row.technician_name, &row.signer, &row.serial];
    all.extend(texts);
    let sql = "INSERT INTO register_word (rowid, words, tags) VALUES (?1, ?2, ?3)";
    tx.conn.prepare_cached(sql)?.execute(params![place, search::folded_words(&all, phones), tags])?;
    count(tx, &tags, 1)
}

fn free_place(tx: &Tx<'_>, wanted: i64) -> Result<i64> {
    let mut place = wanted;
    let mut taken = tx.conn.prepare_cached("SELECT 1 FROM register WHERE place = ?1")?;
    while taken.query_row([place], |_| Ok(())).optional()?.is_some() {
        place = next_place(place);
    }
    Ok(place)
}

fn count(tx: &Tx<'_>, tags: &str, by: i64) -> Result<()> {
    let sql = "INSERT INTO register_count (tag, count) VALUES (?1, ?2)
               ON CONFLICT (tag) DO UPDATE SET count = count + excluded.count";
    let mut statement = tx.conn.prepare_cached(sql)?;
    for tag in tags.split(' ').filter(|tag| is_counted(tag)) {
        statement.execute(params![tag, by])?;
    }
    Ok(())
}
