//! The register's rows: handed out from both ends and in the order of their changes, written by the fold.

use super::{Store, StoreError, count, identity, integer, uuid};
use fieldseal_wire::register::{MAX_ROWS, RegisterPage, RegisterRow};
use rusqlite::{Connection, params};
use uuid::Uuid;

impl Store {
    /// Rows before a place, newest change first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn register_before(&self, before: Option<u64>, limit: u32) -> Result<RegisterPage, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT row FROM register WHERE head < min(?1, ?2) AND row IS NOT NULL
                       ORDER BY head DESC LIMIT ?3";
            page(conn, sql, before.map_or(Ok(i64::MAX), integer)?, limit)
        })
        .await
    }

    /// Rows after a place, oldest change first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn register_after(&self, after: u64, limit: u32) -> Result<RegisterPage, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT row FROM register WHERE head > ?1 AND head < ?2 AND row IS NOT NULL
                       ORDER BY head LIMIT ?3";
            page(conn, sql, integer(after)?, limit)
        })
        .await
    }

    /// Rows that changed after a change, in the order of changes, and the documents that left the register.
    ///
    /// # Errors
    /// What the database says.
    pub async fn register_changes(&self, after: u64, limit: u32) -> Result<RegisterPage, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT change, document, row FROM register WHERE change > ?1 ORDER BY change LIMIT ?2";
            let limit = limit.clamp(1, MAX_ROWS);
            let mut page = empty_page(conn, Some(after))?;
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query(params![integer(after)?, limit + 1])?;
            while let Some(row) = rows.next()? {
                if page.rows.len() + page.removed.len() == limit as usize {
                    page.more = true;
                    break;
                }
                match row.get_ref(2)?.as_bytes_or_null().map_err(rusqlite::Error::from)? {
                    Some(json) => page.rows.push(serde_json::from_slice(json)?),
                    None => page.removed.push(uuid(row.get(1)?)),
                }
                page.change = Some(count(row.get(0)?)?);
            }
            Ok(page)
        })
        .await
    }
}

fn page(conn: &Connection, sql: &str, from: i64, limit: u32) -> Result<RegisterPage, StoreError> {
    let limit = limit.clamp(1, MAX_ROWS);
    let settled = settled(conn)?;
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![from, settled, limit + 1], |row| row.get::<_, String>(0))?;
    let mut rows: Vec<RegisterRow> =
        rows.map(|row| Ok(serde_json::from_str(&row?)?)).collect::<Result<_, StoreError>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let page = empty_page(conn, Some(change_below(conn, settled)?))?;
    Ok(RegisterPage { rows, more, size: page.size.min(count(settled)?), ..page })
}

fn empty_page(conn: &Connection, change: Option<u64>) -> Result<RegisterPage, StoreError> {
    let size = identity(conn)?.map_or(0, |identity| identity.size);
    Ok(RegisterPage { rows: Vec::new(), removed: Vec::new(), more: false, size, change })
}

/// The newest change, unless rows that lie beyond what is settled would then never be heard of.
fn change_below(conn: &Connection, settled: i64) -> Result<u64, StoreError> {
    Ok(count(conn.prepare_cached(CHANGE_BELOW)?.query_row([settled], |row| row.get(0))?)?)
}

/// The plus keeps the database from walking all changes upwards until one lies beyond: there rarely is one.
const CHANGE_BELOW: &str = "SELECT coalesce((SELECT min(+change) - 1 FROM register WHERE head >= ?1),
  (SELECT max(change) FROM register), 0)";

/// Up to here every document is folded. A row beyond it could come before one that is still to be folded, and who
/// goes on from there would never see that one.
fn settled(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached(SETTLED)?.query_row([i64::MAX], |row| row.get(0))?)
}

/// The marks come first, which are few: left to itself the database walks all subjects.
const SETTLED: &str =
    "SELECT coalesce(min(s.head), ?1) FROM dirty d CROSS JOIN subject s ON s.id = d.document
  LEFT JOIN register r ON r.document = d.document WHERE r.head IS NULL OR r.head < s.head";

const NEXT_CHANGE: &str = "(SELECT coalesce(max(change), 0) + 1 FROM register)";

/// A row that says what it said before keeps its place: mirrors need not hear of it.
pub(super) fn put(conn: &Connection, document: Uuid, head: u64, row: &str) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO register (document, head, change, row) VALUES (?1, ?2, {NEXT_CHANGE}, ?3)
         ON CONFLICT (document) DO UPDATE SET head = excluded.head, change = excluded.change, row = excluded.row
         WHERE register.row IS NOT excluded.row"
    );
    conn.prepare_cached(&sql)?.execute(params![document.as_bytes(), integer(head)?, row])?;
    Ok(())
}

/// What never had a row needs nobody to be told.
pub(super) fn take_out(conn: &Connection, document: Uuid, head: u64) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE register SET head = ?2, row = NULL, change = CASE WHEN row IS NULL THEN change ELSE {NEXT_CHANGE} END
         WHERE document = ?1"
    );
    conn.prepare_cached(&sql)?.execute(params![document.as_bytes(), integer(head)?])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plan(conn: &Connection, sql: &str) -> Vec<String> {
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan = statement.query_map([1], |row| row.get("detail")).unwrap();
        plan.collect::<rusqlite::Result<_>>().unwrap()
    }

    /// Would turn red if a page of the register took longer the more documents there are: it did, twice.
    #[test]
    fn a_page_walks_neither_all_documents_nor_all_changes() {
        let folder = tempfile::tempdir().unwrap();
        let conn = crate::open::writer(&folder.path().join("server.db")).unwrap();
        let settled = plan(&conn, SETTLED);
        assert!(settled.first().is_some_and(|first| first.contains(" d")), "{settled:?}");
        assert!(settled.iter().skip(1).all(|step| step.starts_with("SEARCH")), "{settled:?}");
        let below = plan(&conn, CHANGE_BELOW);
        assert!(below.iter().any(|step| step.contains("(head>?)")), "{below:?}");
    }
}
