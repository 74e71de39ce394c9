//! A signature, from ink to journal: statement, seal, second look, one transaction, read back (design D6, D7, D9).

use crate::{
    app::App,
    desk::{Desk, Moment, salted},
    error::{AppError, Lack, Result},
    hand_over::fingerprint,
    texts,
    view::{
        hand_over::{CloseRequest, SignAnswer, SignRequest},
        start::PinAnswer,
    },
};
use fieldseal_domain::{
    Digest,
    acceptance::{ACCEPTANCE_FORMAT, Acceptance, Consent, JournalPosition, Method, PagesSeen, Signer},
    canonical::to_canonical_json,
    event::{Event, SignedSlot},
    fold::{DocumentState, Move, MoveError, SlotState},
    ink::{Ink, InkSize, PointerKind},
    outline::OutlinePath,
    text,
};
use fieldseal_render::{fonts::FontRole, glyphs, outline};
use fieldseal_seal::{
    Appearance, BoxSize, FieldInfo, InkOperators, SealRequest, ink_operators, seal_field,
    second_path::{self, Expectations},
    signature_fields, typed_operators,
};
use fieldseal_store::Seal;
use uuid::Uuid;

/// Height kept for name, role and time at the foot of a field, in points.
const CAPTION_HEIGHT: f64 = 24.0;
/// Size of the caption's letters in points.
const CAPTION_SIZE: f64 = 7.0;
/// Size of a typed name in points.
const TYPED_SIZE: f64 = 22.0;
/// Distance from the edges of a field in points.
const MARGIN: f64 = 4.0;

/// What one signing needs to know besides the document.
struct Act {
    doc: Uuid,
    slot: String,
    signer: Signer,
    method: Method,
    ink: Option<Ink>,
    pointer: Option<PointerKind>,
    small_confirmed: bool,
    consent: Consent,
    pages: PagesSeen,
    /// What goes into the journal before the signature.
    events: Vec<Event>,
    /// Who closes the document with it.
    closing: Option<Uuid>,
}

impl App {
    /// The customer signs.
    ///
    /// # Errors
    /// [`AppError::Missing`], [`AppError::NoConsent`], [`AppError::Ink`], [`AppError::Move`]; [`AppError::Seal`] and
    /// what the database says leave the frozen document with its ink draft.
    pub fn sign(&self, request: &SignRequest) -> Result<SignAnswer> {
        self.at_customer(|desk| {
            let row = desk.hand_over_row()?;
            let state = desk.state_of(row.doc)?;
            state.may(&Move::Sign(&row.slot))?;
            if !request.consent_given {
                return Err(AppError::NoConsent);
            }
            let signer = checked_signer(&request.signer)?;
            let ink = match request.method {
                Method::Drawn => {
                    Some(request.ink.clone().ok_or(AppError::Ink(fieldseal_domain::ink::InkError::Empty))?)
                }
                Method::Typed => None,
                Method::Stored => return Err(AppError::NotAllowed),
            };
            if let Some(ink) = &ink {
                ink.check()?;
                if ink.size() == InkSize::TooSmall && !request.small_confirmed {
                    return Ok(SignAnswer::ConfirmSmall);
                }
                desk.refuse_same_ink(&state, ink)?;
            }
            let kind = desk.kind(&state.content.kind)?;
            let frozen = Desk::frozen(&state)?;
            let act = Act {
                doc: row.doc,
                events: vec![Event::Shown { pages: row.pages_seen.clone(), as_text: row.as_text }],
                closing: None,
                consent: texts::consent(kind, &row.slot, row.language)?,
                pages: PagesSeen { total: frozen.pages, seen: row.pages_seen.clone(), as_text: row.as_text },
                slot: row.slot.clone(),
                signer,
                method: request.method,
                pointer: ink.as_ref().and(request.pointer),
                ink,
                small_confirmed: request.small_confirmed,
            };
            let fingerprint = fingerprint(frozen);
            desk.seal(&state, act)?;
            Ok(SignAnswer::Signed { fingerprint })
        })
    }

    /// The technician's own act: PIN and signature close the file, whatever the customer did.
    ///
    /// # Errors
    /// As [`App::sign`]; [`AppError::InkSmall`] for a very small drawing that was not confirmed; [`AppError::Missing`] when nothing is drawn and nothing is stored.
    pub fn close(&self, request: &CloseRequest) -> Result<PinAnswer> {
        self.at_work(|desk, person| {
            let state = desk.state_of(request.document)?;
            state.may(&Move::Close)?;
            let slot = state.closing_slot().ok_or(AppError::Move(MoveError::SlotTaken))?.to_owned();
            state.may(&Move::Sign(&slot)).map_err(|_| AppError::Move(MoveError::OthersOpen))?;
            let (ink, method) = desk.technicians_ink(request, person)?;
            ink.check()?;
            let small = ink.size() == InkSize::TooSmall;
            if method == Method::Drawn && small && !request.small_confirmed {
                return Err(AppError::InkSmall);
            }
            desk.refuse_same_ink(&state, &ink)?;
            let answer = desk.try_pin(person, &request.pin)?;
            if answer != PinAnswer::Right {
                return Ok(answer);
            }
            let by = desk.person(person)?;
            let kind = desk.kind(&state.content.kind)?;
            let frozen = Desk::frozen(&state)?;
            let act = Act {
                doc: request.document,
                events: Vec::new(),
                closing: Some(person),
                consent: texts::consent(kind, &slot, by.language)?,
                pages: PagesSeen { total: frozen.pages, seen: Vec::new(), as_text: false },
                signer: Signer {
                    name: by.name.clone(),
                    role: String::new(),
                    on_behalf_of: desk.firm()?.name,
                },
                slot,
                method,
                pointer: request.ink.as_ref().and(request.pointer),
                ink: Some(ink.clone()),
                // A stored one was confirmed when it was drawn.
                small_confirmed: small || (method == Method::Drawn && request.small_confirmed),
            };
            desk.seal(&state, act)?;
            if request.keep && request.ink.is_some() {
                desk.store.transact(|tx| tx.put_own_ink(person, &ink).map_err(AppError::from))?;
            }
            Ok(answer)
        })
    }
}

fn checked_signer(signer: &Signer) -> Result<Signer> {
    let clean = |value: &str| -> String { text::clean(value).trim().chars().take(200).collect() };
    let signer = Signer {
        name: clean(&signer.name),
        role: clean(&signer.role),
        on_behalf_of: clean(&signer.on_behalf_of),
    };
    printable(&signer)?;
    if signer.name.is_empty() { Err(AppError::Missing(Lack::Name)) } else { Ok(signer) }
}

/// What is drawn into the signature's field must be there: a letter without a font would be a gap.
pub(crate) fn printable(signer: &Signer) -> Result<()> {
    let texts = [&signer.name, &signer.role, &signer.on_behalf_of];
    let missing = glyphs::listed(texts.into_iter().flat_map(|text| glyphs::uncovered(text)));
    if missing.is_empty() { Ok(()) } else { Err(AppError::CannotBePrinted(missing)) }
}

impl Desk {
    fn technicians_ink(&self, request: &CloseRequest, person: Uuid) -> Result<(Ink, Method)> {
        match &request.ink {
            Some(ink) => Ok((ink.clone(), Method::Drawn)),
            None => {
                let stored = self.store.read().own_ink(person)?.ok_or(AppError::Missing(Lack::Signature))?;
                Ok((stored, Method::Stored))
            }
        }
    }

    /// The same strokes in two slots: somebody signed for somebody else.
    fn refuse_same_ink(&self, state: &DocumentState, ink: &Ink) -> Result<()> {
        let same = |slot: &SlotState| match slot {
            SlotState::Signed(signed) => {
                signed.ink.as_ref().is_some_and(|other| other.strokes == ink.strokes)
            }
            SlotState::Open | SlotState::Empty(_) => false,
        };
        if state.slots.iter().any(|(_, slot)| same(slot)) { Err(AppError::SameInk) } else { Ok(()) }
    }

    /// Seals one field and stores file and events together.
    fn seal(&mut self, state: &DocumentState, act: Act) -> Result<()> {
        let pdf = self.newest_file(state)?;
        let field = signature_fields(&pdf)?
            .into_iter()
            .find(|field| field.name == act.slot)
            .ok_or(AppError::NotFound("signature field"))?;
        let moment = self.pen.moment();
        let appearance = appearance(&field, &act, &moment)?;
        let acceptance = self.acceptance(state, &act, &appearance.ink, &moment)?;
        let statement = String::from_utf8_lossy(&to_canonical_json(&acceptance)?).into_owned();
        let before = match &self.prefix {
            Some((_, prefix)) => prefix.clone(),
            None => fieldseal_seal::PrefixState::of(&pdf),
        };
        let request = SealRequest {
            pdf: &pdf,
            prefix: Some(&before),
            field: &act.slot,
            claimed_time: &moment.at,
            acceptance_json: &statement,
            appearance: &appearance,
            name: Some(&act.signer.name),
            reason: Some(&act.consent.text),
            location: None,
        };
        let sealed = seal_field(&request, &self.pen.keys, &self.identity.certificates)?;
        second_path::check(
            &sealed.pdf,
            &Expectations {
                before: &before,
                covered: sealed.covered,
                acceptance_json: &statement,
                keys: &self.public,
                certificates: &self.identity.certificates,
            },
        )?;
        let hash = sealed.file_hash();
        let mut events = act.events;
        events.push(Event::Signed(Box::new(SignedSlot {
            acceptance,
            ink: act.ink,
            sealed: hash,
            size: u64::try_from(sealed.pdf.len()).unwrap_or(u64::MAX),
            closes: act.closing.is_some(),
        })));
        if let Some(by) = act.closing {
            events.push(Event::Closed { outcome: state.outcome(), sealed: hash, by });
        }
        let new = salted(Some(act.doc), &events)?;
        let author = self.pen.author(&moment);
        self.store.seal(&Seal {
            author: &author,
            doc: act.doc,
            slot: &act.slot,
            events: &new,
            pdf: &sealed.pdf,
        })?;
        self.prefix = Some((hash, sealed.state));
        Ok(())
    }

    fn acceptance(
        &self,
        state: &DocumentState,
        act: &Act,
        ink: &InkOperators,
        moment: &Moment,
    ) -> Result<Acceptance> {
        let closes = act.closing.is_some();
        let frozen = Self::frozen(state)?;
        let last = self.store.read().last_position(&self.identity.device)?;
        Ok(Acceptance {
            format: ACCEPTANCE_FORMAT.to_owned(),
            number: frozen.number.clone(),
            revision: frozen.revision,
            content: frozen.content_hash,
            file: frozen.file,
            slot: act.slot.clone(),
            signer: act.signer.clone(),
            method: act.method,
            pointer: act.pointer,
            ink: ink.hash(),
            small_confirmed: act.small_confirmed,
            consent: act.consent.clone(),
            pages: act.pages.clone(),
            outcome: closes.then(|| state.outcome()),
            empty_slots: if closes { state.empty_slots() } else { Vec::new() },
            org: self.identity.org.clone(),
            device: self.identity.device.clone(),
            at: moment.reading.clone(),
            journal: last.map_or(JournalPosition { n: 0, id: Digest::default() }, |last| JournalPosition {
                n: last.n,
                id: last.id,
            }),
            checkpoint: None,
        })
    }
}

/// What the field will look like: ink or typed name above, name, role and time below.
fn appearance(field: &FieldInfo, act: &Act, moment: &Moment) -> Result<Appearance> {
    let size = field.size();
    let ink = match &act.ink {
        Some(ink) => ink_operators(&with_room_below(ink, size), size),
        None => typed_operators(&typed_name(&act.signer.name, size)?),
    };
    Ok(Appearance { size, ink, caption: caption(act, moment, size)? })
}

/// The drawing in a box that has room for the caption below it, so that both keep their places at any scale.
fn with_room_below(ink: &Ink, size: BoxSize) -> Ink {
    let caption = (CAPTION_HEIGHT * 1000.0) as i64;
    let free = (size.height - caption).max(1);
    let height = i64::from(ink.h).saturating_mul(size.height) / free;
    Ink { h: u32::try_from(height).unwrap_or(ink.h), ..ink.clone() }
}

fn points(thousandths: i64) -> f64 {
    thousandths as f64 / 1000.0
}

fn thousandths(points: f64) -> i32 {
    (points * 1000.0).round() as i32
}

fn typed_name(name: &str, size: BoxSize) -> Result<Vec<OutlinePath>> {
    let width = points(size.width) - 2.0 * MARGIN;
    let paths = outline::text_outline(name, FontRole::Script, TYPED_SIZE, width);
    Ok(moved(paths, MARGIN, CAPTION_HEIGHT + 10.0))
}

fn caption(act: &Act, moment: &Moment, size: BoxSize) -> Result<Vec<OutlinePath>> {
    let width = points(size.width) - 2.0 * MARGIN;
    let Signer { name, role, on_behalf_of } = &act.signer;
    let who = [name.as_str(), role.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let when = format!("{} {}", moment.at.strftime("%Y-%m-%d %H:%M"), moment.at.strftime("UTC%:z"));
    let second = if on_behalf_of.is_empty() { when } else { format!("{when} · {on_behalf_of}") };
    let mut paths = Vec::new();
    for (line, baseline) in [(who, 13.0), (second, 4.5)] {
        let outlines = outline::text_outline(&line, FontRole::Caption, CAPTION_SIZE, width);
        paths.extend(moved(outlines, MARGIN, baseline));
    }
    Ok(paths)
}

fn moved(paths: Vec<OutlinePath>, x: f64, y: f64) -> Vec<OutlinePath> {
    paths.into_iter().map(|path| path.moved(thousandths(x), thousandths(y))).collect()
}
