//! Ink: drawn strokes as shape only (design D8): no time, no speed, no pressure.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most strokes one drawing may have.
pub const MAX_STROKES: usize = 400;
/// Most points one drawing may have.
pub const MAX_POINTS: usize = 10_000;
/// Largest side of a drawing box, in 1/100 CSS px.
pub const MAX_SIDE: u32 = 1_000_000;

/// Strokes in units of 1/100 CSS px of the box in which they were drawn; y grows downwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Ink {
    /// Version of this form: 1.
    pub v: u8,
    /// Width of the box.
    pub w: u32,
    /// Height of the box.
    pub h: u32,
    /// One list per stroke: x0, y0, x1, y1, ...; points lie about 100 units apart along the stroke.
    pub strokes: Vec<Vec<i32>>,
}

/// What drew the ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum PointerKind {
    /// A pen.
    Pen,
    /// A finger.
    Touch,
    /// A mouse (also a pen that the system reports as one).
    Mouse,
}

/// Why strokes are no ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InkError {
    /// Another version of the form.
    #[error("this form of ink is not known")]
    Version,
    /// A box without area, or a huge one.
    #[error("the drawing box has no sensible size")]
    Box,
    /// Odd number of coordinates or an empty stroke.
    #[error("a stroke is incomplete")]
    Stroke,
    /// A point far outside the box.
    #[error("a point lies outside the drawing box")]
    Outside,
    /// More strokes or points than fit.
    #[error("too many strokes")]
    TooMuch,
    /// No stroke at all.
    #[error("nothing was drawn")]
    Empty,
}

/// Whether a drawing can pass for a signature without asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InkSize {
    /// Large enough.
    Enough,
    /// A dot or a dash: the signer is asked once more.
    TooSmall,
}

impl Ink {
    /// Checks form, limits and place of all points.
    ///
    /// # Errors
    /// The first reason found.
    pub fn check(&self) -> Result<(), InkError> {
        if self.v != 1 {
            return Err(InkError::Version);
        }
        if self.w == 0 || self.h == 0 || self.w > MAX_SIDE || self.h > MAX_SIDE {
            return Err(InkError::Box);
        }
        if self.strokes.is_empty() {
            return Err(InkError::Empty);
        }
        if self.strokes.len() > MAX_STROKES || self.point_count() > MAX_POINTS {
            return Err(InkError::TooMuch);
        }
        self.strokes.iter().try_for_each(|stroke| self.check_stroke(stroke))
    }

    fn check_stroke(&self, stroke: &[i32]) -> Result<(), InkError> {
        if stroke.is_empty() || !stroke.len().is_multiple_of(2) {
            return Err(InkError::Stroke);
        }
        // A captured pointer may leave the box by a little; the drawing is clipped to it.
        let inside = |value: i32, side: u32| {
            let (value, side) = (i64::from(value), i64::from(side));
            value >= -side && value <= side * 2
        };
        let all = points(stroke).all(|(x, y)| inside(x, self.w) && inside(y, self.h));
        if all { Ok(()) } else { Err(InkError::Outside) }
    }

    /// Points of all strokes together.
    pub fn point_count(&self) -> usize {
        self.strokes.iter().map(|stroke| stroke.len() / 2).sum()
    }

    /// The too-small test: less than 60 CSS px of ink, or a box under 24 px both ways (research: dots were accepted).
    pub fn size(&self) -> InkSize {
        let length: f64 = self.strokes.iter().map(|stroke| stroke_length(stroke)).sum();
        let (width, height) = self.extent();
        if length < 6_000.0 || (width < 2_400 && height < 2_400) {
            InkSize::TooSmall
        } else {
            InkSize::Enough
        }
    }

    fn extent(&self) -> (i64, i64) {
        let mut range = [i64::MAX, i64::MIN, i64::MAX, i64::MIN];
        for (x, y) in self.strokes.iter().flat_map(|stroke| points(stroke)) {
            let [x0, x1, y0, y1] = &mut range;
            *x0 = (*x0).min(i64::from(x));
            *x1 = (*x1).max(i64::from(x));
            *y0 = (*y0).min(i64::from(y));
            *y1 = (*y1).max(i64::from(y));
        }
        let [x0, x1, y0, y1] = range;
        if x0 > x1 { (0, 0) } else { (x1 - x0, y1 - y0) }
    }
}

/// The points of one stroke.
pub fn points(stroke: &[i32]) -> impl Iterator<Item = (i32, i32)> + '_ {
    stroke.chunks_exact(2).filter_map(|pair| match pair {
        [x, y] => Some((*x, *y)),
        _ => None,
    })
}

/// Length of one stroke in 1/100 CSS px.
pub fn stroke_length(stroke: &[i32]) -> f64 {
    points(stroke)
        .zip(points(stroke).skip(1))
        .map(|((x0, y0), (x1, y1))| f64::from(x1 - x0).hypot(f64::from(y1 - y0)))
        .sum()
}

/// Width of the line at `along` of a stroke of length `total`, all in 1/100 CSS px: 2.2 px, tapering from 1.2 px over
/// the first and last 6 px. A function of the place in the stroke alone, so that it tells nothing of speed.
pub fn width_at(along: f64, total: f64) -> f64 {
    const FULL: f64 = 220.0;
    const TIP: f64 = 120.0;
    const TAPER: f64 = 600.0;
    let from_end = along.min(total - along).clamp(0.0, TAPER);
    TIP + (FULL - TIP) * from_end / TAPER
}

/// Diameter of a dot (a stroke of one point), in 1/100 CSS px.
pub const DOT: f64 = 260.0;

/// Ink inside an event: first differences as zigzag varints in base64, about 5 bytes a point, so that even a long
/// signature fits into the 64 KiB of a body.
pub mod packed {
    use super::Ink;
    use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as BASE64};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Packed {
        v: u8,
        w: u32,
        h: u32,
        strokes: Vec<String>,
    }

    /// Serialises an optional drawing.
    ///
    /// # Errors
    /// What the serialiser says.
    pub fn serialize<S: Serializer>(ink: &Option<Ink>, serializer: S) -> Result<S::Ok, S::Error> {
        let pack = |ink: &Ink| Packed {
            v: ink.v,
            w: ink.w,
            h: ink.h,
            strokes: ink.strokes.iter().map(|s| pack_stroke(s)).collect(),
        };
        ink.as_ref().map(pack).serialize(serializer)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// When it is no packed drawing.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Ink>, D::Error> {
        let Some(packed) = Option::<Packed>::deserialize(deserializer)? else { return Ok(None) };
        let strokes: Option<Vec<Vec<i32>>> =
            packed.strokes.iter().map(|stroke| unpack_stroke(stroke)).collect();
        let strokes = strokes.ok_or_else(|| D::Error::custom("not a packed stroke"))?;
        Ok(Some(Ink { v: packed.v, w: packed.w, h: packed.h, strokes }))
    }

    fn pack_stroke(stroke: &[i32]) -> String {
        let mut out = Vec::with_capacity(stroke.len() * 2);
        let mut last = [0_i32; 2];
        for (index, value) in stroke.iter().enumerate() {
            let Some(before) = last.get_mut(index % 2) else { continue };
            let difference = i64::from(*value) - i64::from(*before);
            *before = *value;
            let mut zigzag = ((difference << 1) ^ (difference >> 63)).cast_unsigned();
            while zigzag >= 0x80 {
                out.push((zigzag & 0x7F) as u8 | 0x80);
                zigzag >>= 7;
            }
            out.push(zigzag as u8);
        }
        BASE64.encode(out)
    }

    fn unpack_stroke(text: &str) -> Option<Vec<i32>> {
        let (mut out, mut last, mut zigzag, mut shift) = (Vec::new(), [0_i64; 2], 0_u64, 0_u32);
        for byte in BASE64.decode(text).ok()? {
            zigzag |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 != 0 {
                shift += 7;
                continue;
            }
            let difference = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
            let before = last.get_mut(out.len() % 2)?;
            *before = before.checked_add(difference)?;
            out.push(i32::try_from(*before).ok()?);
            (zigzag, shift) = (0, 0);
        }
        (shift == 0).then_some(out)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ink(strokes: Vec<Vec<i32>>) -> Ink {
        Ink { v: 1, w: 60_000, h: 22_000, strokes }
    }

    #[test]
    fn empty_odd_outside_and_endless_ink_is_refused() {
        assert_eq!(ink(vec![]).check(), Err(InkError::Empty));
        assert_eq!(ink(vec![vec![1, 2, 3]]).check(), Err(InkError::Stroke));
        assert_eq!(ink(vec![vec![]]).check(), Err(InkError::Stroke));
        assert_eq!(ink(vec![vec![i32::MIN, 0]]).check(), Err(InkError::Outside));
        assert_eq!(ink(vec![vec![1, 1]; 401]).check(), Err(InkError::TooMuch));
        assert_eq!(ink(vec![vec![100, 100, 200, 200]]).check(), Ok(()));
    }

    #[derive(Serialize, Deserialize)]
    struct Holder {
        #[serde(with = "packed")]
        ink: Option<Ink>,
    }

    proptest::proptest! {
        #[test]
        fn packed_ink_is_the_same_ink(strokes in proptest::collection::vec(proptest::collection::vec(proptest::num::i32::ANY, 0..40), 0..6)) {
            let holder = Holder { ink: Some(ink(strokes)) };
            let text = serde_json::to_string(&holder).unwrap();
            proptest::prop_assert_eq!(serde_json::from_str::<Holder>(&text).unwrap().ink, holder.ink);
        }
    }

    #[test]
    fn the_longest_drawing_fits_into_an_event() {
        let stroke: Vec<i32> = (0..10_000).flat_map(|i: i32| [i * 71 % 60_000, i * 71 % 22_000]).collect();
        let text = serde_json::to_string(&Holder { ink: Some(ink(vec![stroke])) }).unwrap();
        assert!(text.len() < crate::event::MAX_BODY - 8_192, "{}", text.len());
    }

    #[test]
    fn a_dot_is_too_small_and_a_signature_is_not() {
        assert_eq!(ink(vec![vec![100, 100]]).size(), InkSize::TooSmall);
        assert_eq!(ink(vec![vec![100, 100, 10_000, 5_000]]).size(), InkSize::Enough);
    }

    #[test]
    fn a_line_is_thin_at_its_ends_only() {
        assert!((width_at(0.0, 10_000.0) - 120.0).abs() < 1e-9);
        assert!((width_at(5_000.0, 10_000.0) - 220.0).abs() < 1e-9);
        assert!((width_at(10_000.0, 10_000.0) - 120.0).abs() < 1e-9);
    }
}
