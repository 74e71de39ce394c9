//! The doctor's look at the log: every entry, leaf and inner hash is made anew and compared with what is kept.

use super::{Store, StoreError, count, digest, integer, tree};
use fieldseal_domain::{
    Digest,
    event::{Header, body_hash},
};
use fieldseal_seal::chain::{EventSignature, JournalKey, SignatureCheck};
use fieldseal_wire::Envelope;
use rusqlite::{Connection, Row};

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
    /// Reads the whole log: ids, chains, signatures, bodies, envelopes and the tree. Slow on a large one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn examine(&self) -> Result<(Vec<JournalHealth>, Vec<String>), StoreError> {
        self.read(|conn| {
            let sql = "SELECT device, n, head, ed25519 FROM journal ORDER BY device";
            let mut statement = conn.prepare(sql)?;
            let journals = statement.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, count(row.get(1)?)?, digest(row.get(2)?), row.get(3)?))
            })?;
            let journals: Vec<_> = journals.collect::<rusqlite::Result<_>>()?;
            let found =
                journals.into_iter().map(|(device, n, head, key)| journal(conn, device, (n, head), &key));
            Ok((found.collect::<Result<_, _>>()?, log(conn)?))
        })
        .await
    }
}

fn journal(
    conn: &Connection,
    device: String,
    (acked, head): (u64, Digest),
    key: &[u8; 32],
) -> Result<JournalHealth, StoreError> {
    let mut findings = Vec::new();
    let (mut have, mut last) = (0, Digest::default());
    let key = JournalKey::read(key);
    if key.is_none() {
        findings.push("the key of the journal is none".to_owned());
    }
    let sql = "SELECT n, id, header, signature, salt, body FROM entry WHERE device = ?1 ORDER BY n";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([&device])?;
    while let Some(row) = rows.next()? {
        let (n, id): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
        have += 1;
        if count(n)? != have {
            findings.push(format!("entry {have} is missing"));
            break;
        }
        let wrong = entry(row, (&device, have, last), key.as_ref())?;
        findings.extend(wrong.into_iter().map(|wrong| format!("entry {n}: {wrong}")));
        last = Digest(id);
    }
    if have != acked || last != head {
        findings.push(format!("acknowledged up to {acked}, but {have} entries are there"));
    }
    Ok(JournalHealth { device, acked, head, have, findings })
}

/// What is wrong with an entry that stands at this place, after the entry with this id.
fn entry(
    row: &Row<'_>,
    (device, n, prev): (&str, u64, Digest),
    key: Option<&JournalKey>,
) -> Result<Vec<&'static str>, StoreError> {
    let (id, bytes, signature): ([u8; 32], Vec<u8>, [u8; 64]) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let (salt, body): (Option<[u8; 16]>, Option<Vec<u8>>) = (row.get(4)?, row.get(5)?);
    let mut wrong = Vec::new();
    if Digest::of(&bytes) != Digest(id) {
        wrong.push("its header was changed");
    }
    if key.is_some_and(|key| key.check(&Digest(id), &EventSignature(signature)) != SignatureCheck::Right) {
        wrong.push("its signature is not by the key of the journal");
    }
    let Ok(header) = serde_json::from_slice::<Header>(&bytes) else {
        wrong.push("its header cannot be read");
        return Ok(wrong);
    };
    if header.device != device || header.n != n {
        wrong.push("its header speaks of another place");
    }
    if header.prev != prev {
        wrong.push("it does not follow the entry before it");
    }
    match (salt, body) {
        (Some(salt), Some(body)) if body_hash(&salt, &body) != header.body_hash => {
            wrong.push("its body is not the one that was signed");
        }
        (Some(_), None) | (None, Some(_)) => wrong.push("of salt and body one is missing"),
        (Some(_), Some(_)) | (None, None) => {}
    }
    Ok(wrong)
}

/// Each envelope must speak of its entry, each leaf be that of its entry; the counter must be the number of entries.
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
        let read: Option<Envelope> = serde_json::from_slice(&envelope).ok();
        if read.is_none_or(|read| (read.seq, read.event) != (next, Digest(id))) {
            findings.push(format!("the envelope at place {seq} is not that of its entry"));
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

/// Each inner hash must be that over the two below it, and there must be as many as belong there.
fn inner_nodes(conn: &Connection, size: u64) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let sql = "SELECT n.level, n.pos, n.hash, l.hash, r.hash FROM node n
               LEFT JOIN node l ON l.level = n.level - 1 AND l.pos = n.pos * 2
               LEFT JOIN node r ON r.level = n.level - 1 AND r.pos = n.pos * 2 + 1
               WHERE n.level > 0 ORDER BY n.level, n.pos";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut all = 0;
    while let Some(row) = rows.next()? {
        let (level, pos, hash): (i64, i64, [u8; 32]) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let below: (Option<[u8; 32]>, Option<[u8; 32]>) = (row.get(3)?, row.get(4)?);
        let over = below.0.zip(below.1).map(|(left, right)| tree::node_hash(&Digest(left), &Digest(right)));
        if over != Some(Digest(hash)) {
            findings.push(format!(
                "the hash {pos} on level {level} of the tree is not that over the two below it"
            ));
        }
        all += 1;
    }
    let expected: u64 = (1..64).map_while(|level| size.checked_shr(level)).sum();
    if all != integer(expected)? {
        findings.push(format!("the tree has {all} inner hashes, {expected} belong there"));
    }
    Ok(findings)
}
