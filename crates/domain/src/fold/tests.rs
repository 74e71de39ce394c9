#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    acceptance::NoSignatureReason,
    content::{ChecklistRow, Line, TemplateRef},
    event::{Change, ReadEvent},
    hash::ContentHash,
    hlc::Hlc,
};
use proptest::prelude::*;

fn frozen(revision: u32) -> Event {
    Event::Frozen(Box::new(FrozenRevision {
        number: "FS-2026-RO1-00001".into(),
        revision,
        content_hash: ContentHash(Digest::of(b"content")),
        file: FileHash(Digest::of(b"file")),
        pages: 2,
        size: 1,
        template: TemplateRef { id: "standard".into(), hash: Digest::of(b"t") },
        slots: vec!["customer".into(), "technician".into()],
        edits: None,
        by: Uuid::nil(),
    }))
}

fn not_signed(reason: NoSignatureReason) -> Event {
    Event::NotSigned {
        slot: EmptySlot { slot: "customer".into(), reason, note: String::new() },
        by_customer: true,
    }
}

fn fold(events: &[Event]) -> DocumentState {
    DocumentState::fold((1..).zip(events).map(|(n, event)| FoldEntry {
        id: Digest::of(format!("{n}").as_bytes()),
        place: Place { hlc: Hlc(n), device: "T1".into(), n },
        critical: event.is_critical(),
        event: ReadEvent::Known(Box::new(event.clone())),
        facts: None,
        here: false,
    }))
}

fn created() -> Event {
    Event::Created { content: Box::default(), origin: None, by: Uuid::nil() }
}

#[test]
fn a_wrong_freeze_can_be_taken_back_and_keeps_its_number() {
    let state = fold(&[created(), frozen(0), Event::TakenBack { reason: "typo".into(), by: None }]);
    assert_eq!(state.status, Status::Draft);
    assert_eq!(state.number.as_deref(), Some("FS-2026-RO1-00001"));
    assert_eq!(state.next_revision, 1);
    assert_eq!(state.may(&Move::Discard), Err(MoveError::HasNumber), "the series must have no hole");
    assert_eq!(state.may(&Move::Cancel), Ok(()));
}

#[test]
fn a_customer_who_may_not_sign_is_not_one_who_declines() {
    let unavailable = fold(&[created(), frozen(0), not_signed(NoSignatureReason::NoAuthority)]);
    assert_eq!(unavailable.outcome(), Outcome::Unavailable);
    assert_eq!(unavailable.may(&Move::Close), Ok(()));
    let declined = fold(&[created(), frozen(0), not_signed(NoSignatureReason::Price)]);
    assert_eq!(declined.outcome(), Outcome::Declined);
}

#[test]
fn nothing_follows_a_closed_document() {
    let by = Uuid::nil();
    let closing = Event::Closed { outcome: Outcome::Declined, sealed: FileHash(Digest::default()), by };
    let state = fold(&[created(), frozen(0), not_signed(NoSignatureReason::Price), closing]);
    assert_eq!(state.status, Status::Declined);
    for wanted in
        [Move::Edit, Move::Freeze, Move::TakeBack, Move::Sign("customer"), Move::Close, Move::Cancel]
    {
        assert_eq!(state.may(&wanted), Err(MoveError::Closed), "{wanted:?}");
    }
}

#[test]
fn it_is_not_closed_while_the_customer_has_not_answered() {
    let state = fold(&[created(), frozen(0)]);
    assert_eq!(state.may(&Move::Close), Err(MoveError::OthersOpen));
    assert_eq!(state.may(&Move::Sign("stranger")), Err(MoveError::SlotTaken));
}

#[test]
fn what_no_event_has_room_for_is_named() {
    let mut content = Content {
        lines: vec![Line::default(), Line { description: "ж".repeat(20_000), ..Line::default() }],
        site: "漢".repeat(20_000),
        ..Content::default()
    };
    assert!(too_large(&content).is_empty(), "an event of its own has room for each");
    content.lines[1].description = "🦄".repeat(20_000);
    content.fields.insert("fault".into(), "\"".repeat(40_000));
    content.checklist = vec![ChecklistRow { text: "x".repeat(60), ..ChecklistRow::default() }; 700];
    assert_eq!(too_large(&content), ["/checklist", "/fields/fault", "/lines/1/description"]);
}

fn content_strategy() -> impl Strategy<Value = Content> {
    let fields = proptest::collection::btree_map("[a-z~/]{1,6}", ".{0,12}", 0..5);
    (fields, ".{0,12}", ".{0,12}").prop_map(|(fields, site, name)| {
        let mut content = Content { fields, site, ..Content::default() };
        content.customer.name = name;
        content
    })
}

fn rows_strategy() -> impl Strategy<Value = Vec<ChecklistRow>> {
    let row = ("[a-zж]{0,90}", "[a-z]{0,90}");
    proptest::collection::vec(row.prop_map(|(text, note)| ChecklistRow { text, answer: None, note }), 0..6)
}

/// The events of one sitting, as the app writes them.
fn sitting(state: &DocumentState, new: &Content) -> Vec<Event> {
    let event = |portion: BTreeMap<String, serde_json::Value>| {
        let over = |(at, value): (String, serde_json::Value)| {
            let parent = state.parent_of(&at);
            (at, Change { value, parent })
        };
        Event::FieldsChanged { changes: portion.into_iter().map(over).collect(), by: Uuid::nil() }
    };
    portions(&state.content, new, 300).unwrap().into_iter().map(event).collect()
}

proptest! {
    /// Would turn red if a row were lost, doubled or put at another place when a long list is written in portions.
    #[test]
    fn a_list_in_portions_is_the_list(sittings in proptest::collection::vec(rows_strategy(), 1..5)) {
        let mut events = vec![created()];
        for rows in sittings {
            let state = fold(&events);
            let mut new = state.content.clone();
            new.checklist = rows;
            events.extend(sitting(&state, &new));
            prop_assert_eq!(fold(&events).content, new);
        }
    }

    /// Would turn red if a changed, added or removed part were lost between a draft and its event.
    #[test]
    fn applying_the_difference_gives_the_new_content(old in content_strategy(), new in content_strategy()) {
        let changes = diff(&old, &new).unwrap();
        let changes = changes.into_iter().map(|(at, value)| (at, Change { value, parent: None })).collect();
        let first = Event::Created { content: Box::new(old), origin: None, by: Uuid::nil() };
        let state = fold(&[first, Event::FieldsChanged { changes, by: Uuid::nil() }]);
        prop_assert_eq!(state.content, new);
    }
}
