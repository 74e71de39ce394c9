//! What the office does not have yet, as one file to carry there by hand, and its way in.

use super::{connect, side::Side};
use crate::{
    app::App,
    error::{AppError, Result},
    view::admin::BroughtView,
};
use fieldseal_domain::role::Role;
use fieldseal_sync::{Engine, HttpCentral, Parcel, ParcelError, read_parcel, write_parcel};
use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write as _},
    path::Path,
    sync::Arc,
};

impl App {
    /// Writes what was not sent to `path`; an existing file is replaced only by a whole new one. Nothing here changes
    /// by it: it is sent all the same when the network returns.
    ///
    /// # Errors
    /// [`crate::AppError::File`], or what the database says.
    pub fn save_unsent(&self, path: &Path) -> Result<Parcel> {
        let part = path.with_extension("part");
        let written = self.at_work(|desk, _| {
            let mut out = BufWriter::new(File::create(&part)?);
            let parcel = write_parcel(&desk.store, &mut out)?;
            out.flush()?;
            out.get_ref().sync_all()?;
            fs::rename(&part, path)?;
            Ok(parcel)
        });
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }

    /// Brings to the office's server what a colleague's tablet saved as a file. The entries prove themselves, so nobody
    /// has to trust the stick; what the server has already is kept once. The whole file is read before anything is
    /// sent.
    ///
    /// # Errors
    /// [`AppError::NotForRole`], [`AppError::NoOffice`], [`AppError::File`], [`AppError::Parcel`]; what was brought
    /// before it stays with the server.
    pub fn bring_parcel(self: &Arc<Self>, path: &Path) -> Result<BroughtView> {
        let membership = self.at_office(Role::works_register, |desk, _| {
            desk.identity.central.clone().ok_or(AppError::NoOffice)
        })?;
        read_parcel(&mut BufReader::new(File::open(path)?))?;
        let address = connect::address(&membership.url, membership.server_key)?;
        let central = HttpCentral::new(address).map_err(AppError::Office)?;
        let engine = Engine::new(central, Side { app: Arc::clone(self) });
        let mut file = BufReader::new(File::open(path)?);
        let Parcel { entries, files } = connect::wait(engine.bring_parcel(&mut file))??;
        self.sync_now();
        Ok(BroughtView { entries: small(entries), files: small(files) })
    }
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl From<ParcelError> for AppError {
    fn from(error: ParcelError) -> Self {
        match error {
            ParcelError::Io(error) => Self::File(error),
            ParcelError::Store(error) => error.into(),
            other => Self::Parcel(other),
        }
    }
}
