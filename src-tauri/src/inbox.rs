//! Watched folders: photos that a camera or a phone puts there are offered to the open document, tables that another
//! program puts there to the office.
//!
//! Only looks and reads. The user's files are never moved, changed or removed. A file is offered once it has stopped
//! growing: two looks in a row saw the same size and time.

use crate::shell::Shell;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, SystemTime},
};

/// Pause between two looks at a file that may still be growing.
const LOOK_AGAIN: Duration = Duration::from_millis(400);
/// Pause between looks where the system cannot tell of changes.
const POLL: Duration = Duration::from_secs(3);
/// Files that are looked at, the newest; the rest of a very full folder is left alone.
const MOST: usize = 500;
/// What a folder is watched for.
#[derive(Debug, PartialEq, Eq)]
pub struct Sort {
    /// Endings of the files.
    endings: &'static [&'static str],
    /// Ending of files that are our own answer and not meant.
    answer: &'static str,
    /// Largest file that is read, in bytes.
    largest: u64,
    /// Setting that names the folder.
    setting: &'static str,
}

/// Pictures. Those we cannot read are offered too, so that taking one says why.
pub static PHOTOS: Sort = Sort {
    endings: &["jpg", "jpeg", "png", "heic", "heif", "avif"],
    answer: ".part",
    largest: fieldseal_app::photos::LARGEST_FILE as u64,
    setting: "photo_folder",
};

/// Tables of customers and jobs.
pub static TABLES: Sort = Sort {
    endings: &["csv", "txt", "tsv", "json"],
    answer: REFUSED,
    largest: 256 * 1024 * 1024,
    setting: "import_folder",
};

/// Ending of the table of refused rows that is written beside an imported one.
pub const REFUSED: &str = ".refused.csv";

/// What is called when new files wait.
pub type Arrived = Box<dyn Fn() + Send>;

/// Size and time of change of a file.
type Look = (u64, SystemTime);

enum Note {
    Watch(Option<PathBuf>),
    Tell(Arrived),
    Changed,
}

/// Files that wait, by file name.
#[derive(Debug, Default)]
struct Sightings {
    seen: BTreeMap<String, Look>,
    ready: BTreeMap<String, Look>,
    taken: BTreeMap<String, Look>,
}

/// What a look at the folder found.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    /// Files became ready.
    arrived: bool,
    /// Some files may still be growing.
    growing: bool,
}

impl Sightings {
    fn look(&mut self, found: BTreeMap<String, Look>) -> Change {
        let is_ready = |name: &String, look: &Look| look.0 > 0 && self.seen.get(name) == Some(look);
        let waiting = found.iter().filter(|(name, look)| self.taken.get(*name) != Some(*look));
        let ready: BTreeMap<String, Look> = waiting
            .clone()
            .filter(|(name, look)| is_ready(name, look))
            .map(|(n, l)| (n.clone(), *l))
            .collect();
        let change = Change {
            arrived: ready.iter().any(|(name, look)| self.ready.get(name) != Some(look)),
            growing: waiting.filter(|(_, look)| look.0 > 0).count() > ready.len(),
        };
        self.ready = ready;
        self.seen = found;
        change
    }

    fn take(&mut self, name: &str) {
        if let Some(look) = self.ready.remove(name) {
            self.taken.insert(name.to_owned(), look);
        }
    }
}

#[derive(Default)]
struct Watched {
    folder: Option<PathBuf>,
    sightings: Sightings,
}

/// The inbox. Cheap to ask; a thread of its own keeps it up to date.
pub struct Inbox {
    sort: &'static Sort,
    watched: Arc<Mutex<Watched>>,
    notes: mpsc::Sender<Note>,
}

impl Inbox {
    /// An inbox that watches nothing yet.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(sort: &'static Sort) -> io::Result<Self> {
        let watched = Arc::new(Mutex::new(Watched::default()));
        let (notes, heard) = mpsc::channel();
        let (mine, back) = (Arc::clone(&watched), notes.clone());
        thread::Builder::new()
            .name(sort.setting.to_owned())
            .spawn(move || keep_watch(sort, &mine, &heard, &back))?;
        Ok(Self { sort, watched, notes })
    }

    /// Whom to tell of new files.
    pub fn on_arrival(&self, arrived: Arrived) {
        let _ = self.notes.send(Note::Tell(arrived));
    }

    /// Watches this folder from now on; none watches nothing.
    pub fn watch(&self, folder: Option<PathBuf>) {
        let _ = self.notes.send(Note::Watch(folder));
    }

    /// Names of the files that wait.
    #[must_use]
    pub fn waiting(&self) -> Vec<String> {
        lock(&self.watched).sightings.ready.keys().cloned().collect()
    }

    /// The bytes of a waiting file. A name that is not on the list reads nothing: it cannot lead elsewhere.
    ///
    /// # Errors
    /// Not found, or as the system says.
    pub fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let path = self.path_of(name).ok_or(io::ErrorKind::NotFound)?;
        if fs::symlink_metadata(&path)?.len() > self.sort.largest {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        fs::read(path)
    }

    /// Where a waiting file lies.
    #[must_use]
    pub fn path_of(&self, name: &str) -> Option<PathBuf> {
        let watched = lock(&self.watched);
        let folder = watched.folder.as_ref()?;
        watched.sightings.ready.contains_key(name).then(|| folder.join(name))
    }

    /// This file is taken in now: it is not offered again unless it changes.
    pub fn took(&self, name: &str) {
        lock(&self.watched).sightings.take(name);
    }
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches the folders that the settings name now.
pub fn follow_setting(shell: &Shell) {
    // Unreadable settings mean a device that is not open yet: nothing to watch.
    let settings = shell.app().settings().unwrap_or_default();
    for inbox in [&shell.inbox, &shell.imports] {
        let folder = settings.get(inbox.sort.setting).and_then(|value| value.as_str());
        inbox.watch(folder.filter(|folder| !folder.is_empty()).map(PathBuf::from));
    }
}

/// Runs until the inbox is dropped.
fn keep_watch(
    sort: &Sort,
    watched: &Mutex<Watched>,
    heard: &mpsc::Receiver<Note>,
    notes: &mpsc::Sender<Note>,
) {
    let mut watcher: Option<RecommendedWatcher> = None;
    let mut arrived: Arrived = Box::new(|| {});
    let mut pause: Option<Duration> = None;
    loop {
        let note = match pause {
            Some(pause) => match heard.recv_timeout(pause) {
                Ok(note) => note,
                Err(mpsc::RecvTimeoutError::Timeout) => Note::Changed,
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            },
            None => match heard.recv() {
                Ok(note) => note,
                Err(mpsc::RecvError) => return,
            },
        };
        match note {
            Note::Tell(whom) => arrived = whom,
            Note::Watch(folder) if folder == lock(watched).folder => {}
            Note::Watch(folder) => {
                watcher = folder.as_deref().and_then(|folder| watcher_of(folder, notes));
                *lock(watched) = Watched { folder, sightings: Sightings::default() };
            }
            Note::Changed => {}
        }
        let change = look(sort, watched);
        if change.arrived {
            arrived();
        }
        let is_polled = watcher.is_none() && lock(watched).folder.is_some();
        pause = if change.growing { Some(LOOK_AGAIN) } else { is_polled.then_some(POLL) };
    }
}

/// Has the system tell of changes; none when it cannot (the folder is then looked at now and again).
fn watcher_of(folder: &Path, notes: &mpsc::Sender<Note>) -> Option<RecommendedWatcher> {
    let notes = notes.clone();
    let tell = move |event: notify::Result<notify::Event>| {
        // Reading a file also makes an event; answering it would never end.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _ = notes.send(Note::Changed);
        }
    };
    let watch = || -> notify::Result<RecommendedWatcher> {
        let mut watcher = notify::recommended_watcher(tell)?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    };
    watch().inspect_err(|error| tracing::warn!(%error, "the folder is looked at now and again")).ok()
}

fn look(sort: &Sort, watched: &Mutex<Watched>) -> Change {
    let folder = lock(watched).folder.clone();
    // Not while the lock is held: a folder on a slow medium must not hold up a command.
    let found = folder.as_deref().map(|folder| files(sort, folder)).unwrap_or_default();
    let mut watched = lock(watched);
    if watched.folder != folder {
        return Change { arrived: false, growing: true };
    }
    watched.sightings.look(found)
}

/// Files of a folder that are meant, by name. Links and hidden files are left alone.
fn files(sort: &Sort, folder: &Path) -> BTreeMap<String, Look> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let mut found: Vec<(String, Look)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok().filter(|name| sort.means(name))?;
            // Of the entry itself: a link is not followed.
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((name, (metadata.len(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH))))
        })
        .collect();
    // What was put there last is what somebody waits for.
    found.sort_by(|a, b| (b.1.1, &b.0).cmp(&(a.1.1, &a.0)));
    found.truncate(MOST);
    found.into_iter().collect()
}

impl Sort {
    fn means(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        !name.starts_with('.') && !name.ends_with(self.answer) && self.endings.contains(&ending)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn found(files: &[(&str, u64)]) -> BTreeMap<String, Look> {
        files.iter().map(|(name, size)| ((*name).to_owned(), (*size, SystemTime::UNIX_EPOCH))).collect()
    }

    fn names(sightings: &Sightings) -> Vec<&str> {
        sightings.ready.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_file_that_still_grows_is_not_offered() {
        let mut sightings = Sightings::default();
        assert_eq!(sightings.look(found(&[("a.jpg", 10)])), Change { arrived: false, growing: true });
        assert_eq!(sightings.look(found(&[("a.jpg", 20)])), Change { arrived: false, growing: true });
        assert_eq!(sightings.look(found(&[("a.jpg", 20)])), Change { arrived: true, growing: false });
        assert_eq!(sightings.look(found(&[("a.jpg", 20)])), Change { arrived: false, growing: false });
        assert_eq!(names(&sightings), ["a.jpg"]);
    }

    #[test]
    fn an_empty_file_waits_without_being_looked_at_for_ever() {
        let mut sightings = Sightings::default();
        for _ in 0..3 {
            assert_eq!(sightings.look(found(&[("a.jpg", 0)])), Change { arrived: false, growing: false });
        }
        assert!(names(&sightings).is_empty());
    }

    #[test]
    fn a_picture_that_was_taken_comes_back_only_when_it_changes() {
        let mut sightings = Sightings::default();
        for _ in 0..2 {
            sightings.look(found(&[("a.jpg", 10), ("b.jpg", 5)]));
        }
        sightings.take("a.jpg");
        for _ in 0..2 {
            sightings.look(found(&[("a.jpg", 10), ("b.jpg", 5)]));
        }
        assert_eq!(names(&sightings), ["b.jpg"]);
        for _ in 0..2 {
            sightings.look(found(&[("a.jpg", 11), ("b.jpg", 5)]));
        }
        assert_eq!(names(&sightings), ["a.jpg", "b.jpg"]);
    }

    #[test]
    fn only_pictures_are_offered() {
        for name in ["a.jpg", "B.JPEG", "c.x.png", "d.HEIC"] {
            assert!(PHOTOS.means(name), "{name}");
        }
        for name in ["a.pdf", ".a.jpg", "jpg", "a.jpg.part", ""] {
            assert!(!PHOTOS.means(name), "{name}");
        }
    }

    #[test]
    fn of_a_very_full_folder_the_newest_are_offered() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: String, minutes: u64| {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + minutes * 60);
            file.set_modified(at).unwrap();
        };
        (0..MOST as u64 + 40).for_each(|n| put(format!("{:04}.jpg", (n * 7919) % 1000), n));
        put("new.jpg".into(), 10_000);
        let found = files(&PHOTOS, folder.path());
        assert_eq!(found.len(), MOST);
        assert!(found.contains_key("new.jpg"));
        for old in 0..40_u64 {
            assert!(!found.contains_key(&format!("{:04}.jpg", (old * 7919) % 1000)), "{old}");
        }
    }

    /// Would turn red if our own answer were read as a new table, for ever.
    #[test]
    fn the_refused_rows_are_no_new_table() {
        assert!(TABLES.means("jobs.CSV") && TABLES.means("jobs.json"));
        assert!(!TABLES.means("jobs.csv.refused.csv") && !TABLES.means("a.jpg"));
    }

    #[test]
    fn what_arrives_in_the_folder_is_told_read_and_left_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("note.txt"), "x").unwrap();
        let inbox = Inbox::new(&PHOTOS).unwrap();
        let (tell, heard) = mpsc::channel();
        inbox.on_arrival(Box::new(move || {
            let _ = tell.send(());
        }));
        inbox.watch(Some(folder.path().to_owned()));
        fs::write(folder.path().join("IMG_1.jpg"), b"picture").unwrap();
        heard.recv_timeout(Duration::from_secs(20)).expect("told of the picture");
        assert_eq!(inbox.waiting(), ["IMG_1.jpg"]);
        assert_eq!(inbox.read("IMG_1.jpg").unwrap(), b"picture");
        for name in ["note.txt", "../IMG_1.jpg", "/etc/passwd", "IMG_2.jpg", ""] {
            assert_eq!(inbox.read(name).unwrap_err().kind(), io::ErrorKind::NotFound, "{name:?}");
        }
        inbox.took("IMG_1.jpg");
        assert!(inbox.waiting().is_empty());
        assert!(folder.path().join("IMG_1.jpg").exists(), "the user's file stays");
    }
}
