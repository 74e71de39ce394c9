//! Sessions: who a token speaks for, and the first exchange.

use super::{JournalState, Store, StoreError, count, digest, identity, people, uuid, word};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_wire::{
    OLDEST_PROTOCOL,
    session::{Hello, JournalEnd, Notice},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

/// Who a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// Device.
    pub device: String,
    /// Whose it is.
    pub person: Uuid,
    /// Their role.
    pub role: Role,
    /// Whether the device's entries count.
    pub state: JournalState,
    /// Whether the person may still work.
    pub active: bool,
    /// Whether the program said that it is too old for this server.
    pub outdated: bool,
}

/// What a hello is answered with.
#[derive(Debug, Clone)]
pub struct Greeting {
    /// Who the database is.
    pub identity: super::Identity,
    /// Ends of the journals that were named.
    pub have: Vec<JournalEnd>,
    /// What to do.
    pub notices: Vec<Notice>,
}

/// A session lasts an hour: milliseconds.
pub const SESSION_MS: i64 = 3600 * 1000;
/// A device that was away for longer learns nothing new from it.
const NOTICE_MS: i64 = 180 * 24 * 3600 * 1000;

const PERSON: &str = "FROM journal j JOIN person p ON p.id = j.person";

impl Store {
    /// Who a device is, if it is enrolled.
    ///
    /// # Errors
    /// What the database says.
    pub async fn device_facts(&self, device: String) -> Result<Option<SessionFacts>, StoreError> {
        self.read(move |conn| {
            let sql = format!(
                "SELECT j.device, p.id, p.role, j.state, p.active, 0 {PERSON}
                 JOIN device d ON d.id = j.device WHERE j.device = ?1"
            );
            Ok(conn.prepare_cached(&sql)?.query_row([device], read_facts).optional()?)
        })
        .await
    }

    /// Keeps the hash of a token.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_session(
        &self,
        token: Digest,
        device: String,
        now_ms: i64,
        expires_ms: i64,
    ) -> Result<(), StoreError> {
        self.write(move |conn| {
            conn.execute("DELETE FROM session WHERE expires_ms <= ?1", [now_ms])?;
            let sql = "INSERT INTO session (token, device, expires_ms) VALUES (?1, ?2, ?3)";
            conn.execute(sql, params![token.0, device, expires_ms])?;
            Ok(())
        })
        .await
    }

    /// Who a token speaks for, if it is still good.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session(&self, token: Digest, now_ms: i64) -> Result<Option<SessionFacts>, StoreError> {
        self.read(move |conn| {
            let sql = format!(
                "SELECT j.device, p.id, p.role, j.state, p.active, s.outdated {PERSON}
                 JOIN session s ON s.device = j.device
                 WHERE s.token = ?1 AND s.expires_ms > ?2 AND s.expires_ms <= ?3"
            );
            // One that ends later than any could was opened while the clock was wrong.
            let latest = now_ms.saturating_add(SESSION_MS);
            let params = params![token.0, now_ms, latest];
            Ok(conn.prepare_cached(&sql)?.query_row(params, read_facts).optional()?)
        })
        .await
    }

    /// Writes down what a device says of itself, and what to answer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hello(&self, device: String, hello: Hello, now_ms: i64) -> Result<Greeting, StoreError> {
        self.write(move |conn| {
            people::note_hello(conn, &device, &hello, now_ms)?;
            // A device has one program: what it says of itself holds for all its sessions.
            let outdated = hello.newest < OLDEST_PROTOCOL;
            let sql = "UPDATE session SET outdated = ?2 WHERE device = ?1 AND outdated <> ?2";
            conn.prepare_cached(sql)?.execute(params![device, outdated])?;
            let identity = identity(conn)?.ok_or(StoreError::Unreadable("server"))?;
            let have = hello.journals.iter().map(|end| have(conn, end)).collect::<Result<_, _>>()?;
            let forgotten = now_ms.saturating_sub(NOTICE_MS);
            conn.prepare_cached("DELETE FROM notice WHERE made_ms < ?1")?.execute([forgotten])?;
            Ok(Greeting { identity, have, notices: notices(conn, &device)? })
        })
        .await
    }
}

fn read_facts(row: &rusqlite::Row<'_>) -> rusqlite::Result<SessionFacts> {
    Ok(SessionFacts {
        device: row.get(0)?,
        person: uuid(row.get(1)?),
        role: word(row.get(2)?)?,
        state: word(row.get(3)?)?,
        active: row.get(4)?,
        outdated: row.get(5)?,
    })
}

fn have(conn: &Connection, end: &JournalEnd) -> Result<JournalEnd, StoreError> {
    let sql = "SELECT n, head FROM journal WHERE device = ?1";
    let row: Option<(i64, [u8; 32])> = conn
        .prepare_cached(sql)?
        .query_row([&end.device], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (n, id) = row.unwrap_or_default();
    Ok(JournalEnd { device: end.device.clone(), n: count(n)?, id: digest(id) })
}

/// Told again and again: a device that has done it knows so by the notice's id.
fn notices(conn: &Connection, device: &str) -> Result<Vec<Notice>, StoreError> {
    let sql = "SELECT notice FROM notice WHERE device = ?1 ORDER BY made_ms, id";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([device], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect()
}
