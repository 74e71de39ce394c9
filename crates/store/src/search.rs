//! Search over customers, equipment, jobs and documents, by the beginnings of words, however they are spelled.

use crate::{
    column::{Id, Word},
    error::Result,
    store::{Read, Tx},
};
use fieldseal_domain::text;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A customer.
    Customer,
    /// A machine or device.
    Equipment,
    /// A job.
    Job,
    /// A document.
    Document,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub what: What,
    /// Its id.
    pub id: Uuid,
    /// Its name: number, name, code or model.
    pub title: String,
    /// What tells two of one name apart: city, customer or time.
    pub detail: String,
}

/// A thing and the texts it is found by.
pub(crate) struct Indexed<'a> {
    pub what: What,
    pub thing: Uuid,
    pub title: &'a str,
    pub detail: &'a str,
    pub texts: &'a [&'a str],
    pub phones: &'a [&'a str],
}

/// Most words of a question that are looked at.
const MAX_WORDS: usize = 12;
/// Longest name without blanks that is also found when written in one piece.
const MAX_COMPACT: usize = 40;
/// Digits that two spellings of one telephone number share, with and without country code.
const PHONE_DIGITS: [usize; 2] = [9, 10];

impl Read<'_> {
    /// Everything with a word that begins like each word of `question`, last changed first. Numbers, serial numbers
    /// and telephone numbers are found with and without their dashes, blanks and country code.
    ///
    /// # Errors
    /// What the database says. A question without a letter or digit finds nothing.
    pub fn search(&self, question: &str, limit: u32) -> Result<Vec<Hit>> {
        let Some(query) = query(question) else { return Ok(Vec::new()) };
        let sql = "SELECT what, thing, title, detail FROM search_word JOIN search_item ON search_item.id = search_word.rowid
                   WHERE search_word MATCH ?1 ORDER BY search_word.rowid DESC LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![query, limit], |row| {
            Ok(Hit {
                what: row.get::<_, Word<What>>(0)?.0,
                id: row.get::<_, Id>(1)?.0,
                title: row.get(2)?,
                detail: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Words in the index's own language; none when the question has no letter or digit.
pub(crate) fn query(question: &str) -> Option<String> {
    let folded = text::fold(question);
    let words: Vec<String> = words(&folded).take(MAX_WORDS).map(|word| format!("\"{word}\"*")).collect();
    if words.is_empty() {
        return None;
    }
    let mut query = words.join(" AND ");
    if let Some(digits) = phone(&folded) {
        query = format!("({query}) OR \"{digits}\"*");
    }
    Some(query)
}

fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The digits of what may be a telephone number, without the zeros before it.
fn phone(text: &str) -> Option<String> {
    let punctuation = |c: char| c.is_whitespace() || "+-/().".contains(c);
    if !text.chars().all(|c| c.is_ascii_digit() || punctuation(c)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    if digits.len() < 5 { None } else { Some(digits.to_owned()) }
}

/// Everything the index holds of a thing, as one text.
pub(crate) fn folded_words(texts: &[&str], phones: &[&str]) -> String {
    let mut out = String::new();
    let mut push = |word: &str| {
        out.push_str(word);
        out.push(' ');
    };
    for text in texts {
        let folded = text::fold(text);
        push(&folded);
        // "SN-123/45" is also found as "sn12345".
        if !folded.contains(char::is_whitespace) && folded.len() <= MAX_COMPACT {
            push(&words(&folded).collect::<String>());
        }
    }
    for number in phones {
        push(number);
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        push(&digits);
        for length in PHONE_DIGITS {
            push(digits.get(digits.len().saturating_sub(length)..).unwrap_or(""));
        }
    }
    out
}

/// Writes the words of a thing again. It becomes the newest: search answers in the order of the last change.
pub(crate) fn index(tx: &Tx<'_>, indexed: &Indexed<'_>) -> Result<()> {
    forget(tx, indexed.what, indexed.thing)?;
    let sql = "INSERT INTO search_item (what, thing, title, detail) VALUES (?1, ?2, ?3, ?4)";
    let values = params![Word(indexed.what), Id(indexed.thing), indexed.title, indexed.detail];
    tx.conn.prepare_cached(sql)?.execute(values)?;
    let item = tx.conn.last_insert_rowid();
    let sql = "INSERT INTO search_word (rowid, words) VALUES (?1, ?2)";
    tx.conn.prepare_cached(sql)?.execute(params![item, folded_words(indexed.texts, indexed.phones)])?;
    Ok(())
}

/// Deletes the words of a thing.
pub(crate) fn forget(tx: &Tx<'_>, what: What, thing: Uuid) -> Result<()> {
    let sql = "DELETE FROM search_item WHERE what = ?1 AND thing = ?2 RETURNING id";
    let item: Option<i64> = tx
        .conn
        .prepare_cached(sql)?
        .query_row(params![Word(what), Id(thing)], |row| row.get(0))
        .optional()?;
    if let Some(item) = item {
        tx.conn.prepare_cached("DELETE FROM search_word WHERE rowid = ?1")?.execute([item])?;
    }
    Ok(())
}
