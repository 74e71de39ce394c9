//! Tables beside the log that say who may see what: written with each run, and folded again where the office's answer
//! changes what counts.

use super::{
    Change, Incoming, StoreError, SubjectKind, as_word, erase, integer,
    judge::{Judge, Seen},
    project, uuid,
};
use crate::intake;
use fieldseal_domain::{Digest, fold::Place, hlc::Hlc};
use fieldseal_wire::{Envelope, Verdict};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a run changes beside the log, written once at its end.
#[derive(Default)]
pub(super) struct Links {
    subjects: BTreeMap<Uuid, (SubjectKind, u64)>,
    blobs: BTreeSet<(Digest, Uuid)>,
}

impl Links {
    /// Notes an entry of the run, and applies what it changes at once.
    pub(super) fn note(
        &mut self,
        conn: &Connection,
        judge: &mut Judge<'_>,
        envelope: &Envelope,
        entry: &Incoming,
    ) -> Result<(), StoreError> {
        self.subjects.insert(entry.subject, (entry.subject_kind, envelope.seq));
        self.blobs.extend(entry.blobs.iter().map(|blob| (*blob, entry.subject)));
        match (&entry.change, envelope.verdict) {
            (Some(change), Verdict::Accepted) => {
                let place = clamped(entry.place.clone(), envelope.clamped);
                for thing in change.things() {
                    if judge.vouches(thing)? {
                        vouch(conn, entry.subject, thing)?;
                    }
                }
                apply(conn, entry.subject, &place, change)
            }
            (Some(_), Verdict::Quarantined(_)) | (None, _) => Ok(()),
        }
    }

    /// Writes what the run was about.
    pub(super) fn write(&self, conn: &Connection, judge: &mut Judge<'_>) -> Result<(), StoreError> {
        self.note_writer(conn, judge)?;
        let head = "INSERT INTO subject (id, kind, head) VALUES (?1, ?2, ?3)
                    ON CONFLICT (id) DO UPDATE SET head = excluded.head";
        let mut head = conn.prepare_cached(head)?;
        let dirty = format!("INSERT INTO dirty (document) VALUES (?1) {}", project::MARK);
        let mut dirty = conn.prepare_cached(&dirty)?;
        for (subject, (kind, seq)) in &self.subjects {
            head.execute(params![subject.as_bytes(), as_word(kind)?, integer(*seq)?])?;
            if *kind == SubjectKind::Document {
                dirty.execute([subject.as_bytes()])?;
            }
        }
        let blob = "INSERT INTO blob_subject (sha256, subject) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let mut blob = conn.prepare_cached(blob)?;
        let missing = "INSERT INTO missing_blob (sha256) SELECT ?1
                       WHERE NOT EXISTS (SELECT 1 FROM blob WHERE sha256 = ?1) ON CONFLICT DO NOTHING";
        let mut missing = conn.prepare_cached(missing)?;
        for (sha256, subject) in &self.blobs {
            blob.execute(params![sha256.0, subject.as_bytes()])?;
            missing.execute([sha256.0])?;
        }
        Ok(())
    }
}

impl Links {
    /// Who writes about a subject keeps it in sight; but nobody gets a foreign subject into sight by writing about it.
    fn note_writer(&self, conn: &Connection, judge: &mut Judge<'_>) -> Result<(), StoreError> {
        let Some(person) = judge.person() else { return Ok(()) };
        let mut add = conn.prepare_cached("INSERT INTO writer (person, subject) VALUES (?1, ?2)")?;
        for subject in self.subjects.keys() {
            if matches!(judge.sight(*subject)?, Seen::New | Seen::InSight) {
                add.execute(params![person.as_bytes(), subject.as_bytes()])?;
            }
        }
        Ok(())
    }
}

/// Where an entry counts: its own place, no later than the server lets it.
pub(super) fn clamped(place: Place, clamped: Option<Hlc>) -> Place {
    Place { hlc: clamped.map_or(place.hlc, |clamped| place.hlc.min(clamped)), ..place }
}

/// Somebody who has a customer or a machine in sight says that this is theirs: who sees this, sees them.
fn vouch(conn: &Connection, subject: Uuid, thing: Uuid) -> Result<(), StoreError> {
    let sql = "INSERT INTO vouched (subject, thing) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    conn.prepare_cached(sql)?.execute(params![subject.as_bytes(), thing.as_bytes()])?;
    Ok(())
}

fn apply(conn: &Connection, subject: Uuid, place: &Place, change: &Change) -> Result<(), StoreError> {
    let (id, hlc) = (subject.as_bytes(), place.hlc.0.to_be_bytes());
    let (device, n) = (&place.device, integer(place.n)?);
    match change {
        Change::Job { technician, customer, equipment } => {
            let sql = "INSERT INTO job (id, technician, customer, equipment, hlc, device, n)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE
                       SET technician = ?2, customer = ?3, equipment = ?4, hlc = ?5, device = ?6, n = ?7
                       WHERE (excluded.hlc, excluded.device, excluded.n) > (job.hlc, job.device, job.n)";
            let (technician, equipment) = (technician.map(Uuid::into_bytes), equipment.map(Uuid::into_bytes));
            conn.prepare_cached(sql)?.execute(params![
                id,
                technician,
                customer.as_bytes(),
                equipment,
                hlc,
                device,
                n
            ])?;
        }
        Change::Equipment { customer } => {
            let sql = "INSERT INTO equipment (id, customer, hlc, device, n) VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT (id) DO UPDATE SET customer = ?2, hlc = ?3, device = ?4, n = ?5
                       WHERE (excluded.hlc, excluded.device, excluded.n) > (equipment.hlc, equipment.device, equipment.n)";
            conn.prepare_cached(sql)?.execute(params![id, customer.as_bytes(), hlc, device, n])?;
        }
        Change::Document { job, customer } => {
            let sql = "INSERT INTO document (id, job, customer) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            conn.prepare_cached(sql)?.execute(params![id, job.map(Uuid::into_bytes), customer.as_bytes()])?;
        }
        Change::Customer { .. } => {}
        Change::Answer { entry, accept } => answer(conn, *entry, *accept)?,
        Change::Erase { entries } => erase::run(conn, entries)?,
    }
    Ok(())
}

/// What the office answered counts, or counts no more. A document's links are made by its fold; a job or a machine is
/// read again from everything that counts.
fn answer(conn: &Connection, entry: Digest, accept: bool) -> Result<(), StoreError> {
    let word = if accept { "accepted" } else { "rejected" };
    let sql = "UPDATE entry SET answer = ?2 WHERE id = ?1 AND quarantine IS NOT NULL
               RETURNING subject, header, body";
    let row = conn
        .prepare_cached(sql)?
        .query_row(params![entry.0, word], |row| Ok((uuid(row.get(0)?), row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((subject, header, body)) = row else { return Ok(()) };
    let (header, body): (Vec<u8>, Option<Vec<u8>>) = (header, body);
    if accept && let Some((_, change)) = intake::change_of(&header, body.as_deref()) {
        change.things().into_iter().try_for_each(|thing| vouch(conn, subject, thing))?;
    }
    project::mark(conn, subject)?;
    read_again(conn, subject)
}

fn read_again(conn: &Connection, subject: Uuid) -> Result<(), StoreError> {
    for table in ["job", "equipment"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1"))?.execute([subject.as_bytes()])?;
    }
    let sql = "SELECT header, body, clamped FROM entry
               WHERE subject = ?1 AND (quarantine IS NULL OR answer = 'accepted') ORDER BY seq";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([subject.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let (header, body): (Vec<u8>, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
        let stamp: Option<[u8; 8]> = row.get(2)?;
        let Some((place, change)) = intake::change_of(&header, body.as_deref()) else { continue };
        if matches!(change, Change::Job { .. } | Change::Equipment { .. }) {
            let place = clamped(place, stamp.map(|stamp| Hlc(u64::from_be_bytes(stamp))));
            apply(conn, subject, &place, &change)?;
        }
    }
    Ok(())
}
