//! Photos: read whatever the camera wrote, turn it upright, scale it to 1600 px, leave place and device behind.

use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, codecs::jpeg::JpegEncoder,
    imageops::FilterType,
};
use std::io::Cursor;

/// Longest side of a kept photo in px.
pub const LONGEST_SIDE: u32 = 1600;
/// Largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;
/// Largest picture that is decoded, in bytes of pixels.
const LARGEST_DECODED: u64 = 640 * 1024 * 1024;
const QUALITY: u8 = 85;

/// Why a file is no photo for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// HEIC/HEIF or AVIF: the camera's own form, which we cannot read.
    #[error("HEIC pictures cannot be read: set the camera to JPEG")]
    Heic,
    /// No JPEG or PNG.
    #[error("this is not a JPEG or PNG picture")]
    NotAPicture,
    /// Cut off or damaged.
    #[error("the picture is damaged")]
    Damaged,
    /// Beyond 64 MB, or more pixels than fit into memory.
    #[error("the picture is too large")]
    TooLarge,
}

/// A photo as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPhoto {
    /// JPEG bytes, without metadata.
    pub bytes: Vec<u8>,
    /// Width in px.
    pub width: u32,
    /// Height in px.
    pub height: u32,
    /// Time the camera wrote down, ISO 8601 local, or empty.
    pub taken_at: String,
}

/// Media type of every kept photo.
pub const MEDIA_TYPE: &str = "image/jpeg";

/// Reads a picture by its content (its name says nothing) and makes what is kept.
///
/// # Errors
/// [`PhotoError`]; the file itself is never touched.
pub fn keep(bytes: &[u8]) -> Result<KeptPhoto, PhotoError> {
    if bytes.len() > LARGEST_FILE {
        return Err(PhotoError::TooLarge);
    }
    let format = format_of(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(LARGEST_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(sort_error)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(sort_error)?;
    if picture.width().max(picture.height()) > LONGEST_SIDE {
        picture = picture.resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::Triangle);
    }
    picture.apply_orientation(orientation);
    let picture = picture.into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture).map_err(sort_error)?;
    Ok(KeptPhoto { bytes: jpeg, width: picture.width(), height: picture.height(), taken_at: taken_at(bytes) })
}

/// Longest side of a kept logo in px.
const LOGO_SIDE: u32 = 800;

/// A firm's logo: PNG bytes at most 800 px wide or high, transparency kept.
///
/// # Errors
/// [`PhotoError`].
pub fn keep_logo(bytes: &[u8]) -> Result<Vec<u8>, PhotoError> {
    if bytes.len() > LARGEST_FILE {
        return Err(PhotoError::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format_of(bytes)?);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(LARGEST_DECODED);
    reader.limits(limits);
    let mut picture = reader.decode().map_err(sort_error)?;
    if picture.width().max(picture.height()) > LOGO_SIDE {
        picture = picture.resize(LOGO_SIDE, LOGO_SIDE, FilterType::Triangle);
    }
    let mut png = Cursor::new(Vec::new());
    picture.into_rgba8().write_to(&mut png, ImageFormat::Png).map_err(sort_error)?;
    Ok(png.into_inner())
}

fn format_of(bytes: &[u8]) -> Result<ImageFormat, PhotoError> {
    let brand = bytes.get(4..12).unwrap_or_default();
    if brand.starts_with(b"ftyp") {
        return Err(PhotoError::Heic);
    }
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => Ok(format),
        Ok(_) | Err(_) => Err(PhotoError::NotAPicture),
    }
}

fn sort_error(error: image::ImageError) -> PhotoError {
    match error {
        image::ImageError::Limits(_) => PhotoError::TooLarge,
        image::ImageError::Unsupported(_) => PhotoError::NotAPicture,
        image::ImageError::Decoding(_)
        | image::ImageError::Encoding(_)
        | image::ImageError::Parameter(_)
        | image::ImageError::IoError(_) => PhotoError::Damaged,
    }
}

/// EXIF DateTimeOriginal `2026:09:01 08:10:00` as ISO 8601; empty when there is none.
fn taken_at(bytes: &[u8]) -> String {
    let Ok(data) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return String::new();
    };
    let Some(field) = data.get_field(exif::Tag::DateTimeOriginal, exif::In::PRIMARY) else {
        return String::new();
    };
    let exif::Value::Ascii(texts) = &field.value else { return String::new() };
    let text = texts.first().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
    let iso = text.replacen(':', "-", 2).replacen(' ', "T", 1);
    if iso.parse::<jiff::civil::DateTime>().is_ok() { iso } else { String::new() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, 90])
        });
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&picture).unwrap();
        bytes
    }

    /// A JPEG with an EXIF block: orientation 6 (turn right), a date, and a GPS latitude.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff: Vec<u8> = b"II*\0\x08\0\0\0".to_vec();
        let entry = |tag: u16, kind: u16, count: u32, value: u32| {
            let mut out = Vec::new();
            out.extend(tag.to_le_bytes());
            out.extend(kind.to_le_bytes());
            out.extend(count.to_le_bytes());
            out.extend(value.to_le_bytes());
            out
        };
        // IFD0 at 8: 3 entries, ends at 8 + 2 + 36 + 4 = 50; EXIF IFD at 50 ends at 68; date at 68; GPS IFD at 88.
        tiff.extend(3_u16.to_le_bytes());
        tiff.extend(entry(0x0112, 3, 1, 6));
        tiff.extend(entry(0x8769, 4, 1, 50));
        tiff.extend(entry(0x8825, 4, 1, 88));
        tiff.extend(0_u32.to_le_bytes());
        tiff.extend(1_u16.to_le_bytes());
        tiff.extend(entry(0x9003, 2, 20, 68));
        tiff.extend(0_u32.to_le_bytes());
        tiff.extend(b"2026:09:01 08:10:00\0");
        tiff.extend(1_u16.to_le_bytes());
        tiff.extend(entry(0x0001, 2, 2, u32::from_le_bytes(*b"N\0\0\0")));
        tiff.extend(0_u32.to_le_bytes());
        let mut block = b"Exif\0\0".to_vec();
        block.extend(&tiff);
        let mut out = jpeg.get(..2).unwrap().to_vec();
        out.extend([0xFF, 0xE1]);
        out.extend(u16::try_from(block.len() + 2).unwrap().to_be_bytes());
        out.extend(block);
        out.extend(jpeg.get(2..).unwrap());
        out
    }

    #[test]
    fn a_photo_is_scaled_turned_upright_and_loses_its_place() {
        let source = with_exif(&jpeg(3000, 2000));
        let kept = keep(&source).unwrap();
        assert_eq!((kept.width, kept.height), (1067, 1600), "orientation 6 stands the picture up");
        assert_eq!(kept.taken_at, "2026-09-01T08:10:00");
        assert!(source.windows(4).any(|w| w == b"Exif") && !kept.bytes.windows(4).any(|w| w == b"Exif"));
    }

    #[test]
    fn what_is_no_photo_is_refused_by_name() {
        assert_eq!(keep(b"\0\0\0\x18ftypheic\0\0\0\0"), Err(PhotoError::Heic));
        assert_eq!(keep(b"%PDF-1.7"), Err(PhotoError::NotAPicture));
        assert_eq!(keep(b""), Err(PhotoError::NotAPicture));
        let whole = jpeg(400, 300);
        let cut = keep(whole.get(..whole.len() / 40).unwrap());
        assert_eq!(cut, Err(PhotoError::Damaged));
    }

    #[test]
    fn a_forty_megabyte_png_is_scaled() {
        // Noise does not compress: about 3 bytes a pixel.
        let mut seed = 1_u32;
        let picture = image::RgbImage::from_fn(4200, 3200, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = seed.to_be_bytes();
            image::Rgb([a, b, c])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let bytes = bytes.into_inner();
        assert!(bytes.len() > 40_000_000, "{}", bytes.len());
        let kept = keep(&bytes).unwrap();
        assert_eq!(kept.width, LONGEST_SIDE);
        assert!(kept.bytes.len() < 4_000_000);
    }
}
