//! The customer's mode: one document, no way out but a PIN; survives kill and restart because it is a row on disk.

use crate::{
    app::{App, Parts},
    clock::rfc3339,
    desk::{Desk, salted},
    error::{AppError, Lack, Result},
    freeze::Revision,
    pages::Token,
    people::PIN_BY_CODE,
    signing, texts,
    view::{
        document::DocumentView,
        hand_over::{HandOverRequest, HandOverResult, HandOverStep, HandOverView, NotSignedRequest},
        start::PinAnswer,
    },
};
use fieldseal_domain::{
    Language,
    acceptance::{EmptySlot, Method, NoSignatureReason, Signer},
    compare::{AccessoryFate, compare},
    content::Content,
    event::{Event, FrozenRevision, HandBack},
    fold::{DocumentState, Move, SlotState},
    ink::Ink,
    text,
};
use fieldseal_seal::PrefixState;
use fieldseal_store::{Freeze, HandOverRow, InkDraft};
use uuid::Uuid;

impl App {
    /// Hands the tablet over for one slot.
    ///
    /// # Errors
    /// [`AppError::Move`] when the slot cannot be signed now.
    pub fn hand_over(&self, request: &HandOverRequest) -> Result<HandOverView> {
        let view = self.at_work(|desk, person| {
            let state = desk.state_of(request.document)?;
            state.may(&Move::Sign(&request.slot))?;
            if state.closing_slot() == Some(request.slot.as_str()) {
                return Err(AppError::Move(fieldseal_domain::fold::MoveError::SlotTaken));
            }
            let signer = cleaned(&request.signer);
            signing::printable(&signer)?;
            let row = HandOverRow {
                doc: request.document,
                slot: request.slot.clone(),
                language: request.language,
                given_by: person,
                started: rfc3339(&desk.pen.clock.now()),
                pages_seen: Vec::new(),
                as_text: false,
                signer,
                remark: String::new(),
            };
            desk.begin_hand_over(&state, &row)?;
            desk.hand_over_view()
        })?;
        self.pages.clear();
        Ok(view)
    }

    /// What the customer's screen shows.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`] when no customer holds the tablet.
    pub fn hand_over_view(&self) -> Result<HandOverView> {
        self.at_customer(|desk| desk.hand_over_view())
    }

    /// The customer reads in another language. Text and strokes stay.
    ///
    /// # Errors
    /// What the database says.
    pub fn hand_over_language(&self, language: Language) -> Result<HandOverView> {
        self.at_customer(|desk| {
            let row = HandOverRow { language, ..desk.hand_over_row()? };
            let moment = desk.pen.moment();
            let events = [Event::LanguageChanged { language }];
            let new = salted(Some(row.doc), &events)?;
            desk.store.transact(|tx| {
                tx.append_all(&desk.pen.author(&moment), &new)?;
                tx.put_hand_over(&row).map_err(AppError::from)
            })?;
            desk.hand_over_view()
        })
    }

    /// Pages that were on screen.
    ///
    /// # Errors
    /// What the database says.
    pub fn hand_over_seen(&self, pages: &[u32], as_text: bool) -> Result<()> {
        self.at_customer(|desk| {
            let mut row = desk.hand_over_row()?;
            let total = desk.state_of(row.doc)?.frozen.map_or(0, |frozen| frozen.pages);
            row.pages_seen.extend(pages.iter().filter(|page| (1..=total).contains(*page)));
            row.pages_seen.sort_unstable();
            row.pages_seen.dedup();
            row.as_text |= as_text;
            desk.store.transact(|tx| tx.put_hand_over(&row).map_err(AppError::from))
        })
    }

    /// The customer's remark: it becomes part of the text, so a new revision is made and shown before anyone signs.
    ///
    /// # Errors
    /// [`AppError::RemarkTooLate`] after a signature; [`AppError::Render`]; the old revision is then still there.
    pub fn hand_over_remark(&self, remark: &str) -> Result<HandOverView> {
        let view = self.at_customer(|desk| desk.remark(remark, &self.parts))?;
        self.pages.clear();
        Ok(view)
    }

    /// All strokes so far; none clears them. Called after every stroke.
    ///
    /// # Errors
    /// [`AppError::Ink`] for strokes that are none.
    pub fn hand_over_ink(&self, ink: Option<&Ink>) -> Result<()> {
        self.at_customer(|desk| {
            let row = desk.hand_over_row()?;
            desk.state_of(row.doc)?.may(&Move::Sign(&row.slot))?;
            let draft = match ink {
                Some(ink) if !ink.strokes.is_empty() => {
                    ink.check()?;
                    Some(InkDraft { method: Method::Drawn, pointer: None, ink: ink.clone() })
                }
                Some(_) | None => None,
            };
            desk.store.transact(|tx| match &draft {
                Some(draft) => tx.put_ink(row.doc, &row.slot, draft).map_err(AppError::from),
                None => tx.delete_ink(row.doc, &row.slot).map_err(AppError::from),
            })
        })
    }

    /// The customer says no, with a reason.
    ///
    /// # Errors
    /// [`AppError::Missing`] when "other" has no words.
    pub fn decline(&self, reason: NoSignatureReason, note: &str) -> Result<HandOverView> {
        self.at_customer(|desk| {
            let row = desk.hand_over_row()?;
            let slot = EmptySlot { slot: row.slot, reason, note: note.to_owned() };
            desk.leave_empty(row.doc, slot, SaidBy::Customer)?;
            desk.hand_over_view()
        })
    }

    /// The technician notes that somebody cannot or will not sign.
    ///
    /// # Errors
    /// [`AppError::Move`]; [`AppError::Missing`].
    pub fn not_signed(&self, request: &NotSignedRequest) -> Result<DocumentView> {
        self.at_work(|desk, _| {
            let slot =
                EmptySlot { slot: request.slot.clone(), reason: request.reason, note: request.note.clone() };
            desk.leave_empty(request.document, slot, SaidBy::Technician)?;
            desk.document_view(request.document)
        })
    }

    /// A person of the firm takes the tablet back.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown person.
    pub fn take_tablet_back(&self, person: Uuid, pin: &str) -> Result<PinAnswer> {
        self.at_customer(|desk| {
            let row = desk.hand_over_row()?;
            let answer = desk.try_pin(person, pin)?;
            match answer {
                PinAnswer::Right => {
                    desk.end_hand_over(&row, person)?;
                    desk.person = Some(person);
                }
                PinAnswer::Wrong { .. } => {
                    let tries = desk.state_of(row.doc)?.wrong_pins.saturating_add(1);
                    desk.append(Some(row.doc), &[Event::WrongPin { tries }])?;
                }
                PinAnswer::TooEarly { .. } => {}
            }
            Ok(answer)
        })
    }
}

/// Who said that a slot stays empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SaidBy {
    /// The customer, on their own screen.
    Customer,
    /// The technician noted it.
    Technician,
}

fn cleaned(signer: &Signer) -> Signer {
    let clean = |value: &str| text::clean(value).trim().chars().take(200).collect();
    Signer { name: clean(&signer.name), role: clean(&signer.role), on_behalf_of: clean(&signer.on_behalf_of) }
}

impl Desk {
    pub(crate) fn hand_over_row(&self) -> Result<HandOverRow> {
        self.store.read().hand_over()?.ok_or(AppError::NotAllowed)
    }

    pub(crate) fn frozen(state: &DocumentState) -> Result<&FrozenRevision> {
        state.frozen.as_ref().ok_or(AppError::Move(fieldseal_domain::fold::MoveError::NotFrozen))
    }

    /// The newest file of a document, and its hash state kept for the signature.
    pub(crate) fn newest_file(&mut self, state: &DocumentState) -> Result<Vec<u8>> {
        let file = state.file.ok_or(AppError::NotFound("file"))?;
        let bytes = self.store.read().blob(file.0)?.ok_or(AppError::NotFound("file"))?;
        if self.prefix.as_ref().is_none_or(|(kept, _)| *kept != file) {
            self.prefix = Some((file, PrefixState::of(&bytes)));
        }
        Ok(bytes)
    }

    fn begin_hand_over(&mut self, state: &DocumentState, row: &HandOverRow) -> Result<()> {
        let frozen = Self::frozen(state)?;
        let events = [Event::HandedOver {
            slot: row.slot.clone(),
            signer: row.signer.clone(),
            language: row.language,
            content_hash: frozen.content_hash,
            file: state.file.unwrap_or(frozen.file),
            by: row.given_by,
        }];
        let moment = self.pen.moment();
        let new = salted(Some(row.doc), &events)?;
        self.store.transact(|tx| {
            tx.append_all(&self.pen.author(&moment), &new)?;
            // A PIN made anew before this has nothing to do with how the tablet comes back.
            tx.put_setting(PIN_BY_CODE, &None::<Uuid>)?;
            tx.put_hand_over(row).map_err(AppError::from)
        })?;
        // Hash the file now: the customer must not wait for it when signing.
        self.newest_file(state).map(drop)
    }

    fn end_hand_over(&mut self, row: &HandOverRow, by: Uuid) -> Result<()> {
        let moment = self.pen.moment();
        let by_code = self.setting::<Option<Uuid>>(PIN_BY_CODE)?.flatten() == Some(by);
        let how = if by_code { HandBack::RecoveryCode } else { HandBack::Pin };
        let events = [Event::HandedBack { how, by }];
        let new = salted(Some(row.doc), &events)?;
        self.prefix = None;
        self.store.transact(|tx| {
            tx.append_all(&self.pen.author(&moment), &new)?;
            tx.delete_all_ink(row.doc)?;
            tx.end_hand_over().map_err(AppError::from)
        })
    }

    fn leave_empty(&mut self, doc: Uuid, mut slot: EmptySlot, said_by: SaidBy) -> Result<()> {
        let state = self.state_of(doc)?;
        state.may(&Move::LeaveEmpty(&slot.slot))?;
        if state.closing_slot() == Some(slot.slot.as_str()) {
            return Err(AppError::Move(fieldseal_domain::fold::MoveError::SlotTaken));
        }
        slot.note = text::clean(&slot.note).trim().chars().take(2_000).collect();
        if slot.reason == NoSignatureReason::Other && slot.note.is_empty() {
            return Err(AppError::Missing(Lack::Reason));
        }
        let by_customer = said_by == SaidBy::Customer;
        self.append(Some(doc), &[Event::NotSigned { slot, by_customer }]).map(drop)
    }

    /// The new revision is typeset while the old one is still frozen; then everything changes in one transaction, so
    /// that a kill leaves the customer with the one or the other.
    fn remark(&mut self, remark: &str, parts: &Parts) -> Result<HandOverView> {
        let row = self.hand_over_row()?;
        let remark: String = text::clean(remark).trim().chars().take(4_000).collect();
        let state = self.state_of(row.doc)?;
        if state.may(&Move::TakeBack).is_err() {
            return Err(AppError::RemarkTooLate);
        }
        if state.content.remark != remark {
            let content = Content { remark, ..state.content.clone() };
            let revision = self.typeset_revision(row.doc, &state, content, parts)?;
            self.replace_revision(&row, revision)?;
        }
        self.hand_over_view()
    }

    fn replace_revision(&mut self, row: &HandOverRow, revision: Revision) -> Result<()> {
        let row = HandOverRow { pages_seen: Vec::new(), as_text: false, ..row.clone() };
        let Revision { content, frozen, changes, pdf } = revision;
        let saved_at = rfc3339(&self.pen.clock.now());
        let opening = [
            Event::RemarkAdded { text: content.remark.clone() },
            Event::TakenBack { reason: "customer_remark".to_owned(), by: None },
        ];
        let handed_over = [Event::HandedOver {
            slot: row.slot.clone(),
            signer: row.signer.clone(),
            language: row.language,
            content_hash: frozen.content_hash,
            file: frozen.file,
            by: row.given_by,
        }];
        let mut freezing = changes;
        freezing.push(Event::Frozen(Box::new(frozen)));
        let doc = Some(row.doc);
        let (opening, freezing, handed_over) =
            (salted(doc, &opening)?, salted(doc, &freezing)?, salted(doc, &handed_over)?);
        let moment = self.pen.moment();
        let author = self.pen.author(&moment);
        self.store.transact(|tx| {
            tx.append_all(&author, &opening)?;
            let draft_version = tx.save_draft(row.doc, &content, &saved_at)?;
            tx.freeze(&Freeze {
                author: &author,
                doc: row.doc,
                draft_version,
                events: &freezing,
                pdf: &pdf,
            })?;
            tx.append_all(&author, &handed_over)?;
            tx.put_hand_over(&row).map_err(AppError::from)
        })?;
        let state = self.state_of(row.doc)?;
        self.newest_file(&state).map(drop)
    }

    pub(crate) fn hand_over_view(&mut self) -> Result<HandOverView> {
        let row = self.hand_over_row()?;
        let state = self.state_of(row.doc)?;
        let kind = self.kind(&state.content.kind)?;
        let content = &state.content;
        let frozen = state.frozen.as_ref();
        let fingerprint = frozen.map_or_else(String::new, fingerprint);
        let result = match state.slot(&row.slot) {
            Some(SlotState::Signed(_)) => Some(HandOverResult::Signed { fingerprint: fingerprint.clone() }),
            Some(SlotState::Empty(empty)) => Some(HandOverResult::NotSigned { slot: empty.clone() }),
            Some(SlotState::Open) | None => None,
        };
        let read = self.store.read();
        Ok(HandOverView {
            step: if result.is_some() { HandOverStep::Done } else { HandOverStep::Reading },
            document: row.doc,
            kind: content.kind.clone(),
            number: state.number.clone().unwrap_or_default(),
            revision: frozen.map_or(state.next_revision, |frozen| frozen.revision),
            firm: self.firm()?.name,
            language: row.language,
            document_language: content.language,
            slot: row.slot.clone(),
            token: state.file.map_or_else(String::new, |file| Token::File(file.0).to_string()),
            pages: frozen.map_or(0, |frozen| frozen.pages),
            seen: row.pages_seen.clone(),
            total: texts::total(content, row.language),
            not_done: content.field("not_done").to_owned(),
            warnings: self.warnings(content)?,
            remark: content.remark.clone(),
            consent: texts::consent(kind, &row.slot, row.language)?.text,
            text: texts::as_text(&self.frozen_job(row.doc, &state)?)?,
            ink: read.ink_draft(row.doc, &row.slot)?.map(|draft| draft.ink),
            technician: self.person(row.given_by)?.name,
            signer: row.signer,
            fingerprint,
            result,
        })
    }

    /// Accessories of the intake that do not come back, by name.
    fn warnings(&self, content: &Content) -> Result<Vec<String>> {
        let Some(intake) = self.intake_of(content)? else { return Ok(Vec::new()) };
        let rows = compare(&intake, content).accessories;
        Ok(rows.into_iter().filter(|row| row.fate == AccessoryFate::Missing).map(|row| row.name).collect())
    }
}

/// First eight groups of R.
pub(crate) fn fingerprint(frozen: &FrozenRevision) -> String {
    frozen.content_hash.0.long().chars().take(39).collect()
}
