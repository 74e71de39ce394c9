//! The child's side: one job after the other, until the pipe ends.

use super::{
    Limits, WorkerError, limits,
    protocol::{self, Failure, Reply, Request},
};
use crate::{
    engine::Renderer,
    error::RenderError,
    job::{PhotoFile, RenderJob},
    pages,
};
use std::{
    io::{BufReader, BufWriter, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Stack of the typesetter: the main thread's is only 1 MiB on Windows.
const STACK: usize = 16 * 1024 * 1024;
/// What the child waits longer than its parent before it ends itself.
const GRACE: Duration = Duration::from_secs(1);

/// Answers requests from `input` on `output` until `input` ends. Call it first thing in the process, before any
/// window, file or thread; nothing else may write to `output`.
///
/// # Errors
/// When a pipe breaks or the limits cannot be set: the process should end.
pub fn serve(input: impl Read + Send, output: impl Write + Send) -> Result<(), WorkerError> {
    thread::scope(|scope| {
        let typesetter = thread::Builder::new().name("typesetter".to_owned()).stack_size(STACK);
        let handle =
            typesetter.spawn_scoped(scope, || answer_all(BufReader::new(input), BufWriter::new(output)));
        let ended = handle.map_err(WorkerError::Start)?.join();
        ended.unwrap_or_else(|_| Err(std::io::Error::other("the typesetter's thread panicked").into()))
    })
}

fn answer_all(mut input: impl Read, mut output: impl Write) -> Result<(), WorkerError> {
    let mut renderer = Renderer::new();
    let mut watch = None;
    while let Some((request, blobs)) = protocol::read::<Request>(&mut input)? {
        let (reply, blob) = match request {
            Request::Start(limits) => {
                watch = Some(start(limits)?);
                (Reply::Ready, Vec::new())
            }
            Request::Render { job, has_logo } => {
                let _armed = watch.as_ref().map(Watch::arm);
                render(&mut renderer, filled(*job, has_logo, blobs))
            }
            Request::Page { page, width } => {
                let _armed = watch.as_ref().map(Watch::arm);
                draw(page, width, blobs)
            }
        };
        protocol::write(&mut output, &reply, &[&blob])?;
        renderer.rest();
    }
    Ok(())
}

fn start(limits: Limits) -> Result<Watch, WorkerError> {
    // The watch first: its thread needs address space of its own.
    let watch = Watch::new(limits.job + GRACE)?;
    limits::apply(limits.memory).map_err(WorkerError::Limits)?;
    Ok(watch)
}

/// Puts the byte strings back where they belong.
fn filled(mut job: RenderJob, has_logo: bool, blobs: Vec<Vec<u8>>) -> RenderJob {
    let mut blobs = blobs.into_iter();
    job.document_json = blobs.next().unwrap_or_default();
    let logo = blobs.next().unwrap_or_default();
    job.firm.logo = has_logo.then_some(logo);
    let empty = job.photos.into_iter();
    job.photos = empty.map(|photo| PhotoFile { bytes: blobs.next().unwrap_or_default(), ..photo }).collect();
    job
}

fn render(renderer: &mut Renderer, job: RenderJob) -> (Reply, Vec<u8>) {
    let result = catch_unwind(AssertUnwindSafe(|| renderer.render(&job)));
    match result {
        Ok(Ok(mut rendered)) => {
            let pdf = std::mem::take(&mut rendered.pdf);
            (Reply::Rendered(Box::new(rendered)), pdf)
        }
        Ok(Err(error)) => (Reply::Failed(Failure::from(&error)), Vec::new()),
        Err(_) => {
            // Whatever it was in the middle of may be half done.
            *renderer = Renderer::new();
            (panicked(), Vec::new())
        }
    }
}

fn draw(page: u32, width: u32, blobs: Vec<Vec<u8>>) -> (Reply, Vec<u8>) {
    let pdf = blobs.into_iter().next().unwrap_or_default();
    match catch_unwind(|| pages::page_png(&pdf, page, width)) {
        Ok(Ok(png)) => (Reply::Page, png),
        Ok(Err(error)) => (Reply::Failed(Failure::from(&RenderError::from(error))), Vec::new()),
        Err(_) => (panicked(), Vec::new()),
    }
}

fn panicked() -> Reply {
    let message = "the typesetter stopped at an unexpected place".to_owned();
    Reply::Failed(Failure::Other { code: "worker".to_owned(), message })
}

/// Ends the process when a job takes too long: also when nobody is left to kill it.
struct Watch {
    armed: Arc<(Mutex<u64>, Condvar)>,
}

/// While this lives, the time is counted. Even numbers are rest, odd ones work.
struct Armed<'a>(&'a Watch);

impl Watch {
    fn new(longest: Duration) -> Result<Self, WorkerError> {
        let armed = Arc::new((Mutex::new(0_u64), Condvar::new()));
        let watched = Arc::clone(&armed);
        let body = move || {
            let (lock, changed) = &*watched;
            let mut count = lock.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                let seen = *count;
                if seen.is_multiple_of(2) {
                    count = changed.wait(count).unwrap_or_else(PoisonError::into_inner);
                } else {
                    let waited = changed.wait_timeout_while(count, longest, |now| *now == seen);
                    let (now, time) = waited.unwrap_or_else(PoisonError::into_inner);
                    if time.timed_out() {
                        std::process::abort();
                    }
                    count = now;
                }
            }
        };
        thread::Builder::new()
            .name("watch".to_owned())
            .stack_size(128 * 1024)
            .spawn(body)
            .map_err(WorkerError::Start)?;
        Ok(Self { armed })
    }

    fn arm(&self) -> Armed<'_> {
        self.step();
        Armed(self)
    }

    fn step(&self) {
        *self.armed.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.armed.1.notify_one();
    }
}

impl Drop for Armed<'_> {
    fn drop(&mut self) {
        self.0.step();
    }
}
