//! The least that taking events in needs: their bytes on the disk, and their signatures checked.

use crate::Outcome;
use ed25519_dalek::{Signer as _, SigningKey};
use fieldseal_wire::WireEntry;
use rusqlite::{Connection, params};
use std::{path::Path, time::Instant};

/// Bare inserts a second of these entries, each batch a transaction with full sync.
pub fn inserts(folder: &Path, entries: &[WireEntry], batches: usize) -> Outcome<f64> {
    let mut conn = Connection::open(folder.join("bare.db"))?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE entry (n INTEGER PRIMARY KEY, header BLOB, signature BLOB, salt BLOB, body BLOB) STRICT;",
    )?;
    let bytes = |part: &Option<fieldseal_wire::Bytes>| part.as_ref().map(|part| part.0.clone());
    let begun = Instant::now();
    for _ in 0..batches {
        let transaction = conn.transaction()?;
        {
            let sql = "INSERT INTO entry (header, signature, salt, body) VALUES (?1, ?2, ?3, ?4)";
            let mut insert = transaction.prepare_cached(sql)?;
            for entry in entries {
                insert.execute(params![
                    entry.header.0,
                    entry.signature.0,
                    bytes(&entry.salt),
                    bytes(&entry.body)
                ])?;
            }
        }
        transaction.commit()?;
    }
    Ok((batches * entries.len()) as f64 / begun.elapsed().as_secs_f64())
}

/// Bare strict Ed25519 checks a second on one core, of messages as long as an event's.
pub fn checks(entries: &[WireEntry]) -> Outcome<f64> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key();
    let signed: Vec<_> = entries
        .iter()
        .map(|entry| {
            let message: Vec<u8> = entry.header.0.iter().copied().take(51).collect();
            let signature = key.sign(&message);
            (message, signature)
        })
        .collect();
    let begun = Instant::now();
    for (message, signature) in &signed {
        public.verify_strict(message, signature)?;
    }
    Ok(signed.len() as f64 / begun.elapsed().as_secs_f64())
}
