//! The engine: checks a job, typesets it, puts the signature fields in.

use crate::{
    error::{PictureProblem, RenderError},
    fields, glyphs,
    job::{Mode, PageRect, PhotoFile, RenderJob, Rendered, SignatureField},
    lint, templates,
    templates::Template,
    view::{self, LOGO_PATH, View},
    worker::Limit,
    world::{JobWorld, Sources, file_id},
};
use fieldseal_domain::{ContentHash, Digest};
use std::collections::{BTreeSet, HashMap};
use typst::{
    diag::SourceDiagnostic,
    foundations::{Bytes, Datetime, Label, Selector, Smart, Value},
    introspection::MetadataElem,
    syntax::FileId,
    utils::PicoStr,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// Most pages of a document.
pub const MAX_PAGES: usize = 200;
/// Most bytes a file may have beyond its pictures.
pub const MAX_OUTPUT: usize = 20 * 1024 * 1024;
/// Results of earlier compilations that are kept, in runs: a keystroke changes little.
const KEPT_RUNS: usize = 8;

/// Most pictures that are remembered as sound.
const KEPT_PICTURES: usize = 1_000;

/// Virtual paths of a job's data.
const VIEW_PATH: &str = "/data/view.json";
const DOCUMENT_PATH: &str = "/data/document.json";

/// The typesetting engine. Warm once it has rendered: keep it.
#[derive(Default)]
pub struct Renderer {
    /// Parsed sources of the last template.
    parsed: Option<(Template, Sources)>,
    /// Pictures that were decoded once and are sound.
    sound: BTreeSet<Digest>,
    /// The last document, until there is time to take it apart.
    spent: Option<PagedDocument>,
}

impl Renderer {
    /// An engine with nothing parsed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Typesets `job`.
    ///
    /// # Errors
    /// When the job contradicts itself, a picture or the template is unusable, or a limit of pages or size is hit.
    /// Limits on time and memory are those of the worker process.
    pub fn render(&mut self, job: &RenderJob) -> Result<Rendered, RenderError> {
        self.rest();
        let template = template_of(job)?;
        check_job(job, template)?;
        self.check_pictures(job)?;
        let view = view::view(job)?;
        let files = job_files(job, &view)?;
        let sources = self.sources(template)?;
        let world = JobWorld { sources, files };
        let document = compile(&world)?;
        let pages = document.pages().len();
        if pages > MAX_PAGES {
            return Err(RenderError::Limit(Limit::Pages));
        }
        let fields = signature_fields(&document, &job.slots)?;
        let missing_glyphs = glyphs::missing(&document, job);
        let pdf = match job.mode {
            Mode::Final if !missing_glyphs.is_empty() => Vec::new(),
            Mode::Final => fields::insert(&export(&document, job)?, &fields, &view.signing)?,
            Mode::Preview => export(&document, job)?,
        };
        self.spent = Some(document);
        if pdf.len() > MAX_OUTPUT + job.photos.iter().map(|photo| photo.bytes.len()).sum::<usize>() {
            return Err(RenderError::Limit(Limit::Output));
        }
        Ok(Rendered {
            pdf,
            pages: u32::try_from(pages).unwrap_or(u32::MAX),
            fields,
            text: view::text::text(&view),
            missing_glyphs,
        })
    }

    /// Takes the last document apart and forgets what was not used for some runs: takes as long as a fifth of a run, so
    /// it is done once the answer is out. Without it the next run begins with it.
    pub fn rest(&mut self) {
        if self.spent.take().is_some() {
            comemo::evict(KEPT_RUNS);
        }
    }

    /// The typesetter copies a JPEG without decoding it: a broken one would only show on the customer's screen.
    fn check_pictures(&mut self, job: &RenderJob) -> Result<(), RenderError> {
        if let Some(logo) = &job.firm.logo {
            self.check_picture(logo).map_err(RenderError::Logo)?;
        }
        for photo in &job.photos {
            let checked = self.check_picture(&photo.bytes);
            checked.map_err(|problem| RenderError::Photo { sha256: photo.sha256, problem })?;
        }
        Ok(())
    }

    fn check_picture(&mut self, bytes: &[u8]) -> Result<(), PictureProblem> {
        let digest = Digest::of(bytes);
        if self.sound.contains(&digest) {
            return Ok(());
        }
        let format = picture_format(bytes)?;
        image::load_from_memory_with_format(bytes, format).map_err(|_| PictureProblem::Broken)?;
        if format == image::ImageFormat::Jpeg && !ends(bytes) {
            return Err(PictureProblem::Broken);
        }
        if self.sound.len() >= KEPT_PICTURES {
            self.sound.clear();
        }
        self.sound.insert(digest);
        Ok(())
    }

    fn sources(&mut self, template: &Template) -> Result<&Sources, RenderError> {
        let known = self.parsed.take().filter(|(kept, _)| kept == template);
        let entry = match known {
            Some(entry) => entry,
            None => (template.clone(), Sources::parse(template)?),
        };
        Ok(&self.parsed.insert(entry).1)
    }
}

fn template_of(job: &RenderJob) -> Result<&Template, RenderError> {
    match &job.template {
        Some(own) => {
            let refusals = lint::check(own);
            if refusals.is_empty() { Ok(own) } else { Err(RenderError::TemplateRefused(refusals)) }
        }
        None => templates::shipped(&job.kind.template)
            .ok_or_else(|| RenderError::UnknownTemplate(job.kind.template.clone())),
    }
}

/// What is frozen must be exactly what is printed, attached and fingerprinted.
fn check_job(job: &RenderJob, template: &Template) -> Result<(), RenderError> {
    check_slots(job)?;
    let content = &job.document.content;
    if let Some(secret) =
        job.kind.fields().find(|field| field.secret && !content.field(&field.key).is_empty())
    {
        return Err(RenderError::SecretField(secret.key.clone()));
    }
    if job.mode == Mode::Preview {
        return Ok(());
    }
    let (canonical, _) = job.document.canonical()?;
    if canonical != job.document_json
        || ContentHash::of_document_json(&job.document_json) != job.content_hash
        || content.kind != job.kind.id
    {
        return Err(RenderError::NotTheDocument);
    }
    if job.document.template != template.reference(content.language) {
        return Err(RenderError::OtherTemplate);
    }
    let given: HashMap<Digest, &PhotoFile> = job.photos.iter().map(|photo| (photo.sha256, photo)).collect();
    for photo in &content.photos {
        let problem = match given.get(&photo.sha256) {
            None => Some(PictureProblem::Missing),
            Some(file) if Digest::of(&file.bytes) != photo.sha256 => Some(PictureProblem::OtherBytes),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            return Err(RenderError::Photo { sha256: photo.sha256, problem });
        }
    }
    Ok(())
}

fn check_slots(job: &RenderJob) -> Result<(), RenderError> {
    let mut seen = BTreeSet::new();
    let wrong = job.slots.iter().find(|slot| job.kind.slot(slot).is_none() || !seen.insert(slot.as_str()));
    // A preview may be of pages that nobody will ever sign.
    let needs_one = job.mode == Mode::Final;
    match (wrong, job.slots.is_empty()) {
        (Some(slot), _) => Err(RenderError::Slots(slot.clone())),
        (None, true) if needs_one => Err(RenderError::Slots(String::new())),
        (None, true | false) => Ok(()),
    }
}

fn job_files(job: &RenderJob, view: &View) -> Result<HashMap<FileId, Bytes>, RenderError> {
    let mut files = HashMap::new();
    let mut add = |path: &str, bytes: Vec<u8>| {
        if let Some(id) = file_id(path) {
            files.insert(id, Bytes::new(bytes));
        }
    };
    add(VIEW_PATH, serde_json::to_vec(view)?);
    add(DOCUMENT_PATH, job.document_json.clone());
    if let Some(logo) = &job.firm.logo {
        add(LOGO_PATH, logo.clone());
    }
    for (index, photo) in job.photos.iter().enumerate() {
        picture_format(&photo.bytes)
            .map_err(|problem| RenderError::Photo { sha256: photo.sha256, problem })?;
        add(&view::photo_path(index), photo.bytes.clone());
    }
    Ok(files)
}

/// Whether a JPEG goes on to its end: decoders fill up what was cut off. Inside the data of a scan neither marker can
/// stand (ITU-T T.81, B.1.1.5).
fn ends(jpeg: &[u8]) -> bool {
    let last = |marker: [u8; 2]| jpeg.windows(2).rposition(|pair| pair == marker);
    last([0xFF, 0xDA]).zip(last([0xFF, 0xD9])).is_some_and(|(scan, end)| end > scan)
}

/// PNG or JPEG by its first bytes; names and claimed types are not believed.
fn picture_format(bytes: &[u8]) -> Result<image::ImageFormat, PictureProblem> {
    match image::guess_format(bytes) {
        Ok(format @ (image::ImageFormat::Png | image::ImageFormat::Jpeg)) => Ok(format),
        Ok(_) | Err(_) => Err(PictureProblem::Format),
    }
}

fn compile(world: &JobWorld<'_>) -> Result<PagedDocument, RenderError> {
    let compiled = typst::compile::<PagedDocument>(world);
    for warning in &compiled.warnings {
        tracing::warn!(message = %warning.message, "the typesetter warns");
    }
    compiled.output.map_err(|errors| template_error(world, &errors))
}

fn template_error(world: &JobWorld<'_>, errors: &[SourceDiagnostic]) -> RenderError {
    let Some(error) = errors.first() else {
        return RenderError::Template { message: String::new(), place: None };
    };
    let place = error.span.id().and_then(|id| {
        let source = world.sources.sources.get(&id)?;
        let path = id.vpath().get_with_slash();
        let line = typst::WorldExt::range(world, error.span)
            .and_then(|range| source.lines().byte_to_line(range.start));
        Some(line.map_or_else(|| path.to_owned(), |line| format!("{path}:{}", line + 1)))
    });
    RenderError::Template { message: error.message.to_string(), place }
}

fn export(document: &PagedDocument, job: &RenderJob) -> Result<Vec<u8>, RenderError> {
    let failed = |message: String| RenderError::Template { message, place: None };
    let (standard, tagged) = match job.mode {
        Mode::Final => (PdfStandard::A_3b, true),
        // A preview shows a box where a character is missing, which PDF/A refuses, and is drawn, not read.
        Mode::Preview => (PdfStandard::V_1_7, false),
    };
    let standards = PdfStandards::new(&[standard]).map_err(|error| failed(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{}/{}", job.document.id, job.document.revision)),
        creator: Smart::Custom(Some("Fieldseal".to_owned())),
        timestamp: Some(timestamp(job)?),
        page_ranges: None,
        standards,
        tagged,
        pretty: false,
    };
    typst_pdf::pdf(document, &options)
        .map_err(|errors| failed(errors.first().map(|error| error.message.to_string()).unwrap_or_default()))
}

/// Time of the freeze, or the start of the epoch in a preview that has none: never the clock.
fn timestamp(job: &RenderJob) -> Result<Timestamp, RenderError> {
    let at = match job.document.frozen_at.parse::<jiff::Timestamp>() {
        Ok(at) => at,
        Err(_) if job.mode == Mode::Preview => jiff::Timestamp::UNIX_EPOCH,
        Err(error) => return Err(RenderError::FrozenAt(error)),
    };
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let date_time = Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    let date_time =
        date_time.ok_or_else(|| RenderError::Template { message: "date".to_owned(), place: None })?;
    Ok(Timestamp::new_utc(date_time))
}

/// Places of the slots by introspection: the template marks each with metadata labelled `sign-field`.
fn signature_fields(document: &PagedDocument, slots: &[String]) -> Result<Vec<SignatureField>, RenderError> {
    let Some(label) = Label::new(PicoStr::intern("sign-field")) else {
        return Err(RenderError::SignaturePlace(String::new()));
    };
    let introspector = document.introspector();
    let marks = introspector.elements().query(&Selector::Label(label));
    let mut places = Vec::new();
    for mark in &marks {
        let Some((location, metadata)) = mark.location().zip(mark.to_packed::<MetadataElem>()) else {
            continue;
        };
        let Some(position) = introspector.position(location) else { continue };
        let Some(page) = document.pages().get(position.page.get() - 1) else { continue };
        if let Some(size) = MarkSize::read(&metadata.value) {
            let (x, top) = (position.point.x.to_pt(), position.point.y.to_pt());
            let rect = PageRect {
                x: round(x),
                y: round(page.frame.height().to_pt() - top - size.height),
                width: round(size.width),
                height: round(size.height),
            };
            let page = u32::try_from(position.page.get()).unwrap_or(u32::MAX);
            places.push(SignatureField { slot: size.slot, page, rect, caption_height: round(size.caption) });
        }
    }
    slots.iter().map(|slot| single(&places, slot)).collect()
}

fn single(places: &[SignatureField], slot: &str) -> Result<SignatureField, RenderError> {
    let mut of_slot = places.iter().filter(|place| place.slot == slot);
    match (of_slot.next(), of_slot.next()) {
        (Some(place), None) => Ok(place.clone()),
        (Some(_), Some(_)) | (None, _) => Err(RenderError::SignaturePlace(slot.to_owned())),
    }
}

/// Hundredths of a point: what the file stores.
fn round(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}

/// What a template says about a place to sign, in points.
struct MarkSize {
    slot: String,
    width: f64,
    height: f64,
    caption: f64,
}

impl MarkSize {
    fn read(value: &Value) -> Option<Self> {
        let Value::Dict(dict) = value else { return None };
        let number = |key: &str| match dict.get(key).ok()? {
            Value::Float(number) => Some(*number),
            Value::Int(number) => Some(*number as f64),
            _ => None,
        };
        let slot = match dict.get("slot").ok()? {
            Value::Str(slot) => slot.to_string(),
            _ => return None,
        };
        Some(Self { slot, width: number("width")?, height: number("height")?, caption: number("caption")? })
    }
}
