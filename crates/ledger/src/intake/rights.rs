//! Which role may write which event. An entry beyond its writer's rights is kept, and waits for the office.

use crate::Journal;
use fieldseal_domain::{
    event::{Event, Header, ReadEvent},
    role::Role,
};

/// Whether the writer of this journal may do this.
pub(super) fn may(journal: &Journal, org: &str, header: &Header, event: &Event) -> bool {
    // What a device wrote before it was enrolled names its own root as organisation, and it was alone then.
    let before_enrolment = header.org != org;
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
