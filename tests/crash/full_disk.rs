//! The disk is full while a document is frozen, drawn on, signed, closed: told by name, nothing lost, nothing double.
//!
//! The disk is a real one: a small tmpfs in a mount namespace of its own, filled with ballast. Page by page of it is
//! given back, so that the writing fails at another place each time.
#![cfg(target_os = "linux")]

use crate::{
    audit::{Audit, Depth},
    ledger::{Ledger, Promise},
    script::{Place, ink_after},
};
use fieldseal_app::{
    AppError,
    view::{
        document::FreezeAnswer,
        hand_over::{HandOverStep, SignAnswer},
        start::{Phase, PinAnswer},
    },
};
use fieldseal_domain::{Language, fold::Status};
use fieldseal_tests::tablet::{PASSPHRASE, PIN, Tablet, close_request, open, sign_request};
use std::{
    env,
    fs::File,
    io::{ErrorKind, Write},
    path::Path,
    process::Command,
};

/// Tells the test that it runs inside the namespace, and where the small disk is.
const DISK: &str = "FIELDSEAL_SMALL_DISK";
const MOUNT: &str = "mount -t tmpfs -o size=24m small \"$1\" && shift && exec \"$@\"";
const PAGE: u64 = 4096;
/// More tries than any transaction of a small sheet needs.
const MOST_TRIES: u32 = 200;

/// Red if a full disk were called anything else, if it cost the strokes or the draft, or if the next try found half of
/// the last one.
#[test]
fn crash_a_full_disk_loses_nothing() {
    if let Some(disk) = env::var_os(DISK) {
        return on_small_disk(Path::new(&disk));
    }
    let mount = tempfile::tempdir().unwrap();
    let inside = |namespaces: &str| {
        let mut command = Command::new("unshare");
        command.args([namespaces, "sh", "-c", MOUNT, "sh"]).arg(mount.path());
        command
    };
    let works = |namespaces: &&&str| {
        inside(namespaces).arg("true").output().is_ok_and(|output| output.status.success())
    };
    let Some(namespaces) = ["-Urm", "-m"].iter().find(|namespaces| works(namespaces)) else {
        eprintln!("skipped: this machine lets us mount nothing, not even in a namespace of our own");
        return;
    };
    let status = inside(namespaces)
        .arg(env::current_exe().unwrap())
        .args(["--exact", "full_disk::crash_a_full_disk_loses_nothing", "--nocapture"])
        .env(DISK, mount.path())
        .env("TMPDIR", mount.path())
        .status()
        .unwrap();
    assert!(status.success(), "on the small disk: {status}");
}

/// A file that takes all room that is left.
struct Ballast {
    file: File,
    full: u64,
}

impl Ballast {
    fn fill(disk: &Path) -> Self {
        let mut ballast = Self { file: File::create(disk.join("ballast")).unwrap(), full: 0 };
        ballast.fill_up();
        ballast
    }

    /// No room is left.
    fn fill_up(&mut self) {
        let page = [7; 4096];
        loop {
            match self.file.write(&page) {
                Ok(count) => self.full += u64::try_from(count).unwrap(),
                Err(error) if error.kind() == ErrorKind::StorageFull => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Gives pages back.
    fn free(&mut self, pages: u64) {
        use std::io::{Seek, SeekFrom};
        self.full -= pages * PAGE;
        self.file.set_len(self.full).unwrap();
        self.file.seek(SeekFrom::End(0)).unwrap();
    }

    /// Tries on a full disk, gives some pages back, tries again, until it works. After every failure `intact` looks.
    fn until_it_fits<T>(
        &mut self,
        (what, pages): (&str, u64),
        mut work: impl FnMut() -> Result<T, AppError>,
        intact: impl Fn(),
    ) -> T {
        self.fill_up();
        for failures in 0..MOST_TRIES {
            match work() {
                Ok(done) => {
                    eprintln!("{what}: {failures} failures on a full disk");
                    assert!(failures > 0, "{what} needed no room: the disk was not full");
                    return done;
                }
                Err(error) => assert_eq!(error.code(), "disk_full", "{what}, try {failures}: {error:?}"),
            }
            intact();
            self.free(pages);
        }
        panic!("{what} does not fit after {MOST_TRIES} tries");
    }
}

fn on_small_disk(disk: &Path) {
    let tablet = Tablet::set_up();
    assert!(tablet.folder.path().starts_with(disk), "the tablet is on the small disk");
    let sheet = tablet.filled_sheet();
    let mut ballast = Ballast::fill(disk);

    let app = &tablet.app;
    let frozen = ballast.until_it_fits(
        ("freeze", 4),
        || app.freeze(sheet.id),
        || {
            assert_eq!(app.document(sheet.id).unwrap().content, sheet.content, "the draft is as it was");
        },
    );
    let FreezeAnswer::Frozen { number, .. } = frozen else { panic!("{frozen:?}") };
    assert!(number.ends_with("-00001"), "{number}");

    ballast.free(200);
    let _ = tablet.hand_over(sheet.id, "customer", Language::Ro);
    app.hand_over_seen(&[1], false).unwrap();
    app.hand_over_ink(Some(&ink_after(2))).unwrap();
    let ink_is = |strokes| {
        let view = app.hand_over_view().unwrap();
        assert_eq!((view.step, view.ink), (HandOverStep::Reading, Some(ink_after(strokes))));
    };
    ballast.until_it_fits(("stroke", 1), || app.hand_over_ink(Some(&ink_after(3))), || ink_is(2));

    let request = sign_request("Ștefania Țugulea-Mărginean");
    let answer = ballast.until_it_fits(("sign", 1), || app.sign(&request), || ink_is(3));
    assert!(matches!(answer, SignAnswer::Signed { .. }));
    let doubled = app.sign(&request).unwrap_err();
    assert_eq!(doubled.code(), "move_slot_taken", "what was signed once cannot be signed again");

    let tablet = restart_on_full_disk(tablet, &mut ballast);
    let app = &tablet.app;
    tablet.take_back();
    let still_open = || assert_eq!(app.detail(sheet.id).unwrap().row.status, Status::PartiallySigned);
    let close = close_request(sheet.id);
    // A PIN that could not be noted down as right counts as a try: after some of them there is a pause.
    let with_pauses = || loop {
        match app.close(&close)? {
            PinAnswer::TooEarly { wait_s } => tablet.clock.pass(wait_s),
            answer @ (PinAnswer::Right | PinAnswer::Wrong { .. }) => return Ok(answer),
        }
    };
    let answer = ballast.until_it_fits(("close", 5), with_pauses, still_open);
    assert_eq!(answer, PinAnswer::Right);

    ballast.free(400);
    let mut ledger = Ledger { current: Some(sheet.id), ..Ledger::default() };
    ledger.docs.insert(sheet.id, Promise { places: vec![Place::Closed], number });
    let Tablet { app, folder, .. } = tablet;
    drop(app);
    Audit::begin(folder.path()).look(&mut ledger, Depth::Everything);
}

/// The program starts while there is no room: it opens, or it says why not and opens once there is room.
fn restart_on_full_disk(tablet: Tablet, ballast: &mut Ballast) -> Tablet {
    let Tablet { app, clock, folder, first_run } = tablet;
    drop(app);
    ballast.fill_up();
    let app = open(folder.path(), &clock);
    let status = app.unlock(PASSPHRASE).unwrap();
    if status.phase == Phase::Broken {
        eprintln!("restart: told that the disk is full");
        assert_eq!(status.problem.unwrap().code, "disk_full");
        ballast.free(100);
        assert_eq!(app.retry().unwrap().phase, Phase::Locked);
        app.unlock(PASSPHRASE).unwrap();
    } else {
        ballast.free(100);
    }
    assert_eq!(app.hand_over_view().unwrap().step, HandOverStep::Done, "still locked, and signed");
    assert!(matches!(app.sign_in(first_person(&app), PIN), Err(AppError::NotAllowed)));
    Tablet { app, clock, folder, first_run }
}

fn first_person(app: &fieldseal_app::App) -> uuid::Uuid {
    app.status().unwrap().people[0].id
}
