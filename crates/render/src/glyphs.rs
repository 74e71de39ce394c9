//! Characters that no font has: named with their place before anything is frozen, never printed as boxes.

use crate::{fonts, job::RenderJob, view::words};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;

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

/// Every character of `document` that was set without a glyph, at every place of the job that has it. Only what is
/// really printed counts, and also a letter with a mark that no single font can join.
pub(crate) fn missing(document: &PagedDocument, job: &RenderJob) -> Vec<MissingGlyph> {
    let mut clusters = BTreeSet::new();
    document.pages().iter().for_each(|page| undrawn(&page.frame, &mut clusters));
    if clusters.is_empty() {
        return Vec::new();
    }
    let content = serde_json::to_value(&job.document.content).unwrap_or_default();
    let mut found = BTreeSet::new();
    for cluster in &clusters {
        walk(&content, &mut String::new(), cluster, &mut found);
        check(&job.firm.name, "firm", cluster, &mut found);
    }
    if found.is_empty() {
        // Not a text of the document: then the template's own.
        clusters.iter().for_each(|cluster| check(cluster, "template", cluster, &mut found));
    }
    found.into_iter().take(MOST).collect()
}

/// Texts of glyph 0 (OpenType: "not defined").
fn undrawn(frame: &Frame, clusters: &mut BTreeSet<String>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => undrawn(&group.frame, clusters),
            FrameItem::Text(text) => {
                let boxes = text.glyphs.iter().filter(|glyph| glyph.id == 0);
                let texts = boxes.filter_map(|glyph| text.text.get(glyph.range()));
                clusters.extend(texts.map(words::unbroken).filter(|text| !text.is_empty()));
            }
            FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(..) => {}
        }
    }
}

fn walk(value: &Value, place: &mut String, cluster: &str, found: &mut BTreeSet<MissingGlyph>) {
    match value {
        Value::String(text) => check(text, place, cluster, found),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                step(item, &index.to_string(), place, cluster, found);
            }
        }
        Value::Object(map) => map.iter().for_each(|(key, item)| step(item, key, place, cluster, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn step(value: &Value, key: &str, place: &mut String, cluster: &str, found: &mut BTreeSet<MissingGlyph>) {
    let length = place.len();
    if !place.is_empty() {
        place.push('.');
    }
    place.push_str(key);
    walk(value, place, cluster, found);
    place.truncate(length);
}

fn check(text: &str, place: &str, cluster: &str, found: &mut BTreeSet<MissingGlyph>) {
    if !text.contains(cluster) {
        return;
    }
    // When a font has each character and none has all together, the last one (a mark) is the one too many.
    let unknown = cluster.chars().find(|c| !fonts::covers(*c)).or(cluster.chars().next_back());
    found.extend(unknown.map(|character| MissingGlyph {
        place: place.to_owned(),
        character,
        suggestion: suggestion(character),
    }));
}

/// The characters of a text that no font has.
pub fn uncovered(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|character| !fonts::covers(*character))
}

/// Most characters named in one sentence.
const NAMED: usize = 10;

/// Characters as a sentence names them: each once, in their order, not too many.
pub fn listed(characters: impl IntoIterator<Item = char>) -> String {
    let mut all: Vec<char> = Vec::new();
    for character in characters {
        if all.len() < NAMED && !all.contains(&character) {
            all.push(character);
        }
    }
    all.iter().map(char::to_string).collect::<Vec<_>>().join(" ")
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

    #[test]
    fn what_people_write_instead_can_be_printed() {
        assert_eq!(suggestion('😀').as_deref(), Some(":-)"));
        assert_eq!(suggestion('Ｆ').as_deref(), Some("F"));
        assert_eq!(suggestion('漢'), None);
    }
}
