//! What becomes of a document when devices did not know of each other: one story for each rule.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod world;

use fieldseal_domain::{
    Digest,
    content::ChecklistRow,
    event::{Choice, Event},
    facts::{QuarantineReason, Verdict},
    fold::{EndKind, Move, MoveError, SlotState, Standing, Status, Weight},
    role::Role,
};
use world::{MINUTE, TEN, World, by};

/// A draft that tablet and office both have.
fn shared() -> World {
    let mut world = World::new();
    world.create("T1");
    world.edit("T1", |content| content.site = "Depot".into());
    world.sync("T1");
    world.sync("T2");
    world.sync("office");
    world
}

fn hours(world: &mut World, device: &str, hours: &str, wall: u64) -> Digest {
    world.edit_at(device, wall, |content| drop(content.fields.insert("hours".into(), hours.into())))
}

/// The checklist gets these rows; each is too long for what one save may hold, so several events are written.
fn rows(world: &mut World, device: &str, texts: &[&str], wall: u64) -> Digest {
    let row = |text: &&str| ChecklistRow { text: text.repeat(100), ..ChecklistRow::default() };
    world.edit_at(device, wall, |content| content.checklist = texts.iter().map(row).collect())
}

fn settle(world: &mut World) {
    for device in ["T1", "T2", "office", "T1", "T2", "office"] {
        world.sync(device);
    }
    let all = world.all();
    for device in ["T1", "T2", "office"] {
        assert_eq!(world.on(device), all, "{device} sees what everybody sees");
    }
}

#[test]
fn a_changes_of_different_parts_both_hold() {
    let mut world = shared();
    hours(&mut world, "T1", "3", TEN);
    world.edit("office", |content| content.customer.phone = "0700".into());
    settle(&mut world);
    let state = world.all();
    assert_eq!(
        (state.content.fields["hours"].as_str(), state.content.customer.phone.as_str()),
        ("3", "0700")
    );
    assert!(state.field_conflicts.is_empty());
}

/// Red if the texts of one list went into the rows of another.
#[test]
fn a_long_lists_changed_at_the_same_time_are_two_lists_and_not_a_mixture() {
    let mut world = shared();
    rows(&mut world, "T1", &["a", "b", "c"], TEN);
    settle(&mut world);
    let earlier = rows(&mut world, "T1", &["b", "c"], TEN + 5 * MINUTE);
    let later = rows(&mut world, "office", &["a", "b", "d", "e"], TEN + 7 * MINUTE);
    world.now += 8 * MINUTE;
    settle(&mut world);
    let state = world.all();
    let first = |state: &fieldseal_domain::fold::DocumentState| -> String {
        state.content.checklist.iter().filter_map(|row| row.text.chars().next()).collect()
    };
    assert_eq!(first(&state), "abde");
    assert!(state.content.checklist.iter().all(|row| row.text.len() == 100), "whole");
    let [conflict] = state.field_conflicts.as_slice() else { panic!("{:?}", state.field_conflicts) };
    assert_eq!((conflict.pointer.as_str(), conflict.winner.id), ("/checklist", later));
    assert_eq!(conflict.losers[0].id, earlier);
    let choice = Choice::Field { pointer: "/checklist".into(), operative: earlier, over: vec![later] };
    world.write("office", &Event::ConflictResolved { choice, by: by() });
    settle(&mut world);
    assert_eq!(first(&world.all()), "bc");
    rows(&mut world, "T2", &["b", "x"], TEN + 9 * MINUTE);
    settle(&mut world);
    assert_eq!(first(&world.all()), "bx");
    assert!(world.all().field_conflicts.is_empty());
}

#[test]
fn b_of_two_values_of_a_part_the_later_holds_and_the_other_is_kept_until_somebody_chooses() {
    let mut world = shared();
    let earlier = hours(&mut world, "T1", "3", TEN + 5 * MINUTE);
    let later = hours(&mut world, "office", "4", TEN + 7 * MINUTE);
    world.now += 8 * MINUTE;
    settle(&mut world);
    let state = world.all();
    assert_eq!(state.content.fields["hours"], "4");
    let [conflict] = state.field_conflicts.as_slice() else { panic!("{:?}", state.field_conflicts) };
    assert_eq!(conflict.pointer, "/fields/hours");
    assert_eq!((conflict.winner.id, conflict.losers[0].id), (later, earlier));
    assert_eq!((conflict.losers[0].value.as_str(), conflict.losers[0].device.as_str()), (Some("3"), "T1"));

    let choice = Choice::Field { pointer: conflict.pointer.clone(), operative: earlier, over: vec![later] };
    assert_eq!(state.may(&Move::Resolve(&choice)), Ok(()));
    world.write("office", &Event::ConflictResolved { choice: choice.clone(), by: by() });
    settle(&mut world);
    let state = world.all();
    assert_eq!(state.content.fields["hours"], "3");
    assert!(state.field_conflicts.is_empty());
    assert_eq!(state.may(&Move::Resolve(&choice)), Err(MoveError::NothingToAnswer));
    hours(&mut world, "T2", "5", TEN + 9 * MINUTE);
    settle(&mut world);
    assert_eq!(world.all().content.fields["hours"], "5");
    assert!(world.all().field_conflicts.is_empty(), "a change made over the choice is a plain change");
}

#[test]
fn b_who_had_seen_the_other_value_makes_a_plain_change() {
    let mut world = shared();
    hours(&mut world, "T1", "3", TEN + 5 * MINUTE);
    world.sync("T1");
    world.sync("office");
    hours(&mut world, "office", "4", TEN - 60 * MINUTE);
    settle(&mut world);
    assert_eq!(world.all().content.fields["hours"], "4", "although the office's clock is an hour late");
    assert!(world.all().field_conflicts.is_empty());
}

#[test]
fn b_the_same_value_twice_is_no_conflict() {
    let mut world = shared();
    hours(&mut world, "T1", "3", TEN);
    hours(&mut world, "office", "3", TEN + MINUTE);
    settle(&mut world);
    assert!(world.all().field_conflicts.is_empty());
}

#[test]
fn c_the_document_closes_as_the_customer_saw_it_and_a_later_edit_is_an_amendment() {
    let mut world = shared();
    world.freeze("T1");
    world.now += MINUTE;
    world.edit("office", |content| content.remark = "new price".into());
    world.sync("office");
    world.now += 2 * MINUTE;
    let signed = world.sign("T1", "customer");
    world.sign("T1", "technician");
    settle(&mut world);
    let state = world.all();
    assert_eq!(state.status, Status::Signed);
    assert_eq!(state.content.remark, "", "what was signed is what was shown");
    assert_eq!(state.amendment.as_ref().unwrap().remark, "new price");

    // The office clears the acceptance: the same number, the next revision has the amendment.
    let clear = clear(signed);
    assert_eq!(state.may(&Move::ClearAcceptance(&signed)), Ok(()));
    world.write("office", &clear);
    settle(&mut world);
    let state = world.all();
    assert_eq!((state.status, state.content.remark.as_str()), (Status::Draft, "new price"));
    assert_eq!((state.versions[0].standing.clone(), state.next_revision), (Standing::Cleared, 1));
    assert_eq!(state.evidence.len(), 2, "the earlier signatures stay");
    assert_eq!(state.may(&Move::ClearAcceptance(&signed)), Err(MoveError::NothingToAnswer));
    world.freeze("T1");
    world.sign("T1", "customer");
    world.sign("T1", "technician");
    let state = world.all();
    assert_eq!((state.status, state.versions.len()), (Status::Signed, 2));
    assert_eq!(state.number.as_deref(), Some("FS-2026-T1-00001"), "the number stays");
    assert!(state.slot_conflicts.is_empty() && state.amendment.is_none());
}

fn clear(signed: Digest) -> Event {
    Event::AcceptanceCleared { signed, role: Role::Office, reason: "wrong price".into(), by: by() }
}

#[test]
fn c_an_edit_from_before_the_freeze_that_the_tablet_had_not_pulled_is_not_in_what_was_signed() {
    let mut world = shared();
    world.edit("office", |content| content.remark = "unknown to the tablet".into());
    world.sync("office");
    world.now += MINUTE;
    world.freeze("T1");
    settle(&mut world);
    let state = world.all();
    assert_eq!((state.status, state.content.remark.as_str()), (Status::Ready, ""));
    assert_eq!(state.amendment.unwrap().remark, "unknown to the tablet");
}

#[test]
fn d_a_clock_a_day_ahead_wins_nothing_once_the_server_has_seen_it() {
    let mut world = shared();
    let tomorrow = TEN + 24 * 60 * MINUTE;
    hours(&mut world, "T1", "3", tomorrow);
    assert_eq!(world.on("T1").content.fields["hours"], "3");
    world.now += 10 * MINUTE;
    world.sync("T1");
    world.now += 10 * MINUTE;
    let now = world.now;
    hours(&mut world, "office", "4", now);
    world.now += 10 * MINUTE;
    world.sync("office");
    settle(&mut world);
    assert_eq!(world.all().content.fields["hours"], "4");
    assert_eq!(world.all().field_conflicts.len(), 1);

    world.freeze("T2");
    let signed = world.write_at_tomorrow();
    settle(&mut world);
    let state = world.all();
    let found = state.evidence.iter().find(|e| e.id == signed).unwrap();
    assert_eq!(found.weight, Weight::Operative, "a signature is never refused because of its clock");
}

impl World {
    /// Signs on a tablet whose clock is a day ahead.
    fn write_at_tomorrow(&mut self) -> Digest {
        let now = self.now;
        self.now += 24 * 60 * MINUTE;
        let id = self.sign("T2", "customer");
        self.now = now;
        id
    }
}

#[test]
fn e_of_two_signatures_on_one_content_the_first_in_the_log_counts_and_the_other_is_kept() {
    let mut world = shared();
    world.freeze("T1");
    world.sync("T1");
    world.sync("T2");
    let second = world.sign("T1", "customer");
    let first = world.sign("T2", "customer");
    assert!(!world.on("T2").is_confirmed(), "signed, awaiting confirmation");
    world.sync("T2");
    world.sync("T1");
    let state = world.all();
    let weight = |id: Digest| state.evidence.iter().find(|e| e.id == id).unwrap().weight;
    assert_eq!((weight(first), weight(second)), (Weight::Operative, Weight::Duplicate));
    assert!(state.slot_conflicts.is_empty() && state.is_confirmed());
    assert_eq!(state.status, Status::PartiallySigned);
}

#[test]
fn e_the_signature_in_the_closed_file_is_the_one_that_counts() {
    let mut world = shared();
    world.freeze("T1");
    world.sync("T1");
    world.sync("T2");
    let lonely = world.sign("T1", "customer");
    world.sync("T1");
    let customer = world.sign("T2", "customer");
    world.sign("T2", "technician");
    world.sync("T2");
    let state = world.all();
    let operative = |id: Digest| state.evidence.iter().any(|e| e.id == id && e.weight == Weight::Operative);
    assert!(operative(customer) && !operative(lonely), "the closed file holds the other one");
    assert_eq!(state.status, Status::Signed);
    assert_eq!(state.file, Some(state.versions[0].file));
    let last = state.evidence.iter().filter(|e| e.slot == "technician").map(|e| e.sealed).next();
    assert_eq!(state.file, last);
}

#[test]
fn e_two_contents_signed_at_once_are_a_conflict_until_the_office_chooses() {
    let mut world = shared();
    world.freeze("T1");
    world.freeze("T2");
    let one = world.sign("T1", "customer");
    let other = world.sign("T2", "customer");
    world.sync("T2");
    world.sync("T1");
    let state = world.all();
    assert!(state.needs_decision());
    let [conflict] = state.slot_conflicts.as_slice() else { panic!("{:?}", state.slot_conflicts) };
    assert_eq!(conflict.signatures, [other, one], "the first in the log holds for now");
    let choice = Choice::Slot { slot: "customer".into(), operative: one };
    assert_eq!(state.may(&Move::Resolve(&choice)), Ok(()));
    world.write("office", &Event::ConflictResolved { choice, by: by() });
    settle(&mut world);
    let state = world.all();
    assert!(state.slot_conflicts.is_empty() && state.evidence.len() == 2);
    assert_eq!(state.number.as_deref(), Some("FS-2026-T1-00001"));
    let rival = state.versions.iter().find(|version| version.standing == Standing::Rival).unwrap();
    assert_eq!(rival.frozen.number, "FS-2026-T2-00001");
}

#[test]
fn f_a_void_and_a_signature_that_did_not_know_of_each_other() {
    let mut world = shared();
    world.freeze("T1");
    world.sync("T1");
    world.sync("office");
    let void = world.void("office");
    world.sync("office");
    assert_eq!(world.on("office").status, Status::Voided);
    world.now += 30 * MINUTE;
    world.sign("T1", "customer");
    settle(&mut world);
    let state = world.all();
    assert_eq!(state.status, Status::PartiallySigned, "a customer's signature is never erased by a race");
    assert_eq!((state.requested[0].id, state.requested[0].kind), (void, EndKind::Voided));
    assert_eq!(state.may(&Move::AnswerVoid(&void)), Ok(()));

    let mut withdrawn = world.clone();
    withdrawn.write("office", &Event::VoidWithdrawn { void, by: by() });
    settle(&mut withdrawn);
    assert!(withdrawn.all().requested.is_empty());
    assert_eq!(withdrawn.all().status, Status::PartiallySigned);

    world.write("office", &Event::VoidConfirmed { void, by: by() });
    settle(&mut world);
    let state = world.all();
    assert_eq!((state.status, state.evidence.len()), (Status::Voided, 1));
    for wanted in [Move::Edit, Move::Freeze, Move::Sign("technician"), Move::Cancel, Move::Void] {
        assert_eq!(state.may(&wanted), Err(MoveError::Closed), "{wanted:?}");
    }
}

#[test]
fn f_a_void_that_knew_the_signature_ends_the_document_and_keeps_the_file() {
    let mut world = shared();
    world.freeze("T1");
    world.sign("T1", "customer");
    world.sign("T1", "technician");
    world.sync("T1");
    world.sync("office");
    world.void("office");
    settle(&mut world);
    let state = world.all();
    assert_eq!(state.status, Status::Voided);
    assert!(state.file.is_some() && state.requested.is_empty());
    assert!(state.evidence.iter().all(|e| e.weight == Weight::Operative));
}

#[test]
fn f_what_is_signed_though_the_void_was_known_does_not_count() {
    let mut world = shared();
    world.freeze("T1");
    // A program that does not ask what is allowed.
    let mut careless = world.clone();
    careless.sign("T1", "customer");
    world.void("T1");
    assert_eq!(world.on("T1").may(&Move::Sign("customer")), Err(MoveError::Closed));
    world.write("T1", &careless.log.last().unwrap().event());
    settle(&mut world);
    let state = world.all();
    assert_eq!((state.status, state.evidence[0].weight), (Status::Voided, Weight::AfterVoid));
}

#[test]
fn a_no_and_a_yes_of_the_customer_at_once_the_signature_wins() {
    let mut world = shared();
    world.freeze("T1");
    world.sync("T1");
    world.sync("T2");
    world.decline("T1");
    world.sign("T1", "technician");
    assert_eq!(world.on("T1").status, Status::Declined);
    world.sign("T2", "customer");
    settle(&mut world);
    let state = world.all();
    assert!(matches!(state.slot("customer"), Some(SlotState::Signed(_))));
    assert_eq!(state.status, Status::PartiallySigned, "a closing that denies the signature does not count");
}

#[test]
fn taking_back_a_freeze_that_was_signed_meanwhile_does_nothing() {
    let mut world = shared();
    world.freeze("T1");
    world.sync("T1");
    world.sync("T2");
    world.sign("T2", "customer");
    world.write("T1", &Event::TakenBack { reason: "typo".into(), by: None });
    assert_eq!(world.on("T1").status, Status::Draft);
    settle(&mut world);
    assert_eq!(world.all().status, Status::PartiallySigned);
}

#[test]
fn cancelling_what_was_signed_meanwhile_is_a_request() {
    let mut world = shared();
    world.freeze("T1");
    world.sync("T1");
    world.sync("T2");
    world.sign("T2", "customer");
    let cancelled = world.write("T1", &Event::Cancelled { reason: "nobody there".into(), by: by() });
    assert_eq!(world.on("T1").status, Status::Cancelled);
    settle(&mut world);
    let state = world.all();
    assert_eq!((state.status, state.requested[0].id), (Status::PartiallySigned, cancelled));
    assert_eq!(state.requested[0].kind, EndKind::Cancelled);
}

#[test]
fn a_draft_thrown_away_here_and_frozen_there_is_not_lost() {
    let mut world = shared();
    world.freeze("T1");
    world.write("T2", &Event::DraftDiscarded { by: by() });
    assert!(world.on("T2").discarded);
    settle(&mut world);
    assert_eq!((world.all().discarded, world.all().status), (false, Status::Ready));
}

#[test]
fn g_what_a_restored_tablet_wrote_twice_comes_back_and_nothing_is_lost() {
    let mut world = shared();
    world.freeze("T1");
    let image = world.clone();
    world.sign("T1", "customer");
    world.push("T1");
    // The old image signs again: the same numbers of the journal, other entries.
    let mut restored = image.clone();
    restored.now += MINUTE;
    let again = restored.sign("T1", "customer");
    let tail: Vec<Event> = restored.log.iter().skip(image.log.len()).map(world::Written::recovered).collect();
    for event in &tail {
        world.write("T1b", event);
    }
    world.push("T1b");
    let state = world.all();
    assert_eq!(state.evidence.len(), 2);
    let found = state.evidence.iter().find(|e| e.id == again).expect("it has its own id");
    assert_eq!((found.weight, found.device.as_str()), (Weight::Duplicate, "T1"));
}

#[test]
fn what_is_set_aside_counts_once_the_office_lets_it_in() {
    let mut world = shared();
    world.freeze("T1");
    let signed = world.sign("T1", "customer");
    settle(&mut world);
    world.set_verdict(signed, Verdict::Quarantined(QuarantineReason::Revoked));
    assert_eq!((world.all().status, world.all().quarantined), (Status::Ready, vec![signed]));
    let answer =
        |accept| Event::QuarantineAnswered { entry: signed, accept, reason: "asked".into(), by: by() };
    world.write("office", &answer(true));
    assert_eq!(world.all().status, Status::PartiallySigned);
    world.write("office", &answer(false));
    assert_eq!(world.all().status, Status::Ready, "the last answer holds");
    assert!(world.all().quarantined.is_empty(), "nobody is asked twice");
}

#[test]
fn a_recovered_entry_that_is_set_aside_is_answered_by_the_entry_that_carries_it() {
    let mut world = shared();
    world.freeze("T1");
    let mut image = world.clone();
    image.sign("T1", "customer");
    let carrier = world.write("T1b", &image.log.last().unwrap().recovered());
    world.push("T1b");
    world.set_verdict(carrier, Verdict::Quarantined(QuarantineReason::UnknownJournal));
    assert_eq!((world.all().status, world.all().quarantined), (Status::Ready, vec![carrier]));
    let reason = "asked".to_owned();
    let accept = Event::QuarantineAnswered { entry: carrier, accept: true, reason, by: by() };
    world.write("office", &accept);
    assert_eq!(world.all().status, Status::PartiallySigned);
}

#[test]
fn a_draft_thrown_away_here_and_written_on_there_is_not_lost() {
    let mut world = shared();
    world.write("T2", &Event::DraftDiscarded { by: by() });
    world.now += MINUTE;
    world.edit("T1", |content| content.remark = "still at it".into());
    settle(&mut world);
    assert_eq!((world.all().discarded, world.all().content.remark.as_str()), (false, "still at it"));
}

#[test]
fn what_was_erased_is_gone_for_everybody_and_the_document_stays_as_it_is() {
    let mut world = shared();
    world.freeze("T1");
    let signed = world.sign("T1", "customer");
    let entries = vec![signed];
    world.write("office", &Event::Erased { entries, rule: "10y".into(), kept: None, by: by() });
    let state = world.all();
    assert!(state.erased && state.evidence.is_empty());
    assert_eq!(state.may(&Move::Sign("customer")), Err(MoveError::ReadOnly));
    world.write("office", &Event::LegalHold { on: true, reason: "case 7".into(), by: by() });
    assert!(world.all().legal_hold);
}
