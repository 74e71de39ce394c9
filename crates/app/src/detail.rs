//! Looking at a document: pages, timeline from the journal, versions, verification.

use crate::{
    app::App,
    clock::rfc3339,
    desk::Desk,
    drafts::slot_views,
    error::{AppError, Result},
    hand_over::fingerprint,
    identity::certificates_begin,
    lists::row,
    pages::Token,
    view::detail::{
        CheckRow, DetailView, SignatureRow, TimelineEntry, VerdictGrade, VerdictView, VersionRow,
    },
    why::Why,
};
use fieldseal_domain::{
    Digest,
    content::Content,
    event::{Choice, Event, ReadEvent},
    fold::{self, DocumentState, Move},
};
use fieldseal_seal::{
    chain::{self, EventSignature, SignatureCheck},
    verify::{self, Completion, Integrity, Outcome, Verdict, VerifyOptions},
};
use fieldseal_store::Entry;
use std::collections::BTreeMap;
use uuid::Uuid;

impl App {
    /// A document in detail.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn detail(&self, doc: Uuid) -> Result<DetailView> {
        self.at_work(|desk, _| desk.detail(doc))
    }

    /// Verifies the newest file with the roots of this device, and the document's part of the journal.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when nothing is frozen.
    pub fn verify(&self, doc: Uuid) -> Result<VerdictView> {
        self.at_work(|desk, person| {
            let state = desk.state_of(doc)?;
            let file = state.file.ok_or(AppError::NotFound("file"))?;
            let pdf = desk.store.read().blob(file.0)?.ok_or(AppError::NotFound("file"))?;
            let now = desk.pen.clock.now();
            let entries = desk.store.read().entries_of(doc)?;
            let options = desk.options_for(&entries)?;
            let verdict = verify::verify(&pdf, &options);
            let mut view = verdict_view(&verdict, &rfc3339(&now));
            view.registered = desk.registered(&entries, &verdict, &options)?.map(|(registered, _)| {
                let at = jiff::Timestamp::from_millisecond(registered.envelope.received_ms);
                rfc3339(&at.unwrap_or_default().to_zoned(now.time_zone().clone()))
            });
            desk.add_journal_checks(&mut view, &verdict, &state, &entries);
            if view.closed {
                desk.append(
                    Some(doc),
                    &[Event::Verified { good: view.grade == VerdictGrade::Good, by: person }],
                )?;
            }
            Ok(view)
        })
    }
}

impl Desk {
    /// What a document with these entries is verified with.
    pub(crate) fn options_for(&self, entries: &[Entry]) -> Result<VerifyOptions> {
        // A wall clock that was set back must not make good certificates look unborn: journal and program know better.
        let last =
            self.store.read().last_position(&self.identity.device)?.map_or(0, |last| last.hlc.millis());
        let known = jiff::Timestamp::from_millisecond(i64::try_from(last).unwrap_or(0))
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let at = self.pen.clock.now().timestamp().max(known).max(certificates_begin());
        Ok(VerifyOptions { roots: self.roots_for(entries)?, at })
    }

    /// Roots that count for a document with these entries: those of this device, and those that the office admitted for
    /// the journals they stand in.
    fn roots_for(&self, entries: &[Entry]) -> Result<Vec<Vec<u8>>> {
        let mut roots = self.identity.roots.clone();
        let mut journals: Vec<&str> = entries.iter().map(|entry| entry.header.device.as_str()).collect();
        journals.sort_unstable();
        journals.dedup();
        roots.extend(self.store.read().admitted_roots(&journals)?);
        Ok(roots)
    }

    fn detail(&self, doc: Uuid) -> Result<DetailView> {
        let read = self.store.read();
        let entries = read.entries_of(doc)?;
        let stored = read.document(doc)?.ok_or(AppError::NotFound("document"))?;
        let state = self.state_of(doc)?;
        let frozen = state.frozen.as_ref();
        let (content, _, _) = self.newest_content(doc, &state)?;
        let kind = self.kind(&content.kind)?;
        Ok(DetailView {
            row: row(stored),
            revision: frozen.map_or(state.next_revision, |frozen| frozen.revision),
            token: state.file.map_or_else(String::new, |file| Token::File(file.0).to_string()),
            pages: frozen.map_or(0, |frozen| frozen.pages),
            fingerprint: frozen.map_or_else(String::new, fingerprint),
            file_fingerprint: state.file.map_or_else(String::new, |file| file.0.long()),
            timeline: self.timeline(&entries)?,
            versions: versions(&entries, &state, &fold::contents_of_versions(read.fold_entries_of(doc)?)),
            slots: slot_views(&state, &content),
            converts_to: if state.has_a_successor() { kind.converts_to.clone() } else { Vec::new() },
            can_cancel: state.may(&Move::Cancel).is_ok(),
            has_file: state.file.is_some(),
            file_here: state.file.is_some() && self.file_to_bring(&state)?.is_none(),
            content,
        })
    }

    fn timeline(&self, entries: &[Entry]) -> Result<Vec<TimelineEntry>> {
        entries.iter().map(|entry| self.timeline_entry(entry)).collect()
    }

    fn timeline_entry(&self, entry: &Entry) -> Result<TimelineEntry> {
        let header = &entry.header;
        let (by, data) = match entry.event() {
            Ok(ReadEvent::Known(event)) => (actor(&event), facts(&event)),
            Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => (None, BTreeMap::new()),
        };
        let by = by.map(|id| self.store.read().person(id)).transpose()?.flatten();
        let device = if header.device == self.identity.device {
            self.identity.code.clone()
        } else {
            header.device.chars().take(8).collect()
        };
        Ok(TimelineEntry {
            kind: header.kind.clone(),
            data,
            at: header.at.wall.clone(),
            by: by.map_or_else(String::new, |person| person.name),
            device,
            n: header.n,
            id: entry.id.short(),
        })
    }

    /// Two checks that the file alone cannot give: the journal's signatures, and that file and journal agree.
    fn add_journal_checks(
        &self,
        view: &mut VerdictView,
        verdict: &Verdict,
        state: &DocumentState,
        entries: &[Entry],
    ) {
        let own = entries.iter().filter(|entry| entry.header.device == self.identity.device);
        let right = |entry: &Entry| {
            chain::verify_header(
                &self.public.ed25519_raw,
                &entry.header_bytes,
                &EventSignature(entry.signature),
            ) == SignatureCheck::Right
        };
        let signatures = own.clone().all(right);
        let signed =
            state.slots.iter().filter(|(_, slot)| matches!(slot, fold::SlotState::Signed(_))).count();
        let agrees = signed == verdict.signatures.len() && state.file == Some(verdict.sha256);
        // What others wrote was checked by the server that took it in; here nobody has their keys.
        let all_own = entries.iter().all(|entry| entry.header.device == self.identity.device);
        let signatures = if signatures && !all_own { None } else { Some(signatures) };
        for (id, passed) in [("journal_signatures", signatures), ("journal_agrees", Some(agrees))] {
            let failed = passed == Some(false);
            view.checks.push(CheckRow { id: id.to_owned(), passed, why: failed.then_some(Why::Journal) });
            if failed {
                view.grade = VerdictGrade::Bad;
            }
        }
    }
}

fn verdict_view(verdict: &Verdict, at: &str) -> VerdictView {
    let grade = match verdict.integrity {
        _ if verdict.is_good() => VerdictGrade::Good,
        Integrity::CannotCheck => VerdictGrade::Unknown,
        Integrity::Intact | Integrity::Changed => VerdictGrade::Bad,
    };
    VerdictView {
        grade,
        closed: verdict.completion == Completion::Closed,
        signatures: verdict.signatures.iter().map(signature_row).collect(),
        checks: checks(verdict),
        registered: None,
        at: at.to_owned(),
    }
}

fn signature_row(signature: &verify::SignatureVerdict) -> SignatureRow {
    let acceptance = signature.acceptance.as_ref();
    SignatureRow {
        slot: signature.field.clone(),
        name: acceptance.map_or_else(String::new, |acceptance| acceptance.signer.name.clone()),
        role: acceptance.map_or_else(String::new, |acceptance| acceptance.signer.role.clone()),
        method: acceptance.and_then(|acceptance| code(&acceptance.method)).unwrap_or_default(),
        at: acceptance.map_or_else(
            || signature.claimed_time.clone().unwrap_or_default(),
            |acceptance| acceptance.at.wall.clone(),
        ),
        closes: signature.completion == Completion::Closed,
        good: signature.checks.iter().all(|check| check.outcome == Outcome::Passed),
    }
}

/// One row per sort of check: it failed if any of its kind failed.
fn checks(verdict: &Verdict) -> Vec<CheckRow> {
    let mut rows: BTreeMap<String, CheckRow> = BTreeMap::new();
    for check in verdict.all_checks() {
        let id = code(&check.id).unwrap_or_default();
        let passed = match check.outcome {
            Outcome::Passed => Some(true),
            Outcome::Failed => Some(false),
            Outcome::CannotCheck => None,
        };
        let row = rows.entry(id.clone()).or_insert_with(|| CheckRow { id, passed: Some(true), why: None });
        if passed != Some(true) && row.passed != Some(false) {
            row.passed = passed;
            row.why = check.reason.map(Why::from);
        }
    }
    rows.into_values().collect()
}

/// The stable name of an enum's value.
fn code<T: serde::Serialize>(value: &T) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

fn actor(event: &Event) -> Option<Uuid> {
    match event {
        Event::Created { by, .. }
        | Event::FieldsChanged { by, .. }
        | Event::DraftDiscarded { by }
        | Event::HandedOver { by, .. }
        | Event::HandedBack { by, .. }
        | Event::Closed { by, .. }
        | Event::Cancelled { by, .. }
        | Event::Voided { by, .. }
        | Event::VoidConfirmed { by, .. }
        | Event::VoidWithdrawn { by, .. }
        | Event::AcceptanceCleared { by, .. }
        | Event::ConflictResolved { by, .. }
        | Event::QuarantineAnswered { by, .. }
        | Event::Erased { by, .. }
        | Event::LegalHold { by, .. }
        | Event::DeviceRevoked { by, .. }
        | Event::Printed { by }
        | Event::Exported { by }
        | Event::Verified { by, .. } => Some(*by),
        Event::Frozen(frozen) => Some(frozen.by),
        Event::TakenBack { by, .. } => *by,
        Event::JournalOpened { .. }
        | Event::Recovered(_)
        | Event::RoleGranted { .. }
        | Event::RootAdmitted { .. }
        | Event::FirmSaved(_)
        | Event::PersonSaved(_)
        | Event::CustomerSaved(_)
        | Event::EquipmentSaved(_)
        | Event::JobSaved(_)
        | Event::LanguageChanged { .. }
        | Event::Shown { .. }
        | Event::RemarkAdded { .. }
        | Event::Signed(_)
        | Event::NotSigned { .. }
        | Event::WrongPin { .. } => None,
    }
}

/// What the sentence of an event needs.
pub(crate) fn facts(event: &Event) -> BTreeMap<String, String> {
    let pairs: Vec<(&str, String)> = match event {
        Event::FieldsChanged { changes, .. } => vec![("count", changes.len().to_string())],
        Event::Frozen(frozen) => vec![
            ("number", frozen.number.clone()),
            ("revision", frozen.revision.to_string()),
            ("pages", frozen.pages.to_string()),
            ("fingerprint", frozen.content_hash.0.short()),
        ],
        Event::TakenBack { reason, .. } | Event::Cancelled { reason, .. } => vec![("reason", reason.clone())],
        Event::HandedOver { slot, signer, language, .. } => {
            vec![
                ("slot", slot.clone()),
                ("name", signer.name.clone()),
                ("language", language.code().to_owned()),
            ]
        }
        Event::LanguageChanged { language } => vec![("language", language.code().to_owned())],
        Event::Shown { pages, as_text } => vec![
            ("pages", pages.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")),
            ("as_text", as_text.to_string()),
        ],
        Event::RemarkAdded { text } => vec![("text", text.clone())],
        Event::Signed(signed) => vec![
            ("slot", signed.acceptance.slot.clone()),
            ("name", signed.acceptance.signer.name.clone()),
            ("method", code(&signed.acceptance.method).unwrap_or_default()),
        ],
        Event::NotSigned { slot, by_customer } => vec![
            ("slot", slot.slot.clone()),
            ("reason", code(&slot.reason).unwrap_or_default()),
            ("note", slot.note.clone()),
            ("by_customer", by_customer.to_string()),
        ],
        Event::HandedBack { how, .. } => vec![("how", code(how).unwrap_or_default())],
        Event::WrongPin { tries } => vec![("tries", tries.to_string())],
        Event::Closed { outcome, .. } => vec![("outcome", code(outcome).unwrap_or_default())],
        Event::Verified { good, .. } => vec![("good", good.to_string())],
        Event::Voided { reason, .. }
        | Event::AcceptanceCleared { reason, .. }
        | Event::QuarantineAnswered { reason, .. }
        | Event::DeviceRevoked { reason, .. } => vec![("reason", reason.clone())],
        Event::LegalHold { on, reason, .. } => vec![("on", on.to_string()), ("reason", reason.clone())],
        Event::ConflictResolved { choice, .. } => vec![("part", part(choice))],
        Event::Erased { entries, rule, .. } => {
            vec![("count", entries.len().to_string()), ("rule", rule.clone())]
        }
        Event::Recovered(recovered) => vec![("device", recovered.device.chars().take(8).collect())],
        Event::RootAdmitted { device, .. } => vec![("device", device.chars().take(8).collect())],
        Event::RoleGranted { role, .. } => vec![("role", role.name().to_owned())],
        Event::Created { .. }
        | Event::DraftDiscarded { .. }
        | Event::Printed { .. }
        | Event::Exported { .. }
        | Event::VoidConfirmed { .. }
        | Event::VoidWithdrawn { .. }
        | Event::JournalOpened { .. }
        | Event::FirmSaved(_)
        | Event::PersonSaved(_)
        | Event::CustomerSaved(_)
        | Event::EquipmentSaved(_)
        | Event::JobSaved(_) => Vec::new(),
    };
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The part of the document that was chosen for.
fn part(choice: &Choice) -> String {
    match choice {
        Choice::Field { pointer, .. } => pointer.trim_start_matches('/').replace('/', "."),
        Choice::Slot { slot, .. } => slot.clone(),
    }
}

/// Every frozen revision with what changed since the one before, newest first.
fn versions(entries: &[Entry], state: &DocumentState, contents: &[(Digest, Content)]) -> Vec<VersionRow> {
    let mut before: Option<&Content> = None;
    let mut rows: Vec<VersionRow> = Vec::new();
    for version in &state.versions {
        let content = contents.iter().find(|(id, _)| *id == version.id).map(|(_, content)| content);
        let changed = before
            .zip(content)
            .and_then(|(before, after)| fold::diff(before, after).ok())
            .map(|changes| {
                changes.into_keys().map(|pointer| pointer.trim_start_matches('/').replace('/', ".")).collect()
            })
            .unwrap_or_default();
        before = content.or(before);
        let entry = entries.iter().find(|entry| entry.id == version.id);
        rows.push(VersionRow {
            revision: version.frozen.revision,
            at: entry.map_or_else(String::new, |entry| entry.header.at.wall.clone()),
            fingerprint: fingerprint(&version.frozen),
            changed,
            current: version.standing == fold::Standing::Current,
        });
    }
    rows.reverse();
    rows
}
