//! Ink for invented people: a looping line that differs from name to name.

use fieldseal_domain::{Digest, ink::Ink};

const WIDTH: u32 = 60_000;
const HEIGHT: u32 = 22_000;

/// A drawing that looks like a signature and belongs to `name`.
pub(super) fn of(name: &str) -> Ink {
    let seed = Digest::of(name.as_bytes()).0;
    let byte = |index: usize| f64::from(seed.get(index % 32).copied().unwrap_or(0)) / 255.0;
    let strokes = 1 + usize::from(seed.first().copied().unwrap_or(0) % 3);
    let strokes = (0..strokes)
        .map(|stroke| {
            let loops = 3.0 + 4.0 * byte(stroke + 1);
            let length = 30_000.0 + 18_000.0 * byte(stroke + 5);
            let tall = 2_500.0 + 3_500.0 * byte(stroke + 9);
            let start = (5_000.0 + 4_000.0 * byte(stroke + 13), 9_000.0 + 5_000.0 * byte(stroke + 17));
            let steps = 260;
            (0..=steps)
                .flat_map(|step| {
                    let t = f64::from(step) / f64::from(steps);
                    let turn = t * loops * std::f64::consts::TAU;
                    let x = start.0 + length * t + tall * 0.55 * turn.sin();
                    let y = start.1 - tall * (1.0 - 0.5 * t) * turn.cos() * (0.6 + 0.4 * byte(stroke + 21));
                    [x.round() as i32, y.round() as i32]
                })
                .collect()
        })
        .collect();
    Ink { v: 1, w: WIDTH, h: HEIGHT, strokes }
}
