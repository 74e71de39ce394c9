//! What a verification says: graded, one check at a time, with stable codes. Words are made by
//! whoever shows it.

use fieldseal_domain::acceptance::Acceptance;
use fieldseal_domain::{ContentHash, Digest, FileHash};
use serde::Serialize;

use super::changes::ChangeFault;
use super::content::ContentFault;
use super::layout::LayoutFault;
use crate::certificates::path::PathError;
use crate::cms::CoveredHash;
use crate::cms::read::CmsFault;

/// Are the bytes those that were signed?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Every byte is covered or has one possible value, and nothing was changed.
    Intact,
    /// Something was changed, added or is wrong.
    Changed,
    /// There is nothing to check: not a PDF, or no signature.
    CannotCheck,
}

/// Do the certificates lead to a given root?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Both leaves of every signature do, at the moment asked about.
    Trusted,
    /// At least one does not.
    NotTrusted,
    /// No signature or no root to compare with.
    CannotCheck,
}

/// Do the statements, the attached content and the pages fit together?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Statements {
    /// R, P, number, ink and device of every acceptance are those of this file.
    Agree,
    /// At least one is not.
    Contradict,
    /// No `document.json` or no acceptance in it: sealed, but not by this product's documents.
    NotAFieldsealDocument,
    /// There was nothing to compare.
    CannotCheck,
}

/// May more signatures follow?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// The closing signature was made.
    Closed,
    /// It was not made yet.
    Open,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// The file can be read and has signatures.
    File,
    /// Byte ranges, coverage, hexadecimal form.
    Layout,
    /// No signature dictionary hides outside the form.
    HiddenSignatures,
    /// Nothing by which the file could look different without a change.
    ActiveContent,
    /// Revisions do nothing but fill prepared fields.
    Changes,
    /// Nothing was signed after closing; the first signature certifies.
    Order,
    /// Form of the CMS.
    Cms,
    /// Digest of the covered bytes.
    Digest,
    /// P-256 signature.
    Signature,
    /// Ed25519 device seal.
    DeviceSeal,
    /// Path of the P-256 certificate.
    SignerTrust,
    /// Path of the Ed25519 certificate.
    SealTrust,
    /// Both certificates name the same device.
    DeviceId,
    /// Time stamp token.
    TimeStamp,
    /// The acceptance statement can be read.
    Acceptance,
    /// R.
    ContentHash,
    /// P.
    FileHash,
    /// Number and revision.
    Number,
    /// Slot.
    Slot,
    /// The sentence agreed to against its hash.
    Consent,
    /// Ink in the page against ink in the statement.
    Ink,
    /// Device in the statement against the certificates.
    StatedDevice,
    /// Closing statement only where the document is closed.
    StatedOutcome,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Right.
    Passed,
    /// Wrong.
    Failed,
    /// Could not be looked at; counts as not good.
    CannotCheck,
}

/// Why a check did not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Reason {
    /// The file as a whole.
    File(FileFault),
    /// Placement of bytes.
    Layout(LayoutFault),
    /// Changes between revisions.
    Change(ChangeFault),
    /// The signed message.
    Cms(CmsFault),
    /// Certificates.
    Path(PathError),
    /// Statements and content.
    Content(ContentFault),
}

/// What can be wrong with the file as a whole, and with devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFault {
    /// Not a PDF, or one that readers could understand differently.
    NotReadable,
    /// No signature in it.
    NoSignature,
    /// The leaves lead to two roots.
    TwoRoots,
    /// A certificate names no device.
    DeviceIdMissing,
    /// The two certificates name different devices.
    DeviceIdsDiffer,
    /// A time stamp is there, which this program does not judge.
    TimeStampNotJudged,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub id: CheckId,
    /// How it ended.
    pub outcome: Outcome,
    /// Why not, if it did not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// A detail for experts: an object, an offset, the parser's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Check {
    pub(super) const fn passed(id: CheckId) -> Self {
        Self { id, outcome: Outcome::Passed, reason: None, detail: None }
    }

    pub(super) const fn failed(id: CheckId, reason: Reason) -> Self {
        Self { id, outcome: Outcome::Failed, reason: Some(reason), detail: None }
    }

    pub(super) const fn cannot(id: CheckId, reason: Reason) -> Self {
        Self { id, outcome: Outcome::CannotCheck, reason: Some(reason), detail: None }
    }

    pub(super) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignatureVerdict {
    /// Field: the slot.
    pub field: String,
    /// Whether it closes the document.
    pub completion: Completion,
    /// The device's wall clock at the act, RFC 3339 (from /M).
    pub claimed_time: Option<String>,
    /// Device id of the certificates.
    pub device: Option<String>,
    /// Organisation of the certificates.
    pub organization: Option<String>,
    /// SHA-256 over the covered bytes.
    pub covered: Option<CoveredHash>,
    /// SHA-256 of the root it leads to.
    pub root: Option<Digest>,
    /// Ed25519 key of the device, when its seal is right: the key of its journal.
    #[serde(skip)]
    pub device_key: Option<[u8; 32]>,
    /// The statement, if it can be read: who, how, when, to what.
    pub acceptance: Option<Acceptance>,
    /// Checks, in the order they were made.
    pub checks: Vec<Check>,
}

/// The whole verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Are the bytes those that were signed?
    pub integrity: Integrity,
    /// Are the signers' devices known?
    pub trust: Trust,
    /// Do statements and content fit?
    pub statements: Statements,
    /// Is it closed?
    pub completion: Completion,
    /// Number of the document, from its attached content.
    pub number: Option<String>,
    /// R, recomputed.
    pub content_hash: Option<ContentHash>,
    /// P of the frozen document, recomputed.
    pub file_hash: Option<FileHash>,
    /// SHA-256 of the file itself.
    pub sha256: FileHash,
    /// Checks of the file as a whole.
    pub checks: Vec<Check>,
    /// Signatures in the order they were made.
    pub signatures: Vec<SignatureVerdict>,
}

impl Verdict {
    /// Whole, valid, trusted, and every statement true. The only verdict a program may call good.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.integrity == Integrity::Intact
            && self.trust == Trust::Trusted
            && self.statements == Statements::Agree
            && self.all_checks().all(|c| c.outcome == Outcome::Passed)
    }

    /// Every check of file and signatures.
    pub fn all_checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().chain(self.signatures.iter().flat_map(|s| &s.checks))
    }

    /// Whether the seal layer (bytes, cryptography, certificates) is good, whatever the document says.
    #[must_use]
    pub fn is_seal_good(&self) -> bool {
        self.integrity == Integrity::Intact && self.trust == Trust::Trusted
    }
}
