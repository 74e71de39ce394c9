//! Money as integer minor units, quantities as decimals, VAT by rate; rounding is named so that it can be stored.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{collections::BTreeMap, fmt, str::FromStr};
use ts_rs::TS;

/// The one rounding rule so far: net half up per line, VAT half up per rate on the summed net.
pub const ROUNDING_RULE: &str = "line-net-half-up/vat-per-rate-half-up";

/// An amount in minor units of its currency (cents, bani, öre, kopecks).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export, type = "number")]
pub struct Minor(pub i64);

/// A VAT rate in basis points: 2100 is 21 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export, type = "number")]
pub struct VatRate(pub u16);

/// A quantity with up to three decimals, kept in thousandths; written with a point and without needless zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(pub i64);

/// Why a typed number was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// No digits, or something that is no digit, comma or point.
    #[error("not a number: write it like 1,5 or 1.5")]
    NotANumber,
    /// More decimals than can be kept.
    #[error("too many decimals")]
    TooManyDecimals,
    /// Beyond what a document can hold.
    #[error("the number is too large")]
    TooLarge,
}

/// Reads a decimal typed by a person ("1,5", "1.5", "1 250,00", "-3") as an integer of `scale` decimals.
///
/// # Errors
/// When it is no number, has more than `scale` decimals, or is beyond 10^15.
pub fn parse_decimal(text: &str, scale: u32) -> Result<i64, NumberError> {
    let compact: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{00A0}' | '\u{202F}' | '\'')).collect();
    let (negative, digits) = match compact.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, compact.as_str()),
    };
    let (whole, fraction) = split_decimal(digits)?;
    if fraction.len() > scale as usize {
        return Err(NumberError::TooManyDecimals);
    }
    let joined = format!("{whole}{fraction:0<width$}", width = scale as usize);
    if joined.len() > 15 + scale as usize {
        return Err(NumberError::TooLarge);
    }
    let value: i64 = joined.parse().map_err(|_| NumberError::NotANumber)?;
    Ok(if negative { -value } else { value })
}

/// Whole and fractional digits. The last comma or point is the decimal mark; earlier ones of the other kind group.
fn split_decimal(digits: &str) -> Result<(String, String), NumberError> {
    if !digits.chars().any(|c| c.is_ascii_digit())
        || !digits.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.')
    {
        return Err(NumberError::NotANumber);
    }
    let Some(mark) = digits.rfind([',', '.']) else {
        return Ok((digits.to_owned(), String::new()));
    };
    let (whole, fraction) = (digits.get(..mark).unwrap_or(""), digits.get(mark + 1..).unwrap_or(""));
    let same = digits.get(mark..mark + 1).unwrap_or("");
    if whole.contains(same) {
        return Err(NumberError::NotANumber);
    }
    Ok((whole.replace([',', '.'], ""), fraction.to_owned()))
}

impl FromStr for Quantity {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        parse_decimal(text, 3).map(Self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let absolute = self.0.unsigned_abs();
        let (whole, thousandths) = (absolute / 1000, absolute % 1000);
        if thousandths == 0 {
            write!(f, "{sign}{whole}")
        } else {
            let decimals = format!("{thousandths:03}");
            write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// `numerator / denominator`, half away from zero.
fn half_up(numerator: i128, denominator: i128) -> i64 {
    let doubled = numerator.abs() * 2 + denominator;
    let rounded = doubled / (denominator * 2);
    let signed = if numerator < 0 { -rounded } else { rounded };
    i64::try_from(signed).unwrap_or(if numerator < 0 { i64::MIN } else { i64::MAX })
}

/// Net of one line: quantity times unit price, half up.
pub fn line_net(quantity: Quantity, unit_price: Minor) -> Minor {
    Minor(half_up(i128::from(quantity.0) * i128::from(unit_price.0), 1000))
}

/// Net and VAT of one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RateTotal {
    /// The rate.
    pub vat_bp: VatRate,
    /// Sum of the nets at this rate.
    pub net: Minor,
    /// VAT on that sum.
    pub vat: Minor,
}

/// Totals of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Totals {
    /// One row per rate, rising.
    pub by_rate: Vec<RateTotal>,
    /// Sum of the nets.
    pub net: Minor,
    /// Sum of the VAT.
    pub vat: Minor,
    /// Net plus VAT.
    pub gross: Minor,
}

/// Totals of nets with their rates, by [`ROUNDING_RULE`].
pub fn totals(nets: impl IntoIterator<Item = (VatRate, Minor)>) -> Totals {
    let mut by_rate: BTreeMap<VatRate, i64> = BTreeMap::new();
    for (rate, net) in nets {
        let sum = by_rate.entry(rate).or_default();
        *sum = sum.saturating_add(net.0);
    }
    let mut totals = Totals::default();
    for (rate, net) in by_rate {
        let vat = half_up(i128::from(net) * i128::from(rate.0), 10_000);
        totals.by_rate.push(RateTotal { vat_bp: rate, net: Minor(net), vat: Minor(vat) });
        totals.net.0 = totals.net.0.saturating_add(net);
        totals.vat.0 = totals.vat.0.saturating_add(vat);
    }
    totals.gross.0 = totals.net.0.saturating_add(totals.vat.0);
    totals
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comma_and_point_are_both_decimal_marks() {
        assert_eq!("1,5".parse(), Ok(Quantity(1500)));
        assert_eq!("1.5".parse(), Ok(Quantity(1500)));
        assert_eq!(parse_decimal("1 250,00", 2), Ok(125_000));
        assert_eq!(parse_decimal("1.250,00", 2), Ok(125_000));
        assert_eq!(parse_decimal("-3", 2), Ok(-300));
        assert_eq!(parse_decimal("1,2,3", 2), Err(NumberError::NotANumber));
        assert_eq!(parse_decimal("", 2), Err(NumberError::NotANumber));
        assert_eq!(parse_decimal("1.2345", 3), Err(NumberError::TooManyDecimals));
        assert_eq!(parse_decimal("1e9", 3), Err(NumberError::NotANumber));
    }

    #[test]
    fn the_mixed_french_rates_of_a_real_visit() {
        let totals = totals([(VatRate(1000), Minor(22_100)), (VatRate(2000), Minor(31_200))]);
        assert_eq!((totals.net, totals.vat, totals.gross), (Minor(53_300), Minor(8_450), Minor(61_750)));
    }

    #[test]
    fn half_a_cent_rounds_away_from_zero_on_both_sides() {
        assert_eq!(line_net(Quantity(500), Minor(1)), Minor(1));
        assert_eq!(line_net(Quantity(500), Minor(-1)), Minor(-1));
        assert_eq!(line_net(Quantity(450), Minor(98_000)), Minor(44_100));
    }

    proptest! {
        #[test]
        fn a_quantity_reads_back_what_it_writes(thousandths in -1_000_000_000i64..1_000_000_000) {
            let quantity = Quantity(thousandths);
            prop_assert_eq!(quantity.to_string().parse::<Quantity>().unwrap(), quantity);
        }

        #[test]
        fn gross_is_always_net_plus_vat(nets in proptest::collection::vec((0u16..3000, -10_000_000i64..10_000_000), 0..20)) {
            let totals = totals(nets.iter().map(|(rate, net)| (VatRate(*rate), Minor(*net))));
            prop_assert_eq!(totals.gross.0, totals.net.0 + totals.vat.0);
            prop_assert_eq!(totals.net.0, nets.iter().map(|(_, net)| net).sum::<i64>());
            prop_assert_eq!(totals.by_rate.iter().map(|r| r.vat.0).sum::<i64>(), totals.vat.0);
        }
    }
}
