//! A tablet: an encrypted database, keys, a clock. What the app does around the engine, as small as it can be.

use fieldseal_domain::{
    ContentHash, Digest, FileHash, Language,
    acceptance::{Acceptance, Consent, JournalPosition, Method, Outcome, PagesSeen, Signer},
    content::{Content, Origin, Photo, TemplateRef},
    event::{ClockReading, Continues, Event, FrozenRevision, Recovered, SignedSlot},
    ink::Ink,
    party::{Customer, Job},
};
use fieldseal_seal::{Authority, DeviceKeys, SigningContext, chain};
use fieldseal_store::{
    Author, BlobSort, Continuation, DatabaseKey, Entry, NewEvent, OpenMode, Position, Store,
};
use fieldseal_sync::{Enrolment, KeyHolder, Local, NewKeys, Predecessor, Result, Successor, enrol};
use fieldseal_wire::{Central, enrol::Enrolled};
use rand_core::UnwrapErr;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use uuid::Uuid;

const IDENTITY: &str = "identity";

/// Who the tablet is, kept in its database.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Identity {
    org: String,
    device: String,
    certificates: Vec<Vec<u8>>,
    root: Vec<u8>,
    log: Vec<Vec<u8>>,
}

/// The tablet. The keys outlive its database, as those in a system's key store do.
pub struct Tablet {
    pub folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
    store: Mutex<Option<Store>>,
    vault: Mutex<HashMap<String, Arc<DeviceKeys>>>,
    pub wall_ms: AtomicI64,
    random: AtomicU64,
}

pub const KEY: [u8; 32] = [7; 32];

fn rng() -> impl rand_core::CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

fn salt() -> [u8; 16] {
    use rand_core::Rng as _;
    let mut salt = [0; 16];
    rng().fill_bytes(&mut salt);
    salt
}

fn open(folder: &Path, mode: OpenMode) -> Store {
    Store::open(&folder.join("fieldseal.db"), DatabaseKey::new(KEY), mode).unwrap()
}

impl Tablet {
    /// A tablet that was set up without a server: its own root, its own journal.
    pub fn standalone() -> Arc<Self> {
        let temporary = tempfile::tempdir().unwrap();
        Self::at(temporary.path().to_owned(), Some(temporary))
    }

    /// The same in a folder somebody else keeps.
    pub fn at(folder: PathBuf, temporary: Option<tempfile::TempDir>) -> Arc<Self> {
        let keys = DeviceKeys::make(&mut rng());
        let public = keys.public().unwrap();
        let begin = "2026-01-01T00:00:00Z".parse().unwrap();
        let root = Authority::make(&mut rng(), "Alone", begin).unwrap();
        let device: String = public.public_id().to_string().chars().take(32).collect();
        let certificates = root.issue_device(&mut rng(), &public, &device, begin).unwrap();
        let identity = Identity {
            org: Digest::of(root.root_der()).to_string(),
            device: device.clone(),
            certificates: vec![certificates.p256, certificates.ed25519],
            root: root.root_der().to_vec(),
            log: Vec::new(),
        };
        let mut store = open(&folder, OpenMode::Create);
        store.transact(|tx| tx.put_setting(IDENTITY, &identity)).unwrap();
        let now = jiff::Timestamp::now().as_millisecond();
        let tablet = Self {
            folder,
            _temporary: temporary,
            store: Mutex::new(Some(store)),
            vault: Mutex::new(HashMap::from([(device, Arc::new(keys))])),
            wall_ms: AtomicI64::new(now),
            random: AtomicU64::new(1),
        };
        tablet.write(None, &[opened(&identity, None)]);
        Arc::new(tablet)
    }

    /// Works on the store.
    pub fn on<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        work(self.store.lock().unwrap().as_mut().expect("the database is open"))
    }

    fn identity(&self) -> Identity {
        self.on(|store| store.read().setting(IDENTITY).unwrap().unwrap())
    }

    fn keys(&self) -> Arc<DeviceKeys> {
        Arc::clone(&self.vault.lock().unwrap()[&self.identity().device])
    }

    /// The program ends and starts again.
    pub fn restart(&self) {
        let mut store = self.store.lock().unwrap();
        drop(store.take());
        *store = Some(open(&self.folder, OpenMode::Existing));
    }

    /// An image of the database as it is now.
    pub fn image(&self) -> PathBuf {
        let target = self.folder.join("image.db");
        self.on(|store| store.backup_to(&target).unwrap());
        target
    }

    /// An old image of the database is put back.
    pub fn put_back(&self, image: &Path) {
        let mut store = self.store.lock().unwrap();
        drop(store.take());
        let here = self.folder.join("fieldseal.db");
        for suffix in ["-wal", "-shm"] {
            let mut name = here.clone().into_os_string();
            name.push(suffix);
            let _ = std::fs::remove_file(name);
        }
        std::fs::copy(image, &here).unwrap();
        *store = Some(open(&self.folder, OpenMode::Existing));
    }

    fn reading(&self) -> ClockReading {
        let at = jiff::Timestamp::from_millisecond(self.wall_ms.load(Ordering::SeqCst)).unwrap_or_default();
        ClockReading { wall: at.to_string(), zone: "UTC".into(), mono_ms: 1, server_offset_ms: None }
    }

    /// Writes events into the own journal.
    pub fn write(&self, doc: Option<Uuid>, events: &[Event]) -> Vec<Position> {
        let (identity, keys, clock) = (self.identity(), self.keys(), self.reading());
        let wall_ms = self.wall_ms.fetch_add(1000, Ordering::SeqCst);
        let sign = |header: &[u8]| chain::sign_header(&keys, header).1.0;
        let author = Author {
            org: &identity.org,
            device: &identity.device,
            clock: &clock,
            wall_ms,
            head: None,
            sign: &sign,
        };
        let new: Vec<NewEvent<'_>> =
            events.iter().map(|event| NewEvent { doc, event, salt: salt() }).collect();
        self.on(|store| store.transact(|tx| tx.append_all(&author, &new)).unwrap())
    }

    /// Begins a document.
    pub fn create(&self, name: &str, job: Option<Uuid>) -> Uuid {
        self.create_with(name, job, &[])
    }

    fn create_with(&self, name: &str, job: Option<Uuid>, photos: &[Vec<u8>]) -> Uuid {
        let doc = Uuid::now_v7();
        let customer = Customer { id: Uuid::now_v7(), name: name.into(), ..Customer::default() };
        let origin = job.map(|job| Origin::Job { job, code: "J-1".into() });
        let photos = photos.iter().map(|bytes| self.photo(bytes)).collect();
        let kind = "service_sheet".into();
        let content = Content { kind, customer, origin: origin.clone(), photos, ..Content::default() };
        self.write(Some(doc), &[Event::Created { content: Box::new(content), origin, by: Uuid::nil() }]);
        doc
    }

    /// A visit: begun, frozen, signed; the sealed file is `size` bytes.
    pub fn visit(&self, name: &str, size: usize) -> Uuid {
        self.visit_with(name, size, &[])
    }

    fn photo(&self, bytes: &[u8]) -> Photo {
        self.on(|store| store.transact(|tx| tx.put_blob(BlobSort::Picture, "image/jpeg", bytes)).unwrap());
        Photo {
            sha256: Digest::of(bytes),
            caption: String::new(),
            taken_at: String::new(),
            width: 1600,
            height: 1200,
            size: bytes.len() as u64,
            media_type: "image/jpeg".into(),
        }
    }

    /// A visit with photos.
    pub fn visit_with(&self, name: &str, size: usize, photos: &[Vec<u8>]) -> Uuid {
        let doc = self.create_with(name, None, photos);
        let mut pdf: Vec<u8> = format!("%PDF {doc} {name} ").into_bytes();
        self.store_file(BlobSort::Frozen, &pdf);
        let file = FileHash::of(&pdf);
        let frozen = FrozenRevision {
            number: format!("FS-2026-AAAA-{:05}", self.random.fetch_add(1, Ordering::SeqCst)),
            revision: 0,
            content_hash: ContentHash(Digest::of(b"content")),
            file,
            pages: 1,
            size: pdf.len() as u64,
            template: TemplateRef { id: "standard".into(), hash: Digest::default() },
            slots: vec!["technician".into()],
            edits: None,
            by: Uuid::nil(),
        };
        self.write(Some(doc), &[Event::Frozen(Box::new(frozen.clone()))]);
        while pdf.len() < size {
            let more = Digest::of(&pdf).0;
            pdf.extend_from_slice(&more);
            let again = pdf.clone();
            pdf.extend_from_slice(&again);
        }
        pdf.truncate(size.max(40));
        self.store_file(BlobSort::Sealed, &pdf);
        let signed = self.signed(&frozen, &pdf);
        let closed = Event::Closed { outcome: Outcome::Signed, sealed: FileHash::of(&pdf), by: Uuid::nil() };
        self.write(Some(doc), &[signed, closed]);
        doc
    }

    fn store_file(&self, sort: BlobSort, bytes: &[u8]) {
        self.on(|store| store.transact(|tx| tx.put_blob(sort, "application/pdf", bytes)).unwrap());
    }

    fn signed(&self, frozen: &FrozenRevision, pdf: &[u8]) -> Event {
        let identity = self.identity();
        let last = self.on(|store| store.read().last_position(&identity.device).unwrap().unwrap());
        let consent = Consent {
            id: "c".into(),
            language: Language::En,
            sha256: Digest::default(),
            text: String::new(),
        };
        let acceptance = Acceptance {
            format: "fieldseal/acceptance/v1".into(),
            number: frozen.number.clone(),
            revision: 0,
            content: frozen.content_hash,
            file: frozen.file,
            slot: "technician".into(),
            signer: Signer::default(),
            method: Method::Drawn,
            pointer: None,
            ink: Digest::default(),
            small_confirmed: false,
            consent,
            pages: PagesSeen { total: 1, seen: vec![1], as_text: false },
            outcome: Some(Outcome::Signed),
            empty_slots: vec![],
            org: identity.org,
            device: identity.device,
            at: self.reading(),
            journal: JournalPosition { n: last.n, id: last.id },
            checkpoint: None,
        };
        let ink = Some(Ink { v: 1, w: 60_000, h: 20_000, strokes: vec![vec![0, 0, 9_000, 900]] });
        let sealed = FileHash::of(pdf);
        Event::Signed(Box::new(SignedSlot { acceptance, ink, sealed, size: pdf.len() as u64, closes: true }))
    }

    /// Saves a job, assigned or not.
    pub fn save_job(&self, job: Uuid, technician: Option<Uuid>) {
        let job = Job { id: job, code: "J-1".into(), technician, ..Job::default() };
        self.write(None, &[Event::JobSaved(Box::new(job))]);
    }

    /// Becomes a device of the organisation.
    pub async fn enrol(&self, central: &impl Central, code: &str) {
        self.try_enrol(central, code).await.unwrap();
    }

    /// The same, when it may fail.
    pub async fn try_enrol(&self, central: &impl Central, code: &str) -> Result<()> {
        let successor = self.successor()?;
        let end = self.end();
        let predecessors = self.predecessors(&successor.keys().ed25519);
        let enrolment = Enrolment {
            code: code.to_owned(),
            label: "test".into(),
            app_version: self.app_version(),
            predecessors,
        };
        let enrolled = enrol(central, &*successor, &enrolment, self.now()).await?;
        successor.adopt(&enrolled, end)
    }

    /// Every journal this tablet wrote, oldest first, each with its key's word for the new one.
    fn predecessors(&self, new_key: &[u8; 32]) -> Vec<Predecessor> {
        let current = self.device();
        let mut journals = self.on(|store| store.read().own_journals().unwrap());
        journals.sort_by_key(|journal| journal.device == current);
        let vault = self.vault.lock().unwrap();
        let word = |journal: &fieldseal_store::JournalState| {
            let keys = &vault[&journal.device];
            Predecessor {
                device: journal.device.clone(),
                ed25519: keys.public().unwrap().ed25519_raw,
                certificates: Vec::new(),
                end: (journal.n, journal.id),
                proof: Some(keys.sign_statement(SigningContext::Continues, new_key)),
            }
        };
        journals.iter().map(word).collect()
    }

    fn end(&self) -> (u64, Digest) {
        let device = self.device();
        self.on(|store| {
            store.read().last_position(&device).unwrap().map_or((0, Digest::default()), |p| (p.n, p.id))
        })
    }

    /// Ids of every own entry, also of those that stand inside others.
    pub fn own_entries(&self) -> Vec<Digest> {
        self.on(|store| {
            let read = store.read();
            let journals = read.own_journals().unwrap();
            let mut ids = Vec::new();
            for journal in journals {
                for entry in read.entries_after(&journal.device, 0, 100_000).unwrap() {
                    ids.push(entry.id);
                }
            }
            ids
        })
    }

    /// Ids of own entries that were never acknowledged.
    pub fn unacked_entries(&self) -> Vec<Digest> {
        self.on(|store| {
            let read = store.read();
            let journals = read.own_journals().unwrap();
            let unacked =
                |j: &fieldseal_store::JournalState| read.entries_after(&j.device, j.acked, 100_000).unwrap();
            journals.iter().flat_map(unacked).map(|entry| entry.id).collect()
        })
    }

    /// Own entries and files that the server does not have.
    pub fn left(&self) -> (u64, u64) {
        let only = self.on(|store| store.read().only_here().unwrap());
        (only.entries, only.files)
    }
}

fn opened(identity: &Identity, continues: Option<Continues>) -> Event {
    Event::JournalOpened {
        device_code: "AAAA".into(),
        certificate: identity.certificates.last().map_or(Digest::default(), |der| Digest::of(der)),
        root: Digest::of(&identity.root),
        app_version: "test".into(),
        continues,
    }
}

fn recovered(entry: &Entry) -> Event {
    Event::Recovered(Box::new(Recovered {
        device: entry.header.device.clone(),
        n: entry.header.n,
        header: entry.header_bytes.clone(),
        signature: entry.signature.to_vec(),
        salt: entry.body.as_ref().map(|body| body.salt.to_vec()),
        body: entry.body.as_ref().map(|body| body.bytes.clone()),
    }))
}

struct Next<'a> {
    tablet: &'a Tablet,
    keys: DeviceKeys,
}

impl KeyHolder for Next<'_> {
    fn keys(&self) -> NewKeys {
        let public = self.keys.public().unwrap();
        NewKeys { ed25519: public.ed25519_raw, p256: public.p256_spki }
    }

    fn prove(&self, context: SigningContext, bytes: &[u8]) -> ([u8; 64], Vec<u8>) {
        (self.keys.sign_statement(context, bytes), self.keys.sign_statement_p256(context, bytes))
    }
}

impl Successor for Next<'_> {
    fn adopt(&self, enrolled: &Enrolled, common: (u64, Digest)) -> Result<()> {
        let tablet = self.tablet;
        let before = tablet.identity();
        let identity = Identity {
            org: enrolled.org.clone(),
            device: enrolled.device.clone(),
            certificates: [&enrolled.p256, &enrolled.ed25519, &enrolled.issuing, &enrolled.root]
                .iter()
                .map(|der| der.0.clone())
                .collect(),
            root: enrolled.root.0.clone(),
            log: vec![enrolled.log.0.clone(), enrolled.issuing.0.clone()],
        };
        let keys = Arc::new(DeviceKeys::from_secret_bytes(&self.keys.to_secret_bytes()).unwrap());
        tablet.vault.lock().unwrap().insert(identity.device.clone(), Arc::clone(&keys));
        let continues = Continues { device: before.device.clone(), n: common.0, id: common.1 };
        let opened = opened(&identity, Some(continues));
        let clock = tablet.reading();
        let sign = |header: &[u8]| chain::sign_header(&keys, header).1.0;
        let author = Author {
            org: &identity.org,
            device: &identity.device,
            clock: &clock,
            wall_ms: tablet.wall_ms.fetch_add(1000, Ordering::SeqCst),
            head: None,
            sign: &sign,
        };
        let how = Continuation {
            old: &before.device,
            common: common.0,
            author: &author,
            opened: NewEvent { doc: None, event: &opened, salt: salt() },
            recover: &recovered,
        };
        tablet.on(|store| {
            store.transact(|tx| {
                tx.continue_journal(&how, &mut salt)?;
                tx.put_setting(IDENTITY, &identity)
            })
        })?;
        Ok(())
    }
}

impl Local for Tablet {
    fn with_store(&self, work: &mut dyn FnMut(&mut Store)) -> bool {
        match self.store.lock().unwrap().as_mut() {
            Some(store) => {
                work(store);
                true
            }
            None => false,
        }
    }

    fn device(&self) -> String {
        self.identity().device
    }

    fn app_version(&self) -> String {
        "test".into()
    }

    fn root(&self) -> Vec<u8> {
        self.identity().root
    }

    fn log_certificates(&self) -> Vec<Vec<u8>> {
        self.identity().log
    }

    fn certificates(&self) -> Vec<Vec<u8>> {
        self.identity().certificates
    }

    fn public_key(&self) -> [u8; 32] {
        self.keys().public().unwrap().ed25519_raw
    }

    fn sign(&self, context: SigningContext, bytes: &[u8]) -> [u8; 64] {
        self.keys().sign_statement(context, bytes)
    }

    fn now_ms(&self) -> i64 {
        self.wall_ms.load(Ordering::SeqCst)
    }

    fn random(&self) -> u64 {
        self.random.fetch_add(1, Ordering::SeqCst)
    }

    fn successor(&self) -> Result<Box<dyn Successor + '_>> {
        Ok(Box::new(Next { tablet: self, keys: DeviceKeys::make(&mut rng()) }))
    }
}
