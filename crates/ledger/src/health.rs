//! How the log stands, in counts for metrics.

use super::{Store, StoreError, count};
use rusqlite::Connection;

/// Counts for metrics.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Entries in the log.
    pub size: u64,
    /// Entries in quarantine without answer.
    pub quarantined: u64,
    /// Forks seen.
    pub forks: u64,
    /// Files that are mentioned and not here.
    pub missing_blobs: u64,
    /// Copies waiting.
    pub queued_effects: u64,
    /// Copies refused for good.
    pub refused_effects: u64,
    /// Devices.
    pub devices: Vec<DeviceHealth>,
}

/// A device's own account at its last hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHealth {
    /// Device.
    pub device: String,
    /// Last number here.
    pub n: u64,
    /// Last number it said it had.
    pub said_n: u64,
    /// Signatures it said were only there; 0 once everything it spoke of has come.
    pub unsynced: u64,
    /// When the oldest of them was made; none once everything it spoke of has come.
    pub oldest_unsynced_ms: Option<i64>,
    /// When it last said hello.
    pub seen_ms: Option<i64>,
}

impl Store {
    /// Counts for metrics.
    ///
    /// # Errors
    /// What the database says.
    pub async fn health(&self) -> Result<Health, StoreError> {
        self.read(|conn| {
            let one = |sql: &str| -> Result<u64, StoreError> {
                Ok(count(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)?)
            };
            Ok(Health {
                size: one("SELECT size FROM server")?,
                quarantined: one(
                    "SELECT count(*) FROM entry WHERE quarantine IS NOT NULL AND answer IS NULL",
                )?,
                forks: one("SELECT count(*) FROM fork")?,
                missing_blobs: one("SELECT count(*) FROM missing_blob")?,
                queued_effects: one("SELECT count(*) FROM effect WHERE state = 'queued'")?,
                refused_effects: one("SELECT count(*) FROM effect WHERE state = 'refused'")?,
                devices: devices(conn)?,
            })
        })
        .await
    }
}

fn devices(conn: &Connection) -> Result<Vec<DeviceHealth>, StoreError> {
    // A hello speaks of what its session then brings: a tablet that is switched off after that owes nothing.
    let sql = "SELECT d.id, j.n, d.said_n, iif(j.n < d.said_n, d.unsynced, 0),
                 iif(j.n < d.said_n AND d.unsynced > 0, d.oldest_unsynced_ms, NULL), d.seen_ms
               FROM device d JOIN journal j ON j.device = d.id WHERE j.state = 'open' ORDER BY d.id";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(DeviceHealth {
            device: row.get(0)?,
            n: count(row.get(1)?)?,
            said_n: count(row.get(2)?)?,
            unsynced: count(row.get(3)?)?,
            oldest_unsynced_ms: row.get(4)?,
            seen_ms: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
