//! Pages of long lists: by the last row seen, never by counting (a count reads all rows before it).

use crate::column::{Count, Id};
use uuid::Uuid;

/// Where a page of a list that runs from new to old begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageFrom {
    /// Time and id of the last row of the page before; none for the first page.
    pub before: Option<(u64, Uuid)>,
    /// Most rows.
    pub limit: u32,
}

impl PageFrom {
    /// The first page.
    pub fn start(limit: u32) -> Self {
        Self { before: None, limit }
    }

    /// Key that all rows of the page come before.
    pub(crate) fn key(&self) -> (Count, Id) {
        let (ms, id) = self.before.unwrap_or((i64::MAX.unsigned_abs(), Uuid::max()));
        (Count(ms), Id(id))
    }
}
