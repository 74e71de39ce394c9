//! Plain words for every check and every reason. No wildcard: a new reason without words does
//! not compile.

use fieldseal_seal::log::ReceiptFault;
use fieldseal_seal::verify::{
    ChangeFault, CheckId, CmsFault, ContentFault, FileFault, LayoutFault, PathError, Reason,
};

use crate::receipt::Registration;

/// What was looked at.
pub(crate) const fn check(id: CheckId) -> &'static str {
    match id {
        CheckId::File => "can be read and has signatures",
        CheckId::Layout => "the signatures cover every byte",
        CheckId::HiddenSignatures => "no hidden signatures",
        CheckId::ActiveContent => "no scripts, layers or actions",
        CheckId::Changes => "nothing but prepared fields was filled",
        CheckId::Order => "certified first, nothing after closing",
        CheckId::Cms => "form of the signature",
        CheckId::Digest => "digest of the covered bytes",
        CheckId::Signature => "signature (P-256)",
        CheckId::DeviceSeal => "device seal (Ed25519)",
        CheckId::SignerTrust => "certificate of the signature",
        CheckId::SealTrust => "certificate of the device seal",
        CheckId::DeviceId => "both certificates name one device",
        CheckId::TimeStamp => "time stamp",
        CheckId::Acceptance => "statement of acceptance",
        CheckId::ContentHash => "statement is about this content",
        CheckId::FileHash => "statement is about the document shown",
        CheckId::Number => "statement is about this number and revision",
        CheckId::Slot => "statement is about this field",
        CheckId::Consent => "sentence agreed to has the hash stated",
        CheckId::Ink => "ink on the page is the ink stated",
        CheckId::StatedDevice => "statement names the sealing device",
        CheckId::StatedOutcome => "outcome is stated where the document closes",
    }
}

/// Why a check did not pass.
pub(crate) const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::File(fault) => file(fault),
        Reason::Layout(fault) => layout(fault),
        Reason::Change(fault) => change(fault),
        Reason::Cms(fault) => cms(fault),
        Reason::Path(error) => path(error),
        Reason::Content(fault) => content(fault),
    }
}

/// Whether the file is in the register.
pub(crate) fn registration(registration: &Registration) -> String {
    match registration {
        Registration::NotRegisteredYet => {
            "not registered yet, as far as this shows: no receipt was given".into()
        }
        Registration::Registered { seq, received, checkpoint_size, .. } => format!(
            "registered: entry {seq} of the firm's register, received {received} by the server's clock \
             (checkpoint of {checkpoint_size} entries)"
        ),
        Registration::DoesNotFit { reason } => match reason {
            ReceiptFault::UnknownRegister(error) => {
                format!("THE RECEIPT DOES NOT FIT: the register's certificate: {}", path(*error))
            }
            other => format!("THE RECEIPT DOES NOT FIT: {other}"),
        },
    }
}

const fn file(fault: FileFault) -> &'static str {
    match fault {
        FileFault::NotReadable => "this is not a PDF that can be read safely",
        FileFault::NoSignature => "nobody has signed this file",
        FileFault::TwoRoots => "signature and device seal lead to two different roots",
        FileFault::DeviceIdMissing => "a certificate names no device",
        FileFault::DeviceIdsDiffer => "signature and device seal name different devices",
        FileFault::TimeStampNotJudged => "there is one, but this program does not judge time stamps",
    }
}

const fn layout(fault: LayoutFault) -> &'static str {
    match fault {
        LayoutFault::NotADictionary => "a signed field holds no signature",
        LayoutFault::NotOurKind => "a signature of another kind",
        LayoutFault::ByteRangeMalformed => "the range of covered bytes is malformed",
        LayoutFault::GapIsNotContents => "more than the signature value is left uncovered",
        LayoutFault::ContentsNotHex => "the signature value is not spelled in lower-case hexadecimal",
        LayoutFault::ContentsTooSmall => "the space of the signature value is too small",
        LayoutFault::BytesAfterCms => "something is hidden behind the signature value",
        LayoutFault::BytesAfterSignature => "something was added after the last signature",
        LayoutFault::Overlapping => "two signatures overlap",
        LayoutFault::NotARevision => "a signature does not cover a whole revision",
        LayoutFault::HiddenSignature => "a signature that no field shows",
        LayoutFault::ActiveContent => "the file can look different without being changed",
    }
}

const fn change(fault: ChangeFault) -> &'static str {
    match fault {
        ChangeFault::NotReadable => "a revision cannot be read",
        ChangeFault::NotOneRevision => "a signing step changed more than one revision may",
        ChangeFault::ObjectDeleted => "something was deleted",
        ChangeFault::ObjectChanged => "page content or an annotation was changed",
        ChangeFault::PreparedReference => "content was prepared to appear later",
        ChangeFault::FieldChanged => "a field was changed or moved",
        ChangeFault::CatalogChanged => "the structure of the document was changed",
        ChangeFault::SignedAfterClosing => "signed after the document was closed",
        ChangeFault::NotCertified => "the first signature does not protect the document",
    }
}

const fn cms(fault: CmsFault) -> &'static str {
    match fault {
        CmsFault::NotReadable => "it cannot be read",
        CmsFault::NotCanonical => "it is not in its one canonical spelling",
        CmsFault::NotOurProfile => "it is of another kind",
        CmsFault::SignerNotEmbedded => "the signer's certificate is not in the file",
        CmsFault::CertificateRepeated => "a certificate is in the file twice",
        CmsFault::CertificateWithoutIssuer => "a certificate in the file is broken or issued by nobody known",
        CmsFault::SignedAttributes => "its signed attributes are not as they must be",
        CmsFault::MessageDigestDiffers => "the document was changed after signing",
        CmsFault::SigningCertificateDiffers => "it was made with another certificate",
        CmsFault::SignatureWrong => "it was not made with this key over this document",
        CmsFault::DeviceSealMissing => "it is missing",
        CmsFault::DeviceSealRepeated => "there is more than one",
        CmsFault::DeviceSealInSignedAttributes => "it stands in the wrong place",
        CmsFault::DeviceSealMalformed => "it is malformed",
        CmsFault::DeviceSealVersionUnknown => "it is of an unknown version",
        CmsFault::DeviceSealCertificateNotEmbedded => "its certificate is not in the file",
        CmsFault::DeviceSealKeyUnusable => "its key is not a sound Ed25519 key",
        CmsFault::DeviceSealSignatureWrong => "it was not made with this key over this document",
        CmsFault::UnknownUnsignedAttribute => "something unprotected was added to the signature",
    }
}

const fn path(error: PathError) -> &'static str {
    match error {
        PathError::Expired => "it has expired",
        PathError::NotYetValid => "it is not valid yet",
        PathError::WrongUse => "it is not meant for signing documents",
        PathError::UnknownIssuer => "it was not issued under the root you gave",
        PathError::BadSignature => "it was not signed by the issuer it names",
        PathError::UnknownExtension => "it has a critical part that this program does not know",
        PathError::Malformed => "it cannot be read",
    }
}

const fn content(fault: ContentFault) -> &'static str {
    match fault {
        ContentFault::NotAFieldsealDocument => "this is not a Fieldseal document",
        ContentFault::ContentNotReadable => "the attached content cannot be read",
        ContentFault::AcceptanceNotReadable => "there is none that can be read",
        ContentFault::OtherContent => "it is about other content",
        ContentFault::OtherFile => "it is about another document than the one shown here",
        ContentFault::OtherNumber => "it is about another document or revision",
        ContentFault::OtherSlot => "it is about another field",
        ContentFault::OtherConsent => "the sentence was exchanged",
        ContentFault::OtherInk => "the drawing on the page was replaced",
        ContentFault::OtherDevice => "it names another device",
        ContentFault::OutcomeMisplaced => "an outcome is missing or in the wrong place",
        ContentFault::AppearanceNotOurs => "the field shows more than ink and caption",
    }
}
