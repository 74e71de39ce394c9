//! Pages, counts and number series of the register.

use super::{
    filter::{Axis, Question, RegisterFilter},
    row::{RegisterRow, is_counted},
};
use crate::{
    column::{Count, Id, Json},
    error::Result,
    store::Read,
};
use fieldseal_domain::number::{DocumentNumber, Series};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// From which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
}

/// A page of the register: rows with the place each lies at.
#[derive(Debug, Clone, Default)]
pub struct RegisterPage {
    /// The rows.
    pub rows: Vec<RegisterRow>,
    /// Where the next page begins; none after the last.
    pub next: Option<i64>,
}

impl Direction {
    fn bounds(self, filter: &RegisterFilter, after: Option<i64>) -> (i64, i64) {
        let (first, end) = filter.range();
        match (self, after) {
            (Self::Newest, Some(place)) => (first, end.min(place)),
            (Self::Oldest, Some(place)) => (first.max(place.saturating_add(1)), end),
            (Self::Newest | Self::Oldest, None) => (first, end),
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Newest => "DESC",
            Self::Oldest => "ASC",
        }
    }
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<(i64, RegisterRow)> {
    Ok((row.get(0)?, row.get::<_, Json<RegisterRow>>(1)?.0))
}

/// The expression the index is asked, or none when the table alone answers.
fn expression(question: Question) -> Option<String> {
    match question {
        Question::Everything | Question::Nothing => None,
        Question::OneTag(tag) => Some(format!("tags : {tag}")),
        Question::Match(query) => Some(query),
    }
}

pub(crate) fn page_sql(by_index: bool, direction: Direction) -> String {
    let order = direction.order();
    if by_index {
        format!(
            "SELECT register.place, register.data FROM register_word
               JOIN register ON register.place = register_word.rowid
             WHERE register_word MATCH ?4 AND register_word.rowid >= ?1 AND register_word.rowid < ?2
             ORDER BY register_word.rowid {order} LIMIT ?3"
        )
    } else {
        format!(
            "SELECT place, data FROM register WHERE place >= ?1 AND place < ?2 ORDER BY place {order} LIMIT ?3"
        )
    }
}

impl Read<'_> {
    /// Up to `limit` rows after a place (none: from the end that `direction` names).
    ///
    /// # Errors
    /// What the database says.
    pub fn register(
        &self,
        filter: &RegisterFilter,
        direction: Direction,
        after: Option<i64>,
        limit: u32,
    ) -> Result<RegisterPage> {
        let question = filter.question();
        if question == Question::Nothing {
            return Ok(RegisterPage::default());
        }
        let (first, end) = direction.bounds(filter, after);
        let found: Vec<(i64, RegisterRow)> = match expression(question) {
            Some(query) => {
                let mut statement = self.conn.prepare_cached(&page_sql(true, direction))?;
                let rows = statement.query_map(params![first, end, limit, query], read_row)?;
                rows.collect::<rusqlite::Result<_>>()?
            }
            None => {
                let mut statement = self.conn.prepare_cached(&page_sql(false, direction))?;
                let rows = statement.query_map(params![first, end, limit], read_row)?;
                rows.collect::<rusqlite::Result<_>>()?
            }
        };
        let full = u32::try_from(found.len()).unwrap_or(u32::MAX) >= limit;
        let next = if full { found.last().map(|(place, _)| *place) } else { None };
        Ok(RegisterPage { rows: found.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// How many rows a filter finds; beyond `most` it is only said that there are more (`most + 1`).
    ///
    /// # Errors
    /// What the database says.
    pub fn register_count(&self, filter: &RegisterFilter, most: u32) -> Result<u64> {
        let question = filter.question();
        match &question {
            Question::Nothing => return Ok(0),
            Question::Everything if !filter.has_time() => return self.register_tagged(Axis::All),
            Question::OneTag(tag) if !filter.has_time() && is_counted(tag) => return self.counted(tag),
            Question::Everything | Question::OneTag(_) | Question::Match(_) => {}
        }
        let (first, end) = filter.range();
        let limit = u64::from(most).saturating_add(1);
        let count = match expression(question) {
            Some(query) => {
                let sql = "SELECT count(*) FROM (SELECT 1 FROM register_word
                             WHERE register_word MATCH ?4 AND rowid >= ?1 AND rowid < ?2 LIMIT ?3)";
                let values = params![first, end, Count(limit), query];
                self.conn.prepare_cached(sql)?.query_row(values, |row| row.get::<_, Count>(0))?
            }
            None => {
                let sql =
                    "SELECT count(*) FROM (SELECT 1 FROM register WHERE place >= ?1 AND place < ?2 LIMIT ?3)";
                let values = params![first, end, Count(limit)];
                self.conn.prepare_cached(sql)?.query_row(values, |row| row.get::<_, Count>(0))?
            }
        };
        Ok(count.0)
    }

    /// How many rows have a value, without counting them now.
    ///
    /// # Errors
    /// What the database says.
    pub fn register_tagged(&self, axis: Axis) -> Result<u64> {
        self.counted(&axis.tag())
    }

    fn counted(&self, tag: &str) -> Result<u64> {
        let mut statement = self.conn.prepare_cached("SELECT count FROM register_count WHERE tag = ?1")?;
        Ok(statement.query_row([tag], |row| row.get::<_, Count>(0)).optional()?.map_or(0, |count| count.0))
    }

    /// One row.
    ///
    /// # Errors
    /// What the database says.
    pub fn register_row(&self, doc: Uuid) -> Result<Option<RegisterRow>> {
        let mut statement = self.conn.prepare_cached("SELECT data FROM register WHERE doc = ?1")?;
        let row = statement.query_row([Id(doc)], |row| row.get::<_, Json<RegisterRow>>(0)).optional()?;
        Ok(row.map(|json| json.0))
    }

    /// The row of a number.
    ///
    /// # Errors
    /// What the database says.
    pub fn register_by_number(&self, number: &str) -> Result<Option<RegisterRow>> {
        let sql = "SELECT data FROM register WHERE number = ?1 AND number <> ''";
        let mut statement = self.conn.prepare_cached(sql)?;
        let row = statement.query_row([number], |row| row.get::<_, Json<RegisterRow>>(0)).optional()?;
        Ok(row.map(|json| json.0))
    }

    /// Every number series with the positions that are taken, rising.
    ///
    /// # Errors
    /// What the database says.
    pub fn register_series(&self) -> Result<BTreeMap<Series, Vec<u32>>> {
        let mut statement =
            self.conn.prepare_cached("SELECT number FROM register WHERE number <> '' ORDER BY number")?;
        let mut series: BTreeMap<Series, Vec<u32>> = BTreeMap::new();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            if let Ok(number) = text.parse::<DocumentNumber>() {
                series.entry(number.series).or_default().push(number.position);
            }
        }
        series.values_mut().for_each(|positions| positions.sort_unstable());
        Ok(series)
    }
}
