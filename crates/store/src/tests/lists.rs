//! Lists: pages, shelves, jobs of a day, and no list that reads the whole table.

use super::desk::{DEVICE, Desk, START_MS, content, uuid};
use crate::{DocumentView, PageFrom, Shelf};
use fieldseal_domain::{
    content::Origin,
    event::Event,
    party::{Customer, Job},
};

fn sheet_of(job: u64) -> fieldseal_domain::content::Content {
    let origin = Some(Origin::Job { job: uuid(job), code: "J".into() });
    fieldseal_domain::content::Content { origin, ..content("Spicul") }
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let mut desk = Desk::new();
    for n in 0..25 {
        desk.create(uuid(n), content("a"));
    }
    let mut seen = Vec::new();
    let mut page = PageFrom::start(10);
    loop {
        let rows = desk.store.read().documents(DocumentView::All, page).unwrap();
        let Some(last) = rows.last() else { break };
        page.before = Some((last.updated_ms, last.id));
        seen.extend(rows.into_iter().map(|row| row.id));
    }
    assert_eq!(seen, (0..25).rev().map(uuid).collect::<Vec<_>>(), "newest first");
}

#[test]
fn views_show_what_they_say() {
    let mut desk = Desk::new();
    desk.create(uuid(1), content("a"));
    desk.create(uuid(2), content("b"));
    desk.create(uuid(3), content("c"));
    desk.append(Some(uuid(2)), &Event::Cancelled { reason: "x".into(), by: uuid(9) }).unwrap();
    desk.append(Some(uuid(3)), &Event::DraftDiscarded { by: uuid(9) }).unwrap();
    let ids = |view| -> Vec<_> {
        let rows = desk.store.read().documents(view, PageFrom::start(9)).unwrap();
        rows.into_iter().map(|row| row.id).collect()
    };
    assert_eq!(ids(DocumentView::All), [uuid(2), uuid(1)], "a discarded draft is in no list");
    assert_eq!(ids(DocumentView::On(Shelf::Waiting)), [uuid(1)]);
    assert_eq!(ids(DocumentView::On(Shelf::Ended)), [uuid(2)]);
    assert!(ids(DocumentView::On(Shelf::Signed)).is_empty());
    assert_eq!(ids(DocumentView::Since(START_MS.unsigned_abs() + 3500)), [uuid(2)]);
}

#[test]
fn a_job_of_the_day_comes_with_customer_and_documents() {
    let mut desk = Desk::new();
    let customer = Customer { id: uuid(1), name: "Spicul".into(), ..Customer::default() };
    desk.append(None, &Event::CustomerSaved(Box::new(customer.clone()))).unwrap();
    for (n, start, technician) in
        [(2, "2026-09-21T08:00", None), (3, "2026-09-21T07:00", Some(uuid(9))), (4, "2026-09-22T00:00", None)]
    {
        let job = Job { id: uuid(n), customer: uuid(1), start: start.into(), technician, ..Job::default() };
        desk.append(None, &Event::JobSaved(Box::new(job))).unwrap();
    }
    desk.create(uuid(5), sheet_of(2));
    let read = desk.store.read();
    let day = |technician| read.jobs("2026-09-21", "2026-09-22", technician).unwrap();
    assert_eq!(day(None).iter().map(|row| row.job.id).collect::<Vec<_>>(), [uuid(3), uuid(2)]);
    let other = day(Some(uuid(8)));
    assert_eq!(other.len(), 1, "jobs nobody has, and not those of a colleague");
    assert_eq!(other[0].customer, Some(customer));
    assert_eq!(other[0].documents[0].id, uuid(5));
}

/// Ten thousand documents by SQL alone: only the plans and the time of a page matter here.
fn many(desk: &mut Desk) {
    desk.create(uuid(1), sheet_of(7));
    let sql = "INSERT INTO document (id, kind, status, shelf, number, customer, job, updated_ms)
               WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
               SELECT randomblob(16), 'service_sheet', 'signed', CASE i % 3 WHEN 0 THEN 'waiting' ELSE 'signed' END,
                 'FS-' || i, randomblob(16), randomblob(16), i FROM n";
    desk.store.conn().execute(sql, []).unwrap();
    desk.store.conn().execute_batch("ANALYZE").unwrap();
}

fn plan(desk: &Desk, sql: &str) -> String {
    let mut statement = desk.store.conn().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Values decide nothing about the plan of these statements; unbound ones are NULL.
    let mut rows = statement.raw_query();
    let mut plan = String::new();
    while let Some(row) = rows.next().unwrap() {
        plan.push_str(&row.get::<_, String>(3).unwrap());
        plan.push('\n');
    }
    plan
}

/// Would turn red if an index went missing: a list would then read every document.
#[test]
fn lists_use_their_indexes_at_ten_thousand_documents() {
    let mut desk = Desk::new();
    many(&mut desk);
    let views = [
        (DocumentView::All, "document_by_update"),
        (DocumentView::Since(0), "document_by_update"),
        (DocumentView::On(Shelf::Waiting), "document_by_shelf (shelf=? AND"),
        (DocumentView::OfJob(uuid(1)), "document_of_job (job=? AND"),
        (DocumentView::OfCustomer(uuid(1)), "document_of_customer (customer=? AND"),
    ];
    for (view, index) in views {
        let plan = plan(&desk, &view.sql());
        assert!(plan.contains(&format!("SEARCH document USING INDEX {index}")), "{view:?}: {plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{view:?}: {plan}");
    }
    for sql in [
        "SELECT 1 FROM document WHERE number = ?1 AND number <> ''",
        "SELECT 1 FROM document WHERE origin_document = ?1",
        "SELECT data FROM job WHERE start >= ?1 AND start < ?2 ORDER BY start, id",
        "SELECT data FROM customer WHERE (sort_name, id) > (?1, ?2) ORDER BY sort_name, id LIMIT ?3",
        "SELECT 1 FROM entry WHERE doc = ?1 ORDER BY hlc, device, n",
        "SELECT 1 FROM entry WHERE (hlc, device, n) > (?1, ?2, ?3) ORDER BY hlc, device, n",
    ] {
        let plan = plan(&desk, sql);
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
    }
    assert_eq!(desk.store.read().last_position(DEVICE).unwrap().unwrap().n, 1);
}
