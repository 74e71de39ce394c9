//! Entries from elsewhere: kept together with what the server says of them and with the cursor that moved.

use crate::{
    column::{Count, Id},
    error::{Result, StoreError},
    journal::Entry,
    project,
    store::{Read, Tx},
    sync::{envelopes::Envelope, erase::ERASED},
};
use rusqlite::params;
use uuid::Uuid;

/// An entry as the server hands it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The entry. Its signature was checked by the server that took it in, its id and its body by whoever got it.
    pub entry: Entry,
    /// What the server says of it.
    pub envelope: Envelope,
}

/// Something in reach of a technician.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectCursor {
    /// What.
    pub id: Uuid,
    /// Place in the register of its newest entry, by the last manifest.
    pub head: u64,
    /// How far it was read: every entry below this.
    pub next: u64,
}

/// What became of pulled entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Entries that were not here before.
    pub new: usize,
    /// Entries whose place here is taken by another one: (device, n). They are left out.
    pub forked: Vec<(String, u64)>,
}

impl Read<'_> {
    /// Everything in reach that has not been read to its end.
    ///
    /// # Errors
    /// What the database says.
    pub fn subjects_behind(&self, limit: u32) -> Result<Vec<SubjectCursor>> {
        let sql = "SELECT id, head, next FROM subject WHERE next <= head ORDER BY id LIMIT ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([limit], |row| {
            Ok(SubjectCursor {
                id: row.get::<_, Id>(0)?.0,
                head: row.get::<_, Count>(1)?.0,
                next: row.get::<_, Count>(2)?.0,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn subject_ids(&self) -> Result<Vec<Uuid>> {
        let mut statement = self.conn.prepare_cached("SELECT id FROM subject")?;
        let rows = statement.query_map([], |row| row.get::<_, Id>(0))?;
        Ok(rows.map(|row| row.map(|id| id.0)).collect::<rusqlite::Result<_>>()?)
    }
}

impl Tx<'_> {
    /// Keeps pulled entries and what the server says of them, and folds what they touch, once.
    ///
    /// # Errors
    /// What the database says; [`StoreError::BadEntry`].
    pub fn keep_pulled(&self, pulled: &[Pulled]) -> Result<Kept> {
        let mut kept = Kept::default();
        let mut fresh = Vec::new();
        let (mut spoken_of, mut things) = (Vec::new(), Vec::new());
        for Pulled { entry, envelope } in pulled {
            let new = match self.keep_unfolded(entry) {
                Ok(new) => new,
                Err(StoreError::Forked { device, n }) => {
                    kept.forked.push((device, n));
                    continue;
                }
                Err(error) => return Err(error),
            };
            self.see_stamp(envelope.facts.clamped.unwrap_or(entry.header.hlc))?;
            if self.put_envelope(envelope, Some(project::subject(entry)))? {
                spoken_of.extend(entry.header.doc);
                if !new && entry.header.doc.is_none() {
                    things.push(entry.id);
                }
            }
            if new {
                fresh.push(entry.clone());
            }
        }
        kept.new = fresh.len();
        project::apply(self, &fresh)?;
        spoken_of.retain(|doc| !fresh.iter().any(|entry| entry.header.doc == Some(*doc)));
        spoken_of.sort_unstable();
        spoken_of.dedup();
        project::refresh(self, &spoken_of)?;
        things.into_iter().try_for_each(|entry| project::settle(self, entry))?;
        let mut erasures = pulled.iter().filter(|pulled| pulled.entry.header.kind == ERASED);
        erasures.try_for_each(|pulled| self.obey_erasure(&pulled.envelope))?;
        Ok(kept)
    }

    /// Every entry of a subject below `next` was read.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_subject_read(&self, subject: Uuid, next: u64) -> Result<()> {
        let sql = "UPDATE subject SET next = max(next, ?2) WHERE id = ?1";
        self.conn.prepare_cached(sql)?.execute(params![Id(subject), Count(next)])?;
        Ok(())
    }

    /// The manifest: what is in reach now, each with its head. What no longer is, is let go ([`Tx::leave_subject`]).
    ///
    /// # Errors
    /// What the database says.
    pub fn put_manifest(&self, manifest: &[(Uuid, u64)], etag: &str) -> Result<Vec<Uuid>> {
        let sql = "INSERT INTO subject (id, head, next) VALUES (?1, ?2, 0)
                   ON CONFLICT (id) DO UPDATE SET head = excluded.head WHERE excluded.head <> head";
        let mut statement = self.conn.prepare_cached(sql)?;
        for (subject, head) in manifest {
            statement.execute(params![Id(*subject), Count(*head)])?;
        }
        let inside: std::collections::HashSet<Uuid> = manifest.iter().map(|(id, _)| *id).collect();
        let outside: Vec<Uuid> = self.subject_ids()?.into_iter().filter(|id| !inside.contains(id)).collect();
        for subject in &outside {
            self.leave_subject(*subject)?;
        }
        if let Some(mut peer) = self.peer()? {
            etag.clone_into(&mut peer.etag);
            self.put_peer(&peer)?;
        }
        Ok(outside)
    }
}
