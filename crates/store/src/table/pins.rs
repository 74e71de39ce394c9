//! PINs as their hashes, and how far the lock was slowed down. What the numbers mean is the caller's to know.

use crate::{
    column::{Count, Id},
    error::Result,
    store::{Read, Tx},
};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// How far wrong PINs have slowed the lock down, in a form that survives a restart and a clock set back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PinLock {
    /// Wrong PINs in a row.
    pub wrong_tries: u32,
    /// Delay in milliseconds that was left when this was saved.
    pub delay_ms: u64,
    /// Which start of the system or program `mono_ms` belongs to.
    pub boot: String,
    /// Monotonic milliseconds when this was saved.
    pub mono_ms: u64,
}

/// A person's PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Argon2 hash in its own text form.
    pub hash: String,
    /// Delay.
    pub lock: PinLock,
}

impl Read<'_> {
    /// A person's PIN; none when none was chosen.
    ///
    /// # Errors
    /// What the database says.
    pub fn pin(&self, person: Uuid) -> Result<Option<Pin>> {
        let sql = "SELECT hash, wrong_tries, delay_ms, boot, mono_ms FROM pin WHERE person = ?1";
        let pin = self.conn.prepare_cached(sql)?.query_row([Id(person)], |row| {
            let lock = PinLock {
                wrong_tries: row.get(1)?,
                delay_ms: row.get::<_, Count>(2)?.0,
                boot: row.get(3)?,
                mono_ms: row.get::<_, Count>(4)?.0,
            };
            Ok(Pin { hash: row.get(0)?, lock })
        });
        Ok(pin.optional()?)
    }
}

impl Tx<'_> {
    /// Sets a person's PIN; the lock is as given.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_pin(&self, person: Uuid, pin: &Pin) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO pin (person, hash, wrong_tries, delay_ms, boot, mono_ms)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let PinLock { wrong_tries, delay_ms, boot, mono_ms } = &pin.lock;
        let values = params![Id(person), pin.hash, wrong_tries, Count(*delay_ms), boot, Count(*mono_ms)];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Saves how far the lock is slowed down; the PIN stays.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_pin_lock(&self, person: Uuid, lock: &PinLock) -> Result<()> {
        let sql = "UPDATE pin SET wrong_tries = ?2, delay_ms = ?3, boot = ?4, mono_ms = ?5 WHERE person = ?1";
        let values =
            params![Id(person), lock.wrong_tries, Count(lock.delay_ms), lock.boot, Count(lock.mono_ms)];
        self.conn.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}
