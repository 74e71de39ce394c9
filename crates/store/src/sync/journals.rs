//! Own journals as the server sees them: where each stands, what is refused, and which goes on under another name.

use crate::{
    column::{Count, Hash},
    error::Result,
    journal::{Author, Body, Entry, NewEvent, Position},
    project,
    store::{Read, Tx},
};
use fieldseal_domain::{
    Digest,
    event::{Event, RECOVERED, ReadEvent},
};
use rusqlite::{Row, params};

/// A journal that is kept here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalState {
    /// Its device.
    pub device: String,
    /// Whether this tablet wrote it.
    pub own: bool,
    /// How far the server has it.
    pub acked: u64,
    /// Its last entry here; 0 and zeros for an empty one.
    pub n: u64,
    /// Id of that entry.
    pub id: Digest,
    /// Code of the server's refusal; empty when it takes the journal.
    pub refused: String,
    /// Entry the refusal is about.
    pub refused_n: u64,
    /// Last entry that counts, when it goes on under another name.
    pub ends: Option<u64>,
    /// That name.
    pub heir: Option<String>,
}

const COLUMNS: &str =
    "SELECT j.device, j.own, j.acked, coalesce(e.n, 0), coalesce(e.id, zeroblob(32)), j.refused,
  j.refused_n, j.ends, j.heir FROM journal j
  LEFT JOIN entry e ON e.device = j.device AND e.n = (SELECT max(n) FROM entry WHERE device = j.device)";

fn read_row(row: &Row<'_>) -> rusqlite::Result<JournalState> {
    Ok(JournalState {
        device: row.get(0)?,
        own: row.get(1)?,
        acked: row.get::<_, Count>(2)?.0,
        n: row.get::<_, Count>(3)?.0,
        id: row.get::<_, Hash>(4)?.0,
        refused: row.get(5)?,
        refused_n: row.get::<_, Count>(6)?.0,
        ends: row.get::<_, Option<Count>>(7)?.map(|count| count.0),
        heir: row.get(8)?,
    })
}

impl Read<'_> {
    /// The journals that this tablet wrote, by device.
    ///
    /// # Errors
    /// What the database says.
    pub fn own_journals(&self) -> Result<Vec<JournalState>> {
        self.journals("WHERE j.own = 1")
    }

    /// The journals of others that are here without a gap: what can be given to a server that lost them.
    ///
    /// # Errors
    /// What the database says.
    pub fn whole_journals_of_others(&self) -> Result<Vec<JournalState>> {
        self.journals("WHERE j.own = 0 AND e.n = (SELECT count(*) FROM entry WHERE device = j.device)")
    }

    fn journals(&self, which: &str) -> Result<Vec<JournalState>> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} {which} ORDER BY j.device"))?;
        let rows = statement.query_map([], read_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// How a journal goes on under another name.
pub struct Continuation<'a> {
    /// The journal that ends.
    pub old: &'a str,
    /// Its last entry that stays where it is.
    pub common: u64,
    /// Writer of the journal that goes on.
    pub author: &'a Author<'a>,
    /// First event of that journal.
    pub opened: NewEvent<'a>,
    /// Makes the event that holds an entry of the old journal, byte for byte.
    pub recover: &'a dyn Fn(&Entry) -> Event,
}

impl Tx<'_> {
    /// The server refuses a journal, or takes it again (an empty code).
    ///
    /// # Errors
    /// What the database says.
    pub fn set_refused(&self, device: &str, code: &str, n: u64) -> Result<()> {
        let sql = "UPDATE journal SET refused = ?2, refused_n = ?3 WHERE device = ?1";
        self.conn.prepare_cached(sql)?.execute(params![device, code, Count(n)])?;
        Ok(())
    }

    /// Begins a new journal and writes into it, once more and whole, every entry of the old one that the server can
    /// not take because it holds others in their places. Then those leave the old journal: their bytes stand in the new.
    ///
    /// `salt` draws 16 random bytes.
    ///
    /// # Errors
    /// What the database says; [`crate::StoreError::BodyTooLarge`].
    pub fn continue_journal(
        &self,
        how: &Continuation<'_>,
        salt: &mut dyn FnMut() -> [u8; 16],
    ) -> Result<Vec<Position>> {
        let mut positions = vec![self.append(how.author, how.opened)?];
        let mut docs = Vec::new();
        let mut after = how.common;
        loop {
            let page = self.entries_after(how.old, after, 256)?;
            let Some(last) = page.last() else { break };
            after = last.header.n;
            for entry in &page {
                let position = self.append_recovered(how, entry, salt())?;
                self.let_go(entry.id, Some(position.id))?;
                docs.extend(entry.header.doc);
                positions.push(position);
            }
        }
        let sql = "UPDATE journal SET ends = ?2, heir = ?3, refused = '', refused_n = 0 WHERE device = ?1";
        self.conn.prepare_cached(sql)?.execute(params![how.old, Count(how.common), how.author.device])?;
        docs.sort_unstable();
        docs.dedup();
        project::refresh(self, &docs)?;
        Ok(positions)
    }

    /// An entry that itself holds an older one is not wrapped twice: the older one is handed on as it is.
    fn append_recovered(&self, how: &Continuation<'_>, entry: &Entry, salt: [u8; 16]) -> Result<Position> {
        let event = match (&entry.body, entry.header.kind.as_str()) {
            (Some(Body { bytes, .. }), RECOVERED) => match Event::from_parts(&entry.header.kind, bytes)? {
                ReadEvent::Known(event) => *event,
                ReadEvent::Unknown | ReadEvent::Erased => (how.recover)(entry),
            },
            (Some(_) | None, _) => (how.recover)(entry),
        };
        self.append(how.author, NewEvent { doc: entry.header.doc, event: &event, salt })
    }

    /// Takes an entry out of the journal under the rule of the `leaving` table.
    pub(crate) fn let_go(&self, entry: Digest, heir: Option<Digest>) -> Result<()> {
        let sql = "INSERT INTO leaving (entry, heir) VALUES (?1, ?2)";
        self.conn.prepare_cached(sql)?.execute(params![Hash(entry), heir.map(Hash)])?;
        for sql in [
            "DELETE FROM body WHERE entry = ?1",
            "DELETE FROM envelope WHERE entry = ?1",
            "DELETE FROM mention WHERE entry = ?1",
            "DELETE FROM entry WHERE id = ?1",
            "DELETE FROM leaving WHERE entry = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([Hash(entry)])?;
        }
        Ok(())
    }
}
