//! The office's administration: what a role may ask of the server, asked over the device's own keys.
//!
//! The role is looked at here first, so that nobody waits for a refusal; the server looks again. The database is free
//! while the network is waited for.

mod mail;
mod qr;
mod set_aside;
mod staff;

use super::{connect, side::Side};
use crate::{
    app::App,
    error::{AppError, Result},
};
use fieldseal_domain::role::Role;
use fieldseal_sync::{Admin, HttpCentral, wire::CallError};
use std::sync::Arc;

impl App {
    /// Asks the office's server something this role may ask.
    fn ask_office<T>(
        self: &Arc<Self>,
        allows: fn(Role) -> bool,
        ask: impl AsyncFnOnce(&Admin<'_, Side>) -> std::result::Result<T, CallError>,
    ) -> Result<T> {
        let membership =
            self.at_office(allows, |desk, _| desk.identity.central.clone().ok_or(AppError::NoOffice))?;
        let address = connect::address(&membership.url, membership.server_key)?;
        let central = HttpCentral::new(address).map_err(AppError::Office)?;
        let side = Side { app: Arc::clone(self) };
        let answer = connect::wait(async {
            let admin = Admin::sign_in(&central, &side).await?;
            ask(&admin).await
        })?;
        answer.map_err(AppError::Office)
    }
}

/// A count for the screens.
fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
