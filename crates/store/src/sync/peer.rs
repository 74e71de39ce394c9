//! The server this tablet belongs to, and how far it has been read.

use crate::{
    column::{Count, Id, Stamp},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::hlc::Hlc;
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// The journal that a server writes itself, whatever its organisation.
const SERVER_JOURNAL: &str = "server";

/// What is known of the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peer {
    /// Its name for itself; another one is another server.
    pub server_id: String,
    /// Changes when it was restored from a backup.
    pub log_epoch: String,
    /// What the person may do there, as the server names it.
    pub role: String,
    /// Who the person is there.
    pub person: Option<Uuid>,
    /// Tag of the manifest last read.
    pub etag: String,
    /// How far the whole log has been read: every entry below this (office roles).
    pub feed: u64,
    /// Change of the register that was read to (office roles); none while nothing was read.
    pub register_newest: Option<u64>,
    /// Oldest head among the rows that were read backwards; none while nothing was read, 0 when all were.
    pub register_oldest: Option<u64>,
    /// Size of the last checkpoint that was found good.
    pub tree_size: u64,
    /// That checkpoint, as it was signed.
    pub note: Vec<u8>,
    /// The server's clock less ours, in milliseconds.
    pub offset_ms: i64,
    /// When it last answered, Unix milliseconds of our clock.
    pub contact_ms: i64,
}

const COLUMNS: &str =
    "SELECT server_id, log_epoch, role, person, etag, feed, register_newest, register_oldest,
  tree_size, note, offset_ms, contact_ms FROM peer";

impl Read<'_> {
    /// The server; none before the first contact.
    ///
    /// # Errors
    /// What the database says.
    pub fn peer(&self) -> Result<Option<Peer>> {
        let mut statement = self.conn.prepare_cached(COLUMNS)?;
        let peer = statement.query_row([], |row| {
            Ok(Peer {
                server_id: row.get(0)?,
                log_epoch: row.get(1)?,
                role: row.get(2)?,
                person: row.get::<_, Option<Id>>(3)?.map(|id| id.0),
                etag: row.get(4)?,
                feed: row.get::<_, Count>(5)?.0,
                register_newest: row.get::<_, Option<Count>>(6)?.map(|count| count.0),
                register_oldest: row.get::<_, Option<Count>>(7)?.map(|count| count.0),
                tree_size: row.get::<_, Count>(8)?.0,
                note: row.get(9)?,
                offset_ms: row.get(10)?,
                contact_ms: row.get(11)?,
            })
        });
        Ok(peer.optional()?)
    }

    /// The highest credible hybrid clock among entries from elsewhere: own stamps follow it.
    pub(crate) fn stamp_from_elsewhere(&self) -> Result<Hlc> {
        let mut statement = self.conn.prepare_cached("SELECT stamp FROM peer")?;
        let stamp = statement.query_row([], |row| row.get::<_, Stamp>(0)).optional()?;
        Ok(stamp.map_or_else(Hlc::default, |stamp| stamp.0))
    }
}

impl Tx<'_> {
    /// Writes down what is known of the server.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_peer(&self, peer: &Peer) -> Result<()> {
        let sql = "INSERT INTO peer (one, server_id, log_epoch, role, person, etag, feed, register_newest,
                     register_oldest, tree_size, note, offset_ms, contact_ms)
                   VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                   ON CONFLICT (one) DO UPDATE SET server_id = excluded.server_id, log_epoch = excluded.log_epoch,
                     role = excluded.role, person = excluded.person, etag = excluded.etag, feed = excluded.feed,
                     register_newest = excluded.register_newest, register_oldest = excluded.register_oldest,
                     tree_size = excluded.tree_size, note = excluded.note, offset_ms = excluded.offset_ms,
                     contact_ms = excluded.contact_ms";
        self.conn.prepare_cached(sql)?.execute(params![
            peer.server_id,
            peer.log_epoch,
            peer.role,
            peer.person.map(Id),
            peer.etag,
            Count(peer.feed),
            peer.register_newest.map(Count),
            peer.register_oldest.map(Count),
            Count(peer.tree_size),
            peer.note,
            peer.offset_ms,
            peer.contact_ms,
        ])?;
        Ok(())
    }

    /// The server's log began anew (restored from a backup, or another server by choice of a person): what was said
    /// of entries and how far was read no longer counts. Entries, files, receipts and alarms stay as they are.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_log(&self, server_id: &str, log_epoch: &str) -> Result<()> {
        self.conn.execute_batch("DELETE FROM envelope; DELETE FROM subject; DELETE FROM uploaded;")?;
        self.conn.execute_batch("UPDATE journal SET refused = '', refused_n = 0;")?;
        let journals = self.own_journals()?;
        journals.iter().try_for_each(|journal| self.set_acked(&journal.device, 0))?;
        let before = self.peer()?.unwrap_or_default();
        self.put_peer(&Peer {
            server_id: server_id.to_owned(),
            log_epoch: log_epoch.to_owned(),
            role: before.role,
            person: before.person,
            offset_ms: before.offset_ms,
            contact_ms: before.contact_ms,
            ..Peer::default()
        })
    }

    /// The server is another one by choice of a person: what was said of entries there no longer counts, and the new one
    /// is met for the first time. What the old one itself wrote goes: every server's journal has the same name, and the
    /// roles and roots that it gave are not the new one's. What people wrote stays.
    ///
    /// # Errors
    /// What the database says.
    pub fn forget_server(&self) -> Result<()> {
        self.forget_log("", "")?;
        self.let_journal_go(SERVER_JOURNAL)?;
        self.conn.execute_batch("DELETE FROM peer;")?;
        Ok(())
    }

    /// An entry from elsewhere carries this stamp, and the server finds it credible.
    pub(crate) fn see_stamp(&self, stamp: Hlc) -> Result<()> {
        let sql = "UPDATE peer SET stamp = ?1 WHERE stamp < ?1";
        self.conn.prepare_cached(sql)?.execute([Stamp(stamp)])?;
        Ok(())
    }
}
