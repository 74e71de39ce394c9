//! Characters that no font has: named with their place before anything is frozen, never printed as boxes.

use crate::{fonts, job::RenderJob};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Most findings of one document: a text in a script we have no font for would give thousands.
const MOST: usize = 200;

/// A character that cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MissingGlyph {
    /// Path into the content, for example `fields.fault` or `lines.2.description`.
    pub place: String,
    /// The character.
    #[serde(rename = "char")]
    pub character: char,
    /// What could stand in its place; nothing when it can only be removed.
    pub suggestion: Option<String>,
}

/// Every character of the document that no font has, once per place.
pub fn missing(job: &RenderJob) -> Vec<MissingGlyph> {
    let mut found = BTreeSet::new();
    if let Ok(content) = serde_json::to_value(&job.document.content) {
        walk(&content, &mut String::new(), &mut found);
    }
    check(&job.firm.name, "firm", &mut found);
    found.into_iter().take(MOST).collect()
}

fn walk(value: &Value, place: &mut String, found: &mut BTreeSet<MissingGlyph>) {
    match value {
        Value::String(text) => check(text, place, found),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| step(item, &index.to_string(), place, found))
        }
        Value::Object(map) => map.iter().for_each(|(key, item)| step(item, key, place, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn step(value: &Value, key: &str, place: &mut String, found: &mut BTreeSet<MissingGlyph>) {
    let length = place.len();
    if !place.is_empty() {
        place.push('.');
    }
    place.push_str(key);
    walk(value, place, found);
    place.truncate(length);
}

fn check(text: &str, place: &str, found: &mut BTreeSet<MissingGlyph>) {
    let unknown: BTreeSet<char> = text.chars().filter(|c| !fonts::covers(*c)).collect();
    found.extend(unknown.into_iter().map(|character| MissingGlyph {
        place: place.to_owned(),
        character,
        suggestion: suggestion(character),
    }));
}

/// What people write instead: known pictures in words or signs, else the compatibility form, else nothing.
fn suggestion(c: char) -> Option<String> {
    let known = match c {
        '👍' | '✅' | '🆗' => "OK",
        '👎' | '❌' => "X",
        '😀' | '😃' | '😄' | '😁' | '😊' | '🙂' | '☺' => ":-)",
        '😞' | '🙁' | '☹' | '😢' => ":-(",
        '😉' => ";-)",
        '❤' | '♥' => "<3",
        '⚡' => "!",
        '📞' | '☎' | '📱' => "tel.",
        '📧' | '✉' => "e-mail",
        '🔧' | '🔨' | '🛠' => "*",
        '\u{2E3A}' | '\u{2E3B}' => "\u{2014}",
        _ => return compatible(c),
    };
    Some(known.to_owned())
}

/// Full-width letters, ligatures, enclosed figures: their plain form, when a font has it.
fn compatible(c: char) -> Option<String> {
    let plain: String = unicode_normalization::UnicodeNormalization::nfkd(std::iter::once(c)).collect();
    (!plain.contains(c) && !plain.is_empty() && plain.chars().all(fonts::covers)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(value: &Value) -> Vec<(String, char, Option<String>)> {
        let mut set = BTreeSet::new();
        walk(value, &mut String::new(), &mut set);
        set.into_iter().map(|glyph| (glyph.place, glyph.character, glyph.suggestion)).collect()
    }

    #[test]
    fn a_missing_character_is_named_with_its_place() {
        let content =
            json!({"lines": [{"description": "ok"}, {"description": "漢 漢 😀"}], "remark": "Ｆull"});
        assert_eq!(
            found(&content),
            vec![
                ("lines.1.description".to_owned(), '漢', None),
                ("lines.1.description".to_owned(), '😀', Some(":-)".to_owned())),
                ("remark".to_owned(), 'Ｆ', Some("F".to_owned())),
            ]
        );
    }

    #[test]
    fn names_of_our_countries_miss_nothing() {
        let names = json!([
            "Ștefania Țugulea",
            "Żądło",
            "Щёголев",
            "Œuvré",
            "STRAẞE",
            "Οδυσσέας",
            "שלום",
            "سلام",
            "Հայաստան",
            "საქართველო"
        ]);
        assert_eq!(found(&names), vec![]);
    }
}
