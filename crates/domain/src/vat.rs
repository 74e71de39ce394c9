//! VAT rates by country and date, as data: a document keeps the rates it was frozen with, whatever the law says later.

use crate::money::VatRate;
use jiff::civil::Date;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Period {
    country: String,
    from: Date,
    rates: Vec<VatRate>,
}

static PERIODS: LazyLock<Vec<Period>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../kinds/vat.json")).unwrap_or_default());

/// Rates of a country on a day, the standard rate first; empty for a country or a time we have no data for.
#[must_use]
pub fn rates(country: &str, on: Date) -> &'static [VatRate] {
    let valid = PERIODS.iter().filter(|period| period.country == country && period.from <= on);
    valid.max_by_key(|period| period.from).map_or(&[], |period| &period.rates)
}

/// Whether we have data for a country.
#[must_use]
pub fn is_known(country: &str) -> bool {
    PERIODS.iter().any(|period| period.country == country)
}

/// Whether a rate can be right: one of the day's rates, zero, or anything where we have no data.
#[must_use]
pub fn is_usual(country: &str, on: Date, rate: VatRate) -> bool {
    let known = rates(country, on);
    rate.0 == 0 || known.is_empty() || known.contains(&rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_rate_changes_on_the_day_the_law_says() {
        assert_eq!(rates("RO", date(2025, 7, 31)).first(), Some(&VatRate(1900)));
        assert_eq!(rates("RO", date(2025, 8, 1)).first(), Some(&VatRate(2100)));
        assert_eq!(rates("RU", date(2025, 12, 31)).first(), Some(&VatRate(2000)));
        assert_eq!(rates("RU", date(2026, 1, 1)).first(), Some(&VatRate(2200)));
        assert_eq!(rates("XX", date(2026, 1, 1)), &[]);
    }

    #[test]
    fn a_rate_of_yesterday_is_unusual_and_reverse_charge_is_not() {
        assert!(!is_usual("RO", date(2026, 9, 1), VatRate(1900)));
        assert!(is_usual("RO", date(2026, 9, 1), VatRate(0)));
        assert!(is_usual("FR", date(2026, 9, 1), VatRate(1000)));
        assert!(is_usual("XX", date(2026, 9, 1), VatRate(1234)));
    }
}
