//! Limits of the worker on Windows: a job object around this process, which also ends it with the job's last handle.
#![allow(unsafe_code, reason = "the job object has no safe interface; every call here is checked")]

use std::{ffi::c_void, io, mem::size_of, ptr::null};
use windows_sys::Win32::System::{
    JobObjects::{
        AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOB_OBJECT_LIMIT_PROCESS_MEMORY,
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
    },
    Threading::GetCurrentProcess,
};

/// Lets this process commit `memory` bytes, plus what a desktop program has committed by now at most.
///
/// # Errors
/// When the system refuses.
pub(super) fn apply(memory: u64) -> io::Result<()> {
    /// What the idle program has committed, with room.
    const IDLE: u64 = 192 * 1024 * 1024;
    let limit = usize::try_from(memory.saturating_add(IDLE)).unwrap_or(usize::MAX);
    let mut information = JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
        ProcessMemoryLimit: limit,
        ..JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default()
    };
    information.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY
        | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
        | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
    let size = u32::try_from(size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>()).unwrap_or(0);
    // SAFETY: no attributes and no name are allowed to be null. The handle stays open on purpose until the process
    // ends; closing it would end the process at once.
    let job = unsafe { CreateJobObjectW(null(), null()) };
    if job.is_null() {
        return Err(io::Error::last_os_error());
    }
    let pointer: *const c_void = std::ptr::from_ref(&information).cast();
    // SAFETY: `pointer` leads to a structure of this class and of `size` bytes that lives through the call.
    if unsafe { SetInformationJobObject(job, JobObjectExtendedLimitInformation, pointer, size) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the pseudo handle of the current process needs no closing.
    if unsafe { AssignProcessToJobObject(job, GetCurrentProcess()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Settings of the child.
pub(super) const ENVIRONMENT: [(&str, &str); 1] = [("RAYON_NUM_THREADS", "2")];
