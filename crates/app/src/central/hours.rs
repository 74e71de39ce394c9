//! Times as the clock on the wall here shows them.

use crate::clock::Clock;
use jiff::{Timestamp, tz::TimeZone};

/// The time zone of this place.
pub(super) struct Hours(pub(super) TimeZone);

impl Hours {
    pub(super) fn of(clock: &dyn Clock) -> Self {
        Self(clock.now().time_zone().clone())
    }

    /// RFC 3339; empty for none.
    pub(super) fn time(&self, ms: Option<i64>) -> String {
        let at = ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        at.map(|at| at.to_zoned(self.0.clone()).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_time_is_the_one_on_the_wall() {
        let hours = Hours(TimeZone::fixed(jiff::tz::offset(2)));
        assert_eq!(hours.time(Some(0)), "1970-01-01T02:00:00+02:00");
        assert_eq!(hours.time(None), "");
    }
}
