//! The office's use cases: the register, what leaves it, what is decided in it. Each asks for a role.

mod decide;
mod export;
mod import;
mod moves;
mod paper;
mod register;
mod retention;
mod table;

pub use export::ExportSink;
pub use import::{ImportReport, Imported, Refusal};
pub(crate) use moves::reason_of;

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Result},
};
use fieldseal_domain::role::Role;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Setting: roles of people on a tablet without a server.
pub(crate) const ROLES: &str = "roles";

impl App {
    /// Work of a person with a role that allows it.
    pub(crate) fn at_office<T>(
        &self,
        allows: fn(Role) -> bool,
        work: impl FnOnce(&mut Desk, Uuid) -> Result<T>,
    ) -> Result<T> {
        self.at_work(|desk, person| {
            if !allows(desk.role(person)?) {
                return Err(AppError::NotForRole);
            }
            work(desk, person)
        })
    }
}

impl Desk {
    /// The role of a person here: what the server says of the device's person; without a server what the tablet says.
    pub(crate) fn role(&self, person: Uuid) -> Result<Role> {
        if let Some(membership) = &self.identity.central {
            if membership.person != person {
                // The server says who they are; others who sign in here are technicians.
                return Ok(Role::default());
            }
            let peer = self.store.read().peer()?;
            return Ok(peer.and_then(|peer| Role::named(&peer.role)).unwrap_or(membership.role));
        }
        let roles: BTreeMap<Uuid, Role> = self.setting(ROLES)?.unwrap_or_default();
        Ok(roles.get(&person).copied().unwrap_or_default())
    }

    /// Gives a person of a tablet without a server a role.
    pub(crate) fn give_role(&mut self, person: Uuid, role: Role) -> Result<()> {
        let mut roles: BTreeMap<Uuid, Role> = self.setting(ROLES)?.unwrap_or_default();
        roles.insert(person, role);
        self.save_setting(ROLES, &roles)
    }
}
