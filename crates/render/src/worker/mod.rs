//! The worker process: typesetting behind a pipe, with limits on memory, time and size.

use serde::{Deserialize, Serialize};

/// A limit a template can hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Address space of the worker.
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

/// Why the worker did not answer.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The pipe broke.
    #[error("the pipe to the worker broke")]
    Pipe(#[from] std::io::Error),
}
