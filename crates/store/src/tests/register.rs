//! The register: what it finds, in which order, who wins, and what it costs.

use super::desk::{Desk, content, frozen, uuid};
use crate::{
    Axis, Direction, OpenMode, RegisterFilter, RegisterOrigin, RegisterRow, SavedView, Store, SyncState,
    Verification, open,
};
use fieldseal_domain::{event::Event, fold::Status, party::Equipment};
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

fn row(n: u64) -> RegisterRow {
    RegisterRow {
        doc: uuid(n),
        number: format!("FS-2026-RO1-{n:05}"),
        kind: "service_sheet".into(),
        status: Status::Signed,
        revision: 0,
        customer: uuid(1000),
        customer_name: "Spicul Prod".into(),
        site: "Brașov".into(),
        technician: Some(uuid(2000)),
        technician_name: "Ana".into(),
        signer: "Mihai".into(),
        method: "drawn".into(),
        signed_at: String::new(),
        serial: format!("SN-{n}"),
        device: "RO1".into(),
        job: None,
        file: None,
        at_ms: 1_790_000_000_000 + n,
        at: String::new(),
        changed_ms: 1_790_000_000_000 + n,
        head_seq: n,
        sync: SyncState::Acknowledged,
        verification: Verification::None,
        conflict: false,
        origin: RegisterOrigin::Mirror,
    }
}

fn put(desk: &mut Desk, rows: &[RegisterRow]) {
    desk.store
        .transact(|tx| {
            rows.iter().try_for_each(|row| tx.put_register_row(row, &["Wartung der Pumpe"], &[]).map(drop))
        })
        .unwrap();
}

fn ids(desk: &Desk, filter: &RegisterFilter, direction: Direction, limit: u32) -> Vec<Uuid> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = desk.store.read().register(filter, direction, after, limit).unwrap();
        found.extend(page.rows.iter().map(|row| row.doc));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

fn words(words: &str) -> RegisterFilter {
    RegisterFilter { words: words.into(), ..RegisterFilter::default() }
}

#[test]
fn a_document_of_this_device_is_in_the_register_as_it_stands() {
    let mut desk = Desk::new();
    let mut sheet = content("Boiron Çelik");
    sheet.equipment.push(Equipment { serial: "KX-77/12".into(), ..Equipment::default() });
    sheet.technician = "Ana".into();
    desk.create(uuid(5), sheet);
    let get = |desk: &Desk| desk.store.read().register_row(uuid(5)).unwrap().unwrap();
    assert_eq!((get(&desk).status, get(&desk).number.as_str()), (Status::Draft, ""));
    desk.freeze(uuid(5), 0, frozen("FS-2026-RO1-00001", 0, b"frozen"), b"frozen").unwrap();
    let signed = desk.signed(uuid(5), "customer", false, b"frozen+signed");
    desk.seal(uuid(5), "customer", vec![signed], b"frozen+signed").unwrap();
    let row = get(&desk);
    assert_eq!(row.status, Status::PartiallySigned);
    assert_eq!((row.method.as_str(), row.device.as_str(), row.serial.as_str()), ("drawn", "RO1", "KX-77/12"));
    assert_eq!((row.technician, row.sync), (Some(uuid(99)), SyncState::Local));
    let found = |question| ids(&desk, &words(question), Direction::Newest, 9);
    for question in ["kx77", "KX-77/12", "celik boi", "fs-2026-ro1-00001", "00001"] {
        assert_eq!(found(question), [uuid(5)], "{question}");
    }
    assert!(found("kx78").is_empty() && found("--").is_empty());
    assert_eq!(desk.store.read().register_by_number("FS-2026-RO1-00001").unwrap().unwrap().doc, uuid(5));
}

#[test]
fn verifying_marks_the_row_and_a_later_signature_takes_the_mark_away() {
    let mut desk = Desk::new();
    desk.create(uuid(5), content("a"));
    desk.freeze(uuid(5), 0, frozen("FS-2026-RO1-00001", 0, b"f"), b"f").unwrap();
    let before = desk.store.read().register_row(uuid(5)).unwrap().unwrap();
    desk.append(Some(uuid(5)), &Event::Verified { good: true, by: uuid(9) }).unwrap();
    let after = desk.store.read().register_row(uuid(5)).unwrap().unwrap();
    assert_eq!(after.verification, Verification::Good);
    assert_eq!(after.at_ms, before.at_ms, "verifying moves nothing to the top of the register");
    let signed = desk.signed(uuid(5), "customer", false, b"f+s");
    desk.seal(uuid(5), "customer", vec![signed], b"f+s").unwrap();
    let signed = desk.store.read().register_row(uuid(5)).unwrap().unwrap();
    assert_eq!(signed.verification, Verification::None, "nobody has verified this file");
}

#[test]
fn an_acknowledged_document_is_no_longer_only_here() {
    let mut desk = Desk::new();
    desk.create(uuid(5), content("a"));
    let local = RegisterFilter { sync: Some(SyncState::Local), ..RegisterFilter::default() };
    assert_eq!(ids(&desk, &local, Direction::Newest, 9), [uuid(5)]);
    let read = |desk: &Desk| desk.store.read().register_tagged(Axis::NotSynced).unwrap();
    assert_eq!(read(&desk), 1);
    desk.store.transact(|tx| tx.set_acked(super::desk::DEVICE, 1)).unwrap();
    assert!(ids(&desk, &local, Direction::Newest, 9).is_empty());
    assert_eq!(read(&desk), 0);
    desk.store.transact(|tx| tx.set_acked(super::desk::DEVICE, 0)).unwrap();
    assert_eq!(read(&desk), 1, "a server that lost it makes it local again");
}

#[test]
fn of_two_foldings_the_one_that_knows_more_stays() {
    let mut desk = Desk::new();
    desk.create(uuid(5), content("here"));
    let own = desk.store.read().register_row(uuid(5)).unwrap().unwrap();
    let theirs =
        |changed_ms, head_seq, status| RegisterRow { doc: uuid(5), changed_ms, head_seq, status, ..row(5) };
    let stands = |desk: &Desk| desk.store.read().register_row(uuid(5)).unwrap().unwrap();
    put(&mut desk, &[theirs(own.changed_ms, 7, Status::Ready)]);
    assert_eq!(stands(&desk).origin, RegisterOrigin::Local, "equal knowledge: our own folding");
    put(&mut desk, &[theirs(own.changed_ms + 1_000_000, 8, Status::Signed)]);
    assert_eq!(stands(&desk).status, Status::Signed);
    put(&mut desk, &[theirs(own.changed_ms + 1_000_000, 6, Status::Draft)]);
    assert_eq!(stands(&desk).status, Status::Signed, "an answer that was overtaken changes nothing");
    desk.append(Some(uuid(5)), &Event::Cancelled { reason: "x".into(), by: uuid(9) }).unwrap();
    assert_eq!(stands(&desk).origin, RegisterOrigin::Mirror, "our entries end before theirs");
    desk.wall_ms.set(desk.wall_ms.get() + 9_000_000);
    desk.append(Some(uuid(5)), &Event::Cancelled { reason: "x".into(), by: uuid(9) }).unwrap();
    let last = stands(&desk);
    assert_eq!((last.origin, last.status, last.head_seq), (RegisterOrigin::Local, Status::Cancelled, 8));
    assert_eq!(desk.store.read().register_tagged(Axis::All).unwrap(), 1);
}

#[test]
fn a_rebuild_folds_own_rows_again_and_leaves_the_offices_alone() {
    let mut desk = Desk::new();
    desk.create(uuid(5), content("a"));
    put(&mut desk, &[row(6)]);
    let before = (desk.store.read().register_row(uuid(5)), desk.store.read().register_row(uuid(6)));
    desk.store.rebuild().unwrap();
    let after = (desk.store.read().register_row(uuid(5)), desk.store.read().register_row(uuid(6)));
    assert_eq!((before.0.unwrap(), before.1.unwrap()), (after.0.unwrap(), after.1.unwrap()));
    assert_eq!(desk.store.read().register_tagged(Axis::All).unwrap(), 2);
    desk.append(Some(uuid(5)), &Event::DraftDiscarded { by: uuid(9) }).unwrap();
    assert_eq!(desk.store.read().register_row(uuid(5)).unwrap(), None);
    assert_eq!(ids(&desk, &RegisterFilter::default(), Direction::Newest, 9), [uuid(6)]);
}

#[test]
fn documents_older_than_the_register_are_in_it_after_the_update() {
    let mut desk = Desk::new();
    desk.create(uuid(5), content("a"));
    desk.store
        .conn()
        .execute_batch(
            "DELETE FROM register; DELETE FROM register_word; DELETE FROM register_count;
             INSERT INTO setting (key, value) VALUES ('register_unfilled', 'true')",
        )
        .unwrap();
    let path = desk.path();
    let Desk { dir, store, .. } = desk;
    drop(store);
    let store = Store::open(&path, super::desk::key(), OpenMode::Existing).unwrap();
    assert!(store.read().register_row(uuid(5)).unwrap().is_some());
    assert_eq!(store.read().setting::<bool>("register_unfilled").unwrap(), None);
    drop((store, dir, open::beside(&path, "")));
}

#[test]
fn series_show_their_gaps() {
    let mut desk = Desk::new();
    put(&mut desk, &[row(1), row(2), row(5), row(100_001)]);
    let series = desk.store.read().register_series().unwrap();
    assert_eq!(series.values().collect::<Vec<_>>(), [&vec![1, 2, 5, 100_001]]);
}

#[test]
fn saved_views_keep_their_filter_and_order() {
    let mut desk = Desk::new();
    let view = |n, name: &str| SavedView {
        id: uuid(n),
        name: name.into(),
        filter: serde_json::json!({ "words": name }),
    };
    let put = |desk: &mut Desk, view: &SavedView| {
        desk.store.transact(|tx| tx.put_saved_view(view)).unwrap();
    };
    put(&mut desk, &view(2, "b"));
    put(&mut desk, &view(1, "a"));
    put(&mut desk, &view(2, "c"));
    assert_eq!(desk.store.read().saved_views().unwrap(), [view(2, "c"), view(1, "a")]);
    desk.store.transact(|tx| tx.delete_saved_view(uuid(2))).unwrap();
    assert_eq!(desk.store.read().saved_views().unwrap(), [view(1, "a")]);
}

fn any_row() -> impl Strategy<Value = RegisterRow> {
    let pick = |values: &'static [&'static str]| proptest::sample::select(values).prop_map(str::to_owned);
    let status = proptest::sample::select(&[Status::Draft, Status::Signed, Status::Declined][..]);
    let sync = proptest::sample::select(&[SyncState::Local, SyncState::Acknowledged][..]);
    let result = proptest::sample::select(&[Verification::None, Verification::Good, Verification::Bad][..]);
    (
        1u64..30,
        0u64..20,
        status,
        pick(&["intake", "return"]),
        pick(&["", "drawn"]),
        sync,
        result,
        any::<bool>(),
    )
        .prop_map(|(n, ms, status, kind, method, sync, verification, conflict)| RegisterRow {
            status,
            kind,
            method,
            sync,
            verification,
            conflict,
            at_ms: ms,
            customer: uuid(n % 3),
            technician: (n % 2 == 0).then(|| uuid(n % 5)),
            // The same time for all, so that every row replaces the one before.
            changed_ms: 1,
            head_seq: 0,
            ..row(n)
        })
}

fn any_filter() -> impl Strategy<Value = RegisterFilter> {
    let few = |values: &'static [Status]| proptest::sample::subsequence(values, 0..=values.len());
    let time = || proptest::option::of(0u64..20);
    (
        few(&[Status::Draft, Status::Signed, Status::Declined]),
        proptest::sample::subsequence(&["intake", "return"][..], 0..=1),
        proptest::collection::vec((0u64..5).prop_map(uuid), 0..3),
        proptest::option::of(Just(SyncState::Local)),
        proptest::option::of(Just(Verification::Good)),
        any::<bool>(),
        (time(), time()),
        proptest::sample::select(&["", "", "sn1", "pumpe SN", "spic bras"][..]),
    )
        .prop_map(|(statuses, kinds, people, sync, verification, conflict, (from_ms, to_ms), words)| {
            RegisterFilter {
                words: words.to_owned(),
                statuses,
                kinds: kinds.into_iter().map(str::to_owned).collect(),
                technicians: people,
                customers: Vec::new(),
                methods: Vec::new(),
                sync,
                verification,
                conflict,
                from_ms,
                to_ms,
            }
        })
}

/// The filter read aloud, without any index.
fn fits(row: &RegisterRow, filter: &RegisterFilter) -> bool {
    let any = |none: bool, one: bool| none || one;
    let serial = row.serial.to_lowercase().replace('-', "");
    let word = |word: &str| match word {
        "sn1" => serial.starts_with("sn1"),
        "pumpe" | "SN" | "spic" | "bras" => true,
        other => panic!("{other}"),
    };
    filter.words.split_whitespace().all(word)
        && any(filter.statuses.is_empty(), filter.statuses.contains(&row.status))
        && any(filter.kinds.is_empty(), filter.kinds.contains(&row.kind))
        && any(
            filter.technicians.is_empty(),
            row.technician.is_some_and(|id| filter.technicians.contains(&id)),
        )
        && filter.sync.is_none_or(|sync| sync == row.sync)
        && filter.verification.is_none_or(|result| result == row.verification)
        && any(!filter.conflict, row.conflict)
        && filter.from_ms.is_none_or(|from| row.at_ms >= from)
        && filter.to_ms.is_none_or(|to| row.at_ms < to)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Would turn red if a tag, a range or a page lost or doubled a row, or a count drifted from the rows.
    #[test]
    fn the_index_finds_what_reading_every_row_finds(
        rows in proptest::collection::vec(any_row(), 1..40),
        filters in proptest::collection::vec(any_filter(), 1..6),
        limit in 1u32..7,
    ) {
        let mut desk = Desk::new();
        put(&mut desk, &rows);
        let mut last: Vec<&RegisterRow> = Vec::new();
        for row in rows.iter().rev() {
            if !last.iter().any(|other| other.doc == row.doc) {
                last.push(row);
            }
        }
        for filter in &filters {
            let wanted: BTreeSet<Uuid> = last.iter().filter(|row| fits(row, filter)).map(|row| row.doc).collect();
            let newest = ids(&desk, filter, Direction::Newest, limit);
            let mut oldest = ids(&desk, filter, Direction::Oldest, limit);
            prop_assert_eq!(newest.len(), wanted.len(), "{:?}", filter);
            prop_assert_eq!(newest.iter().copied().collect::<BTreeSet<_>>(), wanted.clone());
            oldest.reverse();
            prop_assert_eq!(&newest, &oldest);
            let times: Vec<u64> =
                newest.iter().map(|id| last.iter().find(|row| row.doc == *id).unwrap().at_ms).collect();
            prop_assert!(times.is_sorted_by(|a, b| a >= b), "newest first");
            prop_assert_eq!(desk.store.read().register_count(filter, 1000).unwrap(), wanted.len() as u64);
        }
        let conflicts = last.iter().filter(|row| row.conflict).count() as u64;
        prop_assert_eq!(desk.store.read().register_tagged(Axis::Conflict).unwrap(), conflicts);
    }
}

/// Would turn red if a page had to be sorted or counted from the top: its cost would then grow with the register.
#[test]
fn a_page_reads_along_the_order_of_the_register() {
    let desk = Desk::new();
    let plan = |sql: String| -> String {
        let mut statement = desk.store.conn().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = statement.raw_query();
        let mut plan = String::new();
        while let Some(row) = rows.next().unwrap() {
            plan.push_str(&row.get::<_, String>(3).unwrap());
            plan.push('\n');
        }
        plan
    };
    for direction in [Direction::Newest, Direction::Oldest] {
        for by_index in [true, false] {
            let plan = plan(crate::register::page_sql(by_index, direction));
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
            assert!(plan.contains("SEARCH register USING INTEGER PRIMARY KEY"), "{plan}");
        }
    }
}
