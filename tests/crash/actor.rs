//! A technician and a customer who never stop: on the data folder that is given, one visit after the other, each step
//! announced on standard output before and after. Where to go on after a kill is read from the screens alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use fieldseal_app::{
    App, AppError, Parts,
    typeset::Typesetter,
    vault::NoSystemVault,
    view::{
        document::{DocumentView, DraftSave, FreezeAnswer, NewDocument},
        hand_over::{HandOverRequest, HandOverStep, HandOverView, SignAnswer},
        lists::{DocumentRow, JobView},
        start::{Phase, PinAnswer},
    },
};
use fieldseal_domain::{
    Language, acceptance::Signer, content::TemplateRef, fold::MoveError, fold::Status, kind::Kind,
};
use fieldseal_render::{RenderError, RenderJob, Rendered};
use fieldseal_tests::{
    tablet::{HereTypesetter, PASSPHRASE, PIN, SetClock, close_request, fill_sheet, sign_request},
    workshop::blank_customer,
};
use script::{Customers, Line, STROKES, Step, ink_after};
use std::{env, io::Write, path::Path, sync::Arc};
use uuid::Uuid;

#[path = "script.rs"]
#[allow(dead_code, reason = "the watching side uses the rest")]
mod script;

/// Who signs.
const CUSTOMER: &str = "Ștefania Țugulea-Mărginean";

fn say(line: &Line) {
    let mut text = serde_json::to_vec(line).expect("a line");
    text.push(b'\n');
    let mut out = std::io::stdout().lock();
    // Nobody listens any more: then there is nothing left to do.
    if out.write_all(&text).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Typesets in this process and says when the pages are ready.
struct SayingTypesetter;

impl Typesetter for SayingTypesetter {
    fn render(&self, job: &RenderJob) -> Result<Rendered, RenderError> {
        let rendered = HereTypesetter.render(job);
        say(&Line::Typeset);
        rendered
    }

    fn page_png(&self, pdf: &[u8], page: u32, width: u32) -> Result<Vec<u8>, RenderError> {
        HereTypesetter.page_png(pdf, page, width)
    }

    fn template(&self, kind: &Kind, language: Language) -> Result<TemplateRef, RenderError> {
        HereTypesetter.template(kind, language)
    }
}

/// What a step worked on: the document and its number.
#[derive(Default)]
struct Worked {
    doc: Option<Uuid>,
    number: String,
}

impl Worked {
    fn on(doc: Uuid, number: impl Into<String>) -> Self {
        Self { doc: Some(doc), number: number.into() }
    }
}

fn act(step: Step, doc: Option<Uuid>, work: impl FnOnce() -> Worked) {
    say(&Line::Begin { step, doc });
    let Worked { doc, number } = work();
    say(&Line::Done { step, doc, number });
}

struct Visit {
    app: App,
    clock: Arc<SetClock>,
    customers: Customers,
}

fn main() {
    let folder = env::args_os().nth(1).expect("a data folder");
    let remarking = env::args().nth(2).is_some_and(|argument| argument == Customers::Remarking.argument());
    let customers = if remarking { Customers::Remarking } else { Customers::Silent };
    let clock = SetClock::morning();
    let parts = Parts {
        clock: clock.clone(),
        vaults: Arc::new(NoSystemVault),
        typesetter: Arc::new(SayingTypesetter),
    };
    say(&Line::Begin { step: Step::Unlock, doc: None });
    let app = App::open(Path::new(&folder), parts);
    app.unlock(PASSPHRASE).expect("unlocked");
    say(&Line::Done { step: Step::Unlock, doc: None, number: String::new() });
    let visit = Visit { app, clock, customers };
    loop {
        visit.go_on();
    }
}

impl Visit {
    /// The next step, as the screen suggests it.
    fn go_on(&self) {
        let status = self.app.status().expect("a status");
        match status.phase {
            Phase::SignIn => self.sign_in(status.people[0].id),
            Phase::HandOver => self.at_customer(status.people[0].id),
            Phase::Open => self.at_work(),
            Phase::FirstRun | Phase::Locked | Phase::Broken => panic!("cannot go on: {status:?}"),
        }
    }

    /// A PIN after killed tries may have to wait: the clock is ours.
    fn with_pin(&self, mut attempt: impl FnMut() -> PinAnswer) {
        loop {
            match attempt() {
                PinAnswer::Right => return,
                PinAnswer::TooEarly { wait_s } => self.clock.pass(wait_s),
                PinAnswer::Wrong { .. } => panic!("the right PIN was refused"),
            }
        }
    }

    fn sign_in(&self, person: Uuid) {
        act(Step::SignIn, None, || {
            self.with_pin(|| self.app.sign_in(person, PIN).expect("an answer"));
            Worked::default()
        });
    }

    fn at_work(&self) {
        let list = self.app.jobs(JobView::Today).expect("a list");
        match list.documents.first() {
            None => self.begin(),
            Some(row) => self.continue_with(row),
        }
    }

    fn begin(&self) {
        let customers = self.app.customers("").expect("customers");
        let Some(customer) = customers.first() else {
            return act(Step::Customer, None, || {
                self.app.save_customer(&blank_customer()).expect("a customer");
                Worked::default()
            });
        };
        act(Step::New, None, || {
            let start = NewDocument::Customer { customer: customer.id, equipment: None };
            let view = self.app.new_document("service_sheet", &start).expect("a sheet");
            Worked::on(view.id, "")
        });
    }

    fn continue_with(&self, row: &DocumentRow) {
        let doc = row.id;
        match row.status {
            Status::Draft => {
                let view = self.app.document(doc).expect("the draft");
                if view.content.lines.is_empty() { self.fill(&view) } else { self.freeze(doc) }
            }
            Status::Ready => self.hand_over(row),
            Status::PartiallySigned => act(Step::Close, Some(doc), || {
                self.with_pin(|| self.app.close(&close_request(doc)).expect("closed"));
                Worked::on(doc, row.number.as_str())
            }),
            Status::Signed
            | Status::SignedUnavailable
            | Status::Declined
            | Status::Cancelled
            | Status::Expired
            | Status::Voided => panic!("not in the list of what waits: {row:?}"),
        }
    }

    fn fill(&self, view: &DocumentView) {
        act(Step::Fill, Some(view.id), || {
            let mut content = view.content.clone();
            fill_sheet(&mut content);
            let save = DraftSave {
                document: view.id,
                version: view.version,
                content,
                secrets: view.secrets.clone(),
            };
            self.app.draft_save(&save).expect("saved");
            Worked::on(view.id, "")
        });
    }

    fn freeze(&self, doc: Uuid) {
        act(Step::Freeze, Some(doc), || match self.app.freeze(doc).expect("a freeze") {
            FreezeAnswer::Frozen { number, .. } => Worked::on(doc, number),
            FreezeAnswer::Problems { problems, missing_glyphs } => panic!("{problems:?} {missing_glyphs:?}"),
        });
    }

    fn hand_over(&self, row: &DocumentRow) {
        let signer = Signer { name: CUSTOMER.into(), role: String::new(), on_behalf_of: String::new() };
        let request =
            HandOverRequest { document: row.id, slot: "customer".into(), signer, language: Language::Ro };
        act(Step::HandOver, Some(row.id), || {
            let view = self.app.hand_over(&request).expect("handed over");
            Worked::on(row.id, view.number)
        });
    }

    fn at_customer(&self, technician: Uuid) {
        let view = match self.app.hand_over_view() {
            Ok(view) => view,
            // Killed while the remark was typeset: there are no pages to sign, the technician takes the tablet back.
            Err(AppError::Move(MoveError::NotFrozen)) => return self.take_back(technician, None),
            Err(error) => panic!("the customer sees nothing: {error}"),
        };
        let worked = || Worked::on(view.document, view.number.as_str());
        let strokes = view.ink.as_ref().map_or(0, |ink| ink.strokes.len());
        let doc = Some(view.document);
        match view.step {
            HandOverStep::Done => self.take_back(technician, Some(&view)),
            HandOverStep::Reading if view.token.is_empty() => self.take_back(technician, Some(&view)),
            HandOverStep::Reading if view.seen.is_empty() => act(Step::Seen, doc, || {
                self.app.hand_over_seen(&[1], false).expect("seen");
                worked()
            }),
            HandOverStep::Reading if view.remark.is_empty() && self.customers == Customers::Remarking => {
                act(Step::Remark, doc, || {
                    self.app.hand_over_remark("Zgârietură pe capac, văzută azi.").expect("a remark");
                    worked()
                });
            }
            HandOverStep::Reading if strokes < STROKES => act(Step::Stroke, doc, || {
                self.app.hand_over_ink(Some(&ink_after(strokes + 1))).expect("ink");
                worked()
            }),
            HandOverStep::Reading => act(Step::Sign, doc, || {
                let request = fieldseal_app::view::hand_over::SignRequest {
                    ink: Some(ink_after(STROKES)),
                    ..sign_request(CUSTOMER)
                };
                let answer = self.app.sign(&request).expect("signed");
                assert!(matches!(answer, SignAnswer::Signed { .. }), "{answer:?}");
                worked()
            }),
        }
    }

    fn take_back(&self, technician: Uuid, view: Option<&HandOverView>) {
        act(Step::TakeBack, view.map(|view| view.document), || {
            self.with_pin(|| self.app.take_tablet_back(technician, PIN).expect("an answer"));
            Worked { doc: view.map(|view| view.document), number: String::new() }
        });
    }
}
