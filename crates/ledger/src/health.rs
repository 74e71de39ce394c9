//! How the log stands: for metrics and for the doctor.

use super::{Store, StoreError, count, digest, integer, tree};
use fieldseal_domain::Digest;
use rusqlite::{Connection, params};

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
    /// Signatures it said were only there.
    pub unsynced: u64,
    /// When the oldest of them was made.
    pub oldest_unsynced_ms: Option<i64>,
    /// When it last said hello.
    pub seen_ms: Option<i64>,
}

/// What the doctor finds in one journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalHealth {
    /// Journal.
    pub device: String,
    /// Last number that was acknowledged.
    pub acked: u64,
    /// Id of that entry.
    pub head: Digest,
    /// Entries that are really there.
    pub have: u64,
    /// What is wrong; empty when nothing is.
    pub findings: Vec<String>,
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

    /// Reads the whole log: chains, ids, envelopes and the tree. Slow on a large one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn examine(&self) -> Result<(Vec<JournalHealth>, Vec<String>), StoreError> {
        self.read(|conn| {
            let sql = "SELECT device, n, head FROM journal ORDER BY device";
            let mut statement = conn.prepare(sql)?;
            let journals = statement.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, count(row.get(1)?)?, digest(row.get(2)?)))
            })?;
            let journals: Vec<_> = journals.collect::<rusqlite::Result<_>>()?;
            let found = journals.into_iter().map(|(device, n, head)| journal(conn, device, n, head));
            Ok((found.collect::<Result<_, _>>()?, log(conn)?))
        })
        .await
    }
}

fn devices(conn: &Connection) -> Result<Vec<DeviceHealth>, StoreError> {
    let sql = "SELECT d.id, j.n, d.said_n, d.unsynced, d.oldest_unsynced_ms, d.seen_ms
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

fn journal(conn: &Connection, device: String, acked: u64, head: Digest) -> Result<JournalHealth, StoreError> {
    let mut findings = Vec::new();
    let (mut have, mut last) = (0, Digest::default());
    let mut statement =
        conn.prepare_cached("SELECT n, id, header FROM entry WHERE device = ?1 ORDER BY n")?;
    let mut rows = statement.query([&device])?;
    while let Some(row) = rows.next()? {
        let (n, id, header): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        have += 1;
        if count(n)? != have {
            findings.push(format!("entry {have} is missing"));
            break;
        }
        if Digest::of(&header) != Digest(id) {
            findings.push(format!("the header of entry {n} was changed"));
        }
        last = Digest(id);
    }
    if have != acked || last != head {
        findings.push(format!("acknowledged up to {acked}, but {have} entries are there"));
    }
    Ok(JournalHealth { device, acked, head, have, findings })
}

/// Each leaf must be that of its entry; the counter must be the number of entries.
fn log(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let mut next = 0_u64;
    let sql = "SELECT e.seq, e.id, e.envelope, node.hash FROM entry e
               LEFT JOIN node ON node.level = 0 AND node.pos = e.seq ORDER BY e.seq";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, id, envelope): (i64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if count(seq)? != next {
            findings.push(format!("place {next} of the log is empty"));
            next = count(seq)?;
        }
        let leaf: Option<[u8; 32]> = row.get(3)?;
        if leaf.map(Digest) != Some(tree::leaf_hash(&Digest(id), &envelope)) {
            findings.push(format!("the leaf at place {seq} is not that of its entry"));
        }
        next += 1;
    }
    let size = super::identity(conn)?.map_or(0, |identity| identity.size);
    if size != next {
        findings.push(format!("the counter says {size}, the log has {next} entries"));
    }
    findings.extend(inner_nodes(conn, size)?);
    Ok(findings)
}

fn inner_nodes(conn: &Connection, size: u64) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT count(*) FROM node n
               JOIN node l ON l.level = n.level - 1 AND l.pos = n.pos * 2
               JOIN node r ON r.level = n.level - 1 AND r.pos = n.pos * 2 + 1 WHERE n.level > 0";
    let joined: i64 = conn.query_row(sql, [], |row| row.get(0))?;
    let all: i64 =
        conn.query_row("SELECT count(*) FROM node WHERE level > 0", params![], |row| row.get(0))?;
    let expected: u64 = (1..64).map_while(|level| size.checked_shr(level)).sum();
    if joined == all && all == integer(expected)? {
        return Ok(Vec::new());
    }
    Ok(vec![format!("the tree has {all} inner hashes, {expected} belong there")])
}
