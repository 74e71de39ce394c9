//! The texts of the seven languages (`locales/<language>.json`): flat keys, `{name}` placeholders, plural objects.
//!
//! The same files feed the screens, so that the sentence on the tablet is the one in the sealed file. The rules every
//! file keeps are tested in `catalogue_tests.rs`.

use fieldseal_domain::Language;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

/// Plural categories of CLDR that our languages use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plural {
    /// "1 page"; in French also zero, in Russian also 21, 31, ...
    One,
    /// Romanian 0 and 2 to 19, Russian 2 to 4.
    Few,
    /// Russian 5 to 20, French millions.
    Many,
    /// All the rest.
    Other,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The same for every number.
    Plain(String),
    /// One form per category.
    Plural(BTreeMap<Plural, String>),
}

/// Why a language cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not JSON of the expected form.
    #[error("the texts of {language:?} cannot be read")]
    Unreadable {
        /// Which.
        language: Language,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
}

/// The texts of one language.
#[derive(Debug)]
pub struct Catalogue {
    language: Language,
    texts: BTreeMap<String, Text>,
}

/// The file of a language, byte for byte.
pub const fn source(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("../../../locales/en.json"),
        Language::Ro => include_str!("../../../locales/ro.json"),
        Language::Sv => include_str!("../../../locales/sv.json"),
        Language::Nl => include_str!("../../../locales/nl.json"),
        Language::Fr => include_str!("../../../locales/fr.json"),
        Language::Ru => include_str!("../../../locales/ru.json"),
        Language::De => include_str!("../../../locales/de.json"),
    }
}

/// The texts of `language`.
///
/// # Errors
/// When the embedded file is broken, which a test keeps from happening.
pub fn catalogue(language: Language) -> Result<&'static Catalogue, CatalogueError> {
    static ALL: LazyLock<[Result<Catalogue, (Language, String)>; 7]> = LazyLock::new(|| {
        Language::ALL.map(|language| {
            serde_json::from_str(source(language))
                .map(|texts| Catalogue { language, texts })
                .map_err(|error| (language, error.to_string()))
        })
    });
    let found = ALL.iter().find(|entry| match entry {
        Ok(catalogue) => catalogue.language == language,
        Err((broken, _)) => *broken == language,
    });
    match found {
        Some(Ok(catalogue)) => Ok(catalogue),
        Some(Err((_, message))) => Err(unreadable(language, message)),
        None => Err(unreadable(language, "no such language")),
    }
}

fn unreadable(language: Language, message: &str) -> CatalogueError {
    CatalogueError::Unreadable { language, source: serde::de::Error::custom(message) }
}

impl Catalogue {
    /// Language of these texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// All texts by key.
    pub fn texts(&self) -> &BTreeMap<String, Text> {
        &self.texts
    }

    /// A text without placeholders. A missing key answers with itself, so that a kind of the firm's own still prints.
    pub fn text(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// A text with its placeholders filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        match self.texts.get(key) {
            Some(Text::Plain(text)) => fill(text, values),
            Some(Text::Plural(forms)) => {
                forms.get(&Plural::Other).map_or_else(|| key.to_owned(), |text| fill(text, values))
            }
            None => key.to_owned(),
        }
    }

    /// A text in the plural form of `count`, which also fills the placeholder `{count}`.
    pub fn count(&self, key: &str, count: u64, values: &[(&str, &str)]) -> String {
        let number = count.to_string();
        let values: Vec<_> = [("count", number.as_str())].into_iter().chain(values.iter().copied()).collect();
        match self.texts.get(key) {
            Some(Text::Plural(forms)) => forms
                .get(&plural(self.language, count))
                .or_else(|| forms.get(&Plural::Other))
                .map_or_else(|| key.to_owned(), |text| fill(text, &values)),
            Some(Text::Plain(text)) => fill(text, &values),
            None => key.to_owned(),
        }
    }
}

/// Fills `{name}` placeholders in one pass: a value that itself looks like a placeholder stays as it is.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value, tail))
        });
        match value {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Category of a whole number (CLDR 46, cardinal, no fraction digits).
pub fn plural(language: Language, n: u64) -> Plural {
    match language {
        Language::En | Language::Sv | Language::Nl | Language::De => {
            if n == 1 {
                Plural::One
            } else {
                Plural::Other
            }
        }
        Language::Fr => match n {
            0 | 1 => Plural::One,
            n if n % 1_000_000 == 0 => Plural::Many,
            _ => Plural::Other,
        },
        Language::Ro => match (n, n % 100) {
            (1, _) => Plural::One,
            (0, _) | (_, 1..=19) => Plural::Few,
            _ => Plural::Other,
        },
        Language::Ru => match (n % 10, n % 100) {
            (1, tens) if tens != 11 => Plural::One,
            (2..=4, tens) if !(12..=14).contains(&tens) => Plural::Few,
            _ => Plural::Many,
        },
    }
}

/// Categories a language must give for whole numbers, and `other` as the fallback of all.
pub const fn categories(language: Language) -> &'static [Plural] {
    match language {
        Language::En | Language::Sv | Language::Nl | Language::De => &[Plural::One, Plural::Other],
        Language::Ro => &[Plural::One, Plural::Few, Plural::Other],
        Language::Fr => &[Plural::One, Plural::Many, Plural::Other],
        Language::Ru => &[Plural::One, Plural::Few, Plural::Many, Plural::Other],
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
