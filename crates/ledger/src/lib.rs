//! The server's ledger on embedded SQLite: the log of all journals, who may see what, people, files' names, the register.
//! Whole transactions as functions, so that another database can stand beside it. [`intake`] looks at entries before
//! they get here. Who calls, and where the bytes of files are, is the server's.

mod append;
mod blobs;
mod effects;
mod erase;
mod error;
mod examine;
mod feed;
mod health;
pub mod intake;
mod judge;
mod links;
mod open;
mod people;
mod project;
mod readers;
mod register;
mod scope;
mod session;
mod tree;
mod writer;

pub use append::{Append, AppendError, Appended, Change, Incoming, SubjectKind};
pub use blobs::BlobView;
pub use effects::{Dropped, Effect, EffectState, LONGEST_PAUSE_MS, MAIL};
pub use error::StoreError;
pub use examine::JournalHealth;
pub use feed::PullError;
pub use health::{DeviceHealth, Health};
pub use open::DATABASE;
pub use people::{CodeUse, Journal, JournalState, NewDevice, PersonRecord};
pub(crate) use project::job_of;
pub use project::{CopyRules, closing, is_undecided};
pub use scope::Sight;
pub use session::{Greeting, SESSION_MS, SessionFacts};
pub use tree::{LogError, SignedCheckpoint};

use fieldseal_domain::Digest;
use readers::Readers;
use rusqlite::{Connection, OptionalExtension as _, backup::Backup, params};
use std::{fs::File, path::Path, time::Duration};
use tokio::sync::Mutex;
use uuid::Uuid;
use writer::Writer;

/// Reading connections; SQLite reads scale with them until the disk is busy.
const READERS: usize = 4;

/// The open store.
#[derive(Debug)]
pub struct Store {
    // Order matters: the connections close before the lock is let go.
    writer: Writer,
    readers: Readers,
    folding: Mutex<()>,
    _lock: File,
}

/// What the database says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Identity of the server.
    pub server_id: String,
    /// Organisation: hex SHA-256 of its root certificate.
    pub org: String,
    /// Life of the log: another one after a restore.
    pub log_epoch: String,
    /// Entries in the log.
    pub size: u64,
}

impl Store {
    /// Opens the database in `folder`, makes it if it is not there, and holds it until dropped.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::NewerVersion`], or what the database says.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let lock = open::lock(folder)?;
        let path = folder.join(DATABASE);
        let writer = open::writer(&path)?;
        let readers = (0..READERS).map(|_| open::reader(&path)).collect::<Result<_, _>>()?;
        Ok(Self {
            writer: Writer::start(writer)?,
            readers: Readers::new(readers),
            folding: Mutex::default(),
            _lock: lock,
        })
    }

    /// Who this database is; none before [`Store::found`].
    ///
    /// # Errors
    /// What the database says.
    pub async fn identity(&self) -> Result<Option<Identity>, StoreError> {
        self.read(|conn| Ok(identity(conn)?)).await
    }

    /// Writes down who this database is and the key of the server's own journal, once.
    ///
    /// # Errors
    /// What the database says.
    pub async fn found(&self, org: String, journal_key: [u8; 32]) -> Result<Identity, StoreError> {
        self.write(move |conn| {
            if let Some(identity) = identity(conn)? {
                return Ok(identity);
            }
            let (server_id, epoch) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
            let sql = "INSERT INTO server (id, server_id, org, log_epoch) VALUES (1, ?1, ?2, ?3)";
            conn.execute(sql, params![server_id, org, epoch])?;
            people::add_journal(conn, &Journal::new(SERVER_JOURNAL, journal_key, None, JournalState::Open))?;
            identity(conn)?.ok_or(StoreError::Unreadable("server"))
        })
        .await
    }

    /// Begins a new life of the log, after a restore. The server's own journal goes on under another name: what it wrote
    /// since the backup is with the devices, which give it back, and its numbers must not be taken by other entries.
    ///
    /// # Errors
    /// What the database says.
    pub async fn new_epoch(&self) -> Result<String, StoreError> {
        self.write(|conn| {
            let epoch = Uuid::now_v7();
            conn.execute("UPDATE server SET log_epoch = ?1", [epoch.to_string()])?;
            conn.execute("DELETE FROM session", [])?;
            let old = own_journal(conn)?;
            let name = format!("{SERVER_JOURNAL}-{}", epoch.simple());
            let mut new = Journal::new(&name, old.ed25519, None, JournalState::Open);
            new.continues = Some(old.device);
            people::add_journal(conn, &new)?;
            put_setting(conn, OWN_JOURNAL, &name)?;
            Ok(epoch.to_string())
        })
        .await
    }

    /// The server's own journal: the one it writes now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn own_journal(&self) -> Result<Journal, StoreError> {
        self.read(own_journal).await
    }

    /// A setting, as JSON.
    ///
    /// # Errors
    /// What the database says.
    pub async fn setting(&self, name: &'static str) -> Result<Option<String>, StoreError> {
        self.read(move |conn| setting(conn, name)).await
    }

    /// Writes a setting.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_setting(&self, name: &'static str, value: String) -> Result<(), StoreError> {
        self.write(move |conn| put_setting(conn, name, &value)).await
    }

    pub(crate) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.run(work).await
    }

    pub(crate) async fn read<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.readers.run(work).await
    }
}

/// Name of the server's first own journal, and the beginning of those that continue it.
pub const SERVER_JOURNAL: &str = "server";
/// Setting: the journal the server writes now, where it is not the first.
const OWN_JOURNAL: &str = "own_journal";

fn setting(conn: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?)
}

fn put_setting(conn: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
    conn.execute(sql, params![name, value])?;
    Ok(())
}

fn own_journal(conn: &Connection) -> Result<Journal, StoreError> {
    let name = setting(conn, OWN_JOURNAL)?.unwrap_or_else(|| SERVER_JOURNAL.to_owned());
    people::journal(conn, &name)?.ok_or(StoreError::Unreadable("journal"))
}

/// A copy of the database in `folder` by SQLite's backup interface, also while a server uses it.
///
/// # Errors
/// What the database or the system says.
pub fn copy_database(folder: &Path, target: &Path) -> Result<(), StoreError> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(folder.join(DATABASE), flags)?;
    let mut to = Connection::open(target)?;
    Backup::new(&from, &mut to)?.run_to_completion(4096, Duration::ZERO, None)?;
    to.close().map_err(|(_, error)| error)?;
    File::options().write(true).open(target)?.sync_all()?;
    Ok(())
}

fn identity(conn: &Connection) -> rusqlite::Result<Option<Identity>> {
    let sql = "SELECT server_id, org, log_epoch, size FROM server";
    conn.prepare_cached(sql)?
        .query_row([], |row| {
            Ok(Identity {
                server_id: row.get(0)?,
                org: row.get(1)?,
                log_epoch: row.get(2)?,
                size: count(row.get(3)?)?,
            })
        })
        .optional()
}

/// SQLite's integers have a sign, our counts have none.
fn count(value: i64) -> rusqlite::Result<u64> {
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, value))
}

/// The other way round.
fn integer(value: u64) -> rusqlite::Result<i64> {
    i64::try_from(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// A word of ours that a column holds.
fn word<T: serde::de::DeserializeOwned>(text: String) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}

/// The column's form of a word of ours.
fn as_word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(StoreError::Unreadable("word")),
    }
}

fn uuid(bytes: [u8; 16]) -> Uuid {
    Uuid::from_bytes(bytes)
}

fn digest(bytes: [u8; 32]) -> Digest {
    Digest(bytes)
}
