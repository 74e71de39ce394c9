//! Hybrid logical clock: order that survives a wrong wall clock. 48 bits of milliseconds, 16 bits of counter.

use serde::{Deserialize, Serialize};

/// A stamp of the hybrid clock. Later events on one device always have greater stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hlc(pub u64);

impl Hlc {
    /// The stamp that follows `self` when the wall clock says `wall_ms` (Unix milliseconds). A clock that was set
    /// back only makes the counter grow.
    #[must_use]
    pub fn next(self, wall_ms: i64) -> Self {
        let wall = u64::try_from(wall_ms).unwrap_or(0).min((1 << 48) - 1) << 16;
        Self(wall.max(self.0.saturating_add(1)))
    }

    /// The first stamp of a moment (Unix milliseconds).
    #[must_use]
    pub const fn at(ms: u64) -> Self {
        let ms = if ms < 1 << 48 { ms } else { (1 << 48) - 1 };
        Self(ms << 16)
    }

    /// Milliseconds since the Unix epoch that the stamp claims.
    pub fn millis(self) -> u64 {
        self.0 >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Would turn red if a clock set back a year could give an event an earlier stamp.
        #[test]
        fn stamps_always_rise(walls in proptest::collection::vec(-1i64..2_000_000_000_000, 1..50)) {
            let mut last = Hlc::default();
            for wall in walls {
                let next = last.next(wall);
                prop_assert!(next > last);
                last = next;
            }
        }
    }
}
