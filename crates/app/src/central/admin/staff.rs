//! People, their codes and devices.

use super::{qr, small};
use crate::{
    app::App,
    central::hours::Hours,
    error::{AppError, Lack, Result},
    office::reason_of,
    view::admin::{DeviceStanding, NewCode, StaffDevice, StaffPerson, StaffView},
};
use fieldseal_domain::{language::Language, role::Role, text};
use fieldseal_sync::wire::admin::{DeviceRow, PersonRow};
use std::{cmp::Reverse, sync::Arc};
use uuid::Uuid;

impl App {
    /// Everybody in the firm, and every device with what it said beside what the server has.
    ///
    /// # Errors
    /// [`AppError::NotForRole`], [`AppError::NoOffice`], [`AppError::Office`].
    pub fn staff(self: &Arc<Self>) -> Result<StaffView> {
        let (people, devices) = self.ask_office(Role::sees_register, async |admin| {
            Ok((admin.people().await?, admin.devices().await?))
        })?;
        let here = self.at_work(|desk, _| Ok(desk.identity.device.clone()))?;
        let hours = Hours::of(&*self.parts.clock);
        let mut devices: Vec<StaffDevice> =
            devices.into_iter().map(|row| device(row, &here, &hours)).collect();
        // What somebody has to look at comes first.
        devices.sort_by_key(|device| (Reverse(weight(device)), device.person_name.clone()));
        Ok(StaffView { people: people.into_iter().map(person).collect(), devices })
    }

    /// Adds a person (nil id) or changes one.
    ///
    /// # Errors
    /// As [`App::staff`]; [`AppError::Missing`] without a name.
    pub fn save_staff(self: &Arc<Self>, person_view: &StaffPerson) -> Result<StaffPerson> {
        let name = text::clean(&person_view.name).trim().to_owned();
        if name.is_empty() {
            return Err(AppError::Missing(Lack::Person));
        }
        let id = if person_view.id.is_nil() { Uuid::now_v7() } else { person_view.id };
        let row = PersonRow {
            person: id,
            name,
            language: person_view.language.code().to_owned(),
            role: person_view.role,
            active: person_view.active,
        };
        self.ask_office(Role::administers, async |admin| admin.put_person(&row).await).map(person)
    }

    /// A one-time code for a person's next device.
    ///
    /// # Errors
    /// As [`App::staff`].
    pub fn make_code(self: &Arc<Self>, person: Uuid) -> Result<NewCode> {
        let code = self.ask_office(Role::administers, async |admin| admin.make_code(person).await)?;
        Ok(NewCode {
            qr: qr::view(&code.link),
            expires: Hours::of(&*self.parts.clock).time(Some(code.expires_ms)),
            code: code.code,
            link: code.link,
        })
    }

    /// Lets a person choose a new PIN at their tablet's next exchange.
    ///
    /// # Errors
    /// As [`App::staff`].
    pub fn reset_staff_pin(self: &Arc<Self>, person: Uuid) -> Result<()> {
        self.ask_office(Role::decides, async |admin| admin.reset_pin(person).await)
    }

    /// Ends what a device may do. What it had signed before can still arrive, and waits for an answer.
    ///
    /// # Errors
    /// As [`App::staff`]; [`AppError::Missing`] without a reason; [`AppError::NotAllowed`] for the device one sits at.
    pub fn revoke_device(self: &Arc<Self>, device: &str, reason: &str) -> Result<()> {
        let reason = reason_of(reason)?;
        let own = self.at_office(Role::decides, |desk, _| Ok(desk.identity.device == device))?;
        if own {
            return Err(AppError::NotAllowed);
        }
        self.ask_office(Role::decides, async |admin| admin.revoke(device, &reason).await)
    }

    /// Vouches for a journal whose key is lost.
    ///
    /// # Errors
    /// As [`App::staff`].
    pub fn approve_journal(self: &Arc<Self>, journal: &str) -> Result<()> {
        self.ask_office(Role::decides, async |admin| admin.approve(journal).await)
    }
}

fn person(row: PersonRow) -> StaffPerson {
    StaffPerson {
        id: row.person,
        name: row.name,
        language: language(&row.language),
        role: row.role,
        active: row.active,
    }
}

/// A language of a later program is shown as English until this one knows it.
fn language(code: &str) -> Language {
    Language::ALL.into_iter().find(|language| language.code() == code).unwrap_or_default()
}

fn device(row: DeviceRow, here: &str, hours: &Hours) -> StaffDevice {
    let missing = row.said_n.saturating_sub(row.n);
    // What it called unsent, without what has come since.
    let unsent = row.unsynced_signatures.saturating_sub(row.signatures_since);
    let unsent = if missing == 0 { 0 } else { unsent };
    let standing = match (row.revoked_ms, row.seen_ms) {
        (Some(_), _) => DeviceStanding::Revoked,
        (None, None) => DeviceStanding::New,
        (None, Some(_)) if missing > 0 => DeviceStanding::Behind,
        (None, Some(_)) => DeviceStanding::Even,
    };
    StaffDevice {
        this_one: row.device == here,
        said_signed: small(row.signatures.saturating_add(unsent)),
        here_signed: small(row.signatures),
        missing_entries: small(missing),
        oldest_unsent: hours.time(row.oldest_unsynced_ms.filter(|_| missing > 0)),
        seen: hours.time(row.seen_ms),
        revoked: hours.time(row.revoked_ms),
        unproven: row.continues.filter(|_| row.unproven),
        id: row.device,
        code: row.device_code,
        label: row.label,
        person: row.person,
        person_name: row.person_name,
        app_version: row.app_version,
        standing,
    }
}

/// How much a device wants to be looked at.
fn weight(device: &StaffDevice) -> u8 {
    match device.standing {
        _ if device.unproven.is_some() => 3,
        DeviceStanding::Behind => 2,
        DeviceStanding::Even | DeviceStanding::New => 1,
        DeviceStanding::Revoked => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn seen(row: DeviceRow, here: &str) -> StaffDevice {
        device(row, here, &Hours(TimeZone::UTC))
    }

    fn row() -> DeviceRow {
        DeviceRow {
            device: "d".into(),
            device_code: "T7".into(),
            label: "tablet".into(),
            person: Uuid::nil(),
            person_name: "Ana".into(),
            continues: None,
            unproven: false,
            n: 20,
            said_n: 24,
            unsynced_signatures: 3,
            oldest_unsynced_ms: Some(0),
            signed_here: 2,
            signatures: 6,
            signatures_since: 2,
            seen_ms: Some(1000),
            app_version: String::new(),
            revoked_ms: None,
        }
    }

    #[test]
    fn both_sides_of_what_was_signed_are_told() {
        let behind = seen(row(), "other");
        assert_eq!((behind.said_signed, behind.here_signed, behind.missing_entries), (7, 6, 4));
        assert_eq!(behind.standing, DeviceStanding::Behind);
        assert!(!behind.oldest_unsent.is_empty());
        // It sent all it had named: what it said then is no news.
        let even = seen(DeviceRow { n: 24, signatures_since: 0, ..row() }, "d");
        assert_eq!((even.said_signed, even.here_signed, even.standing), (6, 6, DeviceStanding::Even));
        assert!(even.this_one && even.oldest_unsent.is_empty());
    }

    #[test]
    fn a_device_that_never_called_is_new_and_a_revoked_one_stays_so() {
        let new = DeviceRow { seen_ms: None, said_n: 0, ..row() };
        assert_eq!(seen(new, "").standing, DeviceStanding::New);
        let revoked = DeviceRow { revoked_ms: Some(5), ..row() };
        assert_eq!(seen(revoked, "").standing, DeviceStanding::Revoked);
    }
}
