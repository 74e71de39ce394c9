//! Retention: what a rule would erase is shown first, then contents go and the journal's proofs stay (design D3).

use super::moves::reason_of;
use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Lack, Result},
    view::retention::{RetentionRow, RetentionRule, RetentionView},
};
use fieldseal_domain::{
    Digest,
    event::{Event, Kept, ReadEvent},
    facts::Verdict,
    fold::{DocumentState, Status},
    role::Role,
};
use fieldseal_store::{Direction, Entry, RegisterFilter, RegisterRow};
use jiff::{ToSpan as _, Zoned};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most documents shown, and erased, at once.
const MOST: u32 = 200;
/// Most entries one erasure names: a body has 64 KiB.
const PER_EVENT: usize = 500;
/// Longest a rule may wait, in years.
const LONGEST: u32 = 200;
/// Entries that say why something is gone, or may not go: they stay.
const STAYS: [&str; 2] = ["erased", "legal_hold"];
/// Only what has come to an end is ever erased.
const ENDED: [Status; 6] = [
    Status::Signed,
    Status::SignedUnavailable,
    Status::Declined,
    Status::Cancelled,
    Status::Expired,
    Status::Voided,
];

/// A document that a rule reaches, with what of it would go.
struct Reached {
    row: RegisterRow,
    state: DocumentState,
    entries: Vec<Digest>,
}

impl App {
    /// What a rule would erase. Nothing happens yet.
    ///
    /// # Errors
    /// [`AppError::NotForRole`], [`AppError::NoOffice`]; [`AppError::Missing`] for less than a year.
    pub fn retention(&self, rule: &RetentionRule) -> Result<RetentionView> {
        self.at_office(Role::decides, |desk, _| {
            let (cutoff, filter) = desk.retention_filter(rule)?;
            let (reached, more) = desk.reached(&filter)?;
            Ok(RetentionView {
                before: cutoff.date().to_string(),
                rows: reached.into_iter().map(shown).collect(),
                more,
            })
        })
    }

    /// Erases what of these documents the rule still reaches, and says how many that were. Held ones
    /// stay. What goes is gone on every device once it has exchanged with the office.
    ///
    /// # Errors
    /// As [`App::retention`]; [`AppError::Missing`] without a reason.
    pub fn erase_documents(&self, rule: &RetentionRule, documents: &[Uuid], reason: &str) -> Result<u32> {
        self.at_office(Role::decides, |desk, by| {
            let reason = reason_of(reason)?;
            let (_, filter) = desk.retention_filter(rule)?;
            let (mut reached, _) = desk.reached(&filter)?;
            reached.retain(|one| documents.contains(&one.row.doc) && !one.state.legal_hold);
            let rule = format!("{} y. {reason}", rule.years);
            for one in &reached {
                desk.erase(one, &rule, by)?;
            }
            Ok(u32::try_from(reached.len()).unwrap_or(u32::MAX))
        })
    }
}

impl Desk {
    fn retention_filter(&self, rule: &RetentionRule) -> Result<(Zoned, RegisterFilter)> {
        if self.identity.central.is_none() {
            return Err(AppError::NoOffice);
        }
        if rule.years == 0 || rule.years > LONGEST {
            return Err(AppError::Missing(Lack::Quantity));
        }
        let cutoff = self.pen.clock.now().checked_sub(i64::from(rule.years).years());
        let cutoff = cutoff.map_err(|_| AppError::Missing(Lack::Quantity))?;
        let to_ms = u64::try_from(cutoff.timestamp().as_millisecond()).unwrap_or(0);
        let (statuses, kinds) = (ENDED.to_vec(), rule.kinds.clone());
        Ok((cutoff, RegisterFilter { statuses, kinds, to_ms: Some(to_ms), ..RegisterFilter::default() }))
    }

    /// The oldest documents a filter finds of which something can still go. A document whose journal is not here yet is
    /// none of them.
    fn reached(&self, filter: &RegisterFilter) -> Result<(Vec<Reached>, bool)> {
        let read = self.store.read();
        let (mut reached, mut after) = (Vec::new(), None);
        loop {
            let page = read.register(filter, Direction::Oldest, after, MOST)?;
            for row in page.rows {
                let entries = self.erasable(row.doc)?;
                let Some(state) = read.document_state(row.doc)? else { continue };
                if entries.is_empty() {
                    continue;
                }
                if reached.len() == MOST as usize {
                    return Ok((reached, true));
                }
                reached.push(Reached { row, state, entries });
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok((reached, false)),
            }
        }
    }

    /// Entries of which no erasure speaks yet: bodies that one names may still be on their way out, and what came after
    /// it is erased like anything else. An erasure that the server set aside names nothing.
    fn erasable(&self, doc: Uuid) -> Result<Vec<Digest>> {
        let read = self.store.read();
        let (entries, facts) = (read.entries_of(doc)?, read.facts_of(doc)?);
        let counts =
            |entry: &&Entry| facts.get(&entry.id).is_none_or(|facts| facts.verdict == Verdict::Accepted);
        let gone: BTreeSet<Digest> = entries.iter().filter(counts).flat_map(named).collect();
        Ok(entries.iter().filter_map(goes).filter(|id| !gone.contains(id)).collect())
    }

    fn erase(&mut self, one: &Reached, rule: &str, by: Uuid) -> Result<()> {
        let kept =
            Kept { number: one.row.number.clone(), kind: one.row.kind.clone(), status: one.row.status };
        let erasure = |entries: &[Digest]| Event::Erased {
            entries: entries.to_vec(),
            rule: rule.to_owned(),
            kept: Some(kept.clone()),
            by,
        };
        let events: Vec<Event> = one.entries.chunks(PER_EVENT).map(erasure).collect();
        self.append(Some(one.row.doc), &events).map(drop)
    }
}

/// What an erasure names; of any other entry nothing.
fn named(entry: &Entry) -> Vec<Digest> {
    match entry.event() {
        Ok(ReadEvent::Known(event)) => match *event {
            Event::Erased { entries, .. } => entries,
            _ => Vec::new(),
        },
        Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => Vec::new(),
    }
}

/// An entry whose contents would go.
fn goes(entry: &Entry) -> Option<Digest> {
    (entry.body.is_some() && !STAYS.contains(&entry.header.kind.as_str())).then_some(entry.id)
}

fn shown(Reached { row, state, entries }: Reached) -> RetentionRow {
    RetentionRow {
        document: row.doc,
        number: row.number,
        kind: row.kind,
        status: row.status,
        customer: row.customer_name,
        at: row.at,
        held: state.legal_hold,
        entries: u32::try_from(entries.len()).unwrap_or(u32::MAX),
    }
}
