//! What a technician's device says about things that are not in its sight, or are so no more.

use crate::support::{Device, Site, created, customer, job, verdict};
use fieldseal_domain::{
    event::{Change, Event},
    language::Language,
    party::{Customer, Equipment, Job, Person},
    role::Role,
};
use fieldseal_wire::{
    QuarantineReason, Verdict,
    pull::Manifest,
    push::{Acked, Push},
};
use serde_json::{Value, json};
use uuid::Uuid;

const NOT_ALLOWED: Verdict = Verdict::Quarantined(QuarantineReason::NotAllowed);

async fn sees(device: &Device, subject: Uuid) -> bool {
    let manifest: Manifest = device.get("/v1/manifest").await.unwrap();
    manifest.subjects.iter().any(|head| head.subject == subject)
}

async fn said(device: &mut Device, doc: Option<Uuid>, event: &Event) -> Verdict {
    verdict(&device.say(doc, event).await)
}

fn saved(customer: &Customer) -> Event {
    Event::CustomerSaved(Box::new(customer.clone()))
}

fn owned(equipment: Uuid, customer: Uuid) -> Event {
    let equipment = Equipment { id: equipment, customer, kind: "pump".into(), ..Equipment::default() };
    Event::EquipmentSaved(Box::new(equipment))
}

fn given(job: &Job, technician: Option<Uuid>) -> Event {
    Event::JobSaved(Box::new(Job { technician, ..job.clone() }))
}

fn changed(pointer: &str, value: Value, by: Uuid) -> Event {
    Event::FieldsChanged { changes: [(pointer.to_owned(), Change { value, parent: None })].into(), by }
}

/// A firm with a job of Anna's: its customer, machine and a document that the office prepared.
struct Firm {
    site: Site,
    admin: Device,
    anna: Device,
    bert: Device,
    customer: Customer,
    pump: Uuid,
    job: Job,
    doc: Uuid,
}

impl Firm {
    async fn new() -> Self {
        Self::of(customer()).await
    }

    async fn of(customer: Customer) -> Self {
        let site = Site::new().await;
        let mut admin = site.admin().await;
        let mut anna = site.device(&admin, Role::Technician).await;
        let mut bert = site.device(&admin, Role::Technician).await;
        let (pump, doc) = (Uuid::now_v7(), Uuid::now_v7());
        let job = Job { equipment: Some(pump), ..job(Some(anna.person()), customer.id) };
        let by = admin.person();
        for (doc, event) in [
            (None, saved(&customer)),
            (None, owned(pump, customer.id)),
            (None, given(&job, job.technician)),
            (Some(doc), created(&job, &customer, by)),
        ] {
            assert_eq!(said(&mut admin, doc, &event).await, Verdict::Accepted);
        }
        // What they write from now on is later, however short a millisecond is.
        (anna.hlc, bert.hlc) = (admin.hlc, admin.hlc);
        Self { site, admin, anna, bert, customer, pump, job, doc }
    }

    fn all(&self) -> [Uuid; 4] {
        [self.customer.id, self.pump, self.job.id, self.doc]
    }

    async fn give(&mut self, technician: Uuid) {
        let event = given(&self.job, Some(technician));
        assert_eq!(said(&mut self.admin, None, &event).await, Verdict::Accepted);
    }
}

/// Red if a tablet got other people's jobs, customers or documents into sight by claiming them, or could change them.
#[tokio::test]
async fn nobody_claims_what_is_not_in_their_sight() {
    let mut firm = Firm::new().await;
    let by = firm.bert.person();
    let thief = &mut firm.bert;
    let own = job(Some(by), firm.customer.id);
    let person = Person { id: firm.job.id, name: "Job".into(), language: Language::En, left: false };
    for (doc, event) in [
        (None, given(&firm.job, Some(by))),
        (None, given(&firm.job, None)),
        (None, saved(&firm.customer)),
        (None, owned(firm.pump, Uuid::now_v7())),
        (None, Event::PersonSaved(person)),
        (Some(firm.doc), created(&own, &firm.customer, by)),
        (Some(firm.doc), Event::DraftDiscarded { by }),
        (Some(firm.job.id), created(&own, &firm.customer, by)),
        // A thing that hides behind a document is one nevertheless.
        (Some(Uuid::now_v7()), given(&firm.job, Some(by))),
    ] {
        assert_eq!(said(thief, doc, &event).await, NOT_ALLOWED, "{event:?}");
    }
    for subject in firm.all() {
        assert!(sees(&firm.anna, subject).await && !sees(&firm.bert, subject).await);
    }
    firm.site.stop().await;
}

/// Red if a job, document or machine of one's own were a way to see a customer or machine of others, or if the office
/// could not open it.
#[tokio::test]
async fn own_work_for_a_strangers_customer_does_not_show_the_customer() {
    let mut firm = Firm::new().await;
    let by = firm.bert.person();
    let thief = &mut firm.bert;
    let own = Job { equipment: Some(firm.pump), ..job(Some(by), firm.customer.id) };
    let (doc, drawn, mine) = (Uuid::now_v7(), Uuid::now_v7(), customer());
    for (doc, event) in [
        (None, given(&own, Some(by))),
        (None, owned(Uuid::now_v7(), firm.customer.id)),
        (None, saved(&mine)),
        (Some(doc), created(&own, &firm.customer, by)),
        (Some(drawn), created(&own, &mine, by)),
        (Some(drawn), changed("/customer/id", json!(firm.customer.id), by)),
        (Some(drawn), changed("/customer", json!(firm.customer), by)),
    ] {
        assert_eq!(said(thief, doc, &event).await, Verdict::Accepted, "new things are free");
    }
    let _: Value = firm.admin.get("/v1/register").await.unwrap();
    for own in [own.id, doc, drawn, mine.id] {
        assert!(sees(&firm.bert, own).await);
    }
    for subject in firm.all() {
        assert!(!sees(&firm.bert, subject).await);
    }
    assert_eq!(said(&mut firm.admin, None, &given(&own, Some(by))).await, Verdict::Accepted);
    assert!(sees(&firm.bert, firm.customer.id).await && sees(&firm.bert, firm.pump).await);
    firm.site.stop().await;
}

/// Red if what was written before a job's leaving was heard of were lost, or brought the job back.
#[tokio::test]
async fn work_on_a_job_that_left_meanwhile_counts() {
    let mut firm = Firm::new().await;
    let by = firm.anna.person();
    let before = firm.anna.write(None, &given(&firm.job, Some(by)));
    firm.admin.hlc = firm.anna.hlc;
    firm.give(firm.bert.person()).await;
    firm.anna.hlc = firm.admin.hlc;
    assert_eq!(
        verdict(&firm.anna.push(&[before]).await.unwrap()),
        Verdict::Accepted,
        "the office's is later"
    );
    let new = Uuid::now_v7();
    for (doc, event) in [
        (Some(firm.doc), changed("/site", json!("Hall 2"), by)),
        (Some(firm.doc), Event::Printed { by }),
        (Some(new), created(&firm.job, &firm.customer, by)),
        (Some(new), Event::Printed { by }),
        (None, saved(&firm.customer)),
        (None, owned(firm.pump, firm.customer.id)),
    ] {
        assert_eq!(said(&mut firm.anna, doc, &event).await, Verdict::Accepted, "{event:?}");
    }
    for (doc, event) in [
        (None, given(&firm.job, None)),
        (None, owned(firm.pump, Uuid::now_v7())),
        (Some(firm.doc), created(&job(Some(by), firm.customer.id), &firm.customer, by)),
    ] {
        assert_eq!(said(&mut firm.anna, doc, &event).await, NOT_ALLOWED, "{event:?}");
    }
    assert!(sees(&firm.anna, new).await && sees(&firm.bert, new).await);
    assert!(sees(&firm.bert, firm.doc).await && !sees(&firm.anna, firm.doc).await);
    // What was begun after the job had left was never in her sight.
    let later = Uuid::now_v7();
    firm.admin.say(Some(later), &created(&firm.job, &firm.customer, by)).await;
    assert_eq!(said(&mut firm.anna, Some(later), &Event::Printed { by }).await, NOT_ALLOWED);
    firm.site.stop().await;
}

/// Red if jobs of nobody could not be taken, or a customer named in one were shown to nobody.
#[tokio::test]
async fn a_job_of_nobody_is_taken_and_done() {
    let mut firm = Firm::new().await;
    let by = firm.bert.person();
    let free = job(None, firm.customer.id);
    firm.admin.say(None, &given(&free, None)).await;
    assert!(sees(&firm.bert, firm.customer.id).await);
    let doc = Uuid::now_v7();
    for (doc, event) in [
        (None, given(&free, Some(by))),
        (None, saved(&firm.customer)),
        (None, owned(firm.pump, firm.customer.id)),
        (Some(doc), created(&free, &firm.customer, by)),
        (None, given(&job(Some(by), firm.customer.id), Some(by))),
    ] {
        assert_eq!(said(&mut firm.bert, doc, &event).await, Verdict::Accepted);
    }
    for subject in [free.id, firm.customer.id, firm.pump, doc] {
        assert!(sees(&firm.bert, subject).await);
    }
    firm.site.stop().await;
}

/// Red if what a tablet brings from before its enrolment were strange to its own technician.
#[tokio::test]
async fn what_was_there_before_enrolment_goes_on() {
    let (shared, mine, pump, doc) = (customer(), customer(), Uuid::now_v7(), Uuid::now_v7());
    let (mut alone, by) = (Device::new(""), Uuid::now_v7());
    let own = Job { equipment: Some(pump), ..job(Some(by), mine.id) };
    let entries = [
        // Two that read the same table gave its customers the same ids: the office's is later.
        alone.write(None, &saved(&Customer { city: "Iasi".into(), ..shared.clone() })),
        alone.write(None, &saved(&mine)),
        alone.write(None, &owned(pump, mine.id)),
        alone.write(None, &given(&own, Some(by))),
        alone.write(Some(doc), &created(&own, &mine, by)),
    ];
    let firm = Firm::of(shared).await;
    let mut tablet = Device::new(&firm.site.url());
    let code = firm.site.code(&firm.admin, Role::Technician).await;
    tablet.enrol(&code.code, &[alone.as_predecessor(&tablet)]).await.unwrap();
    tablet.sign_in().await.unwrap();
    for entry in entries {
        let push = Push { journal: alone.name.clone(), entries: vec![entry] };
        let acked: Acked = tablet.post("/v1/push", &push).await.unwrap();
        assert_eq!(verdict(&acked), Verdict::Accepted);
    }
    let there = tablet.person();
    assert_eq!(said(&mut tablet, None, &given(&own, Some(there))).await, Verdict::Accepted);
    assert_eq!(said(&mut tablet, Some(doc), &Event::Printed { by: there }).await, Verdict::Accepted);
    for subject in [own.id, mine.id, pump, doc] {
        assert!(sees(&tablet, subject).await);
    }
    firm.site.stop().await;
}
