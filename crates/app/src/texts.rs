//! Sentences of the use cases in the seven languages, from the one catalogue that also feeds the page.

use crate::{error::Result, view::hand_over::TextBlock};
use fieldseal_domain::{Digest, Language, acceptance::Consent, content::Content, kind::Kind, text};
use fieldseal_render::{RenderJob, catalogue, format, view};

/// What the firm's own signature says, whatever the kind.
const TECHNICIAN: &str = "technician.1";

/// The sentence a signature agrees to, in the language of the screen.
///
/// # Errors
/// When the texts of the language are broken, which a test keeps from happening.
pub fn consent(kind: &Kind, slot: &str, language: Language) -> Result<Consent> {
    let ours = kind.slot(slot).is_some_and(|slot| slot.ours);
    let id = if ours { TECHNICIAN } else { kind.consent.as_str() };
    // The acceptance is canonical JSON, whose texts are composed (NFC): the hash must be of the same bytes.
    let text = text::clean(&texts(language)?.text(&format!("consent.{id}")));
    Ok(Consent { id: id.to_owned(), language, sha256: Digest::of(text.as_bytes()), text })
}

/// The gross total as printed; empty where the page shows no price.
#[must_use]
pub fn total(content: &Content, language: Language) -> String {
    let priced = content.lines.iter().any(|line| line.net().is_some());
    if priced && content.show_prices {
        format::money(language, content.totals().gross, &content.currency)
    } else {
        String::new()
    }
}

/// The page as text, for screen readers and for people who cannot read the page.
///
/// # Errors
/// When the texts of the language are broken.
pub fn as_text(job: &RenderJob) -> Result<Vec<TextBlock>> {
    let view = view::view(job).map_err(fieldseal_render::RenderError::from)?;
    Ok(view::text::text(&view).into_iter().flat_map(block).collect())
}

fn block(block: view::text::TextBlock) -> Vec<TextBlock> {
    use view::text::TextBlock as Page;
    match block {
        Page::Heading { text, .. } => vec![TextBlock::Heading { text }],
        Page::Paragraph { text } => vec![TextBlock::Paragraph { text }],
        Page::Facts { facts } => {
            facts.into_iter().map(|fact| TextBlock::Pair { label: fact.label, value: fact.value }).collect()
        }
        Page::Table { header, rows } => vec![TextBlock::Table { head: header, rows }],
    }
}

fn texts(language: Language) -> Result<&'static catalogue::Catalogue> {
    Ok(catalogue::catalogue(language).map_err(fieldseal_render::RenderError::from)?)
}
