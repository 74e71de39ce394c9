//! Whole visits through the use cases on an encrypted database on disk: the tap on "Sign", and what documents take.

use crate::{
    Outcome, WORKER,
    figure::Figure,
    material,
    measure::{Times, load, wall},
    tablet::{self, SetClock, Tablet},
    workshop::blank_customer,
};
use fieldseal_app::{
    App, Parts,
    export::Purpose,
    typeset::Typesetter,
    vault::NoSystemVault,
    view::{
        document::{DocumentView, NewDocument},
        hand_over::SignAnswer,
    },
    worker::WorkerTypesetter,
};
use fieldseal_domain::{Language, party::Customer};
use fieldseal_store::{BlobSort, DatabaseKey, OpenMode, Store, StoreError};
use std::{path::Path, sync::Arc};
use uuid::Uuid;

/// Visits that are made; the size is counted from the first quarter on, when tables and indexes have begun.
const VISITS: usize = 100;
const FROM: usize = VISITS / 4;

/// A tablet with the real typesetting worker, and one customer.
pub struct Visits {
    /// The tablet.
    pub tablet: Tablet,
    customer: Customer,
}

impl Visits {
    /// A tablet that was just set up, its database below `folder`.
    pub fn begin(folder: &Path) -> Outcome<Self> {
        let folder = tempfile::tempdir_in(folder)?;
        let clock = SetClock::morning();
        let typesetter: Arc<dyn Typesetter> =
            Arc::new(WorkerTypesetter::of_program(std::env::current_exe()?, WORKER));
        let parts = Parts { clock: clock.clone(), vaults: Arc::new(NoSystemVault), typesetter };
        let app = Arc::new(App::open(folder.path(), parts));
        let first_run = app.first_run(&tablet::first_run_request())?;
        let tablet = Tablet { app, clock, folder, first_run };
        let customer = tablet.app.save_customer(&blank_customer())?;
        Ok(Self { tablet, customer })
    }

    /// A filled-in sheet of two pages.
    pub fn sheet(&self) -> Outcome<DocumentView> {
        let start = NewDocument::Customer { customer: self.customer.id, equipment: None };
        let view = self.tablet.app.new_document("service_sheet", &start)?;
        Ok(self.tablet.save(&view, material::fill_two_pages))
    }

    /// A whole visit; returns the document and the milliseconds from the tap on "Sign" to the durable row.
    fn visit(&self) -> Outcome<(Uuid, f64)> {
        let doc = self.sheet()?.id;
        let _number = self.tablet.freeze(doc);
        let _view = self.tablet.hand_over(doc, "customer", Language::Ro);
        self.tablet.app.hand_over_seen(&[1, 2], false)?;
        let request = tablet::sign_request("Ștefania Țugulea-Mărginean");
        let (answer, time) = wall(|| Ok(self.tablet.app.sign(&request)?))?;
        match answer {
            SignAnswer::Signed { .. } => {}
            SignAnswer::ConfirmSmall => return Err("the signature was too small".into()),
        }
        self.tablet.take_back();
        self.tablet.close(doc);
        Ok((doc, time))
    }

    /// Bytes of everything in the data folder, the write-ahead log included.
    fn bytes(&self) -> Outcome<u64> {
        let mut sum = 0;
        for entry in std::fs::read_dir(self.tablet.folder.path())? {
            let about = entry?.metadata()?;
            sum += if about.is_file() { about.len() } else { 0 };
        }
        Ok(sum)
    }
}

/// All figures of visits.
pub fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let visits = Visits::begin(folder)?;
    let mut times = Vec::new();
    let mut sealed = Vec::new();
    let mut at_from = 0;
    for made in 1..=VISITS {
        let (doc, time) = visits.visit()?;
        times.push(time);
        sealed.push(visits.tablet.app.sealed_file(doc, Purpose::Save)?.bytes);
        if made == FROM {
            at_from = visits.bytes()?;
        }
    }
    let times = Times::of(times)?;
    let per_document = (visits.bytes()? - at_from) as f64 / (VISITS - FROM) as f64;
    let floor = bare_commits(folder, &sealed)?;
    let how = format!(
        "wall time of the use case \"sign\" on an encrypted database on disk: statement, seal, second check, one \
         transaction, read back; {}; floor: the same bytes as one blob in one transaction, median; {}",
        times.said(),
        load()
    );
    let size_how = format!(
        "{VISITS} real sheets of 2 pages (frozen, signed by the customer, closed), the growth of the encrypted file \
         from sheet {FROM} to {VISITS} taken for 1,000; floor: the bytes of the 1,000 closed PDFs",
    );
    let bare = sealed.iter().map(Vec::len).sum::<usize>() as f64 / VISITS as f64;
    let mib = 1_000.0 / f64::from(1 << 20);
    Ok(vec![
        Figure::new("\"Sign\" to durable sealed row, p50", times.median(), "ms", how.clone())
            .aim("<= 150")
            .floor(floor.median()),
        Figure::new("\"Sign\" to durable sealed row, p95", times.at(0.95), "ms", how)
            .aim("<= 150")
            .floor(floor.at(0.95)),
        Figure::new("database of 1,000 signed documents", per_document * mib, "MiB", size_how)
            .floor(bare * mib),
    ])
}

/// The same bytes put into an encrypted database, one transaction each, and nothing else done.
fn bare_commits(folder: &Path, files: &[Vec<u8>]) -> Outcome<Times> {
    let folder = tempfile::tempdir_in(folder)?;
    let path = folder.path().join("bare.db");
    let mut store = Store::open(&path, DatabaseKey::new([9; 32]), OpenMode::Create)?;
    let mut commit = |bytes: &[u8]| -> Outcome<f64> {
        let put = || {
            Ok(store
                .transact::<_, StoreError>(|tx| tx.put_blob(BlobSort::Sealed, "application/pdf", bytes))?)
        };
        Ok(wall(put)?.1)
    };
    Times::of(files.iter().map(|bytes| commit(bytes)).collect::<Outcome<_>>()?)
}
