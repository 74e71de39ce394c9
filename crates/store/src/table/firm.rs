//! The firm: one row, or none before the first run is done.

use crate::{
    column::{Count, Json, Stamp},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::{fold::Place, party::Firm};
use rusqlite::{OptionalExtension, params};

impl Read<'_> {
    /// The firm; none before it was first saved.
    ///
    /// # Errors
    /// What the database says.
    pub fn firm(&self) -> Result<Option<Firm>> {
        let mut statement = self.conn.prepare_cached("SELECT data FROM firm")?;
        Ok(statement.query_row([], |row| row.get::<_, Json<Firm>>(0)).optional()?.map(|json| json.0))
    }
}

/// Keeps the firm if nothing that counts more is here. What a member of the organisation said goes before what a tablet
/// said while it stood alone, whenever that was.
pub(crate) fn put(tx: &Tx<'_>, member: bool, place: &Place, firm: &Firm) -> Result<()> {
    let sql = "INSERT INTO firm (one, member, hlc, device, n, data) VALUES (1, ?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (one) DO UPDATE SET member = excluded.member, hlc = excluded.hlc,
                 device = excluded.device, n = excluded.n, data = excluded.data
               WHERE (excluded.member, excluded.hlc, excluded.device, excluded.n) > (member, hlc, device, n)";
    tx.conn.prepare_cached(sql)?.execute(params![
        member,
        Stamp(place.hlc),
        place.device,
        Count(place.n),
        Json(firm)
    ])?;
    Ok(())
}
