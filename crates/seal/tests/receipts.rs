//! Receipts: what one proves, and every way in which one proves nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_domain::acceptance::Outcome as Ending;
use fieldseal_domain::event::{Event, ReadEvent};
use fieldseal_domain::facts::{QuarantineReason, Verdict as Standing};
use fieldseal_domain::{Digest, FileHash};
use fieldseal_seal::log::{Receipt, ReceiptFault, Registered};
use fieldseal_seal::verify::PathError;
use proptest::prelude::*;
use support::receipts::Register;
use support::*;
use uuid::Uuid;

struct Case {
    register: Register,
    tablet: Tablet,
    pdf: Vec<u8>,
    receipt: Receipt,
}

impl Case {
    fn new() -> Self {
        let register = Register::new(31);
        let tablet = register.tablet(32);
        let pdf = sign_all(&tablet, &Shape::default());
        let receipt = register.receipt(&tablet, &pdf);
        Self { register, tablet, pdf, receipt }
    }

    /// Judges a receipt for the file, with the key that the file itself gives.
    fn judge(&self, receipt: &Receipt) -> Result<Registered, ReceiptFault> {
        let verdict = self.tablet.verdict(&self.pdf);
        let key = verdict.signatures.last().unwrap().device_key.unwrap();
        let options = self.tablet.options();
        receipt.check_file(verdict.sha256, &key, &options.roots, options.at)
    }

    fn fault(&self, change: impl FnOnce(&mut Receipt)) -> ReceiptFault {
        let mut receipt = self.receipt.clone();
        change(&mut receipt);
        self.judge(&receipt).unwrap_err()
    }
}

#[test]
fn a_file_of_an_enrolled_device_is_good_and_registered() {
    let case = Case::new();
    let verdict = case.tablet.verdict(&case.pdf);
    assert!(verdict.is_good(), "{:?}", reasons(&verdict));
    let read = Receipt::from_json(&case.receipt.to_json().unwrap()).unwrap();
    assert_eq!(read, case.receipt);
    let registered = case.judge(&read).unwrap();
    assert_eq!((registered.envelope.seq, registered.size), (5, 12));
    let ReadEvent::Known(event) = registered.event else { panic!("the body is there") };
    assert!(matches!(*event, Event::Signed(_)));
}

#[test]
fn the_closing_proves_the_file_as_well_and_another_event_does_not() {
    let case = Case::new();
    let sealed = FileHash::of(&case.pdf);
    let closed = Event::Closed { outcome: Ending::Signed, sealed, by: Uuid::nil() };
    assert!(case.judge(&case.register.receipt_of(&case.tablet, &closed)).is_ok());
    let printed = Event::Printed { by: Uuid::nil() };
    let other = case.judge(&case.register.receipt_of(&case.tablet, &printed));
    assert_eq!(other.unwrap_err(), ReceiptFault::OtherFile);
}

#[test]
fn a_receipt_of_another_file_or_device_is_told_apart() {
    let case = Case::new();
    let other = case.register.receipt(&case.tablet, b"another file");
    assert_eq!(case.judge(&other).unwrap_err(), ReceiptFault::OtherFile);
    let stranger = case.register.receipt(&case.register.tablet(77), &case.pdf);
    assert_eq!(case.judge(&stranger).unwrap_err(), ReceiptFault::NotTheDevice);
}

#[test]
fn a_receipt_of_another_register_is_told_apart() {
    let case = Case::new();
    let foreign = Register::new(99).receipt(&case.tablet, &case.pdf);
    let unknown = ReceiptFault::UnknownRegister(PathError::UnknownIssuer);
    // Both roots have one name, so the path breaks at the signature.
    let broken = ReceiptFault::UnknownRegister(PathError::BadSignature);
    let found = case.judge(&foreign).unwrap_err();
    assert!(found == unknown || found == broken, "{found:?}");
    assert_eq!(case.fault(|r| r.checkpoint = foreign.checkpoint.clone()), ReceiptFault::Checkpoint);
    assert_eq!(case.fault(|r| r.certificates.truncate(1)), unknown);
    let device = case.register.tablet(32).certificates.ed25519;
    let wrong_use = ReceiptFault::UnknownRegister(PathError::WrongUse);
    let as_log = |r: &mut Receipt| {
        let der = fieldseal_seal::certificates::to_pem(&device);
        r.certificates[0] = der.lines().filter(|line| !line.starts_with('-')).collect();
    };
    assert_eq!(case.fault(as_log), wrong_use, "a device's leaf signs no checkpoint");
}

#[test]
fn an_older_checkpoint_or_a_cut_proof_proves_nothing() {
    let mut case = Case::new();
    case.register.seq = 3;
    case.register.behind = 1;
    let older = case.register.receipt(&case.tablet, &case.pdf);
    assert_eq!(case.fault(|r| r.checkpoint = older.checkpoint.clone()), ReceiptFault::Proof);
    assert_eq!(case.fault(|r| r.proof.truncate(2)), ReceiptFault::Proof);
    assert_eq!(case.fault(|r| r.proof[0] = Digest::of(b"x")), ReceiptFault::Proof);
    assert_eq!(case.fault(|r| r.proof.insert(0, Digest::of(b"x"))), ReceiptFault::Proof);
}

#[test]
fn entry_and_envelope_cannot_be_exchanged() {
    let case = Case::new();
    let other = case.register.receipt(&case.tablet, b"another file");
    assert_eq!(case.fault(|r| r.envelope = other.envelope.clone()), ReceiptFault::OtherEntry);
    assert_eq!(case.fault(|r| r.entry.body = other.entry.body.clone()), ReceiptFault::EntryChanged);
    assert_eq!(case.fault(|r| r.entry.header = other.entry.header.clone()), ReceiptFault::NotTheDevice);
    assert_eq!(case.fault(|r| r.format = "fieldseal/receipt/v2".into()), ReceiptFault::Unreadable);
    let erased = case.fault(|r| (r.entry.salt, r.entry.body) = (None, None));
    assert_eq!(erased, ReceiptFault::OtherFile, "what was erased no longer names a file");
}

#[test]
fn an_entry_that_was_set_aside_is_not_called_registered() {
    let mut case = Case::new();
    case.register.standing = Standing::Quarantined(QuarantineReason::Revoked);
    let receipt = case.register.receipt(&case.tablet, &case.pdf);
    assert_eq!(case.judge(&receipt).unwrap_err(), ReceiptFault::SetAside);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Would turn red if a byte of a receipt were free in what it proves, or could make the check panic.
    #[test]
    fn no_changed_byte_makes_it_prove_something_else(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        thread_local! { static CASE: Case = Case::new(); }
        CASE.with(|case| {
            let mut bytes = case.receipt.to_json().unwrap();
            let place = at.index(bytes.len());
            bytes[place] ^= 1 << bit;
            if let Ok(receipt) = Receipt::from_json(&bytes) {
                let key = case.tablet.keys.public().unwrap().ed25519_raw;
                let options = case.tablet.options();
                let file = FileHash::of(&case.pdf);
                if let Ok(found) = receipt.check_file(file, &key, &options.roots, options.at) {
                    let right = case.receipt.check_file(file, &key, &options.roots, options.at).unwrap();
                    prop_assert_eq!(found, right);
                }
            }
            Ok(())
        })?;
    }
}
