//! Linux.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io,
    os::unix::{
        fs::{DirBuilderExt as _, OpenOptionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::Command,
};

/// Where page images come from, as the web view names it.
pub const PAGE_ORIGIN: &str = "page://localhost";

/// Where programs keep data by the XDG base directory specification.
#[must_use]
pub fn data_home() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
}

/// Where the kernel lists graphics processors.
const GRAPHICS: &str = "/dev/dri";

/// Settings of the C library: without them each thread has memory of its own, and a page's picture that was freed
/// stays with the process. Pictures of pages are larger than the threshold, so they go back to the system at once.
const ALLOCATOR: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "1048576"), ("MALLOC_TRIM_THRESHOLD_", "1048576")];

/// Tells the web view to draw straight into the window. Through OpenGL, which it prefers, a machine without a
/// graphics processor only imitates one: with a compiler and copies of every layer in memory, and no faster.
const DRAW_PLAINLY: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

/// Settings that make the libraries below the window use less memory.
#[must_use]
pub fn memory_settings() -> Vec<(&'static str, &'static str)> {
    let plainly = (!has_graphics_processor(Path::new(GRAPHICS))).then_some(DRAW_PLAINLY);
    ALLOCATOR.into_iter().chain(plainly).collect()
}

/// Whether there is a graphics processor that programs may draw with: a "render node" of the kernel.
fn has_graphics_processor(list: &Path) -> bool {
    let is_one = |entry: fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(b"renderD");
    fs::read_dir(list).is_ok_and(|entries| entries.flatten().any(is_one))
}

/// Replaces this process by a new run of the program with these variables set and those removed. Returns only when
/// that fails. Done instead of changing the own environment, which no thread may read meanwhile.
pub fn begin_anew(set: &[(&str, &str)], remove: &[&str]) -> io::Error {
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut command = Command::new(program);
    command.args(env::args_os().skip(1)).envs(set.iter().copied());
    for name in remove {
        command.env_remove(name);
    }
    command.exec()
}

/// Whether a window can be opened at all. Asked first, because the window's own library ends the program without words.
#[must_use]
pub fn has_display() -> bool {
    gtk::init().is_ok()
}

/// Makes a folder that only its owner may enter.
///
/// # Errors
/// As the system says; also when it exists.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes a new file that only its owner may read.
///
/// # Errors
/// As the system says; also when it exists.
pub fn make_private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Whether a process of that id runs. One that has ended and that nobody asked about yet does not.
#[must_use]
pub fn is_running(process: u32) -> bool {
    // proc(5): the state follows the name, which is in parentheses and may hold any character.
    let stat = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat"));
    stat.is_ok_and(|stat| {
        let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
        !matches!(state, Some('Z' | 'X'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::{io::Read as _, process::Stdio};

    #[test]
    fn a_process_that_ended_does_not_run_though_it_still_has_its_number() {
        let mut child = Command::new("true").stdout(Stdio::piped()).spawn().unwrap();
        assert!(is_running(std::process::id()));
        // Its end closes the pipe; until it is waited for it keeps its number.
        child.stdout.take().unwrap().read_to_end(&mut Vec::new()).unwrap();
        while is_running(child.id()) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }

    #[test]
    fn a_screen_without_a_render_node_is_no_graphics_processor() {
        let list = tempfile::tempdir().unwrap();
        assert!(!has_graphics_processor(&list.path().join("none")));
        fs::write(list.path().join("card0"), "").unwrap();
        assert!(!has_graphics_processor(list.path()));
        fs::write(list.path().join("renderD128"), "").unwrap();
        assert!(has_graphics_processor(list.path()));
    }
}
