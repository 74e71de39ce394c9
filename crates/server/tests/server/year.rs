//! The server's clock is wrong by a year, one way or the other, and is then put right.

use crate::support::{Device, Site};
use fieldseal_domain::{event::Event, role::Role};
use fieldseal_server::Clock;
use fieldseal_wire::{Code, Envelope, Verdict, push::Acked};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;

fn envelope(acked: &Acked) -> Envelope {
    serde_json::from_slice(&acked.entries[0].envelope.0).unwrap()
}

/// Red if anything were refused or lost because of the server's clock, or if what was given out by a clock that ran
/// ahead stayed good for a year.
#[tokio::test]
async fn a_server_that_is_a_year_off_loses_nothing() {
    for wrong in [YEAR_MS, -YEAR_MS] {
        let right = jiff::Timestamp::now().as_millisecond();
        let now = Arc::new(AtomicI64::new(right + wrong));
        let clock = {
            let now = Arc::clone(&now);
            Clock::of(move || now.load(Ordering::SeqCst))
        };
        let site = Site::with_clock(clock).await;
        let mut admin = site.admin().await;
        let mut tablet: Device = site.device(&admin, Role::Technician).await;
        let by = tablet.person();
        let first = envelope(&tablet.say(None, &Event::Printed { by }).await);
        assert_eq!((first.verdict, first.received_ms), (Verdict::Accepted, right + wrong));
        assert_eq!(first.clamped.is_some(), wrong < 0, "against a clock behind, everything lies ahead");
        now.store(right, Ordering::SeqCst);
        // Either way the old session is over, and a new one is opened as always.
        for device in [&mut admin, &mut tablet] {
            assert_eq!(device.hello().await.unwrap_err().code, Code::NoSession, "{wrong}");
            device.sign_in().await.unwrap();
            device.hello().await.unwrap();
        }
        let second = envelope(&tablet.say(None, &Event::Printed { by }).await);
        assert_eq!((second.verdict, second.clamped), (Verdict::Accepted, None));
        assert!(second.seq > first.seq);
        let later = site.device(&admin, Role::Technician).await;
        later.hello().await.unwrap();
        let folder = site.stop().await;
        let report = fieldseal_server::ops::doctor(folder.path()).await.unwrap();
        assert!(report.findings.is_empty(), "{report:?}");
    }
}
