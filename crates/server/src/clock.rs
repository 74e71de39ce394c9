//! Time: the only place of the server that asks the operating system for it.

use fieldseal_domain::event::ClockReading;
use jiff::{Timestamp, tz::TimeZone};
use std::{sync::Arc, time::Instant};

/// A wall clock; another one in tests of wrong clocks.
#[derive(Clone)]
pub struct Clock {
    now_ms: Arc<dyn Fn() -> i64 + Send + Sync>,
    started: Instant,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now_ms())
    }
}

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self::of(|| Timestamp::now().as_millisecond())
    }

    /// Any other clock: Unix milliseconds.
    #[must_use]
    pub fn of(now_ms: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self { now_ms: Arc::new(now_ms), started: Instant::now() }
    }

    /// Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.now_ms)()
    }

    /// All clocks, as an entry of the server's journal writes them down.
    #[must_use]
    pub fn reading(&self) -> ClockReading {
        let now = Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
        ClockReading {
            wall: now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
            zone: "UTC".to_owned(),
            mono_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            server_offset_ms: Some(0),
        }
    }
}
