//! The typesetter's world: memory only. No disk, no network, no packages, no clock.

use crate::{
    error::RenderError,
    fonts::FONTS,
    templates::{MAIN, Template},
};
use std::{collections::HashMap, sync::LazyLock};
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::builder().build()));

/// The id of a virtual path; nothing for a path that leaves the root.
pub(crate) fn file_id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Parsed sources of a template; kept between jobs.
pub(crate) struct Sources {
    pub(crate) main: FileId,
    pub(crate) sources: HashMap<FileId, Source>,
}

impl Sources {
    pub(crate) fn parse(template: &Template) -> Result<Self, RenderError> {
        let unknown = || RenderError::UnknownTemplate(template.id.clone());
        let mut sources = HashMap::new();
        for (path, text) in &template.files {
            let id = file_id(path).ok_or_else(unknown)?;
            sources.insert(id, Source::new(id, text.clone()));
        }
        let main = file_id(MAIN).filter(|id| sources.contains_key(id)).ok_or_else(unknown)?;
        Ok(Self { main, sources })
    }
}

/// One job's world: the template's sources, the job's data.
pub(crate) struct JobWorld<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) files: HashMap<FileId, Bytes>,
}

impl World for JobWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.sources.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.sources.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    /// Templates get their dates from the document.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    match id.root() {
        VirtualRoot::Project => FileError::NotFound(id.vpath().get_with_slash().into()),
        VirtualRoot::Package(_) => FileError::AccessDenied,
    }
}
