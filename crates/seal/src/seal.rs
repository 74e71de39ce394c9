//! One act of signing: an incremental revision that fills one prepared field (SEAL-FORMAT
//! sections 1 and 4). Nothing of the earlier bytes changes.
//!
//! It does not look at clocks, files or randomness: the claimed time comes in, P-256 signs
//! deterministically (RFC 6979), so the same input gives the same bytes. It does not verify what
//! it wrote; that is `second_path`'s work.

use fieldseal_domain::FileHash;
use jiff::Zoned;

use crate::appearance::Appearance;
use crate::certificates::{CertificateError, DeviceCertificates};
use crate::cms::{CoveredHash, build};
use crate::form::{self, Field};
use crate::keys::DeviceKeys;
use crate::objects::{self, Closing, SignatureOrder, Statement};
use crate::pdf::xref::SectionKind;
use crate::pdf::{Dict, Document, Loaded, Object, ObjectId, PdfError, rewrite};
use crate::prefix::PrefixState;
use crate::tail::Tail;

/// Why a field was not sealed. The input file is never touched.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file cannot be read as a PDF.
    #[error("the document cannot be read")]
    Pdf(#[from] PdfError),
    /// The form has no signature field of that name.
    #[error("the document has no signature field {0:?}")]
    NoSuchField(String),
    /// It was filled before.
    #[error("the field {0:?} is signed already")]
    AlreadySigned(String),
    /// The closing signature was made; nothing can follow it.
    #[error("the document is closed")]
    Closed,
    /// The field is not prepared as SEAL-FORMAT section 1 asks.
    #[error("the field {field:?} is not prepared for signing: {what}")]
    NotPrepared {
        /// The field.
        field: String,
        /// What is missing.
        what: &'static str,
    },
    /// Bytes stand behind the last signature.
    #[error("the document was changed after the last signature")]
    ChangedSince,
    /// The kept hash is not that of this file's beginning.
    #[error("the kept hash covers {kept} bytes, but the document has {have}")]
    WrongPrefix {
        /// Bytes hashed.
        kept: usize,
        /// Bytes there.
        have: usize,
    },
    /// The appearance has another size than the field.
    #[error("the appearance does not fit the field")]
    AppearanceSize,
    /// The file would be 2 GB or larger.
    #[error("the document is too large")]
    TooLarge,
    /// The CMS does not fit the space kept for it.
    #[error("the signature needs {0} bytes")]
    SignatureTooLarge(usize),
    /// The device's certificates cannot be used.
    #[error("the device's certificates cannot be used")]
    Certificate(#[from] CertificateError),
}

/// What is to be signed, by whom, and what it will look like.
#[derive(Debug)]
pub struct SealRequest<'a> {
    /// The frozen document, or the document with earlier signatures.
    pub pdf: &'a [u8],
    /// Hash state of exactly these bytes, if it was kept.
    pub prefix: Option<&'a PrefixState>,
    /// Name of the field: the slot.
    pub field: &'a str,
    /// The device's wall clock, for /M.
    pub claimed_time: &'a Zoned,
    /// The acceptance statement: UTF-8 JSON.
    pub acceptance_json: &'a str,
    /// Ink and caption.
    pub appearance: &'a Appearance,
    /// Who signed, for readers' panels.
    pub name: Option<&'a str>,
    /// Why, for readers' panels.
    pub reason: Option<&'a str>,
    /// Where, for readers' panels.
    pub location: Option<&'a str>,
}

/// A document with one more signature.
#[derive(Debug)]
pub struct Sealed {
    /// The whole file; its beginning is the input.
    pub pdf: Vec<u8>,
    /// Hash state of the whole file, for the next signature.
    pub state: PrefixState,
    /// SHA-256 over the covered bytes.
    pub covered: CoveredHash,
    /// 0 for the first signature.
    pub signature_index: usize,
}

impl Sealed {
    /// SHA-256 of the whole file.
    #[must_use]
    pub fn file_hash(&self) -> FileHash {
        self.state.file_hash()
    }
}

/// Fills one field.
///
/// # Errors
/// [`SealError`] says what is not as the format asks; nothing is written then.
pub fn seal_field(
    request: &SealRequest<'_>,
    keys: &DeviceKeys,
    certificates: &DeviceCertificates,
) -> Result<Sealed, SealError> {
    let document = Document::open(request.pdf)?;
    let fields = form::signature_fields(&document)?;
    check_nothing_follows(&document, &fields)?;
    check_prepared(&document, &fields, request)?;
    let (tail, signature_index) = unsigned_tail(&document, &fields, request)?;
    let tail = tail.finish(&document)?;
    sign(request, tail, signature_index, keys, certificates)
}

/// Everything of the new revision before its cross-reference.
pub(crate) fn unsigned_tail(
    document: &Document<'_>,
    fields: &[Field],
    request: &SealRequest<'_>,
) -> Result<(Tail, usize), SealError> {
    let no_such = || SealError::NoSuchField(request.field.to_owned());
    let field = fields.iter().find(|f| f.name == request.field).ok_or_else(no_such)?;
    let earlier = fields.iter().filter(|f| f.is_signed).count();
    let mut tail = Tail::new(document)?;
    let ids = NewObjects { signature: tail.allocate()?, appearance: tail.allocate()? };
    tail.add_chunk(ids.appearance, &objects::appearance(ids.appearance, request.appearance)?);
    let statement = Statement {
        request,
        order: if earlier == 0 { SignatureOrder::First } else { SignatureOrder::Later },
        closing: if field.closes { Closing::Closes } else { Closing::StaysOpen },
        catalog: document.catalog_id()?,
    };
    tail.add_chunk(ids.signature, &objects::signature(ids.signature, &statement)?);
    fill_widget(document, field, &ids, &mut tail)?;
    update_catalog(document, earlier, &ids, &mut tail)?;
    Ok((tail, earlier))
}

/// Signs a finished revision and puts it behind the document.
pub(crate) fn sign(
    request: &SealRequest<'_>,
    tail: Vec<u8>,
    signature_index: usize,
    keys: &DeviceKeys,
    certificates: &DeviceCertificates,
) -> Result<Sealed, SealError> {
    let prefix = match request.prefix {
        Some(kept) if kept.len() == request.pdf.len() => kept.clone(),
        Some(kept) => return Err(SealError::WrongPrefix { kept: kept.len(), have: request.pdf.len() }),
        None => PrefixState::of(request.pdf),
    };
    let (tail, covered) = sign_tail(tail, &prefix, keys, certificates)?;
    let mut pdf = Vec::with_capacity(request.pdf.len() + tail.len());
    pdf.extend_from_slice(request.pdf);
    pdf.extend_from_slice(&tail);
    Ok(Sealed { pdf, state: prefix.then(&tail), covered, signature_index })
}

struct NewObjects {
    signature: ObjectId,
    appearance: ObjectId,
}

/// Whether the field is as SEAL-FORMAT section 1 asks.
fn check_prepared(
    document: &Document<'_>,
    fields: &[Field],
    request: &SealRequest<'_>,
) -> Result<(), SealError> {
    let mut named = fields.iter().filter(|f| f.name == request.field);
    let field = named.next().ok_or_else(|| SealError::NoSuchField(request.field.to_owned()))?;
    let not_prepared = |what| SealError::NotPrepared { field: field.name.clone(), what };
    if named.next().is_some() {
        return Err(not_prepared("the name occurs twice"));
    }
    if fields.iter().any(|f| f.is_signed && f.closes) {
        return Err(SealError::Closed);
    }
    if field.is_signed {
        return Err(SealError::AlreadySigned(field.name.clone()));
    }
    if field.id.is_none() {
        return Err(not_prepared("it is not an object of its own"));
    }
    if !field.dict.is_name("Subtype", "Widget") || field.dict.get("FT").is_none() {
        return Err(not_prepared("field and widget are not one object"));
    }
    // Print and Locked (ISO 32000-2 table 167): what PDF/A and the format ask for.
    if field.dict.get("F").and_then(Object::int) != Some(132) {
        return Err(not_prepared("/F is not 132"));
    }
    if document.get_dict(&field.dict, "AP")?.is_none_or(|ap| ap.get("N").is_none()) {
        return Err(not_prepared("it has no appearance"));
    }
    if !is_on_its_page(document, field)? {
        return Err(not_prepared("no page shows it"));
    }
    let rect = form::rect(document, &field.dict)?.ok_or_else(|| not_prepared("it has no rectangle"))?;
    let [left, bottom, right, top] = rect;
    let size = crate::appearance::BoxSize::from_pt(right - left, top - bottom);
    if size.width <= 0 || size.height <= 0 {
        return Err(not_prepared("its rectangle is empty"));
    }
    if size != request.appearance.size {
        return Err(SealError::AppearanceSize);
    }
    Ok(())
}

/// Whether the page of /P lists the widget in /Annots, which may be direct or indirect.
fn is_on_its_page(document: &Document<'_>, field: &Field) -> Result<bool, PdfError> {
    let Some(page) = document.get_dict(&field.dict, "P")? else { return Ok(false) };
    let annotations = document.get(&page, "Annots")?;
    Ok(annotations
        .array()
        .into_iter()
        .flatten()
        .any(|a| a.reference().is_some() && a.reference() == field.id))
}

/// The last signature must end where the file ends, else something was added in between.
fn check_nothing_follows(document: &Document<'_>, fields: &[Field]) -> Result<(), SealError> {
    let mut ends = Vec::new();
    for id in fields.iter().filter_map(|f| f.value) {
        let Object::Dict(signature) = document.load(id)?.value else { continue };
        if let Some([_, _, start, length]) = signature.get("ByteRange").and_then(Object::array) {
            ends.push(start.int().zip(length.int()).and_then(|(s, l)| s.checked_add(l)));
        }
    }
    let have = i64::try_from(document.bytes().len()).ok();
    match ends.iter().max() {
        None => Ok(()),
        Some(end) if *end == have => Ok(()),
        Some(_) => Err(SealError::ChangedSince),
    }
}

/// Sets /V and /AP and keeps every other byte of the widget.
fn fill_widget(
    document: &Document<'_>,
    field: &Field,
    ids: &NewObjects,
    tail: &mut Tail,
) -> Result<(), SealError> {
    let Some(id) = field.id else { return Err(SealError::NoSuchField(field.name.clone())) };
    let loaded = document.load(id)?;
    let value = reference(ids.signature).into_bytes();
    let appearance = format!("<</N {}>>", reference(ids.appearance)).into_bytes();
    tail.add_raw(id, &rewritten(&loaded, &[("V", value), ("AP", appearance)])?);
    Ok(())
}

/// The first signature certifies (/Perms) and makes sure of /SigFlags 3.
fn update_catalog(
    document: &Document<'_>,
    earlier: usize,
    ids: &NewObjects,
    tail: &mut Tail,
) -> Result<(), SealError> {
    if earlier > 0 {
        return Ok(());
    }
    let catalog_id = document.catalog_id()?;
    let loaded = document.load(catalog_id)?;
    let catalog = dict_of(&loaded)?;
    if catalog.get("Perms").is_some() {
        return Err(PdfError::structure("the unsigned document has /Perms").into());
    }
    let mut changes = vec![("Perms", format!("<</DocMDP {}>>", reference(ids.signature)).into_bytes())];
    let form = document.get_dict(catalog, "AcroForm")?.ok_or(PdfError::structure("no /AcroForm"))?;
    if form.get("XFA").is_some() || form.get("NeedAppearances").is_some_and(|v| *v != Object::Bool(false)) {
        return Err(PdfError::Unsupported { what: "forms whose appearance a reader makes" }.into());
    }
    if form.get("SigFlags").and_then(Object::int) != Some(3) {
        let flags = [("SigFlags", b"3".to_vec())];
        match catalog.get("AcroForm") {
            Some(Object::Ref(id)) => tail.add_raw(*id, &rewritten(&document.load(*id)?, &flags)?),
            Some(Object::Dict(direct)) => {
                changes.push(("AcroForm", rewrite::with_entries(loaded.source.bytes(), direct, &flags)?));
            }
            Some(_) | None => return Err(PdfError::structure("no /AcroForm").into()),
        }
    }
    tail.add_raw(catalog_id, &rewritten(&loaded, &changes)?);
    Ok(())
}

fn dict_of<'l>(loaded: &'l Loaded<'_>) -> Result<&'l Dict, PdfError> {
    loaded.value.dict().ok_or(PdfError::structure("a dictionary was expected"))
}

fn rewritten(loaded: &Loaded<'_>, changes: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, PdfError> {
    rewrite::with_entries(loaded.source.bytes(), dict_of(loaded)?, changes)
}

fn reference(id: ObjectId) -> String {
    format!("{} {} R", id.number, id.generation)
}

/// Writes the byte range, hashes what it covers, signs, and fills the space kept for it.
fn sign_tail(
    mut tail: Vec<u8>,
    prefix: &PrefixState,
    keys: &DeviceKeys,
    certificates: &DeviceCertificates,
) -> Result<(Vec<u8>, CoveredHash), SealError> {
    let lost = || SealError::Pdf(PdfError::structure("the placeholder was not found"));
    // Only the bytes just written are searched: the document may contain anything.
    let hex_at = objects::find_contents(&tail).ok_or_else(lost)?;
    let (gap_start, gap_end) = (hex_at.start - 1, hex_at.end + 1);
    let end = prefix.len() + tail.len();
    let range = format!(
        "[0 {} {} {}]",
        prefix.len() + gap_start,
        prefix.len() + gap_end,
        end - prefix.len() - gap_end
    );
    objects::write_byte_range(&mut tail, &range).ok_or_else(lost)?;

    let (before, after) = (tail.get(..gap_start).ok_or_else(lost)?, tail.get(gap_end..).ok_or_else(lost)?);
    let covered = CoveredHash(prefix.then(before).then(after).file_hash().0);
    let message = build::signed_data(covered, keys, certificates)?;
    let hex = hex::encode(&message);
    let space = tail.get_mut(hex_at.clone()).ok_or_else(lost)?;
    if hex.len() > space.len() {
        return Err(SealError::SignatureTooLarge(message.len()));
    }
    let padded = hex.bytes().chain(std::iter::repeat(b'0'));
    for (to, from) in space.iter_mut().zip(padded) {
        *to = from;
    }
    Ok((tail, covered))
}

/// How the trailing section is written: as the previous revision did.
pub(crate) fn section_kind(document: &Document<'_>) -> SectionKind {
    document.sections().first().map_or(SectionKind::Table, |s| s.kind)
}
