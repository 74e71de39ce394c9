//! Which files are here, who mentions them, and which are still missed. The bytes are elsewhere.

use super::{Sight, Store, StoreError, count, digest, integer, project, scope};
use fieldseal_domain::Digest;
use rusqlite::{OptionalExtension as _, params};

/// A file as somebody may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobView {
    /// Nothing in sight mentions it.
    OutOfSight,
    /// Mentioned, not here in full.
    Missing,
    /// Here, checked.
    Here {
        /// Size in bytes.
        size: u64,
    },
}

impl Store {
    /// Whether a file may be seen, and is here.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blob(&self, sight: Sight, sha256: Digest) -> Result<BlobView, StoreError> {
        self.read(move |conn| {
            if !scope::sees_blob(conn, sight, sha256)? {
                return Ok(BlobView::OutOfSight);
            }
            let sql = "SELECT size FROM blob WHERE sha256 = ?1";
            let size: Option<i64> =
                conn.prepare_cached(sql)?.query_row([sha256.0], |row| row.get(0)).optional()?;
            Ok(match size {
                None => BlobView::Missing,
                Some(size) => BlobView::Here { size: count(size)? },
            })
        })
        .await
    }

    /// A file is here and its SHA-256 was right. What waited for it goes on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_blob(&self, sha256: Digest, size: u64, now_ms: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            let sql = "INSERT INTO blob (sha256, size, stored_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            conn.prepare_cached(sql)?.execute(params![sha256.0, integer(size)?, now_ms])?;
            conn.prepare_cached("DELETE FROM missing_blob WHERE sha256 = ?1")?.execute([sha256.0])?;
            let sql = format!(
                "INSERT INTO dirty (document) SELECT b.subject FROM blob_subject b
                 JOIN subject s ON s.id = b.subject WHERE b.sha256 = ?1 AND s.kind = 'document' {}",
                project::MARK
            );
            conn.prepare_cached(&sql)?.execute([sha256.0])?;
            let sql = "UPDATE effect SET next_ms = ?2 WHERE state = 'queued' AND attempts = 0
                       AND document IN (SELECT subject FROM blob_subject WHERE sha256 = ?1)";
            conn.prepare_cached(sql)?.execute(params![sha256.0, now_ms])?;
            Ok(())
        })
        .await
    }

    /// Files that are here, for a backup: after a hash, by hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blobs_after(
        &self,
        after: Option<Digest>,
        limit: u32,
    ) -> Result<Vec<(Digest, u64)>, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT sha256, size FROM blob WHERE sha256 > ?1 ORDER BY sha256 LIMIT ?2";
            let from = after.map_or(Vec::new(), |digest| digest.0.to_vec());
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement
                .query_map(params![from, limit], |row| Ok((digest(row.get(0)?), count(row.get(1)?)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Forgets that files are here: after a restore without them they are sent again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_blobs(&self, gone: Vec<Digest>) -> Result<(), StoreError> {
        self.write(move |conn| {
            let mut statement = conn.prepare("DELETE FROM blob WHERE sha256 = ?1")?;
            let mut missing =
                conn.prepare("INSERT INTO missing_blob (sha256) VALUES (?1) ON CONFLICT DO NOTHING")?;
            for sha256 in gone {
                statement.execute([sha256.0])?;
                missing.execute([sha256.0])?;
            }
            Ok(())
        })
        .await
    }
}
