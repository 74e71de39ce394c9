//! One figure as `scripts/bench.py` reads it.

use serde::Serialize;

/// A measured figure, with what to compare it to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// `<= 2`, `>= 98`, or nothing.
    pub aim: Option<&'static str>,
    /// The least this machine needs for it, measured in the same run.
    pub floor: Option<f64>,
    /// Another program that does the same.
    pub peer: Option<&'static str>,
    /// What that one needs, measured in the same run.
    pub peer_value: Option<f64>,
    /// How it was measured.
    pub how: String,
}

impl Figure {
    /// A figure without anything to compare it to.
    pub fn new(name: &str, value: f64, unit: &'static str, how: String) -> Self {
        Self {
            name: name.to_owned(),
            value: rounded(value),
            unit,
            aim: None,
            floor: None,
            peer: None,
            peer_value: None,
            how,
        }
    }

    /// With an aim.
    pub fn aim(self, aim: &'static str) -> Self {
        Self { aim: Some(aim), ..self }
    }

    /// With a floor.
    pub fn floor(self, floor: f64) -> Self {
        Self { floor: Some(rounded(floor)), ..self }
    }

    /// With a peer, if it was there.
    pub fn peer(self, name: &'static str, value: Option<f64>) -> Self {
        Self { peer: Some(name), peer_value: value.map(rounded), ..self }
    }
}

/// Four significant digits: what is beyond them is noise.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = 3 - value.abs().log10().floor() as i32;
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would turn red if small figures were rounded to nothing or large ones cut.
    #[test]
    fn four_digits_are_kept() {
        assert_eq!(rounded(0.012_345_6), 0.012_35);
        assert_eq!(rounded(123_456.0), 123_500.0);
        assert_eq!(rounded(0.0), 0.0);
    }
}
