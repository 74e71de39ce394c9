//! What happens in the week.

use crate::{
    admin::{Admin, through},
    judge::{self, Central, Judge},
    process::{Device, Server, administer},
    proxy::{Fault, Proxy},
    words::{Answer, Command},
};
use fieldseal_app::view::decisions::{Decision, DecisionAnswer};
use fieldseal_domain::{Digest, role::Role};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

const TABLETS: usize = 4;
const OFFICES: usize = 2;
/// Who has which of the devices, tablets first.
const PEOPLE: [&str; TABLETS + OFFICES] = [
    "Radu Exemplaru",
    "Ilinca Probescu",
    "Jonas Testman",
    "Zoé Modèle",
    "Ana Registrescu",
    "Öystein Arkivsson",
];
/// Rounds of exchanges after which everybody has heard of everything: what one brings the next round hands out.
const ROUNDS: usize = 3;

/// SplitMix64: the same numbers for the same seed, on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.roll() % most
    }

    fn moment(&mut self, most_ms: u64) -> Duration {
        Duration::from_millis(self.below(most_ms))
    }
}

/// Everything that takes part.
pub struct Week {
    runtime: Runtime,
    dice: Dice,
    folder: TempDir,
    data: PathBuf,
    server: Option<Server>,
    address: SocketAddr,
    admin: Admin,
    /// Tablets, then the office's desktops.
    devices: Vec<Device>,
    /// The way of each to the server.
    proxies: Vec<Proxy>,
    customers: Vec<Uuid>,
    jobs: Vec<Uuid>,
    committed: BTreeSet<Digest>,
    day: u32,
}

const ALL: std::ops::Range<usize> = 0..TABLETS + OFFICES;
const FIELD: std::ops::Range<usize> = 0..TABLETS;
const ANA: usize = TABLETS;
const OYSTEIN: usize = TABLETS + 1;
const DESKS: std::ops::Range<usize> = TABLETS..TABLETS + OFFICES;

impl Week {
    /// A server nobody is enrolled at, and devices nobody has switched on.
    pub fn begin(seed: u64) -> Self {
        eprintln!("seed {seed}");
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("server");
        let server = Server::start(&data, SocketAddr::from(([127, 0, 0, 1], 0)));
        let (address, link) = (server.address, server.link.clone().unwrap());
        let admin = runtime.block_on(Admin::enrol(address, &link));
        let devices = ALL.map(|i| Device::new(&format!("device-{i}"), folder.path())).collect();
        let proxies = ALL.map(|_| runtime.block_on(Proxy::new(address))).collect();
        Self {
            runtime,
            dice: Dice(seed),
            data,
            folder,
            server: Some(server),
            address,
            admin,
            devices,
            proxies,
            customers: Vec::new(),
            jobs: Vec::new(),
            committed: BTreeSet::new(),
            day: 0,
        }
    }

    /// Asks several at once, then hears all of them.
    fn ask_all(&mut self, who: impl Iterator<Item = usize> + Clone, command: &Command) -> Vec<Answer> {
        who.clone().for_each(|i| self.devices[i].send(command));
        who.map(|i| self.devices[i].answer()).collect()
    }

    fn network(&self, who: impl Iterator<Item = usize>, fault: Fault) {
        who.for_each(|i| self.proxies[i].set(fault));
    }

    /// An exchange of all of them over a good network.
    fn exchange(&mut self, who: impl Iterator<Item = usize> + Clone) {
        self.network(who.clone(), Fault::None);
        self.ask_all(who.clone(), &Command::SyncNow);
        self.ask_all(who, &Command::WaitSynced);
    }

    fn switch_on(&mut self, who: impl Iterator<Item = usize> + Clone) {
        who.clone().for_each(|i| self.devices[i].start(self.day));
        self.ask_all(who, &Command::Unlock);
    }

    fn switch_off(&mut self, who: impl Iterator<Item = usize> + Clone) {
        self.ask_all(who.clone(), &Command::Quit);
        who.clone().for_each(|i| self.devices[i].ended());
        who.for_each(|i| self.note(i));
    }

    fn next_day(&mut self) {
        self.switch_off(ALL);
        self.day += 1;
        self.switch_on(ALL);
    }

    /// Killed, looked at, started again.
    fn kill(&mut self, who: usize) {
        self.devices[who].kill();
        self.note(who);
        self.devices[who].start(self.day);
        self.devices[who].ask(&Command::Unlock);
    }

    /// What a device wrote, nobody may lose from now on.
    fn note(&mut self, who: usize) {
        self.committed.extend(judge::own_entries(&judge::store_of(&self.devices[who])));
    }

    fn kill_server(&mut self, after: Duration) {
        self.server.take().unwrap().kill_after(after);
        self.start_server();
    }

    fn start_server(&mut self) {
        self.server = Some(Server::start(&self.data, self.address));
    }

    fn begin_sheet(&mut self, who: usize) -> Uuid {
        // A tablet has the customers of its own jobs.
        let customer = Some(self.customers[who]);
        self.devices[who].id(&Command::Begin { customer, job: None })
    }

    fn visit(&mut self, who: usize) -> Uuid {
        let doc = self.begin_sheet(who);
        self.devices[who].ask(&Command::Freeze { doc });
        self.devices[who].ask(&Command::Sign { doc });
        doc
    }

    fn visits(&mut self) {
        for who in FIELD {
            self.visit(who);
        }
    }

    /// Everybody works alone and signs something; then each is invited and connects.
    pub fn monday_alone_and_then_connected(&mut self) {
        for i in ALL {
            self.devices[i].start(self.day);
            self.devices[i].send(&Command::SetUp { person: PEOPLE[i].to_owned() });
        }
        ALL.for_each(|i| drop(self.devices[i].answer()));
        for i in FIELD {
            let customer = self.devices[i].id(&Command::Customer { name: format!("Brutăria {i}") });
            let doc = self.devices[i].id(&Command::Begin { customer: Some(customer), job: None });
            self.devices[i].ask(&Command::Freeze { doc });
            self.devices[i].ask(&Command::Sign { doc });
        }
        for i in ALL {
            let role = if i < TABLETS { Role::Technician } else { Role::Manager };
            let link = self.runtime.block_on(self.admin.invite(PEOPLE[i], role));
            let link = through(&link, self.proxies[i].address);
            self.devices[i].ask(&Command::Connect { link });
        }
        self.exchange(ALL);
    }

    /// The office gives out jobs, the tablets go where no network is, and the evening's network is a bad one.
    pub fn tuesday_offline_and_a_bad_evening(&mut self) {
        self.next_day();
        let people: Vec<Uuid> = FIELD.map(|i| self.devices[i].id(&Command::Who)).collect();
        for technician in people {
            let name = format!("Café Vesterport {}", self.customers.len());
            let customer = self.devices[ANA].id(&Command::Customer { name });
            self.jobs.push(self.devices[ANA].id(&Command::Job { customer, technician }));
            self.customers.push(customer);
        }
        self.exchange(std::iter::once(ANA));
        self.exchange(ALL);
        self.network(FIELD, Fault::Down);
        for i in FIELD {
            let job = Some(self.jobs[i]);
            let doc = self.devices[i].id(&Command::Begin { customer: None, job });
            self.devices[i].ask(&Command::Freeze { doc });
            // Killed while the customer has the tablet, or just before, or just after.
            self.devices[i].send(&Command::Sign { doc });
            std::thread::sleep(self.dice.moment(400));
            self.kill(i);
            self.devices[i].ask(&Command::Finish);
        }
        let refused = self.devices[1].id(&Command::Begin { customer: None, job: Some(self.jobs[1]) });
        self.devices[1].ask(&Command::Freeze { doc: refused });
        self.devices[1].ask(&Command::Refuse { doc: refused });
        self.bad_evening();
    }

    /// Everybody exchanges at once over links that break; the server is killed in the middle, a tablet and an office too.
    fn bad_evening(&mut self) {
        for i in ALL {
            let bytes = self.dice.below(60_000);
            let fault = match self.dice.below(5) {
                0 | 1 => Fault::CutAfterSent(bytes),
                2 => Fault::CutAfterReceived(bytes / 4),
                3 => Fault::Latency(Duration::from_millis(5)),
                _ => Fault::None,
            };
            self.proxies[i].set(fault);
        }
        self.ask_all(ALL, &Command::SyncNow);
        let moment = self.dice.moment(300);
        self.kill_server(moment);
        self.ask_all(ALL, &Command::SyncNow);
        std::thread::sleep(self.dice.moment(150));
        let tablet = usize::try_from(self.dice.below(TABLETS as u64)).unwrap();
        let office = ANA + usize::try_from(self.dice.below(OFFICES as u64)).unwrap();
        self.kill(tablet);
        self.kill(office);
        self.exchange(ALL);
    }

    /// A void crosses a signature, two people change the same line, and two offices answer both at the same time and
    /// differently.
    pub fn wednesday_everybody_decides_at_once(&mut self) {
        self.next_day();
        self.exchange(ALL);
        let signed = self.visit(2);
        let crossed = self.begin_sheet(0);
        self.devices[0].ask(&Command::Freeze { doc: crossed });
        let edited = self.begin_sheet(1);
        self.exchange(FIELD);
        self.exchange(DESKS);
        self.network(ALL, Fault::Down);
        self.devices[0].ask(&Command::Sign { doc: crossed });
        self.devices[ANA].ask(&Command::Void { doc: crossed });
        self.devices[1].ask(&Command::Edit { doc: edited, text: "Nu mai încălzește.".into() });
        self.devices[OYSTEIN].ask(&Command::Edit { doc: edited, text: "Se stinge singur.".into() });
        self.devices[ANA].ask(&Command::Clear { doc: signed });
        self.devices[OYSTEIN].ask(&Command::Void { doc: signed });
        self.heal();
        let (cross, field) = (self.decision(crossed), self.decision(edited));
        let Decision::Crossed { void, .. } = cross else { panic!("{cross:?}") };
        let Decision::Field { pointer, values } = field else { panic!("{field:?}") };
        assert_eq!(values.len(), 2, "{values:?}");
        self.network(ALL, Fault::Down);
        let confirm = DecisionAnswer::ConfirmVoid { void: void.clone() };
        let withdraw = DecisionAnswer::WithdrawVoid { void };
        let field =
            |i: usize| DecisionAnswer::Field { pointer: pointer.clone(), operative: values[i].id.clone() };
        for (who, crossing, line) in [(ANA, confirm, field(0)), (OYSTEIN, withdraw, field(1))] {
            self.devices[who].ask(&Command::Decide { doc: crossed, answer: crossing });
            self.devices[who].ask(&Command::Decide { doc: edited, answer: line });
        }
        self.bad_evening();
        self.devices[1].ask(&Command::Finish);
        self.heal();
    }

    /// The one thing that both offices see has to be decided.
    fn decision(&mut self, doc: Uuid) -> Decision {
        let answers = self.ask_all(DESKS, &Command::Decisions { doc });
        let [Answer::Decisions { all: first }, Answer::Decisions { all: second }] = answers.as_slice() else {
            panic!("{answers:?}")
        };
        assert_eq!((first.len(), second.len()), (1, 1), "{first:?} {second:?}");
        first[0].clone()
    }

    /// The network is good again.
    fn heal(&mut self) {
        (0..ROUNDS).for_each(|_| self.exchange(ALL));
    }

    /// Backed up in the morning, lost in the afternoon. What came between is on the devices; one of the tablets is away
    /// when the server comes back, so the offices give back what it wrote.
    pub fn thursday_the_server_is_lost(&mut self) {
        self.day += 1;
        self.switch_on(ALL);
        self.visits();
        self.exchange(ALL);
        let backup = self.folder.path().join("backup");
        administer(&["backup", "--data", text(&self.data), "--to", text(&backup)]);
        self.visits();
        self.runtime.block_on(self.admin.invite("Helga Neumann", Role::Technician));
        self.exchange(FIELD);
        let away = 3;
        self.switch_off(away..TABLETS);
        self.exchange((0..away).chain(DESKS));
        self.network(ALL, Fault::Down);
        self.server.take().unwrap().kill();
        std::fs::remove_dir_all(&self.data).unwrap();
        self.data = self.folder.path().join("server-2");
        administer(&["restore", "--from", text(&backup), "--data", text(&self.data)]);
        self.start_server();
        self.offices_give_back(away);
        self.switch_on(away..TABLETS);
        self.heal();
    }

    /// Each office is cut in the middle of its first exchange with the restored server, when it already knows that the
    /// log began anew and has not given back anything yet; and one is killed.
    fn offices_give_back(&mut self, away: usize) {
        for who in DESKS {
            self.proxies[who].set(Fault::CutAfterSent(8_000));
            self.devices[who].ask(&Command::SyncNow);
            self.devices[who].ask(&Command::WaitSynced);
        }
        assert!(self.proxies[ANA].passed().0 > 8_000, "it was cut, and had more to give");
        self.devices[ANA].send(&Command::SyncNow);
        self.kill(ANA);
        for _ in 0..ROUNDS {
            self.exchange((0..away).chain(DESKS));
        }
        let log = self.runtime.block_on(self.admin.log());
        let there = judge::ids(&log);
        let theirs = judge::own_entries(&judge::store_of(&self.devices[away]));
        let lost = theirs.iter().filter(|id| !there.contains(id)).count();
        assert_eq!(lost, 0, "the offices did not give back what they have of the tablet that is away");
    }

    /// Everybody ends the day; then it is judged.
    pub fn judge(&mut self, alarms: &[&str]) {
        self.switch_off(ALL);
        self.server.take().unwrap().kill();
        let central = self.runtime.block_on(Central::read(&self.data));
        let (tablets, offices) = self.devices.split_at(TABLETS);
        Judge {
            central: &central,
            tablets,
            offices,
            committed: &self.committed,
            alarms,
            folder: self.folder.path(),
        }
        .judge();
        eprintln!("{} entries, {} documents: all whole", self.committed.len(), central.documents());
        self.start_server();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of this test")
}
