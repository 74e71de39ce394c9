//! Changes in portions that fit into one event each. A list is one part: a long one is written with its long texts left
//! out, and these follow, each at its place in the list.

use super::merge;
use crate::{content::Content, event::MAX_BODY};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most bytes of one change: an event has room for it, its place and who wrote it.
const LARGEST: usize = MAX_BODY - 1024;
/// Texts of a long list that stay in it, in bytes: identities and digests are never longer.
const SHORT: usize = 64;

/// Lists of the content, as JSON pointers. Each is one part with one history, however it is written down.
const LISTS: [&str; 8] =
    ["/accessories", "/checklist", "/equipment", "/lines", "/photos", "/readings", "/signers", "/times"];

/// The part that a pointer leads to or into, and the rest of the way inside it.
pub(super) fn part_of(pointer: &str) -> (&str, &str) {
    let inside = |list: &&&str| pointer.strip_prefix(**list).is_some_and(|rest| rest.starts_with('/'));
    match LISTS.iter().find(inside) {
        Some(list) => pointer.split_at(list.len()),
        None => (pointer, ""),
    }
}

/// What leads from one content to another, in portions of about `room` bytes. They belong together, in this order.
///
/// # Errors
/// Only if the content is no JSON, which it always is.
pub fn portions(
    old: &Content,
    new: &Content,
    room: usize,
) -> Result<Vec<BTreeMap<String, Value>>, serde_json::Error> {
    let mut portions: Vec<BTreeMap<String, Value>> = Vec::new();
    let mut size = room;
    for (pointer, value) in merge::diff(old, new)?.into_iter().flat_map(|change| steps(change, room)) {
        let added = size_of(&pointer, &value);
        if size + added > room {
            portions.push(BTreeMap::new());
            size = 0;
        }
        size += added;
        if let Some(portion) = portions.last_mut() {
            portion.insert(pointer, value);
        }
    }
    Ok(portions)
}

/// Parts that fit into no event: a text, or a list that is too long even without its long texts. As JSON pointers.
#[must_use]
pub fn too_large(content: &Content) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(Value::Object(whole)) = serde_json::to_value(content) else { return found };
    for (key, mut value) in whole {
        let pointer = format!("/{key}");
        let mut texts = Vec::new();
        take_long(&pointer, &mut value, LARGEST, &mut texts);
        let list = LISTS.contains(&pointer.as_str());
        found.extend(texts.into_iter().map(|(pointer, _)| pointer));
        take_long(&pointer, &mut value, SHORT, &mut Vec::new());
        if list && size_of(&pointer, &value) > LARGEST {
            found.push(pointer);
        }
    }
    found
}

/// A first content that fits into the event that begins a document: without its long texts.
///
/// # Errors
/// Only if the content is no JSON, which it always is.
pub fn beginning(content: &Content, room: usize) -> Result<Content, serde_json::Error> {
    let mut value = serde_json::to_value(content)?;
    if size_of("", &value) <= room {
        return Ok(content.clone());
    }
    take_long("", &mut value, SHORT, &mut Vec::new());
    serde_json::from_value(value)
}

/// One change, or for a list that does not fit: the list without its long texts, then these.
fn steps((pointer, mut value): (String, Value), room: usize) -> Vec<(String, Value)> {
    let mut texts = Vec::new();
    if size_of(&pointer, &value) > room && LISTS.contains(&pointer.as_str()) {
        take_long(&pointer, &mut value, SHORT, &mut texts);
    }
    std::iter::once((pointer, value)).chain(texts).collect()
}

fn size_of(pointer: &str, value: &Value) -> usize {
    // The parent's id and the punctuation around a change have about a hundred bytes.
    pointer.len() + value.to_string().len() + 100
}

/// Bytes of a text in an event: quotes, backslashes and new lines are written as two.
fn written(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\t')).count()
}

/// Takes out every text that needs more than `most` bytes, with its place.
fn take_long(pointer: &str, value: &mut Value, most: usize, texts: &mut Vec<(String, Value)>) {
    match value {
        Value::String(text) if written(text) > most => {
            texts.push((pointer.to_owned(), Value::String(std::mem::take(text))));
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                take_long(&format!("{pointer}/{index}"), item, most, texts);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                take_long(&format!("{pointer}/{key}"), item, most, texts);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts a value into a list where the rest of a pointer leads. What is not there is not made.
pub(super) fn put_inside(list: &mut Value, rest: &str, new: &Value) {
    if let Some(at) = list.pointer_mut(rest) {
        at.clone_from(new);
    }
}
