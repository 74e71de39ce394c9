//! The freeze: render with the number that will be taken, then take it, all in one transaction (design D5).

use crate::{
    app::App,
    clock::rfc3339,
    desk::{Desk, salted},
    drafts::changed_events,
    error::{AppError, Lack, Result},
    pages::Token,
    typeset::{self, Trimmings},
    view::document::{DocumentView, FreezeAnswer, MissingGlyph, Preview},
};
use fieldseal_domain::{
    FileHash, check,
    content::{Content, DOCUMENT_FORMAT, DocumentJson},
    event::{Event, FrozenRevision},
    fold::{DocumentState, Move},
    kind::Kind,
    money::ROUNDING_RULE,
};
use fieldseal_render::{Mode, RenderJob, Rendered, glyphs};
use fieldseal_store::{Freeze, StoreError};
use std::sync::Arc;
use uuid::Uuid;

/// How often a freeze is rendered again because the number or the draft changed under it.
const TRIES: usize = 3;

/// A typeset revision that is not stored yet.
pub(crate) struct Revision {
    pub(crate) content: Content,
    pub(crate) frozen: FrozenRevision,
    /// The save point that leads from the last content to this one.
    pub(crate) changes: Vec<Event>,
    pub(crate) pdf: Vec<u8>,
}

/// What is to be typeset.
struct Wanted<'a> {
    doc: Uuid,
    state: &'a DocumentState,
    content: &'a Content,
    mode: Mode,
    number: String,
}

impl App {
    /// Typesets the draft as it stands. The database is free while the typesetter works.
    ///
    /// # Errors
    /// [`AppError::Superseded`] when a newer preview took its place; [`AppError::Render`].
    pub fn preview(&self, doc: Uuid) -> Result<Preview> {
        let job = self.at_work(|desk, _| {
            let state = desk.state_of(doc)?;
            let (content, _, _) = desk.newest_content(doc, &state)?;
            let wanted =
                Wanted { doc, state: &state, content: &content, mode: Mode::Preview, number: String::new() };
            desk.render_job(&wanted, &self.parts)
        })?;
        let rendered = self.parts.typesetter.render(&job).map_err(|error| match error {
            fieldseal_render::RenderError::Superseded => AppError::Superseded,
            other => AppError::Render(other),
        })?;
        let (pages, missing_glyphs) = (rendered.pages, missing(&rendered.missing_glyphs));
        let digest = fieldseal_domain::Digest::of(&rendered.pdf);
        self.pages.keep(digest, Arc::new(rendered.pdf));
        Ok(Preview { token: Token::Preview(digest).to_string(), pages, missing_glyphs })
    }

    /// Freezes a document: number, pages, fingerprint become final.
    ///
    /// # Errors
    /// [`AppError::Move`], [`AppError::Render`], or what the database says; the draft stays as it was.
    pub fn freeze(&self, doc: Uuid) -> Result<FreezeAnswer> {
        self.at_work(|desk, person| desk.freeze(doc, person, &self.parts))
    }

    /// Back to edit, while nobody has signed.
    ///
    /// # Errors
    /// [`AppError::Move`].
    pub fn take_back(&self, doc: Uuid, reason: &str) -> Result<DocumentView> {
        self.at_work(|desk, person| {
            desk.state_of(doc)?.may(&Move::TakeBack)?;
            desk.append(Some(doc), &[Event::TakenBack { reason: reason.to_owned(), by: Some(person) }])?;
            desk.document_view(doc)
        })
    }

    /// Gives up a document that has a number; the number stays taken.
    ///
    /// # Errors
    /// [`AppError::Move`]; [`AppError::Missing`] without a reason.
    pub fn cancel(&self, doc: Uuid, reason: &str) -> Result<()> {
        self.at_work(|desk, person| {
            let reason = fieldseal_domain::text::clean(reason).trim().to_owned();
            if reason.is_empty() {
                return Err(AppError::Missing(Lack::Reason));
            }
            desk.state_of(doc)?.may(&Move::Cancel)?;
            desk.save_point(doc, person)?;
            desk.append(Some(doc), &[Event::Cancelled { reason, by: person }])?;
            Ok(desk.store.transact(|tx| tx.delete_draft(doc))?)
        })
    }
}

impl Desk {
    pub(crate) fn freeze(&mut self, doc: Uuid, by: Uuid, parts: &crate::app::Parts) -> Result<FreezeAnswer> {
        let mut last = AppError::StaleDraft;
        for _ in 0..TRIES {
            match self.try_freeze(doc, by, parts) {
                Err(AppError::Store(
                    error @ (StoreError::NumberTaken { .. } | StoreError::DraftChanged { .. }),
                )) => {
                    last = AppError::Store(error);
                }
                other => return other,
            }
        }
        Err(last)
    }

    fn try_freeze(&mut self, doc: Uuid, by: Uuid, parts: &crate::app::Parts) -> Result<FreezeAnswer> {
        let state = self.state_of(doc)?;
        state.may(&Move::Freeze)?;
        let (content, draft_version, _) = self.newest_content(doc, &state)?;
        let kind = self.kind(&content.kind)?.clone();
        let problems = check::problems(&kind, &content, self.intake_of(&content)?.as_ref());
        if !check::is_ready(&problems) {
            return Ok(FreezeAnswer::Problems { problems, missing_glyphs: Vec::new() });
        }
        let number = self.number_for(&state, &kind, &content)?;
        let wanted =
            Wanted { doc, state: &state, content: &content, mode: Mode::Final, number: number.clone() };
        let job = self.render_job(&wanted, parts)?;
        let rendered = parts.typesetter.render(&job)?;
        if !rendered.missing_glyphs.is_empty() {
            let missing_glyphs = missing(&rendered.missing_glyphs);
            return Ok(FreezeAnswer::Problems { problems: Vec::new(), missing_glyphs });
        }
        let mut events = self.save_point_events(doc, &state, by)?;
        events.push(Event::Frozen(Box::new(frozen_revision(&job, &rendered, &state, by))));
        let moment = self.pen.moment();
        let new = salted(Some(doc), &events)?;
        let author = self.pen.author(&moment);
        self.store.freeze(&Freeze {
            author: &author,
            doc,
            draft_version,
            events: &new,
            pdf: &rendered.pdf,
        })?;
        Ok(FreezeAnswer::Frozen { number, revision: state.next_revision })
    }

    /// A new revision of a frozen document with another content, typeset but not stored.
    pub(crate) fn typeset_revision(
        &self,
        doc: Uuid,
        state: &DocumentState,
        content: Content,
        parts: &crate::app::Parts,
    ) -> Result<Revision> {
        let before = Self::frozen(state)?;
        let number = before.number.clone();
        let wanted = Wanted { doc, state, content: &content, mode: Mode::Final, number };
        let job = self.render_job(&wanted, parts)?;
        let rendered = parts.typesetter.render(&job)?;
        if !rendered.missing_glyphs.is_empty() {
            let all = rendered.missing_glyphs.iter().map(|glyph| glyph.character);
            return Err(AppError::CannotBePrinted(glyphs::listed(all)));
        }
        let changes = changed_events(state, &content, before.by)?;
        Ok(Revision {
            frozen: frozen_revision(&job, &rendered, state, before.by),
            changes,
            pdf: rendered.pdf,
            content,
        })
    }

    fn number_for(&self, state: &DocumentState, kind: &Kind, content: &Content) -> Result<String> {
        if let Some(number) = &state.number {
            return Ok(number.clone());
        }
        let year = self.pen.clock.now().year();
        let series = kind.series(&content.customer.country, year, &self.identity.code);
        Ok(self.store.read().next_number(&series)?.to_string())
    }

    fn render_job(&self, wanted: &Wanted<'_>, parts: &crate::app::Parts) -> Result<RenderJob> {
        let content = &wanted.content.as_shown();
        let kind = self.kind(&content.kind)?;
        let firm = self.firm()?;
        let document = DocumentJson {
            format: DOCUMENT_FORMAT.to_owned(),
            id: wanted.doc,
            number: wanted.number.clone(),
            revision: wanted.state.next_revision,
            frozen_at: rfc3339(&parts.clock.now()),
            firm: firm.name.clone(),
            template: parts.typesetter.template(kind, content.language)?,
            content: content.clone(),
            totals: content.totals(),
            rounding: ROUNDING_RULE.to_owned(),
        };
        let slots = signing_order(kind, content);
        typeset::job(document, kind, self.trimmings(firm, content)?, slots, wanted.mode)
    }

    /// The frozen revision as a job without pictures: enough to read it as text.
    pub(crate) fn frozen_job(&self, doc: Uuid, state: &DocumentState) -> Result<RenderJob> {
        let frozen = Self::frozen(state)?;
        let kind = self.kind(&state.content.kind)?;
        let entries = self.store.read().entries_of(doc)?;
        let at = entries
            .iter()
            .rev()
            .find(|entry| entry.header.kind == "frozen")
            .map(|entry| entry.header.at.wall.clone());
        let content = state.content.as_shown();
        let document = DocumentJson {
            format: DOCUMENT_FORMAT.to_owned(),
            id: doc,
            number: frozen.number.clone(),
            revision: frozen.revision,
            frozen_at: at.unwrap_or_default(),
            firm: self.firm()?.name,
            template: frozen.template.clone(),
            totals: content.totals(),
            content,
            rounding: ROUNDING_RULE.to_owned(),
        };
        let trimmings = Trimmings { firm: self.firm()?, logo: None, photos: Vec::new() };
        typeset::job(document, kind, trimmings, frozen.slots.clone(), Mode::Final)
    }

    fn trimmings(&self, firm: fieldseal_domain::party::Firm, content: &Content) -> Result<Trimmings> {
        let read = self.store.read();
        let logo = match firm.logo.as_deref().and_then(|digest| digest.parse().ok()) {
            Some(digest) => read.blob(digest)?,
            None => None,
        };
        let mut photos = Vec::new();
        for photo in &content.photos {
            let bytes = read.blob(photo.sha256)?.ok_or(AppError::NotFound("photo"))?;
            photos.push((photo.sha256, photo.media_type.clone(), bytes));
        }
        Ok(Trimmings { firm, logo, photos })
    }
}

/// Slots of a document in signing order: those of its signers, as the kind orders them, ours last.
fn signing_order(kind: &Kind, content: &Content) -> Vec<String> {
    let wanted = |slot: &&fieldseal_domain::kind::Slot| {
        (slot.ours && slot.required) || content.signers.iter().any(|signer| signer.slot == slot.id)
    };
    kind.slots.iter().filter(wanted).map(|slot| slot.id.clone()).collect()
}

fn frozen_revision(job: &RenderJob, rendered: &Rendered, state: &DocumentState, by: Uuid) -> FrozenRevision {
    FrozenRevision {
        number: job.document.number.clone(),
        revision: job.document.revision,
        content_hash: job.content_hash,
        file: FileHash::of(&rendered.pdf),
        pages: rendered.pages,
        size: u64::try_from(rendered.pdf.len()).unwrap_or(u64::MAX),
        template: job.document.template.clone(),
        slots: job.slots.clone(),
        edits: Some(state.edits()),
        by,
    }
}

fn missing(found: &[glyphs::MissingGlyph]) -> Vec<MissingGlyph> {
    let view = |glyph: &glyphs::MissingGlyph| MissingGlyph {
        character: glyph.character.to_string(),
        place: glyph.place.clone(),
        suggestion: glyph.suggestion.clone(),
    };
    found.iter().map(view).collect()
}
