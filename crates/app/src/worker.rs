//! Typesetting in the worker process of `fieldseal-render`.

use crate::typeset::Typesetter;
use fieldseal_domain::{Language, content::TemplateRef, kind::Kind};
use fieldseal_render::{RenderError, RenderJob, Rendered, pages, templates, worker::RenderClient};

/// The worker process, started when needed and kept warm.
pub struct WorkerTypesetter {
    client: RenderClient,
}

impl WorkerTypesetter {
    /// Typesets through `client`.
    #[must_use]
    pub fn new(client: RenderClient) -> Self {
        Self { client }
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
        templates::reference(&kind.template, language).ok_or_else(|| RenderError::UnknownTemplate(kind.template.clone()))
    }
}
