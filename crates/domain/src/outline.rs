//! Outlines of letters and drawings as closed paths: what goes into the appearance of a signature field.
//!
//! The typesetter makes them from fonts, the seal writes them into the file; neither knows the other. Coordinates are
//! whole 1/1000 of a PDF point with y growing upwards, so that equal input gives equal bytes on every machine.

use serde::{Deserialize, Serialize};

/// A place in 1/1000 pt, y upwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlinePoint {
    /// To the right.
    pub x: i32,
    /// Upwards.
    pub y: i32,
}

impl OutlinePoint {
    /// A place from its two coordinates in 1/1000 pt.
    pub const fn new(x: i32, y: i32) -> Self {
        Self { x, y }
    }

    /// The same place moved by `dx` and `dy` (1/1000 pt). Stops at the ends of the range instead of wrapping.
    #[must_use]
    pub const fn moved(self, dx: i32, dy: i32) -> Self {
        Self { x: self.x.saturating_add(dx), y: self.y.saturating_add(dy) }
    }
}

/// One step of a path. Quadratic curves of TrueType fonts are already raised to cubic ones: PDF has no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Segment {
    /// Start of a contour (PDF operator `m`).
    Move(OutlinePoint),
    /// Straight line (`l`).
    Line(OutlinePoint),
    /// Cubic Bézier curve with two control points and its end (`c`).
    Cubic(OutlinePoint, OutlinePoint, OutlinePoint),
    /// Back to the start of the contour (`h`).
    Close,
}

impl Segment {
    fn points(self) -> impl Iterator<Item = OutlinePoint> {
        let (a, b, c) = match self {
            Self::Move(p) | Self::Line(p) => (Some(p), None, None),
            Self::Cubic(p, q, r) => (Some(p), Some(q), Some(r)),
            Self::Close => (None, None, None),
        };
        [a, b, c].into_iter().flatten()
    }
}

/// One shape (usually one letter), to be filled with the non-zero winding rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlinePath {
    /// Steps in drawing order; the first is a [`Segment::Move`].
    pub segments: Vec<Segment>,
}

/// A rectangle around paths, control points included, in 1/1000 pt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineBounds {
    /// Lower left corner.
    pub min: OutlinePoint,
    /// Upper right corner.
    pub max: OutlinePoint,
}

impl OutlinePath {
    /// The same shape moved by `dx` and `dy` (1/1000 pt).
    #[must_use]
    pub fn moved(&self, dx: i32, dy: i32) -> Self {
        let shift = |p: OutlinePoint| p.moved(dx, dy);
        let segments = self.segments.iter().map(|segment| match *segment {
            Segment::Move(p) => Segment::Move(shift(p)),
            Segment::Line(p) => Segment::Line(shift(p)),
            Segment::Cubic(p, q, r) => Segment::Cubic(shift(p), shift(q), shift(r)),
            Segment::Close => Segment::Close,
        });
        Self { segments: segments.collect() }
    }
}

/// The rectangle around all `paths`; nothing when no path has a point.
pub fn bounds(paths: &[OutlinePath]) -> Option<OutlineBounds> {
    let points = paths.iter().flat_map(|path| &path.segments).flat_map(|segment| segment.points());
    points.fold(None, |bounds, p| {
        let OutlineBounds { min, max } = bounds.unwrap_or(OutlineBounds { min: p, max: p });
        Some(OutlineBounds {
            min: OutlinePoint::new(min.x.min(p.x), min.y.min(p.y)),
            max: OutlinePoint::new(max.x.max(p.x), max.y.max(p.y)),
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn curve() -> OutlinePath {
        let p = OutlinePoint::new;
        OutlinePath {
            segments: vec![
                Segment::Move(p(0, 0)),
                Segment::Line(p(1_000, 0)),
                Segment::Cubic(p(1_000, 900), p(500, 2_000), p(0, 1_500)),
                Segment::Close,
            ],
        }
    }

    #[test]
    fn bounds_cover_every_point_and_move_with_the_shape() {
        let moved = curve().moved(-100, 50);
        let around = bounds(&[curve(), moved]).unwrap();
        assert_eq!(around.min, OutlinePoint::new(-100, 0));
        assert_eq!(around.max, OutlinePoint::new(1_000, 2_050));
        assert_eq!(bounds(&[OutlinePath::default()]), None, "nothing drawn has no place");
    }

    #[test]
    fn moving_stops_at_the_edge_of_the_range() {
        assert_eq!(OutlinePoint::new(i32::MAX, 0).moved(1, -1), OutlinePoint::new(i32::MAX, -1));
    }

    #[test]
    fn a_path_survives_its_json() {
        let text = serde_json::to_string(&curve()).unwrap();
        assert_eq!(serde_json::from_str::<OutlinePath>(&text).unwrap(), curve());
    }
}
