//! What the server says of an entry: its place in the register, when it came, and whether it counts.

use crate::{
    column::{Count, Hash, Id},
    error::{Result, StoreError},
    project,
    store::{Read, Tx},
};
use fieldseal_domain::{
    Digest,
    facts::{self, Facts, Verdict},
};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the server says of an entry, with the bytes it says it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The entry.
    pub entry: Digest,
    /// What is said.
    pub facts: Facts,
    /// The envelope, as it stands in the register's tree.
    pub bytes: Vec<u8>,
}

impl Envelope {
    /// Reads the envelope of an entry.
    ///
    /// # Errors
    /// [`StoreError::Json`] when it is none, [`StoreError::OtherEnvelope`] when it is that of another entry.
    pub fn read(entry: Digest, bytes: Vec<u8>) -> Result<Self> {
        let read: facts::Envelope = serde_json::from_slice(&bytes)?;
        if read.event != entry {
            return Err(StoreError::OtherEnvelope { entry });
        }
        Ok(Self { entry, facts: read.facts(), bytes })
    }
}

const COLUMNS: &str = "SELECT envelope.entry, envelope.bytes FROM envelope";

fn read_row(row: &Row<'_>) -> rusqlite::Result<(Digest, Vec<u8>)> {
    Ok((row.get::<_, Hash>(0)?.0, row.get(1)?))
}

impl Read<'_> {
    /// What the server says of an entry; none while it has said nothing.
    ///
    /// # Errors
    /// What the database says.
    pub fn envelope(&self, entry: Digest) -> Result<Option<Envelope>> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} WHERE entry = ?1"))?;
        let found = statement.query_row([Hash(entry)], read_row).optional()?;
        found.map(|(entry, bytes)| Envelope::read(entry, bytes)).transpose()
    }

    /// Own entries that the register should hold but whose inclusion was not proven yet, in the order of the
    /// register, below `size` leaves and from `from` on.
    ///
    /// # Errors
    /// What the database says.
    pub fn unproven(&self, from: u64, size: u64, limit: u32) -> Result<Vec<Envelope>> {
        let sql = format!(
            "{COLUMNS} JOIN entry e ON e.id = envelope.entry JOIN journal j ON j.device = e.device
             WHERE proven = 0 AND seq >= ?1 AND seq < ?2 AND j.own = 1 ORDER BY seq LIMIT ?3"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params![Count(from), Count(size), limit], read_row)?;
        rows.map(|row| row.map_err(StoreError::from).and_then(|(entry, bytes)| Envelope::read(entry, bytes)))
            .collect()
    }

    /// What the server says of the entries of a document, by entry.
    ///
    /// # Errors
    /// What the database says.
    pub fn facts_of(&self, doc: Uuid) -> Result<BTreeMap<Digest, Facts>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{COLUMNS} JOIN entry e ON e.id = envelope.entry WHERE e.doc = ?1"))?;
        let rows = statement.query_map([Id(doc)], read_row)?;
        rows.map(|row| {
            let (entry, bytes) = row?;
            Ok((entry, Envelope::read(entry, bytes)?.facts))
        })
        .collect()
    }
}

/// Whether an entry counts where it stands, as it did while the server had said nothing.
fn is_plain(facts: Facts) -> bool {
    facts.verdict == Verdict::Accepted && facts.clamped.is_none()
}

impl Tx<'_> {
    /// Keeps what the server says of entries, and folds again what they are about where that changes it.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_envelopes(&self, envelopes: &[Envelope]) -> Result<()> {
        let mut docs: Vec<Uuid> = Vec::new();
        for envelope in envelopes {
            let before = self.envelope(envelope.entry)?;
            let follows = !(before.is_none() && is_plain(envelope.facts));
            if self.put_envelope(envelope, None)? {
                match self.document_of(envelope.entry)? {
                    Some(doc) if docs.contains(&doc) => {}
                    Some(doc) => docs.push(doc),
                    None if follows => project::settle(self, envelope.entry)?,
                    None => {}
                }
            }
        }
        project::refresh(self, &docs)?;
        envelopes.iter().try_for_each(|envelope| self.obey_erasure(envelope))
    }

    /// Writes one envelope, with what the entry is about if it came from elsewhere; whether that was news.
    pub(crate) fn put_envelope(&self, envelope: &Envelope, subject: Option<Uuid>) -> Result<bool> {
        // What others wrote is theirs to have proven: an office would ask for the whole register again and again.
        let sql = "INSERT INTO envelope (entry, subject, seq, bytes, proven) VALUES (?1, ?2, ?3, ?4,
                     coalesce((SELECT own = 0 FROM entry JOIN journal USING (device) WHERE id = ?1), 0))
                   ON CONFLICT (entry) DO UPDATE SET subject = coalesce(excluded.subject, subject), seq = excluded.seq,
                     bytes = excluded.bytes, proven = CASE WHEN excluded.bytes = bytes THEN proven ELSE excluded.proven END
                   WHERE excluded.bytes <> bytes OR (subject IS NULL AND excluded.subject IS NOT NULL)";
        let changed = self.conn.prepare_cached(sql)?.execute(params![
            Hash(envelope.entry),
            subject.map(Id),
            Count(envelope.facts.seq),
            envelope.bytes,
        ])?;
        Ok(changed > 0)
    }

    /// The register's tree was shown to hold these entries.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_proven(&self, entries: &[Digest]) -> Result<()> {
        let mut statement =
            self.conn.prepare_cached("UPDATE envelope SET proven = 1 WHERE entry = ?1 AND proven = 0")?;
        for entry in entries {
            statement.execute([Hash(*entry)])?;
        }
        Ok(())
    }

    fn document_of(&self, entry: Digest) -> Result<Option<Uuid>> {
        let mut statement = self.conn.prepare_cached("SELECT doc FROM entry WHERE id = ?1")?;
        let doc = statement.query_row([Hash(entry)], |row| row.get::<_, Option<Id>>(0)).optional()?;
        Ok(doc.flatten().map(|doc| doc.0))
    }
}
