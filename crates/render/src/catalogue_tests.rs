//! The rules of the catalogues: one missing text or placeholder in one language fails here, not on a customer's page.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use fieldseal_domain::{
    acceptance::{Method, NoSignatureReason, Outcome},
    check::ProblemCode,
    content::{Answer, LineType, Presence, TimeType},
    fold::Status,
    kind::shipped,
};
use std::collections::BTreeSet;

fn all() -> Vec<&'static Catalogue> {
    Language::ALL.into_iter().map(|language| catalogue(language).unwrap()).collect()
}

fn forms(text: &Text) -> Vec<&str> {
    match text {
        Text::Plain(text) => vec![text],
        Text::Plural(forms) => forms.values().map(String::as_str).collect(),
    }
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_language_has_every_text_of_the_same_sort() {
    let english = catalogue(Language::En).unwrap();
    for other in all() {
        let keys = |catalogue: &'static Catalogue| catalogue.texts().keys().cloned().collect::<BTreeSet<_>>();
        let (missing, extra): (Vec<_>, Vec<_>) = keys(english)
            .symmetric_difference(&keys(other))
            .cloned()
            .partition(|key| english.texts().contains_key(key));
        assert_eq!((missing, extra), (vec![], vec![]), "missing and needless keys in {:?}", other.language());
        for (key, text) in other.texts() {
            let same = std::mem::discriminant(text) == std::mem::discriminant(&english.texts()[key]);
            assert!(same, "{key} is a plural in one language and not in {:?}", other.language());
            assert!(
                forms(text).iter().all(|form| !form.trim().is_empty()),
                "{key} is empty in {:?}",
                other.language()
            );
        }
    }
}

/// Date patterns put the same date together from different parts, so they are free in which they use.
#[test]
fn placeholders_are_the_same_in_every_language_and_form() {
    let english = catalogue(Language::En).unwrap();
    for (key, text) in english.texts().iter().filter(|(key, _)| *key != "pdf.date_pattern") {
        let expected = placeholders(forms(text)[0]);
        for other in all() {
            for form in forms(&other.texts()[key]) {
                assert_eq!(placeholders(form), expected, "{key} in {:?}: {form}", other.language());
            }
        }
    }
}

#[test]
fn plurals_have_exactly_the_forms_of_their_language() {
    for catalogue in all() {
        for (key, text) in catalogue.texts() {
            if let Text::Plural(forms) = text {
                let given: Vec<Plural> = forms.keys().copied().collect();
                assert_eq!(given, categories(catalogue.language()), "{key} in {:?}", catalogue.language());
            }
        }
    }
}

#[test]
fn every_text_of_every_kind_is_there() {
    for catalogue in all() {
        for kind in shipped().unwrap() {
            let own = [format!("terms.{}", kind.id)];
            for key in kind.text_keys().iter().chain(&own) {
                assert!(catalogue.texts().contains_key(key), "{key} in {:?}", catalogue.language());
            }
        }
    }
}

/// The names come from serde, so a new variant without its text is found as soon as it is listed here; the match in
/// each list's own module keeps the list whole.
#[test]
fn every_value_the_screens_show_has_its_word() {
    fn keys<T: serde::Serialize>(prefix: &str, values: &[T]) -> Vec<String> {
        values
            .iter()
            .map(|value| format!("{prefix}.{}", serde_json::to_value(value).unwrap().as_str().unwrap()))
            .collect()
    }
    use ProblemCode as P;
    let problems = [
        P::Missing,
        P::NotAnOption,
        P::NotADate,
        P::NotAnAmount,
        P::TooLong,
        P::TimesWrong,
        P::PhotoOrReason,
        P::TimesOrPackage,
        P::AccessoriesOrNone,
        P::SerialOrReason,
        P::TooLarge,
        P::VatNoteMissing,
        P::FromIntake,
        P::AccessoryNotCompared,
        P::AccessoryMissing,
        P::PriceIncomplete,
        P::VatUnusual,
        P::SignerMissing,
        P::SlotTwice,
    ];
    use NoSignatureReason as R;
    let reasons =
        [R::Price, R::WorkIncomplete, R::DamageClaimed, R::NoAuthority, R::Absent, R::Unable, R::Other];
    use Status as S;
    let statuses = [
        S::Draft,
        S::Ready,
        S::PartiallySigned,
        S::Signed,
        S::SignedUnavailable,
        S::Declined,
        S::Cancelled,
        S::Expired,
        S::Voided,
    ];
    use LineType as L;
    let lines = [L::Labour, L::Part, L::Travel, L::Fee, L::Package, L::Discount, L::Text];
    let wanted = [
        keys("problem", &problems),
        keys("reason", &reasons),
        keys("status", &statuses),
        keys("line_type", &lines),
        keys("method", &[Method::Drawn, Method::Typed, Method::Stored]),
        keys("outcome", &[Outcome::Signed, Outcome::Declined, Outcome::Unavailable]),
        keys("answer", &[Answer::Ok, Answer::NotOk, Answer::NotApplicable]),
        keys("presence", &[Presence::Present, Presence::Missing]),
        keys("time_type", &[TimeType::Work, TimeType::Travel, TimeType::Pause]),
    ];
    for catalogue in all() {
        for key in wanted.iter().flatten() {
            assert!(catalogue.texts().contains_key(key), "{key} in {:?}", catalogue.language());
        }
    }
}

/// Would turn red if a page promised more than a simple electronic signature (design D19), or used the old cedilla.
#[test]
fn texts_promise_nothing_and_spell_romanian_right() {
    let forbidden = [
        "advanced",
        "qualified",
        "avansat",
        "calificat",
        "avancerad",
        "kvalificerad",
        "geavanceerd",
        "gekwalificeerd",
        "avancée",
        "qualifiée",
        "усиленн",
        "квалифицированн",
        "fortgeschritten",
        "qualifiziert",
    ];
    for catalogue in all() {
        for (key, text) in catalogue.texts() {
            for form in forms(text) {
                let lower = form.to_lowercase();
                assert!(
                    !forbidden.iter().any(|word| lower.contains(word)),
                    "{key} in {:?}: {form}",
                    catalogue.language()
                );
                assert!(
                    !form.contains(['ş', 'ţ', 'Ş', 'Ţ']),
                    "{key} in {:?} has a cedilla: {form}",
                    catalogue.language()
                );
                assert!(
                    form.chars().all(crate::fonts::covers),
                    "{key} in {:?} cannot be printed: {form}",
                    catalogue.language()
                );
            }
        }
    }
}

#[test]
fn placeholders_are_filled_once_and_values_are_not_read_again() {
    assert_eq!(fill("{a} and {b}, {unknown}", &[("a", "{b}"), ("b", "2")]), "{b} and 2, {unknown}");
    assert_eq!(fill("{", &[]), "{");
}

#[test]
fn numbers_choose_their_form() {
    let one_to = |language, numbers: &[u64]| numbers.iter().map(|n| plural(language, *n)).collect::<Vec<_>>();
    use Plural::{Few, Many, One, Other};
    assert_eq!(
        one_to(Language::Ru, &[1, 2, 5, 11, 12, 21, 22, 111, 0]),
        [One, Few, Many, Many, Many, One, Few, Many, Many]
    );
    assert_eq!(
        one_to(Language::Ro, &[0, 1, 2, 19, 20, 101, 119, 120]),
        [Few, One, Few, Few, Other, Few, Few, Other]
    );
    assert_eq!(one_to(Language::Fr, &[0, 1, 2, 1_000_000]), [One, One, Other, Many]);
    assert_eq!(
        catalogue(Language::Ro).unwrap().count("pdf.checklist_count", 20, &[]),
        "20 de puncte verificate"
    );
}
