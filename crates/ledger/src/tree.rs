//! The Merkle tree's hashes as rows: growing, checkpoints, and what proofs are made of. The arithmetic is `seal`'s.

use super::{Sight, Store, StoreError, count, identity, integer, scope::Scope, uuid};
use fieldseal_domain::Digest;
use fieldseal_seal::log::{Frontier, NodeReader, TreeError, consistency, inclusion, root_at};
use fieldseal_wire::log::InclusionProof;
use rusqlite::{Connection, OptionalExtension as _, params};

pub(super) use fieldseal_seal::log::{leaf_hash, node_hash};

/// The hashes in the table.
struct Nodes<'a>(&'a Connection);

impl NodeReader for Nodes<'_> {
    type Error = StoreError;

    fn node(&self, level: u8, index: u64) -> Result<Option<Digest>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT hash FROM node WHERE level = ?1 AND pos = ?2")?;
        let hash: Option<[u8; 32]> =
            statement.query_row(params![level, integer(index)?], |row| row.get(0)).optional()?;
        Ok(hash.map(Digest))
    }
}

/// The right edge of the tree of this size.
pub(super) fn frontier(conn: &Connection, size: u64) -> Result<Frontier, StoreError> {
    let nodes = Nodes(conn);
    let mut peaks = Vec::new();
    for level in (0..63_u8).rev() {
        let rest = size >> level;
        if rest & 1 == 1 {
            peaks.push(nodes.node(level, rest - 1)?.ok_or(StoreError::Unreadable("node"))?);
        }
    }
    Frontier::from_parts(size, peaks).ok_or(StoreError::Unreadable("frontier"))
}

/// Adds a leaf and writes every subtree that becomes complete.
pub(super) fn grow(conn: &Connection, frontier: &mut Frontier, leaf: Digest) -> Result<(), StoreError> {
    let mut statement = conn.prepare_cached("INSERT INTO node (level, pos, hash) VALUES (?1, ?2, ?3)")?;
    for node in frontier.append(leaf) {
        statement.execute(params![node.level, integer(node.index)?, node.hash.0])?;
    }
    Ok(())
}

/// A checkpoint that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// Entries it covers.
    pub size: u64,
    /// The note.
    pub note: String,
    /// When, Unix milliseconds.
    pub made_ms: i64,
}

/// Why a proof cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The log is smaller than asked.
    #[error("the log is smaller than asked")]
    TooSmall,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<TreeError<StoreError>> for LogError {
    fn from(error: TreeError<StoreError>) -> Self {
        match error {
            TreeError::OutOfRange => Self::TooSmall,
            TreeError::Missing { .. } => Self::Store(StoreError::Unreadable("node")),
            TreeError::Read(error) => Self::Store(error),
        }
    }
}

impl Store {
    /// The newest signed checkpoint, and size and root of the log now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn log_state(&self) -> Result<(Option<SignedCheckpoint>, u64, Digest), LogError> {
        self.read(|conn| {
            let sql = "SELECT size, note, made_ms FROM checkpoint ORDER BY size DESC LIMIT 1";
            let newest = conn.prepare_cached(sql)?.query_row([], |row| {
                Ok(SignedCheckpoint { size: count(row.get(0)?)?, note: row.get(1)?, made_ms: row.get(2)? })
            });
            let newest = newest.optional()?;
            let size = identity(conn)?.map_or(0, |identity| identity.size);
            Ok((newest, size, root_at(&Nodes(conn), size)?))
        })
        .await
    }

    /// Keeps a signed checkpoint; the first of a size stays.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_checkpoint(&self, checkpoint: SignedCheckpoint) -> Result<(), StoreError> {
        self.write(move |conn| {
            let sql =
                "INSERT INTO checkpoint (size, note, made_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            conn.execute(sql, params![integer(checkpoint.size)?, checkpoint.note, checkpoint.made_ms])?;
            Ok(())
        })
        .await
    }

    /// Proof that the log of size `to` begins with that of size `from`.
    ///
    /// # Errors
    /// [`LogError::TooSmall`], or what the database says.
    pub async fn consistency(&self, from: u64, to: u64) -> Result<Vec<Digest>, LogError> {
        self.read(move |conn| {
            check_size(conn, to)?;
            Ok(consistency(&Nodes(conn), from, to)?)
        })
        .await
    }

    /// Proofs for entries in sight that the log of this size has.
    ///
    /// # Errors
    /// [`LogError::TooSmall`], or what the database says.
    pub async fn inclusions(
        &self,
        sight: Sight,
        entries: Vec<Digest>,
        size: u64,
    ) -> Result<Vec<InclusionProof>, LogError> {
        self.read(move |conn| {
            check_size(conn, size)?;
            let scope = Scope::of(conn, sight)?;
            let mut proofs = Vec::new();
            for entry in entries {
                let sql = "SELECT seq, subject, person FROM entry JOIN journal USING (device) WHERE id = ?1";
                let found: Option<(i64, [u8; 16], Option<[u8; 16]>)> = conn
                    .prepare_cached(sql)?
                    .query_row([entry.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                let Some((seq, subject, writer)) = found else { continue };
                let seq = count(seq)?;
                // Whoever wrote an entry can have it proven, also when what it is about went out of sight.
                let own = matches!(sight, Sight::Of(person) if writer == Some(*person.as_bytes()));
                if seq < size && (own || scope.has(uuid(subject))) {
                    proofs.push(InclusionProof { entry, seq, hashes: inclusion(&Nodes(conn), seq, size)? });
                }
            }
            Ok(proofs)
        })
        .await
    }
}

fn check_size(conn: &Connection, size: u64) -> Result<(), LogError> {
    let now = identity(conn)?.map_or(0, |identity| identity.size);
    if size > now { Err(LogError::TooSmall) } else { Ok(()) }
}
