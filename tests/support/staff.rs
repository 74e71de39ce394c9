//! People of an office at their desks and tablets: who administers, who joins, and waiting for each other.

use crate::{office::Office, tablet::Tablet};
use fieldseal_app::{
    AppError,
    view::{
        admin::{StaffDevice, StaffPerson},
        central::ConnectRequest,
        sync::SyncPhase,
    },
};
use fieldseal_domain::{Language, role::Role};
use std::{
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Asks until it is so.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "still not: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A tablet that was set up alone and then connected by a link.
#[must_use]
pub fn connected(link: &str) -> Tablet {
    let tablet = Tablet::set_up();
    let request = ConnectRequest { address: link.to_owned(), code: String::new(), another: false };
    tablet.app.connect(&request).unwrap();
    tablet
}

/// The first administrator, at a desk of their own.
#[must_use]
pub fn administrator(office: &Office) -> Tablet {
    let desk = connected(&office.invitation());
    until("the administrator's role", || (desk.status().role == Role::Admin).then_some(()));
    desk
}

/// Waits until the office has everything and nothing is under way.
pub fn synced(tablet: &Tablet) {
    until("everything at the office", || {
        let view = tablet.app.sync_view().unwrap();
        (view.phase == SyncPhase::Synced && view.queue.is_empty()).then_some(())
    });
}

/// Waits until the whole of a document is at a desk.
pub fn brought(desk: &Tablet, doc: Uuid) {
    until("the document with its file", || {
        desk.app.sync_now();
        desk.app.bring(doc).ok()?.then_some(())
    });
}

/// Somebody to be added.
#[must_use]
pub fn newcomer(name: &str, role: Role) -> StaffPerson {
    StaffPerson { id: Uuid::nil(), name: name.into(), language: Language::Sv, role, active: true }
}

/// A person of this role with a device of their own.
#[must_use]
pub fn colleague(admin: &Tablet, name: &str, role: Role) -> Tablet {
    let person = admin.app.save_staff(&newcomer(name, role)).unwrap();
    let code = admin.app.make_code(person.id).unwrap();
    let desk = connected(&code.link);
    synced(&desk);
    until("the role", || (desk.status().role == role).then_some(()));
    desk
}

/// The code of a refusal.
#[must_use]
pub fn code_of<T: std::fmt::Debug>(answer: Result<T, AppError>) -> &'static str {
    answer.unwrap_err().code()
}

/// The device of this code, as the administrator sees it.
#[must_use]
pub fn device_of(admin: &Tablet, code: &str) -> StaffDevice {
    admin.app.staff().unwrap().devices.into_iter().find(|device| device.code == code).unwrap()
}
