//! What a technician waits for while typing: a keystroke is saved, the preview typeset, its first page drawn.

use crate::{
    Outcome,
    figure::Figure,
    material,
    measure::{at_pace, cpu, load, repeat, wall},
    visits::Visits,
};
use fieldseal_app::view::document::{DraftSave, Preview};
use fieldseal_render::{Renderer, pages};
use std::{path::Path, time::Duration};

const KEYSTROKES: usize = 100;
/// Between two keystrokes: twenty a second.
const PAUSE: Duration = Duration::from_millis(50);
/// Pixels across the page beside the form on a screen of 1280.
const WIDTH: u32 = 900;

/// All figures of the preview.
pub fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let visits = Visits::begin(folder)?;
    let app = &visits.tablet.app;
    let view = visits.sheet()?;
    let mut content = view.content.clone();
    let mut version = view.version;
    let mut keystroke = |run: usize| -> Outcome<(Preview, Vec<u8>)> {
        let typed = content.fields.entry("work_done".into()).or_default();
        let letters = "abcdefghij ";
        typed.extend(letters.chars().nth(run % letters.len()));
        let save =
            DraftSave { document: view.id, version, content: content.clone(), secrets: view.secrets.clone() };
        version = app.draft_save(&save)?.version;
        let preview = app.preview(view.id)?;
        let page = app.page_image(&preview.token, 1, WIDTH)?;
        material::expect_two(preview.pages)?;
        Ok((preview, page))
    };
    let times = at_pace(PAUSE, KEYSTROKES, |work| wall(work), &mut keystroke)?;
    let preview = Renderer::new().render(&crate::documents::preview(material::two_pages()?))?;
    let image = repeat(20, |work| cpu(work), |_| Ok(pages::page_png(&preview.pdf, 1, WIDTH)?))?;
    let how = format!(
        "wall time of {KEYSTROKES} keystrokes in one text, 50 ms after the last was done: draft saved, 2 pages typeset in the worker, page 1 as PNG of \
         {WIDTH} px; {}; floor: drawing the page alone (median CPU); {}",
        times.said(),
        load()
    );
    Ok(vec![
        Figure::new("preview after a keystroke, p95", times.at(0.95), "ms", how)
            .aim("<= 120")
            .floor(image.median()),
    ])
}
