//! The other program that seals PDFs: pyHanko, on the same files with the same key and certificates.

use crate::{Outcome, device::Tablet};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// What pyHanko needed for one file.
#[derive(Debug, Clone, Deserialize)]
pub struct PyHanko {
    /// Median CPU time in milliseconds.
    pub median_ms: f64,
    /// The figure in words, with the program's version.
    pub said: String,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Asks `bench/pyhanko_seal.py`; an empty list when the project's Python tools are not installed.
///
/// # Errors
/// When it is installed and fails: a peer that cannot be measured must not look like one that is missing.
pub fn pyhanko(folder: &Path, tablet: &Tablet, files: [&Path; 2]) -> Outcome<Vec<PyHanko>> {
    let python = repository().join(".venv/bin/python");
    if !python.exists() {
        eprintln!("pyHanko is not installed: no peer is measured (make bench installs it)");
        return Ok(Vec::new());
    }
    // Version byte, Ed25519 seed, P-256 scalar: a key made from a fixed seed, for this measurement only.
    let secret = tablet.keys.to_secret_bytes();
    let scalar = secret.get(33..).ok_or("the device's keys have another form")?;
    let identity = folder.join("identity.json");
    let value = serde_json::json!({
        "p256_scalar": hex::encode(scalar),
        "certificate": hex::encode(&tablet.certificates.p256),
        "issuer": hex::encode(&tablet.certificates.issuer),
    });
    std::fs::write(&identity, value.to_string())?;
    let script = repository().join("bench/pyhanko_seal.py");
    let output = Command::new(python).arg(script).arg(&identity).args(files).output()?;
    if !output.status.success() {
        return Err(format!("pyhanko_seal.py: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
