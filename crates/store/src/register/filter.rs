//! What a person wants to see of the register, and how the index is asked for it.

use super::row::{ALL, CONFLICT, Verification, place_of, tag};
use crate::{column::code, search, table::documents::SyncState};
use fieldseal_domain::fold::Status;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A part of the register. What is empty or none does not narrow it; several values of one axis widen it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisterFilter {
    /// Beginnings of words in number, names, serial numbers and text.
    pub words: String,
    /// Statuses.
    pub statuses: Vec<Status>,
    /// Kinds.
    pub kinds: Vec<String>,
    /// Technicians.
    pub technicians: Vec<Uuid>,
    /// Customers.
    pub customers: Vec<Uuid>,
    /// Methods of the customer's signature.
    pub methods: Vec<String>,
    /// Whether the office has everything.
    pub sync: Option<SyncState>,
    /// What the last verification said.
    pub verification: Option<Verification>,
    /// Only rows with a conflict.
    pub conflict: bool,
    /// Status changed at or after, Unix milliseconds.
    pub from_ms: Option<u64>,
    /// Status changed before, Unix milliseconds.
    pub to_ms: Option<u64>,
}

/// An axis whose values are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// All rows.
    All,
    /// One status.
    Status(Status),
    /// With a conflict.
    Conflict,
    /// Not wholly at the office.
    NotSynced,
    /// One result of verification.
    Verified(Verification),
}

impl Axis {
    pub(super) fn tag(self) -> String {
        match self {
            Self::All => ALL.to_owned(),
            Self::Status(status) => tag('s', &code(&status)),
            Self::Conflict => CONFLICT.to_owned(),
            Self::NotSynced => tag('y', &code(&SyncState::Local)),
            Self::Verified(verification) => tag('v', &code(&verification)),
        }
    }
}

/// How the index answers a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// No narrowing but by time.
    Everything,
    /// One counted tag and nothing else.
    OneTag(String),
    /// An expression of the index.
    Match(String),
    /// Words without a letter or digit find nothing.
    Nothing,
}

impl RegisterFilter {
    /// First place, and the place after the last, by the times of the filter.
    pub(super) fn range(&self) -> (i64, i64) {
        (self.from_ms.map_or(0, place_of), self.to_ms.map_or(i64::MAX, place_of))
    }

    pub(super) fn has_time(&self) -> bool {
        self.from_ms.is_some() || self.to_ms.is_some()
    }

    fn axes(&self) -> Vec<Vec<String>> {
        let words = |axis, values: &[String]| values.iter().map(|value| tag(axis, value)).collect();
        let ids = |axis, values: &[Uuid]| {
            values.iter().map(|id| tag(axis, &id.simple().to_string())).collect::<Vec<_>>()
        };
        let axes: Vec<Vec<String>> = vec![
            self.statuses.iter().map(|status| tag('s', &code(status))).collect(),
            words('k', &self.kinds),
            ids('t', &self.technicians),
            ids('c', &self.customers),
            words('m', &self.methods),
            self.sync.iter().map(|sync| tag('y', &code(sync))).collect(),
            self.verification.iter().map(|result| tag('v', &code(result))).collect(),
            if self.conflict { vec![CONFLICT.to_owned()] } else { Vec::new() },
        ];
        axes.into_iter().filter(|tags| !tags.is_empty()).collect()
    }

    pub(super) fn question(&self) -> Question {
        let axes = self.axes();
        let asked = !self.words.trim().is_empty();
        match axes.as_slice() {
            [] if !asked => return Question::Everything,
            [tags] if !asked => {
                if let [tag] = tags.as_slice() {
                    return Question::OneTag(tag.clone());
                }
            }
            _ => {}
        }
        let mut parts: Vec<String> =
            axes.iter().map(|tags| format!("(tags : ({}))", tags.join(" OR "))).collect();
        if asked {
            match search::query(&self.words) {
                Some(query) => parts.push(format!("(words : ({query}))")),
                None => return Question::Nothing,
            }
        }
        Question::Match(parts.join(" AND "))
    }
}
