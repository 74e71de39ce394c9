//! The words of copies, in the language of their document.

use fieldseal_domain::{content::Content, language::Language};
use fieldseal_wire::admin::Words;
use std::collections::BTreeMap;

type Catalogue = BTreeMap<String, serde_json::Value>;

fn mail_texts(language: Language) -> Catalogue {
    parse(match language {
        Language::En => include_str!("../../../../locales/mail/en.json"),
        Language::Ro => include_str!("../../../../locales/mail/ro.json"),
        Language::Sv => include_str!("../../../../locales/mail/sv.json"),
        Language::Nl => include_str!("../../../../locales/mail/nl.json"),
        Language::Fr => include_str!("../../../../locales/mail/fr.json"),
        Language::Ru => include_str!("../../../../locales/mail/ru.json"),
        Language::De => include_str!("../../../../locales/mail/de.json"),
    })
}

fn document_texts(language: Language) -> Catalogue {
    parse(match language {
        Language::En => include_str!("../../../../locales/en.json"),
        Language::Ro => include_str!("../../../../locales/ro.json"),
        Language::Sv => include_str!("../../../../locales/sv.json"),
        Language::Nl => include_str!("../../../../locales/nl.json"),
        Language::Fr => include_str!("../../../../locales/fr.json"),
        Language::Ru => include_str!("../../../../locales/ru.json"),
        Language::De => include_str!("../../../../locales/de.json"),
    })
}

fn parse(json: &str) -> Catalogue {
    serde_json::from_str(json).unwrap_or_default()
}

fn text(catalogue: &Catalogue, key: &str) -> String {
    catalogue.get(key).and_then(serde_json::Value::as_str).unwrap_or(key).to_owned()
}

/// Our words for a language.
pub(super) fn shipped(language: Language) -> Words {
    let texts = mail_texts(language);
    Words { subject: text(&texts, "subject"), body: text(&texts, "body") }
}

/// The words of a test mail.
pub(super) fn test(language: Language) -> Words {
    let texts = mail_texts(language);
    Words { subject: text(&texts, "test.subject"), body: text(&texts, "test.body") }
}

/// What stands for the keys.
pub(super) struct Filling<'a> {
    pub(super) content: &'a Content,
    pub(super) number: &'a str,
    pub(super) date: &'a str,
}

/// Words with every key replaced. What was filled in is not looked at again: a customer named "{number}" stays that.
pub(super) fn fill(words: &Words, with: &Filling<'_>) -> Words {
    let content = with.content;
    let kind = text(&document_texts(content.language), &format!("kind.{}", content.kind));
    let keys = [
        ("{kind}", kind.as_str()),
        ("{number}", with.number),
        ("{date}", with.date),
        ("{firm}", &content.supplier.legal_name),
        ("{customer}", &content.customer.name),
    ];
    Words { subject: replace(&words.subject, &keys), body: replace(&words.body, &keys) }
}

fn replace(text: &str, keys: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match keys.iter().find_map(|(key, value)| Some((value, from.strip_prefix(key)?))) {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = from.strip_prefix('{').unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_language_has_every_text() {
        for language in Language::ALL {
            let (shipped, test) = (shipped(language), test(language));
            for key in ["{kind}", "{number}", "{date}", "{firm}"] {
                let all = format!("{} {}", shipped.subject, shipped.body);
                assert!(all.contains(key), "{language:?} lacks {key}");
            }
            assert!(!test.subject.starts_with("test."), "{language:?} lacks the test mail");
            assert!(document_texts(language).contains_key("kind.service_sheet"));
        }
    }

    #[test]
    fn what_is_filled_in_is_not_a_key() {
        let mut content = Content { kind: "service_sheet".into(), ..Content::default() };
        content.customer.name = "{number} {".into();
        let words = Words { subject: "{customer}: {number} {unknown}".into(), body: String::new() };
        let filled = fill(&words, &Filling { content: &content, number: "S-1", date: "" });
        assert_eq!(filled.subject, "{number} {: S-1 {unknown}");
    }
}
