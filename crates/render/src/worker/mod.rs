//! The worker process: typesetting behind a pipe, with limits on memory, time and size.
//!
//! Templates are programs, and the typesetter cannot be interrupted. So it runs in a child process that may be killed:
//! [`serve`] is the child's side (the app's own binary, started with an extra argument), [`RenderClient`] the parent's.
//! The child limits its own memory and kills itself when a job takes too long, also when its parent is gone.

mod client;
mod protocol;
mod serve;

#[cfg_attr(target_os = "linux", path = "limits_linux.rs")]
#[cfg_attr(windows, path = "limits_windows.rs")]
#[cfg_attr(not(any(target_os = "linux", windows)), path = "limits_other.rs")]
mod limits;

pub use client::RenderClient;
pub use serve::serve;

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A limit a template can hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Memory of the worker.
    Memory,
    /// Wall time of one job.
    Time,
    /// Pages of one document.
    Pages,
    /// Size of the file.
    Output,
}

impl Limit {
    /// Stable code for screens and logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Memory => "limit_memory",
            Self::Time => "limit_time",
            Self::Pages => "limit_pages",
            Self::Output => "limit_output",
        }
    }
}

/// What a worker may use. Limits on pages and output are the engine's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory beyond what the idle program has, in bytes.
    pub memory: u64,
    /// Wall time of one job.
    pub job: Duration,
    /// Wall time of starting the process.
    pub start: Duration,
    /// The worker is stopped when nothing was asked of it for this long.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 512 * 1024 * 1024,
            job: Duration::from_secs(5),
            start: Duration::from_secs(10),
            idle: Duration::from_secs(60),
        }
    }
}

/// Why the worker did not answer.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The process could not be started.
    #[error("the worker process could not be started")]
    Start(#[source] std::io::Error),
    /// The pipe broke.
    #[error("the pipe to the worker broke")]
    Pipe(#[from] std::io::Error),
    /// A message that is none.
    #[error("the worker was not understood")]
    Message(#[from] serde_json::Error),
    /// The process ended while it had a job.
    #[error("the worker process ended ({status}): {said}")]
    Died {
        /// How it ended.
        status: String,
        /// The end of what it wrote to its error output.
        said: String,
    },
    /// The limits of the process could not be set.
    #[error("the limits of the worker process could not be set")]
    Limits(#[source] std::io::Error),
}
