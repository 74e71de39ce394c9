//! Another program opens the data folder while the customer signs: it is told so, and the first goes on.
#![cfg(target_os = "linux")]

use crate::{
    audit::{Audit, Depth},
    ledger::Ledger,
    script::{Customers, Line, Step},
    sweep::Actor,
};
use fieldseal_app::view::start::Phase;
use fieldseal_tests::tablet::{PASSPHRASE, SetClock, Tablet, open};
use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

/// Moments after the beginning of a signature at which the actor is stopped.
const STOPS: u32 = 12;

fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([name, &process.to_string()]).status().expect("kill");
    assert!(status.success(), "kill {name} {process}");
}

/// The state letter in `/proc/<id>/stat`: `T` is stopped.
fn is_stopped(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("a running process");
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
}

fn hear_until(actor: &mut Actor, ledger: &mut Ledger, wanted: impl Fn(&Line) -> bool) {
    loop {
        let line = actor.hear().expect("the actor goes on");
        ledger.hear(&line);
        if wanted(&line) {
            return;
        }
    }
}

/// Red if a second program could open the database of a stopped one, if it disturbed it, or if a stop were taken for
/// an end.
#[test]
fn crash_a_second_program_during_a_signature_is_told_so() {
    let Tablet { app, folder, .. } = Tablet::set_up();
    drop(app);
    let mut audit = Audit::begin(folder.path());
    let mut ledger = Ledger::default();
    let mut actor = Actor::start(folder.path(), Customers::Silent);
    let mut stopped = 0;
    for stop in 0..STOPS {
        hear_until(&mut actor, &mut ledger, |line| matches!(line, Line::Begin { step: Step::Sign, .. }));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_micros(u64::from(stop) * 700) {
            std::hint::spin_loop();
        }
        signal("-STOP", actor.id());
        while !is_stopped(actor.id()) {
            std::thread::yield_now();
        }
        stopped += 1;
        let second = open(folder.path(), &SetClock::morning());
        let status = second.unlock(PASSPHRASE).expect("a status");
        assert_eq!(status.phase, Phase::Broken);
        assert_eq!(status.problem.expect("a reason").code, "store_in_use");
        drop(second);
        signal("-CONT", actor.id());
        hear_until(&mut actor, &mut ledger, |line| matches!(line, Line::Done { step: Step::Close, .. }));
    }
    assert_eq!(stopped, STOPS);
    actor.kill().iter().for_each(|line| ledger.hear(line));
    audit.look(&mut ledger, Depth::Everything);
    assert!(audit.closed_files().len() >= usize::try_from(STOPS).unwrap());
}
