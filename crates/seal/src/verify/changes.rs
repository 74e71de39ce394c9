//! What one revision did to the one before it. Allowed is only what signing does: fill one
//! prepared field with a signature and an appearance (SEAL-FORMAT sections 1 and 6). That refuses
//! incremental saving, shadow attacks and overlaid annotations by what they do, not by their name.

use std::collections::BTreeSet;

use serde::Serialize;

use super::layout::Found;
use crate::pdf::xref::Location;
use crate::pdf::{Dict, Document, Object, ObjectId, PdfError};

/// What a revision did that it may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeFault {
    /// The revision cannot be read on its own.
    NotReadable,
    /// It has more than one cross-reference, or does not follow the revision before.
    NotOneRevision,
    /// An object was deleted.
    ObjectDeleted,
    /// An object that is not the signed field was changed: a page, an annotation, a font.
    ObjectChanged,
    /// The earlier revision refers to an object that only the later one brings.
    PreparedReference,
    /// A field was changed beyond its value and appearance, or another field was filled.
    FieldChanged,
    /// The catalog or the form was changed.
    CatalogChanged,
    /// A field was filled after the closing signature.
    SignedAfterClosing,
    /// The first signature does not certify the document.
    NotCertified,
}

/// A fault and where.
pub(super) type Fault = (ChangeFault, Option<String>);

fn fault<T>(fault: ChangeFault) -> Result<T, Fault> {
    Err((fault, None))
}

fn about<T>(fault: ChangeFault, id: ObjectId) -> Result<T, Fault> {
    Err((fault, Some(format!("object {} {}", id.number, id.generation))))
}

fn unreadable(error: PdfError) -> Fault {
    (ChangeFault::NotReadable, Some(error.to_string()))
}

/// Checks that `new`, the revision that made `signature`, only filled its field in `old`.
pub(super) fn check(old: &Document<'_>, new: &Document<'_>, signature: &Found<'_>) -> Result<(), Fault> {
    let [section, before, ..] = new.sections() else { return fault(ChangeFault::NotOneRevision) };
    let follows = old.sections().first().is_some_and(|s| s.at == before.at);
    if !follows || new.sections().len() != old.sections().len() + 1 || section.at < old.bytes().len() {
        return fault(ChangeFault::NotOneRevision);
    }
    if new.trailer().get("Root") != old.trailer().get("Root") {
        return fault(ChangeFault::CatalogChanged);
    }
    let roles = Roles::new(old, new, signature).map_err(unreadable)?;
    let mut brought = BTreeSet::new();
    for (number, location) in &section.entries {
        match location {
            Location::Free if *number == 0 => {}
            Location::Free => return fault(ChangeFault::ObjectDeleted),
            Location::Offset { .. } | Location::InStream { .. } if old.locate(*number) == Location::Free => {
                brought.insert(*number);
            }
            Location::Offset { generation, .. } => {
                roles.check_changed(ObjectId { number: *number, generation: *generation })?
            }
            Location::InStream { .. } => roles.check_changed(ObjectId { number: *number, generation: 0 })?,
        }
    }
    let known = old.every_reference().map_err(unreadable)?;
    match known.iter().find(|id| brought.contains(&id.number)) {
        Some(id) => about(ChangeFault::PreparedReference, *id),
        None => Ok(()),
    }
}

/// Which objects of the old revision may be written again, and how.
struct Roles<'d, 'a> {
    old: &'d Document<'a>,
    new: &'d Document<'a>,
    widget: Option<ObjectId>,
    signature: ObjectId,
    catalog: ObjectId,
    form: Option<ObjectId>,
    /// XMP metadata and the information dictionary: they describe the file to catalogues and
    /// are on no page.
    descriptions: Vec<ObjectId>,
}

impl<'d, 'a> Roles<'d, 'a> {
    fn new(old: &'d Document<'a>, new: &'d Document<'a>, signature: &Found<'_>) -> Result<Self, PdfError> {
        let catalog = old.catalog()?;
        let metadata = catalog.get("Metadata").and_then(Object::reference);
        let info = old.trailer().get("Info").and_then(Object::reference);
        Ok(Self {
            old,
            new,
            widget: signature.field.id,
            signature: signature.id,
            catalog: old.catalog_id()?,
            form: catalog.get("AcroForm").and_then(Object::reference),
            descriptions: metadata.into_iter().chain(info).collect(),
        })
    }

    fn check_changed(&self, id: ObjectId) -> Result<(), Fault> {
        let (Ok(old), Ok(new)) = (self.old.load(id), self.new.load(id)) else {
            return about(ChangeFault::ObjectChanged, id);
        };
        let same_data = match (&old.stream, &new.stream) {
            (None, None) => true,
            (Some(a), Some(b)) => old.source.bytes().get(a.clone()) == new.source.bytes().get(b.clone()),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if same_data && old.value == new.value {
            return Ok(());
        }
        if self.descriptions.contains(&id) {
            return Ok(());
        }
        let (Object::Dict(old), Object::Dict(new), true) =
            (&old.value, &new.value, old.stream.is_none() && new.stream.is_none())
        else {
            return about(ChangeFault::ObjectChanged, id);
        };
        let (allowed, otherwise) = if Some(id) == self.widget {
            (self.is_filled(old, new), ChangeFault::FieldChanged)
        } else if id == self.catalog {
            (self.catalog_allowed(old, new), ChangeFault::CatalogChanged)
        } else if Some(id) == self.form {
            (form_allowed(old, new), ChangeFault::CatalogChanged)
        } else if old.get("FT").is_some() {
            (false, ChangeFault::FieldChanged)
        } else {
            (false, ChangeFault::ObjectChanged)
        };
        if allowed { Ok(()) } else { about(otherwise, id) }
    }

    /// /V set to this signature, /AP replaced, all else as it was.
    fn is_filled(&self, old: &Dict, new: &Dict) -> bool {
        let was_empty = old.get("V").is_none_or(|v| *v == Object::Null);
        let filled = new.get("V").and_then(Object::reference) == Some(self.signature);
        was_empty && filled && old.without(&["V", "AP"]) == new.without(&["V", "AP"])
    }

    /// /Perms of the first signature and /SigFlags; the reference to metadata may move.
    fn catalog_allowed(&self, old: &Dict, new: &Dict) -> bool {
        const MOVABLE: [&str; 3] = ["Perms", "AcroForm", "Metadata"];
        let form = match (old.get("AcroForm"), new.get("AcroForm")) {
            (Some(Object::Dict(a)), Some(Object::Dict(b))) => form_allowed(a, b),
            (a, b) => a == b,
        };
        let perms = match (old.get("Perms"), new.get("Perms")) {
            (None, Some(Object::Dict(perms))) => {
                perms.entries.len() == 1 && certified_by(perms) == Some(self.signature)
            }
            (a, b) => a == b,
        };
        let metadata = new.get("Metadata").is_none_or(|m| self.is_metadata(m));
        form && perms && metadata && old.without(&MOVABLE) == new.without(&MOVABLE)
    }

    fn is_metadata(&self, value: &Object) -> bool {
        let loaded = value.reference().and_then(|id| self.new.load(id).ok());
        loaded.is_some_and(|l| {
            l.stream.is_some() && l.value.dict().is_some_and(|d| d.is_name("Type", "Metadata"))
        })
    }
}

/// Nothing but /SigFlags.
fn form_allowed(old: &Dict, new: &Dict) -> bool {
    old.without(&["SigFlags"]) == new.without(&["SigFlags"])
        && new.get("SigFlags").and_then(Object::int) == Some(3)
}

fn certified_by(perms: &Dict) -> Option<ObjectId> {
    perms.get("DocMDP").and_then(Object::reference)
}

/// The first signature certifies: /Perms names it, and its DocMDP allows filling in at most.
pub(super) fn check_certified(document: &Document<'_>, first: &Found<'_>) -> Result<(), Fault> {
    let catalog = document.catalog().map_err(unreadable)?;
    let perms = document.get_dict(&catalog, "Perms").map_err(unreadable)?.unwrap_or_default();
    let named = certified_by(&perms) == Some(first.id);
    let references = document.get(first.dict(), "Reference").map_err(unreadable)?;
    let level = references.array().into_iter().flatten().find_map(|reference| {
        let reference = reference.dict().filter(|r| r.is_name("TransformMethod", "DocMDP"))?;
        reference.get("TransformParams").and_then(Object::dict)?.get("P")?.int()
    });
    if named && matches!(level, Some(1 | 2)) { Ok(()) } else { fault(ChangeFault::NotCertified) }
}
