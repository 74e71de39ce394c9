//! Files on their way here: pieces are kept as they come, and the file counts only when all of it has its digest.

use crate::{
    blob::{BLOB_CHUNK, BlobSort},
    column::{Count, Hash, Word},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::Digest;
use rusqlite::params;
use sha2::{Digest as _, Sha256};

impl Read<'_> {
    /// How many bytes of a file have come; where to go on.
    ///
    /// # Errors
    /// What the database says.
    pub fn incoming(&self, sha256: Digest) -> Result<u64> {
        let sql = "SELECT coalesce(sum(length(bytes)), 0) FROM incoming WHERE sha256 = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([Hash(sha256)], |row| row.get::<_, Count>(0))?.0)
    }
}

impl Tx<'_> {
    /// Keeps the next bytes of a file, as many whole pieces as they make; the rest only when `last` says that the
    /// file ends with them. How many bytes were kept.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_incoming(&self, sha256: Digest, bytes: &[u8], last: bool) -> Result<u64> {
        let here = self.incoming(sha256)?;
        let mut kept = 0;
        for (position, piece) in (here / BLOB_CHUNK as u64..).zip(bytes.chunks(BLOB_CHUNK)) {
            if piece.len() < BLOB_CHUNK && !last {
                break;
            }
            let sql = "INSERT INTO incoming (sha256, position, bytes) VALUES (?1, ?2, ?3)";
            self.conn.prepare_cached(sql)?.execute(params![Hash(sha256), Count(position), piece])?;
            kept += piece.len() as u64;
        }
        Ok(kept)
    }

    /// All bytes are here: the file is checked and becomes a stored one. When it is another file than its name says,
    /// all of it is thrown away; the answer says which.
    ///
    /// # Errors
    /// What the database says.
    pub fn finish_incoming(&self, sha256: Digest, sort: BlobSort, media_type: &str) -> Result<bool> {
        let (digest, size) = self.digest_incoming(sha256)?;
        let right = digest == sha256;
        if right && self.blob_info(sha256)?.is_none() {
            let sql = "INSERT INTO blob (sha256, sort, media_type, size) VALUES (?1, ?2, ?3, ?4)";
            let values = params![Hash(sha256), Word(sort), media_type, Count(size)];
            self.conn.prepare_cached(sql)?.execute(values)?;
            let sql = "INSERT INTO chunk (blob, position, bytes)
                       SELECT ?2, position, bytes FROM incoming WHERE sha256 = ?1 ORDER BY position";
            let blob = self.conn.last_insert_rowid();
            self.conn.prepare_cached(sql)?.execute(params![Hash(sha256), blob])?;
        }
        self.conn.prepare_cached("DELETE FROM incoming WHERE sha256 = ?1")?.execute([Hash(sha256)])?;
        if right {
            self.set_uploaded(sha256, "")?;
        }
        Ok(right)
    }

    fn digest_incoming(&self, sha256: Digest) -> Result<(Digest, u64)> {
        let sql = "SELECT bytes FROM incoming WHERE sha256 = ?1 ORDER BY position";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([Hash(sha256)])?;
        let (mut hasher, mut size) = (Sha256::new(), 0);
        while let Some(row) = rows.next()? {
            let piece = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            hasher.update(piece);
            size += piece.len() as u64;
        }
        Ok((Digest(hasher.finalize().into()), size))
    }
}
