//! The sweep: the actor is killed at moments spread over each step, as long as that step was seen to take.

use crate::{
    audit::{Audit, Depth},
    ledger::{Ledger, Promise},
    script::{Customers, Line, Place, Step},
};
use fieldseal_tests::tablet::Tablet;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use uuid::Uuid;

/// From which announcement a delay counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Since {
    /// The step begins.
    Begin,
    /// Its pages are typeset: what follows is the writing.
    Typeset,
}

/// How many kills each step gets. The transactions of freeze, sign and close get most.
const KILLS: [(Step, Since, u32); 13] = [
    (Step::Unlock, Since::Begin, 10),
    (Step::SignIn, Since::Begin, 12),
    (Step::Customer, Since::Begin, 2),
    (Step::New, Since::Begin, 12),
    (Step::Fill, Since::Begin, 12),
    (Step::Freeze, Since::Begin, 15),
    (Step::Freeze, Since::Typeset, 45),
    (Step::HandOver, Since::Begin, 20),
    (Step::Seen, Since::Begin, 8),
    (Step::Stroke, Since::Begin, 24),
    (Step::Sign, Since::Begin, 80),
    (Step::TakeBack, Since::Begin, 20),
    (Step::Close, Since::Begin, 80),
];

/// The kills of a remark, where remarks are made.
const REMARK_KILLS: [(Step, Since, u32); 2] =
    [(Step::Remark, Since::Begin, 12), (Step::Remark, Since::Typeset, 48)];

/// A look at everything comes after so many kills.
const EVERYTHING_EVERY: u32 = 50;

/// Numbers that look random and are the same in every run (xorshift).
struct Jitter(u64);

impl Jitter {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

/// Moments of a step as parts of its length: one half over all of it and a little beyond, the other half over its
/// end, where it is written down. In mixed order.
fn moments(count: u32, jitter: &mut Jitter) -> Vec<f64> {
    let spread = |from: f64, to: f64, count: u32, jitter: &mut Jitter| -> Vec<f64> {
        let place = |i: u32| from + (to - from) * (f64::from(i) + jitter.next()) / f64::from(count);
        (0..count).map(place).collect()
    };
    let mut all = spread(0.0, 1.1, count - count / 2, jitter);
    all.extend(spread(0.5, 1.15, count / 2, jitter));
    let mut keyed: Vec<(f64, f64)> = all.into_iter().map(|moment| (jitter.next(), moment)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    keyed.into_iter().map(|(_, moment)| moment).collect()
}

/// How the kills of one step ended.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    /// The step had not happened.
    pub undone: u32,
    /// It had, but nobody was told yet.
    pub done_untold: u32,
    /// It was told.
    pub told: u32,
}

/// A tablet whose actor is killed again and again.
pub struct Sweep {
    folder: TempDir,
    root_pem: String,
    audit: Audit,
    ledger: Ledger,
    customers: Customers,
    todo: BTreeMap<(Step, Since), Vec<f64>>,
    took: BTreeMap<(Step, Since), Duration>,
    tallies: BTreeMap<(Step, Since), Tally>,
    kills: u32,
}

/// An actor that runs.
pub struct Actor {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Actor {
    /// Starts one.
    pub fn start(folder: &Path, customers: Customers) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_crash-actor"))
            .arg(folder)
            .arg(customers.argument())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the actor starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, lines }
    }

    /// The next announcement; none when the actor has ended.
    pub fn hear(&mut self) -> Option<Line> {
        let mut text = String::new();
        self.lines.read_line(&mut text).expect("a readable pipe");
        // A line that the kill cut off was never shown.
        text.ends_with('\n').then(|| serde_json::from_str(&text).expect("a line of the actor"))
    }

    /// SIGKILL. Gives what had been announced and not heard yet.
    pub fn kill(mut self) -> Vec<Line> {
        self.child.kill().expect("a process of ours");
        let rest = std::iter::from_fn(|| self.hear()).collect();
        let status = self.child.wait().expect("a process of ours");
        assert!(was_killed(status), "the actor ended by itself: {status}");
        rest
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(9)
}

#[cfg(not(unix))]
fn was_killed(status: ExitStatus) -> bool {
    status.code() == Some(1)
}

/// Waits to the microsecond: the moment of the kill is what is swept, nothing is synchronised by it.
fn wait_until(moment: Instant) {
    let coarse = Duration::from_micros(400);
    if let Some(left) = moment.checked_duration_since(Instant::now() + coarse) {
        std::thread::sleep(left);
    }
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
}

impl Sweep {
    /// A tablet that was just set up.
    pub fn begin(customers: Customers) -> Self {
        let Tablet { app, folder, .. } = Tablet::set_up();
        let root_pem = app.root_certificate(None).expect("a root").pem;
        drop(app);
        let mut jitter = Jitter(0x5EA1_ED0F_F1E1_D000);
        let kills = match customers {
            Customers::Silent => KILLS.as_slice(),
            Customers::Remarking => REMARK_KILLS.as_slice(),
        };
        let todo = kills.iter().map(|(step, from, count)| ((*step, *from), moments(*count, &mut jitter)));
        Self {
            todo: todo.collect(),
            customers,
            audit: Audit::begin(folder.path()),
            folder,
            root_pem,
            ledger: Ledger::default(),
            took: BTreeMap::new(),
            tallies: BTreeMap::new(),
            kills: 0,
        }
    }

    /// Kills until every step had its share.
    pub fn run(&mut self) {
        while !self.all_done() {
            let killed_in = self.one_life();
            self.kills += 1;
            let depth =
                if self.kills.is_multiple_of(EVERYTHING_EVERY) { Depth::Everything } else { Depth::Recent };
            let (in_flight, before) = (self.ledger.in_flight, self.places());
            self.audit.look(&mut self.ledger, depth);
            if depth == Depth::Everything {
                eprintln!("{} kills, {} documents: all whole", self.kills, self.ledger.docs.len());
            }
            let undone = self.places().iter().all(|place| before.contains(place));
            let tally = self.tallies.entry(killed_in).or_default();
            match in_flight {
                Some(step) if step == killed_in.0 && undone => tally.undone += 1,
                Some(step) if step == killed_in.0 => tally.done_untold += 1,
                Some(_) | None => tally.told += 1,
            }
        }
        self.audit.look(&mut self.ledger, Depth::Everything);
    }

    /// Every document with every place it may be in.
    fn places(&self) -> Vec<(Uuid, Place)> {
        let of = |(doc, promise): (&Uuid, &Promise)| {
            promise.places.iter().map(|place| (*doc, *place)).collect::<Vec<_>>()
        };
        self.ledger.docs.iter().flat_map(of).collect()
    }

    /// A customer is made only once: what is left of that share stays.
    fn all_done(&self) -> bool {
        self.todo.iter().all(|((step, _), left)| left.is_empty() || *step == Step::Customer)
    }

    /// From start to kill. A step that was never seen whole is let through, and killed as soon as it is told.
    fn one_life(&mut self) -> (Step, Since) {
        let mut actor = Actor::start(self.folder.path(), self.customers);
        let mut begun = (Step::Unlock, Instant::now());
        let mut typeset = None;
        loop {
            let line = actor.hear().expect("the actor goes on until it is killed");
            let heard = Instant::now();
            self.ledger.hear(&line);
            let now = match line {
                Line::Begin { step, .. } => {
                    (begun, typeset) = ((step, heard), None);
                    (step, Since::Begin)
                }
                Line::Typeset => {
                    typeset = Some(heard);
                    (begun.0, Since::Typeset)
                }
                Line::Done { step, .. } => {
                    if self.learn(step, heard - begun.1, typeset.map(|typeset| heard - typeset)) {
                        actor.kill().iter().for_each(|line| self.ledger.hear(line));
                        return (step, Since::Begin);
                    }
                    continue;
                }
            };
            let Some(took) = self.took.get(&now).copied() else { continue };
            if let Some(moment) = self.todo.get_mut(&now).and_then(Vec::pop) {
                wait_until(heard + took.mul_f64(moment));
                actor.kill().iter().for_each(|line| self.ledger.hear(line));
                return now;
            }
        }
    }

    /// Remembers how long a step takes when nothing disturbs it: a shorter time counts at once, a longer one slowly.
    /// True when nothing was known before.
    fn learn(&mut self, step: Step, whole: Duration, writing: Option<Duration>) -> bool {
        let news = !self.took.contains_key(&(step, Since::Begin));
        for (since, took) in [(Since::Begin, Some(whole)), (Since::Typeset, writing)] {
            let Some(took) = took else { continue };
            let known = self.took.entry((step, since)).or_insert(took);
            *known = if took < *known { took } else { (*known * 7 + took) / 8 };
        }
        news
    }

    /// Kills so far.
    pub fn kills(&self) -> u32 {
        self.kills
    }

    /// How the kills of a step ended, whatever they were counted from.
    pub fn tally(&self, step: Step) -> Tally {
        let mut sum = Tally::default();
        for ((_, _), tally) in self.tallies.iter().filter(|((found, _), _)| *found == step) {
            sum.undone += tally.undone;
            sum.done_untold += tally.done_untold;
            sum.told += tally.told;
        }
        sum
    }

    /// A table for people.
    pub fn report(&self) -> String {
        let row = |(now, tally): (&(Step, Since), &Tally)| {
            let took = self.took.get(now).copied().unwrap_or_default();
            format!("{:?} from {:?}: {tally:?}, takes {took:?}\n", now.0, now.1)
        };
        let rows: String = self.tallies.iter().map(row).collect();
        format!("{rows}{} kills, {} documents", self.kills, self.ledger.docs.len())
    }

    /// Closed documents, with their files.
    pub fn closed_files(&self) -> Vec<(String, Vec<u8>)> {
        self.audit.closed_files()
    }

    /// The root certificate of the tablet.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// The folder of the tablet.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
