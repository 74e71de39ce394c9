//! The office's register on a desktop: pages, filters and words at ten thousand, a hundred thousand and a million rows.

use crate::{
    Outcome,
    figure::Figure,
    measure::{Times, load, repeat, wall},
    sizes,
    support::Device,
};
use fieldseal_domain::{
    content::Content,
    event::Event,
    fold::Status,
    party::{Customer, Equipment},
};
use fieldseal_store::{
    DatabaseKey, Direction, OpenMode, RegisterFilter, RegisterOrigin, RegisterRow, Store, StoreError,
    SyncState, Verification,
};
use fieldseal_wire::WireEntry;
use std::path::Path;
use uuid::Uuid;

/// Rows on a screen.
const PAGE: u32 = 50;
const BATCH: u64 = 5_000;
const RUNS: usize = 300;
/// The first document was signed here; one every five minutes after it.
const FIRST_MS: u64 = 1_500_000_000_000;
const STEP_MS: u64 = 300_000;

const TECHNICIANS: u64 = 60;
const ROWS_PER_CUSTOMER: u64 = 12;
const FIRST_NAMES: [&str; 12] = [
    "Ștefania",
    "Łukasz",
    "Åsa",
    "Zoë",
    "Jürgen",
    "Никита",
    "Éloïse",
    "Mihai",
    "Birgit",
    "Noor",
    "Ana",
    "Иван",
];
const LAST_NAMES: [&str; 16] = [
    "Țugulea",
    "Øvergård",
    "de Vries",
    "Müller",
    "Соколова",
    "Lefèvre",
    "Popescu",
    "Lindqvist",
    "Straßer",
    "Jansen",
    "Fontaine",
    "Кузнецов",
    "Bălan",
    "Nyström",
    "van Dijk",
    "Weiß",
];
const WORKS: [&str; 8] = [
    "Înlocuit garnitura ușii",
    "Vervangen afdichting",
    "Wartung der Pumpe",
    "Bytte av packning",
    "Contrôle annuel",
    "Замена уплотнителя",
    "Annual inspection",
    "Curățat filtrul de apă",
];
/// What people type: names in part and without marks, serial numbers, numbers of documents.
const WORDS: [&str; 6] = ["tug", "lindq", "strasser pumpe", "sokol", "garnitura balan", "jans"];

/// All figures of the register.
pub fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir_in(folder)?;
    let mut store =
        Store::open(&folder.path().join("register.db"), DatabaseKey::new([9; 32]), OpenMode::Create)?;
    let mut figures = Vec::new();
    let mut rows = 0;
    for size in sizes() {
        let added = size - rows;
        let ((), filled) = wall(|| fill(&mut store, rows, size))?;
        rows = size;
        eprintln!("  {size} rows");
        let pace = format!("{added} rows were added at {:.0} a second", added as f64 / filled * 1e3);
        figures.extend(at(&store, size, &pace)?);
    }
    Ok(figures)
}

fn at(store: &Store, size: u64, pace: &str) -> Outcome<Vec<Figure>> {
    let page = asked(store, |run| {
        let place = place(mixed(run) % size);
        (RegisterFilter::default(), Some(place))
    })?;
    let filter = asked(store, |run| (filter(run, size), None))?;
    let search = asked(store, |run| {
        let words = match run % 8 {
            6 => format!("SN-{}", mixed(run) % size),
            7 => format!("FS-2026-RO1-{:07}", mixed(run) % size),
            word => {
                WORDS.get(usize::try_from(word).unwrap_or(0) % WORDS.len()).copied().unwrap_or("").to_owned()
            }
        };
        (RegisterFilter { words, ..RegisterFilter::default() }, None)
    })?;
    let figure = |what: &str, times: &Times| {
        let how = format!(
            "wall time until {PAGE} rows are read from the encrypted database; {}; {pace}; {}",
            times.said(),
            load()
        );
        let figure = Figure::new(&format!("register, {size} rows: {what}, p99"), times.at(0.99), "ms", how);
        if size == 1_000_000 { figure.aim("<= 50") } else { figure }
    };
    Ok(vec![figure("a page", &page), figure("filters", &filter), figure("words", &search)])
}

fn asked(store: &Store, question: impl Fn(u64) -> (RegisterFilter, Option<i64>)) -> Outcome<Times> {
    repeat(
        RUNS,
        |work| wall(work),
        |run| {
            let (filter, after) = question(u64::try_from(run)?);
            Ok(store.read().register(&filter, Direction::Newest, after, PAGE)?.rows.len())
        },
    )
}

/// What an office asks: by one value that many rows have, by several, by one that few have, and by a time.
fn filter(run: u64, size: u64) -> RegisterFilter {
    let technician = Uuid::from_u128(u128::from(mixed(run) % TECHNICIANS + 1));
    let customer = customer(mixed(run) % size);
    let all = RegisterFilter::default();
    match run % 5 {
        0 => RegisterFilter { statuses: vec![Status::Signed], ..all },
        1 => RegisterFilter { statuses: vec![Status::Declined], technicians: vec![technician], ..all },
        2 => RegisterFilter { customers: vec![customer], ..all },
        3 => RegisterFilter { conflict: true, ..all },
        _ => RegisterFilter {
            kinds: vec!["intake_protocol".into()],
            methods: vec!["typed".into()],
            to_ms: Some(FIRST_MS + mixed(run) % size * STEP_MS),
            ..all
        },
    }
}

fn fill(store: &mut Store, from: u64, to: u64) -> Outcome<()> {
    for first in (from..to).step_by(usize::try_from(BATCH)?) {
        store.transact::<_, StoreError>(|tx| {
            (first..(first + BATCH).min(to)).try_for_each(|n| {
                let work = WORKS.get(usize::try_from(mixed(n) % 8).unwrap_or(0)).copied().unwrap_or("");
                tx.put_register_row(&row(n), &[work, "Strada Fabricii 7, Cluj-Napoca"], &["+40 264 123 456"])
                    .map(drop)
            })
        })?;
    }
    Ok(())
}

fn row(n: u64) -> RegisterRow {
    let random = mixed(n);
    let pick = |names: &[&str], by: u64| {
        names.get(usize::try_from(by).unwrap_or(0) % names.len()).copied().unwrap_or("").to_owned()
    };
    let owner = random % (n / ROWS_PER_CUSTOMER + 1);
    let at_ms = FIRST_MS + n * STEP_MS;
    RegisterRow {
        doc: Uuid::from_u128(u128::from(n) << 64 | u128::from(random)),
        number: format!("FS-2026-RO1-{n:07}"),
        kind: pick(&["service_sheet", "service_sheet", "intake_protocol", "return_protocol"], random >> 8),
        status: match random % 100 {
            0..=89 => Status::Signed,
            90..=93 => Status::SignedUnavailable,
            94..=95 => Status::Declined,
            96..=97 => Status::Draft,
            _ => Status::Ready,
        },
        revision: 0,
        customer: customer(owner),
        customer_name: format!("{} {}", pick(&FIRST_NAMES, owner), pick(&LAST_NAMES, mixed(owner))),
        site: pick(&["Cluj-Napoca", "Malmö", "Gent", "Lyon", "Köln", "Brașov"], owner),
        technician: Some(Uuid::from_u128(u128::from(random % TECHNICIANS + 1))),
        technician_name: pick(&FIRST_NAMES, random % TECHNICIANS),
        signer: pick(&LAST_NAMES, random >> 16),
        method: pick(&["drawn", "drawn", "drawn", "typed"], random >> 24),
        signed_at: String::new(),
        serial: format!("SN-{n}"),
        device: "RO1".into(),
        job: None,
        file: None,
        at_ms,
        at: String::new(),
        changed_ms: at_ms,
        head_seq: n + 1,
        sync: SyncState::Acknowledged,
        verification: Verification::None,
        conflict: random.is_multiple_of(5_000),
        origin: RegisterOrigin::Mirror,
    }
}

/// The beginning of a document with the words of a row, as its technician writes it.
pub fn document(device: &mut Device, n: u64) -> WireEntry {
    let row = row(n);
    let customer =
        Customer { id: row.customer, name: row.customer_name, city: row.site, ..Customer::default() };
    let equipment = Equipment { make: "Exempel".into(), serial: row.serial, ..Equipment::default() };
    let content = Content {
        kind: row.kind,
        customer,
        equipment: vec![equipment],
        technician: row.technician_name,
        ..Content::default()
    };
    let by = device.person();
    device.write(Some(row.doc), &Event::Created { content: Box::new(content), origin: None, by })
}

fn customer(n: u64) -> Uuid {
    Uuid::from_u128(u128::from(n) | 1 << 100)
}

/// Where the page before this row begins.
fn place(n: u64) -> i64 {
    i64::try_from((FIRST_MS + n * STEP_MS) << 20).unwrap_or(i64::MAX)
}

/// Numbers that look like chance and are the same every time (splitmix64).
pub fn mixed(n: u64) -> u64 {
    let n = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}
