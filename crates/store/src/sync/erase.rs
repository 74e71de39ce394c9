//! Obeying an erasure that the server took: what it names is gone here too, with the files nobody speaks of any more.
//! An erasure that the server set aside (a legal hold is stronger than any rule) is not obeyed.

use crate::{column::Hash, error::Result, journal::Entry, store::Tx, sync::envelopes::Envelope};
use fieldseal_domain::{
    Digest,
    event::{Event, ReadEvent},
    facts::Verdict,
};
use rusqlite::{OptionalExtension as _, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Kind of the entries that erase others.
pub(crate) const ERASED: &str = "erased";

impl Tx<'_> {
    /// Obeys the entry of this envelope, if it is an erasure that counts.
    pub(crate) fn obey_erasure(&self, envelope: &Envelope) -> Result<()> {
        let sql = "SELECT 1 FROM entry WHERE id = ?1 AND kind = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let found = statement.query_row(params![Hash(envelope.entry), ERASED], |_| Ok(())).optional()?;
        if found.is_none() || envelope.facts.verdict != Verdict::Accepted {
            return Ok(());
        }
        match self.entry(envelope.entry)? {
            Some(erasure) => self.obey(&erasure),
            None => Ok(()),
        }
    }

    fn obey(&self, erasure: &Entry) -> Result<()> {
        let Ok(ReadEvent::Known(event)) = erasure.event() else { return Ok(()) };
        let Event::Erased { entries, kept, .. } = *event else { return Ok(()) };
        let mut files = BTreeSet::new();
        for entry in &entries {
            files.extend(self.forget_mentions(*entry)?);
            if self.has_body(*entry)? {
                self.erase_body(*entry)?;
            }
        }
        files.into_iter().try_for_each(|file| self.drop_file(file))?;
        match (erasure.header.doc, kept) {
            (Some(doc), Some(_)) => self.drop_working_copies(doc),
            (Some(_) | None, _) => Ok(()),
        }
    }

    fn has_body(&self, entry: Digest) -> Result<bool> {
        let sql = "SELECT 1 FROM body WHERE entry = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([Hash(entry)], |_| Ok(())).optional()?.is_some())
    }

    /// The files an entry spoke of; it no longer does.
    fn forget_mentions(&self, entry: Digest) -> Result<Vec<Digest>> {
        let sql = "DELETE FROM mention WHERE entry = ?1 RETURNING sha256";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([Hash(entry)], |row| row.get::<_, Hash>(0))?;
        Ok(rows.map(|row| row.map(|hash| hash.0)).collect::<rusqlite::Result<_>>()?)
    }

    /// Deletes a file, unless another entry speaks of it.
    fn drop_file(&self, file: Digest) -> Result<()> {
        let sql = "SELECT 1 FROM mention WHERE sha256 = ?1 LIMIT 1";
        let mentioned = self.conn.prepare_cached(sql)?.query_row([Hash(file)], |_| Ok(())).optional()?;
        if mentioned.is_some() {
            return Ok(());
        }
        for sql in [
            "INSERT INTO leaving_file (sha256) VALUES (?1)",
            "DELETE FROM incoming WHERE sha256 = ?1",
            "DELETE FROM uploaded WHERE sha256 = ?1",
            "DELETE FROM blob WHERE sha256 = ?1",
            "DELETE FROM leaving_file WHERE sha256 = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([Hash(file)])?;
        }
        Ok(())
    }

    /// What was never in a journal: draft, strokes, what stays on the device alone.
    fn drop_working_copies(&self, doc: Uuid) -> Result<()> {
        self.delete_draft(doc)?;
        self.delete_secrets(doc)?;
        self.delete_all_ink(doc)
    }
}
