//! Keys and certificates of the organisation: root, issuing authority, the log's key and that of the server's own
//! journal. They lie in one file that only the server's user may read.

use fieldseal_domain::Digest;
use fieldseal_seal::{
    Authority, CertificateError, DeviceCertificates, DeviceKeys, DevicePublicKeys, chain,
    log::{Checkpoint, LogKey, origin, sign_checkpoint},
};
use fieldseal_wire::Bytes;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};
use zeroize::Zeroizing;

/// Name of the file in the data folder.
pub const FILE: &str = "keys.json";
const FORMAT: &str = "fieldseal/server-keys/v1";

/// Begin of all certificates: a tablet with a clock set back must still find them valid.
const CERTIFICATES_BEGIN: jiff::civil::Date = jiff::civil::date(2026, 1, 1);

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the file of keys ({FILE}) cannot be reached")]
    Io(#[from] io::Error),
    /// Others may read it.
    #[error("others may read {FILE}: run chmod 600 on it, and think about who may have read the keys")]
    Readable,
    /// It is not one of ours.
    #[error("{FILE} is not a file of keys")]
    Format(#[source] serde_json::Error),
    /// It is of another version.
    #[error("{FILE} is of another version of the program")]
    Version,
    /// A key in it is none.
    #[error("{FILE} is damaged")]
    Damaged,
    /// A certificate cannot be made.
    #[error("a certificate cannot be made")]
    Certificate(#[from] CertificateError),
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    format: String,
    root: Bytes,
    issuing: Bytes,
    log: Bytes,
    log_certificate: Bytes,
    journal: Bytes,
}

/// The organisation.
pub struct Organisation {
    root: Authority,
    issuing: Authority,
    log: LogKey,
    log_certificate: Vec<u8>,
    journal: DeviceKeys,
    journal_key: [u8; 32],
}

impl std::fmt::Debug for Organisation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Organisation({})", self.org())
    }
}

impl Organisation {
    /// Reads the keys; makes them when the folder has none.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn open(folder: &Path, name: &str) -> Result<Self, KeyError> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => {
                check_mode(&path)?;
                Self::read(&Zeroizing::new(bytes))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let new = Self::make(name)?;
                new.write(&path)?;
                Ok(new)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn make(name: &str) -> Result<Self, KeyError> {
        let (mut rng, begin) = (rng(), begin()?);
        let root = Authority::make(&mut rng, name, begin)?;
        let issuing = root.issue_ca(&mut rng, begin)?;
        let log = LogKey::make(&mut rng);
        let log_certificate = issuing.issue_log(&mut rng, &log, begin)?;
        Self::of(root, issuing, log, log_certificate, DeviceKeys::make(&mut rng))
    }

    fn of(
        root: Authority,
        issuing: Authority,
        log: LogKey,
        log_certificate: Vec<u8>,
        journal: DeviceKeys,
    ) -> Result<Self, KeyError> {
        let journal_key = journal.public().map_err(|_| KeyError::Damaged)?.ed25519_raw;
        Ok(Self { root, issuing, log, log_certificate, journal, journal_key })
    }

    fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let file: KeyFile = serde_json::from_slice(bytes).map_err(KeyError::Format)?;
        if file.format != FORMAT {
            return Err(KeyError::Version);
        }
        let log = LogKey::from_secret_bytes(&file.log.0).map_err(|_| KeyError::Damaged)?;
        let journal = DeviceKeys::from_secret_bytes(&file.journal.0).map_err(|_| KeyError::Damaged)?;
        let (root, issuing) =
            (Authority::from_secret_bytes(&file.root.0)?, Authority::from_secret_bytes(&file.issuing.0)?);
        Self::of(root, issuing, log, file.log_certificate.0, journal)
    }

    fn write(&self, path: &Path) -> Result<(), KeyError> {
        let file = KeyFile {
            format: FORMAT.to_owned(),
            root: self.root.to_secret_bytes().as_slice().into(),
            issuing: self.issuing.to_secret_bytes().as_slice().into(),
            log: self.log.to_secret_bytes().as_slice().into(),
            log_certificate: self.log_certificate.clone().into(),
            journal: self.journal.to_secret_bytes().as_slice().into(),
        };
        let bytes = Zeroizing::new(serde_json::to_vec_pretty(&file).map_err(KeyError::Format)?);
        write_secret(path, &bytes)?;
        Ok(())
    }

    /// Organisation: hex SHA-256 of the root certificate.
    #[must_use]
    pub fn org(&self) -> String {
        Digest::of(self.root.root_der()).to_string()
    }

    /// Root certificate, DER.
    #[must_use]
    pub fn root_der(&self) -> &[u8] {
        self.root.root_der()
    }

    /// Certificate of the log's key, DER.
    #[must_use]
    pub fn log_certificate(&self) -> &[u8] {
        &self.log_certificate
    }

    /// Key of the server's own journal.
    #[must_use]
    pub fn journal_key(&self) -> [u8; 32] {
        self.journal_key
    }

    /// Certifies the keys of a device.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn issue(
        &self,
        keys: &DevicePublicKeys,
        device: &str,
    ) -> Result<DeviceCertificates, CertificateError> {
        let begin = begin().map_err(|_| CertificateError::Date)?;
        self.issuing.issue_device(&mut rng(), keys, device, begin)
    }

    /// Signs an entry of the server's own journal.
    #[must_use]
    pub fn sign_header(&self, header: &[u8]) -> (Digest, [u8; 64]) {
        let (id, signature) = chain::sign_header(&self.journal, header);
        (id, signature.0)
    }

    /// A checkpoint of the log, signed.
    #[must_use]
    pub fn checkpoint(&self, size: u64, root: Digest) -> String {
        sign_checkpoint(&self.log, &Checkpoint { origin: origin(&self.org()), size, root })
    }
}

fn begin() -> Result<jiff::Timestamp, KeyError> {
    let begin = CERTIFICATES_BEGIN.to_zoned(jiff::tz::TimeZone::UTC);
    Ok(begin.map_err(|_| CertificateError::Date)?.timestamp())
}

fn rng() -> impl CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// Makes a folder that only the server's user may open; one that is there stays as it is.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    private_folder(&mut builder);
    builder.create(path)
}

#[cfg(unix)]
fn private_folder(builder: &mut fs::DirBuilder) {
    use std::os::unix::fs::DirBuilderExt as _;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn private_folder(_builder: &mut fs::DirBuilder) {}

/// Complete, or not there at all; readable by the server's user alone.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut options = fs::File::options();
    options.create(true).truncate(true).write(true);
    private(&mut options);
    let mut file = options.open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)
}

#[cfg(unix)]
fn private(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_options: &mut fs::OpenOptions) {}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::Readable) }
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<(), KeyError> {
    Ok(())
}
