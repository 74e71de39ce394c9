//! What a session has to do, from what both sides say they have. Pure.

use fieldseal_domain::Digest;
use fieldseal_store::{JournalState, Peer};
use fieldseal_wire::session::{JournalEnd, ServerEpoch, Standing};

/// Whether the log is the one this device knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// The first contact.
    First,
    /// As before.
    Same,
    /// The same server, restored from a backup: what it said before no longer counts.
    NewEpoch,
    /// Another server under the known address: a person has to choose.
    OtherServer,
}

/// One journal of this device beside what the server has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Here.
    pub here: JournalState,
    /// There.
    pub there: JournalEnd,
    /// Id of the entry here that has the number of the last one there; none when there is none.
    pub same_place: Option<Digest>,
    /// Whether this device writes it now.
    pub current: bool,
}

/// What to do with one journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The server has all of it.
    Nothing,
    /// Send the entries after `after`; the server has those up to `after`.
    Send {
        /// Last entry the server has.
        after: u64,
    },
    /// The server has another entry in some place up to `upto`: find the last common one, then go on under another
    /// name (or, for a journal that already does, leave it).
    Forked {
        /// A place from which to look: the entries up to it were once acknowledged.
        from: u64,
    },
    /// The server has more of it than this device, which wrote it: an old image was put back. When the end here is on
    /// the server's chain, go on under another name.
    Behind {
        /// Last entry here.
        end: u64,
    },
}

/// What to do in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The log.
    pub log: Log,
    /// What the server is known to have of each journal, after comparing ids.
    pub acked: Vec<(String, u64)>,
    /// What to do with each journal. One that fails does not stop another.
    pub steps: Vec<(String, Step)>,
    /// Whether only pushing is allowed.
    pub push_only: bool,
}

/// Whether the log is the known one.
#[must_use]
pub fn log(known: Option<&Peer>, server: &ServerEpoch) -> Log {
    match known {
        None => Log::First,
        Some(peer) if peer.server_id != server.server_id => Log::OtherServer,
        Some(peer) if peer.log_epoch != server.log_epoch => Log::NewEpoch,
        Some(_) => Log::Same,
    }
}

/// Plans a session.
#[must_use]
pub fn plan(log: Log, journals: &[Beside], standing: Standing) -> Plan {
    let mut plan = Plan { log, acked: Vec::new(), steps: Vec::new(), push_only: standing != Standing::Good };
    if log == Log::OtherServer {
        return plan;
    }
    for beside in journals {
        let (acked, step) = step(beside);
        plan.acked.push((beside.here.device.clone(), acked));
        plan.steps.push((beside.here.device.clone(), step));
    }
    plan
}

/// How far the server has it for certain, and what to do.
fn step(beside: &Beside) -> (u64, Step) {
    let Beside { here, there, same_place, current } = beside;
    if there.n > here.n {
        // Nothing of an ended journal is ever missing here: what is beyond its end comes with the documents.
        return if *current {
            (here.acked.min(here.n), Step::Behind { end: here.n })
        } else {
            (here.n, Step::Nothing)
        };
    }
    if there.n > 0 && *same_place != Some(there.id) {
        let from = here.acked.min(there.n.saturating_sub(1));
        return (from, Step::Forked { from });
    }
    let step = if there.n == here.n { Step::Nothing } else { Step::Send { after: there.n } };
    (there.n, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(text: &str, n: u64) -> Digest {
        Digest::of(format!("{text}{n}").as_bytes())
    }

    fn beside(n: u64, acked: u64, there: u64, forked_from: u64, current: bool) -> Beside {
        let server = |n: u64| if n >= forked_from { id("other", n) } else { id("own", n) };
        Beside {
            here: JournalState {
                device: "t".into(),
                own: true,
                acked,
                n,
                id: id("own", n),
                refused: String::new(),
                refused_n: 0,
                ends: None,
                heir: None,
            },
            there: JournalEnd {
                device: "t".into(),
                n: there,
                id: if there == 0 { Digest::default() } else { server(there) },
            },
            same_place: (there > 0 && there <= n).then(|| id("own", there)),
            current,
        }
    }

    proptest! {
        /// Would turn red if anything the server does not have were taken for sent, or a fork for a duplicate (C1, C2).
        #[test]
        fn what_is_not_there_is_always_sent(n in 0u64..50, acked in 0u64..50, there in 0u64..50) {
            let acked = acked.min(n);
            let (sure, step) = step(&beside(n, acked, there, u64::MAX, true));
            match step {
                Step::Nothing => prop_assert_eq!(there, n),
                Step::Send { after } => { prop_assert_eq!(after, there); prop_assert!(there < n); }
                Step::Behind { end } => { prop_assert_eq!(end, n); prop_assert!(there > n); }
                Step::Forked { .. } => prop_assert!(false, "nothing is forked"),
            }
            prop_assert!(sure <= there, "acknowledged what is not there");
        }

        #[test]
        fn another_entry_in_the_same_place_is_a_fork(n in 1u64..50, there in 1u64..50, fork in 1u64..50) {
            let there = there.min(n);
            let (sure, step) = step(&beside(n, fork - 1, there, fork, true));
            if there >= fork {
                let found = matches!(step, Step::Forked { from } if from < there);
                prop_assert!(found, "{:?}", step);
                prop_assert!(sure < fork);
            } else {
                prop_assert!(!matches!(step, Step::Forked { .. }), "{:?}", step);
            }
        }
    }

    #[test]
    fn a_server_restored_from_a_backup_gets_everything_again() {
        assert_eq!(step(&beside(9, 9, 4, u64::MAX, true)), (4, Step::Send { after: 4 }));
        assert_eq!(step(&beside(9, 9, 0, u64::MAX, true)), (0, Step::Send { after: 0 }));
    }

    #[test]
    fn an_old_image_is_noticed_before_anything_is_written_over() {
        assert_eq!(step(&beside(4, 3, 9, u64::MAX, true)).1, Step::Behind { end: 4 });
        assert_eq!(
            step(&beside(4, 4, 9, u64::MAX, false)).1,
            Step::Nothing,
            "an ended journal only waits to be read"
        );
    }

    #[test]
    fn another_server_gets_nothing() {
        let peer = Peer { server_id: "a".into(), log_epoch: "1".into(), ..Peer::default() };
        let at = |id: &str, epoch: &str| ServerEpoch { server_id: id.into(), log_epoch: epoch.into() };
        assert_eq!(log(Some(&peer), &at("b", "1")), Log::OtherServer);
        assert_eq!(log(Some(&peer), &at("a", "2")), Log::NewEpoch);
        assert_eq!(log(Some(&peer), &at("a", "1")), Log::Same);
        let plan = plan(Log::OtherServer, &[beside(5, 0, 0, u64::MAX, true)], Standing::Good);
        assert!(plan.steps.is_empty() && plan.acked.is_empty());
    }
}
