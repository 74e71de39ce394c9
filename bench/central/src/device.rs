//! Devices that write what a technician's day leaves in a journal.

use crate::{
    Outcome,
    serve::Child,
    support::{Device, created, customer, job},
};
use fieldseal_domain::{event::Event, role::Role};
use fieldseal_wire::{
    WireEntry,
    admin::{CodeRequest, EnrolmentCode, PersonRow},
};
use uuid::Uuid;

/// Events about one document.
const OF_DOCUMENT: usize = 10;

/// The first administrator, signed in.
pub async fn administrator(server: &Child) -> Outcome<Device> {
    enrolled(server, &server.code).await
}

/// A new technician, signed in.
pub async fn technician(server: &Child, admin: &Device) -> Outcome<Device> {
    let person = Uuid::now_v7();
    let row = PersonRow {
        person,
        name: "Radu Exemplaru".into(),
        language: "ro".into(),
        role: Role::Technician,
        active: true,
    };
    let refused = |refusal: fieldseal_wire::Refusal| refusal.to_string();
    admin.post::<PersonRow>("/v1/people", &row).await.map_err(refused)?;
    let code: EnrolmentCode = admin.post("/v1/codes", &CodeRequest { person }).await.map_err(refused)?;
    enrolled(server, &code.code).await
}

async fn enrolled(server: &Child, code: &str) -> Outcome<Device> {
    let mut device = Device::new(&server.url);
    device.enrol(code, &[]).await.map_err(|refusal| refusal.to_string())?;
    device.sign_in().await.map_err(|refusal| refusal.to_string())?;
    Ok(device)
}

/// The next events of a journal: documents, begun and shown.
pub fn day(device: &mut Device, events: usize) -> Vec<WireEntry> {
    let (customer, by) = (customer(), device.person());
    let job = job(Some(by), customer.id);
    let mut entries = Vec::with_capacity(events);
    let mut doc = Uuid::now_v7();
    for n in 0..events {
        let event = if n.is_multiple_of(OF_DOCUMENT) {
            doc = Uuid::now_v7();
            created(&job, &customer, by)
        } else {
            Event::Shown { pages: vec![1, 2], as_text: false }
        };
        entries.push(device.write(Some(doc), &event));
    }
    entries
}
