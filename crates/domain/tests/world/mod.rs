//! Several devices that write about one document, each knowing only what it has pulled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

use fieldseal_domain::{
    ContentHash, Digest, FileHash, Language,
    acceptance::{
        ACCEPTANCE_FORMAT, Acceptance, Consent, EmptySlot, JournalPosition, Method, NoSignatureReason,
        Outcome, PagesSeen, Signer,
    },
    content::{Content, TemplateRef},
    event::{
        Change, ClockReading, Event, FrozenRevision, Header, ReadEvent, Recovered, SignedSlot, body_hash,
        event_id,
    },
    facts::{Envelope, Facts, Verdict},
    fold::{DocumentState, FoldEntry, Place, portions},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Milliseconds at which every story begins: ten o'clock.
pub const TEN: u64 = 1_795_342_800_000;
/// Bytes of one save: lists are written in several.
pub const ROOM: usize = 400;
/// A minute.
pub const MINUTE: u64 = 60_000;

/// An entry as it was written.
#[derive(Clone)]
pub struct Written {
    pub header: Header,
    pub bytes: Vec<u8>,
    pub body: Vec<u8>,
    pub facts: Option<Facts>,
}

impl Written {
    pub fn id(&self) -> Digest {
        event_id(&self.bytes)
    }

    pub fn entry(&self) -> FoldEntry {
        FoldEntry {
            id: self.id(),
            place: Place { hlc: self.header.hlc, device: self.header.device.clone(), n: self.header.n },
            critical: self.header.critical,
            event: Event::from_parts(&self.header.kind, &self.body).unwrap(),
            facts: self.facts,
            here: false,
        }
    }

    pub fn recovered(&self) -> Event {
        Event::Recovered(Box::new(Recovered {
            device: self.header.device.clone(),
            n: self.header.n,
            header: self.bytes.clone(),
            signature: vec![0; 64],
            salt: Some(vec![7; 16]),
            body: Some(self.body.clone()),
        }))
    }

    pub fn event(&self) -> Event {
        match Event::from_parts(&self.header.kind, &self.body).unwrap() {
            ReadEvent::Known(event) => *event,
            ReadEvent::Unknown | ReadEvent::Erased => panic!("written by ourselves"),
        }
    }
}

/// Everything that was written anywhere, and what each device knows of it.
#[derive(Default, Clone)]
pub struct World {
    pub log: Vec<Written>,
    known: Vec<(String, BTreeSet<usize>)>,
    pub seq: u64,
    pub now: u64,
    files: u64,
}

pub fn by() -> Uuid {
    Uuid::from_u128(9)
}

impl World {
    pub fn new() -> Self {
        Self { now: TEN, ..Self::default() }
    }

    /// Writes on a device at the story's time.
    pub fn write(&mut self, device: &str, event: &Event) -> Digest {
        self.write_at(device, event, self.now)
    }

    /// Writes on a device whose clock says `wall` (Unix milliseconds).
    pub fn write_at(&mut self, device: &str, event: &Event, wall: u64) -> Digest {
        let known = self.known(device);
        let own = |written: &&Written| written.header.device == device;
        let last = self.log.iter().filter(own).map(|written| (written.header.n, written.id())).max();
        let seen = known.iter().map(|at| self.log[*at].header.hlc).max().unwrap_or_default();
        let (kind, body) = event.to_parts().unwrap();
        let header = Header {
            v: 1,
            critical: event.is_critical(),
            org: "org".into(),
            device: device.into(),
            n: last.map_or(1, |(n, _)| n + 1),
            prev: last.map_or_else(Digest::default, |(_, id)| id),
            hlc: seen.next(i64::try_from(wall).unwrap()),
            at: ClockReading::default(),
            head: None,
            doc: Some(Uuid::from_u128(1)),
            kind,
            body_hash: body_hash(&[7; 16], &body),
        };
        let bytes = header.to_bytes().unwrap();
        self.log.push(Written { header, bytes, body, facts: None });
        let at = self.log.len() - 1;
        self.known_mut(device).insert(at);
        self.log[at].id()
    }

    /// The device sends all it wrote, and gets all that others had sent.
    pub fn sync(&mut self, device: &str) {
        self.push(device);
        let there: Vec<usize> = (0..self.log.len()).filter(|at| self.log[*at].facts.is_some()).collect();
        self.known_mut(device).extend(there);
    }

    /// The device sends all it wrote; the answer, with what is new, is lost.
    pub fn push(&mut self, device: &str) {
        for at in 0..self.log.len() {
            let written = &mut self.log[at];
            if written.header.device == device && written.facts.is_none() {
                let received_ms = i64::try_from(self.now).unwrap();
                let clamped = Envelope::clamp(written.header.hlc, received_ms);
                written.facts =
                    Some(Facts { seq: self.seq, received_ms, verdict: Verdict::Accepted, clamped });
                self.seq += 1;
            }
        }
    }

    pub fn set_verdict(&mut self, id: Digest, verdict: Verdict) {
        let written = self.log.iter_mut().find(|written| written.id() == id).unwrap();
        written.facts = Some(Facts { verdict, ..written.facts.unwrap() });
    }

    /// The document as a device sees it.
    pub fn on(&mut self, device: &str) -> DocumentState {
        let known = self.known(device);
        DocumentState::fold(known.iter().map(|at| self.log[*at].entry()))
    }

    /// The document when everything has arrived.
    pub fn all(&self) -> DocumentState {
        DocumentState::fold(self.log.iter().map(Written::entry))
    }

    fn known(&mut self, device: &str) -> BTreeSet<usize> {
        self.known_mut(device).clone()
    }

    fn known_mut(&mut self, device: &str) -> &mut BTreeSet<usize> {
        if !self.known.iter().any(|(name, _)| name == device) {
            self.known.push((device.to_owned(), BTreeSet::new()));
        }
        &mut self.known.iter_mut().find(|(name, _)| name == device).unwrap().1
    }

    pub fn create(&mut self, device: &str) {
        self.write(device, &Event::Created { content: Box::default(), origin: None, by: by() });
    }

    /// Changes the draft as the device sees it.
    pub fn edit(&mut self, device: &str, change: impl FnOnce(&mut Content)) -> Digest {
        self.edit_at(device, self.now, change)
    }

    pub fn edit_at(&mut self, device: &str, wall: u64, change: impl FnOnce(&mut Content)) -> Digest {
        let state = self.on(device);
        let mut content = state.content.clone();
        change(&mut content);
        let mut last = None;
        for portion in portions(&state.content, &content, ROOM).unwrap() {
            let over = |(pointer, value): (String, serde_json::Value)| {
                let parent = state.parent_of(&pointer);
                (pointer, Change { value, parent })
            };
            let changes = portion.into_iter().map(over).collect();
            last = Some(self.write_at(device, &Event::FieldsChanged { changes, by: by() }, wall));
        }
        last.expect("something was changed")
    }

    pub fn freeze(&mut self, device: &str) -> Digest {
        let state = self.on(device);
        self.files += 1;
        let content = ContentHash(Digest::of(format!("content {}", self.files).as_bytes()));
        let number = state.number.clone().unwrap_or_else(|| format!("FS-2026-{device}-00001"));
        self.write(
            device,
            &Event::Frozen(Box::new(FrozenRevision {
                number,
                revision: state.next_revision,
                content_hash: content,
                file: FileHash(Digest::of(format!("frozen {}", self.files).as_bytes())),
                pages: 1,
                size: 1,
                template: TemplateRef { id: "standard".into(), hash: Digest::of(b"t") },
                slots: vec!["customer".into(), "technician".into()],
                edits: Some(state.edits()),
                by: by(),
            })),
        )
    }

    pub fn sign(&mut self, device: &str, slot: &str) -> Digest {
        let state = self.on(device);
        let frozen = state.frozen.clone().expect("frozen");
        let closes = state.closing_slot() == Some(slot);
        self.files += 1;
        let sealed = FileHash(Digest::of(format!("sealed {}", self.files).as_bytes()));
        let empty_slots = if closes { state.empty_slots() } else { Vec::new() };
        let outcome = closes.then(|| state.outcome());
        let acceptance = acceptance(&frozen, slot, outcome, empty_slots);
        let id = self.write(
            device,
            &Event::Signed(Box::new(SignedSlot { acceptance, ink: None, sealed, size: 1, closes })),
        );
        if let Some(outcome) = outcome {
            self.write(device, &Event::Closed { outcome, sealed, by: by() });
        }
        id
    }

    pub fn decline(&mut self, device: &str) {
        let slot =
            EmptySlot { slot: "customer".into(), reason: NoSignatureReason::Price, note: String::new() };
        self.write(device, &Event::NotSigned { slot, by_customer: true });
    }

    pub fn void(&mut self, device: &str) -> Digest {
        let seen = self.on(device).heads;
        self.write(device, &Event::Voided { seen, reason: "twice".into(), successor: None, by: by() })
    }
}

fn acceptance(
    frozen: &FrozenRevision,
    slot: &str,
    outcome: Option<Outcome>,
    empty_slots: Vec<EmptySlot>,
) -> Acceptance {
    Acceptance {
        format: ACCEPTANCE_FORMAT.into(),
        number: frozen.number.clone(),
        revision: frozen.revision,
        content: frozen.content_hash,
        file: frozen.file,
        slot: slot.into(),
        signer: Signer::default(),
        method: Method::Drawn,
        pointer: None,
        ink: Digest::default(),
        small_confirmed: false,
        consent: Consent {
            id: "x.1".into(),
            language: Language::En,
            sha256: Digest::of(b""),
            text: String::new(),
        },
        pages: PagesSeen { total: 1, seen: vec![1], as_text: false },
        outcome,
        empty_slots,
        org: "org".into(),
        device: "T".into(),
        at: ClockReading::default(),
        journal: JournalPosition { n: 1, id: Digest::default() },
        checkpoint: None,
    }
}
