//! Document numbers: `<series>-<year>-<device code>-<00001>`, taken once and never again (design D5).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// A text that is no document number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a document number: {0}")]
pub struct NotANumber(pub String);

/// One gapless series: prefix, year and device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    /// Prefix of the kind in the firm's country, for example `FS`.
    pub prefix: String,
    /// Local year of the freeze.
    pub year: i16,
    /// Code of the device, letters and digits.
    pub device: String,
}

/// A number in a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentNumber {
    /// The series.
    pub series: Series,
    /// Position in the series, from 1.
    pub position: u32,
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Series { prefix, year, device } = &self.series;
        write!(f, "{prefix}-{year}-{device}-{:05}", self.position)
    }
}

impl FromStr for DocumentNumber {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let refuse = || NotANumber(text.to_owned());
        let parts: Vec<&str> = text.split('-').collect();
        let [prefix, year, device, position] = parts.as_slice() else {
            return Err(refuse());
        };
        if prefix.is_empty() || device.is_empty() || position.len() < 5 {
            return Err(refuse());
        }
        let number = Self {
            series: Series {
                prefix: (*prefix).to_owned(),
                year: year.parse().map_err(|_| refuse())?,
                device: (*device).to_owned(),
            },
            position: position.parse().map_err(|_| refuse())?,
        };
        if number.position == 0 || number.to_string() != text {
            return Err(refuse());
        }
        Ok(number)
    }
}

impl Serialize for DocumentNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DocumentNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_read_back_and_other_texts_are_refused() {
        for text in ["FS-2026-RO1-00001", "АВР-2026-RU1-00042", "SB-2026-DE1-123456"] {
            assert_eq!(text.parse::<DocumentNumber>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "FS-2026-RO1-1",
            "FS-2026-RO1-00000",
            "FS-2026-RO1-+0001",
            "FS-26x-RO1-00001",
            "-2026-A-00001",
        ] {
            assert!(text.parse::<DocumentNumber>().is_err(), "{text}");
        }
    }
}
