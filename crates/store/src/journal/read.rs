//! Reading journals: a document's entries, a journal's suffix, everything in the order of the fold.

use super::entry::{Entry, Position, bad};
use crate::{
    column::{Count, Hash, Id, Stamp},
    error::Result,
    project,
    store::Read,
};
use fieldseal_domain::{
    Digest,
    fold::{DocumentState, FoldEntry, Place},
    hlc::Hlc,
    role::Role,
};
use rusqlite::{OptionalExtension, Row, params};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use uuid::Uuid;

const COLUMNS: &str =
    "SELECT e.id, e.header, e.signature, b.salt, b.body FROM entry e LEFT JOIN body b ON b.entry = e.id";

/// The state of a document, from its entries and what the server said of them.
pub(crate) fn fold(read: &Read<'_>, doc: Uuid, entries: &[Entry]) -> Result<DocumentState> {
    Ok(DocumentState::fold(fold_entries(read, doc, entries)?))
}

/// Entries as the fold takes them.
pub(crate) fn fold_entries(read: &Read<'_>, doc: Uuid, entries: &[Entry]) -> Result<Vec<FoldEntry>> {
    let facts = read.facts_of(doc)?;
    let own: BTreeSet<String> = read.own_journals()?.into_iter().map(|journal| journal.device).collect();
    let fold_entry =
        |entry: &Entry| entry.fold_entry(facts.get(&entry.id).copied(), own.contains(&entry.header.device));
    Ok(entries.iter().map(fold_entry).collect())
}

impl<'a> Read<'a> {
    /// The last entry of a device's journal; none when it is empty.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_position(&self, device: &str) -> Result<Option<Position>> {
        let sql = "SELECT n, id, hlc FROM entry WHERE device = ?1 ORDER BY n DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row([device], position).optional()?)
    }

    /// The entry `n` of a device's journal.
    ///
    /// # Errors
    /// What the database says.
    pub fn position(&self, device: &str, n: u64) -> Result<Option<Position>> {
        let sql = "SELECT n, id, hlc FROM entry WHERE device = ?1 AND n = ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![device, Count(n)], position).optional()?)
    }

    /// The entry with this id.
    ///
    /// # Errors
    /// What the database says.
    pub fn entry(&self, id: Digest) -> Result<Option<Entry>> {
        Ok(self.entries_where("WHERE e.id = ?1", [Hash(id)])?.pop())
    }

    /// All entries of a document in the order of the fold.
    ///
    /// # Errors
    /// What the database says.
    pub fn entries_of(&self, doc: Uuid) -> Result<Vec<Entry>> {
        self.entries(&format!("{COLUMNS} WHERE e.doc = ?1 ORDER BY e.hlc, e.device, e.n"), params![Id(doc)])
    }

    /// Everybody the office knows, with the role it gave them last.
    ///
    /// # Errors
    /// What the database says.
    pub fn granted_roles(&self) -> Result<BTreeMap<Uuid, Role>> {
        project::granted_roles(self)
    }

    /// Roots that the office admitted for files of these journals, DER.
    ///
    /// # Errors
    /// What the database says.
    pub fn admitted_roots(&self, journals: &[&str]) -> Result<Vec<Vec<u8>>> {
        project::admitted_roots(self, journals)
    }

    /// All entries of a kind in the order of the fold.
    pub(crate) fn entries_of_kind(&self, kind: &str) -> Result<Vec<Entry>> {
        self.entries(&format!("{COLUMNS} WHERE e.kind = ?1 ORDER BY e.hlc, e.device, e.n"), params![kind])
    }

    /// Up to `limit` entries of a device's journal after number `n`, rising.
    ///
    /// # Errors
    /// What the database says.
    pub fn entries_after(&self, device: &str, n: u64, limit: u32) -> Result<Vec<Entry>> {
        let sql = format!("{COLUMNS} WHERE e.device = ?1 AND e.n > ?2 ORDER BY e.n LIMIT ?3");
        self.entries(&sql, params![device, Count(n), limit])
    }

    /// Every entry of every journal in the order of the fold, fetched page by page.
    pub fn all_entries(&self) -> AllEntries<'a> {
        AllEntries { read: *self, after: None, page: VecDeque::new(), done: false }
    }

    /// Folds a document; none when no event speaks of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn document_state(&self, doc: Uuid) -> Result<Option<DocumentState>> {
        let entries = self.entries_of(doc)?;
        if entries.is_empty() { Ok(None) } else { fold(self, doc, &entries).map(Some) }
    }

    /// The entries of a document as the fold takes them.
    ///
    /// # Errors
    /// What the database says.
    pub fn fold_entries_of(&self, doc: Uuid) -> Result<Vec<FoldEntry>> {
        fold_entries(self, doc, &self.entries_of(doc)?)
    }

    /// Checks ids, body hashes and the chain of a device's journal. Signatures are checked by others.
    ///
    /// # Errors
    /// [`StoreError::BadEntry`] at the first entry that does not fit.
    pub fn check_chain(&self, device: &str) -> Result<()> {
        let mut last = (0, Digest::default());
        loop {
            let page = self.entries_after(device, last.0, PAGE)?;
            if page.is_empty() {
                return Ok(());
            }
            for entry in page {
                check_link(&entry, last)?;
                last = (entry.header.n, entry.id);
            }
        }
    }

    /// Entries that a part of a statement names; `e` is the entry.
    pub(crate) fn entries_where(&self, which: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
        self.entries(&format!("{COLUMNS} {which}"), params)
    }

    fn entries(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params, Entry::from_row)?;
        rows.map(|row| row?.into_entry()).collect()
    }

    /// The stamp that the next own entry must exceed: the last of every own journal, and what is credible of others.
    pub(super) fn latest_stamp(&self) -> Result<Hlc> {
        let sql =
            "SELECT (SELECT hlc FROM entry WHERE device = journal.device ORDER BY n DESC LIMIT 1) AS last
                   FROM journal WHERE own = 1 AND last IS NOT NULL ORDER BY last DESC LIMIT 1";
        let stamp = self.conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, Stamp>(0)).optional()?;
        Ok(stamp.map_or_else(Hlc::default, |stamp| stamp.0).max(self.stamp_from_elsewhere()?))
    }
}

fn check_link(entry: &Entry, (n, prev): (u64, Digest)) -> Result<()> {
    let header = &entry.header;
    let fresh = Entry::from_bytes(entry.header_bytes.clone(), entry.signature, entry.body.clone())?;
    if fresh.id != entry.id {
        return Err(bad(header, "the id is not that of the header"));
    }
    if header.n != n + 1 {
        return Err(bad(header, "entries before it are missing"));
    }
    if header.prev != prev {
        return Err(bad(header, "it does not follow the entry before"));
    }
    Ok(())
}

fn position(row: &Row<'_>) -> rusqlite::Result<Position> {
    Ok(Position {
        n: row.get::<_, Count>(0)?.0,
        id: row.get::<_, Hash>(1)?.0,
        hlc: row.get::<_, Stamp>(2)?.0,
    })
}

const PAGE: u32 = 256;

/// Every entry in the order of the fold; see [`Read::all_entries`].
pub struct AllEntries<'a> {
    read: Read<'a>,
    after: Option<Place>,
    page: VecDeque<Entry>,
    done: bool,
}

impl AllEntries<'_> {
    fn fetch(&mut self) -> Result<()> {
        let order = "ORDER BY e.hlc, e.device, e.n LIMIT ?1";
        let page = match &self.after {
            None => self.read.entries(&format!("{COLUMNS} {order}"), params![PAGE])?,
            Some(Place { hlc, device, n }) => self.read.entries(
                &format!("{COLUMNS} WHERE (e.hlc, e.device, e.n) > (?2, ?3, ?4) {order}"),
                params![PAGE, Stamp(*hlc), device, Count(*n)],
            )?,
        };
        self.done = page.is_empty();
        self.after = page.last().map(Entry::place);
        self.page = page.into();
        Ok(())
    }
}

impl Iterator for AllEntries<'_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && !self.done
            && let Err(error) = self.fetch()
        {
            self.done = true;
            return Some(Err(error));
        }
        self.page.pop_front().map(Ok)
    }
}
