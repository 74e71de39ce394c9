//! What the acceptances say against what the file is: R from the attached `document.json`, P from
//! the bytes shown, ink from the page (design D7). Everything is recomputed from this one file.

use fieldseal_domain::acceptance::{ACCEPTANCE_FORMAT, Acceptance};
use fieldseal_domain::content::DOCUMENT_FORMAT;
use fieldseal_domain::{ContentHash, Digest, FileHash};
use serde::{Deserialize, Serialize};

use super::layout::Found;
use super::report::{Check, CheckId, Reason};
use crate::appearance;
use crate::attachment;
use crate::form;
use crate::pdf::{Dict, Document, Object, PdfError};

/// What is wrong with statements and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentFault {
    /// No `document.json` in the frozen document: this is no Fieldseal document.
    NotAFieldsealDocument,
    /// `document.json` is there twice, or cannot be read.
    ContentNotReadable,
    /// There is no acceptance, or it is not in the form of this product.
    AcceptanceNotReadable,
    /// The statement is about other content.
    OtherContent,
    /// The statement is about another file than the one frozen here.
    OtherFile,
    /// The statement is about another document or revision.
    OtherNumber,
    /// The statement is about another signature field.
    OtherSlot,
    /// The sentence agreed to does not have the hash that stands beside it.
    OtherConsent,
    /// The ink on the page is not the ink in the statement.
    OtherInk,
    /// The statement names another device than the certificates.
    OtherDevice,
    /// An outcome without closing, or closing without an outcome.
    OutcomeMisplaced,
    /// The field shows more than ink and caption.
    AppearanceNotOurs,
}

/// What the verifier must understand of `document.json`; the rest is covered by its hash alone,
/// so that documents of later versions stay verifiable.
#[derive(Debug, Deserialize)]
pub(super) struct ContentHead {
    format: String,
    pub(super) number: String,
    revision: u32,
}

/// The frozen document, as the statements are compared with it.
pub(super) struct Frozen {
    /// Attached content and its hash.
    pub(super) content: Result<(ContentHead, ContentHash), ContentFault>,
    /// P for each way the frozen bytes may end (with or without a line end).
    pub(super) file_hashes: Vec<FileHash>,
}

impl Frozen {
    /// Reads the frozen revision. `ends` are the places where it may end.
    pub(super) fn read(document: &Document<'_>, bytes: &[u8], ends: &[usize]) -> Self {
        let file_hashes = ends.iter().filter_map(|end| bytes.get(..*end)).map(FileHash::of).collect();
        Self { content: content(document), file_hashes }
    }
}

fn content(document: &Document<'_>) -> Result<(ContentHead, ContentHash), ContentFault> {
    let attached = attachment::named_content(document).map_err(|_| ContentFault::ContentNotReadable)?;
    let bytes = match attached.as_slice() {
        [] => return Err(ContentFault::NotAFieldsealDocument),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => first,
        [..] => return Err(ContentFault::ContentNotReadable),
    };
    let json: ContentHead = serde_json::from_slice(bytes).map_err(|_| ContentFault::ContentNotReadable)?;
    if json.format != DOCUMENT_FORMAT {
        return Err(ContentFault::ContentNotReadable);
    }
    Ok((json, ContentHash::of_document_json(bytes)))
}

/// The acceptance in a signature dictionary: a direct string, or nothing.
pub(super) fn acceptance(dict: &Dict) -> Option<Acceptance> {
    let text = dict.get("FSL_Acceptance")?.string()?;
    let read: Acceptance = serde_json::from_slice(text).ok()?;
    (read.format == ACCEPTANCE_FORMAT).then_some(read)
}

/// Compares one signature's statement with the file.
pub(super) fn check(
    revision: &Document<'_>,
    found: &Found<'_>,
    frozen: &Frozen,
    device: Option<&str>,
) -> Vec<Check> {
    let Some(said) = acceptance(found.dict()) else {
        let reason = Reason::Content(ContentFault::AcceptanceNotReadable);
        // Without attached content this is simply not one of ours.
        return vec![match frozen.content {
            Err(ContentFault::NotAFieldsealDocument) => Check::cannot(CheckId::Acceptance, reason),
            Ok(_) | Err(_) => Check::failed(CheckId::Acceptance, reason),
        }];
    };
    let mut checks = vec![Check::passed(CheckId::Acceptance)];
    match &frozen.content {
        Ok((json, hash)) => {
            checks.push(judge(CheckId::ContentHash, said.content == *hash, ContentFault::OtherContent));
            let same = said.number == json.number && said.revision == json.revision;
            checks.push(judge(CheckId::Number, same, ContentFault::OtherNumber));
        }
        Err(fault @ ContentFault::NotAFieldsealDocument) => {
            checks.push(Check::cannot(CheckId::ContentHash, Reason::Content(*fault)));
        }
        Err(fault) => checks.push(Check::failed(CheckId::ContentHash, Reason::Content(*fault))),
    }
    checks.push(judge(CheckId::FileHash, frozen.file_hashes.contains(&said.file), ContentFault::OtherFile));
    checks.push(judge(CheckId::Slot, said.slot == found.field.name, ContentFault::OtherSlot));
    let same_consent = said.consent.sha256 == Digest::of(said.consent.text.as_bytes());
    checks.push(judge(CheckId::Consent, same_consent, ContentFault::OtherConsent));
    checks.push(ink_check(revision, found, said.ink));
    checks.push(judge(
        CheckId::StatedDevice,
        device == Some(said.device.as_str()),
        ContentFault::OtherDevice,
    ));
    checks.push(judge(
        CheckId::StatedOutcome,
        said.outcome.is_some() == found.field.closes,
        ContentFault::OutcomeMisplaced,
    ));
    checks
}

fn judge(id: CheckId, right: bool, fault: ContentFault) -> Check {
    if right { Check::passed(id) } else { Check::failed(id, Reason::Content(fault)) }
}

fn ink_check(revision: &Document<'_>, found: &Found<'_>, stated: Digest) -> Check {
    match drawn_ink(revision, found) {
        Ok(operators) if appearance::ink_hash(&operators) == stated => Check::passed(CheckId::Ink),
        Ok(_) => Check::failed(CheckId::Ink, Reason::Content(ContentFault::OtherInk)),
        Err(error) => Check::failed(CheckId::Ink, Reason::Content(ContentFault::AppearanceNotOurs))
            .with_detail(error.to_string()),
    }
}

/// The bytes between the ink marks of the field's appearance, if that appearance is nothing but
/// ink and caption, drawn one to one in the field's own rectangle.
fn drawn_ink(revision: &Document<'_>, found: &Found<'_>) -> Result<Vec<u8>, PdfError> {
    let not_ours = |what| PdfError::Structure { what };
    let id = found.field.id.ok_or(not_ours("the field is not an object of its own"))?;
    let Object::Dict(widget) = revision.load(id)?.value else {
        return Err(not_ours("the field is not a dictionary"));
    };
    let states = revision.get_dict(&widget, "AP")?.ok_or(not_ours("no appearance"))?;
    let form_id = states.get("N").and_then(Object::reference).filter(|_| states.entries.len() == 1);
    let form = revision.load(form_id.ok_or(not_ours("more than one appearance"))?)?;
    let dict = form.value.dict().ok_or(not_ours("the appearance is not a stream"))?;
    let plain = dict.is_name("Subtype", "Form")
        && ["Matrix", "Group", "OC", "Ref", "PieceInfo"].iter().all(|key| dict.get(key).is_none());
    if !plain || dict.get("Resources").and_then(Object::dict).is_none_or(|r| !r.entries.is_empty()) {
        return Err(not_ours("the appearance has more than paths"));
    }
    check_box(revision, &widget, dict)?;
    split_ink(&form.decoded()?).ok_or(not_ours("the appearance has more than ink and caption"))
}

/// /BBox must be the rectangle moved to the origin, else the drawing would be stretched.
fn check_box(revision: &Document<'_>, widget: &Dict, form: &Dict) -> Result<(), PdfError> {
    let differs = PdfError::structure("the appearance does not fit the field");
    let Some([left, bottom, right, top]) = form::rect(revision, widget)? else { return Err(differs) };
    let numbers: Option<Vec<f64>> =
        form.get("BBox").and_then(Object::array).and_then(|a| a.iter().map(Object::number).collect());
    let Some([x0, y0, x1, y1]) = numbers.as_deref() else { return Err(differs) };
    let near = |a: f64, b: f64| (a - b).abs() < 0.01;
    let fits = near(*x0, 0.0) && near(*y0, 0.0) && near(*x1, right - left) && near(*y1, top - bottom);
    if fits { Ok(()) } else { Err(differs) }
}

/// The ink of a page content that has exactly our form.
fn split_ink(content: &[u8]) -> Option<Vec<u8>> {
    let rest = content.strip_prefix(b"q\n/FSL_Ink BMC\n")?;
    let middle = b"\nEMC\n/FSL_Caption BMC\n";
    let at = rest.windows(middle.len()).position(|w| w == middle)?;
    let ink = rest.get(..at)?;
    let caption = rest.get(at + middle.len()..)?.strip_suffix(b"\nEMC\nQ\n")?;
    (appearance::only_paths(ink) && appearance::only_paths(caption)).then(|| ink.to_vec())
}
