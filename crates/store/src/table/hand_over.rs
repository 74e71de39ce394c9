//! The hand-over in progress: what a restarted app needs to stand on the customer's screen again (design D17).

use crate::{
    column::{Id, Json, Word},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::{Language, acceptance::Signer};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// The tablet is with a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverRow {
    /// The document.
    pub doc: Uuid,
    /// Slot to be filled.
    pub slot: String,
    /// Language of the screen.
    pub language: Language,
    /// Who handed it over.
    pub given_by: Uuid,
    /// When, RFC 3339, as given.
    pub started: String,
    /// Pages that were on screen, rising, from 1.
    pub pages_seen: Vec<u32>,
    /// Whether "read as text" was used.
    pub as_text: bool,
    /// Name, role and principal typed so far.
    pub signer: Signer,
    /// Remark typed so far.
    pub remark: String,
}

impl Read<'_> {
    /// The hand-over in progress; none while the tablet is the technician's.
    ///
    /// # Errors
    /// What the database says.
    pub fn hand_over(&self) -> Result<Option<HandOverRow>> {
        let sql = "SELECT doc, slot, language, given_by, started, pages_seen, as_text, name, role, on_behalf_of, remark
                   FROM hand_over";
        let row = self.conn.prepare_cached(sql)?.query_row([], |row| {
            Ok(HandOverRow {
                doc: row.get::<_, Id>(0)?.0,
                slot: row.get(1)?,
                language: row.get::<_, Word<Language>>(2)?.0,
                given_by: row.get::<_, Id>(3)?.0,
                started: row.get(4)?,
                pages_seen: row.get::<_, Json<Vec<u32>>>(5)?.0,
                as_text: row.get(6)?,
                signer: Signer { name: row.get(7)?, role: row.get(8)?, on_behalf_of: row.get(9)? },
                remark: row.get(10)?,
            })
        });
        Ok(row.optional()?)
    }
}

impl Tx<'_> {
    /// Begins a hand-over, or saves how far it is.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_hand_over(&self, row: &HandOverRow) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO hand_over (one, doc, slot, language, given_by, started, pages_seen, as_text, name,
                     role, on_behalf_of, remark)
                   VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let Signer { name, role, on_behalf_of } = &row.signer;
        self.conn.prepare_cached(sql)?.execute(params![
            Id(row.doc),
            row.slot,
            Word(row.language),
            Id(row.given_by),
            row.started,
            Json(&row.pages_seen),
            row.as_text,
            name,
            role,
            on_behalf_of,
            row.remark,
        ])?;
        Ok(())
    }

    /// The tablet is the technician's again.
    ///
    /// # Errors
    /// What the database says.
    pub fn end_hand_over(&self) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM hand_over")?.execute([])?;
        Ok(())
    }
}
