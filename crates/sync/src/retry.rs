//! When to try again: longer and longer, never in step with other devices.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// Pauses that double from one second to five minutes; each is drawn between its half and its whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after one more failure. `random` is any number.
    pub fn next(&mut self, random: u64) -> Duration {
        let whole =
            FIRST.saturating_mul(1_u32.checked_shl(self.failures.min(16)).unwrap_or(u32::MAX)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        jittered(whole, random)
    }

    /// It worked, or the network changed: begin with the shortest again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Between half of `whole` and `whole`.
pub(crate) fn jittered(whole: Duration, random: u64) -> Duration {
    let half = whole / 2;
    let span = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
    half + Duration::from_millis(random % span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Would turn red if a pause could vanish (a storm on the server) or grow beyond five minutes.
        #[test]
        fn pauses_grow_within_bounds(randoms in proptest::collection::vec(any::<u64>(), 1..40)) {
            let mut backoff = Backoff::default();
            for (failures, random) in randoms.into_iter().enumerate() {
                let pause = backoff.next(random);
                let whole = Duration::from_secs(1 << failures.min(20)).min(LONGEST);
                prop_assert!(pause >= whole / 2 && pause <= whole, "{failures}: {pause:?}");
            }
            backoff.reset();
            prop_assert!(backoff.next(u64::MAX) <= FIRST);
        }
    }
}
