//! The values a PDF is made of (ISO 32000-2 clause 7.3).

use std::ops::Range;

/// Number and generation of an indirect object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId {
    /// Object number, at least 1.
    pub(crate) number: u32,
    /// Generation number.
    pub(crate) generation: u16,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Object {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a decimal point.
    Real(f64),
    /// A name, `#xx` decoded, without the slash.
    Name(Vec<u8>),
    /// A string, decoded.
    Str(Vec<u8>),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dict(Dict),
    /// A reference to an indirect object.
    Ref(ObjectId),
}

/// One entry of a dictionary and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key, decoded, without the slash.
    pub(crate) key: Vec<u8>,
    /// The value.
    pub(crate) value: Object,
    /// Bytes of the value in the source.
    pub(crate) value_span: Range<usize>,
}

/// A dictionary; no key occurs twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dict {
    /// Entries in the order of the file.
    pub(crate) entries: Vec<Entry>,
    /// Bytes from `<<` to `>>` in the source.
    pub(crate) span: Range<usize>,
}

/// Equal when keys and values are equal: neither order nor place in the file counts.
impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self.entries.iter().all(|e| other.get_raw(&e.key) == Some(&e.value))
    }
}

impl Dict {
    /// The value of a key, as written (a reference is not followed).
    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        self.get_raw(key.as_bytes())
    }

    fn get_raw(&self, key: &[u8]) -> Option<&Object> {
        self.entry(key).map(|e| &e.value)
    }

    /// The entry of a key.
    pub(crate) fn entry(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }

    /// Whether the key's value is this name.
    pub(crate) fn is_name(&self, key: &str, name: &str) -> bool {
        self.get(key).and_then(Object::name) == Some(name.as_bytes())
    }

    /// The same dictionary without some keys.
    pub(crate) fn without(&self, keys: &[&str]) -> Self {
        let entries =
            self.entries.iter().filter(|e| !keys.iter().any(|k| k.as_bytes() == e.key)).cloned().collect();
        Self { entries, span: self.span.clone() }
    }
}

impl Object {
    /// The whole number, if it is one.
    pub(crate) fn int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    /// The number, whole or not.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            #[allow(clippy::cast_precision_loss)]
            Self::Int(n) => Some(*n as f64),
            Self::Real(r) => Some(*r),
            Self::Null
            | Self::Bool(_)
            | Self::Name(_)
            | Self::Str(_)
            | Self::Array(_)
            | Self::Dict(_)
            | Self::Ref(_) => None,
        }
    }

    /// The name, if it is one.
    pub(crate) fn name(&self) -> Option<&[u8]> {
        if let Self::Name(n) = self { Some(n) } else { None }
    }

    /// The string, if it is one.
    pub(crate) fn string(&self) -> Option<&[u8]> {
        if let Self::Str(s) = self { Some(s) } else { None }
    }

    /// The array, if it is one.
    pub(crate) fn array(&self) -> Option<&[Object]> {
        if let Self::Array(a) = self { Some(a) } else { None }
    }

    /// The dictionary, if it is one.
    pub(crate) fn dict(&self) -> Option<&Dict> {
        if let Self::Dict(d) = self { Some(d) } else { None }
    }

    /// The reference, if it is one.
    pub(crate) fn reference(&self) -> Option<ObjectId> {
        if let Self::Ref(r) = self { Some(*r) } else { None }
    }
}
