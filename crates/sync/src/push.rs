//! Sending the entries of one journal, in order, until the server has them durably.

use crate::{
    error::{Result, SyncError},
    local::{Local, on_store},
    session::Session,
    status::Phase,
};
use fieldseal_store::{Body, Entry, Envelope};
use fieldseal_wire::{
    Bytes, CallError, Central, Code, Refusal, WireEntry,
    push::{AIM_PUSH, Acked, Logged, MAX_ENTRIES, Push},
};

/// How sending a journal ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The server has all of it.
    All,
    /// The server has another entry with this number.
    Fork {
        /// Number.
        n: u64,
    },
    /// The server refuses the journal; the store and an alarm say so.
    Refused(Code),
}

/// An entry as it travels.
pub(crate) fn to_wire(entry: &Entry) -> WireEntry {
    let (salt, body) = match &entry.body {
        Some(Body { salt, bytes }) => (Some(Bytes::from(*salt)), Some(Bytes::from(bytes.as_slice()))),
        None => (None, None),
    };
    WireEntry {
        header: Bytes::from(entry.header_bytes.as_slice()),
        signature: Bytes::from(entry.signature),
        salt,
        body,
    }
}

/// An entry as it is kept.
pub(crate) fn from_wire(wire: &WireEntry) -> Result<Entry> {
    let signature = wire.signature.array().ok_or(SyncError::Answer("a signature has 64 bytes"))?;
    let body = match (&wire.salt, &wire.body) {
        (Some(salt), Some(body)) => Some(Body {
            salt: salt.array().ok_or(SyncError::Answer("a salt has 16 bytes"))?,
            bytes: body.0.clone(),
        }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(SyncError::Answer("salt and body go together")),
    };
    Ok(Entry::from_bytes(wire.header.0.clone(), signature, body)?)
}

/// The next entries that fit into one request.
fn batch(entries: Vec<Entry>) -> Vec<Entry> {
    let mut size = 0;
    let mut batch: Vec<Entry> = Vec::new();
    for entry in entries {
        size += to_wire(&entry).size();
        if !batch.is_empty() && size > AIM_PUSH {
            break;
        }
        batch.push(entry);
    }
    batch
}

impl<C: Central, L: Local> Session<'_, C, L> {
    /// Sends everything of a journal after `after`. Each acknowledgement is written down before the next request.
    pub(crate) async fn send_journal(&self, device: &str, mut after: u64, sent: &mut u64) -> Result<Sent> {
        // A server that says "gap" names the place to go on from; it may do so once in a row.
        let mut gaps = 0;
        loop {
            let limit = u32::try_from(MAX_ENTRIES).unwrap_or(u32::MAX);
            let entries = on_store(self.local, |store| store.read().entries_after(device, after, limit))?;
            let entries = batch(entries);
            let Some(last) = entries.last() else { return Ok(Sent::All) };
            let end = last.header.n;
            match self.send_batch(device, &entries).await {
                Ok(acked) => {
                    after = self.write_down(device, &entries, &acked)?;
                    if after < end {
                        return Err(SyncError::Answer("an acknowledgement goes back"));
                    }
                    *sent += entries.len() as u64;
                    gaps = 0;
                    self.show(Phase::Pushing { sent: *sent });
                }
                Err(SyncError::Call(CallError::Refused(refusal))) => match self.refused(device, &refusal)? {
                    Some(Sent::Fork { n }) => return Ok(Sent::Fork { n }),
                    Some(outcome) => return Ok(outcome),
                    None if gaps == 0 => {
                        gaps += 1;
                        after = number(&refusal).min(after);
                    }
                    None => return Err(SyncError::Call(CallError::Refused(refusal))),
                },
                Err(error) => return Err(error),
            }
        }
    }

    async fn send_batch(&self, device: &str, entries: &[Entry]) -> Result<Acked> {
        let push = Push { journal: device.to_owned(), entries: entries.iter().map(to_wire).collect() };
        self.ask(async |central| central.push(&push).await).await
    }

    /// Acknowledged numbers and envelopes, in one transaction. How far the server has it.
    fn write_down(&self, device: &str, entries: &[Entry], acked: &Acked) -> Result<u64> {
        let envelopes: Vec<Envelope> = acked
            .entries
            .iter()
            .map(|Logged { n, envelope }| {
                let entry = entries.iter().find(|entry| entry.header.n == *n);
                let entry = entry.ok_or(SyncError::Answer("an entry was acknowledged that was not sent"))?;
                Ok(Envelope::read(entry.id, envelope.0.clone())?)
            })
            .collect::<Result<_>>()?;
        on_store(self.local, |store| {
            store.transact(|tx| {
                // The server may have more than this device; what it has of ours is up to the entry with its id.
                let upto = match tx.position(device, acked.n)? {
                    Some(position) if position.id == acked.id => acked.n,
                    Some(_) | None => entries.last().map_or(0, |entry| entry.header.n).min(acked.n),
                };
                tx.put_envelopes(&envelopes)?;
                tx.set_acked(device, upto)?;
                tx.set_refused(device, "", 0)?;
                Ok(upto)
            })
        })
    }

    /// What a refusal means for the journal: none when the server only wants to begin elsewhere.
    fn refused(&self, device: &str, refusal: &Refusal) -> Result<Option<Sent>> {
        match refusal.code {
            Code::Gap => Ok(None),
            Code::Fork => Ok(Some(Sent::Fork { n: number(refusal) })),
            Code::BadSignature
            | Code::BrokenChain
            | Code::UnknownJournal
            | Code::TooLarge
            | Code::Revoked
            | Code::NotAllowed
            | Code::BadRequest => {
                self.stop_journal(device, refusal)?;
                Ok(Some(Sent::Refused(refusal.code)))
            }
            Code::NoSession
            | Code::NotFound
            | Code::WrongCode
            | Code::TooMany
            | Code::BadProof
            | Code::OffsetMismatch
            | Code::WrongHash
            | Code::Busy
            | Code::LogTooSmall
            | Code::NoSpace
            | Code::Internal => Err(SyncError::Call(CallError::Refused(refusal.clone()))),
        }
    }

    fn stop_journal(&self, device: &str, refusal: &Refusal) -> Result<()> {
        tracing::warn!(code = ?refusal.code, "a journal is refused");
        let code = serde_json::to_value(refusal.code).ok();
        let code = code.as_ref().and_then(serde_json::Value::as_str).unwrap_or("refused").to_owned();
        let n = number(refusal);
        let now = self.local.now_ms();
        on_store(self.local, |store| {
            store.transact(|tx| {
                tx.set_refused(device, &code, n)?;
                let detail = serde_json::json!({ "device": device, "code": code, "n": n });
                tx.raise("journal_refused", now, &detail)
            })
        })
    }
}

/// The number a refusal speaks of.
fn number(refusal: &Refusal) -> u64 {
    refusal.data.get("n").and_then(serde_json::Value::as_u64).unwrap_or(0)
}
