//! Projections made again from nothing are those that grew event by event.

use super::desk::{Desk, content, frozen, uuid};
use fieldseal_domain::{
    content::Origin,
    event::Event,
    language::Language,
    party::{Customer, Equipment, Firm, Job, Person},
};
use proptest::prelude::*;
use rusqlite::types::Value;

const TABLES: [&str; 8] = [
    "SELECT * FROM firm",
    "SELECT * FROM person ORDER BY id",
    "SELECT * FROM customer ORDER BY id",
    "SELECT * FROM equipment ORDER BY id",
    "SELECT * FROM job ORDER BY id",
    "SELECT * FROM document ORDER BY id",
    "SELECT what, thing, title, detail FROM search_item ORDER BY what, thing",
    "SELECT what, thing, term, \"offset\" FROM temp.word JOIN search_item ON search_item.id = word.doc
     ORDER BY what, thing, \"offset\", term",
];

/// Every row of every projection, the words of the index with the thing they stand for.
fn dump(desk: &Desk) -> Vec<Vec<Vec<Value>>> {
    let conn = desk.store.conn();
    conn.execute_batch(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.word USING fts5vocab('main', 'search_word', 'instance')",
    )
    .unwrap();
    TABLES
        .iter()
        .map(|sql| {
            let mut statement = conn.prepare(sql).unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect());
            rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
        })
        .collect()
}

#[derive(Debug, Clone)]
enum Act {
    Customer(u64, String),
    Equipment(u64, u64),
    Job(u64, u64),
    Person(u64, String),
    Firm(String),
    Create(u64, Option<u64>),
    Freeze(u64),
    TakeBack(u64),
    Cancel(u64),
    Discard(u64),
    ClockBack,
}

fn act() -> impl Strategy<Value = Act> {
    let id = 1u64..4;
    prop_oneof![
        (id.clone(), "[A-Za-zșțё ]{1,8}").prop_map(|(n, name)| Act::Customer(n, name)),
        (id.clone(), id.clone()).prop_map(|(n, owner)| Act::Equipment(n, owner)),
        (id.clone(), id.clone()).prop_map(|(n, customer)| Act::Job(n, customer)),
        (id.clone(), "[a-z]{1,5}").prop_map(|(n, name)| Act::Person(n, name)),
        "[a-z]{1,5}".prop_map(Act::Firm),
        (id.clone(), proptest::option::of(id.clone())).prop_map(|(n, job)| Act::Create(n, job)),
        id.clone().prop_map(Act::Freeze),
        id.clone().prop_map(Act::TakeBack),
        id.clone().prop_map(Act::Cancel),
        id.prop_map(Act::Discard),
        Just(Act::ClockBack),
    ]
}

fn perform(desk: &mut Desk, act: Act) {
    let by = uuid(99);
    let (doc, event) = match act {
        Act::Customer(n, name) => (
            None,
            Event::CustomerSaved(Box::new(Customer {
                id: uuid(n),
                name,
                phone: "+40 721 000 001".into(),
                ..Customer::default()
            })),
        ),
        Act::Equipment(n, owner) => {
            let serial = format!("SN-{n}");
            (
                None,
                Event::EquipmentSaved(Box::new(Equipment {
                    id: uuid(20 + n),
                    customer: uuid(owner),
                    serial,
                    ..Equipment::default()
                })),
            )
        }
        Act::Job(n, customer) => {
            let code = format!("J0{n}");
            (
                None,
                Event::JobSaved(Box::new(Job {
                    id: uuid(40 + n),
                    customer: uuid(customer),
                    code,
                    ..Job::default()
                })),
            )
        }
        Act::Person(n, name) => {
            (None, Event::PersonSaved(Person { id: uuid(60 + n), name, language: Language::Ro, left: false }))
        }
        Act::Firm(name) => (None, Event::FirmSaved(Firm { name, ..Firm::default() })),
        Act::Create(n, job) => {
            let origin = job.map(|job| Origin::Job { job: uuid(40 + job), code: format!("J0{job}") });
            (Some(n), Event::Created { content: Box::new(content(&format!("Customer {n}"))), origin, by })
        }
        // A freeze the state does not allow is refused by the store; the journal then says nothing of it.
        Act::Freeze(n) => {
            let number = format!("FS-2026-RO1-{:05}", n);
            let pdf = format!("file {n}");
            let _ = desk.freeze(uuid(n + 80), 0, frozen(&number, 0, pdf.as_bytes()), pdf.as_bytes());
            return;
        }
        Act::TakeBack(n) => (Some(n), Event::TakenBack { reason: "x".into(), by: None }),
        Act::Cancel(n) => (Some(n), Event::Cancelled { reason: "x".into(), by }),
        Act::Discard(n) => (Some(n), Event::DraftDiscarded { by }),
        Act::ClockBack => {
            desk.wall_ms.set(desk.wall_ms.get() - 3_600_000);
            return;
        }
    };
    desk.append(doc.map(|n| uuid(n + 80)), &event).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Would turn red if any table depended on when an event came rather than on what the events say.
    #[test]
    fn rebuilt_is_what_was_live(acts in proptest::collection::vec(act(), 1..40)) {
        let mut desk = Desk::new();
        for act in acts {
            perform(&mut desk, act);
        }
        let live = dump(&desk);
        desk.store.rebuild().unwrap();
        prop_assert_eq!(dump(&desk), live);
    }
}

#[test]
fn dropped_projections_come_back() {
    let mut desk = Desk::new();
    for n in 1..4 {
        perform(&mut desk, Act::Customer(n, format!("Name {n}")));
        perform(&mut desk, Act::Job(n, n));
        perform(&mut desk, Act::Create(n, Some(n)));
    }
    let live = dump(&desk);
    assert!(live[5].len() == 3 && live[7].len() > 10, "there is something to compare");
    desk.store
        .conn()
        .execute_batch("DELETE FROM document; DELETE FROM customer; DELETE FROM search_word")
        .unwrap();
    assert_ne!(dump(&desk), live);
    desk.store.rebuild().unwrap();
    assert_eq!(dump(&desk), live);
}
