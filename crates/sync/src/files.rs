//! Files, after all entries and small ones first: in both directions from wherever the last attempt was cut.

use crate::{
    error::{Result, SyncError},
    local::{Local, on_store},
    pull::is_absent,
    session::Session,
    status::Phase,
};
use fieldseal_domain::Digest;
use fieldseal_store::{BLOB_CHUNK, FileDue};
use fieldseal_wire::{
    CallError, Central, Code,
    blob::{BlobState, PIECE},
};
use std::collections::BTreeSet;

/// Files looked up at a time.
const PAGE: u32 = 100;
/// How often one upload may be told to begin elsewhere before the next session tries again.
const MAX_DETOURS: u32 = 8;

impl<C: Central, L: Local> Session<'_, C, L> {
    /// Sends every file that is due. One that fails does not stop another, unless the server is gone.
    pub(crate) async fn send_files(&self, of_others: bool) -> Result<u64> {
        let (mut sent, mut skipped) = (0, BTreeSet::new());
        loop {
            let limit = PAGE + u32::try_from(skipped.len()).unwrap_or(u32::MAX - PAGE);
            let due = on_store(self.local, |store| store.read().files_to_send(of_others, limit))?;
            let Some(file) = due.into_iter().find(|due| !skipped.contains(&due.file.sha256)) else {
                return Ok(sent);
            };
            match self.send_file(&file).await {
                Ok(true) => sent += 1,
                Ok(false) => {
                    skipped.insert(file.file.sha256);
                }
                Err(error) if self.file_refused(&file, &error)? => {
                    skipped.insert(file.file.sha256);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the file arrived.
    async fn send_file(&self, due: &FileDue) -> Result<bool> {
        let (sha256, size) = (due.file.sha256, due.file.size);
        let mut state = self.ask(async |central| central.blob_state(sha256).await).await?;
        let mut detours = 0;
        loop {
            let offset = match state {
                BlobState::Complete { .. } => {
                    on_store(self.local, |store| store.transact(|tx| tx.set_uploaded(sha256, "")))?;
                    return Ok(true);
                }
                BlobState::Partial { offset } => offset,
                BlobState::Absent => 0,
            };
            self.show(Phase::Files { done: offset, size });
            let piece = on_store(self.local, |store| store.read().file_part(sha256, offset, PIECE))?;
            let answer =
                self.ask(async |central| central.put_blob(sha256, offset, size, piece.clone()).await).await;
            state = match answer {
                Ok(state) => state,
                Err(error) if wants_other_offset(&error) && detours < MAX_DETOURS => {
                    self.ask(async |central| central.blob_state(sha256).await).await?
                }
                Err(error) => return Err(error),
            };
            let stuck = match state {
                BlobState::Complete { .. } => false,
                BlobState::Partial { offset: now } => now <= offset,
                BlobState::Absent => true,
            };
            detours += u32::from(stuck);
            if detours > MAX_DETOURS {
                return Ok(false);
            }
        }
    }

    /// Writes down what a refusal means for one file; false when it is about the server, not the file.
    fn file_refused(&self, due: &FileDue, error: &SyncError) -> Result<bool> {
        match error.refusal() {
            Some(Code::TooLarge) => {
                let sha256 = due.file.sha256;
                on_store(self.local, |store| store.transact(|tx| tx.set_uploaded(sha256, "too_large")))?;
                Ok(true)
            }
            Some(Code::Busy | Code::NotFound | Code::WrongHash | Code::OffsetMismatch) => Ok(true),
            Some(_) | None => Ok(false),
        }
    }

    /// Gets every file that entries here speak of. What the server does not have yet is left for another session.
    pub(crate) async fn get_files(&self) -> Result<u64> {
        let (mut got, mut skipped) = (0, BTreeSet::new());
        loop {
            let limit = PAGE + u32::try_from(skipped.len()).unwrap_or(u32::MAX - PAGE);
            let due = on_store(self.local, |store| store.read().files_to_get(limit))?;
            let Some(due) = due.into_iter().find(|due| !skipped.contains(&due.file.sha256)) else {
                return Ok(got);
            };
            if self.get_file(&due).await? {
                got += 1;
            } else {
                skipped.insert(due.file.sha256);
            }
        }
    }

    /// Gets one file; false when the server does not have it, or has another one under its name.
    pub(crate) async fn get_file(&self, due: &FileDue) -> Result<bool> {
        let sha256 = due.file.sha256;
        let size = match self.ask(async |central| central.blob_state(sha256).await).await {
            Ok(BlobState::Complete { size }) => size,
            Ok(BlobState::Partial { .. } | BlobState::Absent) => return Ok(false),
            Err(error) if is_absent(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        loop {
            let here = on_store(self.local, |store| store.read().incoming(sha256))?;
            self.show(Phase::Files { done: here, size });
            if here >= size {
                return self.finish(due);
            }
            // Whole pieces only, so that the next attempt goes on where this one was kept.
            let ask = (size - here).min(PIECE.next_multiple_of(BLOB_CHUNK) as u64);
            let bytes = self.ask(async |central| central.get_blob(sha256, here, ask).await).await?;
            if bytes.is_empty() || bytes.len() as u64 > ask {
                return Err(SyncError::Answer("a file ends before its end"));
            }
            let last = here + bytes.len() as u64 == size;
            let kept =
                on_store(self.local, |store| store.transact(|tx| tx.put_incoming(sha256, &bytes, last)))?;
            if kept == 0 {
                return Err(SyncError::Answer("a piece of a file is too short"));
            }
        }
    }

    fn finish(&self, due: &FileDue) -> Result<bool> {
        let file = due.file.clone();
        on_store(self.local, |store| {
            store.transact(|tx| tx.finish_incoming(file.sha256, file.sort, &file.media_type))
        })
    }

    /// Gets a file on demand.
    pub(crate) async fn get_file_now(&self, sha256: Digest) -> Result<bool> {
        let due = on_store(self.local, |store| {
            let read = store.read();
            if read.blob_info(sha256)?.is_some() { Ok(None) } else { read.mentioned(sha256) }
        })?;
        match due {
            Some(due) => self.get_file(&due).await,
            None => Ok(on_store(self.local, |store| store.read().blob_info(sha256))?.is_some()),
        }
    }
}

fn wants_other_offset(error: &SyncError) -> bool {
    matches!(
        error,
        SyncError::Call(CallError::Refused(refusal))
            if matches!(refusal.code, Code::OffsetMismatch | Code::WrongHash)
    )
}
