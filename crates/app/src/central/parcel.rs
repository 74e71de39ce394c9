//! What the office does not have yet, as one file to carry there by hand.

use crate::{app::App, error::Result};
use fieldseal_sync::{Parcel, ParcelError, write_parcel};
use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
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
            let parcel = write_parcel(&desk.store, &mut out).map_err(|error| match error {
                ParcelError::Io(error) => crate::AppError::File(error),
                ParcelError::Store(error) => error.into(),
                other => crate::AppError::File(std::io::Error::other(other)),
            })?;
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
}
