//! What a filled field looks like: ink (or a typed name) and a caption, as vector paths in a form
//! of their own (ISO 32000-2 clause 8.10). No fonts, no images, no transparency, so that the
//! sealed file stays PDF/A-3b.
//!
//! The bytes of the ink are written with integers only: the same ink gives the same bytes on
//! every machine, and their hash stands in the acceptance.

use std::fmt::Write as _;

use fieldseal_domain::Digest;
use fieldseal_domain::ink::{DOT, Ink, points, width_at};
use fieldseal_domain::outline::{OutlinePath, OutlinePoint, Segment};

use crate::context::SigningContext;

/// Colour of drawn ink: a dark blue that survives a photocopier.
const INK_COLOUR: &str = "0.07 0.13 0.36";
/// Colour of typed names and captions.
const TEXT_COLOUR: &str = "0.1 0.1 0.1";
/// Distance of a control point from the end of a quarter circle of radius 1000.
const CIRCLE: i64 = 552;

/// Size of a field in 1/1000 pt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxSize {
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
}

impl BoxSize {
    /// From points; what is below 1/1000 pt is rounded away.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn from_pt(width: f64, height: f64) -> Self {
        // `as` saturates, so even a hostile rectangle gives some number.
        Self { width: (width * 1000.0).round() as i64, height: (height * 1000.0).round() as i64 }
    }
}

/// Path operators of a drawing or a typed name: what lies between `/FSL_Ink BMC` and `EMC`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InkOperators(Vec<u8>);

impl InkOperators {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The digest that the acceptance carries.
    #[must_use]
    pub fn hash(&self) -> Digest {
        ink_hash(&self.0)
    }
}

/// What goes into a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    /// Size of the field's rectangle.
    pub size: BoxSize,
    /// Ink or typed name.
    pub ink: InkOperators,
    /// Name, time, place below it, as outlines.
    pub caption: Vec<OutlinePath>,
}

/// SHA-256 in the context "fieldseal/ink/v1" of the exact bytes between the marks.
#[must_use]
pub fn ink_hash(operators: &[u8]) -> Digest {
    SigningContext::Ink.hash(operators)
}

/// A drawing, scaled evenly to the field and centred. The line has the width of
/// [`width_at`], which depends on the place in the stroke alone.
#[must_use]
pub fn ink_operators(ink: &Ink, size: BoxSize) -> InkOperators {
    let Some(scale) = Scale::new(ink, size) else { return InkOperators::default() };
    let mut out = format!("q\n{INK_COLOUR} RG {INK_COLOUR} rg 1 J 1 j\n");
    for stroke in &ink.strokes {
        let on_page: Vec<(i32, i32)> = points(stroke).collect();
        match on_page.as_slice() {
            [] => {}
            [dot] => draw_dot(&mut out, &scale, *dot),
            line => draw_stroke(&mut out, &scale, line),
        }
    }
    out.push('Q');
    InkOperators(out.into_bytes())
}

/// A typed name as filled outlines.
#[must_use]
pub fn typed_operators(paths: &[OutlinePath]) -> InkOperators {
    InkOperators(filled(paths).into_bytes())
}

/// The page content of a field's appearance.
#[must_use]
pub(crate) fn content(appearance: &Appearance) -> Vec<u8> {
    let mut out = b"q\n/FSL_Ink BMC\n".to_vec();
    out.extend_from_slice(&appearance.ink.0);
    out.extend_from_slice(b"\nEMC\n/FSL_Caption BMC\n");
    out.extend_from_slice(filled(&appearance.caption).as_bytes());
    out.extend_from_slice(b"\nEMC\nQ\n");
    out
}

/// A place in 1/1000 pt from the lower left corner of the field, with room for arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    x: i64,
    y: i64,
}

/// Maps the box of the drawing to the field: one fraction, two offsets.
struct Scale {
    numerator: i64,
    denominator: i64,
    left: i64,
    top: i64,
}

impl Scale {
    fn new(ink: &Ink, size: BoxSize) -> Option<Self> {
        let (w, h) = (i64::from(ink.w), i64::from(ink.h));
        if w <= 0
            || h <= 0
            || size.width <= 0
            || size.height <= 0
            || size.width.max(size.height) > 100_000_000
        {
            return None;
        }
        let wide = size.width * h > size.height * w;
        let (numerator, denominator) = if wide { (size.height, h) } else { (size.width, w) };
        let left = (size.width - w * numerator / denominator) / 2;
        let top = size.height - (size.height - h * numerator / denominator) / 2;
        Some(Self { numerator, denominator, left, top })
    }

    fn length(&self, units: i64) -> i64 {
        let scaled = units.saturating_mul(self.numerator);
        let half = if scaled < 0 { -self.denominator / 2 } else { self.denominator / 2 };
        scaled.saturating_add(half) / self.denominator
    }

    fn point(&self, (x, y): (i32, i32)) -> Point {
        Point { x: self.left + self.length(i64::from(x)), y: self.top - self.length(i64::from(y)) }
    }

    /// A width from the domain's rule. Its arithmetic is exact on every machine (no roots), so
    /// rounding it here is deterministic.
    #[allow(clippy::cast_possible_truncation)]
    fn width(&self, units: f64) -> i64 {
        self.length(units.round() as i64).max(1)
    }
}

/// A line whose ends taper: neighbours of equal width become one path.
fn draw_stroke(out: &mut String, scale: &Scale, line: &[(i32, i32)]) {
    let steps: Vec<i64> = line.iter().zip(line.iter().skip(1)).map(|(a, b)| distance(*a, *b)).collect();
    let total: i64 = steps.iter().sum();
    let mut along = 0;
    let mut current = None;
    for ((from, to), step) in line.iter().zip(line.iter().skip(1)).zip(&steps) {
        #[allow(clippy::cast_precision_loss)]
        let width = scale.width(width_at((along + step / 2) as f64, total as f64));
        if current != Some(width) {
            if current.is_some() {
                out.push_str("S\n");
            }
            number(out, width);
            out.push_str("w ");
            point(out, scale.point(*from));
            out.push_str("m\n");
            current = Some(width);
        }
        point(out, scale.point(*to));
        out.push_str("l\n");
        along += step;
    }
    out.push_str("S\n");
}

/// Whole units between two points, rounded down.
fn distance(a: (i32, i32), b: (i32, i32)) -> i64 {
    let (dx, dy) = (i64::from(b.0) - i64::from(a.0), i64::from(b.1) - i64::from(a.1));
    dx.saturating_mul(dx).saturating_add(dy.saturating_mul(dy)).isqrt()
}

/// A filled circle: a line of no length is not drawn by every reader.
fn draw_dot(out: &mut String, scale: &Scale, at: (i32, i32)) {
    let c = scale.point(at);
    let r = scale.width(DOT) / 2;
    let k = r * CIRCLE / 1000;
    let p = |dx: i64, dy: i64| Point { x: c.x + dx, y: c.y + dy };
    point(out, p(r, 0));
    out.push_str("m\n");
    for (a, b, to) in [
        (p(r, k), p(k, r), p(0, r)),
        (p(-k, r), p(-r, k), p(-r, 0)),
        (p(-r, -k), p(-k, -r), p(0, -r)),
        (p(k, -r), p(r, -k), p(r, 0)),
    ] {
        curve(out, a, b, to);
    }
    out.push_str("f\n");
}

fn filled(paths: &[OutlinePath]) -> String {
    let mut out = format!("q\n{TEXT_COLOUR} rg\n");
    for path in paths.iter().filter(|p| !p.segments.is_empty()) {
        for segment in &path.segments {
            draw_segment(&mut out, *segment);
        }
        out.push_str("f\n");
    }
    out.push('Q');
    out
}

fn draw_segment(out: &mut String, segment: Segment) {
    let at = |p: OutlinePoint| Point { x: i64::from(p.x), y: i64::from(p.y) };
    match segment {
        Segment::Move(to) => {
            point(out, at(to));
            out.push_str("m\n");
        }
        Segment::Line(to) => {
            point(out, at(to));
            out.push_str("l\n");
        }
        Segment::Cubic(a, b, to) => curve(out, at(a), at(b), at(to)),
        Segment::Close => out.push_str("h\n"),
    }
}

fn curve(out: &mut String, a: Point, b: Point, to: Point) {
    point(out, a);
    point(out, b);
    point(out, to);
    out.push_str("c\n");
}

fn point(out: &mut String, p: Point) {
    number(out, p.x);
    number(out, p.y);
}

/// 1/1000 as a decimal number with as few digits as it needs, rounded to 1/100 (a quarter of
/// a dot on a 600 dpi printer is finer than anybody draws), and a blank.
fn number(out: &mut String, thousandths: i64) {
    let sign = if thousandths < 0 { -1 } else { 1 };
    let hundredths = (thousandths.saturating_mul(sign).saturating_add(5)) / 10;
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let minus = if sign < 0 && hundredths != 0 { "-" } else { "" };
    // Writing to a String cannot fail.
    let _ = match (rest, rest % 10) {
        (0, _) => write!(out, "{minus}{whole} "),
        (_, 0) => write!(out, "{minus}{whole}.{} ", rest / 10),
        (_, _) => write!(out, "{minus}{whole}.{rest:02} "),
    };
}

/// Whether a page content holds nothing but paths: numbers and path operators.
pub(crate) fn only_paths(content: &[u8]) -> bool {
    const OPERATORS: [&[u8]; 15] =
        [b"q", b"Q", b"m", b"l", b"c", b"h", b"f", b"S", b"w", b"J", b"j", b"RG", b"rg", b"f*", b"re"];
    content.split(|b| b.is_ascii_whitespace()).filter(|t| !t.is_empty()).all(|token| {
        let number = token.iter().all(|b| b.is_ascii_digit() || *b == b'.' || *b == b'-');
        number || OPERATORS.contains(&token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_number(thousandths: i64, want: &str) {
        let mut out = String::new();
        number(&mut out, thousandths);
        assert_eq!(out, want);
    }

    #[test]
    fn numbers_are_short_and_exact() {
        check_number(0, "0 ");
        check_number(1_000, "1 ");
        check_number(-1_500, "-1.5 ");
        check_number(12_345, "12.35 ");
        check_number(-4, "0 ");
        check_number(70, "0.07 ");
    }

    /// Turns red when anything about the bytes of ink changes: their hash is in signed files.
    #[test]
    fn ink_has_fixed_bytes() {
        let ink = Ink {
            v: 1,
            w: 60_000,
            h: 20_000,
            strokes: vec![vec![0, 0, 300, 0, 600, 300], vec![30_000, 10_000]],
        };
        let operators = ink_operators(&ink, BoxSize { width: 180_000, height: 60_000 });
        assert_eq!(
            String::from_utf8_lossy(operators.as_bytes()),
            "q\n0.07 0.13 0.36 RG 0.07 0.13 0.36 rg 1 J 1 j\n0.44 w 0 60 m\n0.9 60 l\nS\n0.47 w 0.9 60 m\n1.8 59.1 l\nS\n\
             90.39 30 m\n90.39 30.22 90.22 30.39 90 30.39 c\n89.79 30.39 89.61 30.22 89.61 30 c\n\
             89.61 29.79 89.79 29.61 90 29.61 c\n90.22 29.61 90.39 29.79 90.39 30 c\nf\nQ",
        );
        assert!(only_paths(operators.as_bytes()));
    }

    #[test]
    fn only_paths_refuses_text_and_images() {
        assert!(!only_paths(b"BT /F1 10 Tf (x) Tj ET"));
        assert!(!only_paths(b"/Im0 Do"));
        assert!(!only_paths(b"/Other gs"));
    }
}
