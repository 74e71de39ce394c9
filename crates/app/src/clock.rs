//! Time: the only place of the product's libraries that asks the operating system for it.

use fieldseal_domain::event::ClockReading;
use jiff::{Zoned, tz::TimeZone};
use std::time::Instant;

/// What the use cases need to know of time.
pub trait Clock: Send + Sync {
    /// Wall clock with the zone of the device.
    fn now(&self) -> Zoned;
    /// Milliseconds since the program started; never runs backwards.
    fn mono_ms(&self) -> u64;
}

/// The clocks of this machine.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts counting now.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Zoned {
        let now = Zoned::now();
        // A machine without a zone still has to write one down.
        if now.time_zone().iana_name().is_some() { now } else { now.with_time_zone(TimeZone::UTC) }
    }

    fn mono_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// RFC 3339 local time with offset, to the millisecond.
#[must_use]
pub fn rfc3339(at: &Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// All clocks at once, as events write them down.
#[must_use]
pub fn reading(clock: &dyn Clock) -> ClockReading {
    let now = clock.now();
    ClockReading {
        wall: rfc3339(&now),
        zone: now.time_zone().iana_name().unwrap_or("UTC").to_owned(),
        mono_ms: clock.mono_ms(),
        server_offset_ms: None,
    }
}
