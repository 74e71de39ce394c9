//! Equipment, by its owner.

use crate::{
    column::{Count, Id, Json, Stamp},
    error::Result,
    search::{self, Indexed, What},
    store::{Read, Tx},
};
use fieldseal_domain::{
    fold::Place,
    party::{Customer, Equipment},
    text,
};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

impl Read<'_> {
    /// Equipment of a customer, by maker and model.
    ///
    /// # Errors
    /// What the database says.
    pub fn equipment_of(&self, customer: Uuid) -> Result<Vec<Equipment>> {
        let sql = "SELECT data FROM equipment WHERE customer = ?1 ORDER BY sort_name, id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([Id(customer)], |row| row.get::<_, Json<Equipment>>(0))?;
        rows.map(|row| Ok(row?.0)).collect()
    }

    /// One piece of equipment.
    ///
    /// # Errors
    /// What the database says.
    pub fn equipment(&self, id: Uuid) -> Result<Option<Equipment>> {
        let mut statement = self.conn.prepare_cached("SELECT data FROM equipment WHERE id = ?1")?;
        Ok(statement
            .query_row([Id(id)], |row| row.get::<_, Json<Equipment>>(0))
            .optional()?
            .map(|json| json.0))
    }
}

pub(crate) fn put(tx: &Tx<'_>, place: &Place, equipment: &Equipment) -> Result<()> {
    let sql = "INSERT INTO equipment (id, hlc, device, n, customer, sort_name, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (id) DO UPDATE SET hlc = excluded.hlc, device = excluded.device, n = excluded.n,
                 customer = excluded.customer, sort_name = excluded.sort_name, data = excluded.data
               WHERE (excluded.hlc, excluded.device, excluded.n) > (hlc, device, n)";
    let sort_name = text::fold(&title(equipment));
    let values = params![
        Id(equipment.id),
        Stamp(place.hlc),
        place.device,
        Count(place.n),
        Id(equipment.customer),
        sort_name,
        Json(equipment),
    ];
    if tx.conn.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(());
    }
    let owner = tx.customer(equipment.customer)?.unwrap_or_default();
    index(tx, equipment, &owner)
}

/// Writes the words of all equipment of a customer again.
pub(crate) fn index_of_customer(tx: &Tx<'_>, customer: Uuid) -> Result<()> {
    let owner = tx.customer(customer)?.unwrap_or_default();
    tx.equipment_of(customer)?.iter().try_for_each(|equipment| index(tx, equipment, &owner))
}

fn index(tx: &Tx<'_>, equipment: &Equipment, owner: &Customer) -> Result<()> {
    let Equipment { kind, make, model, serial, location, .. } = equipment;
    search::index(
        tx,
        &Indexed {
            what: What::Equipment,
            thing: equipment.id,
            title: &title(equipment),
            detail: &owner.name,
            texts: &[kind, make, model, serial, location, &owner.name],
            phones: &[],
        },
    )
}

fn title(equipment: &Equipment) -> String {
    format!("{} {} {}", equipment.make, equipment.model, equipment.kind).trim().to_owned()
}
