//! What the server has to do outside, at least once, keyed by the event that causes it.

use super::{Store, StoreError, as_word, count, digest, uuid, word};
use fieldseal_domain::Digest;
use fieldseal_wire::admin::{Delivery, DeliveryState};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

/// Kinds of copies by mail.
pub const MAIL: [&str; 2] = ["customer_copy", "office_copy"];

/// State of an effect.
pub type EffectState = DeliveryState;

/// An effect that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What to do.
    pub kind: String,
    /// Event that causes it.
    pub cause: Digest,
    /// Document.
    pub document: Uuid,
    /// To whom.
    pub recipient: String,
    /// Tries so far.
    pub attempts: u32,
    /// When it was made, Unix milliseconds.
    pub made_ms: i64,
}

/// Why a copy that waited is not sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// The document was voided or cancelled.
    Voided,
    /// Its signature is not the one that closes the document: it was cleared, or another one holds.
    Replaced,
    /// What it spoke of was erased.
    Erased,
}

impl Dropped {
    /// As the delivery log says it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Voided => "the document was voided before this copy was sent",
            Self::Replaced => "this signature no longer closes the document",
            Self::Erased => "the document was erased before this copy was sent",
        }
    }
}

/// No pause between two tries is longer: milliseconds. What claims to be due later was put off while the server's clock
/// was wrong, and must not wait until that time comes.
pub const LONGEST_PAUSE_MS: i64 = 6 * 3600 * 1000;

impl Store {
    /// Effects that are due, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn due_effects(&self, now_ms: i64, limit: u32) -> Result<Vec<Effect>, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT kind, cause, document, recipient, attempts, made_ms FROM effect
                       WHERE state = 'queued' AND (next_ms <= ?1 OR next_ms > ?2) ORDER BY next_ms LIMIT ?3";
            let mut statement = conn.prepare_cached(sql)?;
            let wrong = now_ms.saturating_add(LONGEST_PAUSE_MS);
            let rows = statement.query_map(params![now_ms, wrong, limit], read_effect)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// When the next effect is due, Unix milliseconds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next_effect_ms(&self) -> Result<Option<i64>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT min(next_ms) FROM effect WHERE state = 'queued'";
            Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// An effect has ended, well or not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_effect(
        &self,
        effect: &Effect,
        state: EffectState,
        detail: String,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let (kind, cause) = (effect.kind.clone(), effect.cause);
        self.write(move |conn| {
            // What was erased meanwhile stays erased: what the mail server said may hold the address.
            let sql = "UPDATE effect SET state = ?3, detail = ?4, attempts = attempts + 1, changed_ms = ?5
                       WHERE kind = ?1 AND cause = ?2 AND state = 'queued'";
            conn.execute(sql, params![kind, cause.0, as_word(&state)?, detail, now_ms])?;
            Ok(())
        })
        .await
    }

    /// An effect ends without a try: what it was to send no longer holds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_effect(&self, effect: &Effect, why: Dropped, now_ms: i64) -> Result<(), StoreError> {
        let (kind, cause) = (effect.kind.clone(), effect.cause);
        self.write(move |conn| {
            let sql = "UPDATE effect SET state = 'refused', detail = ?3, changed_ms = ?4
                       WHERE kind = ?1 AND cause = ?2 AND state = 'queued'";
            conn.execute(sql, params![kind, cause.0, why.words(), now_ms])?;
            Ok(())
        })
        .await
    }

    /// An effect is tried again later. What only waited (for its file) does not count as a try.
    ///
    /// # Errors
    /// What the database says.
    pub async fn postpone_effect(
        &self,
        effect: &Effect,
        tried: bool,
        detail: String,
        times: (i64, i64),
    ) -> Result<(), StoreError> {
        let (kind, cause) = (effect.kind.clone(), effect.cause);
        self.write(move |conn| {
            let sql = "UPDATE effect SET next_ms = ?3, detail = ?4, attempts = attempts + ?5, changed_ms = ?6
                       WHERE kind = ?1 AND cause = ?2 AND state = 'queued'";
            let (now_ms, next_ms) = times;
            conn.execute(sql, params![kind, cause.0, next_ms, detail, i64::from(tried), now_ms])?;
            Ok(())
        })
        .await
    }

    /// Everything that waits is due now: the settings were changed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hurry_effects(&self, now_ms: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            conn.execute("UPDATE effect SET next_ms = ?1 WHERE state = 'queued'", [now_ms])?;
            Ok(())
        })
        .await
    }

    /// The delivery log, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn deliveries(&self, document: Option<Uuid>, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT document, cause, recipient, state, attempts, detail, changed_ms FROM effect
                       WHERE ?1 IS NULL OR document = ?1 ORDER BY changed_ms DESC, cause LIMIT ?2";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map(params![document.map(Uuid::into_bytes), limit], read_delivery)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

/// Queues an effect unless its cause has queued it before. One that was dropped unsent comes back when the office's
/// decision makes its cause count again.
pub(super) fn queue(conn: &Connection, effect: &Effect) -> Result<(), StoreError> {
    let sql = "INSERT INTO effect (kind, cause, document, state, recipient, next_ms, made_ms, changed_ms)
               VALUES (?1, ?2, ?3, 'queued', ?4, ?5, ?5, ?5) ON CONFLICT DO UPDATE
               SET state = 'queued', detail = '', next_ms = ?5, made_ms = ?5, changed_ms = ?5
               WHERE state = 'refused' AND detail IN (?6, ?7)";
    let (cause, document) = (effect.cause.0, effect.document.as_bytes());
    conn.prepare_cached(sql)?.execute(params![
        effect.kind,
        cause,
        document,
        effect.recipient,
        effect.made_ms,
        Dropped::Voided.words(),
        Dropped::Replaced.words(),
    ])?;
    Ok(())
}

fn read_effect(row: &Row<'_>) -> rusqlite::Result<Effect> {
    Ok(Effect {
        kind: row.get(0)?,
        cause: digest(row.get(1)?),
        document: uuid(row.get(2)?),
        recipient: row.get(3)?,
        attempts: row.get(4)?,
        made_ms: row.get(5)?,
    })
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let attempts = count(row.get(4)?)?;
    Ok(Delivery {
        doc: uuid(row.get(0)?),
        cause: digest(row.get(1)?),
        to: row.get(2)?,
        state: word(row.get(3)?)?,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        detail: row.get(5)?,
        at_ms: row.get(6)?,
    })
}
