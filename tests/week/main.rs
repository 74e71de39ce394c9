//! The demo week with real processes: four tablets, two desktops of the office, one server. Networks are cut, programs
//! are killed, two offices decide about the same document at the same time, the server is lost and comes back from an
//! old backup. At the end everything is there, once, and everybody sees the same.
//!
//! `FIELDSEAL_SEED=4711` plays another week.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod admin;
mod judge;
mod process;
#[path = "../../crates/sync/tests/suite/proxy.rs"]
#[allow(dead_code, reason = "the sync engine's own tests use the rest")]
mod proxy;
#[path = "../../crates/sync/tests/suite/tablet.rs"]
#[allow(dead_code, reason = "the sync engine's own tests use the rest")]
mod tablet;
mod week;
mod words;

use week::Week;

/// Red if a cut, a kill or a race lost an entry or doubled it, if two devices folded the same entries to different
/// documents, if a restored server's silence were taken for "nothing is missing", or if anybody were alarmed for
/// nothing.
#[test]
fn story_the_demo_week_loses_nothing() {
    let seed = std::env::var("FIELDSEAL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut week = Week::begin(seed);
    week.monday_alone_and_then_connected();
    week.tuesday_offline_and_a_bad_evening();
    week.wednesday_everybody_decides_at_once();
    week.judge(&[]);
    week.thursday_the_server_is_lost();
    week.judge(&["log_restarted"]);
}
