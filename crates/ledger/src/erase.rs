//! Erasing under a retention rule: salt and body go, and files only they mentioned; header, signature and leaf stay. A
//! legal hold is stronger than any rule.

use super::{Dropped, Store, StoreError, digest, project, uuid};
use crate::intake;
use fieldseal_domain::Digest;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Store {
    /// Files to be deleted.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unwanted_blobs(&self) -> Result<Vec<Digest>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT sha256 FROM unwanted_blob")?;
            let rows = statement.query_map([], |row| Ok(digest(row.get(0)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Forgets a file before it is deleted; false when something mentions it again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn let_blob_go(&self, sha256: Digest) -> Result<bool, StoreError> {
        self.write(move |conn| {
            conn.execute("DELETE FROM unwanted_blob WHERE sha256 = ?1", [sha256.0])?;
            let sql = "DELETE FROM blob WHERE sha256 = ?1
                       AND NOT EXISTS (SELECT 1 FROM blob_subject b WHERE b.sha256 = blob.sha256)";
            Ok(conn.execute(sql, [sha256.0])? > 0)
        })
        .await
    }
}

/// Whether a legal hold forbids this: then the entry that says so waits for the office like any other that goes too far.
pub(super) fn is_barred(conn: &Connection, entries: &[Digest]) -> Result<bool, StoreError> {
    let mut subjects = BTreeSet::new();
    for entry in entries {
        let sql = "SELECT subject FROM entry WHERE id = ?1";
        let subject: Option<[u8; 16]> =
            conn.prepare_cached(sql)?.query_row([entry.0], |row| row.get(0)).optional()?;
        subjects.extend(subject);
    }
    for subject in subjects {
        if project::on_hold(conn, uuid(subject))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Erases entries.
pub(super) fn run(conn: &Connection, entries: &[Digest]) -> Result<(), StoreError> {
    let mut subjects = BTreeSet::new();
    for entry in entries {
        let sql = "SELECT subject, header, body FROM entry WHERE id = ?1 AND body IS NOT NULL";
        let found: Option<([u8; 16], Vec<u8>, Vec<u8>)> = conn
            .prepare_cached(sql)?
            .query_row([entry.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((subject, header, body)) = found else { continue };
        conn.prepare_cached("UPDATE entry SET salt = NULL, body = NULL WHERE id = ?1")?.execute([entry.0])?;
        forget_files(conn, uuid(subject), &intake::files_of(&header, &body))?;
        subjects.insert(subject);
    }
    for subject in subjects {
        forget_copies(conn, subject)?;
        project::mark(conn, uuid(subject))?;
    }
    Ok(())
}

/// Addresses go, and what the mail servers said: it may repeat them. A copy that waits would find no file any more.
fn forget_copies(conn: &Connection, subject: [u8; 16]) -> Result<(), StoreError> {
    let sql = "UPDATE effect SET recipient = '', detail = CASE state WHEN 'queued' THEN ?2 ELSE '' END,
                 state = CASE state WHEN 'queued' THEN 'refused' ELSE state END
               WHERE document = ?1";
    conn.prepare_cached(sql)?.execute(params![subject, Dropped::Erased.words()])?;
    Ok(())
}

fn forget_files(conn: &Connection, subject: Uuid, files: &[Digest]) -> Result<(), StoreError> {
    for sha256 in files {
        let sql = "DELETE FROM blob_subject WHERE sha256 = ?1 AND subject = ?2";
        conn.prepare_cached(sql)?.execute(params![sha256.0, subject.as_bytes()])?;
        let sql = "INSERT INTO unwanted_blob (sha256) SELECT ?1
                   WHERE NOT EXISTS (SELECT 1 FROM blob_subject WHERE sha256 = ?1) ON CONFLICT DO NOTHING";
        conn.prepare_cached(sql)?.execute([sha256.0])?;
        let sql = "DELETE FROM missing_blob WHERE sha256 = ?1
                   AND NOT EXISTS (SELECT 1 FROM blob_subject b WHERE b.sha256 = missing_blob.sha256)";
        conn.prepare_cached(sql)?.execute([sha256.0])?;
    }
    Ok(())
}
