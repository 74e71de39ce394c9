//! Files and pictures by the SHA-256 of their content, in pieces, so that a large one is never needed whole.

use crate::{
    column::{Count, Hash, Word},
    error::{Result, StoreError},
    store::{Read, Tx},
};
use fieldseal_domain::Digest;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::io;

/// Bytes of a piece; the last one of a file may be shorter.
pub const BLOB_CHUNK: usize = 256 * 1024;

/// What a blob is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobSort {
    /// A frozen file that nobody has signed. Never changed, never deleted.
    Frozen,
    /// A file with at least one signature. Never changed, never deleted.
    Sealed,
    /// A photo or logo: can be deleted.
    Picture,
}

/// What is known of a blob without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobInfo {
    /// SHA-256 of its content.
    pub sha256: Digest,
    /// What it is for.
    pub sort: BlobSort,
    /// Media type, for example `application/pdf`.
    pub media_type: String,
    /// Size in bytes.
    pub size: u64,
}

/// Reads a blob piece by piece. It does not check the digest; [`Read::blob`] does.
pub struct BlobReader<'a> {
    read: Read<'a>,
    blob: i64,
    next: u32,
    piece: io::Cursor<Vec<u8>>,
}

impl io::Read for BlobReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = io::Read::read(&mut self.piece, out)?;
        if count > 0 || out.is_empty() {
            return Ok(count);
        }
        let Some(piece) = self.read.piece(self.blob, self.next).map_err(io::Error::other)? else {
            return Ok(0);
        };
        self.next += 1;
        self.piece = io::Cursor::new(piece);
        io::Read::read(&mut self.piece, out)
    }
}

impl<'a> Read<'a> {
    /// What is known of a blob; none when it is not here.
    ///
    /// # Errors
    /// What the database says.
    pub fn blob_info(&self, sha256: Digest) -> Result<Option<BlobInfo>> {
        Ok(self.find_blob(sha256)?.map(|(_, info)| info))
    }

    /// The whole content, compared with its digest; none when it is not here.
    ///
    /// # Errors
    /// [`StoreError::ReadBack`] when the content is not that of the digest.
    pub fn blob(&self, sha256: Digest) -> Result<Option<Vec<u8>>> {
        let Some((blob, info)) = self.find_blob(sha256)? else { return Ok(None) };
        let mut bytes = Vec::with_capacity(usize::try_from(info.size).unwrap_or(0).min(64 << 20));
        let sql = "SELECT bytes FROM chunk WHERE blob = ?1 ORDER BY position";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([blob])?;
        while let Some(row) = rows.next()? {
            bytes.extend_from_slice(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
        }
        if Digest::of(&bytes) == sha256 { Ok(Some(bytes)) } else { Err(StoreError::ReadBack(sha256)) }
    }

    /// The content as a stream.
    ///
    /// # Errors
    /// [`StoreError::NoBlob`] when it is not here.
    pub fn blob_reader(&self, sha256: Digest) -> Result<BlobReader<'a>> {
        let (blob, _) = self.find_blob(sha256)?.ok_or(StoreError::NoBlob(sha256))?;
        Ok(BlobReader { read: *self, blob, next: 0, piece: io::Cursor::default() })
    }

    /// Whether `bytes` begins with the whole content of a blob.
    pub(crate) fn blob_is_prefix_of(&self, sha256: Digest, bytes: &[u8]) -> Result<bool> {
        let (blob, _) = self.find_blob(sha256)?.ok_or(StoreError::NoBlob(sha256))?;
        let sql = "SELECT bytes FROM chunk WHERE blob = ?1 ORDER BY position";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([blob])?;
        let mut rest = bytes;
        while let Some(row) = rows.next()? {
            let piece = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            let Some(after) = rest.strip_prefix(piece) else { return Ok(false) };
            rest = after;
        }
        Ok(true)
    }

    fn find_blob(&self, sha256: Digest) -> Result<Option<(i64, BlobInfo)>> {
        let sql = "SELECT id, sort, media_type, size FROM blob WHERE sha256 = ?1";
        let found = self.conn.prepare_cached(sql)?.query_row([Hash(sha256)], |row| {
            let info = BlobInfo {
                sha256,
                sort: row.get::<_, Word<BlobSort>>(1)?.0,
                media_type: row.get(2)?,
                size: row.get::<_, Count>(3)?.0,
            };
            Ok((row.get(0)?, info))
        });
        Ok(found.optional()?)
    }

    fn piece(&self, blob: i64, position: u32) -> Result<Option<Vec<u8>>> {
        let sql = "SELECT bytes FROM chunk WHERE blob = ?1 AND position = ?2";
        Ok(self.conn.prepare_cached(sql)?.query_row(params![blob, position], |row| row.get(0)).optional()?)
    }
}

impl Tx<'_> {
    /// Stores `bytes`, once: the same content again only makes a picture a frozen or sealed file.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], or what the database says.
    pub fn put_blob(&self, sort: BlobSort, media_type: &str, bytes: &[u8]) -> Result<Digest> {
        let sha256 = Digest::of(bytes);
        if let Some((blob, info)) = self.find_blob(sha256)? {
            if info.sort == BlobSort::Picture && sort != BlobSort::Picture {
                let sql = "UPDATE blob SET sort = ?2 WHERE id = ?1";
                self.conn.prepare_cached(sql)?.execute(params![blob, Word(sort)])?;
            }
            return Ok(sha256);
        }
        let size = Count(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let sql = "INSERT INTO blob (sha256, sort, media_type, size) VALUES (?1, ?2, ?3, ?4)";
        self.conn.prepare_cached(sql)?.execute(params![Hash(sha256), Word(sort), media_type, size])?;
        let blob = self.conn.last_insert_rowid();
        let mut insert =
            self.conn.prepare_cached("INSERT INTO chunk (blob, position, bytes) VALUES (?1, ?2, ?3)")?;
        for (position, piece) in (0_u32..).zip(bytes.chunks(BLOB_CHUNK)) {
            insert.execute(params![blob, position, piece])?;
        }
        Ok(sha256)
    }

    /// Deletes a picture that no document needs any more.
    ///
    /// # Errors
    /// [`StoreError::Database`] for a frozen or sealed file: those are never deleted.
    pub fn delete_picture(&self, sha256: Digest) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM blob WHERE sha256 = ?1")?.execute([Hash(sha256)])?;
        Ok(())
    }
}
