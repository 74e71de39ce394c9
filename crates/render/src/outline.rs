//! Texts as outlines: what the seal draws into a signature field, where no font may be used.
//!
//! Letters are shaped and ordered as on a page (ligatures, accents, right to left), each from the first font that has
//! it. Coordinates are whole 1/1000 pt, so the same text gives the same bytes everywhere.

use crate::fonts::{self, FontRole};
use fieldseal_domain::outline::{OutlinePath, OutlinePoint, Segment};
use rustybuzz::{
    Direction, Face, UnicodeBuffer, shape,
    ttf_parser::{GlyphId, OutlineBuilder},
};
use std::ops::Range;
use unicode_bidi::ParagraphBidiInfo;

/// A line is made narrower down to this share of its size before it is cut.
const NARROWEST: f64 = 0.62;
/// Longest text that is drawn, in characters.
const LONGEST: usize = 300;
const ELLIPSIS: &str = "\u{2026}";

/// One line of `text` at `size_pt`, starting at the origin with its base line on y = 0: one path per letter.
///
/// A line wider than `max_width_pt` is drawn smaller, and one that would become unreadable is cut and ends in an
/// ellipsis. Characters no font has are left out; ask [`fonts::covers`] before.
pub fn text_outline(text: &str, role: FontRole, size_pt: f64, max_width_pt: f64) -> Vec<OutlinePath> {
    let faces: Vec<Face<'static>> =
        fonts::chain(role).into_iter().filter_map(|bytes| Face::from_slice(bytes, 0)).collect();
    let mut letters: Vec<char> =
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    let mut line = lay_out(&letters.iter().collect::<String>(), &faces);
    while line.width(size_pt) * NARROWEST > max_width_pt && !letters.is_empty() {
        // A tenth at a time: at most a few dozen layouts of a short line.
        letters.truncate(letters.len() - (letters.len() / 10).max(1));
        let shortened: String = letters.iter().collect();
        line = lay_out(&format!("{}{ELLIPSIS}", shortened.trim_end()), &faces);
    }
    let width = line.width(size_pt);
    let size = if width > max_width_pt { size_pt * max_width_pt / width } else { size_pt };
    line.draw(size, &faces)
}

/// A letter in its place, in 1/1000 of the font size.
struct Letter {
    face: usize,
    glyph: GlyphId,
    x: f64,
    y: f64,
}

#[derive(Default)]
struct LineOfLetters {
    letters: Vec<Letter>,
    advance: f64,
}

impl LineOfLetters {
    fn width(&self, size_pt: f64) -> f64 {
        self.advance * size_pt / 1_000.0
    }

    fn draw(&self, size_pt: f64, faces: &[Face<'static>]) -> Vec<OutlinePath> {
        let mut paths = Vec::new();
        for letter in &self.letters {
            let Some(face) = faces.get(letter.face) else { continue };
            let units = f64::from(face.units_per_em().max(1));
            let mut pen = Pen {
                path: OutlinePath::default(),
                scale: size_pt * 1_000.0 / units,
                x: letter.x * size_pt,
                y: letter.y * size_pt,
                at: (0.0, 0.0),
            };
            if face.outline_glyph(letter.glyph, &mut pen).is_some() && !pen.path.segments.is_empty() {
                paths.push(pen.path);
            }
        }
        paths
    }
}

/// Orders the text for the eye, cuts it into stretches of one font, shapes each.
fn lay_out(text: &str, faces: &[Face<'static>]) -> LineOfLetters {
    let mut line = LineOfLetters::default();
    if text.is_empty() {
        return line;
    }
    let order = ParagraphBidiInfo::new(text, None);
    let (levels, runs) = order.visual_runs(0..text.len());
    for run in runs {
        let right_to_left = levels.get(run.start).is_some_and(|level| level.is_rtl());
        let mut stretches = stretches(text, run, faces);
        if right_to_left {
            stretches.reverse();
        }
        for (face, range) in stretches {
            let direction = if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight };
            shape_stretch(&mut line, text.get(range).unwrap_or_default(), face, faces, direction);
        }
    }
    line
}

/// Stretches of `run` whose characters come from one face; marks and joiners stay with the letter before them.
fn stretches(text: &str, run: Range<usize>, faces: &[Face<'static>]) -> Vec<(usize, Range<usize>)> {
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    for (offset, c) in text.get(run.clone()).unwrap_or_default().char_indices() {
        let range = run.start + offset..run.start + offset + c.len_utf8();
        let has = |index: usize| faces.get(index).is_some_and(|face| face.glyph_index(c).is_some());
        let last = found.last_mut();
        match last {
            Some((face, open)) if has(*face) => open.end = range.end,
            _ => {
                if let Some(face) = (0..faces.len()).find(|index| has(*index)) {
                    found.push((face, range));
                }
            }
        }
    }
    found
}

fn shape_stretch(
    line: &mut LineOfLetters,
    text: &str,
    face_index: usize,
    faces: &[Face<'static>],
    direction: Direction,
) {
    let Some(face) = faces.get(face_index) else { return };
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(direction);
    let shaped = shape(face, &[], buffer);
    let scale = 1_000.0 / f64::from(face.units_per_em().max(1));
    for (info, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        if let Ok(glyph) = u16::try_from(info.glyph_id) {
            line.letters.push(Letter {
                face: face_index,
                glyph: GlyphId(glyph),
                x: line.advance + f64::from(place.x_offset) * scale,
                y: f64::from(place.y_offset) * scale,
            });
        }
        line.advance += f64::from(place.x_advance) * scale;
    }
}

/// Collects one letter; quadratic curves become cubic ones.
struct Pen {
    path: OutlinePath,
    scale: f64,
    x: f64,
    y: f64,
    at: (f64, f64),
}

impl Pen {
    fn place(&self, x: f64, y: f64) -> OutlinePoint {
        // Far inside i32: a page is 842,000 units high.
        let whole = |value: f64| value.round().clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32;
        OutlinePoint::new(whole(self.x + x * self.scale), whole(self.y + y * self.scale))
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = (f64::from(x), f64::from(y));
        self.path.segments.push(Segment::Move(self.place(self.at.0, self.at.1)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.at = (f64::from(x), f64::from(y));
        self.path.segments.push(Segment::Line(self.place(self.at.0, self.at.1)));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let third = |from: f64, control: f64| from + (control - from) * 2.0 / 3.0;
        let (control, end) = ((f64::from(x1), f64::from(y1)), (f64::from(x), f64::from(y)));
        let first = self.place(third(self.at.0, control.0), third(self.at.1, control.1));
        let second = self.place(third(end.0, control.0), third(end.1, control.1));
        self.path.segments.push(Segment::Cubic(first, second, self.place(end.0, end.1)));
        self.at = end;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let place = |x: f32, y: f32| self.place(f64::from(x), f64::from(y));
        let segment = Segment::Cubic(place(x1, y1), place(x2, y2), place(x, y));
        self.path.segments.push(segment);
        self.at = (f64::from(x), f64::from(y));
    }

    fn close(&mut self) {
        self.path.segments.push(Segment::Close);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use fieldseal_domain::outline::bounds;

    fn width(text: &str, role: FontRole, max: f64) -> f64 {
        let bounds = bounds(&text_outline(text, role, 10.0, max)).unwrap();
        f64::from(bounds.max.x - bounds.min.x) / 1_000.0
    }

    #[test]
    fn a_name_is_drawn_letter_by_letter_above_its_base_line() {
        let paths = text_outline("Ab n", FontRole::Caption, 10.0, 500.0);
        assert_eq!(paths.len(), 3, "the space draws nothing");
        let around = bounds(&paths).unwrap();
        assert!((0..=200).contains(&around.min.x) && around.min.y.abs() < 200, "{around:?}");
        assert!((6_500..8_500).contains(&around.max.y), "a capital of 10 pt is about 7 pt high: {around:?}");
        assert!(paths.iter().all(|path| matches!(path.segments.first(), Some(Segment::Move(_)))));
    }

    #[test]
    fn a_long_name_is_drawn_smaller_and_a_monster_is_cut() {
        let name = "Marijke van der IJssel–’t Hooft, bedrijfsleider";
        let natural = width(name, FontRole::Caption, 1_000.0);
        assert!(width(name, FontRole::Caption, natural * 0.8) <= natural * 0.8 + 0.5);
        let monster = text_outline(&"W".repeat(5_000), FontRole::Caption, 10.0, 200.0);
        assert!(monster.len() < 60, "{} letters", monster.len());
        assert!(f64::from(bounds(&monster).unwrap().max.x) <= 200_500.0);
    }

    #[test]
    fn both_faces_write_every_alphabet_and_leave_out_what_they_lack() {
        for role in [FontRole::Caption, FontRole::Script] {
            for name in [
                "Ștefania Țugulea",
                "Żółć",
                "Тимофей Щёголев",
                "Œuvré ẞ",
                "Οδυσσέας",
                "שלום",
                "سلام",
                "Հայ",
                "ქართ",
            ] {
                let letters = name.chars().filter(|c| !c.is_whitespace()).count();
                let drawn = text_outline(name, role, 10.0, 500.0).len();
                assert!(drawn > 0 && drawn <= letters + 2, "{name}: {drawn} of {letters}");
            }
        }
        assert_eq!(text_outline("漢字", FontRole::Caption, 10.0, 500.0), vec![]);
        assert_eq!(text_outline("", FontRole::Script, 10.0, 500.0), vec![]);
    }

    #[test]
    fn hebrew_runs_from_right_to_left() {
        let word = bounds(&text_outline("אב", FontRole::Caption, 10.0, 500.0)).unwrap();
        let paths = text_outline("אב", FontRole::Caption, 10.0, 500.0);
        let alef = bounds(&text_outline("א", FontRole::Caption, 10.0, 500.0)).unwrap();
        let last = bounds(paths.last().map(std::slice::from_ref).unwrap()).unwrap();
        assert_eq!(last.max.x - last.min.x, alef.max.x - alef.min.x, "alef, the first letter, is drawn last");
        assert_eq!(last.max.x, word.max.x);
    }
}
