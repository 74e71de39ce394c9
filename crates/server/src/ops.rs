//! What an administrator does from the command line: backup, restore, doctor.

use crate::{
    config,
    files::{FileError, Files},
    organisation,
    server::StartError,
    store::{self, DATABASE, JournalHealth, Store},
};
use fieldseal_domain::Digest;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Files of one page.
const PAGE: u32 = 1000;

/// What a restore brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Entries in the log.
    pub entries: u64,
    /// Files.
    pub files: usize,
}

/// What the doctor found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Each journal.
    pub journals: Vec<JournalHealth>,
    /// What is wrong; empty when nothing is.
    pub findings: Vec<String>,
}

/// Copies database, keys, configuration and files into a new folder. The database first: every file it speaks of is
/// then still there to be copied.
///
/// # Errors
/// When a folder is not what it should be, or the system refuses.
pub async fn backup(data: &Path, to: &Path) -> Result<usize, StartError> {
    if !data.join(DATABASE).exists() {
        return Err(other(format!("{} is no folder of a server", data.display())));
    }
    expect_empty(to)?;
    organisation::make_folder(to)?;
    store::copy_database(data, &to.join(DATABASE))?;
    copy_small(data, to)?;
    let files = copy_files(&data.join("blobs"), &to.join("blobs"))?;
    Ok(files)
}

/// Makes a folder of a server out of a backup, and begins a new epoch of the log. Files that the backup does not have
/// are sent again by the devices.
///
/// # Errors
/// As [`backup`].
pub async fn restore(from: &Path, data: &Path) -> Result<Restored, StartError> {
    if !from.join(DATABASE).exists() {
        return Err(other(format!("{} is no backup", from.display())));
    }
    expect_empty(data)?;
    organisation::make_folder(data)?;
    store::copy_database(from, &data.join(DATABASE))?;
    copy_small(from, data)?;
    let files = copy_files(&from.join("blobs"), &data.join("blobs"))?;
    let store = Store::open(data)?;
    store.new_epoch().await?;
    store.forget_blobs(missing(&store, &Files::open(data)?).await?).await?;
    let entries = store.size().await?;
    Ok(Restored { entries, files })
}

/// Reads the whole log and every file, and compares each with its hash.
///
/// # Errors
/// When the folder cannot be opened.
pub async fn doctor(data: &Path) -> Result<Report, StartError> {
    if !data.join(DATABASE).exists() {
        return Err(other(format!("{} is no folder of a server", data.display())));
    }
    let store = Store::open(data)?;
    let (journals, mut findings) = store.examine().await?;
    for journal in &journals {
        findings.extend(journal.findings.iter().map(|finding| format!("{}: {finding}", journal.device)));
    }
    findings.extend(wrong_files(&store, &Files::open(data)?).await?);
    Ok(Report { journals, findings })
}

/// Files that the database says are here, and are gone, changed or unreadable.
async fn wrong_files(store: &Store, files: &Files) -> Result<Vec<String>, StartError> {
    let (mut findings, mut after) = (Vec::new(), None);
    loop {
        let page = store.blobs_after(after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(findings) };
        after = Some(*last);
        for (sha256, _) in &page {
            match files.is_right(*sha256).await {
                Ok(Some(true)) => {}
                Ok(Some(false)) => findings.push(format!("the file {sha256} was changed")),
                Ok(None) => findings.push(format!("the file {sha256} is gone")),
                // One bad sector must not hide what is wrong elsewhere.
                Err(error) => findings.push(format!("the file {sha256} cannot be read: {error}")),
            }
        }
    }
}

/// Files that the database says are here, and are not, or not in their size.
async fn missing(store: &Store, files: &Files) -> Result<Vec<Digest>, StartError> {
    let here: std::collections::BTreeMap<Digest, u64> = files.list().await?.into_iter().collect();
    let mut gone = Vec::new();
    let mut after = None;
    loop {
        let page = store.blobs_after(after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(gone) };
        after = Some(*last);
        gone.extend(
            page.iter().filter(|(sha256, size)| here.get(sha256) != Some(size)).map(|(sha256, _)| *sha256),
        );
    }
}

fn other(text: String) -> StartError {
    StartError::Io(io::Error::other(text))
}

fn expect_empty(folder: &Path) -> Result<(), StartError> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(other(format!("{} is not empty: name a new folder", folder.display()))),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Keys, certificate, configuration.
fn copy_small(from: &Path, to: &Path) -> Result<(), StartError> {
    for name in [organisation::FILE, config::FILE, "tls.crt", "tls.key"] {
        match fs::read(from.join(name)) {
            Ok(bytes) => organisation::write_secret(&to.join(name), &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Files are never changed once they are there, so copying them beside a running server is safe.
fn copy_files(from: &Path, to: &Path) -> Result<usize, StartError> {
    let mut copied = 0;
    let mut folders: Vec<PathBuf> = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(from.join(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        fs::create_dir_all(to.join(&folder))?;
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if entry.file_name().to_string_lossy().parse::<Digest>().is_ok() {
                fs::copy(from.join(&path), to.join(&path))?;
                copied += 1;
            }
        }
    }
    Ok(copied)
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        Self::other(error)
    }
}
