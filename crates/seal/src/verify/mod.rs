//! Judges a sealed PDF with nothing but the file and the roots to trust (SEAL-FORMAT section 6,
//! design D19): bytes, cryptography, certificates, statements. The answer is graded, never a bool.
//!
//! Not judged: revocation, PDF/A conformance, what the frozen pages look like, who held the pen.

mod changes;
mod content;
mod layout;
mod report;
mod signer;

#[cfg(test)]
mod insider_tests;

use fieldseal_domain::FileHash;
use jiff::Timestamp;

pub use crate::certificates::path::PathError;
pub use crate::cms::read::CmsFault;
pub use changes::ChangeFault;
pub use content::ContentFault;
pub use layout::LayoutFault;
pub use report::{
    Check, CheckId, Completion, FileFault, Integrity, Outcome, Reason, SignatureVerdict, Statements, Trust,
    Verdict,
};

use crate::certificates::path::Read;
use crate::form::{self, Field};
use crate::pdf::xref::Location;
use crate::pdf::{Document, Object, PdfError};
use content::Frozen;
use layout::Found;

/// What to judge against.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// Root certificates to trust, DER.
    pub roots: Vec<Vec<u8>>,
    /// The moment at which certificates must be valid.
    pub at: Timestamp,
}

/// Judges a file. Every input gives a verdict; none makes it panic.
#[must_use]
pub fn verify(pdf: &[u8], options: &VerifyOptions) -> Verdict {
    let roots: Vec<Read> = options.roots.iter().filter_map(|der| Read::new(der).ok()).collect();
    let mut verdict = empty(pdf);
    match signed_fields(pdf) {
        Err(error) => {
            let check = Check::failed(CheckId::File, Reason::File(FileFault::NotReadable));
            verdict.checks.push(check.with_detail(error.to_string()));
        }
        Ok((_, signed)) if signed.is_empty() => {
            verdict.checks.push(Check::failed(CheckId::File, Reason::File(FileFault::NoSignature)));
        }
        Ok((document, signed)) => {
            verdict.checks.push(Check::passed(CheckId::File));
            judge(&document, &signed, &roots, options.at, &mut verdict);
        }
    }
    grade(&mut verdict, roots.is_empty());
    verdict
}

fn empty(pdf: &[u8]) -> Verdict {
    Verdict {
        integrity: Integrity::CannotCheck,
        trust: Trust::CannotCheck,
        statements: Statements::CannotCheck,
        completion: Completion::Open,
        number: None,
        content_hash: None,
        file_hash: None,
        sha256: FileHash::of(pdf),
        checks: Vec::new(),
        signatures: Vec::new(),
    }
}

fn signed_fields(pdf: &[u8]) -> Result<(Document<'_>, Vec<Field>), PdfError> {
    let document = Document::open(pdf)?;
    let signed = form::signature_fields(&document)?.into_iter().filter(|f| f.is_signed).collect();
    Ok((document, signed))
}

fn judge(document: &Document<'_>, signed: &[Field], roots: &[Read], at: Timestamp, verdict: &mut Verdict) {
    let mut found = Vec::new();
    for field in signed {
        match layout::find(document, field) {
            Ok(signature) => {
                verdict.checks.extend(signature.fault.map(|f| layout_failed(f, field)));
                found.push(signature);
            }
            Err(fault) => verdict.checks.push(layout_failed(fault, field)),
        }
    }
    found.sort_by_key(|f| f.gap.start);
    if let Err(fault) = layout::check_order(&found, document.bytes()) {
        verdict.checks.push(Check::failed(CheckId::Layout, Reason::Layout(fault)));
    }
    let whole_layout = verdict.checks.iter().all(|c| c.outcome == Outcome::Passed);
    if whole_layout {
        verdict.checks.push(Check::passed(CheckId::Layout));
    }
    let revisions =
        if whole_layout { revisions(document.bytes(), &found) } else { Err(LayoutFault::NotARevision) };
    match revisions {
        Ok(revisions) => judge_revisions(document, &found, &revisions, verdict),
        Err(fault) if whole_layout => {
            verdict.checks.push(Check::failed(CheckId::Layout, Reason::Layout(fault)))
        }
        Err(_) => {}
    }
    // Cryptography is judged even where the layout is wrong: it tells what was changed.
    let frozen = frozen(document.bytes(), &found);
    for signature in &found {
        let judged = judge_signature(document, signature, &frozen, roots, at);
        verdict.signatures.push(judged);
    }
    if let Ok((json, hash)) = &frozen.content {
        verdict.number = Some(json.number.clone());
        verdict.content_hash = Some(*hash);
    }
    verdict.file_hash = verdict
        .signatures
        .iter()
        .filter_map(|s| s.acceptance.as_ref().map(|a| a.file))
        .find(|stated| frozen.file_hashes.contains(stated))
        .or_else(|| frozen.file_hashes.first().copied());
    if found.iter().any(|f| f.field.closes) {
        verdict.completion = Completion::Closed;
    }
}

fn layout_failed(fault: LayoutFault, field: &Field) -> Check {
    Check::failed(CheckId::Layout, Reason::Layout(fault)).with_detail(field.name.clone())
}

/// The frozen document and what each signature made of it.
struct Revisions<'a> {
    /// End of the frozen document's bytes.
    frozen_end: usize,
    /// The frozen document, then the file up to each signature.
    documents: Vec<Document<'a>>,
}

fn revisions<'a>(bytes: &'a [u8], found: &[Found<'_>]) -> Result<Revisions<'a>, LayoutFault> {
    let bad = LayoutFault::NotARevision;
    let first = found.first().ok_or(bad)?;
    let frozen_end = *frozen_ends(bytes, first).first().ok_or(bad)?;
    let ends = std::iter::once(frozen_end).chain(found.iter().map(|f| f.end));
    let open = |end: usize| bytes.get(..end).and_then(|b| Document::open(b).ok()).ok_or(bad);
    Ok(Revisions { frozen_end, documents: ends.map(open).collect::<Result<_, _>>()? })
}

/// Where the revision before the first signature may end: behind the last `%%EOF` before the
/// first byte that the signature's revision brought, with or without the line end, which belongs
/// to whoever wrote it. Nothing but white space may stand in between.
fn frozen_ends(bytes: &[u8], first: &Found<'_>) -> Vec<usize> {
    const MARKER: &[u8] = b"%%EOF";
    let Some(Ok(signed)) = bytes.get(..first.end).map(Document::open) else { return Vec::new() };
    let Some(section) = signed.sections().first() else { return Vec::new() };
    let offsets = section.entries.values().filter_map(|location| match location {
        Location::Offset { at, .. } => Some(*at),
        Location::Free | Location::InStream { .. } => None,
    });
    let before = bytes.get(..offsets.chain([section.at]).min().unwrap_or_default()).unwrap_or_default();
    let Some(at) = before.windows(MARKER.len()).rposition(|w| w == MARKER) else { return Vec::new() };
    let end = at + MARKER.len();
    let after = before.get(end..).unwrap_or_default();
    if !after.iter().all(u8::is_ascii_whitespace) {
        return Vec::new();
    }
    let line =
        [b"\r\n".as_slice(), b"\n", b"\r"].iter().find(|l| after.starts_with(l)).map(|l| end + l.len());
    line.into_iter().chain([end]).collect()
}

fn frozen(bytes: &[u8], found: &[Found<'_>]) -> Frozen {
    let ends = found.first().map(|f| frozen_ends(bytes, f)).unwrap_or_default();
    match ends.first().and_then(|end| bytes.get(..*end)).map(Document::open) {
        Some(Ok(document)) => Frozen::read(&document, bytes, &ends),
        Some(Err(_)) | None => {
            Frozen { content: Err(ContentFault::NotAFieldsealDocument), file_hashes: Vec::new() }
        }
    }
}

fn judge_revisions(
    document: &Document<'_>,
    found: &[Found<'_>],
    revisions: &Revisions<'_>,
    verdict: &mut Verdict,
) {
    verdict.checks.push(match layout::check_hidden(document, found, revisions.frozen_end) {
        Ok(()) => Check::passed(CheckId::HiddenSignatures),
        Err(fault) => Check::failed(CheckId::HiddenSignatures, Reason::Layout(fault)),
    });
    verdict.checks.push(match layout::find_active(document) {
        None => Check::passed(CheckId::ActiveContent),
        Some(name) => Check::failed(CheckId::ActiveContent, Reason::Layout(LayoutFault::ActiveContent))
            .with_detail(name),
    });
    let ours = revisions.documents.first().is_some_and(|d| {
        !matches!(Frozen::read(d, &[], &[]).content, Err(ContentFault::NotAFieldsealDocument))
    });
    let steps = revisions.documents.iter().zip(revisions.documents.iter().skip(1));
    let mut changes = Check::passed(CheckId::Changes);
    for (index, ((old, new), signature)) in steps.zip(found).enumerate() {
        if let Err((fault, detail)) = changes::check(old, new, signature) {
            let check = Check::failed(CheckId::Changes, Reason::Change(fault));
            let check = detail.map_or(check.clone(), |d| check.with_detail(d));
            // What the first signature of a stranger's file brought, it signed as well.
            let strangers_first = index == 0 && !ours;
            changes = if strangers_first { changes } else { check };
        }
    }
    verdict.checks.push(changes);
    verdict.checks.push(order_check(document, found));
}

fn order_check(document: &Document<'_>, found: &[Found<'_>]) -> Check {
    let closing = found.iter().position(|f| f.field.closes);
    if closing.is_some_and(|at| at + 1 != found.len()) {
        return Check::failed(CheckId::Order, Reason::Change(ChangeFault::SignedAfterClosing));
    }
    match found.first().map(|first| changes::check_certified(document, first)) {
        Some(Ok(())) => Check::passed(CheckId::Order),
        Some(Err((fault, _))) => Check::failed(CheckId::Order, Reason::Change(fault)),
        None => Check::failed(CheckId::Order, Reason::Change(ChangeFault::NotCertified)),
    }
}

fn judge_signature(
    document: &Document<'_>,
    found: &Found<'_>,
    frozen: &Frozen,
    roots: &[Read],
    at: Timestamp,
) -> SignatureVerdict {
    let crypto = signer::check(document.bytes(), found, roots, at);
    let mut checks = crypto.checks;
    checks.extend(content::check(document, found, frozen, crypto.device.as_deref()));
    let completion = if found.field.closes { Completion::Closed } else { Completion::Open };
    SignatureVerdict {
        field: found.field.name.clone(),
        completion,
        claimed_time: found.dict().get("M").and_then(Object::string).and_then(|m| pdf_date(&form::text(m))),
        device: crypto.device,
        organization: crypto.organization,
        covered: Some(crypto.covered),
        root: crypto.root,
        device_key: crypto.device_key,
        acceptance: content::acceptance(found.dict()),
        checks,
    }
}

/// `D:20261122112815+02'00` as RFC 3339 (ISO 32000-2 clause 7.9.4).
fn pdf_date(text: &str) -> Option<String> {
    let digits = text.strip_prefix("D:")?;
    let part = |from: usize, to: usize| digits.get(from..to);
    let head = format!(
        "{}-{}-{}T{}:{}:{}",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    );
    let zone = digits.get(14..)?.replace('\'', "");
    let zone = match zone.as_str() {
        "" | "Z" | "Z0000" => "Z".to_owned(),
        other => format!("{}:{}", other.get(..3)?, other.get(3..5).unwrap_or("00")),
    };
    let text = format!("{head}{zone}");
    text.parse::<Timestamp>().ok().map(|_| text)
}

/// Which checks speak about which grade.
#[derive(PartialEq, Eq)]
enum Layer {
    Bytes,
    Certificates,
    Statements,
}

const fn layer(id: CheckId) -> Layer {
    match id {
        CheckId::File
        | CheckId::Layout
        | CheckId::HiddenSignatures
        | CheckId::ActiveContent
        | CheckId::Changes
        | CheckId::Order
        | CheckId::Cms
        | CheckId::Digest
        | CheckId::Signature
        | CheckId::DeviceSeal
        | CheckId::TimeStamp => Layer::Bytes,
        CheckId::SignerTrust | CheckId::SealTrust | CheckId::DeviceId => Layer::Certificates,
        CheckId::Acceptance
        | CheckId::ContentHash
        | CheckId::FileHash
        | CheckId::Number
        | CheckId::Slot
        | CheckId::Consent
        | CheckId::Ink
        | CheckId::StatedDevice
        | CheckId::StatedOutcome => Layer::Statements,
    }
}

fn grade(verdict: &mut Verdict, no_roots: bool) {
    if verdict.checks.iter().any(|c| c.id == CheckId::File && c.outcome != Outcome::Passed) {
        return;
    }
    let failed =
        |wanted: Layer| verdict.all_checks().any(|c| layer(c.id) == wanted && c.outcome == Outcome::Failed);
    let integrity = if failed(Layer::Bytes) { Integrity::Changed } else { Integrity::Intact };
    let trust = match (no_roots || verdict.signatures.is_empty(), failed(Layer::Certificates)) {
        (true, _) => Trust::CannotCheck,
        (false, true) => Trust::NotTrusted,
        (false, false) => Trust::Trusted,
    };
    let foreign = verdict.all_checks().any(|c| {
        let reason = Reason::Content(ContentFault::NotAFieldsealDocument);
        c.outcome == Outcome::CannotCheck && (c.reason == Some(reason) || c.id == CheckId::Acceptance)
    });
    let statements = match (foreign, failed(Layer::Statements)) {
        (true, _) => Statements::NotAFieldsealDocument,
        (false, true) => Statements::Contradict,
        (false, false) if verdict.signatures.is_empty() => Statements::CannotCheck,
        (false, false) => Statements::Agree,
    };
    verdict.integrity = integrity;
    verdict.trust = trust;
    verdict.statements = statements;
}
