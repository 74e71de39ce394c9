//! From a record to events: which customer or job it means, what would change, or why it is refused.

use super::{Refusal, parse::Record};
use crate::{desk::Desk, error::Result};
use fieldseal_domain::{
    Digest, Language,
    event::Event,
    party::{Customer, CustomerKind, Job, Person},
    text,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Longest text of a cell, in characters.
const LONGEST: usize = text::MAX_TEXT;
/// Customers of one name that are compared.
const MOST_HITS: u32 = 50;

/// What a record leads to.
pub(super) struct Planned {
    /// Events; none when it says nothing new.
    pub events: Vec<Event>,
    /// Whether something is added rather than changed.
    pub is_new: bool,
}

/// Plans the records of one batch; it remembers what the batch itself adds.
pub(super) struct Planner<'a> {
    desk: &'a Desk,
    people: Vec<Person>,
    customers: BTreeMap<Uuid, Customer>,
    /// The same by name.
    named: BTreeMap<String, Vec<Uuid>>,
    jobs: BTreeMap<Uuid, Job>,
    country: String,
    zone: String,
}

type Refused<T> = std::result::Result<T, (&'static str, &'static str)>;

impl<'a> Planner<'a> {
    pub(super) fn new(desk: &'a Desk) -> Result<Self> {
        let firm = desk.firm()?;
        Ok(Self {
            desk,
            people: people(desk)?,
            customers: BTreeMap::new(),
            named: BTreeMap::new(),
            jobs: BTreeMap::new(),
            country: firm.branches.first().map(|branch| branch.country.clone()).unwrap_or_default(),
            zone: desk.pen.clock.now().time_zone().iana_name().unwrap_or("UTC").to_owned(),
        })
    }

    /// The plan, or the refusal.
    pub(super) fn plan(&mut self, record: &Record) -> Result<std::result::Result<Planned, Refusal>> {
        let is_job = record.values.contains_key("customer") || record.values.contains_key("code");
        let planned = match checked(record) {
            Err(refused) => Err(refused),
            Ok(()) if is_job => self.job(record)?,
            Ok(()) => self.customer(record)?,
        };
        Ok(planned.map_err(|(column, reason)| Refusal {
            row: record.row,
            column: column.to_owned(),
            reason: reason.to_owned(),
        }))
    }

    fn customer(&mut self, record: &Record) -> Result<Refused<Planned>> {
        let get = |key: &str| record.values.get(key).cloned();
        let Some(name) = get("name") else { return Ok(Err(("name", "missing"))) };
        let known = self.known_customer(&name, get("id").as_deref(), get("zip").as_deref())?;
        let is_new = known.is_none();
        let mut customer = known.unwrap_or_else(|| Customer {
            id: customer_id(get("id").as_deref(), &name, get("zip").as_deref().unwrap_or_default()),
            country: self.country.clone(),
            ..Customer::default()
        });
        let before = if is_new { None } else { Some(customer.clone()) };
        if let Err(refused) = fill_customer(&mut customer, record) {
            return Ok(Err(refused));
        }
        let customer = customer.cleaned();
        if self.customers.insert(customer.id, customer.clone()).is_none() {
            self.named.entry(text::fold(&customer.name)).or_default().push(customer.id);
        }
        let same = before.as_ref() == Some(&customer);
        let events = if same { Vec::new() } else { vec![Event::CustomerSaved(Box::new(customer))] };
        Ok(Ok(Planned { events, is_new }))
    }

    fn known_customer(&self, name: &str, id: Option<&str>, zip: Option<&str>) -> Result<Option<Customer>> {
        let made = customer_id(id, name, zip.unwrap_or_default());
        if let Some(customer) = self.customers.get(&made) {
            return Ok(Some(customer.clone()));
        }
        let read = self.desk.store.read();
        if let Some(customer) = read.customer(made)? {
            return Ok(Some(customer));
        }
        let fits = |customer: &&Customer| zip.is_none_or(|zip| customer.zip == zip);
        // Not by the search: names of a table have words in common, and the table is as long as the index.
        if let Some(known) = read.customers_named(name, MOST_HITS)?.iter().find(fits) {
            return Ok(Some(known.clone()));
        }
        let of_batch = self.named.get(&text::fold(name)).into_iter().flatten();
        Ok(of_batch.filter_map(|id| self.customers.get(id)).find(fits).cloned())
    }

    fn job(&mut self, record: &Record) -> Result<Refused<Planned>> {
        let get = |key: &str| record.values.get(key).cloned();
        let Some(code) = get("code") else { return Ok(Err(("code", "missing"))) };
        let Some(customer) = get("customer") else { return Ok(Err(("customer", "missing"))) };
        let Some(customer) = self.known_customer(&customer, get("customer_id").as_deref(), None)? else {
            return Ok(Err(("customer", "unknown_customer")));
        };
        let id = made_id("job", &code);
        let known = match self.jobs.get(&id) {
            Some(job) => Some(job.clone()),
            None => self.desk.store.read().job(id)?,
        };
        let mut job = known.clone().unwrap_or_else(|| Job { id, zone: self.zone.clone(), ..Job::default() });
        job.customer = customer.id;
        job.code = code;
        if let Err(refused) = self.fill_job(&mut job, record) {
            return Ok(Err(refused));
        }
        let job = job.cleaned();
        self.jobs.insert(id, job.clone());
        let events =
            if known.as_ref() == Some(&job) { Vec::new() } else { vec![Event::JobSaved(Box::new(job))] };
        Ok(Ok(Planned { events, is_new: known.is_none() }))
    }

    fn fill_job(&self, job: &mut Job, record: &Record) -> Refused<()> {
        for (key, field) in [
            ("work", &mut job.work),
            ("fault", &mut job.fault),
            ("site", &mut job.site),
            ("findings", &mut job.findings),
        ] {
            if let Some(value) = record.values.get(key) {
                field.clone_from(value);
            }
        }
        if let Some(start) = record.values.get("start") {
            job.start = local_time(start).ok_or(("start", "bad_date"))?;
        }
        if let Some(end) = record.values.get("end") {
            job.end = local_time(end).ok_or(("end", "bad_date"))?;
        }
        if job.start.is_empty() {
            return Err(("start", "missing"));
        }
        if let Some(zone) = record.values.get("zone") {
            jiff::tz::TimeZone::get(zone).map_err(|_| ("zone", "bad_zone"))?;
            job.zone.clone_from(zone);
        }
        if let Some(name) = record.values.get("technician") {
            let folded = text::fold(name);
            let person = self.people.iter().find(|person| text::fold(&person.name) == folded);
            job.technician = Some(person.ok_or(("technician", "unknown_technician"))?.id);
        }
        Ok(())
    }
}

/// Those who work here, the office's own first: somebody who worked alone before has the same name twice.
fn people(desk: &Desk) -> Result<Vec<Person>> {
    let read = desk.store.read();
    let roles = read.granted_roles()?;
    let mut people = read.persons()?;
    people.retain(|person| !person.left);
    people.sort_by_key(|person| !roles.contains_key(&person.id));
    Ok(people)
}

fn checked(record: &Record) -> Refused<()> {
    if record.broken {
        return Err(("", "broken_row"));
    }
    if record.values.values().any(|value| value.chars().count() > LONGEST) {
        return Err(("", "too_long"));
    }
    // A byte that is no letter of the encoding it was read in.
    if record.values.values().any(|value| value.contains('\u{fffd}')) {
        return Err(("", "bad_letters"));
    }
    Ok(())
}

fn fill_customer(customer: &mut Customer, record: &Record) -> Refused<()> {
    for (key, field) in [
        ("name", &mut customer.name),
        ("street", &mut customer.street),
        ("zip", &mut customer.zip),
        ("city", &mut customer.city),
        ("email", &mut customer.email),
        ("phone", &mut customer.phone),
        ("tax_id", &mut customer.tax_id),
        ("contact", &mut customer.contact),
        ("contact_role", &mut customer.contact_role),
    ] {
        if let Some(value) = record.values.get(key) {
            field.clone_from(value);
        }
    }
    let upper = |key: &'static str, length: usize| -> Refused<Option<String>> {
        let Some(value) = record.values.get(key) else { return Ok(None) };
        let letters = value.len() == length && value.chars().all(|c| c.is_ascii_alphabetic());
        if letters { Ok(Some(value.to_uppercase())) } else { Err((key, "bad_code")) }
    };
    if let Some(country) = upper("country", 2)? {
        customer.country = country;
    }
    if let Some(currency) = upper("currency", 3)? {
        customer.currency = currency;
    }
    if let Some(language) = record.values.get("language") {
        let value = serde_json::Value::String(language.to_lowercase());
        customer.language =
            serde_json::from_value::<Language>(value).map_err(|_| ("language", "bad_code"))?;
    }
    if let Some(kind) = record.values.get("kind") {
        let value = serde_json::Value::String(kind.to_lowercase());
        customer.kind = serde_json::from_value::<CustomerKind>(value).map_err(|_| ("kind", "bad_code"))?;
    }
    let email = customer.email.trim();
    let has_at = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if email.is_empty() || has_at { Ok(()) } else { Err(("email", "bad_email")) }
}

fn customer_id(id: Option<&str>, name: &str, zip: &str) -> Uuid {
    match id {
        Some(id) => made_id("customer", id),
        None => made_id("customer", &format!("{}\0{}", text::fold(name), text::fold(zip))),
    }
}

/// The same thing gets the same identity in every file and on every desk.
fn made_id(sort: &str, key: &str) -> Uuid {
    let digest = Digest::in_context("fieldseal/import/v1", format!("{sort}\0{key}").as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest.0) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// `2026-09-01 08:10`, `2026-09-01T08:10:00`, `2026-09-01`, `01.09.2026 08:10`, `01/09/2026`: day before month.
fn local_time(text: &str) -> Option<String> {
    let text = text.trim().replace('T', " ");
    let (day, time) = text.split_once(' ').map_or((text.as_str(), ""), |(day, time)| (day, time.trim()));
    let parts: Vec<&str> = day.split(['-', '.', '/']).collect();
    let [first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let date = jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let time = if time.is_empty() {
        jiff::civil::Time::midnight()
    } else {
        let mut parts = time.split(':');
        let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        jiff::civil::Time::new(hour, minute, 0, 0).ok()?
    };
    Some(date.to_datetime(time).strftime("%Y-%m-%dT%H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_write_them() {
        for text in ["2026-09-01 08:10", "2026-09-01T08:10:30", "01.09.2026 08:10", "1/9/2026 8:10"] {
            assert_eq!(local_time(text).as_deref(), Some("2026-09-01T08:10"), "{text}");
        }
        assert_eq!(local_time("2026-09-01").as_deref(), Some("2026-09-01T00:00"));
        for text in ["", "soon", "2026-13-01", "31.02.2026", "2026-09-01 25:00", "2026-09-01 8"] {
            assert_eq!(local_time(text), None, "{text}");
        }
    }
}
