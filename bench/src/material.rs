//! The documents that are measured: a real service sheet of two pages, and one with photos of 25 MB.

use crate::{Outcome, documents, tablet};
use fieldseal_domain::{
    Digest,
    content::{Answer, ChecklistRow, Content, Line, Photo},
};
use fieldseal_render::{PhotoFile, RenderJob, Renderer};
use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};
use rand_core::Rng;

/// Number on the sheets that are not made by the app.
pub const NUMBER: &str = "SS-2026-T7-00001";
/// Bytes of the large document: 25 MB.
const LARGE: usize = 25_000_000;
/// Photos as the app keeps them: at most 1600 px.
const PHOTO: (u32, u32) = (1600, 1200);

/// Rows of the checklist, at most: a yearly inspection.
const ROWS: usize = 24;

/// Makes a sheet longer: checklist and lines of a yearly inspection.
fn lengthen(content: &mut Content, rows: usize) {
    let answers = [Answer::Ok, Answer::Ok, Answer::NotOk, Answer::NotApplicable];
    let checklist = answers.iter().cycle().take(rows).enumerate().map(|(row, answer)| ChecklistRow {
        text: format!("Punct de control {}: strângere, etanșeitate, curățare", row + 1),
        answer: Some(*answer),
        note: if row % 8 == 2 { "remediat pe loc".into() } else { String::new() },
    });
    content.checklist = checklist.collect();
    let piece = content.lines.first().cloned().unwrap_or_default();
    content.lines.extend((1..6).map(|n| Line { description: format!("Garnitură tip {n}"), ..piece.clone() }));
}

/// A sheet as the app's use cases make it, of two pages.
pub fn fill_two_pages(content: &mut Content) {
    tablet::fill_sheet(content);
    lengthen(content, ROWS);
}

/// A sheet with as many rows as two pages hold.
pub fn two_pages() -> Outcome<RenderJob> {
    let mut renderer = Renderer::new();
    for rows in (1..=ROWS).rev() {
        let mut content = documents::oven_visit();
        lengthen(&mut content, rows);
        let job = documents::freeze(content, NUMBER);
        if renderer.render(&job)?.pages == 2 {
            return Ok(job);
        }
    }
    Err("no number of rows fills two pages".into())
}

/// Typesets the sheet in this process.
pub fn two_pages_file() -> Outcome<Vec<u8>> {
    Ok(Renderer::new().render(&two_pages()?)?.pdf)
}

/// All figures are about two pages.
pub fn expect_two(pages: u32) -> Outcome<()> {
    if pages == 2 { Ok(()) } else { Err(format!("the sheet has {pages} pages, not two").into()) }
}

/// A sheet with as many photos as make 25 MB, none of which compresses further.
pub fn large_file() -> Outcome<Vec<u8>> {
    let mut content = two_pages()?.document.content;
    let mut files = Vec::new();
    let mut seed = 0;
    while files.iter().map(|file: &PhotoFile| file.bytes.len()).sum::<usize>() < LARGE {
        seed += 1;
        let (photo, file) = noise(seed)?;
        content.photos.push(photo);
        files.push(file);
    }
    let job = RenderJob { photos: files, ..documents::freeze(content, NUMBER) };
    Ok(Renderer::new().render(&job)?.pdf)
}

/// A photo of noise.
fn noise(seed: u64) -> Outcome<(Photo, PhotoFile)> {
    let (width, height) = PHOTO;
    let mut pixels = vec![0; width as usize * height as usize * 3];
    crate::device::TestRng(seed).fill_bytes(&mut pixels);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85).encode(&pixels, width, height, ExtendedColorType::Rgb8)?;
    let sha256 = Digest::of(&bytes);
    let media_type = "image/jpeg".to_owned();
    let photo = Photo {
        sha256,
        caption: format!("Fotografia {seed}"),
        taken_at: String::new(),
        width,
        height,
        size: u64::try_from(bytes.len())?,
        media_type: media_type.clone(),
    };
    Ok((photo, PhotoFile { sha256, media_type, bytes }))
}
