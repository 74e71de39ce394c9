//! Going on under another name: a restored image or a fork ends the old journal where both sides still agree, and
//! everything after it is written again, whole, into a new one (correction C1). Nothing is thrown away.

use crate::{
    error::{Result, SyncError},
    local::{KeyHolder, Local, NewKeys, on_store},
    push::{Sent, to_wire},
    session::Session,
};
use fieldseal_domain::Digest;
use fieldseal_seal::SigningContext;
use fieldseal_wire::{
    Bytes, CallError, Central, Code,
    enrol::{Challenge, DeviceKeys, Predecessor, RejournalRequest},
    push::Push,
};

/// How far to step back while looking for the last common entry.
const STEP: u64 = 200;

/// New keys as they are sent, with the proof that the device has them.
pub(crate) fn proven_keys(holder: &dyn KeyHolder, challenge: Challenge) -> DeviceKeys {
    let NewKeys { ed25519, p256 } = holder.keys();
    let message =
        [challenge.server_id.as_bytes(), &[0], challenge.nonce.as_ref(), &ed25519, p256.as_slice()].concat();
    let (ed25519_proof, p256_proof) = holder.prove(SigningContext::Possession, &message);
    DeviceKeys {
        nonce: challenge.nonce,
        ed25519: Bytes::from(ed25519),
        p256: Bytes::from(p256),
        ed25519_proof: Bytes::from(ed25519_proof),
        p256_proof: Bytes::from(p256_proof),
    }
}

impl<C: Central, L: Local> Session<'_, C, L> {
    /// The last entry of the own journal that the server has too, looked for from `from` on.
    pub(crate) async fn last_common(&self, device: &str, from: u64) -> Result<(u64, Digest)> {
        let mut after = from;
        let mut sent = 0;
        loop {
            match self.compare(device, after, &mut sent).await? {
                // The first entry that differs follows the last common one.
                Some(n) if n > after + 1 || after == 0 => return self.common_at(device, n.saturating_sub(1)),
                // Already the first one asked about differs: the place to begin was wrong.
                Some(_) => after = after.saturating_sub(STEP),
                None => {
                    let end = on_store(self.local, |store| store.read().last_position(device))?;
                    return Ok(end.map_or((0, Digest::default()), |end| (end.n, end.id)));
                }
            }
        }
    }

    fn common_at(&self, device: &str, n: u64) -> Result<(u64, Digest)> {
        let position = on_store(self.local, |store| store.read().position(device, n))?;
        Ok(position.map_or((0, Digest::default()), |position| (position.n, position.id)))
    }

    /// Sends what follows `after`; the number of the first entry that the server has otherwise, if any.
    async fn compare(&self, device: &str, after: u64, sent: &mut u64) -> Result<Option<u64>> {
        match self.send_journal(device, after, sent).await? {
            Sent::All => Ok(None),
            Sent::Fork { n } => Ok(Some(n.max(after + 1))),
            Sent::Refused(Code::BrokenChain) => Ok(Some(after + 1)),
            Sent::Refused(_) => Err(SyncError::Answer("the journal is refused")),
        }
    }

    /// Whether the end of the own journal stands on the server's chain, by sending its last entry once more.
    pub(crate) async fn end_is_common(&self, device: &str, end: u64) -> Result<bool> {
        if end == 0 {
            return Ok(true);
        }
        let entries = on_store(self.local, |store| store.read().entries_after(device, end - 1, 1))?;
        let push = Push { journal: device.to_owned(), entries: entries.iter().map(to_wire).collect() };
        match self.ask(async |central| central.push(&push).await).await {
            Ok(_) => Ok(true),
            Err(SyncError::Call(CallError::Refused(refusal)))
                if matches!(refusal.code, Code::Fork | Code::BrokenChain) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// New keys, certified by the server on the word of the old key; then the new journal takes over.
    pub(crate) async fn go_on_after(&self, device: &str, common: (u64, Digest)) -> Result<()> {
        let successor = self.local.successor()?;
        let challenge = self.central.challenge().await?;
        let keys = proven_keys(&*successor, challenge);
        let proof = self.local.sign(SigningContext::Continues, keys.ed25519.as_ref());
        let request = RejournalRequest {
            app_version: self.local.app_version(),
            predecessor: Predecessor {
                device: device.to_owned(),
                ed25519: Bytes::from(self.local.public_key()),
                certificates: self.local.certificates().into_iter().map(Bytes::from).collect(),
                n: common.0,
                id: common.1,
                proof: Some(Bytes::from(proof)),
            },
            keys,
        };
        let enrolled = self.ask(async |central| central.rejournal(&request).await).await?;
        crate::enrol::check(&enrolled, &successor.keys(), self.local.now())?;
        successor.adopt(&enrolled, common)?;
        tracing::info!(common = common.0, "the journal goes on under another name");
        let now = self.local.now_ms();
        let detail = serde_json::json!({ "device": device, "common": common.0, "heir": enrolled.device });
        on_store(self.local, |store| store.transact(|tx| tx.raise("journal_continued", now, &detail)))?;
        self.sign_in().await
    }
}
