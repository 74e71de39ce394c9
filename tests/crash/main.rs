//! Kill -9, a full disk, a second program: each at any moment, and nothing that was shown as done is lost.
//!
//! The process is a real one (`actor.rs`) and really killed. After each kill the disk must hold either the frozen
//! document with its ink draft or the complete seal, and the next life goes on with the same folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audit;
mod full_disk;
mod ledger;
#[allow(dead_code, reason = "the actor uses the rest")]
mod script;
mod stopped;
mod sweep;

use fieldseal_tests::readers;
use script::{Customers, Step};
use sweep::Sweep;

/// Red if file, event and projection of a freeze or a seal were written one after the other, if the ink draft went
/// before the seal was there, if anything were shown before it was on the disk, if the lock were kept in memory, or
/// if a number could be lost or taken twice.
#[test]
fn crash_kill_at_any_moment_leaves_the_draft_or_the_seal() {
    let mut sweep = Sweep::begin(Customers::Silent);
    sweep.run();
    eprintln!("{}", sweep.report());
    assert!(sweep.kills() >= 300, "only {} kills", sweep.kills());
    for step in [Step::Freeze, Step::Sign, Step::Close] {
        let tally = sweep.tally(step);
        assert!(tally.undone > 0, "no kill came before the end of {step:?}: {tally:?}");
        assert!(tally.done_untold + tally.told > 0, "no kill came after the writing of {step:?}: {tally:?}");
    }
    let files = sweep.closed_files();
    let some: Vec<(&str, &[u8])> = files
        .iter()
        .step_by(files.len().div_ceil(3))
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    readers::all_agree(sweep.folder(), sweep.root_pem(), &some);
}

/// The same while a customer makes a remark, which freezes a new revision on the spot. Red as long as a kill there can
/// leave a draft at the customer, or a new revision that counts as seen because the old one was.
#[test]
fn crash_kill_during_a_remark_leaves_one_of_the_two_revisions() {
    let mut sweep = Sweep::begin(Customers::Remarking);
    sweep.run();
    eprintln!("{}", sweep.report());
}
