//! Why a check did not pass, in the few words a technician can use. The verifier's own reasons are finer; each of them
//! has its place here, and a new one without a place does not compile.

use fieldseal_seal::verify::{
    ChangeFault, CmsFault, ContentFault, FileFault, LayoutFault, PathError, Reason,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a check did not pass. The sentence is the text `why.<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Why {
    /// No PDF that can be read safely.
    NotReadable,
    /// Nobody has signed.
    NotSigned,
    /// Not made by this program.
    NotOurs,
    /// Content was changed.
    Changed,
    /// Something was added.
    Added,
    /// Something can show itself later or differently.
    Active,
    /// Something is covered by no signature.
    Uncovered,
    /// Made with another key, or over another document.
    WrongKey,
    /// The device's seal is missing or malformed.
    NoSeal,
    /// A certificate is missing or broken.
    CertificateBroken,
    /// A certificate has expired.
    CertificateExpired,
    /// A certificate is not valid yet.
    CertificateTooEarly,
    /// A certificate of another firm.
    CertificateUnknown,
    /// Signed after the closing.
    AfterClosing,
    /// No readable statement.
    NoStatement,
    /// The statement is about something else.
    OtherDocument,
    /// Another device.
    OtherDevice,
    /// Another drawing.
    OtherInk,
    /// Another sentence.
    OtherSentence,
    /// The outcome is missing or misplaced.
    Outcome,
    /// A time stamp that is not judged.
    TimeStamp,
    /// File and journal differ.
    Journal,
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::File(fault) => file(fault),
            Reason::Layout(fault) => layout(fault),
            Reason::Change(fault) => change(fault),
            Reason::Cms(fault) => cms(fault),
            Reason::Path(error) => path(error),
            Reason::Content(fault) => content(fault),
        }
    }
}

const fn file(fault: FileFault) -> Why {
    match fault {
        FileFault::NotReadable => Why::NotReadable,
        FileFault::NoSignature => Why::NotSigned,
        FileFault::TwoRoots => Why::CertificateUnknown,
        FileFault::DeviceIdMissing | FileFault::DeviceIdsDiffer => Why::OtherDevice,
        FileFault::TimeStampNotJudged => Why::TimeStamp,
    }
}

const fn layout(fault: LayoutFault) -> Why {
    match fault {
        LayoutFault::NotADictionary | LayoutFault::NotOurKind | LayoutFault::ContentsNotHex => Why::NotOurs,
        LayoutFault::ByteRangeMalformed
        | LayoutFault::GapIsNotContents
        | LayoutFault::ContentsTooSmall
        | LayoutFault::Overlapping
        | LayoutFault::NotARevision => Why::Uncovered,
        LayoutFault::BytesAfterCms | LayoutFault::BytesAfterSignature | LayoutFault::HiddenSignature => {
            Why::Added
        }
        LayoutFault::ActiveContent => Why::Active,
    }
}

const fn change(fault: ChangeFault) -> Why {
    match fault {
        ChangeFault::NotReadable => Why::NotReadable,
        ChangeFault::NotOneRevision
        | ChangeFault::ObjectDeleted
        | ChangeFault::ObjectChanged
        | ChangeFault::FieldChanged
        | ChangeFault::CatalogChanged => Why::Changed,
        ChangeFault::PreparedReference => Why::Active,
        ChangeFault::SignedAfterClosing => Why::AfterClosing,
        ChangeFault::NotCertified => Why::Uncovered,
    }
}

const fn cms(fault: CmsFault) -> Why {
    match fault {
        CmsFault::NotReadable
        | CmsFault::NotCanonical
        | CmsFault::NotOurProfile
        | CmsFault::SignedAttributes => Why::NotOurs,
        CmsFault::SignerNotEmbedded
        | CmsFault::CertificateRepeated
        | CmsFault::CertificateWithoutIssuer
        | CmsFault::DeviceSealCertificateNotEmbedded
        | CmsFault::DeviceSealKeyUnusable => Why::CertificateBroken,
        CmsFault::MessageDigestDiffers => Why::Changed,
        CmsFault::SigningCertificateDiffers
        | CmsFault::SignatureWrong
        | CmsFault::DeviceSealSignatureWrong => Why::WrongKey,
        CmsFault::DeviceSealMissing
        | CmsFault::DeviceSealRepeated
        | CmsFault::DeviceSealInSignedAttributes
        | CmsFault::DeviceSealMalformed
        | CmsFault::DeviceSealVersionUnknown => Why::NoSeal,
        CmsFault::UnknownUnsignedAttribute => Why::Added,
    }
}

const fn path(error: PathError) -> Why {
    match error {
        PathError::Expired => Why::CertificateExpired,
        PathError::NotYetValid => Why::CertificateTooEarly,
        PathError::UnknownIssuer => Why::CertificateUnknown,
        PathError::WrongUse
        | PathError::BadSignature
        | PathError::UnknownExtension
        | PathError::Malformed => Why::CertificateBroken,
    }
}

const fn content(fault: ContentFault) -> Why {
    match fault {
        ContentFault::NotAFieldsealDocument | ContentFault::ContentNotReadable => Why::NotOurs,
        ContentFault::AcceptanceNotReadable => Why::NoStatement,
        ContentFault::OtherContent
        | ContentFault::OtherFile
        | ContentFault::OtherNumber
        | ContentFault::OtherSlot => Why::OtherDocument,
        ContentFault::OtherConsent => Why::OtherSentence,
        ContentFault::OtherInk | ContentFault::AppearanceNotOurs => Why::OtherInk,
        ContentFault::OtherDevice => Why::OtherDevice,
        ContentFault::OutcomeMisplaced => Why::Outcome,
    }
}
