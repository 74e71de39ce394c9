//! Writing journals: own events at the end of the own chain, events from elsewhere as they are.

use super::entry::{Body, Entry, HEADER_VERSION, Position, bad, check_body_size, check_header_size};
use crate::{
    column::{Count, Hash, Id, Stamp},
    error::{Result, StoreError},
    project,
    store::Tx,
};
use fieldseal_domain::{
    Digest,
    event::{self, ClockReading, Event, Header},
};
use rusqlite::params;
use uuid::Uuid;

/// Signs headers with the device's key.
pub trait Sign {
    /// Ed25519 signature over the id of the event with these header bytes (design D3).
    fn sign_header(&self, header: &[u8]) -> [u8; 64];
}

impl<F: Fn(&[u8]) -> [u8; 64]> Sign for F {
    fn sign_header(&self, header: &[u8]) -> [u8; 64] {
        self(header)
    }
}

/// Who writes, and when by their clocks: the same for all events of one act.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// Organisation.
    pub org: &'a str,
    /// Device; its journal is written.
    pub device: &'a str,
    /// What the clocks say, as it stands in the header.
    pub clock: &'a ClockReading,
    /// The same wall clock in Unix milliseconds, for the hybrid clock.
    pub wall_ms: i64,
    /// Last checkpoint of the register seen, or none.
    pub head: Option<&'a str>,
    /// Signer.
    pub sign: &'a dyn Sign,
}

/// An event to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Document concerned, or none.
    pub doc: Option<Uuid>,
    /// What happened.
    pub event: &'a Event,
    /// 16 random bytes, never used before.
    pub salt: [u8; 16],
}

impl Tx<'_> {
    /// Writes one event at the end of the author's journal and folds it into the projections.
    ///
    /// # Errors
    /// [`StoreError::HeaderTooLarge`], [`StoreError::BodyTooLarge`], or what the database says.
    pub fn append(&self, author: &Author<'_>, event: NewEvent<'_>) -> Result<Position> {
        let entry = self.write(author, &event)?;
        project::apply(self, std::slice::from_ref(&entry))?;
        Ok(Position { n: entry.header.n, id: entry.id, hlc: entry.header.hlc })
    }

    /// Writes several events; the projections are folded once, at the end.
    ///
    /// # Errors
    /// As [`Tx::append`].
    pub fn append_all(&self, author: &Author<'_>, events: &[NewEvent<'_>]) -> Result<Vec<Position>> {
        let entries: Vec<Entry> =
            events.iter().map(|event| self.write(author, event)).collect::<Result<_>>()?;
        project::apply(self, &entries)?;
        Ok(entries
            .iter()
            .map(|entry| Position { n: entry.header.n, id: entry.id, hlc: entry.header.hlc })
            .collect())
    }

    /// Keeps an entry from elsewhere as it is, also one of an unknown kind. Twice the same is once.
    ///
    /// # Errors
    /// [`StoreError::Forked`] when another entry has its place, [`StoreError::BadEntry`] when it does not follow the
    /// entry before, if that one is here.
    pub fn keep(&self, entry: &Entry) -> Result<()> {
        if self.keep_unfolded(entry)? {
            project::apply(self, std::slice::from_ref(entry))?;
        }
        Ok(())
    }

    /// [`Tx::keep`] without folding; whether it was new.
    pub(crate) fn keep_unfolded(&self, entry: &Entry) -> Result<bool> {
        let header = &entry.header;
        if let Some(present) = self.position(&header.device, header.n)? {
            let same = present.id == entry.id;
            let fork = || StoreError::Forked { device: header.device.clone(), n: header.n };
            return if same { Ok(false) } else { Err(fork()) };
        }
        let before = header.n.checked_sub(1).ok_or_else(|| bad(header, "journals begin with entry 1"))?;
        let prev = if before == 0 {
            Some(Digest::default())
        } else {
            self.position(&header.device, before)?.map(|p| p.id)
        };
        if prev.is_some_and(|prev| prev != header.prev) {
            return Err(bad(header, "it does not follow the entry before"));
        }
        self.know_journal(&header.device, 0)?;
        self.insert(entry)?;
        Ok(true)
    }

    /// Erases salt and body of an entry under a retention rule; header, chain and signature stay. Whether the rule
    /// allows it, legal hold included, is the caller's to know.
    ///
    /// # Errors
    /// What the database says.
    pub fn erase_body(&self, entry: Digest) -> Result<()> {
        let run = |sql: &str| self.conn.prepare_cached(sql)?.execute([Hash(entry)]);
        run("INSERT INTO erasing (entry) VALUES (?1)")?;
        run("DELETE FROM body WHERE entry = ?1")?;
        run("DELETE FROM erasing WHERE entry = ?1")?;
        project::refresh_after_erasure(self, entry)
    }

    fn write(&self, author: &Author<'_>, new: &NewEvent<'_>) -> Result<Entry> {
        let (kind, body) = new.event.to_parts()?;
        check_body_size(&kind, &body)?;
        let last = self.last_position(author.device)?;
        let header = Header {
            v: HEADER_VERSION,
            critical: new.event.is_critical(),
            org: author.org.to_owned(),
            device: author.device.to_owned(),
            n: last.map_or(0, |last| last.n) + 1,
            prev: last.map_or_else(Digest::default, |last| last.id),
            hlc: self.latest_stamp()?.next(author.wall_ms),
            at: author.clock.clone(),
            head: author.head.map(str::to_owned),
            doc: new.doc,
            kind,
            body_hash: event::body_hash(&new.salt, &body),
        };
        let header_bytes = header.to_bytes()?;
        check_header_size(&header_bytes)?;
        let entry = Entry {
            id: event::event_id(&header_bytes),
            signature: author.sign.sign_header(&header_bytes),
            header,
            header_bytes,
            body: Some(Body { salt: new.salt, bytes: body }),
        };
        self.know_journal(author.device, 1)?;
        self.insert(&entry)?;
        Ok(entry)
    }

    /// A journal that we write is ours for ever; one that we only receive is not.
    fn know_journal(&self, device: &str, own: u8) -> Result<()> {
        let sql = "INSERT INTO journal (device, own, acked) VALUES (?1, ?2, 0)
                   ON CONFLICT (device) DO UPDATE SET own = 1 WHERE excluded.own > own";
        self.conn.prepare_cached(sql)?.execute(params![device, own])?;
        Ok(())
    }

    fn insert(&self, entry: &Entry) -> Result<()> {
        let header = &entry.header;
        let sql = "INSERT INTO entry (device, n, id, prev, hlc, doc, kind, header, signature)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.conn.prepare_cached(sql)?.execute(params![
            header.device,
            Count(header.n),
            Hash(entry.id),
            Hash(header.prev),
            Stamp(header.hlc),
            header.doc.map(Id),
            header.kind,
            entry.header_bytes,
            entry.signature,
        ])?;
        if let Some(body) = &entry.body {
            let sql = "INSERT INTO body (entry, salt, body) VALUES (?1, ?2, ?3)";
            self.conn.prepare_cached(sql)?.execute(params![Hash(entry.id), body.salt, body.bytes])?;
        }
        Ok(())
    }
}
