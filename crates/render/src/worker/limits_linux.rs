//! Limits of the worker on Linux: address space.
//!
//! There is no death signal of the parent here on purpose: the kernel sends it when the *thread* that started the
//! child ends. A worker without its parent sees the end of its pipe, or is ended by its own watch.

use rustix::process::{Resource, Rlimit, setrlimit};
use std::io;

/// Lets this process have `memory` bytes of address space more than it has now.
///
/// # Errors
/// When the system refuses.
pub(super) fn apply(memory: u64) -> io::Result<()> {
    // The libraries of a desktop program alone are hundreds of megabytes of addresses: count from here.
    let limit = address_space()?.saturating_add(memory);
    setrlimit(Resource::As, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    // No core file: it would hold a customer's document.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

/// Bytes of address space in use (proc(5), statm, first figure, in pages).
fn address_space() -> io::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split_whitespace().next().and_then(|figure| figure.parse::<u64>().ok());
    let pages = pages.ok_or_else(|| io::Error::other("statm has no figures"))?;
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    Ok(pages.saturating_mul(page))
}

/// Settings of the C library for the child: each memory arena reserves 64 MiB of addresses, each thread of the
/// typesetter asks for one. And whatever the program itself may want, the typesetter keeps what it has freed: it needs as
/// much again for the next document.
pub(super) const ENVIRONMENT: [(&str, &str); 4] = [
    ("MALLOC_ARENA_MAX", "2"),
    ("MALLOC_MMAP_THRESHOLD_", "8388608"),
    ("MALLOC_TRIM_THRESHOLD_", "33554432"),
    ("RAYON_NUM_THREADS", "2"),
];
