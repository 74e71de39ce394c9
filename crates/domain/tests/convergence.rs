//! Whatever several devices do without knowing of each other: who has the same entries sees the same document, in
//! whatever order and however often they came, and no signature is ever lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod world;

use fieldseal_domain::{
    Digest,
    content::ChecklistRow,
    event::{Choice, Event},
    fold::{DocumentState, EndKind, FoldEntry, Move, Status, Weight},
    role::Role,
};
use proptest::prelude::*;
use world::{MINUTE, World, by};

const DEVICES: [&str; 3] = ["T1", "T2", "office"];

/// One thing somebody tries; what the state on that device does not allow is not done.
#[derive(Debug, Clone, Copy)]
enum Act {
    Sync,
    Edit(u8),
    Row(u8),
    Freeze,
    Customer,
    Decline,
    Close,
    TakeBack,
    Cancel,
    Void,
    AnswerVoid(bool),
    Clear,
    Resolve,
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act, u64)>> {
    let act = prop_oneof![
        4 => Just(Act::Sync),
        3 => (0_u8..4).prop_map(Act::Edit),
        2 => (0_u8..4).prop_map(Act::Row),
        3 => Just(Act::Freeze),
        3 => Just(Act::Customer),
        1 => Just(Act::Decline),
        2 => Just(Act::Close),
        1 => Just(Act::TakeBack),
        1 => Just(Act::Cancel),
        1 => Just(Act::Void),
        1 => any::<bool>().prop_map(Act::AnswerVoid),
        1 => Just(Act::Clear),
        2 => Just(Act::Resolve),
    ];
    proptest::collection::vec((0..DEVICES.len(), act, 0_u64..4), 1..40)
}

fn played(acts: &[(usize, Act, u64)]) -> World {
    let mut world = World::new();
    world.create("T1");
    for device in DEVICES {
        world.sync(device);
    }
    for (device, act, minutes) in acts {
        world.now += minutes * MINUTE;
        play(&mut world, DEVICES[*device], *act);
    }
    world
}

fn play(world: &mut World, device: &str, act: Act) {
    let state = world.on(device);
    let may = |wanted: &Move<'_>| state.may(wanted).is_ok();
    match act {
        Act::Sync => world.sync(device),
        Act::Edit(n) if may(&Move::Edit) => {
            let value = format!("{device} {}", world.log.len());
            world.edit(device, |content| drop(content.fields.insert(format!("field{n}"), value)));
        }
        Act::Row(n) if may(&Move::Edit) => {
            let text = format!("{device} {} {}", world.log.len(), "x".repeat(usize::from(n) * 60));
            world.edit(device, |content| {
                let at = usize::from(n).min(content.checklist.len());
                content.checklist.insert(at, ChecklistRow { text, ..ChecklistRow::default() });
                content.checklist.truncate(6);
            });
        }
        Act::Freeze if may(&Move::Freeze) => {
            world.freeze(device);
        }
        Act::Customer if may(&Move::Sign("customer")) => {
            world.sign(device, "customer");
        }
        Act::Decline if may(&Move::LeaveEmpty("customer")) => world.decline(device),
        Act::Close if may(&Move::Close) && may(&Move::Sign("technician")) => {
            world.sign(device, "technician");
        }
        Act::TakeBack if may(&Move::TakeBack) => {
            world.write(device, &Event::TakenBack { reason: "x".into(), by: None });
        }
        Act::Cancel if may(&Move::Cancel) => {
            world.write(device, &Event::Cancelled { reason: "x".into(), by: by() });
        }
        Act::Void if may(&Move::Void) => {
            world.void(device);
        }
        Act::AnswerVoid(confirm) => {
            if let Some(end) = state.requested.first() {
                let (void, by) = (end.id, by());
                let answer = Event::VoidConfirmed { void, by };
                world.write(device, &if confirm { answer } else { Event::VoidWithdrawn { void, by } });
            }
        }
        Act::Clear => {
            let found = state.evidence.iter().find(|e| may(&Move::ClearAcceptance(&e.id)));
            if let Some(signed) = found.map(|e| e.id) {
                let (role, reason) = (Role::Office, "x".into());
                world.write(device, &Event::AcceptanceCleared { signed, role, reason, by: by() });
            }
        }
        Act::Resolve => resolve(world, device, &state),
        _ => {}
    }
}

fn resolve(world: &mut World, device: &str, state: &DocumentState) {
    let field = state.field_conflicts.first().map(|conflict| Choice::Field {
        pointer: conflict.pointer.clone(),
        operative: conflict.losers[0].id,
        over: conflict.losers.iter().map(|loser| loser.id).chain([conflict.winner.id]).collect(),
    });
    let slot = state
        .slot_conflicts
        .first()
        .map(|conflict| Choice::Slot { slot: conflict.slot.clone(), operative: conflict.signatures[0] });
    if let Some(choice) = field.or(slot) {
        assert_eq!(state.may(&Move::Resolve(&choice)), Ok(()));
        world.write(device, &Event::ConflictResolved { choice, by: by() });
    }
}

/// All there is, once everybody has sent everything.
fn settled(world: &mut World) -> Vec<FoldEntry> {
    world.now += 10 * MINUTE;
    DEVICES.iter().for_each(|device| world.push(device));
    DEVICES.iter().for_each(|device| world.sync(device));
    world.log.iter().map(world::Written::entry).collect()
}

fn signatures(world: &World) -> Vec<Digest> {
    world.log.iter().filter(|w| w.header.kind == "signed").map(world::Written::id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Would turn red if the outcome hung on the order of arrival, on a repeat, or on who delivered an entry.
    #[test]
    fn order_and_repeats_change_nothing(acts in acts(), keys in proptest::collection::vec(any::<u32>(), 200)) {
        let mut world = played(&acts);
        let entries = settled(&mut world);
        let state = DocumentState::fold(entries.clone());
        let mut twice: Vec<(u32, FoldEntry)> =
            keys.into_iter().zip(entries.iter().chain(&entries).cloned()).collect();
        let once = entries.into_iter().map(|entry| (0, entry));
        twice.extend(once);
        twice.sort_by_key(|(key, _)| *key);
        prop_assert_eq!(&DocumentState::fold(twice.into_iter().map(|(_, entry)| entry)), &state);
        for device in DEVICES {
            prop_assert_eq!(&world.on(device), &state, "{}", device);
        }
    }

    /// Would turn red if a journal's tail that comes back inside another journal were not what it had been.
    #[test]
    fn recovered_entries_are_what_they_were(acts in acts(), cut in any::<prop::sample::Index>()) {
        let mut world = played(&acts);
        let entries = settled(&mut world);
        let state = DocumentState::fold(entries.clone());
        let at = cut.index(entries.len());
        let mut again = entries.clone();
        for (entry, written) in entries.iter().zip(&world.log).skip(at) {
            let event = written.recovered();
            let place = fieldseal_domain::fold::Place { device: "new".into(), ..entry.place.clone() };
            let id = Digest::in_context("carrier", &entry.id.0);
            let event = fieldseal_domain::event::ReadEvent::Known(Box::new(event));
            again.push(FoldEntry { id, place, critical: true, event, facts: entry.facts, here: false });
        }
        prop_assert_eq!(&DocumentState::fold(again.clone()), &state, "beside the originals");
        again.drain(at..entries.len());
        prop_assert_eq!(&DocumentState::fold(again), &state, "instead of the originals");
    }

    /// Would turn red if a signature could vanish, count twice, or be undone by somebody who did not know of it.
    #[test]
    fn no_signature_is_lost(acts in acts()) {
        let mut world = played(&acts);
        let state = DocumentState::fold(settled(&mut world));
        let mut found: Vec<Digest> = state.evidence.iter().map(|e| e.id).collect();
        let mut made = signatures(&world);
        found.sort();
        made.sort();
        prop_assert_eq!(found, made);
        for (slot, _) in &state.slots {
            let counts = |e: &&fieldseal_domain::fold::Evidence| {
                e.weight == Weight::Operative && e.slot == *slot
            };
            prop_assert!(state.evidence.iter().filter(counts).count() <= 1);
        }
        if let Some(file) = state.file {
            let known = state.versions.iter().any(|version| version.file == file);
            prop_assert!(known, "the file is that of a version");
        }
        if let Some(end) = &state.ended {
            let expected =
                if end.kind == EndKind::Voided { Status::Voided } else { Status::Cancelled };
            prop_assert_eq!(state.status, expected);
        }
    }

    /// Would turn red if a device that has heard nothing from the server saw another document than afterwards, though
    /// nobody else did anything and no clock was wrong.
    #[test]
    fn alone_the_servers_word_changes_nothing(acts in acts()) {
        let alone: Vec<_> = acts.into_iter().map(|(_, act, minutes)| (0, act, minutes)).collect();
        let mut world = played(&alone);
        let mut before = world.all();
        let mut after = DocumentState::fold(settled(&mut world));
        before.evidence.iter_mut().chain(&mut after.evidence).for_each(|e| e.seq = None);
        prop_assert_eq!(before, after);
    }
}
