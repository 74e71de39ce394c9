//! Is the file in the organisation's register? What the receipt beside the file proves.

use fieldseal_domain::Digest;
use fieldseal_seal::log::{Receipt, ReceiptFault};
use fieldseal_seal::verify::{Verdict, VerifyOptions};
use jiff::Timestamp;
use serde::Serialize;

/// What is known of the file's registration.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "registration", rename_all = "snake_case")]
pub(crate) enum Registration {
    /// No receipt was given: nothing is known, and nothing is wrong.
    NotRegisteredYet,
    /// The file was in the register when it had `checkpoint_size` entries.
    Registered {
        /// The entry of the signature.
        entry: Digest,
        /// Its place in the log, from 0.
        seq: u64,
        /// When the register got it, by the server's clock.
        received: Timestamp,
        /// Entries of the log at the receipt's checkpoint.
        checkpoint_size: u64,
    },
    /// The receipt proves nothing about this file.
    DoesNotFit {
        /// Why.
        #[serde(serialize_with = "code")]
        reason: ReceiptFault,
    },
}

impl Registration {
    /// Whether a receipt was given that does not fit: then the answer is not a good one.
    pub(crate) fn is_wrong(&self) -> bool {
        match self {
            Self::NotRegisteredYet | Self::Registered { .. } => false,
            Self::DoesNotFit { .. } => true,
        }
    }
}

/// Judges a receipt against the file's verdict.
pub(crate) fn judge(receipt: Option<&[u8]>, verdict: &Verdict, options: &VerifyOptions) -> Registration {
    let Some(bytes) = receipt else { return Registration::NotRegisteredYet };
    match check(bytes, verdict, options) {
        Ok(registration) => registration,
        Err(reason) => Registration::DoesNotFit { reason },
    }
}

fn check(bytes: &[u8], verdict: &Verdict, options: &VerifyOptions) -> Result<Registration, ReceiptFault> {
    let receipt = Receipt::from_json(bytes).map_err(|_| ReceiptFault::Unreadable)?;
    let last = verdict.signatures.last().and_then(|signature| signature.device_key);
    let key = last.ok_or(ReceiptFault::NotTheDevice)?;
    let registered = receipt.check_file(verdict.sha256, &key, &options.roots, options.at)?;
    let envelope = registered.envelope;
    let received = Timestamp::from_millisecond(envelope.received_ms).map_err(|_| ReceiptFault::Unreadable)?;
    Ok(Registration::Registered {
        entry: registered.id,
        seq: envelope.seq,
        received,
        checkpoint_size: registered.size,
    })
}

fn code<S: serde::Serializer>(fault: &ReceiptFault, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match fault {
        ReceiptFault::Unreadable => "unreadable",
        ReceiptFault::EntryChanged => "entry_changed",
        ReceiptFault::NotTheDevice => "not_the_device",
        ReceiptFault::OtherEntry => "other_entry",
        ReceiptFault::UnknownRegister(_) => "unknown_register",
        ReceiptFault::Checkpoint => "checkpoint",
        ReceiptFault::Proof => "proof",
        ReceiptFault::OtherFile => "other_file",
        ReceiptFault::SetAside => "set_aside",
    })
}
