//! A device without a window, as a process of its own: the app on a data folder, what people do at its screen as JSON
//! lines on standard input, what comes of it on standard output. It may be killed at any moment and started again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use fieldseal_app::{
    App, AppError,
    view::{
        central::ConnectRequest,
        document::{DocumentView, DraftSave, FreezeAnswer, NewDocument},
        hand_over::HandOverRequest,
        lists::JobView,
        register::RegisterQuery,
        start::{FirstRun, Phase, PinAnswer},
        sync::SyncPhase,
    },
};
use fieldseal_domain::{
    Language,
    acceptance::{NoSignatureReason, Signer},
    content::Content,
    fold::Status,
    party::{Customer, Job},
};
use fieldseal_tests::{
    tablet::{PASSPHRASE, PIN, SetClock, close_request, fill_sheet, first_run_request, open, sign_request},
    workshop::blank_customer,
};
use std::{
    env,
    io::Write as _,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;
use words::{Answer, Command};

mod words;

/// Who signs.
const CUSTOMER: &str = "Ștefania Țugulea-Mărginean";
/// Longest wait for an exchange. Reached only when something hangs: then the test is red.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the screen is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(15);

struct Device {
    app: Arc<App>,
    clock: Arc<SetClock>,
    /// The end of the last exchange, as it stood when the newest was asked for.
    before: String,
}

fn main() {
    let folder = env::args_os().nth(1).expect("a data folder");
    let day: u32 = env::args().nth(2).and_then(|day| day.parse().ok()).expect("a day");
    let clock = SetClock::morning();
    clock.pass(day * 24 * 3600);
    let app = open(Path::new(&folder), &clock);
    let mut device = Device { app, clock, before: String::new() };
    for line in std::io::stdin().lines() {
        let command = serde_json::from_str(&line.expect("a readable pipe")).expect("a command");
        let answer = match device.obey(&command) {
            Ok(answer) => answer,
            Err(error) => Answer::Failed { why: format!("{}: {error:?}", error.code()) },
        };
        say(&answer);
        if command == Command::Quit {
            break;
        }
    }
    device.app.stop_sync();
}

fn say(answer: &Answer) {
    let mut text = serde_json::to_vec(answer).expect("an answer");
    text.push(b'\n');
    let mut out = std::io::stdout().lock();
    // Nobody listens any more: then there is nothing left to do.
    if out.write_all(&text).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

fn done<T>(result: Result<T, AppError>) -> Result<Answer, AppError> {
    result.map(|_| Answer::Done)
}

impl Device {
    fn obey(&mut self, command: &Command) -> Result<Answer, AppError> {
        let app = &self.app;
        match command {
            Command::SetUp { person } => {
                done(app.first_run(&FirstRun { person: person.clone(), ..first_run_request() }))
            }
            Command::Unlock => self.unlock(),
            Command::Connect { link } => done(app.connect(&ConnectRequest {
                address: link.clone(),
                code: String::new(),
                another: false,
            })),
            Command::SyncNow => {
                self.before = app.sync_view()?.last;
                app.sync_now();
                Ok(Answer::Done)
            }
            Command::WaitSynced => self.wait_synced(),
            Command::Customer { name } => {
                let customer = Customer { name: name.clone(), ..blank_customer() };
                Ok(Answer::Id { id: app.save_customer(&customer)?.id })
            }
            Command::Job { customer, technician } => {
                let job = Job { customer: *customer, technician: Some(*technician), ..Job::default() };
                Ok(Answer::Id { id: app.save_job(&job)?.id })
            }
            Command::Begin { customer, job } => self.begin(*customer, *job),
            Command::Edit { doc, text } => self.edit(*doc, text),
            Command::Freeze { doc } => done(self.freeze(*doc)),
            Command::Sign { doc } => done(self.sign(*doc)),
            Command::Refuse { doc } => done(self.refuse(*doc)),
            Command::Finish => self.finish(),
            Command::Clear { doc } => done(app.clear_acceptance(*doc, "Prețul era greșit.")),
            Command::Void { doc } => done(app.void_document(*doc, "Scris de două ori.", "")),
            Command::Decisions { doc } => Ok(Answer::Decisions { all: app.decisions(*doc)? }),
            Command::Decide { doc, answer } => done(app.decide(*doc, answer)),
            Command::Who => {
                let person = app.status()?.person.ok_or(AppError::NotAllowed)?;
                Ok(Answer::Id { id: person.id })
            }
            Command::Register => self.register(),
            Command::Quit => Ok(Answer::Done),
        }
    }

    /// As a person goes on after a kill: whoever had the tablet, it comes back to its technician.
    fn unlock(&self) -> Result<Answer, AppError> {
        let status = self.app.unlock(PASSPHRASE)?;
        let status = if status.phase == Phase::HandOver {
            self.take_back(status.people[0].id)?;
            self.app.status()?
        } else {
            status
        };
        let person = status.people[0].id;
        self.with_pin(|| self.app.sign_in(person, PIN))?;
        self.app.start_sync()?;
        Ok(Answer::Done)
    }

    /// A kill in the middle of a PIN counts as a wrong one, which makes the next wait. The clock is ours.
    fn with_pin(&self, attempt: impl Fn() -> Result<PinAnswer, AppError>) -> Result<(), AppError> {
        loop {
            match attempt()? {
                PinAnswer::Right => return Ok(()),
                PinAnswer::TooEarly { wait_s } => self.clock.pass(wait_s),
                PinAnswer::Wrong { .. } => panic!("the right PIN was refused"),
            }
        }
    }

    fn wait_synced(&self) -> Result<Answer, AppError> {
        let begun = Instant::now();
        loop {
            let view = self.app.sync_view()?;
            let new = !view.last.is_empty() && view.last != self.before;
            if new && view.phase == SyncPhase::Synced && view.queue.is_empty() {
                return Ok(Answer::Done);
            }
            if begun.elapsed() > PATIENCE {
                return Ok(Answer::Failed { why: format!("still not there: {view:?}") });
            }
            thread::sleep(LOOK);
        }
    }

    fn begin(&self, customer: Option<Uuid>, job: Option<Uuid>) -> Result<Answer, AppError> {
        let start = match (customer, job) {
            (Some(customer), _) => NewDocument::Customer { customer, equipment: None },
            (None, Some(job)) => NewDocument::Job { job },
            (None, None) => panic!("a sheet is for somebody"),
        };
        let view = self.app.new_document("service_sheet", &start)?;
        self.save(&view, fill_sheet)?;
        self.app.leave_draft(view.id)?;
        Ok(Answer::Id { id: view.id })
    }

    fn save(&self, view: &DocumentView, change: impl FnOnce(&mut Content)) -> Result<(), AppError> {
        let mut content = view.content.clone();
        change(&mut content);
        let save =
            DraftSave { document: view.id, version: view.version, content, secrets: view.secrets.clone() };
        self.app.draft_save(&save).map(drop)
    }

    fn edit(&self, doc: Uuid, text: &str) -> Result<Answer, AppError> {
        let view = self.app.document(doc)?;
        self.save(&view, |content| {
            content.fields.insert("fault".into(), text.into());
        })?;
        done(self.app.leave_draft(doc))
    }

    fn freeze(&self, doc: Uuid) -> Result<(), AppError> {
        match self.app.freeze(doc)? {
            FreezeAnswer::Frozen { .. } => Ok(()),
            FreezeAnswer::Problems { problems, .. } => panic!("not ready: {problems:?}"),
        }
    }

    fn hand_over(&self, doc: Uuid) -> Result<(), AppError> {
        let signer = Signer { name: CUSTOMER.into(), role: String::new(), on_behalf_of: String::new() };
        let request =
            HandOverRequest { document: doc, slot: "customer".into(), signer, language: Language::Ro };
        self.app.hand_over(&request)?;
        self.app.hand_over_seen(&[1], false)
    }

    fn take_back(&self, person: Uuid) -> Result<(), AppError> {
        self.with_pin(|| self.app.take_tablet_back(person, PIN))
    }

    fn back_and_close(&self, doc: Uuid) -> Result<(), AppError> {
        self.take_back(self.app.status()?.people[0].id)?;
        self.close(doc)
    }

    fn close(&self, doc: Uuid) -> Result<(), AppError> {
        self.with_pin(|| self.app.close(&close_request(doc)))
    }

    fn sign(&self, doc: Uuid) -> Result<(), AppError> {
        self.hand_over(doc)?;
        self.app.sign(&sign_request(CUSTOMER))?;
        self.back_and_close(doc)
    }

    fn refuse(&self, doc: Uuid) -> Result<(), AppError> {
        self.hand_over(doc)?;
        self.app.decline(NoSignatureReason::Price, "Prea scump.")?;
        self.back_and_close(doc)
    }

    fn finish(&self) -> Result<Answer, AppError> {
        let list = self.app.jobs(JobView::All)?;
        let of_jobs = list.jobs.into_iter().flat_map(|job| job.documents);
        for row in list.documents.into_iter().chain(of_jobs) {
            match row.status {
                Status::Draft => {
                    let view = self.app.document(row.id)?;
                    if view.content.lines.is_empty() {
                        self.save(&view, fill_sheet)?;
                    }
                    self.freeze(row.id)?;
                    self.sign(row.id)?;
                }
                Status::Ready => self.sign(row.id)?,
                Status::PartiallySigned => self.close(row.id)?,
                Status::Signed
                | Status::SignedUnavailable
                | Status::Declined
                | Status::Cancelled
                | Status::Expired
                | Status::Voided => {}
            }
        }
        Ok(Answer::Done)
    }

    fn register(&self) -> Result<Answer, AppError> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = self.app.register(&RegisterQuery::default(), false, after.as_deref(), 500)?;
            rows.extend(page.rows.into_iter().map(|row| (row.number, row.id)));
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(Answer::Register { rows }),
            }
        }
    }
}
