//! Who may see what. Office roles see everything; a technician sees the own jobs, those nobody has yet, and what
//! belongs to them, and whatever the own journals wrote.

use super::{Store, StoreError, count, uuid};
use fieldseal_domain::Digest;
use fieldseal_wire::pull::Head;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::HashSet;
use uuid::Uuid;

/// What a request may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everything.
    Everything,
    /// What is in the scope of this person.
    Of(Uuid),
}

const SCOPE: &str = "
  WITH jobs AS (SELECT id, customer, equipment FROM job WHERE technician = ?1 OR technician IS NULL),
       mine AS (SELECT subject FROM writer WHERE person = ?1),
       documents AS (SELECT id, customer FROM document WHERE job IN (SELECT id FROM jobs)
                     UNION SELECT id, customer FROM document WHERE id IN mine),
       customers AS (SELECT j.customer AS id FROM jobs j JOIN vouched v ON v.subject = j.id AND v.thing = j.customer
                     UNION SELECT d.customer FROM documents d
                       JOIN vouched v ON v.subject = d.id AND v.thing = d.customer),
       scope AS (
         SELECT id FROM subject WHERE kind IN ('everyone', 'person')
         UNION SELECT id FROM jobs
         UNION SELECT id FROM documents
         UNION SELECT id FROM customers
         UNION SELECT id FROM equipment WHERE customer IN customers
         UNION SELECT j.equipment FROM jobs j JOIN vouched v ON v.subject = j.id AND v.thing = j.equipment
         UNION SELECT subject FROM mine)";

impl Store {
    /// Everything in sight with the place of its newest entry, by id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn manifest(&self, sight: Sight) -> Result<Vec<Head>, StoreError> {
        self.read(move |conn| {
            let all = "SELECT id, head FROM subject ORDER BY id".to_owned();
            let some = format!(
                "{SCOPE} SELECT s.id, s.head FROM scope JOIN subject s ON s.id = scope.id
                 WHERE s.kind <> 'office' OR s.id IN mine ORDER BY s.id"
            );
            let read =
                |row: &rusqlite::Row<'_>| Ok(Head { subject: uuid(row.get(0)?), head: count(row.get(1)?)? });
            let rows: rusqlite::Result<Vec<Head>> = match sight {
                Sight::Everything => conn.prepare_cached(&all)?.query_map([], read)?.collect(),
                Sight::Of(person) => {
                    conn.prepare_cached(&some)?.query_map([person.as_bytes()], read)?.collect()
                }
            };
            Ok(rows?)
        })
        .await
    }
}

/// Everything in sight, for many questions at once.
pub(super) enum Scope {
    /// No limit.
    Everything,
    /// These.
    These(HashSet<Uuid>),
}

impl Scope {
    pub(super) fn of(conn: &Connection, sight: Sight) -> rusqlite::Result<Self> {
        let Sight::Of(person) = sight else { return Ok(Self::Everything) };
        let sql = format!("{SCOPE} SELECT id FROM scope");
        let mut statement = conn.prepare_cached(&sql)?;
        let rows = statement.query_map([person.as_bytes()], |row| Ok(uuid(row.get(0)?)))?;
        Ok(Self::These(rows.collect::<rusqlite::Result<_>>()?))
    }

    pub(super) fn has(&self, subject: Uuid) -> bool {
        match self {
            Self::Everything => true,
            Self::These(these) => these.contains(&subject),
        }
    }
}

/// Whether a file is mentioned by anything in sight.
pub(super) fn sees_blob(conn: &Connection, sight: Sight, sha256: Digest) -> rusqlite::Result<bool> {
    let found = match sight {
        Sight::Everything => conn
            .prepare_cached("SELECT 1 FROM blob_subject WHERE sha256 = ?1 LIMIT 1")?
            .query_row([sha256.0], |_| Ok(()))
            .optional()?,
        Sight::Of(person) => {
            let sql = format!(
                "{SCOPE} SELECT 1 FROM blob_subject b JOIN scope ON scope.id = b.subject WHERE b.sha256 = ?2 LIMIT 1"
            );
            conn.prepare_cached(&sql)?
                .query_row(params![person.as_bytes(), sha256.0], |_| Ok(()))
                .optional()?
        }
    };
    Ok(found.is_some())
}
