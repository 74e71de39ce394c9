//! Pictures of the pages, drawn from the very bytes that are signed.

use hayro::{
    RenderCache, RenderSettings, hayro_interpret::InterpreterSettings, hayro_syntax::Pdf, render,
    vello_cpu::color::palette::css::WHITE,
};
use std::sync::Arc;

/// Widest picture, in px.
pub const MAX_WIDTH: u32 = 4_000;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// The bytes are no PDF that can be read.
    #[error("the file cannot be read")]
    Unreadable,
    /// No page of that number.
    #[error("the file has no page {0}")]
    NoSuchPage(u32),
    /// Width 0, or more than [`MAX_WIDTH`].
    #[error("a picture cannot be {0} px wide")]
    Width(u32),
    /// The picture could not be packed.
    #[error("the picture could not be packed")]
    Png(#[from] png::EncodingError),
}

fn open(pdf: &[u8]) -> Result<Pdf, PagesError> {
    Pdf::new(Arc::new(pdf.to_vec())).map_err(|_| PagesError::Unreadable)
}

/// Number of pages of a file.
///
/// # Errors
/// When the file cannot be read.
pub fn page_count(pdf: &[u8]) -> Result<u32, PagesError> {
    Ok(u32::try_from(open(pdf)?.pages().len()).unwrap_or(u32::MAX))
}

/// Page `page` (from 1) as a PNG `width` px wide, on white, without transparency.
///
/// # Errors
/// When the file cannot be read, has no such page, or the width makes no sense.
pub fn page_png(pdf: &[u8], page: u32, width: u32) -> Result<Vec<u8>, PagesError> {
    if width == 0 || width > MAX_WIDTH {
        return Err(PagesError::Width(width));
    }
    let file = open(pdf)?;
    let index = (page as usize).checked_sub(1).ok_or(PagesError::NoSuchPage(page))?;
    let page = file.pages().get(index).ok_or(PagesError::NoSuchPage(page))?;
    let (page_width, page_height) = page.render_dimensions();
    let scale = width as f32 / page_width.max(1.0);
    let pixels = |value: f32| value.round().clamp(1.0, f32::from(u16::MAX)) as u16;
    let settings = RenderSettings {
        x_scale: scale,
        y_scale: scale,
        width: Some(pixels(page_width * scale)),
        height: Some(pixels(page_height * scale)),
        bg_color: WHITE,
    };
    let picture = render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let (width, height) = (u32::from(picture.width()), u32::from(picture.height()));
    encode(picture.data_as_u8_slice(), width, height)
}

/// RGBA on white to RGB: smaller and quicker to pack than with the useless alpha. Packed for speed: the picture goes no
/// further than the screen.
fn encode(rgba: &[u8], width: u32, height: u32) -> Result<Vec<u8>, PagesError> {
    let mut rgb = vec![0; rgba.len() / 4 * 3];
    for (to, [red, green, blue, _]) in rgb.chunks_exact_mut(3).zip(rgba.as_chunks().0) {
        to.copy_from_slice(&[*red, *green, *blue]);
    }
    let mut out = Vec::with_capacity(rgb.len() / 8);
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fastest);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(out)
}
