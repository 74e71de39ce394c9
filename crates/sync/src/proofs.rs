//! Checking the register on every session: that its checkpoint is signed, that it only grew, and that it holds what it
//! acknowledged. Whatever contradicts is kept, both sides of it, and raises an alarm.

use crate::{
    error::{ProofError, Result, SyncError},
    local::{Local, on_store},
    moment::judged_at,
    session::Session,
    status::Phase,
};
use fieldseal_domain::Digest;
use fieldseal_seal::{
    certificates::check_log_certificate,
    log::{
        Checkpoint, Receipt, ReceiptEntry, leaf_hash, origin, read_checkpoint, verify_consistency,
        verify_inclusion,
    },
};
use fieldseal_store::{Entry, Envelope, Peer, Store};
use fieldseal_wire::{
    Central,
    log::{ConsistencyRequest, InclusionProof, InclusionRequest, MAX_PROOFS},
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Kinds whose proof is kept as a receipt: those that a sealed file comes from.
const RECEIPTED: [&str; 4] = ["signed", "closed", "not_signed", "recovered"];

impl<C: Central, L: Local> Session<'_, C, L> {
    /// Checks the register. What was proven before is not asked for again.
    pub(crate) async fn prove(&self) -> Result<()> {
        if self.local.log_certificates().is_empty() {
            return Ok(());
        }
        self.show(Phase::Proving);
        let note = self.ask(async |central| central.checkpoint().await).await?.note;
        let peer = on_store(self.local, |store| Ok(store.read().peer()?.unwrap_or_default()))?;
        match self.check(&note, &peer).await {
            Err(SyncError::Register(error)) => {
                self.alarm(&error, &peer, &note)?;
                Err(SyncError::Register(error))
            }
            other => other,
        }
    }

    async fn check(&self, note: &str, peer: &Peer) -> Result<()> {
        let (key, origin) = self.log_key(peer.offset_ms)?;
        let now = read_checkpoint(note, &origin, &key)
            .map_err(|error| SyncError::Register(ProofError::Checkpoint(error.to_string())))?;
        self.check_growth(peer, &now).await?;
        on_store(self.local, |store| {
            store.transact(|tx| {
                let mut peer = tx.peer()?.unwrap_or_default();
                peer.tree_size = now.size;
                peer.note = note.as_bytes().to_vec();
                tx.put_peer(&peer)
            })
        })?;
        self.check_own_entries(note, &now).await
    }

    /// Gets the proof of an entry now and keeps it as its receipt. Whether there is one: not for what the register does not
    /// have yet.
    pub(crate) async fn fetch_receipt(&self, entry: Digest) -> Result<bool> {
        let known =
            |store: &mut Store| Ok((store.read().peer()?.unwrap_or_default(), store.read().envelope(entry)?));
        let (mut peer, envelope) = on_store(self.local, known)?;
        let Some(envelope) = envelope else { return Ok(false) };
        if envelope.facts.seq >= peer.tree_size {
            self.prove().await?;
            (peer, _) = on_store(self.local, known)?;
        }
        // Its signature was checked when it was kept.
        let note = String::from_utf8_lossy(&peer.note).into_owned();
        let Ok(checkpoint) = Checkpoint::claimed(&note) else { return Ok(false) };
        if envelope.facts.seq >= checkpoint.size {
            return Ok(false);
        }
        let request = InclusionRequest { entries: vec![entry], size: checkpoint.size };
        let proofs = self.ask(async |central| central.inclusion(&request).await).await?.proofs;
        if let Err(error) = check_one(&envelope, proofs.first(), &checkpoint) {
            if let SyncError::Register(error) = &error {
                self.alarm(error, &peer, &note)?;
            }
            return Err(error);
        }
        let proofs = proofs.into_iter().map(|proof| (proof.entry, proof)).collect();
        self.keep_receipts(&[envelope], &proofs, &note)?;
        Ok(true)
    }

    /// The key that signs checkpoints, and what they are of.
    fn log_key(&self, offset_ms: i64) -> Result<([u8; 32], String)> {
        let root = self.local.root();
        let certificates = self.local.log_certificates();
        let bad = |why: String| SyncError::Register(ProofError::Checkpoint(why));
        let (leaf, others) =
            certificates.split_first().ok_or_else(|| bad("the log key has no certificate".to_owned()))?;
        let ours = self.local.now();
        let servers =
            Timestamp::from_millisecond(self.local.now_ms().saturating_add(offset_ms)).unwrap_or(ours);
        let all: Vec<&[u8]> = certificates.iter().chain([&root]).map(Vec::as_slice).collect();
        let at = judged_at(servers, &all);
        let certified = check_log_certificate(leaf, others, std::slice::from_ref(&root), at)
            .map_err(|error| bad(format!("the log key leads nowhere: {error:?}")))?;
        Ok((certified.key, origin(&certified.root.to_string())))
    }

    async fn check_growth(&self, peer: &Peer, now: &Checkpoint) -> Result<()> {
        // Its signature was checked when it was kept.
        let before = std::str::from_utf8(&peer.note).ok().and_then(|note| Checkpoint::claimed(note).ok());
        let Some(before) = before else { return Ok(()) };
        if now.size < before.size {
            return Err(ProofError::Shrunk { before: before.size, now: now.size }.into());
        }
        let rewritten = ProofError::Rewritten { before: before.size, now: now.size };
        let hashes = if now.size == before.size || before.size == 0 {
            Vec::new()
        } else {
            let request = ConsistencyRequest { from: before.size, to: now.size };
            self.ask(async |central| central.consistency(&request).await).await?.hashes
        };
        verify_consistency(before.size, &before.root, now.size, &now.root, &hashes)
            .map_err(|_| SyncError::Register(rewritten))
    }

    /// Every own entry that the server acknowledged must be in the tree, with the envelope it was acknowledged with.
    async fn check_own_entries(&self, note: &str, checkpoint: &Checkpoint) -> Result<()> {
        let limit = u32::try_from(MAX_PROOFS).unwrap_or(u32::MAX);
        let mut from = 0;
        loop {
            let size = checkpoint.size;
            let due = on_store(self.local, |store| store.read().unproven(from, size, limit))?;
            let Some(last) = due.last() else { return Ok(()) };
            from = last.facts.seq + 1;
            let request = InclusionRequest { entries: due.iter().map(|e| e.entry).collect(), size };
            let proofs = self.ask(async |central| central.inclusion(&request).await).await?.proofs;
            let proofs: BTreeMap<Digest, InclusionProof> =
                proofs.into_iter().map(|proof| (proof.entry, proof)).collect();
            for envelope in &due {
                check_one(envelope, proofs.get(&envelope.entry), checkpoint)?;
            }
            self.keep_receipts(&due, &proofs, note)?;
        }
    }

    fn keep_receipts(
        &self,
        proven: &[Envelope],
        proofs: &BTreeMap<Digest, InclusionProof>,
        note: &str,
    ) -> Result<()> {
        let certificates = self.local.log_certificates();
        on_store(self.local, |store| {
            store.transact(|tx| {
                let epoch = tx.peer()?.unwrap_or_default().log_epoch;
                for envelope in proven {
                    let (Some(entry), Some(proof)) = (tx.entry(envelope.entry)?, proofs.get(&envelope.entry))
                    else {
                        continue;
                    };
                    if !RECEIPTED.contains(&entry.header.kind.as_str()) {
                        continue;
                    }
                    let receipt = receipt(&entry, envelope, proof, note, &certificates);
                    match receipt.to_json() {
                        Ok(file) => tx.put_receipt(envelope.entry, &epoch, &file)?,
                        Err(error) => tracing::warn!(%error, "a receipt cannot be written"),
                    }
                }
                let ids: Vec<Digest> = proven.iter().map(|envelope| envelope.entry).collect();
                tx.set_proven(&ids)
            })
        })
    }

    fn alarm(&self, error: &ProofError, peer: &Peer, note: &str) -> Result<()> {
        tracing::error!(%error, "the register contradicts itself");
        let detail = serde_json::json!({
            "why": error.to_string(),
            "kept": String::from_utf8_lossy(&peer.note),
            "given": note,
            "server_id": peer.server_id,
            "log_epoch": peer.log_epoch,
        });
        let now = self.local.now_ms();
        on_store(self.local, |store| store.transact(|tx| tx.raise(error.code(), now, &detail)))
    }
}

fn check_one(envelope: &Envelope, proof: Option<&InclusionProof>, checkpoint: &Checkpoint) -> Result<()> {
    let missing = SyncError::Register(ProofError::Missing);
    let Some(proof) = proof else { return Err(missing) };
    let leaf = leaf_hash(&envelope.entry, &envelope.bytes);
    verify_inclusion(&leaf, envelope.facts.seq, checkpoint.size, &proof.hashes, &checkpoint.root)
        .map_err(|_| missing)
}

fn receipt(
    entry: &Entry,
    envelope: &Envelope,
    proof: &InclusionProof,
    note: &str,
    certificates: &[Vec<u8>],
) -> Receipt {
    let body = entry.body.as_ref().map(|body| (&body.salt, body.bytes.as_slice()));
    let part = ReceiptEntry::new(&entry.header_bytes, &entry.signature, body);
    Receipt::new(part, &envelope.bytes, proof.hashes.clone(), note.to_owned(), certificates)
}
