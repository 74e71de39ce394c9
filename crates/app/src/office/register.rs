//! Looking into the register: pages, counts, ready-made and saved views.

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Lack, Result},
    view::{
        lists::SyncStatus,
        register::{
            CountedView, Dashboard, NamedPerson, NamedView, Period, RegisterCount, RegisterLine,
            RegisterList, RegisterQuery, SameName, VerificationState,
        },
    },
};
use fieldseal_domain::{fold::Status, party::Person, role::Role, text};
use fieldseal_store::{
    Direction, RegisterFilter, RegisterOrigin, RegisterRow, SavedView, SyncState, Verification,
};
use jiff::{ToSpan as _, Zoned, civil::Date};
use uuid::Uuid;

/// Most rows of one page.
const PAGE: u32 = 500;
/// Counting stops here: "more than" is enough to know.
const MOST_COUNTED: u32 = 10_000;
/// Longest name of a view, in characters.
const LONGEST_NAME: usize = 80;

impl App {
    /// A page of the register. `after` is the `next` of the page before.
    ///
    /// # Errors
    /// [`AppError::NotForRole`]; [`AppError::NotFound`] for an `after` that no page gave.
    pub fn register(
        &self,
        query: &RegisterQuery,
        oldest_first: bool,
        after: Option<&str>,
        limit: u32,
    ) -> Result<RegisterList> {
        self.at_office(Role::sees_register, |desk, _| {
            let after = after
                .map(|place| place.parse::<i64>().map_err(|_| AppError::NotFound("page")))
                .transpose()?;
            let filter = filter_of(query, &desk.pen.clock.now())?;
            let direction = if oldest_first { Direction::Oldest } else { Direction::Newest };
            let page = desk.store.read().register(&filter, direction, after, limit.clamp(1, PAGE))?;
            Ok(RegisterList {
                rows: page.rows.into_iter().map(line).collect(),
                next: page.next.map(|place| place.to_string()),
            })
        })
    }

    /// How many rows a query finds.
    ///
    /// # Errors
    /// [`AppError::NotForRole`].
    pub fn register_count(&self, query: &RegisterQuery) -> Result<RegisterCount> {
        self.at_office(Role::sees_register, |desk, _| desk.count(query))
    }

    /// Counts of the ready-made views, and the saved ones.
    ///
    /// # Errors
    /// [`AppError::NotForRole`].
    pub fn dashboard(&self) -> Result<Dashboard> {
        self.at_office(Role::sees_register, |desk, _| desk.dashboard())
    }

    /// Saves a view (nil id: a new one).
    ///
    /// # Errors
    /// [`AppError::NotForRole`], [`AppError::Missing`] without a name.
    pub fn save_view(&self, view: &NamedView) -> Result<NamedView> {
        self.at_office(Role::sees_register, |desk, _| {
            let name: String = text::clean(&view.name).trim().chars().take(LONGEST_NAME).collect();
            if name.is_empty() {
                return Err(AppError::Missing(Lack::Name));
            }
            let id = if view.id.is_nil() { Uuid::now_v7() } else { view.id };
            let filter = serde_json::to_value(&view.query)?;
            desk.store.transact(|tx| tx.put_saved_view(&SavedView { id, name: name.clone(), filter }))?;
            Ok(NamedView { id, name, customer: desk.customer_of(&view.query)?, query: view.query.clone() })
        })
    }

    /// Forgets a saved view.
    ///
    /// # Errors
    /// [`AppError::NotForRole`].
    pub fn delete_view(&self, id: Uuid) -> Result<()> {
        self.at_office(Role::sees_register, |desk, _| {
            Ok(desk.store.transact(|tx| tx.delete_saved_view(id))?)
        })
    }
}

impl Desk {
    fn count(&self, query: &RegisterQuery) -> Result<RegisterCount> {
        let filter = filter_of(query, &self.pen.clock.now())?;
        let rows = self.store.read().register_count(&filter, MOST_COUNTED)?;
        let cut = rows == u64::from(MOST_COUNTED) + 1;
        Ok(RegisterCount { rows: if cut { rows - 1 } else { rows }, more: cut })
    }

    fn dashboard(&self) -> Result<Dashboard> {
        let read = self.store.read();
        let views = ready_made()
            .into_iter()
            .map(|(id, query)| Ok(CountedView { id: id.to_owned(), count: self.count(&query)?, query }))
            .collect::<Result<_>>()?;
        let saved = read.saved_views()?.into_iter().map(|SavedView { id, name, filter }| {
            // A view of a later program may ask for what we do not know: then it shows everything.
            let query = serde_json::from_value(filter).unwrap_or_default();
            Ok(NamedView { id, name, customer: self.customer_of(&query)?, query })
        });
        let saved = saved.collect::<Result<_>>()?;
        let technicians = by_name(read.persons()?);
        Ok(Dashboard { views, saved, technicians, assignable: self.assignable()? })
    }

    /// Name of the customer that a query narrows to.
    fn customer_of(&self, query: &RegisterQuery) -> Result<String> {
        let Some(customer) = query.customers.first() else { return Ok(String::new()) };
        Ok(self.store.read().customer(*customer)?.map_or_else(String::new, |customer| customer.name))
    }

    /// Whom the office sends: those it gave a role that works in the field or leads it; on a tablet that stands alone
    /// those who sign in here.
    fn assignable(&self) -> Result<Vec<NamedPerson>> {
        let read = self.store.read();
        let roles = read.granted_roles()?;
        let mut all = Vec::new();
        for person in read.persons()? {
            let goes = match &self.identity.central {
                Some(_) => !person.left && roles.get(&person.id).is_some_and(|role| *role != Role::Auditor),
                None => read.pin(person.id)?.is_some(),
            };
            if goes {
                all.push(NamedPerson { id: person.id, name: person.name });
            }
        }
        Ok(all)
    }
}

/// People by name, in the order they came.
fn by_name(people: Vec<Person>) -> Vec<SameName> {
    let mut all: Vec<SameName> = Vec::new();
    for person in people {
        match all.iter_mut().find(|same| same.name == person.name) {
            Some(same) => same.ids.push(person.id),
            None => all.push(SameName { ids: vec![person.id], name: person.name }),
        }
    }
    all
}

/// The views that are always there.
fn ready_made() -> Vec<(&'static str, RegisterQuery)> {
    let blank = RegisterQuery::default;
    let with = |statuses: &[Status]| RegisterQuery { statuses: statuses.to_vec(), ..blank() };
    vec![
        ("all", blank()),
        ("waiting", with(&[Status::Ready, Status::PartiallySigned])),
        ("signed_today", RegisterQuery { period: Period::Today, ..with(&[Status::Signed]) }),
        ("declined", with(&[Status::Declined, Status::SignedUnavailable])),
        ("conflicts", RegisterQuery { conflict: true, ..blank() }),
        (
            "not_synced",
            RegisterQuery {
                sync: Some(SyncStatus::OnlyHere),
                period: Period::OlderThanDay,
                ..with(&[
                    Status::PartiallySigned,
                    Status::Signed,
                    Status::SignedUnavailable,
                    Status::Declined,
                    Status::Voided,
                ])
            },
        ),
        ("bad", RegisterQuery { verification: Some(VerificationState::Bad), ..blank() }),
        ("voided", with(&[Status::Voided, Status::Cancelled, Status::Expired])),
    ]
}

/// The filter of a query on this day, in the zone of this device.
pub(super) fn filter_of(query: &RegisterQuery, now: &Zoned) -> Result<RegisterFilter> {
    let (from, to) = times(query, now)?;
    Ok(RegisterFilter {
        words: query.words.clone(),
        statuses: query.statuses.clone(),
        kinds: query.kinds.clone(),
        technicians: query.technicians.clone(),
        customers: query.customers.clone(),
        methods: query.methods.clone(),
        sync: query.sync.map(|sync| match sync {
            SyncStatus::OnlyHere | SyncStatus::Queued => SyncState::Local,
            SyncStatus::Synced => SyncState::Acknowledged,
            SyncStatus::Held => SyncState::Held,
        }),
        verification: query.verification.map(|state| match state {
            VerificationState::None => Verification::None,
            VerificationState::Good => Verification::Good,
            VerificationState::Bad => Verification::Bad,
        }),
        conflict: query.conflict,
        from_ms: from,
        to_ms: to,
    })
}

type Limits = (Option<u64>, Option<u64>);

fn times(query: &RegisterQuery, now: &Zoned) -> Result<Limits> {
    let wrong = |_| AppError::Missing(Lack::Date);
    let since = |days: i64| -> Result<Limits> {
        let day = now.date().checked_sub(days.days()).map_err(wrong)?;
        Ok((midnight(day, now)?, None))
    };
    match query.period {
        Period::Any => {
            let from = day_of(&query.from)?.map(|day| midnight(day, now)).transpose()?.flatten();
            let to = match day_of(&query.to)? {
                Some(day) => midnight(day.tomorrow().map_err(wrong)?, now)?,
                None => None,
            };
            Ok((from, to))
        }
        Period::Today => since(0),
        Period::Week => since(6),
        Period::Month => since(29),
        Period::Quarter => since(89),
        Period::OlderThanDay => {
            let day_ago = now.checked_sub(24.hours()).map_err(wrong)?;
            Ok((None, u64::try_from(day_ago.timestamp().as_millisecond()).ok()))
        }
    }
}

fn day_of(text: &str) -> Result<Option<Date>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| AppError::Missing(Lack::Date))
}

fn midnight(day: Date, now: &Zoned) -> Result<Option<u64>> {
    let at = day.to_zoned(now.time_zone().clone()).map_err(|_| AppError::Missing(Lack::Date))?;
    // Before 1970 there is nothing in the register.
    Ok(Some(u64::try_from(at.timestamp().as_millisecond()).unwrap_or(0)))
}

/// A stored row as the screens see it.
pub(super) fn line(row: RegisterRow) -> RegisterLine {
    RegisterLine {
        id: row.doc,
        number: row.number,
        kind: row.kind,
        status: row.status,
        revision: row.revision,
        customer: row.customer_name,
        site: row.site,
        technician: row.technician_name,
        signer: row.signer,
        method: row.method,
        signed_at: row.signed_at,
        at: row.at,
        serial: row.serial,
        device: row.device,
        sync: match (row.sync, row.origin) {
            (SyncState::Local, RegisterOrigin::Local) => SyncStatus::OnlyHere,
            // Somebody else's: the server still waits for its file.
            (SyncState::Local, RegisterOrigin::Mirror) => SyncStatus::Queued,
            (SyncState::Acknowledged, _) => SyncStatus::Synced,
            (SyncState::Held, _) => SyncStatus::Held,
        },
        verification: match row.verification {
            Verification::None => VerificationState::None,
            Verification::Good => VerificationState::Good,
            Verification::Bad => VerificationState::Bad,
        },
        conflict: row.conflict,
        has_file: row.file.is_some(),
        job: row.job,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn limits(query: RegisterQuery) -> Limits {
        let now: Zoned = "2026-03-29T12:00:00+03:00[Europe/Bucharest]".parse().unwrap();
        times(&query, &now).unwrap()
    }

    fn ms(text: &str) -> Option<u64> {
        u64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_millisecond()).ok()
    }

    /// Would turn red if a day were taken as 24 hours: this one has 23.
    #[test]
    fn days_are_those_of_the_calendar() {
        let day = |from: &str, to: &str| RegisterQuery {
            from: from.into(),
            to: to.into(),
            ..RegisterQuery::default()
        };
        let (from, to) = limits(day("2026-03-29", "2026-03-29"));
        assert_eq!((from, to), (ms("2026-03-29T00:00:00+02:00"), ms("2026-03-30T00:00:00+03:00")));
        assert_eq!(limits(day("", "")), (None, None));
        let today = RegisterQuery { period: Period::Today, ..RegisterQuery::default() };
        assert_eq!(limits(today), (ms("2026-03-29T00:00:00+02:00"), None));
        let week = RegisterQuery { period: Period::Week, ..RegisterQuery::default() };
        assert_eq!(limits(week), (ms("2026-03-23T00:00:00+02:00"), None));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        let query = RegisterQuery { from: "soon".into(), ..RegisterQuery::default() };
        assert!(times(&query, &Zoned::default()).is_err());
    }
}
