//! Checks a sealed PDF with no server and without trusting us: file and root certificate in,
//! graded verdict in plain words out.
//!
//! All judging is done by `fieldseal-seal`; this crate reads files and finds words.

mod receipt;
mod report;
mod words;

use std::path::PathBuf;

use fieldseal_seal::CertificateError;
use fieldseal_seal::certificates::read_certificates;
use fieldseal_seal::verify::{Verdict, VerifyOptions, verify};
use jiff::Timestamp;
use receipt::Registration;
use serde::Serialize;

/// What the command line asks.
#[derive(Debug, clap::Parser)]
#[command(
    name = "fieldseal-verify",
    version,
    about = "Checks a PDF sealed by Fieldseal: is it whole, and who sealed it?"
)]
pub struct Arguments {
    /// The sealed PDF.
    pub file: PathBuf,
    /// Root certificate of the firm (PEM or DER); may be given several times.
    #[arg(long, required = true)]
    pub root: Vec<PathBuf>,
    /// Receipt of the register for this file.
    #[arg(long)]
    pub receipt: Option<PathBuf>,
    /// Print the verdict as JSON.
    #[arg(long)]
    pub json: bool,
    /// Judge certificates at this moment, for example 2026-01-31T12:00:00Z (default: now).
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

/// Why no verdict could be given at all.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// A file cannot be read.
    #[error("The file {path} cannot be read")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// A root file holds no certificate.
    #[error("The root file {path} holds no certificate")]
    NoRoot {
        /// Which.
        path: PathBuf,
        /// Cause.
        #[source]
        source: CertificateError,
    },
    /// The verdict cannot be written as JSON.
    #[error("The verdict cannot be written")]
    Json(#[from] serde_json::Error),
}

impl AskError {
    /// The sentence for standard error, with its cause.
    #[must_use]
    pub fn in_words(&self) -> String {
        let cause = std::error::Error::source(self);
        cause.map_or_else(|| format!("{self}."), |cause| format!("{self}: {cause}."))
    }
}

/// A verdict, ready to print.
#[derive(Debug)]
pub struct Answer {
    /// Whole, valid and trusted, and the receipt, if one was given, fits.
    pub is_good: bool,
    /// Words or JSON.
    pub text: String,
}

#[derive(Serialize)]
struct JsonVerdict<'a> {
    good: bool,
    judged_at: Timestamp,
    #[serde(flatten)]
    verdict: &'a Verdict,
    register: &'a Registration,
}

/// Reads the files and judges. `now` is used where no moment is given.
///
/// # Errors
/// [`AskError`] when a file cannot be read; a bad PDF is no error but a verdict.
pub fn answer(arguments: &Arguments, now: Timestamp) -> Result<Answer, AskError> {
    let pdf = read(&arguments.file)?;
    let mut roots = Vec::new();
    for path in &arguments.root {
        let bytes = read(path)?;
        roots.extend(
            read_certificates(&bytes).map_err(|source| AskError::NoRoot { path: path.clone(), source })?,
        );
    }
    let at = arguments.at.unwrap_or(now);
    let receipt = arguments.receipt.as_deref().map(read).transpose()?;
    let options = VerifyOptions { roots, at };
    let verdict = verify(&pdf, &options);
    let register = receipt::judge(receipt.as_deref(), &verdict, &options);
    let is_good = verdict.is_good() && !register.is_wrong();
    let text = if arguments.json {
        let (verdict, register) = (&verdict, &register);
        serde_json::to_string_pretty(&JsonVerdict { good: is_good, judged_at: at, verdict, register })?
    } else {
        report::in_words(&verdict, &register)
    };
    Ok(Answer { is_good, text })
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, AskError> {
    std::fs::read(path).map_err(|source| AskError::Unreadable { path: path.to_owned(), source })
}
