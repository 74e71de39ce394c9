//! Intake against return: what was handed in, what goes back, what is missing.

use crate::{
    check::{Problem, ProblemCode, Severity},
    content::{Content, Presence},
    text,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of one accessory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AccessoryFate {
    /// Handed in and given back.
    Returned,
    /// Handed in and not given back.
    Missing,
    /// Handed in and not yet answered.
    Open,
    /// Given back though it was not on the intake.
    Added,
}

/// One row of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccessoryRow {
    /// Name as on the intake (or as on the return, when added).
    pub name: String,
    /// What became of it.
    pub fate: AccessoryFate,
}

/// Both documents side by side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Comparison {
    /// Accessories.
    pub accessories: Vec<AccessoryRow>,
    /// Condition at the intake.
    pub condition_before: String,
    /// Condition at the return.
    pub condition_after: String,
}

/// Compares a return with its intake. Names are equal when they fold to the same text.
pub fn compare(intake: &Content, back: &Content) -> Comparison {
    let handed_in: Vec<_> =
        intake.accessories.iter().filter(|item| item.presence == Presence::Present).collect();
    let key = |name: &str| text::fold(name.trim());
    let mut accessories: Vec<AccessoryRow> = handed_in
        .iter()
        .map(|item| {
            let answer = back.accessories.iter().find(|other| key(&other.name) == key(&item.name));
            let fate = match answer.map(|other| other.presence) {
                Some(Presence::Present) => AccessoryFate::Returned,
                Some(Presence::Missing) => AccessoryFate::Missing,
                None => AccessoryFate::Open,
            };
            AccessoryRow { name: item.name.clone(), fate }
        })
        .collect();
    let known = |name: &str| handed_in.iter().any(|item| key(&item.name) == key(name));
    let added =
        back.accessories.iter().filter(|item| item.presence == Presence::Present && !known(&item.name));
    accessories
        .extend(added.map(|item| AccessoryRow { name: item.name.clone(), fate: AccessoryFate::Added }));
    Comparison {
        accessories,
        condition_before: intake.field("condition").to_owned(),
        condition_after: back.field("condition").to_owned(),
    }
}

/// The comparison as problems: an unanswered accessory blocks, a missing one is a warning shown before signing.
pub fn accessory_problems(intake: &Content, back: &Content) -> Vec<Problem> {
    let row_problem = |row: AccessoryRow| {
        let (code, severity) = match row.fate {
            AccessoryFate::Open => (ProblemCode::AccessoryNotCompared, Severity::Blocking),
            AccessoryFate::Missing => (ProblemCode::AccessoryMissing, Severity::Warning),
            AccessoryFate::Returned | AccessoryFate::Added => return None,
        };
        Some(Problem { place: "accessories".into(), code, severity, about: row.name })
    };
    compare(intake, back).accessories.into_iter().filter_map(row_problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Accessory;

    fn with(names: &[(&str, Presence)]) -> Content {
        let accessories = names
            .iter()
            .map(|(name, presence)| Accessory {
                name: (*name).into(),
                presence: *presence,
                note: String::new(),
            })
            .collect();
        Content { accessories, ..Content::default() }
    }

    #[test]
    fn the_black_bag_that_did_not_come_back_is_named() {
        let intake = with(&[("încărcător 65 W", Presence::Present), ("geantă neagră", Presence::Present)]);
        let back = with(&[("Incarcator 65 W", Presence::Present), ("geantă neagră", Presence::Missing)]);
        let found = accessory_problems(&intake, &back);
        assert_eq!(found.len(), 1);
        assert!(
            found
                .iter()
                .all(|problem| problem.about == "geantă neagră" && problem.severity == Severity::Warning)
        );
        assert_eq!(accessory_problems(&intake, &with(&[])).len(), 2, "unanswered accessories block");
    }
}
