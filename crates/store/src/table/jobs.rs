//! Jobs with their customer and the documents made from them.

use crate::{
    column::{Count, Id, Json, Stamp},
    error::Result,
    search::{self, Indexed, What},
    store::{Read, Tx},
    table::documents::{DocumentRow, DocumentView},
    table::page::PageFrom,
};
use fieldseal_domain::{
    fold::Place,
    party::{Customer, Job},
};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// A job as the list of the day shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    /// The job.
    pub job: Job,
    /// Its customer, if known here.
    pub customer: Option<Customer>,
    /// Documents made from it, newest first.
    pub documents: Vec<DocumentRow>,
}

/// Most documents shown beside one job.
const DOCUMENTS: u32 = 20;

impl Read<'_> {
    /// One job.
    ///
    /// # Errors
    /// What the database says.
    pub fn job(&self, id: Uuid) -> Result<Option<Job>> {
        let mut statement = self.conn.prepare_cached("SELECT data FROM job WHERE id = ?1")?;
        Ok(statement.query_row([Id(id)], |row| row.get::<_, Json<Job>>(0)).optional()?.map(|json| json.0))
    }

    /// Jobs that start in `from..to` (local times as they are written, so a date is midnight), earliest first. A
    /// technician's list also holds the jobs nobody has.
    ///
    /// # Errors
    /// What the database says.
    pub fn jobs(&self, from: &str, to: &str, technician: Option<Uuid>) -> Result<Vec<JobRow>> {
        let sql = "SELECT data FROM job WHERE start >= ?1 AND start < ?2
                     AND (?3 IS NULL OR technician IS NULL OR technician = ?3) ORDER BY start, id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![from, to, technician.map(Id)], |row| row.get::<_, Json<Job>>(0))?;
        rows.map(|row| self.job_row(row?.0)).collect()
    }

    /// Jobs of a customer, earliest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn jobs_of(&self, customer: Uuid) -> Result<Vec<JobRow>> {
        let sql = "SELECT data FROM job WHERE customer = ?1 ORDER BY start, id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([Id(customer)], |row| row.get::<_, Json<Job>>(0))?;
        rows.map(|row| self.job_row(row?.0)).collect()
    }

    /// A job with its customer and documents.
    ///
    /// # Errors
    /// What the database says.
    pub fn job_row(&self, job: Job) -> Result<JobRow> {
        let customer = self.customer(job.customer)?;
        let documents = self.documents(DocumentView::OfJob(job.id), PageFrom::start(DOCUMENTS))?;
        Ok(JobRow { job, customer, documents })
    }
}

pub(crate) fn put(tx: &Tx<'_>, place: &Place, job: &Job) -> Result<()> {
    let sql = "INSERT INTO job (id, hlc, device, n, customer, technician, start, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT (id) DO UPDATE SET hlc = excluded.hlc, device = excluded.device, n = excluded.n,
                 customer = excluded.customer, technician = excluded.technician, start = excluded.start,
                 data = excluded.data
               WHERE (excluded.hlc, excluded.device, excluded.n) > (hlc, device, n)";
    let values = params![
        Id(job.id),
        Stamp(place.hlc),
        place.device,
        Count(place.n),
        Id(job.customer),
        job.technician.map(Id),
        job.start,
        Json(job),
    ];
    if tx.conn.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(());
    }
    index(tx, job, &tx.customer(job.customer)?.unwrap_or_default())
}

/// Writes the words of all jobs of a customer again.
pub(crate) fn index_of_customer(tx: &Tx<'_>, customer: Uuid) -> Result<()> {
    let owner = tx.customer(customer)?.unwrap_or_default();
    let mut statement =
        tx.conn.prepare_cached("SELECT data FROM job WHERE customer = ?1 ORDER BY start, id")?;
    let rows = statement.query_map([Id(customer)], |row| row.get::<_, Json<Job>>(0))?;
    let jobs: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    jobs.iter().try_for_each(|job| index(tx, &job.0, &owner))
}

fn index(tx: &Tx<'_>, job: &Job, customer: &Customer) -> Result<()> {
    search::index(
        tx,
        &Indexed {
            what: What::Job,
            thing: job.id,
            title: &format!("{} {}", job.code, customer.name),
            detail: &job.start,
            texts: &[&job.code, &customer.name, &customer.city, &job.fault, &job.site],
            phones: &[&customer.phone],
        },
    )
}
