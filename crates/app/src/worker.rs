//! Typesetting in the worker process of `fieldseal-render`.

use crate::typeset::Typesetter;
use fieldseal_domain::{Language, content::TemplateRef, kind::Kind};
use fieldseal_render::{
    RenderError, RenderJob, Rendered, pages, templates,
    worker::{self, Limits, RenderClient, WorkerError},
};
use std::{io, path::PathBuf};

/// Typesets for a parent process over standard input and output, until it closes them.
///
/// # Errors
/// When a pipe breaks or the limits cannot be set.
pub fn serve() -> Result<(), WorkerError> {
    worker::serve(io::stdin(), io::stdout())
}

/// The worker process, started when needed and kept warm.
pub struct WorkerTypesetter {
    client: RenderClient,
}

impl WorkerTypesetter {
    /// Typesets in a process of `program`, which must call [`serve`] when it is given `argument`.
    #[must_use]
    pub fn of_program(program: PathBuf, argument: &str) -> Self {
        Self { client: RenderClient::new(program, vec![argument.into()], Limits::default()) }
    }
}

impl Typesetter for WorkerTypesetter {
    fn render(&self, job: &RenderJob) -> Result<Rendered, RenderError> {
        self.client.render(job)
    }

    fn page_png(&self, pdf: &[u8], page: u32, width: u32) -> Result<Vec<u8>, RenderError> {
        // Our own files only: drawn here, so that turning a page does not wait for a document being typeset.
        Ok(pages::page_png(pdf, page, width)?)
    }

    fn template(&self, kind: &Kind, language: Language) -> Result<TemplateRef, RenderError> {
        templates::reference(&kind.template, language)
            .ok_or_else(|| RenderError::UnknownTemplate(kind.template.clone()))
    }
}
