//! Handing entries out: by subject, by place in the log, and proofs' hashes.

use super::{Sight, Store, StoreError, count, identity, integer, scope::Scope, uuid};
use fieldseal_domain::{Digest, event::max_body};
use fieldseal_wire::{
    LoggedEntry, WireEntry,
    admin::Quarantined,
    pull::{Cursor, Page},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

/// Bytes of bodies in one page at most: a page of large bodies must not become hundreds of megabytes.
const MAX_PAGE_BYTES: usize = 8 * 1024 * 1024;

const COLUMNS: &str = "SELECT seq, header, signature, salt, body, envelope, kind FROM entry";

const QUARANTINED: &str =
    "SELECT seq, header, signature, salt, body, envelope, kind, quarantine, answer FROM entry
     WHERE quarantine IS NOT NULL";

/// A pull that cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// A subject is not there, or not in sight.
    #[error("a subject is not there")]
    OutOfSight(Uuid),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for PullError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Entries of subjects from their cursors on, subject by subject.
    ///
    /// # Errors
    /// [`PullError::OutOfSight`], or what the database says.
    pub async fn pull(&self, sight: Sight, subjects: Vec<Cursor>, limit: u32) -> Result<Page, PullError> {
        self.read(move |conn| {
            let mut page = Page { entries: Vec::new(), cursors: Vec::new(), more: false };
            let mut room = Room::new(limit);
            let scope = Scope::of(conn, sight)?;
            for cursor in subjects {
                if !scope.has(cursor.subject) {
                    return Err(PullError::OutOfSight(cursor.subject));
                }
                if room.is_full() {
                    page.more = true;
                    break;
                }
                pull_subject(conn, cursor, &mut room, &mut page)?;
            }
            Ok(page)
        })
        .await
    }

    /// Entries of the whole log after a place.
    ///
    /// # Errors
    /// What the database says.
    pub async fn feed(&self, after: Option<u64>, limit: u32) -> Result<Page, StoreError> {
        self.read(move |conn| {
            let mut room = Room::new(limit);
            let sql = format!("{COLUMNS} WHERE seq > ?1 ORDER BY seq LIMIT ?2");
            let mut statement = conn.prepare_cached(&sql)?;
            let mut rows = statement.query(params![place(after)?, room.rows() + 1])?;
            let mut page = Page { entries: Vec::new(), cursors: Vec::new(), more: false };
            let mut last = after;
            while let Some(row) = rows.next()? {
                if room.is_full() {
                    page.more = true;
                    break;
                }
                last = Some(room.take(row, &mut page.entries)?);
            }
            if last != after {
                page.cursors.push(Cursor { subject: Uuid::nil(), after: last });
            }
            Ok(page)
        })
        .await
    }

    /// Entries in quarantine, newest first, from before a place on; those still without answer, or all.
    ///
    /// # Errors
    /// What the database says.
    pub async fn quarantine(
        &self,
        all: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Quarantined>, StoreError> {
        self.read(move |conn| {
            let sql =
                format!("{QUARANTINED} AND (?1 OR answer IS NULL) AND seq < ?2 ORDER BY seq DESC LIMIT ?3");
            let mut statement = conn.prepare_cached(&sql)?;
            let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![all, before, limit], read_quarantined)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Of these entries those that were set aside, answered or not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_aside(&self, entries: Vec<Digest>) -> Result<Vec<Quarantined>, StoreError> {
        self.read(move |conn| {
            let mut statement = conn.prepare_cached(&format!("{QUARANTINED} AND id = ?1"))?;
            let one = |id: &Digest| statement.query_row([id.0], read_quarantined).optional();
            let found = entries.iter().map(one).collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(found.into_iter().flatten().collect())
        })
        .await
    }

    /// Subject and place of an entry; none when the log does not have it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn place_of(&self, entry: Digest) -> Result<Option<(u64, Uuid)>, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT seq, subject FROM entry WHERE id = ?1";
            let row: Option<(i64, [u8; 16])> = conn
                .prepare_cached(sql)?
                .query_row([entry.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(row
                .map(|(seq, subject)| Ok::<_, rusqlite::Error>((count(seq)?, uuid(subject))))
                .transpose()?)
        })
        .await
    }

    /// Entries in the log.
    ///
    /// # Errors
    /// What the database says.
    pub async fn size(&self) -> Result<u64, StoreError> {
        self.read(|conn| Ok(identity(conn)?.map_or(0, |identity| identity.size))).await
    }
}

fn pull_subject(
    conn: &Connection,
    cursor: Cursor,
    room: &mut Room,
    page: &mut Page,
) -> Result<(), PullError> {
    let sql = format!("{COLUMNS} WHERE subject = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows =
        statement.query(params![cursor.subject.as_bytes(), place(cursor.after)?, room.rows() + 1])?;
    let mut last = cursor.after;
    while let Some(row) = rows.next()? {
        if room.is_full() {
            page.more = true;
            break;
        }
        last = Some(room.take(row, &mut page.entries)?);
    }
    if last != cursor.after {
        page.cursors.push(Cursor { subject: cursor.subject, after: last });
    }
    Ok(())
}

fn place(after: Option<u64>) -> rusqlite::Result<i64> {
    after.map_or(Ok(-1), integer)
}

/// What still fits into a page.
struct Room {
    rows: u32,
    bytes: usize,
}

impl Room {
    fn new(limit: u32) -> Self {
        Self { rows: limit.clamp(1, fieldseal_wire::pull::MAX_PAGE), bytes: MAX_PAGE_BYTES }
    }

    fn rows(&self) -> u32 {
        self.rows
    }

    fn is_full(&self) -> bool {
        self.rows == 0 || self.bytes == 0
    }

    fn take(&mut self, row: &Row<'_>, entries: &mut Vec<LoggedEntry>) -> rusqlite::Result<u64> {
        let entry = read_entry(row)?;
        self.rows = self.rows.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(entry.entry.size());
        entries.push(entry);
        count(row.get(0)?)
    }
}

/// A body larger than any program writes stays here; whoever pulls sees it as erased.
fn read_quarantined(row: &Row<'_>) -> rusqlite::Result<Quarantined> {
    Ok(Quarantined {
        entry: read_entry(row)?,
        reason: super::word(row.get(7)?)?,
        answer: row.get::<_, Option<String>>(8)?.map(|answer| answer == "accepted"),
    })
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<LoggedEntry> {
    let (salt, body): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(3)?, row.get(4)?);
    let most = max_body(&row.get::<_, String>(6)?);
    let both = salt.zip(body).filter(|(_, body)| body.len() <= most);
    let (salt, body) = both.unzip();
    Ok(LoggedEntry {
        entry: WireEntry {
            header: row.get::<_, Vec<u8>>(1)?.into(),
            signature: row.get::<_, Vec<u8>>(2)?.into(),
            salt: salt.map(Into::into),
            body: body.map(Into::into),
        },
        envelope: row.get::<_, Vec<u8>>(5)?.into(),
    })
}
