//! Numbers, money, dates and durations as people of a language write them. No clock: everything comes in.

use crate::catalogue::Catalogue;
use fieldseal_domain::{
    Language,
    kind::decimal_comma,
    money::{Minor, Quantity, VatRate, parse_decimal},
};
use jiff::civil::{Date, DateTime};

const NO_BREAK: char = '\u{00A0}';

/// Groups of thousands.
fn group_mark(language: Language) -> char {
    match language {
        Language::En => ',',
        Language::Ro | Language::Nl | Language::De => '.',
        Language::Sv | Language::Fr | Language::Ru => NO_BREAK,
    }
}

/// `value` in units of 10^-`scale`, with at least `least` decimals.
fn decimal(language: Language, value: i64, scale: u32, least: usize) -> String {
    let absolute = value.unsigned_abs();
    let unit = 10_u64.pow(scale);
    let (whole, fraction) = (absolute / unit, absolute % unit);
    let mut out = if value < 0 { "\u{2212}".to_owned() } else { String::new() };
    let digits = whole.to_string();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(group_mark(language));
        }
        out.push(digit);
    }
    let mut decimals = format!("{fraction:0width$}", width = scale as usize);
    while decimals.len() > least && decimals.ends_with('0') {
        decimals.pop();
    }
    if scale > 0 && !decimals.is_empty() {
        out.push(if decimal_comma(language) { ',' } else { '.' });
        out.push_str(&decimals);
    }
    out
}

/// A quantity: no needless zeros.
pub fn quantity(language: Language, value: Quantity) -> String {
    decimal(language, value.0, 3, 0)
}

/// An amount with two decimals, without its currency.
pub fn amount(language: Language, value: Minor) -> String {
    decimal(language, value.0, 2, 2)
}

/// An amount with its ISO 4217 code behind it, the same in all our languages and never ambiguous.
pub fn money(language: Language, value: Minor, currency: &str) -> String {
    if currency.is_empty() {
        amount(language, value)
    } else {
        format!("{}{NO_BREAK}{currency}", amount(language, value))
    }
}

/// A decimal typed into a money field, with its currency; as typed when it is no number.
pub fn typed_money(language: Language, typed: &str, currency: &str) -> String {
    parse_decimal(typed, 2).map_or_else(|_| typed.to_owned(), |minor| money(language, Minor(minor), currency))
}

/// A VAT rate: `21 %`.
pub fn rate(language: Language, rate: VatRate) -> String {
    let number = decimal(language, i64::from(rate.0), 2, 0);
    match language {
        Language::En | Language::Nl => format!("{number}%"),
        Language::Ro | Language::Sv | Language::Fr | Language::Ru | Language::De => {
            format!("{number}{NO_BREAK}%")
        }
    }
}

/// A date by the pattern of the language.
pub fn date(texts: &Catalogue, date: Date) -> String {
    let month = texts.text(&format!("month.{}", date.month()));
    let (day, plain_day) = (format!("{:02}", date.day()), date.day().to_string());
    let (month_number, year) = (format!("{:02}", date.month()), format!("{:04}", date.year()));
    texts.fill(
        "pdf.date_pattern",
        &[("day", &day), ("d", &plain_day), ("month", &month), ("mm", &month_number), ("year", &year)],
    )
}

/// An ISO date as typed; anything else stays as it is.
pub fn iso_date(texts: &Catalogue, typed: &str) -> String {
    typed.parse::<Date>().map_or_else(|_| typed.to_owned(), |parsed| date(texts, parsed))
}

/// Date and time of a local date-time; anything unreadable stays as it is.
pub fn local(texts: &Catalogue, typed: &str) -> (String, String) {
    typed
        .parse::<DateTime>()
        .map_or_else(|_| (typed.to_owned(), String::new()), |at| (date(texts, at.date()), time(at)))
}

/// `14:05`, as in all our languages.
pub fn time(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// Hours and minutes.
pub fn duration(texts: &Catalogue, minutes: i64) -> String {
    let (hours, minutes) = ((minutes / 60).to_string(), format!("{:02}", minutes % 60));
    texts.fill("pdf.duration", &[("hours", &hours), ("minutes", &minutes)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn amounts_are_written_as_people_write_them() {
        let value = Minor(-123_456_789);
        assert_eq!(money(Language::En, value, "EUR"), "\u{2212}1,234,567.89\u{A0}EUR");
        assert_eq!(money(Language::De, value, "EUR"), "\u{2212}1.234.567,89\u{A0}EUR");
        assert_eq!(money(Language::Ru, Minor(5), ""), "0,05");
        assert_eq!(amount(Language::Sv, Minor(100_000)), "1\u{A0}000,00");
    }

    #[test]
    fn quantities_have_no_needless_zeros() {
        assert_eq!(quantity(Language::Ro, Quantity(2_250)), "2,25");
        assert_eq!(quantity(Language::En, Quantity(3_000)), "3");
        assert_eq!(rate(Language::De, VatRate(1_900)), "19\u{A0}%");
        assert_eq!(rate(Language::En, VatRate(550)), "5.5%");
    }

    #[test]
    fn dates_follow_the_language_and_nonsense_stays() {
        let en = catalogue(Language::En).unwrap();
        let fr = catalogue(Language::Fr).unwrap();
        assert_eq!(iso_date(en, "2026-09-01"), "1 September 2026");
        assert_eq!(iso_date(fr, "2026-09-01"), "01/09/2026");
        assert_eq!(iso_date(fr, "demain"), "demain");
        assert_eq!(local(en, "2026-09-01T08:10").1, "08:10");
        assert_eq!(duration(en, 345), "5 h 45 min");
    }
}
