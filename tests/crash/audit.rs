//! The look at the disk after a kill: through the screens of a newly opened app, through the store, and with a bare
//! look at the tables for what nobody speaks of.

use crate::{
    ledger::Ledger,
    script::{Place, ink_after},
};
use fieldseal_app::{
    App, AppError,
    vault::{DeviceSecret, KeyVault, passphrase::PassphraseVault},
    view::{
        detail::VerdictGrade,
        start::{Phase, PinAnswer},
    },
};
use fieldseal_domain::{
    FileHash,
    fold::{DocumentState, SlotState, Status},
    number::DocumentNumber,
};
use fieldseal_seal::{
    chain::{self, ChainHead, ChainLink, EventSignature},
    verify::{self, Completion, VerifyOptions},
};
use fieldseal_store::{DatabaseKey, DocumentView, OpenMode, PageFrom, Read, Store};
use fieldseal_tests::tablet::{PASSPHRASE, PIN, SetClock, open};
use rusqlite::Connection;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};
use uuid::Uuid;

const SLOT: &str = "customer";

/// The part of the device's identity that the checks need.
#[derive(Deserialize)]
struct Identity {
    device: String,
    roots: Vec<Vec<u8>>,
}

/// What is known of a document that can no longer change.
struct Settled {
    number: String,
    frozen: usize,
}

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// At what can have changed.
    Recent,
    /// At every page of the file, every document and every signature of the journal.
    Everything,
}

/// Looks at one data folder again and again.
pub struct Audit {
    folder: PathBuf,
    secret: DeviceSecret,
    device: String,
    roots: Vec<Vec<u8>>,
    head: ChainHead,
    closed: BTreeMap<Uuid, Settled>,
    believed: BTreeSet<Uuid>,
}

impl Audit {
    /// Begins with the folder of a tablet that was set up.
    pub fn begin(folder: &Path) -> Self {
        let vault = PassphraseVault::new(folder.join("keys.sealed"), PASSPHRASE);
        let bytes = vault.read().unwrap().expect("keys");
        let secret = DeviceSecret::from_bytes(&bytes).unwrap();
        let mut audit = Self {
            folder: folder.to_owned(),
            secret,
            device: String::new(),
            roots: Vec::new(),
            head: ChainHead::EMPTY,
            closed: BTreeMap::new(),
            believed: BTreeSet::new(),
        };
        let identity: Identity = audit.store().read().setting("identity").unwrap().expect("an identity");
        (audit.device, audit.roots) = (identity.device, identity.roots);
        audit
    }

    fn database(&self) -> PathBuf {
        self.folder.join("fieldseal.db")
    }

    fn store(&self) -> Store {
        Store::open(&self.database(), DatabaseKey::new(*self.secret.database), OpenMode::Existing)
            .expect("the database opens after a kill")
    }

    /// Everything that must hold after a kill; what is found becomes the ledger's new beginning.
    pub fn look(&mut self, ledger: &mut Ledger, depth: Depth) {
        if depth == Depth::Everything {
            (self.head, self.closed, self.believed) = (ChainHead::EMPTY, BTreeMap::new(), BTreeSet::new());
        }
        self.look_at_screens(ledger);
        let mut store = self.store();
        self.check_journal(store.read());
        self.check_documents(store.read(), ledger);
        self.check_numbers(store.read(), ledger);
        self.check_tables(ledger, depth);
        if depth == Depth::Everything {
            store.integrity().expect("a whole file");
            check_projections(&mut store);
        }
        ledger.in_flight = None;
    }

    /// As a person sees it: the app starts, the customer's lock holds, a signed document is good.
    fn look_at_screens(&mut self, ledger: &Ledger) {
        let clock = SetClock::morning();
        let app = open(&self.folder, &clock);
        let status = app.unlock(PASSPHRASE).expect("the passphrase opens it");
        let person = status.people[0].id;
        let Some(doc) = ledger.current.filter(|doc| ledger.docs.contains_key(doc)) else { return };
        let places = ledger.allowed(doc);
        match status.phase {
            Phase::HandOver => {
                assert!(places.iter().any(|place| is_at_customer(*place)), "locked in {places:?}");
                for refused in
                    [app.document(doc).map(drop), app.sign_in(person, PIN).map(drop), app.sign_out()]
                {
                    assert!(
                        matches!(refused, Err(AppError::NotAllowed)),
                        "{refused:?} while the customer has it"
                    );
                }
                if !places.contains(&Place::BetweenRevisions) {
                    let view = app.hand_over_view().expect("the customer's screen");
                    assert_eq!(view.document, doc, "the customer sees another document");
                    app.page_image(&view.token, 1, 200).expect("the customer sees the page");
                }
            }
            Phase::SignIn => {
                assert!(!places.iter().all(|place| is_at_customer(*place)), "unlocked in {places:?}");
                let signed = |place| matches!(place, Place::Back | Place::Closed);
                if places.iter().all(|place| signed(*place)) && self.believed.insert(doc) {
                    sign_in(&app, &clock, person);
                    let verdict = app.verify(doc).expect("a verdict");
                    assert_eq!(verdict.grade, VerdictGrade::Good, "{verdict:?}");
                }
            }
            Phase::FirstRun | Phase::Locked | Phase::Open | Phase::Broken => panic!("{status:?}"),
        }
    }

    /// Numbers without a gap, each entry after the one before, each signed by this device.
    fn check_journal(&mut self, read: Read<'_>) {
        let key = self.secret.keys.public().unwrap().ed25519_raw;
        let entries = read.entries_after(&self.device, self.head.n, u32::MAX).unwrap();
        let links = entries.iter().map(|entry| ChainLink {
            header: &entry.header_bytes,
            signature: EventSignature(entry.signature),
            body: entry.body.as_ref().map(|body| (&body.salt, body.bytes.as_slice())),
        });
        self.head = chain::verify_chain(&key, self.head, links).expect("a whole chain");
        let last = read.last_position(&self.device).unwrap().expect("a journal");
        assert_eq!((self.head.n, self.head.id), (last.n, last.id), "the head is what was checked");
    }

    fn check_documents(&mut self, read: Read<'_>, ledger: &mut Ledger) {
        let rows = read.documents(DocumentView::All, PageFrom::start(u32::MAX)).unwrap();
        let found: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
        for doc in ledger.docs.keys() {
            assert!(found.contains(doc), "{doc} was announced and is gone");
        }
        for doc in found {
            if self.closed.contains_key(&doc) {
                continue;
            }
            let state = read.document_state(doc).unwrap().expect("a document of a row");
            let place = place_of(read, doc, &state);
            let allowed = ledger.allowed(doc);
            assert!(
                allowed.contains(&place),
                "{doc} is in {place:?}, may be in {allowed:?} (killed in {:?})",
                ledger.in_flight
            );
            self.check_whole(read, doc, &state, place);
            let number = state.number.clone().unwrap_or_default();
            ledger.settle(doc, place, &number);
            if place == Place::Closed {
                self.closed.insert(doc, Settled { number, frozen: state.versions.len() });
            }
        }
        let customers = read.customers(None, u32::MAX).unwrap().len();
        assert!(customers >= ledger.customers, "a customer that was announced is gone");
        ledger.customers = customers;
    }

    /// All of a place is there: files read back and compared with their digests, seals good, strokes as they were
    /// drawn, the row of the list as the journal says.
    fn check_whole(&self, read: Read<'_>, doc: Uuid, state: &DocumentState, place: Place) {
        let row = read.document(doc).unwrap().expect("a row");
        assert_eq!(
            (row.status, row.number, row.file),
            (state.status, state.number.clone(), state.file),
            "{doc}"
        );
        let strokes = read.ink_draft(doc, SLOT).unwrap().map(|draft| draft.ink.strokes).unwrap_or_default();
        let drawn = if let Place::AtCustomer { strokes, .. } = place { strokes } else { 0 };
        assert_eq!(strokes, ink_after(drawn).strokes, "{doc}: the strokes are not those that were drawn");
        if place != Place::BetweenRevisions {
            let locked = read.hand_over().unwrap().is_some_and(|row| row.doc == doc);
            assert_eq!(state.hand_over.is_some(), locked, "{doc}: journal and lock disagree in {place:?}");
        }
        let Some(frozen) = &state.frozen else { return };
        let first = read.blob(frozen.file.0).unwrap().expect("the frozen file");
        assert_eq!(state.number.as_deref(), Some(frozen.number.as_str()));
        let mut before = first;
        for (slot, signed) in &state.slots {
            let SlotState::Signed(signed) = signed else { continue };
            let file = read.blob(signed.sealed.0).unwrap().expect("a signed event has its file");
            assert_eq!(FileHash::of(&file), signed.sealed);
            assert!(file.len() > before.len() && file.starts_with(&before), "{slot} signed other bytes");
            before = file;
        }
        let signatures = state.slots.iter().filter(|(_, slot)| matches!(slot, SlotState::Signed(_))).count();
        assert_eq!(state.file, Some(FileHash::of(&before)), "the newest file is the last one signed");
        if signatures > 0 {
            let at = "2026-09-02T00:00:00Z".parse().unwrap();
            let verdict = verify::verify(&before, &VerifyOptions { roots: self.roots.clone(), at });
            assert!(verdict.is_good(), "{doc}: {verdict:?}");
            assert_eq!(verdict.signatures.len(), signatures);
            assert_eq!(
                verdict.completion == Completion::Closed,
                place == Place::Closed,
                "{doc} in {place:?}"
            );
        }
    }

    /// Every number is there once, from 1, and the next one follows.
    fn check_numbers(&self, read: Read<'_>, ledger: &Ledger) {
        let numbers =
            ledger.docs.values().map(|promise| promise.number.as_str()).filter(|number| !number.is_empty());
        let numbers: Vec<DocumentNumber> = numbers.map(|number| number.parse().unwrap()).collect();
        let Some(first) = numbers.first() else { return };
        assert!(numbers.iter().all(|number| number.series == first.series));
        let mut positions: Vec<u32> = numbers.iter().map(|number| number.position).collect();
        positions.sort_unstable();
        let count = u32::try_from(positions.len()).unwrap();
        assert_eq!(positions, (1..=count).collect::<Vec<_>>(), "a number is missing or taken twice");
        assert_eq!(read.next_number(&first.series).unwrap().position, count + 1, "the series goes on");
    }

    /// What no event speaks of: files without a signature, strokes without a document.
    fn check_tables(&self, ledger: &Ledger, depth: Depth) {
        let conn = Connection::open(self.database()).unwrap();
        conn.execute_batch(&format!("PRAGMA key = \"x'{}'\";", hex::encode(*self.secret.database))).unwrap();
        let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let events = |kind: &str| count(&format!("SELECT count(*) FROM entry WHERE kind = '{kind}'"));
        let files = |sort: &str| count(&format!("SELECT count(*) FROM blob WHERE sort = '{sort}'"));
        assert_eq!(
            files("sealed"),
            events("signed"),
            "a sealed file without its event, or the other way round"
        );
        assert_eq!(
            files("frozen"),
            events("frozen"),
            "a frozen file without its event, or the other way round"
        );
        let drawn = ledger
            .docs
            .values()
            .filter(|promise| matches!(promise.places[..], [Place::AtCustomer { strokes: 1.., .. }]));
        assert_eq!(
            count("SELECT count(*) FROM ink_draft"),
            i64::try_from(drawn.count()).unwrap(),
            "strokes left over"
        );
        if depth == Depth::Everything {
            let short = "SELECT count(*) FROM blob b
                         WHERE size <> (SELECT coalesce(sum(length(bytes)), 0) FROM chunk WHERE blob = b.id)";
            assert_eq!(count(short), 0, "a file lacks a piece");
            let frozen: usize = self.closed.values().map(|settled| settled.frozen).sum();
            assert!(i64::try_from(frozen).unwrap() <= events("frozen"));
        }
    }

    /// Numbers of the closed documents, with their newest files.
    pub fn closed_files(&self) -> Vec<(String, Vec<u8>)> {
        let store = self.store();
        let file = |(doc, settled): (&Uuid, &Settled)| {
            let state = store.read().document_state(*doc).unwrap().expect("a closed document");
            let bytes = store.read().blob(state.file.unwrap().0).unwrap().expect("its file");
            (format!("{}.sealed.pdf", settled.number), bytes)
        };
        self.closed.iter().map(file).collect()
    }
}

fn sign_in(app: &App, clock: &Arc<SetClock>, person: Uuid) {
    loop {
        match app.sign_in(person, PIN).expect("an answer") {
            PinAnswer::Right => return,
            PinAnswer::TooEarly { wait_s } => clock.pass(wait_s),
            PinAnswer::Wrong { .. } => panic!("the right PIN was refused"),
        }
    }
}

fn is_at_customer(place: Place) -> bool {
    match place {
        Place::AtCustomer { .. } | Place::BetweenRevisions | Place::Signed => true,
        Place::Absent | Place::Draft { .. } | Place::Frozen | Place::Back | Place::Closed => false,
    }
}

fn place_of(read: Read<'_>, doc: Uuid, state: &DocumentState) -> Place {
    let lock = read.hand_over().unwrap().filter(|row| row.doc == doc);
    let draft = read.draft(doc).unwrap();
    match (state.status, lock) {
        (Status::Draft, Some(_)) => Place::BetweenRevisions,
        (Status::Draft, None) => {
            let content = draft.map_or_else(|| state.content.clone(), |draft| draft.content);
            Place::Draft { filled: content.lines.len() == 1 && !content.field("fault").is_empty() }
        }
        (Status::Ready, None) => Place::Frozen,
        (Status::Ready, Some(row)) => Place::AtCustomer {
            seen: !row.pages_seen.is_empty(),
            remarked: !state.content.remark.is_empty(),
            strokes: read.ink_draft(doc, SLOT).unwrap().map_or(0, |draft| draft.ink.strokes.len()),
        },
        (Status::PartiallySigned, Some(_)) => Place::Signed,
        (Status::PartiallySigned, None) => Place::Back,
        (Status::Signed, None) => Place::Closed,
        (status, lock) => panic!("{doc} is {status:?} with the lock {lock:?}"),
    }
}

/// The lists are what the journal says: folding it again changes nothing.
fn check_projections(store: &mut Store) {
    let rows = |store: &Store| store.read().documents(DocumentView::All, PageFrom::start(u32::MAX)).unwrap();
    let live = rows(store);
    store.rebuild().unwrap();
    assert_eq!(rows(store), live, "the rebuilt list differs");
}
