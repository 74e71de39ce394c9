//! What is on this tablet only, as a person asks for it: by document, with its age.

use crate::{
    column::{Count, Id, Stamp},
    error::Result,
    store::Read,
};
use uuid::Uuid;

/// What is on this tablet only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnlyHere {
    /// Entries.
    pub entries: u64,
    /// Signatures among them.
    pub signatures: u64,
    /// Files that were not sent, of entries sent or not.
    pub files: u64,
    /// When the oldest of those signatures was made: Unix milliseconds of the hybrid clock.
    pub oldest_signature_ms: Option<u64>,
}

/// A document (or the rest, without document) that the server does not have wholly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueItem {
    /// The document; none for customers, jobs and the like.
    pub doc: Option<Uuid>,
    /// Its number, or empty.
    pub number: String,
    /// Its kind, or empty.
    pub kind: String,
    /// Name of its customer, or empty.
    pub customer_name: String,
    /// Entries not sent.
    pub entries: u64,
    /// Signatures among them.
    pub signatures: u64,
    /// Files not sent.
    pub files: u64,
    /// Since when, Unix milliseconds of the hybrid clock.
    pub since_ms: u64,
    /// Why the server refuses it, a code; empty when it only waits.
    pub refused: String,
}

/// Entries not sent, and entries that speak of a file not sent.
const DUE: &str = "
  SELECT e.doc AS doc, e.hlc AS hlc, 1 AS entries, e.kind = 'signed' AS signatures, 0 AS files, j.refused AS refused
    FROM journal j CROSS JOIN entry e ON e.device = j.device AND e.n > j.acked WHERE j.own = 1
  UNION ALL
  SELECT max(e.doc), min(e.hlc), 0, 0, 1, coalesce(max(u.refused), '')
    FROM blob b CROSS JOIN mention m USING (sha256) JOIN entry e ON e.id = m.entry JOIN journal j USING (device)
      LEFT JOIN uploaded u ON u.sha256 = m.sha256
    WHERE j.own = 1 AND (u.sha256 IS NULL OR u.refused <> '') GROUP BY m.sha256";

impl Read<'_> {
    /// How much is on this tablet only.
    ///
    /// # Errors
    /// What the database says.
    pub fn only_here(&self) -> Result<OnlyHere> {
        let sql = format!(
            "SELECT coalesce(sum(entries), 0), coalesce(sum(signatures), 0), coalesce(sum(files), 0),
               min(CASE WHEN signatures > 0 THEN hlc END) FROM ({DUE})"
        );
        Ok(self.conn.prepare_cached(&sql)?.query_row([], |row| {
            Ok(OnlyHere {
                entries: row.get::<_, Count>(0)?.0,
                signatures: row.get::<_, Count>(1)?.0,
                files: row.get::<_, Count>(2)?.0,
                oldest_signature_ms: row.get::<_, Option<Stamp>>(3)?.map(|stamp| stamp.0.millis()),
            })
        })?)
    }

    /// What waits, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn queue(&self, limit: u32) -> Result<Vec<QueueItem>> {
        let sql = format!(
            "SELECT q.doc, coalesce(d.number, ''), coalesce(d.kind, ''), coalesce(d.customer_name, ''),
               sum(q.entries), sum(q.signatures), sum(q.files), min(q.hlc), max(q.refused)
             FROM ({DUE}) q LEFT JOIN document d ON d.id = q.doc GROUP BY q.doc ORDER BY min(q.hlc) LIMIT ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([limit], |row| {
            Ok(QueueItem {
                doc: row.get::<_, Option<Id>>(0)?.map(|id| id.0),
                number: row.get(1)?,
                kind: row.get(2)?,
                customer_name: row.get(3)?,
                entries: row.get::<_, Count>(4)?.0,
                signatures: row.get::<_, Count>(5)?.0,
                files: row.get::<_, Count>(6)?.0,
                since_ms: row.get::<_, Stamp>(7)?.0.millis(),
                refused: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
