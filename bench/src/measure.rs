//! Clocks and order statistics.

use crate::Outcome;
use std::time::{Duration, Instant};

/// Times of many runs of the same work, in milliseconds, sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Times(Vec<f64>);

impl Times {
    /// Of these times; there must be one at least.
    pub fn of(mut times: Vec<f64>) -> Outcome<Self> {
        if times.is_empty() {
            return Err("nothing was measured".into());
        }
        times.sort_by(f64::total_cmp);
        Ok(Self(times))
    }

    /// The value that this share (0 to 1) of the times does not exceed: the nearest rank.
    pub fn at(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        let index = rank.saturating_sub(1).min(self.0.len() - 1);
        self.0.get(index).copied().unwrap_or(f64::NAN)
    }

    /// The median.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// `least 1.2, median 1.3, p95 1.9, longest 2.4 ms of 50 runs`.
    pub fn said(&self) -> String {
        let [least, median, p95, most] = [0.0, 0.5, 0.95, 1.0].map(|share| self.at(share));
        format!(
            "least {least:.3}, median {median:.3}, p95 {p95:.3}, longest {most:.3} ms of {} runs",
            self.0.len()
        )
    }
}

/// Wall time of `work` in milliseconds.
pub fn wall<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let start = Instant::now();
    let done = work()?;
    Ok((done, start.elapsed().as_secs_f64() * 1e3))
}

/// CPU time of this thread during `work`, in milliseconds: what others do on the machine hardly changes it.
pub fn cpu<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let start = thread_ms();
    let done = work()?;
    Ok((done, thread_ms() - start))
}

#[cfg(target_os = "linux")]
fn thread_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Elsewhere wall time stands in, which is never less.
#[cfg(not(target_os = "linux"))]
fn thread_ms() -> f64 {
    use std::sync::LazyLock;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64() * 1e3
}

/// Runs `work` a few times unmeasured and `runs` times measured by `clock`, given the number of the run.
pub fn repeat<T>(
    runs: usize,
    clock: impl Fn(&mut dyn FnMut() -> Outcome<T>) -> Outcome<(T, f64)>,
    work: impl FnMut(usize) -> Outcome<T>,
) -> Outcome<Times> {
    at_pace(Duration::ZERO, runs, clock, work)
}

/// As [`repeat`], with a pause before each run, as a person leaves it.
pub fn at_pace<T>(
    pause: Duration,
    runs: usize,
    clock: impl Fn(&mut dyn FnMut() -> Outcome<T>) -> Outcome<(T, f64)>,
    mut work: impl FnMut(usize) -> Outcome<T>,
) -> Outcome<Times> {
    let warm_up = (runs / 10).max(1);
    let mut times = Vec::with_capacity(runs);
    for run in 0..warm_up + runs {
        std::thread::sleep(pause);
        let (_, time) = clock(&mut || work(run))?;
        if run >= warm_up {
            times.push(time);
        }
    }
    Times::of(times)
}

/// How busy the machine was: with more than its cores, wall times tell of others' work too.
pub fn load() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let average = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let average = average.split(' ').next().unwrap_or_default();
    format!("load {average} on {cores} cores")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Would turn red if a percentile were taken from its neighbour.
    #[test]
    fn percentiles_are_nearest_ranks() {
        let times = Times::of((1..=20).rev().map(f64::from).collect()).unwrap();
        assert_eq!([0.0, 0.5, 0.95, 1.0].map(|share| times.at(share)), [1.0, 10.0, 19.0, 20.0]);
        assert!(Times::of(Vec::new()).is_err());
    }

    #[test]
    fn a_failure_ends_the_measurement() {
        let failing = repeat(3, |work| wall(work), |run| if run > 1 { Err("broken".into()) } else { Ok(()) });
        assert!(failing.is_err());
    }
}
