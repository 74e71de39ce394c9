//! People and the office: who connected the tablet goes on under the office's identity for them, and a PIN that the
//! office reset is set anew at the next sign-in.

use crate::{
    desk::Desk,
    error::{AppError, Result},
    lists::END_OF_TIME,
};
use fieldseal_domain::{event::Event, party::Job};
use fieldseal_store::{Pin, PinLock};
use fieldseal_sync::wire::session::Notice;
use uuid::Uuid;

/// Setting: `(here, there)`, the person who connected the tablet and who they are for the office.
pub(super) const AWAITED: &str = "awaited_person";
/// Setting: people who are somebody else since the tablet was connected; they no longer sign in.
pub(crate) const SUCCEEDED: &str = "succeeded_people";
/// Setting: resets that were done.
const RESETS: &str = "pin_resets";
/// Setting: people whose next PIN is their new one, and since when, Unix milliseconds.
const RESET_PINS: &str = "open_pin_resets";
/// A reset is for now: whoever finds the tablet later must not be the one who chooses. Milliseconds.
const RESET_OPEN_MS: i64 = 24 * 3600 * 1000;
/// One that was made longer ago says nothing to a tablet that hears of it only now. Milliseconds.
const RESET_STALE_MS: i64 = 7 * 24 * 3600 * 1000;

/// Jobs written in one transaction.
const JOBS_AT_ONCE: usize = 200;

impl Desk {
    /// What a session brought that concerns people. Nothing of it happens while a customer holds the tablet: they could
    /// take it over.
    pub(super) fn settle_people(&mut self, notices: &[Notice]) -> Result<()> {
        if self.store.read().hand_over()?.is_some() {
            return Ok(());
        }
        self.settle_awaited()?;
        notices.iter().try_for_each(|notice| match notice {
            Notice::PinReset { id, person } => self.settle_reset(*id, *person),
        })
    }

    fn settle_awaited(&mut self) -> Result<()> {
        let Some((here, there)) = self.setting::<(Uuid, Uuid)>(AWAITED)? else { return Ok(()) };
        let read = self.store.read();
        let (Some(_), Some(pin)) = (read.person(there)?, read.pin(here)?) else { return Ok(()) };
        let mut succeeded: Vec<Uuid> = self.setting(SUCCEEDED)?.unwrap_or_default();
        succeeded.push(here);
        let ink = read.own_ink(here)?;
        self.hand_jobs_on(here, there)?;
        self.store.transact(|tx| -> std::result::Result<(), AppError> {
            tx.put_pin(there, &pin)?;
            if let Some(ink) = &ink {
                tx.put_own_ink(there, ink)?;
            }
            tx.put_setting(SUCCEEDED, &succeeded)?;
            tx.put_setting(AWAITED, &Option::<(Uuid, Uuid)>::None)?;
            Ok(())
        })?;
        if self.person == Some(here) {
            self.person = Some(there);
        }
        Ok(())
    }

    /// Their jobs from before stay on their list, here and at the office. Done twice, it finds nothing the second time.
    fn hand_jobs_on(&mut self, here: Uuid, there: Uuid) -> Result<()> {
        let jobs = self.store.read().jobs("", END_OF_TIME, Some(here))?;
        let theirs = jobs.into_iter().map(|row| row.job).filter(|job| job.technician == Some(here));
        let events: Vec<Event> =
            theirs.map(|job| Event::JobSaved(Box::new(Job { technician: Some(there), ..job }))).collect();
        events.chunks(JOBS_AT_ONCE).try_for_each(|some| self.append(None, some).map(drop))
    }

    fn settle_reset(&mut self, id: Uuid, person: Uuid) -> Result<()> {
        let mut done: Vec<Uuid> = self.setting(RESETS)?.unwrap_or_default();
        if done.contains(&id) {
            return Ok(());
        }
        done.push(id);
        let mut reset = self.open_resets()?;
        let now = self.now_ms();
        let made = id.get_timestamp().map_or(0, |at| i64::try_from(at.to_unix().0).unwrap_or(0) * 1000);
        // Where the person has no PIN nobody waits for a new one.
        if now - made < RESET_STALE_MS && self.store.read().pin(person)?.is_some() {
            reset.push((person, now));
        }
        self.store.transact(|tx| -> std::result::Result<(), AppError> {
            tx.put_setting(RESETS, &done)?;
            tx.put_setting(RESET_PINS, &reset)?;
            Ok(())
        })?;
        Ok(())
    }

    fn now_ms(&self) -> i64 {
        self.pen.clock.now().timestamp().as_millisecond()
    }

    fn open_resets(&self) -> Result<Vec<(Uuid, i64)>> {
        let mut open: Vec<(Uuid, i64)> = self.setting(RESET_PINS)?.unwrap_or_default();
        let now = self.now_ms();
        open.retain(|(_, since)| now - since < RESET_OPEN_MS);
        Ok(open)
    }

    /// Whether the office reset this person's PIN: the PIN given now becomes theirs.
    ///
    /// # Errors
    /// [`AppError::Pin`] for a PIN that is too easy.
    pub(crate) fn take_new_pin(&mut self, person: Uuid, pin: &str) -> Result<bool> {
        let reset = self.open_resets()?;
        if !reset.iter().any(|(one, _)| *one == person) {
            return Ok(false);
        }
        crate::pins::check(pin)?;
        let hash = crate::pins::hash(pin)?;
        let left: Vec<(Uuid, i64)> = reset.into_iter().filter(|(one, _)| *one != person).collect();
        self.store.transact(|tx| -> std::result::Result<(), AppError> {
            tx.put_pin(person, &Pin { hash, lock: PinLock::default() })?;
            tx.put_setting(RESET_PINS, &left)?;
            Ok(())
        })?;
        Ok(true)
    }
}
