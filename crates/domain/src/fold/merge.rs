//! What people wrote into a document, from several devices that did not know of each other.
//!
//! Each part of the content has a history of its own: a change names the change it was made over. What nobody has
//! changed since is a head; with several heads the latest holds and the others are a conflict, kept until somebody
//! chooses. Nothing here depends on who delivered what when.

use super::{
    entry::{Item, Place},
    portion::{part_of, put_inside},
};
use crate::{
    content::Content,
    event::{Change, Choice, Event, FrozenRevision},
    hash::Digest,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One value that somebody gave a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The event that set it.
    pub id: Digest,
    /// Device it was set on.
    pub device: String,
    /// The value; null for "removed".
    pub value: Value,
}

/// Two or more people changed a part without knowing of each other.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldConflict {
    /// The part, a JSON pointer into the content.
    pub pointer: String,
    /// What holds for now: the latest.
    pub winner: Variant,
    /// What was written as well, latest first.
    pub losers: Vec<Variant>,
}

/// One part set by one event.
#[derive(Debug, Clone)]
struct Write {
    id: Digest,
    place: Place,
    value: Value,
    parents: Vec<Digest>,
}

impl Write {
    fn supersedes(&self, other: &Self) -> bool {
        let own_later = self.place.device == other.place.device && self.place.n > other.place.n;
        own_later || self.parents.contains(&other.id)
    }

    fn variant(&self) -> Variant {
        Variant { id: self.id, device: self.place.device.clone(), value: self.value.clone() }
    }
}

/// Every change to the content.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// By part, in the order of their places.
    parts: BTreeMap<String, Vec<Write>>,
    /// By event: journal, number there, place, and the events it was made over.
    events: BTreeMap<Digest, (Place, BTreeSet<Digest>)>,
}

/// The content that some of the changes make.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) content: Content,
    /// The change that holds, by part.
    pub(super) winners: BTreeMap<String, Digest>,
}

impl Writes {
    /// Reads the changes out of everything that happened to the first content.
    pub(super) fn of(items: &[Item], first: &Content) -> Self {
        let mut writes = Self::default();
        let mut plain = None;
        for item in items {
            match &item.event {
                Event::FieldsChanged { changes, by: _ } => {
                    for (pointer, change) in changes {
                        let (part, rest) = part_of(pointer);
                        if rest.is_empty() {
                            let parents = change.parent.into_iter().collect();
                            writes.add(item, pointer, change.value.clone(), parents);
                        } else {
                            let first = plain.get_or_insert_with(|| serde_json::to_value(first).ok());
                            writes.add_inside(item, (part, rest), change, first.as_ref());
                        }
                    }
                }
                Event::ConflictResolved { choice: Choice::Field { pointer, operative, over }, by: _ } => {
                    let chosen = |write: &&Write| write.id == *operative;
                    let known = writes.parts.get(pointer).and_then(|part| part.iter().find(chosen));
                    if let Some(value) = known.map(|write| write.value.clone()) {
                        let parents = over.iter().chain([operative]).copied().collect();
                        writes.add(item, pointer, value, parents);
                    }
                }
                _ => {}
            }
        }
        writes
    }

    fn add(&mut self, item: &Item, pointer: &str, value: Value, parents: Vec<Digest>) {
        let event = self.events.entry(item.id).or_insert_with(|| (item.place.clone(), BTreeSet::new()));
        event.1.extend(&parents);
        let write = Write { id: item.id, place: item.place.clone(), value, parents };
        self.parts.entry(pointer.to_owned()).or_default().push(write);
    }

    /// A change inside a list is one of the list as a whole: as it was when this was written, with this in it.
    fn add_inside(
        &mut self,
        item: &Item,
        (part, rest): (&str, &str),
        change: &Change,
        first: Option<&Value>,
    ) {
        let earlier = self.parts.get_mut(part);
        if let Some(own) = earlier.and_then(|part| part.iter_mut().find(|write| write.id == item.id)) {
            return put_inside(&mut own.value, rest, &change.value);
        }
        let parents = change.parent.into_iter().collect();
        let write = Write { id: item.id, place: item.place.clone(), value: Value::Null, parents };
        let over = self.parts.get(part).into_iter().flatten().filter(|other| write.supersedes(other));
        let before = over.max_by(|a, b| a.place.cmp(&b.place)).map(|before| before.value.clone());
        let mut value = before.or_else(|| first?.pointer(part).cloned()).unwrap_or_default();
        put_inside(&mut value, rest, &change.value);
        self.add(item, part, value, write.parents);
    }

    /// All changes.
    pub(super) fn all(&self) -> BTreeSet<Digest> {
        self.events.keys().copied().collect()
    }

    /// The changes that are in a frozen revision: those it names, those its journal had made, and what they were made
    /// over.
    pub(super) fn in_revision(&self, frozen: &FrozenRevision, place: &Place) -> BTreeSet<Digest> {
        let Some(edits) = &frozen.edits else {
            return self.events.iter().filter(|(_, (at, _))| at < place).map(|(id, _)| *id).collect();
        };
        let own = self
            .events
            .iter()
            .filter(|(_, (at, _))| at.device == place.device && at.n < place.n)
            .map(|(id, _)| *id);
        let mut wanted: Vec<Digest> = edits.iter().copied().chain(own).collect();
        let mut included = BTreeSet::new();
        while let Some(id) = wanted.pop() {
            if let Some((_, parents)) = self.events.get(&id)
                && included.insert(id)
            {
                wanted.extend(parents);
            }
        }
        included
    }

    /// The content that these changes make of the first one.
    pub(super) fn merge(&self, first: &Content, included: &BTreeSet<Digest>) -> Merged {
        let mut winners: Vec<(&str, &Write)> = self
            .parts
            .iter()
            .filter_map(|(pointer, part)| Some((pointer.as_str(), *heads(part, included).first()?)))
            .collect();
        winners.sort_by(|a, b| a.1.place.cmp(&b.1.place));
        Merged {
            content: apply(first, &winners),
            winners: winners.iter().map(|(pointer, write)| ((*pointer).to_owned(), write.id)).collect(),
        }
    }

    /// Parts with more than one value that nobody has chosen between.
    pub(super) fn conflicts(&self) -> Vec<FieldConflict> {
        let all = self.all();
        let conflict = |(pointer, part): (&String, &Vec<Write>)| {
            let heads = heads(part, &all);
            let (winner, others) = heads.split_first()?;
            let losers: Vec<Variant> =
                others.iter().filter(|other| other.value != winner.value).map(|w| w.variant()).collect();
            let winner = winner.variant();
            (!losers.is_empty()).then(|| FieldConflict { pointer: pointer.clone(), winner, losers })
        };
        self.parts.iter().filter_map(conflict).collect()
    }
}

/// What nobody has changed since, latest first.
fn heads<'a>(part: &'a [Write], included: &BTreeSet<Digest>) -> Vec<&'a Write> {
    let here: Vec<&Write> = part.iter().filter(|write| included.contains(&write.id)).collect();
    let is_head = |write: &&&Write| !here.iter().any(|later| later.supersedes(write));
    let mut heads: Vec<&Write> = here.iter().filter(is_head).copied().collect();
    heads.sort_by(|a, b| (&b.place, &b.id).cmp(&(&a.place, &a.id)));
    heads
}

/// A value that does not fit the content is left out, the others hold.
fn apply(first: &Content, winners: &[(&str, &Write)]) -> Content {
    let Ok(mut value) = serde_json::to_value(first) else { return first.clone() };
    let plain = value.clone();
    for (pointer, write) in winners {
        set_pointer(&mut value, pointer, write.value.clone());
    }
    if let Ok(content) = serde_json::from_value(value) {
        return content;
    }
    let mut content = first.clone();
    let mut value = plain;
    for (pointer, write) in winners {
        let mut tried = value.clone();
        set_pointer(&mut tried, pointer, write.value.clone());
        if let Ok(good) = serde_json::from_value(tried.clone()) {
            (content, value) = (good, tried);
        }
    }
    content
}

/// Sets what a JSON pointer names; null removes a key. A pointer into nothing makes the objects on its way.
fn set_pointer(value: &mut Value, pointer: &str, new: Value) {
    let mut parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let Some(last) = parts.pop() else { return };
    let mut at = value;
    for part in parts {
        let Some(map) = at.as_object_mut() else { return };
        at = map.entry(part).or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    if let Some(map) = at.as_object_mut() {
        if new.is_null() {
            map.remove(&last);
        } else {
            map.insert(last, new);
        }
    }
}

/// What changed between two contents: the finest differing objects' keys, arrays as a whole.
pub fn diff(old: &Content, new: &Content) -> Result<BTreeMap<String, Value>, serde_json::Error> {
    let mut changes = BTreeMap::new();
    diff_value("", &serde_json::to_value(old)?, &serde_json::to_value(new)?, &mut changes);
    Ok(changes)
}

fn diff_value(pointer: &str, old: &Value, new: &Value, changes: &mut BTreeMap<String, Value>) {
    if old == new {
        return;
    }
    let (Value::Object(before), Value::Object(after)) = (old, new) else {
        changes.insert(pointer.to_owned(), new.clone());
        return;
    };
    let escape = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    for (key, value) in after {
        match before.get(key) {
            Some(earlier) => diff_value(&escape(key), earlier, value, changes),
            None => {
                changes.insert(escape(key), value.clone());
            }
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        changes.insert(escape(key), Value::Null);
    }
}
