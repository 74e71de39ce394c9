//! Customers, by name as people look for them.

use crate::{
    column::{Count, Id, Json, Stamp},
    error::Result,
    search::{self, Indexed, What},
    store::{Read, Tx},
    table::{equipment, jobs},
};
use fieldseal_domain::{fold::Place, party::Customer, text};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

impl Read<'_> {
    /// Up to `limit` customers after the one named, by name.
    ///
    /// # Errors
    /// What the database says.
    pub fn customers(&self, after: Option<&Customer>, limit: u32) -> Result<Vec<Customer>> {
        let sql =
            "SELECT data FROM customer WHERE (sort_name, id) > (?1, ?2) ORDER BY sort_name, id LIMIT ?3";
        let (name, id) = after.map_or_else(Default::default, |last| (text::fold(&last.name), last.id));
        // The nil uuid sorts before all others, the empty name before all names.
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![name, Id(id), limit], |row| row.get::<_, Json<Customer>>(0))?;
        rows.map(|row| Ok(row?.0)).collect()
    }

    /// Up to `limit` customers of exactly this name, whatever its accents and capitals.
    ///
    /// # Errors
    /// What the database says.
    pub fn customers_named(&self, name: &str, limit: u32) -> Result<Vec<Customer>> {
        let sql = "SELECT data FROM customer WHERE sort_name = ?1 ORDER BY id LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![text::fold(name), limit], |row| row.get::<_, Json<Customer>>(0))?;
        rows.map(|row| Ok(row?.0)).collect()
    }

    /// One customer.
    ///
    /// # Errors
    /// What the database says.
    pub fn customer(&self, id: Uuid) -> Result<Option<Customer>> {
        let mut statement = self.conn.prepare_cached("SELECT data FROM customer WHERE id = ?1")?;
        Ok(statement
            .query_row([Id(id)], |row| row.get::<_, Json<Customer>>(0))
            .optional()?
            .map(|json| json.0))
    }
}

pub(crate) fn put(tx: &Tx<'_>, place: &Place, customer: &Customer) -> Result<()> {
    let sql = "INSERT INTO customer (id, hlc, device, n, sort_name, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (id) DO UPDATE SET hlc = excluded.hlc, device = excluded.device, n = excluded.n,
                 sort_name = excluded.sort_name, data = excluded.data
               WHERE (excluded.hlc, excluded.device, excluded.n) > (hlc, device, n)";
    let sort_name = text::fold(&customer.name);
    let values =
        params![Id(customer.id), Stamp(place.hlc), place.device, Count(place.n), sort_name, Json(customer)];
    if tx.conn.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(());
    }
    search::index(
        tx,
        &Indexed {
            what: What::Customer,
            thing: customer.id,
            title: &customer.name,
            detail: &customer.city,
            texts: &texts(customer),
            phones: &[&customer.phone],
        },
    )?;
    // Jobs and equipment are found by their customer's name.
    equipment::index_of_customer(tx, customer.id)?;
    jobs::index_of_customer(tx, customer.id)
}

/// What a customer, or a snapshot of one, is found by.
pub(crate) fn texts(customer: &Customer) -> Vec<&str> {
    let Customer { name, street, zip, city, email, tax_id, contact, .. } = customer;
    vec![name, street, zip, city, email, tax_id, contact]
}
