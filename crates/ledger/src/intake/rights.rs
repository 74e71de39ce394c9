//! Which role may write which event. An entry beyond its writer's rights is kept, and waits for the office.

use crate::Journal;
use fieldseal_domain::{
    event::{Event, Header, ReadEvent},
    role::Role,
};

/// Whether this role may let in what was set aside: what it may say itself.
pub(crate) fn may_let_in(role: Role, event: &ReadEvent) -> bool {
    match event {
        ReadEvent::Known(event) => has(role, needed(event)),
        ReadEvent::Unknown | ReadEvent::Erased => true,
    }
}

/// Whether the writer of this journal may do this.
pub(super) fn may(journal: &Journal, org: &str, header: &Header, event: &Event) -> bool {
    // What a device wrote before it was enrolled names its own root as organisation, and it was alone then.
    let before_enrolment = header.org != org;
    // Devices take a thing from any entry that they get: it must stand where its own sight is asked for.
    if is_hidden_thing(header, event) {
        return false;
    }
    match journal.role {
        // The server's own.
        None => journal.person.is_none(),
        // Its firm counts for everybody only as long as no administrator has said anything.
        Some(_) if before_enrolment => {
            matches!(event, Event::FirmSaved(_)) || matches!(needed(event), Right::Look | Right::Field)
        }
        Some(role) => has(role, needed(event)),
    }
}

/// Something by name, as part of a document.
fn is_hidden_thing(header: &Header, event: &Event) -> bool {
    match event {
        Event::FirmSaved(_)
        | Event::PersonSaved(_)
        | Event::CustomerSaved(_)
        | Event::EquipmentSaved(_)
        | Event::JobSaved(_) => header.doc.is_some(),
        Event::Recovered(recovered) => recovered.inner().is_ok_and(|inner| match &inner.event {
            ReadEvent::Known(event) => {
                is_hidden_thing(header, event) || is_hidden_thing(&inner.header, event)
            }
            ReadEvent::Unknown | ReadEvent::Erased => false,
        }),
        _ => false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    /// To look at sealed files.
    Look,
    /// Work at a customer, and the things it needs.
    Field,
    /// Work in the register.
    Register,
    /// Decisions about signed documents.
    Decide,
    /// People and devices.
    Administer,
}

fn has(role: Role, right: Right) -> bool {
    match right {
        Right::Look => true,
        Right::Field => role == Role::Technician || role.works_register(),
        Right::Register => role.works_register(),
        Right::Decide => role.decides(),
        Right::Administer => role.administers(),
    }
}

fn needed(event: &Event) -> Right {
    match event {
        Event::JournalOpened { .. }
        | Event::Printed { .. }
        | Event::Exported { .. }
        | Event::Verified { .. } => Right::Look,
        Event::PersonSaved(_)
        | Event::CustomerSaved(_)
        | Event::EquipmentSaved(_)
        | Event::JobSaved(_)
        | Event::Created { .. }
        | Event::FieldsChanged { .. }
        | Event::DraftDiscarded { .. }
        | Event::Frozen(_)
        | Event::TakenBack { .. }
        | Event::HandedOver { .. }
        | Event::LanguageChanged { .. }
        | Event::Shown { .. }
        | Event::RemarkAdded { .. }
        | Event::Signed(_)
        | Event::NotSigned { .. }
        | Event::HandedBack { .. }
        | Event::WrongPin { .. }
        | Event::Closed { .. }
        | Event::Cancelled { .. } => Right::Field,
        Event::AcceptanceCleared { .. }
        | Event::ConflictResolved { .. }
        | Event::QuarantineAnswered { .. } => Right::Register,
        Event::Voided { .. }
        | Event::VoidConfirmed { .. }
        | Event::VoidWithdrawn { .. }
        | Event::Erased { .. }
        | Event::LegalHold { .. } => Right::Decide,
        Event::FirmSaved(_)
        | Event::RoleGranted { .. }
        | Event::DeviceRevoked { .. }
        | Event::RootAdmitted { .. } => Right::Administer,
        Event::Recovered(recovered) => match recovered.inner().map(|inner| inner.event) {
            Ok(ReadEvent::Known(event)) => needed(&event),
            Ok(ReadEvent::Unknown | ReadEvent::Erased) | Err(_) => Right::Field,
        },
    }
}
