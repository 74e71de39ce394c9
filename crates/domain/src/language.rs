//! The seven languages of screens, documents and consent sentences.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A language in which a document can be written and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Romanian.
    Ro,
    /// Swedish.
    Sv,
    /// Dutch.
    Nl,
    /// French.
    Fr,
    /// Russian.
    Ru,
    /// German.
    De,
}

impl Language {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 7] = [Self::En, Self::Ro, Self::Sv, Self::Nl, Self::Fr, Self::Ru, Self::De];

    /// ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ro => "ro",
            Self::Sv => "sv",
            Self::Nl => "nl",
            Self::Fr => "fr",
            Self::Ru => "ru",
            Self::De => "de",
        }
    }

    /// The language of an ISO 639-1 code; `None` for a language we do not have.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}
