//! A tablet without a window: the real use cases on a real database, a clock that a story can set.

use crate::workshop::{blank_customer, ink_of};
use fieldseal_app::{
    App, Parts,
    clock::Clock,
    typeset::Typesetter,
    vault::NoSystemVault,
    view::{
        document::{DocumentView, DraftSave, FreezeAnswer, NewDocument},
        hand_over::{CloseRequest, HandOverRequest, HandOverView, SignRequest},
        start::{AppStatus, FirstRun, FirstRunDone, KeyStoreKind},
    },
};
use fieldseal_domain::{
    Language,
    acceptance::{Method, Signer},
    content::{Content, Line, LineType},
    ink::PointerKind,
    kind::Kind,
    money::{Minor, Quantity, VatRate},
    party::{Customer, Firm},
};
use fieldseal_render::{RenderError, RenderJob, Rendered, Renderer, pages, templates};
use jiff::{SignedDuration, Zoned};
use std::{
    path::Path,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use uuid::Uuid;

/// PIN of the technician in the stories.
pub const PIN: &str = "2580";
/// Passphrase of the key file in the stories.
pub const PASSPHRASE: &str = "three little words";

/// A clock that stands where a story puts it.
#[derive(Debug)]
pub struct SetClock {
    base: Zoned,
    wall_ms: AtomicI64,
    mono_ms: AtomicU64,
}

impl SetClock {
    /// Starts on the morning of 1 September 2026 in Bucharest.
    #[must_use]
    pub fn morning() -> Arc<Self> {
        let base = "2026-09-01T08:10:00[Europe/Bucharest]".parse().expect("a zoned time");
        Arc::new(Self { base, wall_ms: AtomicI64::new(0), mono_ms: AtomicU64::new(0) })
    }

    /// Time goes by, on all clocks.
    pub fn pass(&self, seconds: u32) {
        self.wall_ms.fetch_add(i64::from(seconds) * 1000, Ordering::SeqCst);
        self.mono_ms.fetch_add(u64::from(seconds) * 1000, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock; the monotonic clock does not care.
    pub fn set_wall(&self, seconds: i64) {
        self.wall_ms.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// The program starts again: the monotonic clock begins at zero.
    pub fn restart(&self) {
        self.mono_ms.store(0, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Zoned {
        let passed = SignedDuration::from_millis(self.wall_ms.fetch_add(1, Ordering::SeqCst));
        self.base.checked_add(passed).unwrap_or_else(|_| self.base.clone())
    }

    fn mono_ms(&self) -> u64 {
        self.mono_ms.load(Ordering::SeqCst)
    }
}

/// Typesetting in this process: the engine that the worker runs, without the worker.
pub struct HereTypesetter;

static ENGINE: LazyLock<Mutex<Renderer>> = LazyLock::new(|| Mutex::new(Renderer::new()));

impl Typesetter for HereTypesetter {
    fn render(&self, job: &RenderJob) -> Result<Rendered, RenderError> {
        ENGINE.lock().unwrap_or_else(PoisonError::into_inner).render(job)
    }

    fn page_png(&self, pdf: &[u8], page: u32, width: u32) -> Result<Vec<u8>, RenderError> {
        Ok(pages::page_png(pdf, page, width)?)
    }

    fn template(
        &self,
        kind: &Kind,
        language: Language,
    ) -> Result<fieldseal_domain::content::TemplateRef, RenderError> {
        templates::reference(&kind.template, language)
            .ok_or_else(|| RenderError::UnknownTemplate(kind.template.clone()))
    }
}

/// A tablet in a story.
pub struct Tablet {
    /// The app.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<SetClock>,
    /// Its data folder.
    pub folder: TempDir,
    /// What first run gave.
    pub first_run: FirstRunDone,
}

fn parts(clock: &Arc<SetClock>) -> Parts {
    Parts { clock: clock.clone(), vaults: Arc::new(NoSystemVault), typesetter: Arc::new(HereTypesetter) }
}

/// Opens the app on a folder.
#[must_use]
pub fn open(folder: &Path, clock: &Arc<SetClock>) -> Arc<App> {
    Arc::new(open_alone(folder, clock))
}

/// The same for whoever holds it alone.
#[must_use]
pub fn open_alone(folder: &Path, clock: &Arc<SetClock>) -> App {
    App::open(folder, parts(clock))
}

/// First run of the stories.
#[must_use]
pub fn first_run_request() -> FirstRun {
    FirstRun {
        firm: Firm { name: "Demo Service Group".into(), color: "#14604f".into(), ..Firm::default() },
        person: "Radu Exemplaru".into(),
        language: Language::Ro,
        pin: PIN.into(),
        key_store: KeyStoreKind::PassphraseFile,
        passphrase: PASSPHRASE.into(),
    }
}

impl Tablet {
    /// A tablet that was just set up; its first person is at work.
    #[must_use]
    pub fn set_up() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = SetClock::morning();
        let app = open(folder.path(), &clock);
        let first_run = app.first_run(&first_run_request()).expect("first run");
        Self { app, clock, folder, first_run }
    }

    /// The program is started again, as after a kill: nothing is told to the old one.
    #[must_use]
    pub fn restarted(self) -> Self {
        let Self { app, clock, folder, first_run } = self;
        app.stop_sync();
        drop(app);
        clock.restart();
        let app = open(folder.path(), &clock);
        app.unlock(PASSPHRASE).expect("the passphrase opens it");
        Self { app, clock, folder, first_run }
    }

    /// Status.
    #[must_use]
    pub fn status(&self) -> AppStatus {
        self.app.status().expect("a status")
    }

    /// Who is at work.
    #[must_use]
    pub fn person(&self) -> Uuid {
        let status = self.status();
        status.person.or(status.people.first().cloned()).expect("a person").id
    }

    /// A customer like the first of the demo firm.
    #[must_use]
    pub fn customer(&self) -> Customer {
        self.app.save_customer(&blank_customer()).expect("a customer")
    }

    /// A service sheet that can be frozen.
    #[must_use]
    pub fn filled_sheet(&self) -> DocumentView {
        let customer = self.customer();
        let start = NewDocument::Customer { customer: customer.id, equipment: None };
        let view = self.app.new_document("service_sheet", &start).expect("a new sheet");
        self.save(&view, fill_sheet)
    }

    /// Saves a changed draft.
    #[must_use]
    pub fn save(&self, view: &DocumentView, change: impl FnOnce(&mut Content)) -> DocumentView {
        let mut content = view.content.clone();
        change(&mut content);
        let save =
            DraftSave { document: view.id, version: view.version, content, secrets: view.secrets.clone() };
        self.app.draft_save(&save).expect("a saved draft");
        self.app.document(view.id).expect("the document")
    }

    /// Freezes and gives the number.
    #[must_use]
    pub fn freeze(&self, doc: Uuid) -> String {
        match self.app.freeze(doc).expect("a freeze") {
            FreezeAnswer::Frozen { number, .. } => number,
            FreezeAnswer::Problems { problems, missing_glyphs } => {
                panic!("not ready: {problems:?} {missing_glyphs:?}")
            }
        }
    }

    /// Hands over to the customer.
    #[must_use]
    pub fn hand_over(&self, doc: Uuid, slot: &str, language: Language) -> HandOverView {
        let signer = Signer {
            name: "Ștefania Țugulea-Mărginean".into(),
            role: "administrator".into(),
            on_behalf_of: String::new(),
        };
        let request = HandOverRequest { document: doc, slot: slot.into(), signer, language };
        self.app.hand_over(&request).expect("a hand-over")
    }

    /// The customer draws and signs.
    pub fn sign(&self, name: &str) {
        let request = sign_request(name);
        self.app.hand_over_seen(&[1], false).expect("pages seen");
        self.app.sign(&request).expect("a signature");
    }

    /// The technician takes the tablet back.
    pub fn take_back(&self) {
        let answer = self.app.take_tablet_back(self.person(), PIN).expect("an answer");
        assert_eq!(answer, fieldseal_app::view::start::PinAnswer::Right);
    }

    /// The technician closes the file.
    pub fn close(&self, doc: Uuid) {
        let answer = self.app.close(&close_request(doc)).expect("closed");
        assert_eq!(answer, fieldseal_app::view::start::PinAnswer::Right);
    }

    /// A whole visit: sheet, freeze, signature of the customer, technician closes.
    #[must_use]
    pub fn signed_sheet(&self) -> Uuid {
        let sheet = self.filled_sheet();
        let _number = self.freeze(sheet.id);
        let _view = self.hand_over(sheet.id, "customer", Language::Ro);
        self.sign("Ștefania Țugulea-Mărginean");
        self.take_back();
        self.close(sheet.id);
        sheet.id
    }
}

/// What a customer's screen sends.
#[must_use]
pub fn sign_request(name: &str) -> SignRequest {
    SignRequest {
        signer: Signer { name: name.into(), role: "administrator".into(), on_behalf_of: String::new() },
        method: Method::Drawn,
        ink: Some(ink_of(1)),
        pointer: Some(PointerKind::Touch),
        consent_given: true,
        small_confirmed: false,
    }
}

/// What the technician's screen sends.
#[must_use]
pub fn close_request(doc: Uuid) -> CloseRequest {
    CloseRequest {
        document: doc,
        pin: PIN.into(),
        ink: Some(ink_of(2)),
        pointer: Some(PointerKind::Pen),
        small_confirmed: false,
        keep: false,
    }
}

/// Fills a sheet in so that nothing is missing.
pub fn fill_sheet(content: &mut Content) {
    for (key, value) in [
        ("fault", "Cuptorul nu mai atinge 250 °C; ușa de sus nu se închide etanș."),
        ("work_done", "Înlocuit 2 garnituri, recalibrat termostatul."),
        ("completion", "full"),
    ] {
        content.fields.insert(key.into(), value.into());
    }
    content.lines = vec![Line {
        line_type: LineType::Package,
        description: "Revizie anuală".into(),
        quantity: Quantity(1000),
        unit: "pcs".into(),
        unit_price: Some(Minor(45_000)),
        vat_bp: VatRate(2100),
        ..Line::default()
    }];
}
