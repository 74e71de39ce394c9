//! What can go wrong in a use case, sorted so that the screens can say what to do.

use crate::{photos::PhotoError, pins::PinError, vault::VaultError, view::start::Problem};
use fieldseal_domain::{canonical::CanonicalError, fold::MoveError, ink::InkError, kind::KindError};
use fieldseal_render::RenderError;
use fieldseal_seal::{CertificateError, KeyError, PdfError, SealError, second_path::SecondPathError};
use fieldseal_store::StoreError;
use fieldseal_sync::wire::{CallError, Code};
use fieldseal_sync::{ParcelError, SyncError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What must be filled in. The screens say it as the text `missing.<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Lack {
    /// A name.
    Name,
    /// Type, make or model of a machine.
    Equipment,
    /// The own signature, which was never kept.
    Signature,
    /// A passphrase that is long enough.
    Passphrase,
    /// The firm's name.
    Firm,
    /// A person's name.
    Person,
    /// A reason in words.
    Reason,
    /// A quantity that can be read.
    Quantity,
    /// A date that can be read.
    Date,
    /// The address of the office.
    Address,
    /// The one-time code.
    Code,
}

impl Lack {
    /// Stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Equipment => "equipment",
            Self::Signature => "signature",
            Self::Passphrase => "passphrase",
            Self::Firm => "firm",
            Self::Person => "person",
            Self::Reason => "reason",
            Self::Quantity => "quantity",
            Self::Date => "date",
            Self::Address => "address",
            Self::Code => "code",
        }
    }
}

/// Why a use case did not happen. Nothing is half done.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Not possible in this phase: a customer holds the tablet, nobody has signed in, nothing is set up.
    #[error("not possible now")]
    NotAllowed,
    /// There is no such thing here.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A value that must be filled in, or does not fit.
    #[error("{} must be filled in", .0.code())]
    Missing(Lack),
    /// The draft was saved from elsewhere meanwhile.
    #[error("the draft was changed meanwhile")]
    StaleDraft,
    /// The recovery code is wrong.
    #[error("the recovery code is wrong")]
    WrongRecoveryCode,
    /// The PIN is wrong, or it is too early for another try.
    #[error("the PIN is wrong")]
    WrongPin,
    /// The consent was not given.
    #[error("the box to agree is not ticked")]
    NoConsent,
    /// A technician's drawing with the same strokes as a customer's, or the other way round.
    #[error("this drawing is the same as another person's")]
    SameInk,
    /// A remark after somebody has signed.
    #[error("somebody has signed already: the text can no longer change")]
    RemarkTooLate,
    /// Characters that no font has, in a text that is to be sealed at once.
    #[error("there are characters that cannot be printed")]
    CannotBePrinted(String),
    /// The role of this person does not allow it.
    #[error("not possible with this role")]
    NotForRole,
    /// Another office than this tablet's answers at that address.
    #[error("another office is there")]
    OtherOffice,
    /// Somebody stopped it.
    #[error("stopped")]
    Stopped,
    /// More rows than this form can hold.
    #[error("too many rows")]
    TooMany,
    /// A file that is no table of customers or jobs.
    #[error("the file is no table")]
    Unreadable,
    /// What was given as the office's address is none, or would be reached without encryption.
    #[error("this is not the address of an office")]
    BadAddress,
    /// The office's server.
    #[error("the office could not be asked")]
    Central(#[from] SyncError),
    /// The office's server, asked for its administration.
    #[error("the office's server was asked in vain")]
    Office(#[source] CallError),
    /// A file that a tablet saved for the office.
    #[error("the file was not taken in")]
    Parcel(#[source] ParcelError),
    /// This device belongs to no office.
    #[error("this device belongs to no office")]
    NoOffice,
    /// A newer preview was asked for.
    #[error("a newer preview is on its way")]
    Superseded,
    /// PIN.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// Ink.
    #[error(transparent)]
    Ink(#[from] InkError),
    /// A very small drawing that nobody confirmed to be a signature.
    #[error("the signature is very small")]
    InkSmall,
    /// Photo.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// Move.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// Store.
    #[error(transparent)]
    Store(StoreError),
    /// Vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Typesetting.
    #[error("the document could not be typeset")]
    Render(#[from] RenderError),
    /// Sealing.
    #[error("the document could not be sealed")]
    Seal(#[from] SealError),
    /// The second path refused the sealed bytes.
    #[error("the sealed document did not pass its check")]
    SecondPath(#[from] SecondPathError),
    /// A PDF that cannot be read.
    #[error("the file cannot be read")]
    Pdf(#[from] PdfError),
    /// Certificates.
    #[error("certificates could not be made")]
    Certificate(#[from] CertificateError),
    /// Keys.
    #[error("keys could not be used")]
    Key(#[from] KeyError),
    /// Kinds.
    #[error(transparent)]
    Kind(#[from] KindError),
    /// Canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// A value that is no JSON.
    #[error("a value could not be written")]
    Json(#[from] serde_json::Error),
    /// A file of the operating system.
    #[error("a file could not be read or written")]
    File(#[from] std::io::Error),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Move(reason) => Self::Move(reason),
            other => Self::Store(other),
        }
    }
}

impl AppError {
    /// Stable name for the screens: the sentence is the text `error.<code>`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::NotFound(_) => "not_found",
            Self::Missing(_) => "missing",
            Self::StaleDraft => "stale_draft",
            Self::WrongRecoveryCode => "wrong_recovery_code",
            Self::WrongPin => "wrong_pin",
            Self::NoConsent => "no_consent",
            Self::SameInk => "same_ink",
            Self::RemarkTooLate => "remark_too_late",
            Self::CannotBePrinted(_) => "cannot_be_printed",
            Self::NotForRole => "not_for_role",
            Self::OtherOffice => "other_office",
            Self::Stopped => "stopped",
            Self::TooMany => "too_many",
            Self::Unreadable => "unreadable",
            Self::Superseded => "superseded",
            Self::BadAddress => "bad_address",
            Self::Central(error) => central_code(error),
            Self::Office(error) => office_code(error),
            Self::Parcel(error) => parcel_code(error),
            Self::NoOffice => "no_office",
            Self::Pin(PinError::TooEasy) => "pin_too_easy",
            Self::Pin(PinError::Form | PinError::Hash) => "pin_form",
            Self::Ink(InkError::Empty) => "ink_empty",
            Self::Ink(_) => "ink_wrong",
            Self::InkSmall => "ink_small",
            Self::Photo(PhotoError::Heic) => "photo_heic",
            Self::Photo(PhotoError::NotAPicture) => "photo_not_a_picture",
            Self::Photo(PhotoError::Damaged) => "photo_damaged",
            Self::Photo(PhotoError::TooLarge) => "photo_too_large",
            Self::Move(MoveError::NotADraft) => "move_not_a_draft",
            Self::Move(MoveError::NotFrozen) => "move_not_frozen",
            Self::Move(MoveError::AlreadySigned) => "move_already_signed",
            Self::Move(MoveError::SlotTaken) => "move_slot_taken",
            Self::Move(MoveError::OthersOpen) => "move_others_open",
            Self::Move(MoveError::Closed) => "move_closed",
            Self::Move(MoveError::ReadOnly) => "move_read_only",
            Self::Move(MoveError::HasNumber) => "move_has_number",
            Self::Move(MoveError::NothingToAnswer) => "move_not_allowed",
            // Contradictions inside the store: nothing a person could do differently.
            Self::Store(
                StoreError::NumberTaken { .. }
                | StoreError::DraftNotSaved
                | StoreError::FileMismatch { .. }
                | StoreError::Forked { .. }
                | StoreError::BadEntry { .. }
                | StoreError::OtherEnvelope { .. }
                | StoreError::NoBlob(_)
                | StoreError::NoInkDraft,
            ) => "store_failed",
            Self::Store(error) => error.code(),
            Self::Vault(VaultError::Locked) => "vault_locked",
            Self::Vault(VaultError::WrongPassphrase) => "wrong_passphrase",
            Self::Vault(_) => "vault_unavailable",
            Self::Render(_) => "render_failed",
            Self::Seal(_) | Self::SecondPath(_) | Self::Pdf(_) | Self::Certificate(_) | Self::Key(_) => {
                "seal_failed"
            }
            Self::Kind(_) | Self::Canonical(_) | Self::Json(_) => "internal",
            Self::File(error) if error.kind() == std::io::ErrorKind::StorageFull => "disk_full",
            Self::File(_) => "file",
        }
    }

    /// Code and values for the screens.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let mut data = BTreeMap::new();
        match self {
            Self::NotFound(what) => {
                data.insert("what".to_owned(), (*what).to_owned());
            }
            Self::CannotBePrinted(characters) => {
                data.insert("characters".to_owned(), characters.clone());
            }
            Self::Missing(lack) => {
                data.insert("what".to_owned(), lack.code().to_owned());
            }
            Self::Store(StoreError::NewerVersion { found, known }) => {
                data.insert("found".to_owned(), found.to_string());
                data.insert("known".to_owned(), known.to_string());
            }
            _ => {
                data.insert("detail".to_owned(), self.chain());
            }
        }
        Problem { code: self.code().to_owned(), data }
    }

    /// The error and its causes in one line, for logs and the curious. Holds no personal data.
    fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// What the screens say of the office's server to those who administer it.
fn office_code(error: &CallError) -> &'static str {
    let refusal = match error {
        CallError::Unreachable(_) => return "office_unreachable",
        CallError::WrongServer => return "office_wrong_server",
        CallError::Refused(refusal) => refusal,
    };
    let why = refusal.data.get("why").and_then(serde_json::Value::as_str).unwrap_or_default();
    match (refusal.code, why) {
        (Code::NotAllowed, "last_admin") => "office_last_admin",
        (Code::NotAllowed, _) => "office_not_allowed",
        (Code::BadRequest, "host") => "office_mail_host",
        (Code::BadRequest, "unprotected") => "office_mail_unprotected",
        (Code::BadRequest, "from") => "office_mail_from",
        (Code::BadRequest, "address") => "office_mail_address",
        (Code::NotFound, _) => "office_not_found",
        (Code::Revoked | Code::BadProof | Code::UnknownJournal | Code::NoSession, _) => "office_revoked",
        (Code::TooMany | Code::Busy, _) => "office_busy",
        (_, _) => "office_failed",
    }
}

/// What the screens say of a file from a tablet.
fn parcel_code(error: &ParcelError) -> &'static str {
    match error {
        ParcelError::Io(_) | ParcelError::NotAParcel(_) => "parcel_unreadable",
        ParcelError::CutOff => "parcel_cut_off",
        ParcelError::Store(error) => error.code(),
        ParcelError::Sync(SyncError::Call(CallError::Refused(refusal)))
            if refusal.code == Code::UnknownJournal =>
        {
            "parcel_unknown_journal"
        }
        ParcelError::Sync(SyncError::Call(error)) => office_code(error),
        ParcelError::Sync(error) => central_code(error),
    }
}

/// What the screens say of the office's server.
fn central_code(error: &SyncError) -> &'static str {
    match error {
        SyncError::Call(CallError::Unreachable(_)) => "central_unreachable",
        SyncError::Call(CallError::WrongServer) => "central_wrong_server",
        SyncError::Call(CallError::Refused(refusal)) => match refusal.code {
            Code::WrongCode => "central_wrong_code",
            Code::TooMany => "central_too_many",
            _ => "central_refused",
        },
        SyncError::Enrolment(_)
        | SyncError::Answer(_)
        | SyncError::Register(_)
        | SyncError::OtherServer { .. } => "central_wrong_server",
        SyncError::Store(_) | SyncError::Closed | SyncError::Keys(_) => "central_failed",
    }
}

/// Result of a use case.
pub type Result<T> = std::result::Result<T, AppError>;
