//! Who may say what: what goes beyond it is set aside, and stays so until somebody answers who may say it themselves.

use crate::support::{Device, Site, config, created, customer, job, verdict};
use fieldseal_domain::{
    event::Event,
    language::Language,
    party::{Firm, Person},
    role::Role,
};
use fieldseal_server::{Clock, start};
use fieldseal_wire::{
    QuarantineReason, Verdict,
    admin::{CodeRequest, EnrolmentCode, PersonRow},
    push::{Acked, Push},
    register::RegisterPage,
};
use uuid::Uuid;

const NOT_ALLOWED: Verdict = Verdict::Quarantined(QuarantineReason::NotAllowed);

async fn said(device: &mut Device, doc: Option<Uuid>, event: &Event) -> Verdict {
    verdict(&device.say(doc, event).await)
}

fn row(person: Uuid, name: &str, role: Role, active: bool) -> PersonRow {
    PersonRow { person, name: name.into(), language: "en".into(), role, active }
}

/// Red if what somebody wrote whose account is switched off counted all the same, or counted no more once they are back.
#[tokio::test]
async fn who_is_switched_off_delivers_and_nothing_of_it_counts() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let (by, customer) = (tablet.person(), customer());
    let sheet = created(&job(Some(by), customer.id), &customer, by);
    assert_eq!(said(&mut tablet, Some(Uuid::now_v7()), &sheet).await, Verdict::Accepted);
    admin.post::<PersonRow>("/v1/people", &row(by, "one", Role::Technician, false)).await.unwrap();
    let off = said(&mut tablet, Some(Uuid::now_v7()), &sheet).await;
    assert_eq!(off, Verdict::Quarantined(QuarantineReason::Revoked));
    let page: RegisterPage = admin.get("/v1/register").await.unwrap();
    assert_eq!(page.rows.len(), 1, "what was written before still counts");
    admin.post::<PersonRow>("/v1/people", &row(by, "one", Role::Technician, true)).await.unwrap();
    assert_eq!(said(&mut tablet, Some(Uuid::now_v7()), &sheet).await, Verdict::Accepted);
}

fn answer(entry: &Acked, accept: bool, by: &Device) -> Event {
    Event::QuarantineAnswered { entry: entry.id, accept, reason: "seen".into(), by: by.person() }
}

/// Red if a clerk could decide about signed documents by answering, alone, with a colleague or beforehand.
#[tokio::test]
async fn only_who_may_say_it_lets_it_in() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let mut clerk = site.device(&admin, Role::Office).await;
    let mut other = site.device(&admin, Role::Office).await;
    let mut manager = site.device(&admin, Role::Manager).await;
    let (doc, by, customer) = (Uuid::now_v7(), clerk.person(), customer());
    said(&mut clerk, Some(doc), &created(&job(None, customer.id), &customer, by)).await;
    let hold = Event::LegalHold { on: true, reason: "mine".into(), by };
    let beyond = clerk.say(Some(doc), &hold).await;
    assert_eq!(verdict(&beyond), NOT_ALLOWED);
    for own in [&mut clerk, &mut other] {
        let accept = answer(&beyond, true, own);
        assert_eq!(said(own, Some(doc), &accept).await, NOT_ALLOWED);
    }
    // An answer that was set aside stays one, whoever lets it in.
    let accept = answer(&beyond, true, &other);
    let second = other.say(Some(doc), &accept).await;
    let third = answer(&second, true, &clerk);
    said(&mut clerk, Some(doc), &third).await;
    let held = async || site.running.server.store().document(doc).await.unwrap().unwrap().legal_hold;
    assert!(!held().await, "nobody who decides has let it in");
    let refuse = answer(&beyond, false, &other);
    assert_eq!(said(&mut other, Some(doc), &refuse).await, Verdict::Accepted);
    let accept = answer(&beyond, true, &manager);
    assert_eq!(said(&mut manager, Some(doc), &accept).await, Verdict::Accepted);
    assert!(held().await);

    // Nobody lets in what they wrote themselves, but an administrator.
    let own = Event::FirmSaved(Firm { name: "Ours".into(), ..Firm::default() });
    for (device, expected) in [(&mut manager, NOT_ALLOWED), (&mut admin, Verdict::Accepted)] {
        let unread = device.write_raw(Some(doc), "teleported", true, b"{}".to_vec());
        let aside = device.push(&[unread]).await.unwrap();
        let accept = answer(&aside, true, device);
        assert_eq!(said(device, Some(doc), &accept).await, expected);
    }
    // Nor what is not there yet.
    let later = clerk.write(None, &own);
    let early = Event::QuarantineAnswered { entry: clerk.head, accept: true, reason: String::new(), by };
    assert_eq!(said(&mut other, None, &early).await, NOT_ALLOWED);
    assert_eq!(verdict(&clerk.push(&[later]).await.unwrap()), NOT_ALLOWED);
}

/// Red if a new journal that names a made-up organisation had the rights of one from before its enrolment.
#[tokio::test]
async fn a_new_journal_is_the_organisations() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let firm = Event::FirmSaved(Firm { name: "Mine".into(), ..Firm::default() });
    let mut auditor = site.device(&admin, Role::Auditor).await;
    let own = auditor.person();
    auditor.org = "0".repeat(64);
    let (doc, customer) = (Uuid::now_v7(), customer());
    assert_eq!(said(&mut auditor, None, &firm).await, NOT_ALLOWED);
    let sheet = created(&job(None, customer.id), &customer, own);
    assert_eq!(said(&mut auditor, Some(doc), &sheet).await, NOT_ALLOWED);
    assert_eq!(said(&mut auditor, None, &Event::Printed { by: own }).await, NOT_ALLOWED);
    let hum = auditor.write_raw(None, "hummed", false, b"{}".to_vec());
    assert_eq!(verdict(&auditor.push(&[hum]).await.unwrap()), NOT_ALLOWED);

    // What a tablet wrote while it stood alone names its own root, and counts.
    let mut alone = Device::new(&site.url());
    let entries = vec![alone.write(None, &firm)];
    let mut tablet = Device::new(&site.url());
    let code = site.code(&admin, Role::Technician).await;
    tablet.enrol(&code.code, &[alone.as_predecessor(&tablet)]).await.unwrap();
    tablet.sign_in().await.unwrap();
    let push = Push { journal: alone.name.clone(), entries };
    let acked: Acked = tablet.post("/v1/push", &push).await.unwrap();
    assert_eq!(verdict(&acked), Verdict::Accepted);
}

/// Red if a server that is started again showed whoever reads its output the way in as another administrator.
#[tokio::test]
async fn no_code_is_shown_while_an_administrator_is_there() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let second = row(Uuid::now_v7(), "Aaron", Role::Admin, true);
    admin.post::<PersonRow>("/v1/people", &second).await.unwrap();
    let folder = site.stop().await;
    let running = start(config(folder.path()), Clock::system()).await.unwrap();
    assert!(running.first_code().await.unwrap().is_none());
    running.stop().await.unwrap();
}

/// Red if a tablet could rename colleagues or say that they left, or if one could no longer say who it is itself.
#[tokio::test]
async fn the_office_says_who_people_are() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let mut clerk = site.device(&admin, Role::Office).await;
    let name = tablet.enrolled.as_ref().unwrap().person_name.clone();
    let me = Person { id: tablet.person(), name, language: Language::Ro, left: false };
    let saved = |person: &Person| Event::PersonSaved(person.clone());
    assert_eq!(said(&mut tablet, None, &saved(&me)).await, Verdict::Accepted);
    let renamed = Person { name: "Somebody".into(), ..me.clone() };
    let left = Person { left: true, ..me.clone() };
    let colleague = Person { id: admin.person(), name: "Administrator".into(), ..left.clone() };
    for beyond in [&renamed, &left, &colleague] {
        assert_eq!(said(&mut tablet, None, &saved(beyond)).await, NOT_ALLOWED);
    }
    // Not by way of a document or of a clerk's answer either.
    assert_eq!(said(&mut tablet, Some(Uuid::now_v7()), &saved(&renamed)).await, NOT_ALLOWED);
    assert_eq!(said(&mut clerk, None, &saved(&renamed)).await, NOT_ALLOWED);
    let aside = tablet.say(None, &saved(&colleague)).await;
    let accept = answer(&aside, true, &clerk);
    assert_eq!(said(&mut clerk, None, &accept).await, NOT_ALLOWED);
    assert_eq!(said(&mut admin, None, &saved(&renamed)).await, Verdict::Accepted);
    let unknown = Person { id: Uuid::now_v7(), ..renamed };
    for _ in 0..2 {
        assert_eq!(said(&mut tablet, None, &saved(&unknown)).await, Verdict::Accepted, "who stood alone");
    }
    let _: EnrolmentCode = admin.post("/v1/codes", &CodeRequest { person: me.id }).await.unwrap();
}
