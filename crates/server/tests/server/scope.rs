//! Who sees what: a technician the own jobs and what belongs to them, the office everything.

use crate::support::{Device, Site, created, customer, job};
use fieldseal_domain::{
    ContentHash, Digest, FileHash,
    content::TemplateRef,
    event::{Event, FrozenRevision},
    hlc::Hlc,
    party::Job,
    role::Role,
};
use fieldseal_wire::{
    Code,
    pull::{Cursor, Manifest, Page, Pull},
    register::RegisterPage,
};
use uuid::Uuid;

async fn sees(device: &Device, subject: Uuid) -> bool {
    let manifest: Manifest = device.get("/v1/manifest").await.unwrap();
    manifest.subjects.iter().any(|head| head.subject == subject)
}

async fn pull(device: &Device, subject: Uuid) -> Result<Page, Code> {
    let pull = Pull { subjects: vec![Cursor { subject, after: None }], limit: 100 };
    device.post("/v1/pull", &pull).await.map_err(|refusal| refusal.code)
}

#[tokio::test]
async fn a_reassigned_job_arrives_whole_and_leaves_again() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let mut anna = site.device(&admin, Role::Technician).await;
    let bert = site.device(&admin, Role::Technician).await;
    let by = admin.person();
    let customer = customer();
    let mine = job(Some(anna.person()), customer.id);
    let doc = Uuid::now_v7();
    admin.say(None, &Event::CustomerSaved(Box::new(customer.clone()))).await;
    admin.say(None, &Event::JobSaved(Box::new(mine.clone()))).await;
    anna.say(Some(doc), &created(&mine, &customer, by)).await;
    for subject in [mine.id, customer.id, doc] {
        assert!(sees(&anna, subject).await && !sees(&bert, subject).await);
        assert_eq!(pull(&bert, subject).await.unwrap_err(), Code::NotFound);
    }
    // Bert's cursor over the log, had he one, would be past all of it by now.
    let given = Job { technician: Some(bert.person()), ..mine.clone() };
    admin.say(None, &Event::JobSaved(Box::new(given))).await;
    for subject in [mine.id, customer.id, doc] {
        assert!(sees(&bert, subject).await);
        assert!(!pull(&bert, subject).await.unwrap().entries.is_empty());
    }
    assert!(!sees(&anna, mine.id).await, "the job has left");
    assert!(sees(&anna, doc).await, "what she wrote stays in her sight");
}

#[tokio::test]
async fn jobs_of_nobody_are_everybodys() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let anna = site.device(&admin, Role::Technician).await;
    let free = job(None, Uuid::now_v7());
    admin.say(None, &Event::JobSaved(Box::new(free.clone()))).await;
    assert!(sees(&anna, free.id).await);
    assert!(sees(&anna, Uuid::nil()).await, "roles and journals are for everybody");
    assert!(sees(&anna, admin.person()).await, "and so are names");
}

#[tokio::test]
async fn nobody_gets_a_document_into_sight_by_writing_about_it() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut anna = site.device(&admin, Role::Technician).await;
    let mut thief = site.device(&admin, Role::Technician).await;
    let customer = customer();
    let doc = Uuid::now_v7();
    let by = anna.person();
    anna.say(Some(doc), &created(&job(Some(by), customer.id), &customer, by)).await;
    let by = thief.person();
    thief.say(Some(doc), &Event::Printed { by }).await;
    assert!(!sees(&thief, doc).await);
    assert_eq!(pull(&thief, doc).await.unwrap_err(), Code::NotFound);
}

#[tokio::test]
async fn pages_go_on_where_they_ended() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (doc, by) = (Uuid::now_v7(), tablet.person());
    let entries: Vec<_> = (0..25).map(|_| tablet.write(Some(doc), &Event::Printed { by })).collect();
    tablet.push(&entries).await.unwrap();
    let mut cursor = Cursor { subject: doc, after: None };
    let mut got = Vec::new();
    loop {
        let pull = Pull { subjects: vec![cursor], limit: 10 };
        let page: Page = tablet.post("/v1/pull", &pull).await.unwrap();
        got.extend(page.entries.into_iter().map(|logged| logged.entry));
        cursor = page.cursors.first().copied().unwrap_or(cursor);
        if !page.more {
            break;
        }
    }
    assert_eq!(got, entries, "bytes and order as they were written");
    let response = |etag: Option<String>| {
        let mut request = tablet.http.get(format!("{}/v1/manifest", site.url()));
        request = request.bearer_auth(tablet.token.as_ref().unwrap());
        if let Some(etag) = etag {
            request = request.header("if-none-match", etag);
        }
        request.send()
    };
    let first = response(None).await.unwrap();
    let etag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(response(Some(etag)).await.unwrap().status(), 304);
}

#[tokio::test]
async fn the_register_is_read_from_both_ends() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (customer, by) = (customer(), tablet.person());
    let docs: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    for doc in &docs {
        tablet.say(Some(*doc), &created(&job(None, customer.id), &customer, by)).await;
    }
    let newest: RegisterPage = admin.get("/v1/register?limit=2").await.unwrap();
    assert!(newest.more);
    assert_eq!(newest.rows.iter().map(|row| row.doc).collect::<Vec<_>>(), [docs[4], docs[3]]);
    let older: RegisterPage =
        admin.get(&format!("/v1/register?before={}", newest.rows[1].head)).await.unwrap();
    assert_eq!(older.rows.iter().map(|row| row.doc).collect::<Vec<_>>(), [docs[2], docs[1], docs[0]]);
    tablet.say(Some(docs[0]), &Event::Printed { by }).await;
    let changed: RegisterPage =
        admin.get(&format!("/v1/register?after={}", newest.rows[0].head)).await.unwrap();
    assert_eq!(changed.rows.iter().map(|row| row.doc).collect::<Vec<_>>(), [docs[0]]);
}

fn frozen(file: &[u8], by: Uuid) -> Event {
    Event::Frozen(Box::new(FrozenRevision {
        number: "SS-2026-T7-00001".into(),
        revision: 0,
        content_hash: ContentHash(Digest::of(b"content")),
        file: FileHash::of(file),
        pages: 1,
        size: file.len() as u64,
        template: TemplateRef { id: "standard".into(), hash: Digest::default() },
        slots: vec!["technician".into()],
        edits: None,
        by,
    }))
}

/// Would turn red if a file that comes after its document were news to nobody, or a page of changes stood still.
#[tokio::test]
async fn changes_without_an_entry_are_heard_of() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (customer, by) = (customer(), tablet.person());
    let (file, other) = (b"%PDF sealed".to_vec(), Uuid::now_v7());
    let doc = Uuid::now_v7();
    for doc in [doc, other] {
        tablet.say(Some(doc), &created(&job(Some(by), customer.id), &customer, by)).await;
    }
    tablet.say(Some(doc), &frozen(&file, by)).await;
    let newest: RegisterPage = admin.get("/v1/register").await.unwrap();
    let change = newest.change.unwrap();
    assert!(newest.rows.iter().all(|row| !row.file_here));
    let changes = async |after: u64, limit: u32| -> RegisterPage {
        admin.get(&format!("/v1/register?changes={after}&limit={limit}")).await.unwrap()
    };
    let nothing = changes(change, 10).await;
    assert_eq!((nothing.rows.len(), nothing.more, nothing.change), (0, false, Some(change)));
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    tablet.say(Some(other), &Event::DraftDiscarded { by }).await;
    let first = changes(change, 1).await;
    assert!(first.more);
    let second = changes(first.change.unwrap(), 1).await;
    assert!(!second.more);
    let rows: Vec<_> = first.rows.iter().chain(&second.rows).collect();
    assert_eq!(rows.iter().map(|row| (row.doc, row.file_here)).collect::<Vec<_>>(), [(doc, true)]);
    let head = newest.rows.iter().find(|row| row.doc == doc).unwrap().head;
    assert_eq!(rows[0].head, head, "its place by entries is what it was");
    let removed: Vec<Uuid> = first.removed.into_iter().chain(second.removed).collect();
    assert_eq!(removed, [other]);
    let refused = admin.get::<RegisterPage>("/v1/register?changes=1&after=1").await.unwrap_err();
    assert_eq!(refused.code, Code::BadRequest);
}

#[tokio::test]
async fn what_is_erased_is_gone_and_what_is_held_stays() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (customer, by) = (customer(), tablet.person());
    let (held, free) = (Uuid::now_v7(), Uuid::now_v7());
    let mut ids = Vec::new();
    for doc in [held, free] {
        ids.push(tablet.say(Some(doc), &created(&job(Some(by), customer.id), &customer, by)).await.id);
    }
    let by = admin.person();
    let reason = "lawsuit".to_owned();
    admin.say(Some(held), &Event::LegalHold { on: true, reason, by }).await;
    for (doc, id) in [held, free].into_iter().zip(&ids) {
        let erased = Event::Erased { entries: vec![*id], rule: "ten years".into(), kept: None, by };
        admin.say(Some(doc), &erased).await;
    }
    let body = |page: Page| page.entries.into_iter().map(|logged| logged.entry.body).next().unwrap();
    assert!(body(pull(&tablet, held).await.unwrap()).is_some(), "a hold is stronger than a rule");
    assert!(body(pull(&tablet, free).await.unwrap()).is_none());
    // The office does not get it back from a tablet that still has it, and a technician cannot erase.
    let page: RegisterPage = admin.get("/v1/register").await.unwrap();
    let name = |doc| page.rows.iter().find(|row| row.doc == doc).map(|row| row.customer_name.clone());
    assert_eq!(name(held).as_deref(), Some("Lind AB"));
    assert_ne!(name(free).as_deref(), Some("Lind AB"));
    let by = tablet.person();
    let mine = Event::Erased { entries: vec![ids[0]], rule: "mine".into(), kept: None, by };
    tablet.say(Some(free), &mine).await;
    assert!(body(pull(&tablet, held).await.unwrap()).is_some());
}

/// Red if a job that the office let in stayed out of its technician's sight, one that it put out again stayed in, or a
/// clock that ran a year ahead went on giving a job away for a year.
#[tokio::test]
async fn who_sees_a_job_follows_what_the_office_answers() {
    const YEAR_MS: u64 = 365 * 24 * 3600 * 1000;
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let anna = site.device(&admin, Role::Technician).await;
    let mut desk = site.device(&admin, Role::Office).await;
    let mut auditor = site.device(&admin, Role::Auditor).await;
    let bert = site.device(&admin, Role::Technician).await;
    let mine = job(Some(anna.person()), Uuid::now_v7());
    admin.say(None, &Event::JobSaved(Box::new(mine.clone()))).await;
    let given =
        |to: &Device| Event::JobSaved(Box::new(Job { technician: Some(to.person()), ..mine.clone() }));
    let aside = auditor.say(None, &given(&bert)).await.id;
    assert!(sees(&anna, mine.id).await && !sees(&bert, mine.id).await, "beyond an auditor's rights");
    for accept in [true, false, true] {
        let (reason, by) = ("he stood in".to_owned(), admin.person());
        admin.say(None, &Event::QuarantineAnswered { entry: aside, accept, reason, by }).await;
        assert_eq!((sees(&anna, mine.id).await, sees(&bert, mine.id).await), (!accept, accept));
    }
    desk.hlc = Hlc::at(admin.hlc.millis() + YEAR_MS);
    desk.say(None, &given(&anna)).await;
    assert!(!sees(&bert, mine.id).await, "theirs is the last word");
    let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
    admin.hlc = Hlc::at(now + 1);
    admin.say(None, &given(&bert)).await;
    assert!(sees(&bert, mine.id).await, "but it is of today");
}
