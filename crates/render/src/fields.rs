//! Empty signature fields, put into the typeset file so that it stays one clean revision.
//!
//! The typesetter knows no forms. Its file is read, widgets, form and appearances are added, and everything is written
//! again with a plain cross-reference table: same input, same bytes. Whoever signs later only fills fields in
//! (`SEAL-FORMAT.md`, section 1).

use crate::{job::SignatureField, view::Signing};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary, xref::XrefType};

/// Print and Locked: what a signature widget carries (ISO 32000-1, table 165).
const WIDGET_FLAGS: i64 = 132;
/// SignaturesExist and AppendOnly (ISO 32000-1, table 219).
const SIG_FLAGS: i64 = 3;

/// Why the fields could not be put in.
#[derive(Debug, thiserror::Error)]
pub enum FieldsError {
    /// The typesetter's file could not be read or has another structure than expected.
    #[error("the typeset file could not be read")]
    Read(#[from] lopdf::Error),
    /// A field lies on a page that is not there.
    #[error("there is no page {0}")]
    NoSuchPage(u32),
    /// The file could not be written.
    #[error("the file could not be written")]
    Write(#[from] std::io::Error),
}

/// The file with one empty field per entry of `fields`; the last one closes it.
///
/// # Errors
/// When the file is not as the typesetter writes it.
pub fn insert(pdf: &[u8], fields: &[SignatureField], signing: &Signing) -> Result<Vec<u8>, FieldsError> {
    let mut document = Document::load_mem(pdf)?;
    let pages = document.get_pages();
    let mut widgets = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let page = *pages.get(&field.page).ok_or(FieldsError::NoSuchPage(field.page))?;
        let closes = index + 1 == fields.len();
        let title =
            signing.slots.iter().find(|slot| slot.id == field.slot).map_or("", |slot| slot.title.as_str());
        let appearance = document.add_object(empty_appearance(field));
        let widget = document.add_object(widget(field, page, appearance, title, closes));
        add_annotation(&mut document, page, widget)?;
        widgets.push(Object::Reference(widget));
    }
    let form = document.add_object(dictionary! { "Fields" => widgets, "SigFlags" => SIG_FLAGS });
    document.catalog_mut()?.set("AcroForm", form);
    write(document)
}

fn widget(
    field: &SignatureField,
    page: ObjectId,
    appearance: ObjectId,
    title: &str,
    closes: bool,
) -> Dictionary {
    let rect = field.rect;
    let corners = [rect.x, rect.y, rect.x + rect.width, rect.y + rect.height];
    let mut widget = dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => text_string(&field.slot),
        "TU" => text_string(title),
        "F" => WIDGET_FLAGS,
        "P" => page,
        "Rect" => corners.map(real).to_vec(),
        "AP" => dictionary! { "N" => appearance },
    };
    if closes {
        widget.set("Lock", dictionary! { "Type" => "SigFieldLock", "Action" => "All", "P" => 1 });
    }
    widget
}

/// A valid appearance that draws nothing: the page itself shows the box and its line (PDF/A-3, 6.3.3 asks for one).
fn empty_appearance(field: &SignatureField) -> Stream {
    let form = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Form",
        "FormType" => 1,
        "BBox" => vec![real(0.0), real(0.0), real(field.rect.width), real(field.rect.height)],
        "Resources" => Dictionary::new(),
    };
    Stream::new(form, Vec::new()).with_compression(false)
}

/// Hundredths of a point, written without a needless tail.
fn real(points: f64) -> Object {
    let hundredths = (points * 100.0).round();
    if (hundredths / 100.0).fract() == 0.0 {
        Object::Integer((hundredths / 100.0) as i64)
    } else {
        Object::Real((hundredths / 100.0) as f32)
    }
}

/// ASCII as it is, anything else as UTF-16 with a byte order mark (ISO 32000-1, 7.9.2.2).
fn text_string(text: &str) -> Object {
    if text.is_ascii() {
        return Object::String(text.as_bytes().to_vec(), StringFormat::Literal);
    }
    let bytes = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes.collect(), StringFormat::Hexadecimal)
}

/// Adds to the page's annotations, which may be absent, direct or indirect.
fn add_annotation(document: &mut Document, page: ObjectId, widget: ObjectId) -> Result<(), FieldsError> {
    let existing = match document.get_dictionary(page)?.get(b"Annots") {
        Ok(Object::Reference(id)) => document.get_object(*id)?.as_array()?.clone(),
        Ok(object) => object.as_array()?.clone(),
        Err(_) => Vec::new(),
    };
    let annotations: Vec<Object> = existing.into_iter().chain([Object::Reference(widget)]).collect();
    document.get_dictionary_mut(page)?.set("Annots", annotations);
    Ok(())
}

fn write(mut document: Document) -> Result<Vec<u8>, FieldsError> {
    document.reference_table.cross_reference_type = XrefType::CrossReferenceTable;
    // Left over from the typesetter's cross-reference stream; meaningless in a plain trailer.
    for key in ["Type", "W", "Index", "Filter", "DecodeParms", "Length", "Prev", "XRefStm"] {
        document.trailer.remove(key.as_bytes());
    }
    let mut out = Vec::new();
    document.save_to(&mut out)?;
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    Ok(out)
}
