//! Files by their SHA-256: uploads grow in a staging folder from any byte on; what is whole and has the right hash goes
//! to the object store, a local folder by default.

use bytes::Bytes;
use fieldseal_domain::Digest;
use fieldseal_wire::blob::MAX_BLOB;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, WriteMultipart, local::LocalFileSystem,
    path::Path as Key,
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashSet,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    fs,
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
};

/// How long the next bytes of an upload may take: a half-open connection must not hold the file for long.
const PIECE_TIME: Duration = Duration::from_secs(30);

/// Why a file could not be taken or given.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Somebody else is sending it.
    #[error("somebody else is sending this file")]
    Busy,
    /// The upload stands elsewhere.
    #[error("the upload stands at {0}")]
    Offset(u64),
    /// More bytes than were announced, or than a file may have.
    #[error("the file is too large")]
    TooLarge,
    /// The whole file has another hash.
    #[error("the file has another hash")]
    Hash,
    /// The connection broke off; what came is kept.
    #[error("the connection broke off")]
    Broken,
    /// The disk.
    #[error("the disk refused")]
    Io(#[from] io::Error),
    /// The object store.
    #[error("the object store refused")]
    Store(#[from] object_store::Error),
}

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// So many bytes are here.
    Partial(u64),
    /// All of it, checked.
    Whole(u64),
}

/// The files.
#[derive(Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    staging: PathBuf,
    sending: Arc<Mutex<HashSet<Digest>>>,
}

impl Files {
    /// Opens both folders.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        let (whole, staging) = (folder.join("blobs"), folder.join("staging"));
        std::fs::create_dir_all(&whole)?;
        std::fs::create_dir_all(&staging)?;
        let store = LocalFileSystem::new_with_prefix(whole)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), staging, sending: Arc::default() })
    }

    /// Bytes of an unfinished upload that are here.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn offset(&self, sha256: Digest) -> Result<u64, FileError> {
        match fs::metadata(self.staged(sha256)).await {
            Ok(file) => Ok(file.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes bytes from `offset` on. When `size` bytes are here and their hash is right, the file is whole.
    ///
    /// # Errors
    /// [`FileError`]; what came before stays, unless the whole had another hash.
    pub async fn put<E>(
        &self,
        sha256: Digest,
        offset: u64,
        size: u64,
        piece: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
    ) -> Result<Upload, FileError> {
        if size > MAX_BLOB || offset > size {
            return Err(FileError::TooLarge);
        }
        let _turn = Turn::take(&self.sending, sha256)?;
        let mut stands = self.offset(sha256).await?;
        if stands > size {
            // Whatever that was, it was not this file.
            fs::remove_file(self.staged(sha256)).await?;
            stands = 0;
        }
        if stands != offset {
            return Err(FileError::Offset(stands));
        }
        let received = self.receive(sha256, offset, size, piece).await?;
        if received < size {
            return Ok(Upload::Partial(received));
        }
        self.finish(sha256).await?;
        Ok(Upload::Whole(size))
    }

    async fn receive<E>(
        &self,
        sha256: Digest,
        offset: u64,
        size: u64,
        mut piece: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
    ) -> Result<u64, FileError> {
        let path = self.staged(sha256);
        let mut file = fs::File::options().create(true).truncate(false).write(true).open(path).await?;
        file.seek(io::SeekFrom::Start(offset)).await?;
        let mut at = offset;
        let outcome = loop {
            match tokio::time::timeout(PIECE_TIME, piece.next()).await {
                Ok(None) => break Ok(at),
                Ok(Some(Ok(bytes))) => {
                    let after = at.saturating_add(bytes.len() as u64);
                    if after > size {
                        break Err(FileError::TooLarge);
                    }
                    file.write_all(&bytes).await?;
                    at = after;
                }
                Ok(Some(Err(_))) | Err(_) => break Err(FileError::Broken),
            }
        };
        file.flush().await?;
        file.sync_data().await?;
        outcome
    }

    async fn finish(&self, sha256: Digest) -> Result<(), FileError> {
        let path = self.staged(sha256);
        let reading = path.clone();
        let found = tokio::task::spawn_blocking(move || hash_file(&reading)).await;
        if found.map_err(io::Error::other)?? != sha256 {
            fs::remove_file(&path).await?;
            return Err(FileError::Hash);
        }
        let mut to = WriteMultipart::new(self.store.put_multipart(&key(sha256)).await?);
        let mut from = fs::File::open(&path).await?;
        let mut buffer = vec![0; 1024 * 1024];
        loop {
            let read = tokio::io::AsyncReadExt::read(&mut from, &mut buffer).await?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            to.wait_for_capacity(2).await?;
            to.write(bytes);
        }
        to.finish().await?;
        fs::remove_file(&path).await?;
        Ok(())
    }

    /// A range of a whole file.
    ///
    /// # Errors
    /// When the object store refuses.
    pub async fn read(
        &self,
        sha256: Digest,
        range: std::ops::Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes, object_store::Error>> + Send + 'static, FileError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.store.get_opts(&key(sha256), options).await?.into_stream())
    }

    /// All of a file, checked.
    ///
    /// # Errors
    /// [`FileError::Hash`] when it was changed on the disk.
    pub async fn whole(&self, sha256: Digest) -> Result<Bytes, FileError> {
        let bytes = self.store.get(&key(sha256)).await?.bytes().await?;
        if Digest::of(&bytes) == sha256 { Ok(bytes) } else { Err(FileError::Hash) }
    }

    /// Whether the bytes of a file are still those it is named by, read piece by piece; none when it is gone.
    ///
    /// # Errors
    /// When the object store refuses.
    pub async fn is_right(&self, sha256: Digest) -> Result<Option<bool>, FileError> {
        let mut bytes = match self.store.get(&key(sha256)).await {
            Ok(found) => found.into_stream(),
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut hasher = Sha256::new();
        while let Some(piece) = bytes.next().await {
            hasher.update(&piece?);
        }
        Ok(Some(Digest(hasher.finalize().into()) == sha256))
    }

    /// Deletes a file, whole or not.
    ///
    /// # Errors
    /// When the system or the object store refuses.
    pub async fn delete(&self, sha256: Digest) -> Result<(), FileError> {
        match fs::remove_file(self.staged(sha256)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        match self.store.delete(&key(sha256)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every file in the store, with its size.
    ///
    /// # Errors
    /// When the object store refuses.
    pub async fn list(&self) -> Result<Vec<(Digest, u64)>, FileError> {
        let all: Vec<_> = self.store.list(None).try_collect().await?;
        let named = all.iter().filter_map(|meta| {
            let name = meta.location.filename()?;
            name.parse().ok().map(|sha256| (sha256, meta.size))
        });
        Ok(named.collect())
    }

    fn staged(&self, sha256: Digest) -> PathBuf {
        self.staging.join(sha256.to_string())
    }
}

/// Two levels, so that no folder has millions of files.
fn key(sha256: Digest) -> Key {
    let name = sha256.to_string();
    let first: String = name.chars().take(2).collect();
    Key::from(format!("{first}/{name}"))
}

fn hash_file(path: &Path) -> io::Result<Digest> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
    }
    Ok(Digest(hasher.finalize().into()))
}

/// One sender per file; given back when the request ends, however it ends.
struct Turn {
    sending: Arc<Mutex<HashSet<Digest>>>,
    sha256: Digest,
}

impl Turn {
    fn take(sending: &Arc<Mutex<HashSet<Digest>>>, sha256: Digest) -> Result<Self, FileError> {
        let free = sending.lock().unwrap_or_else(PoisonError::into_inner).insert(sha256);
        if free { Ok(Self { sending: Arc::clone(sending), sha256 }) } else { Err(FileError::Busy) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.sending.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.sha256);
    }
}
