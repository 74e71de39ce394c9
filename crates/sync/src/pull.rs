//! Getting what others wrote: by subject for technicians, in the order of the register for the office.

use crate::{
    error::{Result, SyncError},
    local::{Local, on_store},
    push::from_wire,
    session::Session,
    status::Phase,
};
use fieldseal_store::{Envelope, Pulled, SubjectCursor};
use fieldseal_wire::{
    CallError, Central, Code, LoggedEntry,
    central::ManifestAnswer,
    pull::{Cursor, MAX_PAGE, MAX_SUBJECTS, Page, Pull},
};
use uuid::Uuid;

/// The entries of a page, with what the server says of them.
fn read_page(entries: &[LoggedEntry]) -> Result<Vec<Pulled>> {
    let read = |logged: &LoggedEntry| {
        let entry = from_wire(&logged.entry)?;
        let envelope = Envelope::read(entry.id, logged.envelope.0.clone())?;
        Ok(Pulled { entry, envelope })
    };
    entries.iter().map(read).collect()
}

fn next(cursor: &Cursor) -> u64 {
    cursor.after.map_or(0, |after| after.saturating_add(1))
}

impl<C: Central, L: Local> Session<'_, C, L> {
    /// The technician's way: what is in reach, then each subject from where it was read.
    pub(crate) async fn pull_scope(&self, got: &mut u64) -> Result<()> {
        self.read_manifest().await?;
        // A subject that went out of reach between manifest and pull: ask once more what is in reach.
        let mut again = true;
        loop {
            let limit = u32::try_from(MAX_SUBJECTS).unwrap_or(u32::MAX);
            let behind = on_store(self.local, |store| store.read().subjects_behind(limit))?;
            if behind.is_empty() {
                return Ok(());
            }
            match self.pull_page(&behind, got).await {
                Err(error) if again && error.refusal() == Some(Code::NotFound) => {
                    again = false;
                    self.forget_manifest()?;
                    self.read_manifest().await?;
                }
                other => other?,
            }
        }
    }

    async fn read_manifest(&self) -> Result<()> {
        let etag = on_store(self.local, |store| Ok(store.read().peer()?.unwrap_or_default().etag))?;
        let known = (!etag.is_empty()).then_some(etag.as_str());
        match self.ask(async |central| central.manifest(known).await).await? {
            ManifestAnswer::Unchanged => Ok(()),
            ManifestAnswer::New(manifest, etag) => {
                let heads: Vec<(Uuid, u64)> =
                    manifest.subjects.iter().map(|head| (head.subject, head.head)).collect();
                let left = on_store(self.local, |store| store.transact(|tx| tx.put_manifest(&heads, &etag)))?;
                if !left.is_empty() {
                    tracing::info!(subjects = left.len(), "went out of reach");
                }
                Ok(())
            }
        }
    }

    fn forget_manifest(&self) -> Result<()> {
        on_store(self.local, |store| {
            store.transact(|tx| {
                let mut peer = tx.peer()?.unwrap_or_default();
                peer.etag.clear();
                tx.put_peer(&peer)
            })
        })
    }

    async fn pull_page(&self, behind: &[SubjectCursor], got: &mut u64) -> Result<()> {
        let subjects =
            behind.iter().map(|s| Cursor { subject: s.id, after: s.next.checked_sub(1) }).collect();
        let pull = Pull { subjects, limit: MAX_PAGE };
        let page = self.ask(async |central| central.pull(&pull).await).await?;
        let pulled = read_page(&page.entries)?;
        let read = reached(behind, &page);
        if read.is_empty() {
            return Err(SyncError::Answer("a page that leads nowhere"));
        }
        // Rows and cursors together: a cut in between could never be made up for.
        on_store(self.local, |store| {
            store.transact(|tx| {
                report_forks(&tx.keep_pulled(&pulled)?.forked);
                read.iter().try_for_each(|(subject, next)| tx.set_subject_read(*subject, *next))
            })
        })?;
        self.count(pulled.len(), got);
        Ok(())
    }

    /// The office's way: the whole register, in its order.
    pub(crate) async fn pull_feed(&self, got: &mut u64) -> Result<()> {
        loop {
            let next_seq = on_store(self.local, |store| Ok(store.read().peer()?.unwrap_or_default().feed))?;
            let after = next_seq.checked_sub(1);
            let page = self.ask(async |central| central.feed(after, MAX_PAGE).await).await?;
            let pulled = read_page(&page.entries)?;
            let reached = pulled.iter().map(|p| p.envelope.facts.seq + 1).max().unwrap_or(next_seq);
            if page.more && reached <= next_seq {
                return Err(SyncError::Answer("a page that leads nowhere"));
            }
            if reached > next_seq {
                on_store(self.local, |store| {
                    store.transact(|tx| {
                        report_forks(&tx.keep_pulled(&pulled)?.forked);
                        let mut peer = tx.peer()?.unwrap_or_default();
                        peer.feed = reached;
                        tx.put_peer(&peer)
                    })
                })?;
            }
            self.count(pulled.len(), got);
            if !page.more {
                return Ok(());
            }
        }
    }

    /// Everything about some subjects, on demand: the history of a document that only stands in the register so far.
    pub(crate) async fn pull_subjects(&self, subjects: &[Uuid]) -> Result<u64> {
        let mut got = 0;
        let mut cursors: Vec<Cursor> =
            subjects.iter().map(|subject| Cursor { subject: *subject, after: None }).collect();
        loop {
            let pull = Pull { subjects: cursors.clone(), limit: MAX_PAGE };
            let page = self.ask(async |central| central.pull(&pull).await).await?;
            let pulled = read_page(&page.entries)?;
            on_store(self.local, |store| store.transact(|tx| tx.keep_pulled(&pulled).map(|_| ())))?;
            self.count(pulled.len(), &mut got);
            if !page.more {
                return Ok(got);
            }
            let mut moved = false;
            for cursor in &mut cursors {
                if let Some(to) = page.cursors.iter().find(|to| to.subject == cursor.subject) {
                    moved |= to.after > cursor.after;
                    cursor.after = to.after.max(cursor.after);
                }
            }
            if !moved {
                return Err(SyncError::Answer("a page that leads nowhere"));
            }
        }
    }

    fn count(&self, entries: usize, got: &mut u64) {
        *got += entries as u64;
        self.show(Phase::Pulling { got: *got });
    }
}

/// How far each subject was read with this page. When there is no more, all of them to their heads.
fn reached(behind: &[SubjectCursor], page: &Page) -> Vec<(Uuid, u64)> {
    behind
        .iter()
        .filter_map(|subject| {
            let moved = page.cursors.iter().find(|cursor| cursor.subject == subject.id).map(next);
            let end = if page.more { None } else { Some(subject.head.saturating_add(1)) };
            let to = moved.max(end)?;
            (to > subject.next).then_some((subject.id, to))
        })
        .collect()
}

/// Two entries in one place of somebody else's journal: the server has decided which one stands there.
fn report_forks(forked: &[(String, u64)]) {
    for (_, n) in forked {
        tracing::warn!(n, "an entry from elsewhere has the place of another one and was left out");
    }
}

/// Whether an error only says that something is not there.
pub(crate) fn is_absent(error: &SyncError) -> bool {
    matches!(error, SyncError::Call(CallError::Refused(refusal)) if refusal.code == Code::NotFound)
}
