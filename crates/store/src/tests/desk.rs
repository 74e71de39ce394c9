//! A tablet on the table: an open store, a clock that ticks, salts that never repeat.

use crate::{Author, DatabaseKey, Freeze, NewEvent, OpenMode, Position, Seal, Store, StoreError};
use fieldseal_domain::{
    ContentHash, Digest, FileHash, Language,
    acceptance::{Acceptance, Consent, JournalPosition, Method, Outcome, PagesSeen, Signer},
    content::{Content, TemplateRef},
    event::{ClockReading, Event, FrozenRevision, SignedSlot},
    ink::Ink,
    party::Customer,
};
use std::{cell::Cell, path::PathBuf};
use uuid::Uuid;

pub const DEVICE: &str = "tablet-1";
pub const START_MS: i64 = 1_790_000_000_000;

pub fn key() -> DatabaseKey {
    DatabaseKey::new([7; 32])
}

fn sign(header: &[u8]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&Digest::of(header).0);
    signature
}

pub static SIGN: fn(&[u8]) -> [u8; 64] = sign;

pub struct Desk {
    pub dir: tempfile::TempDir,
    pub store: Store,
    pub wall_ms: Cell<i64>,
    salt: Cell<u64>,
    clock: ClockReading,
}

pub fn uuid(n: u64) -> Uuid {
    Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | n)
}

impl Desk {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("fieldseal.db"), key(), OpenMode::Create).unwrap();
        let clock = ClockReading { wall: "2026-09-21T10:00:00+03:00".into(), ..ClockReading::default() };
        Self { dir, store, wall_ms: Cell::new(START_MS), salt: Cell::new(0), clock }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("fieldseal.db")
    }

    pub fn salt(&self) -> [u8; 16] {
        self.salt.set(self.salt.get() + 1);
        u128::from(self.salt.get()).to_be_bytes()
    }

    fn author_at(clock: &ClockReading, wall_ms: i64) -> Author<'_> {
        Author { org: "demo", device: DEVICE, clock, wall_ms, head: None, sign: &SIGN }
    }

    pub fn tick(&self) -> i64 {
        self.wall_ms.set(self.wall_ms.get() + 1000);
        self.wall_ms.get()
    }

    pub fn append(&mut self, doc: Option<Uuid>, event: &Event) -> Result<Position, StoreError> {
        let (wall, salt) = (self.tick(), self.salt());
        let author = Self::author_at(&self.clock, wall);
        self.store.transact(|tx| tx.append(&author, NewEvent { doc, event, salt }))
    }

    pub fn create(&mut self, doc: Uuid, content: Content) {
        let event =
            Event::Created { origin: content.origin.clone(), content: Box::new(content), by: uuid(99) };
        self.append(Some(doc), &event).unwrap();
    }

    pub fn freeze(
        &mut self,
        doc: Uuid,
        draft_version: u64,
        frozen: FrozenRevision,
        pdf: &[u8],
    ) -> Result<(), StoreError> {
        self.freeze_with(doc, draft_version, vec![Event::Frozen(Box::new(frozen))], pdf)
    }

    pub fn freeze_with(
        &mut self,
        doc: Uuid,
        draft_version: u64,
        events: Vec<Event>,
        pdf: &[u8],
    ) -> Result<(), StoreError> {
        let wall = self.tick();
        let events: Vec<NewEvent<'_>> =
            events.iter().map(|event| NewEvent { doc: Some(doc), event, salt: self.salt() }).collect();
        let author = Self::author_at(&self.clock, wall);
        self.store.freeze(&Freeze { author: &author, doc, draft_version, events: &events, pdf }).map(|_| ())
    }

    pub fn seal(&mut self, doc: Uuid, slot: &str, events: Vec<Event>, pdf: &[u8]) -> Result<(), StoreError> {
        let wall = self.tick();
        let events: Vec<NewEvent<'_>> =
            events.iter().map(|event| NewEvent { doc: Some(doc), event, salt: self.salt() }).collect();
        let author = Self::author_at(&self.clock, wall);
        self.store.seal(&Seal { author: &author, doc, slot, events: &events, pdf }).map(|_| ())
    }

    /// A signature that fits the document as it stands.
    pub fn signed(&self, doc: Uuid, slot: &str, closes: bool, pdf: &[u8]) -> Event {
        let state = self.store.read().document_state(doc).unwrap().unwrap();
        let frozen = state.frozen.unwrap();
        let last = self.store.read().last_position(DEVICE).unwrap().unwrap();
        let acceptance = Acceptance {
            format: "fieldseal/acceptance/v1".into(),
            number: frozen.number,
            revision: frozen.revision,
            content: frozen.content_hash,
            file: state.file.unwrap(),
            slot: slot.into(),
            signer: Signer::default(),
            method: Method::Drawn,
            pointer: None,
            ink: Digest::default(),
            small_confirmed: false,
            consent: Consent {
                id: "c".into(),
                language: Language::En,
                sha256: Digest::default(),
                text: String::new(),
            },
            pages: PagesSeen { total: 1, seen: vec![1], as_text: false },
            outcome: closes.then_some(Outcome::Signed),
            empty_slots: vec![],
            org: "demo".into(),
            device: DEVICE.into(),
            at: self.clock.clone(),
            journal: JournalPosition { n: last.n, id: last.id },
            checkpoint: None,
        };
        let ink = Some(Ink { v: 1, w: 60_000, h: 20_000, strokes: vec![vec![0, 0, 9_000, 900]] });
        let (sealed, size) = (FileHash::of(pdf), pdf.len() as u64);
        Event::Signed(Box::new(SignedSlot { acceptance, ink, sealed, size, closes }))
    }
}

pub fn content(name: &str) -> Content {
    let customer = Customer { id: uuid(1), name: name.into(), ..Customer::default() };
    Content { kind: "service_sheet".into(), customer, ..Content::default() }
}

pub fn frozen(number: &str, revision: u32, pdf: &[u8]) -> FrozenRevision {
    FrozenRevision {
        number: number.into(),
        revision,
        content_hash: ContentHash(Digest::of(b"content")),
        file: FileHash::of(pdf),
        pages: 1,
        size: pdf.len() as u64,
        template: TemplateRef { id: "standard".into(), hash: Digest::default() },
        slots: vec!["customer".into(), "technician".into()],
        edits: None,
        by: uuid(99),
    }
}
