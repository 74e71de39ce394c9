//! Jobs, customers, equipment, documents: lists, search, and making them on the spot.

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Lack, Result},
    view::{
        document::CatalogueItem,
        lists::{DocumentRow, Found, JobDetail, JobList, JobRow, JobView, SyncStatus},
    },
};
use fieldseal_domain::{
    Language,
    event::Event,
    fold::Status,
    kind::Kind,
    party::{Customer, Equipment, Job},
};
use fieldseal_store::{
    DocumentRow as StoredDocument, DocumentView, JobRow as StoredJob, PageFrom, Shelf, SyncState, What,
};
use uuid::Uuid;

/// Rows of one list on a tablet.
const MOST: u32 = 500;
/// Rows of a search.
const MOST_FOUND: u32 = 60;
/// The views, in the order of [`JobList::counts`].
const VIEWS: [JobView; 4] = [JobView::Today, JobView::All, JobView::Waiting, JobView::Signed];
/// After every local time that is written down.
pub(crate) const END_OF_TIME: &str = "9999";

impl App {
    /// The list of jobs, and documents that belong to none.
    ///
    /// # Errors
    /// What the database says.
    pub fn jobs(&self, view: JobView) -> Result<JobList> {
        self.at_work(|desk, _| {
            let today = desk.pen.clock.now().date();
            let all: Vec<JobRow> = desk
                .store
                .read()
                .jobs("", END_OF_TIME, None)?
                .into_iter()
                .map(|row| desk.job_row(row, today))
                .collect::<Result<_>>()?;
            let mut counts = [0; 4];
            let mut documents = Vec::new();
            for (count, seen) in counts.iter_mut().zip(VIEWS) {
                let jobs = all.iter().filter(|row| belongs(row, seen)).count();
                let loose = desk.loose_documents(seen)?;
                *count = u32::try_from(jobs + loose.len()).unwrap_or(u32::MAX);
                if seen == view {
                    documents = loose;
                }
            }
            Ok(JobList {
                jobs: all.into_iter().filter(|row| belongs(row, view)).collect(),
                documents,
                counts,
            })
        })
    }

    /// One job.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn job(&self, id: Uuid) -> Result<JobDetail> {
        self.at_work(|desk, _| {
            let read = desk.store.read();
            let job = read.job(id)?.ok_or(AppError::NotFound("job"))?;
            let customer = read.customer(job.customer)?.ok_or(AppError::NotFound("customer"))?;
            let equipment = read.equipment_of(customer.id)?;
            let row = desk.job_row(read.job_row(job)?, desk.pen.clock.now().date())?;
            Ok(JobDetail { row, customer, equipment })
        })
    }

    /// Everything on the tablet that fits the words.
    ///
    /// # Errors
    /// What the database says.
    pub fn search(&self, words: &str) -> Result<Found> {
        self.at_work(|desk, _| {
            let read = desk.store.read();
            let today = desk.pen.clock.now().date();
            let mut found = Found::default();
            for hit in read.search(words, MOST_FOUND)? {
                match hit.what {
                    What::Customer => found.customers.extend(read.customer(hit.id)?),
                    What::Equipment => found.equipment.extend(read.equipment(hit.id)?),
                    What::Document => found.documents.extend(read.document(hit.id)?.map(row)),
                    What::Job => {
                        if let Some(job) = read.job(hit.id)? {
                            found.jobs.push(desk.job_row(read.job_row(job)?, today)?);
                        }
                    }
                }
            }
            Ok(found)
        })
    }

    /// Customers: those that fit the words, or the first ones by name.
    ///
    /// # Errors
    /// What the database says.
    pub fn customers(&self, words: &str) -> Result<Vec<Customer>> {
        if words.trim().is_empty() {
            return self.at_work(|desk, _| Ok(desk.store.read().customers(None, MOST)?));
        }
        self.at_work(|desk, _| {
            let read = desk.store.read();
            let hits = read.search(words, MOST_FOUND)?;
            let customers = hits.into_iter().filter(|hit| hit.what == What::Customer);
            Ok(customers
                .map(|hit| read.customer(hit.id))
                .collect::<std::result::Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect())
        })
    }

    /// Equipment of a customer.
    ///
    /// # Errors
    /// What the database says.
    pub fn equipment_of(&self, customer: Uuid) -> Result<Vec<Equipment>> {
        self.at_work(|desk, _| Ok(desk.store.read().equipment_of(customer)?))
    }

    /// Adds a customer (nil id) or changes one.
    ///
    /// # Errors
    /// [`AppError::Missing`] without a name.
    pub fn save_customer(&self, customer: &Customer) -> Result<Customer> {
        self.at_work(|desk, _| {
            let mut customer = customer.clone().cleaned();
            customer.id = or_new(customer.id);
            if customer.name.is_empty() {
                return Err(AppError::Missing(Lack::Name));
            }
            desk.append(None, &[Event::CustomerSaved(Box::new(customer.clone()))])?;
            Ok(customer)
        })
    }

    /// Adds equipment (nil id) or changes some.
    ///
    /// # Errors
    /// [`AppError::Missing`] without type and model; [`AppError::NotFound`] for an unknown customer.
    pub fn save_equipment(&self, equipment: &Equipment) -> Result<Equipment> {
        self.at_work(|desk, _| {
            let mut equipment = equipment.clone().cleaned();
            equipment.id = or_new(equipment.id);
            if equipment.kind.is_empty() && equipment.model.is_empty() {
                return Err(AppError::Missing(Lack::Equipment));
            }
            desk.store.read().customer(equipment.customer)?.ok_or(AppError::NotFound("customer"))?;
            desk.append(None, &[Event::EquipmentSaved(Box::new(equipment.clone()))])?;
            Ok(equipment)
        })
    }

    /// Adds a job (nil id) or changes one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown customer.
    pub fn save_job(&self, job: &Job) -> Result<Job> {
        self.at_work(|desk, person| {
            let mut job = job.clone().cleaned();
            let now = desk.pen.clock.now();
            job.id = or_new(job.id);
            job.technician = job.technician.or(Some(person));
            if job.start.is_empty() {
                job.start = now.strftime("%Y-%m-%dT%H:%M").to_string();
            }
            if job.zone.is_empty() {
                job.zone = now.time_zone().iana_name().unwrap_or("UTC").to_owned();
            }
            if job.code.is_empty() {
                job.code = format!("{}-{}", desk.identity.code, now.strftime("%m%d%H%M"));
            }
            desk.store.read().customer(job.customer)?.ok_or(AppError::NotFound("customer"))?;
            desk.append(None, &[Event::JobSaved(Box::new(job.clone()))])?;
            Ok(job)
        })
    }

    /// The kinds of document.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`].
    pub fn kinds(&self) -> Result<Vec<Kind>> {
        self.at_work(|desk, _| Ok(desk.kinds.clone()))
    }

    /// The firm's catalogue of labour, parts and fees in a language.
    ///
    /// # Errors
    /// What the database says.
    pub fn catalogue(&self, language: Language) -> Result<Vec<CatalogueItem>> {
        self.at_work(|desk, _| {
            let items: Vec<crate::demo::CatalogueEntry> = desk.setting("catalogue")?.unwrap_or_default();
            Ok(items.into_iter().map(|item| item.in_language(language)).collect())
        })
    }
}

fn or_new(id: Uuid) -> Uuid {
    if id.is_nil() { Uuid::now_v7() } else { id }
}

impl Desk {
    /// Documents without a job that fit a view.
    fn loose_documents(&self, view: JobView) -> Result<Vec<DocumentRow>> {
        let read = self.store.read();
        let page = PageFrom::start(MOST);
        let rows = match view {
            JobView::Today | JobView::Waiting => read.documents(DocumentView::On(Shelf::Waiting), page)?,
            JobView::All => read.documents(DocumentView::All, page)?,
            JobView::Signed => {
                let mut rows = read.documents(DocumentView::On(Shelf::Signed), page)?;
                rows.extend(read.documents(DocumentView::On(Shelf::Ended), page)?);
                rows
            }
        };
        Ok(rows.into_iter().filter(|row| row.job.is_none()).map(row).collect())
    }

    fn job_row(&self, stored: StoredJob, today: jiff::civil::Date) -> Result<JobRow> {
        let StoredJob { job, customer, documents } = stored;
        let read = self.store.read();
        let customer = customer.unwrap_or_default();
        let equipment = job.equipment.map(|id| read.equipment(id)).transpose()?.flatten();
        let technician = job.technician.map(|id| read.person(id)).transpose()?.flatten();
        Ok(JobRow {
            section: section(&job, &documents, today).to_owned(),
            customer: customer.name,
            place: [customer.street, customer.city]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            equipment: equipment.map_or_else(String::new, |item| {
                format!("{} {} {}", item.kind, item.make, item.model).trim().to_owned()
            }),
            technician: technician.map_or_else(String::new, |person| person.name),
            documents: documents.into_iter().map(row).collect(),
            job,
        })
    }
}

fn is_waiting(status: Status) -> bool {
    Shelf::of(status) == Shelf::Waiting
}

fn section(job: &Job, documents: &[StoredDocument], today: jiff::civil::Date) -> &'static str {
    let day: Option<jiff::civil::Date> = job.start.get(..10).and_then(|day| day.parse().ok());
    let done = !documents.is_empty() && !documents.iter().any(|row| is_waiting(row.status));
    match day {
        Some(day) if day < today && done => "done",
        Some(day) if day < today => "overdue",
        Some(day) if day > today => "later",
        Some(_) | None => "today",
    }
}

fn belongs(row: &JobRow, view: JobView) -> bool {
    match view {
        JobView::Today => row.section != "done",
        JobView::All => true,
        JobView::Waiting => row.documents.iter().any(|document| is_waiting(document.status)),
        JobView::Signed => row.documents.iter().any(|document| !is_waiting(document.status)),
    }
}

/// A stored row as the screens see it.
pub(crate) fn row(stored: StoredDocument) -> DocumentRow {
    DocumentRow {
        id: stored.id,
        kind: stored.kind,
        number: stored.number.unwrap_or_default(),
        status: stored.status,
        sync: match stored.sync {
            SyncState::Local => SyncStatus::OnlyHere,
            SyncState::Acknowledged => SyncStatus::Synced,
            SyncState::Held => SyncStatus::Held,
        },
        customer: stored.customer_name,
        changed_at: stored.updated_at,
        handed_over: stored.with_customer,
    }
}
