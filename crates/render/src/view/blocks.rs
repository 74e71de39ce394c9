//! The pieces a view is made of.

use serde::Serialize;

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Label.
    pub label: String,
    /// Value; may have several lines.
    pub value: String,
}

/// A titled part of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Name of the section in the kind.
    pub id: String,
    /// Title.
    pub title: String,
    /// Contents in order.
    pub blocks: Vec<Block>,
}

/// How a column is set. All but two have one fixed width each, so that a table can be continued below itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// Takes the room that is left.
    Main,
    /// Takes half as much of it.
    Note,
    /// Number of the row.
    Index,
    /// A unit.
    Unit,
    /// A quantity.
    Quantity,
    /// An amount of money.
    Amount,
    /// A rate in per cent.
    Rate,
    /// A date.
    Date,
    /// A time of day, with a date where it is another day.
    Time,
    /// A duration.
    Duration,
    /// A measured value.
    Value,
    /// A tick or a cross with its word.
    Mark,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// How it is set.
    pub role: ColumnRole,
}

/// A sign drawn before the text of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// In order, there.
    Good,
    /// Not in order, missing.
    Bad,
    /// Does not apply.
    Neutral,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Cell {
    /// Text.
    pub text: String,
    /// Smaller second line, or empty.
    pub small: String,
    /// Sign, never without a text that says the same.
    pub mark: Option<Mark>,
}

impl Cell {
    /// A cell of text alone.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// One photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhotoView {
    /// Virtual path of the picture; nothing when it is not there (preview only).
    pub path: Option<String>,
    /// "Photo 1".
    pub title: String,
    /// Caption.
    pub caption: String,
    /// When it was taken, short hash.
    pub details: Vec<String>,
    /// Alternative text.
    pub alt: String,
}

/// Which of several sums stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Emphasis {
    /// None.
    None,
    /// The last one: what is to be paid.
    Last,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// Short labelled values, side by side.
    Facts {
        /// Title of the group (name of a machine), or empty.
        title: String,
        /// The values.
        facts: Vec<Fact>,
    },
    /// A labelled text of several lines.
    Text {
        /// Label and text.
        fact: Fact,
    },
    /// A table.
    Table {
        /// Columns.
        columns: Vec<Column>,
        /// Rows, each as long as `columns`.
        rows: Vec<Vec<Cell>>,
    },
    /// Sums under a table.
    Sums {
        /// The sums.
        facts: Vec<Fact>,
        /// Which of them stand out.
        emphasis: Emphasis,
    },
    /// One line in small print.
    Note {
        /// The line.
        text: String,
    },
    /// Photos.
    Photos {
        /// The photos.
        photos: Vec<PhotoView>,
    },
}
