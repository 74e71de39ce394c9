//! Which files the journal speaks of, and which of them still have to travel.

use crate::{
    blob::BlobSort,
    column::{Count, Hash, Id, Word},
    error::Result,
    journal::Entry,
    store::{Read, Tx},
};
use fieldseal_domain::{
    Digest,
    content::Photo,
    event::{Event, Inner, ReadEvent},
};
use rusqlite::{Row, params};
use uuid::Uuid;

/// A file that an event speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentioned {
    /// SHA-256 of its content.
    pub sha256: Digest,
    /// What it is for.
    pub sort: BlobSort,
    /// Media type; empty when the event does not say.
    pub media_type: String,
    /// Size in bytes; 0 when the event does not say.
    pub size: u64,
}

/// A file that has to travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDue {
    /// The file.
    pub file: Mentioned,
    /// Document it belongs to, if any.
    pub doc: Option<Uuid>,
}

const PDF: &str = "application/pdf";

/// The files an event speaks of.
fn mentioned(event: &Event) -> Vec<Mentioned> {
    if let Event::Recovered(recovered) = event {
        return match recovered.inner() {
            Ok(Inner { event: ReadEvent::Known(event), .. }) => mentioned(&event),
            Ok(_) | Err(_) => Vec::new(),
        };
    }
    let pdf = |sha256, sort, size| Mentioned { sha256, sort, media_type: PDF.to_owned(), size };
    match event {
        Event::Created { content, .. } => content.photos.iter().map(photo).collect(),
        Event::FieldsChanged { changes, .. } => {
            let photos = changes.get("/photos").map(|change| change.value.clone());
            let photos: Option<Vec<Photo>> = photos.and_then(|value| serde_json::from_value(value).ok());
            photos.unwrap_or_default().iter().map(photo).collect()
        }
        Event::Frozen(frozen) => vec![pdf(frozen.file.0, BlobSort::Frozen, frozen.size)],
        Event::Signed(signed) => vec![pdf(signed.sealed.0, BlobSort::Sealed, signed.size)],
        Event::FirmSaved(firm) => {
            firm.logo.as_deref().and_then(|logo| logo.parse().ok()).map_or_else(Vec::new, |sha256| {
                vec![Mentioned { sha256, sort: BlobSort::Picture, media_type: String::new(), size: 0 }]
            })
        }
        _ => Vec::new(),
    }
}

fn photo(photo: &Photo) -> Mentioned {
    Mentioned {
        sha256: photo.sha256,
        sort: BlobSort::Picture,
        media_type: photo.media_type.clone(),
        size: photo.size,
    }
}

/// Writes down the files of an entry.
pub(crate) fn mention(tx: &Tx<'_>, entry: &Entry) -> Result<()> {
    let Ok(ReadEvent::Known(event)) = entry.event() else { return Ok(()) };
    for file in mentioned(&event) {
        let sql = "INSERT OR IGNORE INTO mention (entry, sha256, doc, sort, media_type, size)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        tx.conn.prepare_cached(sql)?.execute(params![
            Hash(entry.id),
            Hash(file.sha256),
            entry.header.doc.map(Id),
            Word(file.sort),
            file.media_type,
            Count(file.size),
        ])?;
    }
    Ok(())
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<FileDue> {
    Ok(FileDue {
        file: Mentioned {
            sha256: row.get::<_, Hash>(0)?.0,
            sort: row.get::<_, Word<BlobSort>>(1)?.0,
            media_type: row.get(2)?,
            size: row.get::<_, Count>(3)?.0,
        },
        doc: row.get::<_, Option<Id>>(4)?.map(|id| id.0),
    })
}

impl Read<'_> {
    // The files come first in these joins: an office knows of a million files and has a handful of them.

    /// Files here that entries known to the server speak of and that it does not have yet, small ones first.
    /// `of_others` adds those that only others' entries speak of: what an office can give back to a server that lost them.
    ///
    /// # Errors
    /// What the database says.
    pub fn files_to_send(&self, of_others: bool, limit: u32) -> Result<Vec<FileDue>> {
        let sql = "SELECT m.sha256, b.sort, b.media_type, b.size, max(m.doc)
                   FROM blob b CROSS JOIN mention m USING (sha256) JOIN entry e ON e.id = m.entry
                     JOIN journal j USING (device) LEFT JOIN uploaded u ON u.sha256 = m.sha256
                   WHERE u.sha256 IS NULL AND (j.own = 1 AND e.n <= j.acked OR j.own = 0 AND ?1)
                   GROUP BY m.sha256 ORDER BY b.size, m.sha256 LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![of_others, limit], read_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Files of own entries that the server does not have, whether it knows the entries or not.
    ///
    /// # Errors
    /// What the database says.
    pub fn files_unsent(&self) -> Result<Vec<FileDue>> {
        let sql = "SELECT m.sha256, b.sort, b.media_type, b.size, max(m.doc)
                   FROM blob b CROSS JOIN mention m USING (sha256) JOIN entry e ON e.id = m.entry
                     JOIN journal j USING (device) LEFT JOIN uploaded u ON u.sha256 = m.sha256
                   WHERE j.own = 1 AND (u.sha256 IS NULL OR u.refused <> '')
                   GROUP BY m.sha256 ORDER BY b.size, m.sha256";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([], read_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Files that entries here speak of and that are not here, small ones first.
    ///
    /// # Errors
    /// What the database says.
    pub fn files_to_get(&self, limit: u32) -> Result<Vec<FileDue>> {
        let sql = "SELECT m.sha256, max(m.sort), max(m.media_type), max(m.size), max(m.doc)
                   FROM mention m LEFT JOIN blob b USING (sha256) WHERE b.id IS NULL
                   GROUP BY m.sha256 ORDER BY max(m.size), m.sha256 LIMIT ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([limit], read_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What the journal says of a file; none when it does not speak of it.
    ///
    /// # Errors
    /// What the database says.
    pub fn mentioned(&self, sha256: Digest) -> Result<Option<FileDue>> {
        let sql = "SELECT sha256, sort, media_type, size, doc FROM mention WHERE sha256 = ?1
                   ORDER BY size DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query_map([Hash(sha256)], read_row)?;
        Ok(rows.next().transpose()?)
    }

    /// A part of a stored file: at most `length` bytes from `offset` on.
    ///
    /// # Errors
    /// What the database says.
    pub fn file_part(&self, sha256: Digest, offset: u64, length: usize) -> Result<Vec<u8>> {
        let chunk = crate::BLOB_CHUNK as u64;
        let first = offset / chunk;
        let skip = usize::try_from(offset % chunk).unwrap_or(0);
        let pieces = u32::try_from((skip + length).div_ceil(crate::BLOB_CHUNK)).unwrap_or(u32::MAX);
        let sql = "SELECT c.bytes FROM chunk c JOIN blob b ON b.id = c.blob
                   WHERE b.sha256 = ?1 AND c.position >= ?2 ORDER BY c.position LIMIT ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params![Hash(sha256), Count(first), pieces])?;
        let mut bytes = Vec::new();
        while let Some(row) = rows.next()? {
            bytes.extend_from_slice(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
        }
        bytes.drain(..skip.min(bytes.len()));
        bytes.truncate(length);
        Ok(bytes)
    }
}

impl Tx<'_> {
    /// The server has the file, or does not want it (`refused`, a code).
    ///
    /// # Errors
    /// What the database says.
    pub fn set_uploaded(&self, sha256: Digest, refused: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO uploaded (sha256, refused) VALUES (?1, ?2)";
        self.conn.prepare_cached(sql)?.execute(params![Hash(sha256), refused])?;
        Ok(())
    }
}
