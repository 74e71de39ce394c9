//! The parent's side: one warm worker, killed when a limit is hit, started again for the next job.

use super::{
    Limit, Limits, WorkerError, limits,
    protocol::{self, Reply, Request},
};
use crate::{
    error::RenderError,
    job::{Mode, RenderJob, Rendered},
};
use std::{
    collections::HashMap,
    ffi::OsString,
    io::{BufReader, BufWriter, Read},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How much of the child's error output is kept.
const TAIL: usize = 4_096;
/// What Rust's allocator says last.
const OUT_OF_MEMORY: &str = "memory allocation of";

/// Typesets in a worker process. Cheap to clone; all clones share the one worker.
#[derive(Clone)]
pub struct RenderClient {
    shared: Arc<Shared>,
}

struct Shared {
    program: PathBuf,
    arguments: Vec<OsString>,
    limits: Limits,
    worker: Mutex<Option<Worker>>,
    /// Newest preview asked for, by document: older ones that still wait are dropped.
    newest: Mutex<HashMap<Uuid, u64>>,
}

/// A reply and its byte strings.
type Answer = (Reply, Vec<Vec<u8>>);

struct Worker {
    child: Child,
    input: BufWriter<ChildStdin>,
    replies: Receiver<std::io::Result<Answer>>,
    said: Arc<Mutex<Vec<u8>>>,
    last_used: Instant,
    /// Which worker this is: the caretaker of an earlier one leaves it alone.
    serial: u64,
}

impl RenderClient {
    /// A client that starts `program arguments...` when a job comes; that process must call [`super::serve`].
    pub fn new(program: impl Into<PathBuf>, arguments: Vec<OsString>, limits: Limits) -> Self {
        let (worker, newest) = (Mutex::new(None), Mutex::new(HashMap::new()));
        Self { shared: Arc::new(Shared { program: program.into(), arguments, limits, worker, newest }) }
    }

    /// Typesets `job`. Jobs wait for each other; a preview that still waits when a newer one of the same document is
    /// asked for is dropped.
    ///
    /// # Errors
    /// Those of [`crate::Renderer::render`]; [`RenderError::Limit`] when the worker had to be replaced;
    /// [`RenderError::Superseded`]; [`RenderError::Worker`].
    pub fn render(&self, job: &RenderJob) -> Result<Rendered, RenderError> {
        let ticket = self.ticket(job);
        let mut slot = lock(&self.shared.worker);
        if ticket.is_some_and(|ticket| lock(&self.shared.newest).get(&job.document.id) != Some(&ticket)) {
            return Err(RenderError::Superseded);
        }
        let logo = job.firm.logo.as_deref();
        let mut blobs = vec![job.document_json.as_slice(), logo.unwrap_or_default()];
        blobs.extend(job.photos.iter().map(|photo| photo.bytes.as_slice()));
        let request = Request::Render { job: Box::new(without_bytes(job)), has_logo: logo.is_some() };
        match self.ask(&mut slot, &request, &blobs)? {
            (Reply::Rendered(rendered), pdf) => Ok(Rendered { pdf, ..*rendered }),
            (Reply::Failed(failure), _) => Err(failure.into()),
            (Reply::Ready | Reply::Page, _) => Err(confused(&mut slot)),
        }
    }

    /// A page (from 1) of a file as PNG, drawn in the worker: for files that are not our own.
    ///
    /// # Errors
    /// Those of [`crate::pages::page_png`], limits and failures of the worker.
    pub fn page_png(&self, pdf: &[u8], page: u32, width: u32) -> Result<Vec<u8>, RenderError> {
        let mut slot = lock(&self.shared.worker);
        match self.ask(&mut slot, &Request::Page { page, width }, &[pdf])? {
            (Reply::Page, png) => Ok(png),
            (Reply::Failed(failure), _) => Err(failure.into()),
            (Reply::Ready | Reply::Rendered(_), _) => Err(confused(&mut slot)),
        }
    }

    /// Starts the worker if it does not run, so that the first document does not wait for it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn warm_up(&self) -> Result<(), RenderError> {
        let mut slot = lock(&self.shared.worker);
        self.running(&mut slot)?;
        Ok(())
    }

    /// Process id of the worker, while it runs.
    pub fn process(&self) -> Option<u32> {
        lock(&self.shared.worker).as_ref().map(|worker| worker.child.id())
    }

    fn ticket(&self, job: &RenderJob) -> Option<u64> {
        match job.mode {
            Mode::Final => None,
            Mode::Preview => {
                let mut newest = lock(&self.shared.newest);
                let ticket = newest.entry(job.document.id).or_default();
                *ticket += 1;
                Some(*ticket)
            }
        }
    }

    fn ask(
        &self,
        slot: &mut Option<Worker>,
        request: &Request,
        blobs: &[&[u8]],
    ) -> Result<(Reply, Vec<u8>), RenderError> {
        let worker = self.running(slot)?;
        let sent = protocol::write(&mut worker.input, request, blobs);
        let answer = match sent {
            Ok(()) => worker.answer(self.shared.limits.job),
            Err(_) => Err(worker.died()),
        };
        match answer {
            Ok((reply, blobs)) => {
                worker.last_used = Instant::now();
                Ok((reply, blobs.into_iter().next().unwrap_or_default()))
            }
            Err(error) => {
                stop(slot);
                Err(error)
            }
        }
    }

    fn running<'a>(&self, slot: &'a mut Option<Worker>) -> Result<&'a mut Worker, RenderError> {
        // Somebody else may have killed it while it was idle.
        if slot.as_mut().is_some_and(|worker| !matches!(worker.child.try_wait(), Ok(None))) {
            stop(slot);
        }
        let worker = match slot.take() {
            Some(worker) => worker,
            None => self.start()?,
        };
        Ok(slot.insert(worker))
    }

    fn start(&self) -> Result<Worker, RenderError> {
        let mut worker = Worker::start(&self.shared)?;
        let begun = protocol::write(&mut worker.input, &Request::Start(self.shared.limits), &[]);
        let answer = match begun {
            Ok(()) => worker.answer(self.shared.limits.start),
            Err(_) => Err(worker.died()),
        };
        match answer {
            Ok((Reply::Ready, _)) => {
                take_care(Arc::downgrade(&self.shared), worker.serial, self.shared.limits.idle);
                Ok(worker)
            }
            Ok((Reply::Rendered(_) | Reply::Page | Reply::Failed(_), _)) => Err(confused(&mut Some(worker))),
            Err(error) => {
                stop(&mut Some(worker));
                Err(error)
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let slot = self.worker.get_mut().unwrap_or_else(PoisonError::into_inner);
        stop(slot);
    }
}

impl Worker {
    fn start(shared: &Shared) -> Result<Self, WorkerError> {
        static SERIAL: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let mut child = Command::new(&shared.program)
            .args(&shared.arguments)
            .envs(limits::ENVIRONMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(WorkerError::Start)?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(std::io::Error::other("the child has no pipes").into());
        };
        let said = Arc::new(Mutex::new(Vec::new()));
        let (sender, replies) = channel();
        let keep = Arc::clone(&said);
        thread::Builder::new().name("worker-replies".to_owned()).spawn(move || forward(output, &sender))?;
        thread::Builder::new().name("worker-errors".to_owned()).spawn(move || keep_tail(errors, &keep))?;
        let serial = SERIAL.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(Self { child, input: BufWriter::new(input), replies, said, last_used: Instant::now(), serial })
    }

    fn answer(&mut self, longest: Duration) -> Result<Answer, RenderError> {
        match self.replies.recv_timeout(longest) {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(self.died()),
            Err(RecvTimeoutError::Timeout) => Err(RenderError::Limit(Limit::Time)),
        }
    }

    /// Why the process is gone: by its last words.
    fn died(&mut self) -> RenderError {
        // Its pipes are closed, so this does not wait long; if it hangs all the same it is ended.
        let _ = self.child.kill();
        let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        let said = String::from_utf8_lossy(&lock(&self.said)).trim().to_owned();
        if said.contains(OUT_OF_MEMORY) {
            RenderError::Limit(Limit::Memory)
        } else {
            WorkerError::Died { status, said }.into()
        }
    }
}

/// The job with its byte strings left out; they travel behind the header.
fn without_bytes(job: &RenderJob) -> RenderJob {
    let mut light = RenderJob { document_json: Vec::new(), photos: Vec::new(), ..job.clone() };
    light.firm.logo = None;
    light.photos =
        job.photos.iter().map(|photo| crate::PhotoFile { bytes: Vec::new(), ..photo.clone() }).collect();
    light
}

fn forward(output: impl Read, replies: &Sender<std::io::Result<Answer>>) {
    let mut output = BufReader::new(output);
    loop {
        let message = match protocol::read(&mut output) {
            Ok(Some(message)) => Ok(message),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let broken = message.is_err();
        if replies.send(message).is_err() || broken {
            return;
        }
    }
}

fn keep_tail(mut errors: impl Read, said: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 1_024];
    while let Ok(count @ 1..) = errors.read(&mut buffer) {
        let mut said = lock(said);
        said.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let surplus = said.len().saturating_sub(TAIL);
        said.drain(..surplus);
    }
}

/// Stops the worker when it has been idle, and ends when this worker is no longer the one in use.
fn take_care(shared: Weak<Shared>, serial: u64, idle: Duration) {
    let body = move || {
        let mut rest = idle;
        loop {
            thread::sleep(rest);
            let Some(shared) = shared.upgrade() else { return };
            let mut slot = lock(&shared.worker);
            let Some(worker) = slot.as_mut().filter(|worker| worker.serial == serial) else { return };
            let idle_for = worker.last_used.elapsed();
            if idle_for >= idle {
                stop(&mut slot);
                return;
            }
            rest = idle - idle_for;
        }
    };
    if let Err(error) = thread::Builder::new().name("worker-care".to_owned()).spawn(body) {
        tracing::warn!(%error, "the idle worker will not be stopped");
    }
}

fn stop(slot: &mut Option<Worker>) {
    if let Some(mut worker) = slot.take() {
        let _ = worker.child.kill();
        let _ = worker.child.wait();
    }
}

fn confused(slot: &mut Option<Worker>) -> RenderError {
    stop(slot);
    WorkerError::Pipe(std::io::ErrorKind::InvalidData.into()).into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
