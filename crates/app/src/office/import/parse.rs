//! From text to records: a table with titles, or JSON objects with members of the same names.

use super::text::{decode, delimiter};
use crate::error::{AppError, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most bytes of a file.
const LARGEST: usize = 256 * 1024 * 1024;
/// Most rows.
const MOST_ROWS: usize = 1_000_000;

/// One row: what it says by the name of the column, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Row in the file, the title being row 1.
    pub row: u64,
    /// The cells as they stand.
    pub cells: Vec<String>,
    /// Filled cells by column.
    pub values: BTreeMap<String, String>,
    /// Whether there are more cells than titles, or the row is no table row.
    pub broken: bool,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub titles: Vec<String>,
    pub records: Vec<Record>,
}

/// Reads a file by its ending; what begins like JSON is JSON.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Table> {
    if bytes.len() > LARGEST {
        return Err(AppError::TooMany);
    }
    let text = decode(bytes);
    let begins = text.trim_start().chars().next();
    if name.to_lowercase().ends_with(".json") || matches!(begins, Some('[' | '{')) {
        from_json(&text)
    } else {
        from_csv(&text)
    }
}

fn from_csv(text: &str) -> Result<Table> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = reader.records();
    let titles: Vec<String> = match rows.next() {
        Some(Ok(first)) => first.iter().map(|title| title.trim().to_lowercase()).collect(),
        Some(Err(_)) | None => return Err(AppError::Unreadable),
    };
    if !titles.iter().any(|title| matches!(title.as_str(), "name" | "customer" | "code")) {
        return Err(AppError::Unreadable);
    }
    let mut records = Vec::new();
    for (row, cells) in (2u64..).zip(rows) {
        if records.len() >= MOST_ROWS {
            return Err(AppError::TooMany);
        }
        // Decoded text is always UTF-8, so only a row that is no row can fail.
        let cells: Vec<String> =
            cells.map(|cells| cells.iter().map(str::to_owned).collect()).map_err(|_| AppError::Unreadable)?;
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let values = titles.iter().zip(&cells).map(|(title, cell)| (title.clone(), cell.trim().to_owned()));
        records.push(Record {
            row,
            broken: cells.len() > titles.len()
                && cells.iter().skip(titles.len()).any(|cell| !cell.is_empty()),
            values: values.filter(|(_, cell)| !cell.is_empty()).collect(),
            cells,
        });
    }
    Ok(Table { titles, records })
}

fn from_json(text: &str) -> Result<Table> {
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| AppError::Unreadable)?;
    let items: Vec<Value> = match value {
        Value::Array(items) => items,
        Value::Object(mut map) => {
            let parts = ["customers", "jobs"].into_iter().filter_map(|key| map.remove(key));
            parts
                .filter_map(|part| if let Value::Array(items) = part { Some(items) } else { None })
                .flatten()
                .collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(AppError::Unreadable);
        }
    };
    if items.len() > MOST_ROWS {
        return Err(AppError::TooMany);
    }
    let records = (1u64..).zip(items).map(|(row, item)| json_record(row, item)).collect();
    Ok(Table { titles: vec!["json".to_owned()], records })
}

fn json_record(row: u64, item: Value) -> Record {
    let cells = vec![item.to_string()];
    let Value::Object(map) = item else {
        return Record { row, cells, values: BTreeMap::new(), broken: true };
    };
    let mut broken = false;
    let mut values = BTreeMap::new();
    for (key, value) in map {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.trim().to_owned(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => {
                broken = true;
                continue;
            }
        };
        if !text.is_empty() {
            values.insert(key.to_lowercase(), text);
        }
    }
    Record { row, cells, values, broken }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_table_and_json_say_the_same() {
        let table =
            read("a.csv", b"Name;City;Phone\r\n\"Spicul; Prod\";Brasov;\r\n;;\r\nB;C;1;2\r\n").unwrap();
        assert_eq!(table.records.len(), 2);
        assert_eq!(table.records[0].values.get("name").unwrap(), "Spicul; Prod");
        assert!(!table.records[0].values.contains_key("phone"));
        assert!(table.records[1].broken && table.records[1].row == 4, "{:?}", table.records[1]);
        let json =
            read("a.json", br#"{"customers":[{"Name":"Spicul; Prod","city":"Brasov","phone":null},7]}"#)
                .unwrap();
        assert_eq!(json.records[0].values, table.records[0].values);
        assert!(json.records[1].broken);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for bytes in [&b""[..], b"\x89PNG\r\n\x1a\n\0\0\0", b"{\"a\"", b"null", b"just words\nand more"] {
            assert!(matches!(read("a.csv", bytes), Err(AppError::Unreadable)), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read("a.csv", &bytes);
            let _ = read("a.json", &bytes);
        }
    }
}
