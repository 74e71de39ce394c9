//! What only the log can know of an entry: whether its writer has in sight what it is about, whom the office knows
//! already, and what an answer would let in.

use super::{
    Change, Incoming, Journal, Sight, StoreError, SubjectKind, erase, links, people, scope::Scope, uuid,
};
use crate::intake::{self, Inner};
use fieldseal_domain::{Digest, fold::Place, hlc::Hlc, party::Person, role::Role};
use fieldseal_wire::{QuarantineReason, Verdict};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How a writer stands to a subject, before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nobody has written about it.
    New,
    /// The writer has.
    Written,
    /// It is in the writer's sight.
    InSight,
    /// Others have, and the writer does not see it.
    Strange,
}

/// Looks at the entries of one run.
pub(super) struct Judge<'a> {
    conn: &'a Connection,
    journal: &'a Journal,
    /// Whether the writer sees a part only.
    limited: bool,
    scope: Option<Scope>,
    subjects: HashMap<Uuid, Seen>,
    /// What this run has begun.
    begun: HashSet<Uuid>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(conn: &'a Connection, journal: &'a Journal) -> Self {
        let limited = match journal.role {
            None | Some(Role::Office | Role::Manager | Role::Admin) => false,
            // They look at everything; what they wrote before their enrolment knew of nothing.
            Some(Role::Auditor) => !journal.enrolled,
            Some(Role::Technician) => true,
        };
        Self { conn, journal, limited, scope: None, subjects: HashMap::new(), begun: HashSet::new() }
    }

    /// Whose journal it is; none for the server's.
    pub(super) fn person(&self) -> Option<Uuid> {
        self.journal.person
    }

    /// What was thought of an entry, and what is to be said of it here.
    pub(super) fn verdict(&mut self, entry: &Incoming) -> Result<Verdict, StoreError> {
        if entry.verdict != Verdict::Accepted {
            return Ok(entry.verdict);
        }
        // The office may have said so while the entry was looked at.
        if let Some(reason) = self.journal.set_aside() {
            return Ok(Verdict::Quarantined(reason));
        }
        if !(self.may_change(entry)? && self.may_touch(entry)?) {
            return Ok(Verdict::Quarantined(QuarantineReason::NotAllowed));
        }
        if self.sight(entry.subject)? == Seen::New {
            self.begun.insert(entry.subject);
        }
        Ok(Verdict::Accepted)
    }

    fn may_change(&self, entry: &Incoming) -> Result<bool, StoreError> {
        match &entry.change {
            Some(Change::Erase { entries }) => Ok(!erase::is_barred(self.conn, entries)?),
            Some(Change::Answer { entry, accept: true }) => self.may_let_in(*entry),
            _ if entry.subject_kind == SubjectKind::Person => {
                let body = entry.entry.body.as_ref().map(|body| body.0.as_slice());
                let inner = intake::read(&entry.entry.header.0, body);
                let person = inner.and_then(|inner| intake::person_in(&inner.event));
                person.map_or(Ok(true), |person| self.may_name(&person))
            }
            _ => Ok(true),
        }
    }

    /// The office says who its people are. A device says only who works with it, in words of the office.
    fn may_name(&self, person: &Person) -> Result<bool, StoreError> {
        if self.journal.role.is_none_or(Role::administers) {
            return Ok(true);
        }
        let Some(known) = people::person(self.conn, person.id)? else { return Ok(true) };
        Ok(self.journal.person == Some(person.id) && known.name == person.name && !person.left)
    }

    /// Whoever lets something in might have said it; and not what is their own. What is not here yet nobody has seen.
    fn may_let_in(&self, entry: Digest) -> Result<bool, StoreError> {
        let Some(role) = self.journal.role else { return Ok(true) };
        let sql = "SELECT e.header, e.body, j.person FROM entry e JOIN journal j ON j.device = e.device
                   WHERE e.id = ?1";
        let row = self
            .conn
            .prepare_cached(sql)?
            .query_row([entry.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((header, body, writer)) = row else { return Ok(false) };
        let (header, body, writer): (Vec<u8>, Option<Vec<u8>>, Option<[u8; 16]>) = (header, body, writer);
        if role.administers() {
            return Ok(true);
        }
        if writer.map(uuid) == self.journal.person {
            return Ok(false);
        }
        let Some(Inner { event, .. }) = intake::read(&header, body.as_deref()) else { return Ok(true) };
        let named = intake::person_in(&event).map_or(Ok(true), |person| self.may_name(&person))?;
        Ok(named && intake::may_let_in(role, &event))
    }

    /// How the writer stands to a subject.
    pub(super) fn sight(&mut self, subject: Uuid) -> Result<Seen, StoreError> {
        let Some(person) = self.journal.person else { return Ok(Seen::InSight) };
        if let Some(seen) = self.subjects.get(&subject) {
            return Ok(*seen);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM subject WHERE id = ?1),
                          EXISTS (SELECT 1 FROM writer WHERE person = ?2 AND subject = ?1)";
        let ids = params![subject.as_bytes(), person.as_bytes()];
        let (known, written): (bool, bool) =
            self.conn.prepare_cached(sql)?.query_row(ids, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let seen = match (known, written) {
            (_, true) => Seen::Written,
            (false, false) => Seen::New,
            (true, false) if self.scope(person)?.has(subject) => Seen::InSight,
            (true, false) => Seen::Strange,
        };
        self.subjects.insert(subject, seen);
        Ok(seen)
    }

    fn scope(&mut self, person: Uuid) -> Result<&Scope, StoreError> {
        Ok(match &mut self.scope {
            Some(scope) => scope,
            none => none.insert(Scope::of(self.conn, Sight::Of(person))?),
        })
    }

    /// Whether the writer's word that something belongs to this customer or machine lets others see them.
    pub(super) fn vouches(&mut self, thing: Uuid) -> Result<bool, StoreError> {
        let own = !self.limited || self.begun.contains(&thing);
        Ok(own || matches!(self.sight(thing)?, Seen::Written | Seen::InSight))
    }

    /// Whether the writer may say something about this. What left their sight while they knew nothing of it still
    /// counts, as long as it does not come back that way.
    fn may_touch(&mut self, entry: &Incoming) -> Result<bool, StoreError> {
        let Some(person) = self.journal.person.filter(|_| self.limited) else { return Ok(true) };
        if entry.subject_kind == SubjectKind::Office || self.sight(entry.subject)? != Seen::Strange {
            return Ok(true);
        }
        match (entry.subject_kind, &entry.change) {
            (SubjectKind::Document, Some(Change::Document { .. })) => Ok(false),
            (SubjectKind::Document, _) => self.saw_document(person, entry.subject),
            (SubjectKind::Job | SubjectKind::Customer | SubjectKind::Equipment, change) => Ok(self
                .is_outdone(entry)?
                || (self.leaves_links(entry.subject, change.as_ref())?
                    && self.saw_thing(person, entry.subject)?)),
            (SubjectKind::Everyone | SubjectKind::Person | SubjectKind::Office, _) => Ok(false),
        }
    }

    /// Whether something later counts already: then this changes nothing.
    fn is_outdone(&self, entry: &Incoming) -> Result<bool, StoreError> {
        let counted = self.counted(entry.subject)?;
        Ok(counted.iter().any(|(_, header, body, stamp)| {
            intake::place_of(header, body.as_deref())
                .is_some_and(|place| links::clamped(place, *stamp) > entry.place)
        }))
    }

    fn leaves_links(&self, subject: Uuid, change: Option<&Change>) -> Result<bool, StoreError> {
        let same = |sql: &str, given: &[Option<Uuid>]| -> Result<bool, StoreError> {
            let read = |row: &rusqlite::Row<'_>| {
                (0..given.len()).map(|at| Ok(row.get::<_, Option<[u8; 16]>>(at)?.map(uuid))).collect()
            };
            let found: Option<Vec<Option<Uuid>>> =
                self.conn.prepare_cached(sql)?.query_row([subject.as_bytes()], read).optional()?;
            Ok(found.is_some_and(|found| found == given))
        };
        match change {
            Some(Change::Job { technician, customer, equipment }) => same(
                "SELECT technician, customer, equipment FROM job WHERE id = ?1",
                &[*technician, Some(*customer), *equipment],
            ),
            Some(Change::Equipment { customer }) => {
                same("SELECT customer FROM equipment WHERE id = ?1", &[Some(*customer)])
            }
            _ => Ok(true),
        }
    }

    /// Whether a document was there while its job was this person's, or nobody's.
    fn saw_document(&self, person: Uuid, document: Uuid) -> Result<bool, StoreError> {
        let sql = "SELECT job, (SELECT min(seq) FROM entry WHERE subject = ?1) FROM document
                   WHERE id = ?1 AND job IS NOT NULL";
        let found: Option<([u8; 16], i64)> = self
            .conn
            .prepare_cached(sql)?
            .query_row([document.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        found.map_or(Ok(false), |(job, begun)| self.had_job(person, uuid(job), begun))
    }

    /// Whether one of its jobs was this person's, or nobody's.
    fn saw_thing(&self, person: Uuid, thing: Uuid) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM job WHERE id = ?1 OR customer = ?1 OR equipment = ?1
                   OR customer = (SELECT customer FROM equipment WHERE id = ?1)";
        let mut statement = self.conn.prepare_cached(sql)?;
        let jobs: Vec<Uuid> = statement
            .query_map([thing.as_bytes()], |row| Ok(uuid(row.get(0)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for job in jobs {
            if self.had_job(person, job, 0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a job was this person's, or nobody's, at some time after a place in the log.
    fn had_job(&self, person: Uuid, job: Uuid, after: i64) -> Result<bool, StoreError> {
        let (mut last, mut has): (Option<Place>, bool) = (None, false);
        for (seq, header, body, stamp) in self.counted(job)? {
            let Some((place, Change::Job { technician, .. })) = intake::change_of(&header, body.as_deref())
            else {
                continue;
            };
            let place = links::clamped(place, stamp);
            if last.as_ref().is_some_and(|last| place < *last) {
                continue;
            }
            if has && seq > after {
                return Ok(true);
            }
            has = technician.is_none_or(|technician| technician == person);
            last = Some(place);
        }
        Ok(has)
    }

    /// What counts about a subject, in the order of the log.
    fn counted(&self, subject: Uuid) -> Result<Vec<Counted>, StoreError> {
        let sql = "SELECT seq, header, body, clamped FROM entry
                   WHERE subject = ?1 AND (quarantine IS NULL OR answer = 'accepted') ORDER BY seq";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([subject.as_bytes()], |row| {
            let stamp: Option<[u8; 8]> = row.get(3)?;
            let stamp = stamp.map(|stamp| Hlc(u64::from_be_bytes(stamp)));
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, stamp))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Place in the log, header, body, and the stamp it was clamped to.
type Counted = (i64, Vec<u8>, Option<Vec<u8>>, Option<Hlc>);
