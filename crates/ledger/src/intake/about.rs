//! What an entry is about: its subject, the files it mentions, and what it changes in who may see what.

use crate::{Change, SubjectKind, job_of};
use fieldseal_domain::{
    Digest,
    content::Content,
    event::{Event, Header, ReadEvent},
};
use serde_json::Value;
use uuid::Uuid;

/// What the tables beside the log need to know of an entry.
#[derive(Debug)]
pub(super) struct About {
    pub(super) subject: Uuid,
    pub(super) kind: SubjectKind,
    pub(super) blobs: Vec<Digest>,
    pub(super) change: Option<Change>,
}

/// Nobody but office roles needs it, until more is known.
impl Default for About {
    fn default() -> Self {
        Self { subject: Uuid::max(), kind: SubjectKind::Office, blobs: Vec::new(), change: None }
    }
}

impl About {
    pub(super) fn of(header: &Header, event: Option<&ReadEvent>) -> Self {
        let mut about = match event {
            Some(ReadEvent::Known(event)) => Self::of_event(event),
            Some(ReadEvent::Unknown | ReadEvent::Erased) | None => Self::default(),
        };
        if let Some(doc) = header.doc {
            (about.subject, about.kind) = (doc, SubjectKind::Document);
        }
        about
    }

    fn of_event(event: &Event) -> Self {
        match event {
            Event::JournalOpened { .. }
            | Event::RoleGranted { .. }
            | Event::DeviceRevoked { .. }
            | Event::RootAdmitted { .. } => Self::on(Uuid::nil(), SubjectKind::Everyone),
            Event::Recovered(recovered) => match recovered.inner() {
                Ok(inner) => Self::of(&inner.header, Some(&inner.event)),
                Err(_) => Self::default(),
            },
            Event::QuarantineAnswered { entry, accept, .. } => {
                Self::default().changing(Change::Answer { entry: *entry, accept: *accept })
            }
            Event::Erased { entries, .. } => {
                Self::default().changing(Change::Erase { entries: entries.clone() })
            }
            Event::FirmSaved(firm) => {
                let logo = firm.logo.as_ref().and_then(|text| text.parse().ok());
                Self::on(Uuid::nil(), SubjectKind::Everyone).with_blobs(logo)
            }
            Event::PersonSaved(person) => Self::on(person.id, SubjectKind::Person),
            Event::CustomerSaved(customer) => Self::on(customer.id, SubjectKind::Customer),
            Event::EquipmentSaved(equipment) => Self::on(equipment.id, SubjectKind::Equipment)
                .changing(Change::Equipment { customer: equipment.customer }),
            Event::JobSaved(job) => Self::on(job.id, SubjectKind::Job).changing(Change::Job {
                technician: job.technician,
                customer: job.customer,
                equipment: job.equipment,
            }),
            Event::Created { content, origin, .. } => Self::default()
                .with_blobs(photos(content))
                .changing(Change::Document { job: job_of(origin.as_ref()), customer: content.customer.id }),
            Event::FieldsChanged { changes, .. } => {
                let mut found = Vec::new();
                changes.values().for_each(|change| digests_in(&change.value, &mut found));
                let mut about = Self::default().with_blobs(found);
                let named = changes.iter().find_map(|(pointer, change)| customer_in(pointer, &change.value));
                about.change = named.map(|customer| Change::Customer { customer });
                about
            }
            Event::Frozen(frozen) => Self::default().with_blobs([frozen.file.0]),
            Event::Signed(signed) => Self::default().with_blobs([signed.sealed.0]),
            Event::Closed { sealed, .. } => Self::default().with_blobs([sealed.0]),
            Event::DraftDiscarded { .. }
            | Event::TakenBack { .. }
            | Event::HandedOver { .. }
            | Event::LanguageChanged { .. }
            | Event::Shown { .. }
            | Event::RemarkAdded { .. }
            | Event::NotSigned { .. }
            | Event::HandedBack { .. }
            | Event::WrongPin { .. }
            | Event::Cancelled { .. }
            | Event::Voided { .. }
            | Event::VoidConfirmed { .. }
            | Event::VoidWithdrawn { .. }
            | Event::AcceptanceCleared { .. }
            | Event::ConflictResolved { .. }
            | Event::LegalHold { .. }
            | Event::Printed { .. }
            | Event::Exported { .. }
            | Event::Verified { .. } => Self::default(),
        }
    }

    fn on(subject: Uuid, kind: SubjectKind) -> Self {
        Self { subject, kind, ..Self::default() }
    }

    fn with_blobs(mut self, blobs: impl IntoIterator<Item = Digest>) -> Self {
        self.blobs.extend(blobs);
        self
    }

    fn changing(mut self, change: Change) -> Self {
        self.change = Some(change);
        self
    }
}

fn photos(content: &Content) -> impl Iterator<Item = Digest> {
    content.photos.iter().map(|photo| photo.sha256)
}

/// The customer that a changed part of a document names.
fn customer_in(pointer: &str, value: &Value) -> Option<Uuid> {
    let id = match pointer {
        "/customer" => value.get("id")?,
        "/customer/id" => value,
        _ => return None,
    };
    id.as_str()?.parse().ok()
}

/// Photos in a changed part of a document: whatever is called `sha256` there.
fn digests_in(value: &Value, found: &mut Vec<Digest>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| digests_in(item, found)),
        Value::Object(map) => {
            found.extend(
                map.get("sha256").and_then(Value::as_str).and_then(|text| text.parse::<Digest>().ok()),
            );
            map.values().for_each(|item| digests_in(item, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
