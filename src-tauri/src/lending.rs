//! Copies of sealed files lent to the viewers of the system.
//!
//! Nothing readable lies outside the database for longer than needed: a copy is made only on request, in a private
//! folder among the system's temporary files, and is removed when the program ends or, after a crash, starts again.

use crate::system;
use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
    sync::{Mutex, PoisonError},
};

/// First part of the folder's name; the process id follows.
const PREFIX: &str = "fieldseal-lent-";

/// The folder of lent copies, made with the first of them.
#[derive(Debug, Default)]
pub struct Lending {
    folder: Mutex<Option<PathBuf>>,
}

impl Lending {
    /// Nothing is lent. What a run before left behind is removed.
    #[must_use]
    pub fn new() -> Self {
        remove_leftovers(&env::temp_dir());
        Self::default()
    }

    /// Lends a copy: a file of that name that other programs of this user may read.
    ///
    /// # Errors
    /// As the system says.
    pub fn lend(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = match &*folder {
            Some(folder) => folder.clone(),
            None => folder.insert(make_folder(&env::temp_dir())?).clone(),
        };
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        system::make_private_file(&path)?.write_all(bytes)?;
        Ok(path)
    }

    /// Takes everything back. What cannot be removed now is removed at the next start.
    pub fn take_back(&self) {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(folder) = folder {
            remove(&folder);
        }
    }
}

/// A new private folder. A name that somebody else has taken is not used: its owner could swap files in it.
fn make_folder(parent: &Path) -> io::Result<PathBuf> {
    let mut error = io::Error::from(io::ErrorKind::AlreadyExists);
    for attempt in 0..100_u32 {
        let folder = parent.join(format!("{PREFIX}{}-{attempt}", process::id()));
        match system::make_private_folder(&folder) {
            Ok(()) => return Ok(folder),
            Err(refused) => error = refused,
        }
    }
    Err(error)
}

fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)).and_then(|rest| rest.split('-').next());
        let left = owner.and_then(|id| id.parse().ok()).is_some_and(|id: u32| !system::is_running(id));
        if left && entry.file_type().is_ok_and(|sort| sort.is_dir()) {
            remove(&entry.path());
        }
    }
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        tracing::warn!(%error, "a lent copy could not be removed");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_lent_copy_is_gone_after_it_is_taken_back() {
        let lending = Lending::default();
        let path = lending.lend("sheet.pdf", b"first").unwrap();
        let again = lending.lend("sheet.pdf", b"second").unwrap();
        assert_eq!(path, again);
        assert_eq!(fs::read(&path).unwrap(), b"second", "an older copy must not be shown for a newer one");
        lending.take_back();
        assert!(!path.exists() && !path.parent().unwrap().exists());
    }

    #[test]
    fn leftovers_of_a_dead_run_are_removed_and_those_of_a_living_one_are_not() {
        let parent = tempfile::tempdir().unwrap();
        // No process has this number: it is above the largest that Linux gives.
        let dead = parent.path().join(format!("{PREFIX}4294967295-0"));
        let living = parent.path().join(format!("{PREFIX}{}-0", process::id()));
        let foreign = parent.path().join("fieldseal-lent-else");
        for folder in [&dead, &living, &foreign] {
            fs::create_dir(folder).unwrap();
        }
        remove_leftovers(parent.path());
        assert!(!dead.exists() && foreign.exists());
        assert_eq!(living.exists(), cfg!(target_os = "linux"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_a_lent_copy() {
        use std::os::unix::fs::PermissionsExt as _;
        let lending = Lending::default();
        let path = lending.lend("private.pdf", b"x").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o077, 0);
        lending.take_back();
    }
}
