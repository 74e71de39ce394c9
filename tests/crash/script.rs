//! What the actor and those who watch it agree on: the steps of a visit, the lines that announce them, and in which
//! places a step may leave a document.

use fieldseal_domain::ink::Ink;
use fieldseal_tests::workshop::ink_of;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One step of a visit: one call of a use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Step {
    /// The program starts and the passphrase opens the database.
    Unlock,
    /// The technician signs in.
    SignIn,
    /// A customer is made.
    Customer,
    /// A sheet is begun.
    New,
    /// It is filled in.
    Fill,
    /// Number and pages become final.
    Freeze,
    /// The tablet goes to the customer.
    HandOver,
    /// The customer has seen the page.
    Seen,
    /// The customer adds a remark: a new revision.
    Remark,
    /// One more stroke is drawn.
    Stroke,
    /// The customer signs.
    Sign,
    /// The technician takes the tablet back.
    TakeBack,
    /// The technician closes the file.
    Close,
}

/// A line of the actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// A step begins.
    Begin {
        /// Which.
        step: Step,
        /// On which document.
        doc: Option<Uuid>,
    },
    /// In the middle of a freeze: the pages are typeset, nothing is written yet.
    Typeset,
    /// A step is shown as done: from now on it must survive.
    Done {
        /// Which.
        step: Step,
        /// On which document.
        doc: Option<Uuid>,
        /// Its number, once it has one.
        number: String,
    },
}

/// Where a document stands on the disk. There is nothing between these places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// No event speaks of it.
    Absent,
    /// A draft of the technician.
    Draft {
        /// Whether it is filled in.
        filled: bool,
    },
    /// Frozen, with the technician.
    Frozen,
    /// Frozen, with the customer.
    AtCustomer {
        /// Whether the page was seen.
        seen: bool,
        /// Whether the customer's remark is in it.
        remarked: bool,
        /// Strokes of the ink draft.
        strokes: usize,
    },
    /// With the customer, whose remark is being typeset: the tablet stays locked.
    BetweenRevisions,
    /// Signed by the customer, who still holds the tablet.
    Signed,
    /// Signed by the customer, back with the technician.
    Back,
    /// Closed.
    Closed,
}

/// Strokes the customer draws.
pub const STROKES: usize = 4;

/// The customer's ink after so many strokes.
#[must_use]
pub fn ink_after(strokes: usize) -> Ink {
    let whole = ink_of(7);
    let (line, dash) = (&whole.strokes[0], &whole.strokes[1]);
    let pieces = [&line[..200], &line[200..400], &line[400..], &dash[..]];
    Ink { strokes: pieces[..strokes].iter().map(|piece| piece.to_vec()).collect(), ..whole.clone() }
}

/// Whether customers make remarks before they sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Customers {
    /// They only sign.
    Silent,
    /// Each of them makes one.
    Remarking,
}

impl Customers {
    /// As an argument of the actor.
    #[must_use]
    pub fn argument(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Remarking => "remarking",
        }
    }
}

/// Where a document stands after a whole step; several places where it also depends on what was there before.
#[must_use]
pub fn after(place: Place, step: Step) -> Vec<Place> {
    use Place::{Absent, AtCustomer, Back, BetweenRevisions, Closed, Draft, Frozen, Signed};
    let to = match (step, place) {
        (Step::Unlock | Step::SignIn | Step::Customer, place) => place,
        (Step::New, Absent) => Draft { filled: false },
        (Step::Fill, Draft { .. }) => Draft { filled: true },
        (Step::Freeze, Draft { filled: true }) => Frozen,
        (Step::HandOver, Frozen) => {
            let at = |remarked| AtCustomer { seen: false, remarked, strokes: 0 };
            return vec![at(false), at(true)];
        }
        (Step::Seen, AtCustomer { remarked, strokes, .. }) => AtCustomer { seen: true, remarked, strokes },
        (Step::Remark, AtCustomer { strokes, .. }) => AtCustomer { seen: false, remarked: true, strokes },
        (Step::Stroke, AtCustomer { seen, remarked, strokes }) => {
            AtCustomer { seen, remarked, strokes: strokes + 1 }
        }
        (Step::Sign, AtCustomer { .. }) => Signed,
        (Step::TakeBack, Signed) => Back,
        (Step::TakeBack, BetweenRevisions) => Draft { filled: true },
        (Step::Close, Back) => Closed,
        (step, place) => panic!("{step:?} cannot be done in {place:?}"),
    };
    vec![to]
}

/// Where a killed step may leave a document: where it was, or done; a remark has a place of its own in between.
#[must_use]
pub fn during(place: Place, step: Step) -> Vec<Place> {
    let mut places = after(place, step);
    places.push(place);
    if step == Step::Remark {
        places.push(Place::BetweenRevisions);
    }
    places
}
