//! How many requests a device may make: a bucket of tokens each, filled again as time goes by. A program that runs wild,
//! or a stolen token, slows down itself and nobody else.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Devices that are remembered at most, before those with a full bucket are forgotten.
const MOST: usize = 10_000;
/// Who is refused is asked to wait until this part of the bucket is full again: 1 / 10.
const SHARE: f64 = 10.0;

/// What a device may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests a minute, for as long as it likes; 0 for no limit.
    pub per_minute: u32,
    /// Requests at once, after a pause.
    pub at_once: u32,
}

impl Default for Pace {
    /// A tablet that brings a week home makes some five hundred requests at once, a new desktop some thousand.
    fn default() -> Self {
        Self { per_minute: 3000, at_once: 3000 }
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// The buckets of all devices.
#[derive(Debug)]
pub struct Buckets {
    pace: Pace,
    devices: Mutex<HashMap<String, Bucket>>,
    refused: AtomicU64,
}

impl Buckets {
    /// All full.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self { pace, devices: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// One request of a device: none when it may be made, else how long the device has to wait.
    pub fn take(&self, device: &str) -> Option<Duration> {
        self.take_at(device, Instant::now())
    }

    /// Requests that were refused since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn take_at(&self, device: &str, now: Instant) -> Option<Duration> {
        if self.pace.per_minute == 0 {
            return None;
        }
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if devices.len() >= MOST {
            devices.retain(|_, bucket| self.filled(bucket, now) < self.most());
        }
        let full = Bucket { tokens: self.most(), at: now };
        if !devices.contains_key(device) {
            devices.insert(device.to_owned(), full);
        }
        let bucket = devices.get_mut(device)?;
        *bucket = Bucket { tokens: self.filled(bucket, now), at: now };
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return None;
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        // Not for one request only: who comes back begins a whole session.
        let enough = (self.most() / SHARE).max(1.0);
        Some(Duration::from_secs_f64((enough - bucket.tokens) / self.per_second()))
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.per_second();
        (bucket.tokens + gained).min(self.most())
    }

    fn per_second(&self) -> f64 {
        f64::from(self.pace.per_minute) / 60.0
    }

    fn most(&self) -> f64 {
        f64::from(self.pace.at_once.max(1))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again_and_others_are_not_touched() {
        let buckets = Buckets::new(Pace { per_minute: 60, at_once: 5 });
        let start = Instant::now();
        let taken = (0..20).filter(|_| buckets.take_at("wild", start).is_none()).count();
        assert_eq!(taken, 5);
        let wait = buckets.take_at("wild", start).unwrap();
        assert!(wait > Duration::from_millis(900) && wait <= Duration::from_secs(1), "{wait:?}");
        assert!(buckets.take_at("calm", start).is_none());
        assert!(buckets.take_at("wild", start + wait).is_none());
        let later = start + Duration::from_secs(3600);
        let taken = (0..20).filter(|_| buckets.take_at("wild", later).is_none()).count();
        assert_eq!(taken, 5, "a bucket holds no more than it holds");
        assert_eq!(buckets.refused(), 31);
    }

    #[test]
    fn nothing_said_is_no_limit() {
        let buckets = Buckets::new(Pace { per_minute: 0, at_once: 1 });
        assert!((0..1000).all(|_| buckets.take("any").is_none()));
    }

    #[test]
    fn devices_at_rest_are_forgotten() {
        let buckets = Buckets::new(Pace { per_minute: 60, at_once: 5 });
        let start = Instant::now();
        for device in 0..MOST {
            assert!(buckets.take_at(&device.to_string(), start).is_none());
        }
        assert!(buckets.take_at("one more", start + Duration::from_secs(60)).is_none());
        assert_eq!(buckets.devices.lock().unwrap().len(), 1);
    }
}
