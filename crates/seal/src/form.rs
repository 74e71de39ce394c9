//! The signature fields of a PDF: their names, places and whether they are filled or close the
//! document. Reads only; the form may hang in the catalog directly or by reference.

use std::collections::BTreeSet;

use crate::pdf::{Dict, Document, Object, ObjectId, PdfError};

/// A form may have this many fields.
const MAX_FIELDS: usize = 256;
/// A page tree may have this many nodes.
const MAX_PAGES: usize = 20_000;

/// One terminal signature field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Fully qualified name.
    pub(crate) name: String,
    /// The object that is field and widget in one, if it is an indirect object.
    pub(crate) id: Option<ObjectId>,
    /// Its dictionary.
    pub(crate) dict: Dict,
    /// The reference in /V, if filled.
    pub(crate) value: Option<ObjectId>,
    /// Whether anything at all is in /V.
    pub(crate) is_signed: bool,
    /// Lock All, P 1.
    pub(crate) closes: bool,
}

/// Every signature field of the form, in the order of /Fields.
pub(crate) fn signature_fields(document: &Document<'_>) -> Result<Vec<Field>, PdfError> {
    let catalog = document.catalog()?;
    let Some(form) = document.get_dict(&catalog, "AcroForm")? else { return Ok(Vec::new()) };
    let mut walk = Walk { document, seen: BTreeSet::new(), fields: Vec::new() };
    match document.get(&form, "Fields")? {
        Object::Null => {}
        Object::Array(kids) => walk.kids(&kids, "", None)?,
        _ => return Err(PdfError::structure("/Fields is not an array")),
    }
    Ok(walk.fields)
}

struct Walk<'d, 'a> {
    document: &'d Document<'a>,
    seen: BTreeSet<ObjectId>,
    fields: Vec<Field>,
}

impl Walk<'_, '_> {
    fn kids(&mut self, kids: &[Object], prefix: &str, inherited: Option<&[u8]>) -> Result<(), PdfError> {
        for kid in kids {
            let id = kid.reference();
            if id.is_some_and(|id| !self.seen.insert(id)) {
                return Err(PdfError::structure("a field occurs twice in the form"));
            }
            if self.seen.len() > MAX_FIELDS || self.fields.len() > MAX_FIELDS {
                return Err(PdfError::Limit { what: "too many form fields" });
            }
            let Object::Dict(dict) = self.document.resolve(kid)? else {
                return Err(PdfError::structure("a form field is not a dictionary"));
            };
            self.field(id, dict, prefix, inherited)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        id: Option<ObjectId>,
        dict: Dict,
        prefix: &str,
        inherited: Option<&[u8]>,
    ) -> Result<(), PdfError> {
        let name = full_name(self.document, &dict, prefix)?;
        let own = self.document.get(&dict, "FT")?;
        let field_type = own.name().or(inherited);
        if let Object::Array(kids) = self.document.get(&dict, "Kids")? {
            // Depth is bounded by the number of fields, each of which is visited once.
            let inherited = field_type.map(<[u8]>::to_vec);
            return self.kids(&kids, &name, inherited.as_deref());
        }
        if field_type != Some(b"Sig") {
            return Ok(());
        }
        let closes = closes(self.document, &dict)?;
        let value = dict.get("V").and_then(Object::reference);
        let is_signed = dict.get("V").is_some_and(|v| *v != Object::Null);
        self.fields.push(Field { name, id, dict, value, is_signed, closes });
        Ok(())
    }
}

fn full_name(document: &Document<'_>, dict: &Dict, prefix: &str) -> Result<String, PdfError> {
    let own = match document.get(dict, "T")? {
        Object::Null => return Ok(prefix.to_owned()),
        Object::Str(bytes) => text(&bytes),
        _ => return Err(PdfError::structure("a field's name is not a string")),
    };
    Ok(if prefix.is_empty() { own } else { format!("{prefix}.{own}") })
}

/// A text string: UTF-16 with a byte order mark, UTF-8 with one, or one byte per character.
pub(crate) fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> =
                rest.chunks_exact(2).map(|p| p.iter().fold(0, |n, b| (n << 8) | u16::from(*b))).collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        other => other.iter().map(|b| char::from(*b)).collect(),
    }
}

/// SEAL-FORMAT section 1: /Lock with /Action /All and /P 1.
fn closes(document: &Document<'_>, field: &Dict) -> Result<bool, PdfError> {
    let Some(lock) = document.get_dict(field, "Lock")? else { return Ok(false) };
    Ok(lock.is_name("Action", "All") && lock.get("P").and_then(Object::int) == Some(1))
}

/// Left, bottom, right, top in points.
pub(crate) fn rect(document: &Document<'_>, field: &Dict) -> Result<Option<[f64; 4]>, PdfError> {
    let Object::Array(items) = document.get(field, "Rect")? else { return Ok(None) };
    let mut numbers = [0.0; 4];
    if items.len() != 4 {
        return Ok(None);
    }
    for (to, item) in numbers.iter_mut().zip(&items) {
        let Some(n) = document.resolve(item)?.number() else { return Ok(None) };
        *to = n;
    }
    let [x0, y0, x1, y1] = numbers;
    Ok(Some([x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)]))
}

/// Ids of the pages, in order.
pub(crate) fn pages(document: &Document<'_>) -> Result<Vec<ObjectId>, PdfError> {
    let catalog = document.catalog()?;
    let root = catalog.get("Pages").and_then(Object::reference).ok_or(PdfError::structure("no /Pages"))?;
    let mut out = Vec::new();
    let mut seen = BTreeSet::new();
    let mut todo = vec![root];
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            return Err(PdfError::structure("the page tree is a loop"));
        }
        if seen.len() > MAX_PAGES {
            return Err(PdfError::Limit { what: "too many pages" });
        }
        let Object::Dict(node) = document.load(id)?.value else {
            return Err(PdfError::structure("a page is not a dictionary"));
        };
        match document.get(&node, "Kids")? {
            Object::Array(kids) => {
                for kid in kids.iter().rev() {
                    todo.push(
                        kid.reference().ok_or(PdfError::structure("a page is not an object of its own"))?,
                    );
                }
            }
            _ => out.push(id),
        }
    }
    Ok(out)
}
