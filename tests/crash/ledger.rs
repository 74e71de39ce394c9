//! What the actor has announced: the promises that a kill must not break.

use crate::script::{Line, Place, Step, after, during};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is known of one document.
#[derive(Debug, Default)]
pub struct Promise {
    /// Where it stands. Several only until the disk was looked at.
    pub places: Vec<Place>,
    /// Its number, once announced or found.
    pub number: String,
}

/// All promises.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By document.
    pub docs: BTreeMap<Uuid, Promise>,
    /// The document of the visit that goes on.
    pub current: Option<Uuid>,
    /// The step that was begun and not announced as done.
    pub in_flight: Option<Step>,
    /// Customers announced.
    pub customers: usize,
}

impl Ledger {
    /// Takes note of a line.
    pub fn hear(&mut self, line: &Line) {
        match line {
            Line::Begin { step, doc } => {
                self.in_flight = Some(*step);
                self.current = doc.or(self.current);
            }
            Line::Typeset => {}
            Line::Done { step, doc, number } => {
                self.in_flight = None;
                self.done(*step, *doc, number);
            }
        }
    }

    fn done(&mut self, step: Step, doc: Option<Uuid>, number: &str) {
        match step {
            Step::Unlock | Step::SignIn => return,
            Step::Customer => return self.customers += 1,
            Step::New => {
                let doc = doc.expect("a new document has an id");
                self.docs.insert(doc, Promise { places: vec![Place::Absent], number: String::new() });
                self.current = Some(doc);
            }
            Step::Fill
            | Step::Freeze
            | Step::HandOver
            | Step::Seen
            | Step::Remark
            | Step::Stroke
            | Step::Sign
            | Step::TakeBack
            | Step::Close => {}
        }
        let doc = self.current.expect("a step has a document");
        let promise = self.docs.get_mut(&doc).expect("a known document");
        promise.places = promise.places.iter().flat_map(|place| after(*place, step)).collect();
        if promise.number.is_empty() {
            number.clone_into(&mut promise.number);
        }
        assert!(
            number.is_empty() || promise.number == number,
            "{doc} had the number {}, now {number}",
            promise.number
        );
    }

    /// Where a document may stand after a kill now.
    pub fn allowed(&self, doc: Uuid) -> Vec<Place> {
        let Some(promise) = self.docs.get(&doc) else {
            assert_eq!(self.in_flight, Some(Step::New), "{doc} came from nowhere");
            return vec![Place::Draft { filled: false }];
        };
        match self.in_flight {
            Some(step) if self.current == Some(doc) && step != Step::New => {
                promise.places.iter().flat_map(|place| during(*place, step)).collect()
            }
            Some(_) | None => promise.places.clone(),
        }
    }

    /// What was found on the disk is what counts from now on.
    pub fn settle(&mut self, doc: Uuid, place: Place, number: &str) {
        let promise = self.docs.entry(doc).or_default();
        promise.places = vec![place];
        assert!(
            promise.number.is_empty() || promise.number == number,
            "{doc}: the number {} became {number}",
            promise.number
        );
        number.clone_into(&mut promise.number);
        if place != Place::Closed {
            self.current = Some(doc);
        }
    }
}
