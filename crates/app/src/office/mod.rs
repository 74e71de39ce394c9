//! The office's use cases: the register, what leaves it, what is decided in it. Each asks for a role.

mod decide;
mod export;
mod import;
mod moves;
mod paper;
mod queue;
mod register;
mod table;

pub use export::ExportSink;
pub use import::{ImportReport, Imported, Refusal};

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Result},
};
use fieldseal_domain::role::Role;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Setting: a role for whoever works with this device, whatever the server says.
pub(crate) const ROLE: &str = "role";
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
    /// The role of a person here: their own, else the device's, else technician.
    pub(crate) fn role(&self, person: Uuid) -> Result<Role> {
        let roles: BTreeMap<Uuid, Role> = self.setting(ROLES)?.unwrap_or_default();
        match roles.get(&person) {
            Some(role) => Ok(*role),
            None => match self.setting(ROLE)? {
                Some(role) => Ok(role),
                // What the central server said when this device last spoke with it.
                None => {
                    Ok(self.store.read().peer()?.and_then(|peer| role_named(&peer.role)).unwrap_or_default())
                }
            },
        }
    }

    /// Gives a person of a tablet without a server a role.
    pub(crate) fn give_role(&mut self, person: Uuid, role: Role) -> Result<()> {
        let mut roles: BTreeMap<Uuid, Role> = self.setting(ROLES)?.unwrap_or_default();
        roles.insert(person, role);
        self.save_setting(ROLES, &roles)
    }
}

fn role_named(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.name() == name)
}
