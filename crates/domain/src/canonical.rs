//! Canonical JSON: one spelling for one value, so that equal content has equal bytes and equal hashes.
//!
//! Keys sorted by code point, no blanks, integers only (a float has more than one spelling), texts in NFC.

use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Why a value has no canonical spelling.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The value is no JSON.
    #[error("not expressible as JSON")]
    NotJson(#[from] serde_json::Error),
    /// A number that is not an integer.
    #[error("a number with a fraction has no canonical spelling: {0}")]
    Fraction(serde_json::Number),
}

/// The canonical bytes of `value`.
///
/// # Errors
/// When the value holds a fraction or is no JSON.
pub fn to_canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let mut out = String::new();
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out.into_bytes())
}

fn write(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null | Value::Bool(_) => out.push_str(&value.to_string()),
        Value::Number(number) if number.is_f64() => return Err(CanonicalError::Fraction(number.clone())),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(text, out)?,
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out)?;
                out.push(':');
                write(item, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut String) -> Result<(), CanonicalError> {
    // ASCII is composed already; most texts are, and every envelope of the server is.
    let composed = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) };
    out.push_str(&serde_json::to_string(&composed)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_texts_composed() {
        let bytes = to_canonical_json(&json!({"b": 1, "a": ["e\u{301}"]})).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "{\"a\":[\"é\"],\"b\":1}");
    }

    #[test]
    fn a_fraction_is_refused() {
        assert!(matches!(to_canonical_json(&json!({"a": 1.5})), Err(CanonicalError::Fraction(_))));
    }

    proptest! {
        /// Would turn red if any text were escaped so that it reads back differently, or the form were not stable.
        #[test]
        fn canonical_is_stable(texts in proptest::collection::vec(".*", 0..6), n in any::<i64>()) {
            let once = to_canonical_json(&json!({"t": texts, "n": n})).unwrap();
            let back: Value = serde_json::from_slice(&once).unwrap();
            prop_assert_eq!(to_canonical_json(&back).unwrap(), once);
        }
    }
}
