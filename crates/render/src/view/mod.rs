//! The view of a document: every text a page shows, in the document's language and order, and nothing of its layout.
//!
//! The template draws it, "read as text" tells it, so that both say the same. Layout is left to the template,
//! decisions about what is required to the domain.

mod blocks;
mod compared;
mod sections;
pub mod text;
pub(crate) mod words;

use crate::{
    catalogue::{Catalogue, CatalogueError, catalogue},
    format,
    job::{Mode, RenderJob},
    look, qr,
};
use fieldseal_domain::content::{Content, Origin};
use serde::Serialize;

pub use blocks::{Block, Cell, Column, ColumnRole, Emphasis, Fact, Mark, PhotoView, Section};
pub(crate) use sections::photo_path;

/// A document as texts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View {
    /// ISO 639-1 code.
    pub language: &'static str,
    /// Accent colour, `#rrggbb`.
    pub accent: String,
    /// Letterhead.
    pub firm: Letterhead,
    /// Name of the kind.
    pub title: String,
    /// Number, or a dash in a preview.
    pub number: String,
    /// Date, technician, origin and the like.
    pub facts: Vec<Fact>,
    /// Customer and place of work.
    pub parties: Vec<Party>,
    /// The body.
    pub sections: Vec<Section>,
    /// Photos, behind the signatures.
    pub annex: Option<Section>,
    /// The customer's own remark, if there is one.
    pub remark: Option<Fact>,
    /// Short terms and privacy notice.
    pub terms: Vec<String>,
    /// What is signed and by whom.
    pub signing: Signing,
    /// What stands at the foot of every page.
    pub foot: Foot,
    /// Word across the page in a preview.
    pub watermark: Option<String>,
    /// QR code as SVG; final documents only.
    pub qr: Option<String>,
    /// Alternative text of the QR code.
    pub qr_alt: String,
    /// Description of the attached `document.json`; final documents only.
    pub attachment: Option<String>,
}

/// Who the firm is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Letterhead {
    /// Legal name of the branch, else the firm's name.
    pub name: String,
    /// Virtual path of the logo.
    pub logo: Option<&'static str>,
    /// Alternative text of the logo.
    pub logo_alt: String,
    /// Address, tax number, telephone, e-mail.
    pub lines: Vec<String>,
}

/// One party or place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Party {
    /// "Customer".
    pub title: String,
    /// Name.
    pub name: String,
    /// Address and so on.
    pub lines: Vec<String>,
}

/// The signature block.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signing {
    /// "What I sign".
    pub title: String,
    /// The sentence.
    pub sentence: String,
    /// One place per slot.
    pub slots: Vec<SlotView>,
    /// Level of the signature, in plain words.
    pub level: String,
}

/// One place to sign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlotView {
    /// Slot.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Who is expected to sign, or empty.
    pub name: String,
}

/// The foot of the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Foot {
    /// Title, number and revision.
    pub left: String,
    /// "Fingerprint".
    pub fingerprint_label: String,
    /// R in groups of four digits; empty in a preview.
    pub fingerprint: String,
    /// "Page {page} of {pages}", filled in by the template.
    pub page_pattern: String,
}

/// Virtual path of the logo.
pub(crate) const LOGO_PATH: &str = "/data/logo";

/// The view of a job.
///
/// # Errors
/// Only when the embedded texts of the language are broken.
pub fn view(job: &RenderJob) -> Result<View, CatalogueError> {
    let content = &job.document.content;
    let texts = catalogue(content.language)?;
    let context = Context { texts, job, content };
    let (sections, annex) = sections::sections(&context);
    let title = texts.text(&format!("kind.{}", job.kind.id));
    let number = context.number();
    Ok(View {
        language: content.language.code(),
        accent: look::accent(&job.firm.color),
        firm: context.letterhead(),
        facts: context.facts(),
        parties: context.parties(),
        sections,
        annex,
        remark: context.remark(),
        terms: context.terms(),
        signing: context.signing(),
        foot: context.foot(&title, &number),
        watermark: (job.mode == Mode::Preview).then(|| texts.text("pdf.preview")),
        qr: context.qr(),
        qr_alt: texts.text("pdf.qr_alt"),
        attachment: (job.mode == Mode::Final).then(|| texts.text("pdf.attachment")),
        title,
        number,
    })
}

pub(crate) struct Context<'a> {
    pub(crate) texts: &'static Catalogue,
    pub(crate) job: &'a RenderJob,
    pub(crate) content: &'a Content,
}

impl Context<'_> {
    pub(crate) fn fact(&self, key: &str, value: impl Into<String>) -> Option<Fact> {
        let value = words::breakable(value.into().trim(), words::Width::Wide);
        (!value.is_empty()).then(|| Fact { label: self.texts.text(key), value })
    }

    fn number(&self) -> String {
        match self.job.mode {
            Mode::Final => self.job.document.number.clone(),
            Mode::Preview => "\u{2014}".to_owned(),
        }
    }

    fn letterhead(&self) -> Letterhead {
        let branch = &self.content.supplier;
        let name = if branch.legal_name.trim().is_empty() { &self.job.firm.name } else { &branch.legal_name };
        let tax_id = branch.tax_id.trim();
        let tax =
            if tax_id.is_empty() { String::new() } else { self.texts.fill("pdf.tax_id", &[("id", tax_id)]) };
        Letterhead {
            name: wide(name),
            logo: self.job.firm.logo.is_some().then_some(LOGO_PATH),
            logo_alt: self.texts.fill("pdf.logo_alt", &[("name", &self.job.firm.name)]),
            lines: lines([&branch.street, &branch.city, &tax, &branch.phone, &branch.email]),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let date = self.job.document.frozen_at.split(['T', ' ']).next().unwrap_or_default();
        let origin = match &self.content.origin {
            Some(Origin::Job { code, .. }) => self.fact("pdf.job", code.clone()),
            Some(Origin::Document { number, .. }) => self.fact("pdf.from_document", number.clone()),
            None => None,
        };
        [
            self.fact("pdf.date", format::iso_date(self.texts, date)),
            self.fact("pdf.technician", self.content.technician.clone()),
            origin,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn parties(&self) -> Vec<Party> {
        let customer = &self.content.customer;
        let town = [customer.zip.trim(), customer.city.trim()].join(" ");
        let country =
            if customer.country == self.content.supplier.country { "" } else { customer.country.as_str() };
        let tax_id = customer.tax_id.trim();
        let tax =
            if tax_id.is_empty() { String::new() } else { self.texts.fill("pdf.tax_id", &[("id", tax_id)]) };
        let contact = contact(&customer.contact, &customer.contact_role);
        let contact =
            if contact.is_empty() { contact } else { self.texts.fill("pdf.contact", &[("name", &contact)]) };
        let mut parties = vec![Party {
            title: self.texts.text("pdf.customer"),
            name: wide(&customer.name),
            lines: lines([
                &customer.street,
                &town,
                country,
                &tax,
                &contact,
                &customer.phone,
                &customer.email,
            ]),
        }];
        if !self.content.site.trim().is_empty() {
            let site = self.content.site.split('\n').collect::<Vec<_>>();
            parties.push(Party {
                title: self.texts.text("pdf.site"),
                name: String::new(),
                lines: lines(site),
            });
        }
        parties
    }

    fn remark(&self) -> Option<Fact> {
        self.fact("pdf.remark", self.content.remark.clone())
    }

    fn terms(&self) -> Vec<String> {
        let firm = &self.content.supplier.legal_name;
        let key = format!("terms.{}", self.job.kind.id);
        let own = self.texts.text(&key);
        let own = (own != key).then_some(own);
        own.into_iter().chain([self.texts.fill("terms.privacy", &[("name", firm)])]).collect()
    }

    fn signing(&self) -> Signing {
        let slots = self.job.slots.iter().map(|slot| SlotView {
            id: slot.clone(),
            title: self.texts.text(&format!("slot.{slot}")),
            name: self
                .content
                .signers
                .iter()
                .find(|plan| plan.slot == *slot)
                .map(|plan| wide(&plan.name))
                .unwrap_or_default(),
        });
        Signing {
            title: self.texts.text("pdf.what_i_sign"),
            sentence: self.texts.text(&format!("consent.{}", self.job.kind.consent)),
            slots: slots.collect(),
            level: self.texts.text("pdf.signature_level"),
        }
    }

    fn foot(&self, title: &str, number: &str) -> Foot {
        let revision = self.job.document.revision.to_string();
        let revision = self.texts.fill("pdf.revision", &[("revision", &revision)]);
        Foot {
            left: format!("{title} {number} \u{00B7} {revision}"),
            fingerprint_label: self.texts.text("pdf.fingerprint"),
            fingerprint: match self.job.mode {
                Mode::Final => self.job.content_hash.0.short(),
                Mode::Preview => String::new(),
            },
            page_pattern: self.texts.text("pdf.page"),
        }
    }

    fn qr(&self) -> Option<String> {
        match self.job.mode {
            Mode::Final => {
                qr::svg(&qr::content(&self.job.document.number, &self.job.content_hash.0.to_string()))
            }
            Mode::Preview => None,
        }
    }
}

fn contact(name: &str, role: &str) -> String {
    match (name.trim(), role.trim()) {
        ("", _) => String::new(),
        (name, "") => name.to_owned(),
        (name, role) => format!("{name}, {role}"),
    }
}

fn wide(text: &str) -> String {
    words::breakable(text.trim(), words::Width::Wide)
}

/// The lines that are not empty.
fn lines<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> Vec<String> {
    all.into_iter().map(|line| wide(line.as_ref())).filter(|line| !line.is_empty()).collect()
}
