//! Search finds what people type, however they spell it.

use super::desk::{Desk, content, frozen, uuid};
use crate::What;
use fieldseal_domain::{
    content::Line,
    event::Event,
    party::{Customer, Equipment, Job},
};
use proptest::prelude::*;

fn customer(desk: &mut Desk, n: u64, name: &str) {
    let customer =
        Customer { id: uuid(n), name: name.into(), phone: "+40 (721) 000-001".into(), ..Customer::default() };
    desk.append(None, &Event::CustomerSaved(Box::new(customer))).unwrap();
}

fn found(desk: &Desk, question: &str) -> Vec<(What, u64)> {
    let hits = desk.store.read().search(question, 20).unwrap();
    let mut found: Vec<_> = hits.iter().map(|hit| (hit.what, hit.id.as_u64_pair().1 & 0xffff)).collect();
    found.sort();
    found
}

/// Would turn red if either side of the comparison were folded in another way than the other.
#[test]
fn every_spelling_finds_every_spelling() {
    let mut desk = Desk::new();
    let names = [
        (
            "Dănuț-Ionuț Șoșoacăreanu",
            &["sosoacareanu", "Şoşoacăreanu", "ŞOŞOACĂR", "danut ionut", "S\u{326}os\u{326}oa"][..],
        ),
        ("Щёголев Пётр", &["щеголев", "Щёголев", "ЩЕГ", "петр щег"]),
        ("Süßmäulchen Weiß", &["sussmaulchen", "Süßm", "WEISS", "weiß"]),
        ("L'Œuf Sørensen-Żądło", &["oeuf", "l’œuf", "sorensen", "zadlo", "ŻĄDŁO"]),
    ];
    for (n, (name, _)) in names.iter().enumerate() {
        customer(&mut desk, n as u64, name);
    }
    for (n, (name, questions)) in names.iter().enumerate() {
        for question in *questions {
            assert_eq!(found(&desk, question), [(What::Customer, n as u64)], "{question} must find {name}");
        }
    }
    assert_eq!(found(&desk, "sosoacareanu weiss"), [], "every word must fit");
}

#[test]
fn numbers_serials_and_telephones_are_found_in_any_form() {
    let mut desk = Desk::new();
    customer(&mut desk, 1, "Spicul");
    let equipment =
        Equipment { id: uuid(2), customer: uuid(1), serial: "SN-123/45-X".into(), ..Equipment::default() };
    desk.append(None, &Event::EquipmentSaved(Box::new(equipment))).unwrap();
    let mut sheet = content("Other");
    sheet.lines.push(Line { description: "Garnitură ușă".into(), ..Line::default() });
    sheet.fields.insert("fault".into(), "Nu răcește".into());
    desk.create(uuid(3), sheet);
    desk.freeze(uuid(3), 0, frozen("FS-2026-RO1-00001", 0, b"1"), b"1").unwrap();
    for phone in ["0721000001", "+40721000001", "0040 721 000 001", "721 000", "40721"] {
        assert!(found(&desk, phone).contains(&(What::Customer, 1)), "{phone}");
    }
    for serial in ["SN-123/45-X", "sn12345x", "123 45", "sn-12"] {
        assert_eq!(found(&desk, serial), [(What::Equipment, 2)], "{serial}");
    }
    for words in ["FS-2026-RO1-00001", "fs2026ro100001", "00001", "garnitura usa", "raceste"] {
        assert!(found(&desk, words).contains(&(What::Document, 3)), "{words}");
    }
}

#[test]
fn a_renamed_customer_is_found_by_the_new_name_only_with_jobs_and_machines() {
    let mut desk = Desk::new();
    let job = Job { id: uuid(2), customer: uuid(1), code: "J01".into(), ..Job::default() };
    desk.append(None, &Event::JobSaved(Box::new(job))).unwrap();
    customer(&mut desk, 1, "Oldname");
    assert_eq!(found(&desk, "oldname"), [(What::Customer, 1), (What::Job, 2)]);
    customer(&mut desk, 1, "Newname");
    assert_eq!(found(&desk, "oldname"), []);
    assert_eq!(found(&desk, "newname"), [(What::Customer, 1), (What::Job, 2)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Would turn red if a question could be an error of the query language, or reach past it.
    #[test]
    fn no_question_is_an_error(question in "(\\PC|[\"*():^+{}'-]|AND|OR|NOT|NEAR){0,40}") {
        let mut desk = Desk::new();
        customer(&mut desk, 1, "Spicul");
        desk.store.read().search(&question, 5).unwrap();
    }
}
