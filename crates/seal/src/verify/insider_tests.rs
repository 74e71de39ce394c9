//! Attacks by somebody who holds a device key: revisions that do more than fill a field, and are
//! signed properly all the same. The classes are those of research on shadow and certification
//! attacks; each is built here and must be refused for what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::pdf::{Document, Object, ObjectId};
use crate::support::*;
use crate::tail::Tail;
use crate::{Appearance, PrefixState, SealRequest, form, ink_operators, seal};

/// Signs a slot properly, with whatever `evil` adds to the revision.
fn sign_with_evil(
    tablet: &Tablet,
    pdf: &[u8],
    frozen: &[u8],
    slot: &str,
    evil: impl FnOnce(&Document<'_>, &mut Tail),
) -> Vec<u8> {
    let document = Document::open(pdf).unwrap();
    let fields = form::signature_fields(&document).unwrap();
    let operators = ink_operators(&ink(), size());
    let closes = fields.iter().any(|f| f.name == slot && f.closes);
    let statement = serde_json::to_string(&acceptance(slot, frozen, &operators, closes)).unwrap();
    let appearance = Appearance { size: size(), ink: operators, caption: Vec::new() };
    let request = SealRequest {
        pdf,
        prefix: Some(&PrefixState::of(pdf)),
        field: slot,
        claimed_time: &claimed(),
        acceptance_json: &statement,
        appearance: &appearance,
        name: None,
        reason: None,
        location: None,
    };
    let (mut tail, index) = seal::unsigned_tail(&document, &fields, &request).unwrap();
    evil(&document, &mut tail);
    let tail = tail.finish(&document).unwrap();
    seal::sign(&request, tail, index, &tablet.keys, &tablet.certificates).unwrap().pdf
}

/// The customer signed; the technician's revision is the evil one.
fn check_refused(reason: &str, evil: impl FnOnce(&Document<'_>, &mut Tail)) {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let pdf = sign(&tablet, &original, &original, "customer").pdf;
    let attacked = sign_with_evil(&tablet, &pdf, &original, "technician", evil);
    let verdict = tablet.verdict(&attacked);
    assert_eq!(reasons(&verdict).first().map(String::as_str), Some(reason), "{:?}", reasons(&verdict));
    assert!(!verdict.is_good() && !verdict.is_seal_good());
}

/// The id of the object whose text has all these words.
fn object_with(document: &Document<'_>, words: &[&str]) -> ObjectId {
    let all = document.every_object().unwrap();
    let found = all.into_iter().find(|(_, value)| {
        words.iter().all(|w| format!("{value:?}").contains(&format!("{:?}", w.as_bytes())))
    });
    found.expect("an object with these words").0
}

fn raw(document: &Document<'_>, id: ObjectId) -> String {
    let loaded = document.load(id).unwrap();
    let Object::Dict(dict) = &loaded.value else { panic!("not a dictionary") };
    String::from_utf8(loaded.source.bytes()[dict.span.clone()].to_vec()).unwrap()
}

#[test]
fn without_evil_the_harness_makes_good_files() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let pdf = sign(&tablet, &original, &original, "customer").pdf;
    let signed = sign_with_evil(&tablet, &pdf, &original, "technician", |_, _| {});
    assert!(tablet.verdict(&signed).is_good());
}

#[test]
fn page_content_replaced() {
    check_refused("object_changed", |document, tail| {
        // The fourth object is the page's content stream.
        let id = ObjectId { number: 4, generation: 0 };
        assert!(document.load(id).unwrap().stream.is_some());
        tail.add_chunk(id, b"4 0 obj\n<</Length 12>>\nstream\n0 0 9 9 re f\nendstream\nendobj\n");
    });
}

#[test]
fn page_pointed_at_other_content() {
    check_refused("object_changed", |document, tail| {
        let page = object_with(document, &["MediaBox", "Contents"]);
        let changed = raw(document, page).replace("/Contents 4 0 R", "/Contents 10 0 R");
        tail.add_raw(page, changed.as_bytes());
    });
}

#[test]
fn annotation_laid_over_the_page() {
    check_refused("object_changed", |document, tail| {
        let page = object_with(document, &["MediaBox", "Contents"]);
        let note = tail.allocate().unwrap();
        tail.add_raw(
            note,
            b"<</Type/Annot/Subtype/FreeText/Rect[60 60 260 120]/Contents(Paid)/DA(/Helv 9 Tf)>>",
        );
        let changed = raw(document, page).replace("/Annots [", &format!("/Annots [{} 0 R ", note.number));
        assert!(changed.contains(&format!("{} 0 R ", note.number)));
        tail.add_raw(page, changed.as_bytes());
    });
}

#[test]
fn field_moved_elsewhere() {
    check_refused("field_changed", |document, tail| {
        let fields = form::signature_fields(document).unwrap();
        let id = fields.iter().find(|f| f.name == "witness").unwrap().id.unwrap();
        let changed = raw(document, id).replace("[60 140", "[0 0");
        assert_ne!(changed, raw(document, id));
        tail.add_raw(id, changed.as_bytes());
    });
}

#[test]
fn another_field_filled_in_passing() {
    check_refused("field_changed", |document, tail| {
        let fields = form::signature_fields(document).unwrap();
        let witness = fields.iter().find(|f| f.name == "witness").unwrap().id.unwrap();
        let changed = raw(document, witness).replace("/F 132", "/F 132/MK<</CA(yes)>>");
        tail.add_raw(witness, changed.as_bytes());
    });
}

#[test]
fn signed_appearance_of_the_customer_replaced() {
    check_refused("object_changed", |document, tail| {
        let fields = form::signature_fields(document).unwrap();
        let customer = fields.iter().find(|f| f.name == "customer").unwrap();
        let states = document.get_dict(&customer.dict, "AP").unwrap().unwrap();
        let id = states.get("N").unwrap().reference().unwrap();
        let head = format!(
            "{} 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 0>>\nstream\n\nendstream\nendobj\n",
            id.number
        );
        tail.add_chunk(id, head.as_bytes());
    });
}

#[test]
fn sneaky_field_added_to_the_form() {
    check_refused("catalog_changed", |document, tail| {
        let catalog = document.catalog().unwrap();
        let form = catalog.get("AcroForm").unwrap().reference().unwrap();
        let field = tail.allocate().unwrap();
        tail.add_raw(field, b"<</Type/Annot/Subtype/Widget/FT/Sig/T(extra)/F 132/Rect[0 0 9 9]>>");
        let changed = raw(document, form).replace("/Fields [", &format!("/Fields [{} 0 R ", field.number));
        tail.add_raw(form, changed.as_bytes());
    });
}

#[test]
fn catalog_opened_to_scripts_or_layers() {
    for (extra, reason) in [
        ("/OpenAction<</S/JavaScript/JS(x)>>", "active_content"),
        ("/OCProperties<</OCGs[]/D<<>>>>", "active_content"),
        ("/PageLayout/TwoPageLeft", "catalog_changed"),
        ("/Pages 3 0 R", "catalog_changed"),
    ] {
        check_refused(reason, |document, tail| {
            let id = document.catalog_id().unwrap();
            let text = raw(document, id);
            let changed = if extra.starts_with("/Pages") {
                text.replace("/Pages 2 0 R", extra)
            } else {
                text.replacen("<<", &format!("<<{extra}"), 1)
            };
            assert_ne!(changed, text);
            tail.add_raw(id, changed.as_bytes());
        });
    }
}

/// Prepared before anybody signed: only what it can do later gives it away.
#[test]
fn active_content_in_the_frozen_document() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape { script: true, ..Shape::default() });
    let pdf = sign(&tablet, &original, &original, "technician").pdf;
    assert_eq!(reasons(&tablet.verdict(&pdf)), ["active_content"]);
}

#[test]
fn object_deleted() {
    check_refused("object_deleted", |_, tail| tail.forget(4));
}

#[test]
fn hidden_signature_dictionary() {
    check_refused("hidden_signature", |_, tail| {
        let id = tail.allocate().unwrap();
        tail.add_raw(id, b"<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>");
    });
}

/// A shadow attack: an earlier revision refers to an object that does not exist; readers take it
/// for nothing, until a later revision brings it.
#[test]
fn content_prepared_to_appear_later() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let pdf = sign(&tablet, &original, &original, "customer").pdf;
    let next = Document::open(&pdf).unwrap().trailer().get("Size").unwrap().int().unwrap();
    let prepared = sign_with_evil(&tablet, &pdf, &original, "witness", |_, tail| {
        let holder = tail.allocate().unwrap();
        tail.add_raw(holder, format!("<</Later {} 0 R>>", next + 3).as_bytes());
    });
    assert!(
        tablet.verdict(&prepared).is_good(),
        "nothing has appeared yet: {:?}",
        reasons(&tablet.verdict(&prepared))
    );
    let appeared = sign_with_evil(&tablet, &prepared, &original, "technician", |_, _| {});
    assert_eq!(reasons(&tablet.verdict(&appeared)), ["prepared_reference"]);
}

#[test]
fn change_between_two_signatures() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let pdf = sign(&tablet, &original, &original, "customer").pdf;
    // A revision of its own, unsigned, covered by the technician's signature only.
    let document = Document::open(&pdf).unwrap();
    let mut tail = Tail::new(&document).unwrap();
    tail.add_chunk(
        ObjectId { number: 4, generation: 0 },
        b"4 0 obj\n<</Length 12>>\nstream\n0 0 9 9 re f\nendstream\nendobj\n",
    );
    let edited = [pdf.as_slice(), &tail.finish(&document).unwrap()].concat();
    let attacked = sign_with_evil(&tablet, &edited, &original, "technician", |_, _| {});
    assert_eq!(reasons(&tablet.verdict(&attacked)), ["not_one_revision"]);
}

#[test]
fn first_revision_that_shows_something_else_than_was_shown() {
    let tablet = Tablet::new(1);
    let original = frozen(&Shape::default());
    let attacked = sign_with_evil(&tablet, &original, &original, "customer", |_, tail| {
        tail.add_chunk(
            ObjectId { number: 4, generation: 0 },
            b"4 0 obj\n<</Length 12>>\nstream\n0 0 9 9 re f\nendstream\nendobj\n",
        );
    });
    assert_eq!(reasons(&tablet.verdict(&attacked)), ["object_changed"]);
}
