//! What keeps guessing slow: wrong codes are counted per peer and in total; nonces are few and short-lived.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Wrong codes of one peer.
const PER_PEER: u32 = 10;
/// Time after which they are forgotten.
const PEER_WINDOW: Duration = Duration::from_secs(15 * 60);
/// Wrong codes of everybody together. Far more than people mistype, so that no stranger with many addresses keeps a firm
/// from enrolling its tablets, and far too few for a code of 60 bits: in a year they find one of a thousand with a chance
/// of 1 in 6 million.
const IN_TOTAL: u32 = 20_000;
/// Time after which those are forgotten.
const TOTAL_WINDOW: Duration = Duration::from_secs(60 * 60);
/// Peers, and nonces, that are remembered at most.
const MOST: usize = 10_000;
/// Nonces one peer can have out: a whole office behind one address signs in, one stranger fills no table.
const NONCES_PER_PEER: usize = 500;
/// How long a nonce can be answered.
const NONCE: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Instant,
    count: u32,
}

impl Window {
    fn new() -> Self {
        Self { began: Instant::now(), count: 0 }
    }

    fn left(&self, most: u32, length: Duration) -> Option<Duration> {
        let rest = length.checked_sub(self.began.elapsed())?;
        (self.count >= most).then_some(rest)
    }
}

/// Who is counted as one: an address, or the network of 64 bits that a household or a firm has of IPv6.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::from(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

/// Wrong codes so far.
#[derive(Debug)]
pub struct Guesses {
    state: Mutex<(HashMap<IpAddr, Window>, Window)>,
}

impl Default for Guesses {
    fn default() -> Self {
        Self { state: Mutex::new((HashMap::new(), Window::new())) }
    }
}

impl Guesses {
    /// How long this peer has to wait; none when it may try. The try is counted as wrong until [`Self::right`] is
    /// called, so that many at once are no way around.
    pub fn try_one(&self, peer: IpAddr) -> Option<Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (peers, total) = &mut *state;
        if total.began.elapsed() > TOTAL_WINDOW {
            *total = Window::new();
        }
        if peers.len() >= MOST {
            peers.retain(|_, window| window.began.elapsed() <= PEER_WINDOW);
        }
        // Rather everybody gets their ten tries again than that memory grows: the total still counts.
        if peers.len() >= MOST {
            peers.clear();
        }
        let window = peers.entry(network(peer)).or_insert_with(Window::new);
        if window.began.elapsed() > PEER_WINDOW {
            *window = Window::new();
        }
        let wait = window.left(PER_PEER, PEER_WINDOW).or_else(|| total.left(IN_TOTAL, TOTAL_WINDOW));
        if wait.is_none() {
            window.count += 1;
            total.count += 1;
        }
        wait
    }

    /// The try was no guess.
    pub fn right(&self, peer: IpAddr) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (peers, total) = &mut *state;
        total.count = total.count.saturating_sub(1);
        if let Some(window) = peers.get_mut(&network(peer)) {
            window.count = window.count.saturating_sub(1);
        }
    }
}

/// Nonces that were given out and not answered yet.
#[derive(Debug, Default)]
pub struct Nonces {
    given: Mutex<HashMap<[u8; 32], (Instant, IpAddr)>>,
}

impl Nonces {
    /// Remembers a nonce; false when too many are out.
    pub fn give(&self, nonce: [u8; 32], peer: IpAddr) -> bool {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, (at, _)| at.elapsed() <= NONCE);
        let peer = network(peer);
        let of_peer = given.values().filter(|(_, by)| *by == peer).count();
        let room = given.len() < MOST && of_peer < NONCES_PER_PEER;
        if room {
            given.insert(nonce, (Instant::now(), peer));
        }
        room
    }

    /// Whether this nonce was given out and is answered for the first time, in time.
    pub fn take(&self, nonce: &[u8]) -> bool {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(nonce) = <[u8; 32]>::try_from(nonce) else { return false };
        given.remove(&nonce).is_some_and(|(at, _)| at.elapsed() <= NONCE)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_thousand_guesses_get_ten_tries() {
        let guesses = Guesses::default();
        let peer = IpAddr::from([10, 0, 0, 1]);
        let tried = (0..1000).filter(|_| guesses.try_one(peer).is_none()).count();
        assert_eq!(tried, 10);
        assert!(guesses.try_one(IpAddr::from([10, 0, 0, 2])).is_none(), "others are not locked out by one");
    }

    #[test]
    fn many_peers_together_are_slowed_down() {
        let guesses = Guesses::default();
        let tried =
            (0..30_000_u32).filter(|n| guesses.try_one(IpAddr::from((*n).to_be_bytes())).is_none()).count();
        assert_eq!(tried, 20_000);
    }

    #[test]
    fn a_stranger_with_many_addresses_keeps_nobody_out() {
        let guesses = Guesses::default();
        let of_one_house = |n: u128| IpAddr::from((0x2001_0db8_u128 << 96 | n).to_be_bytes());
        let tried = (0..1000).filter(|n| guesses.try_one(of_one_house(*n)).is_none()).count();
        assert_eq!(tried, 10, "addresses of one house are one");
        let tried = (0..1000).filter(|n| guesses.try_one(of_one_house(*n << 64)).is_none()).count();
        assert!(tried >= 999, "{tried}");
        assert!(guesses.try_one(IpAddr::from([10, 0, 0, 1])).is_none());
    }

    #[test]
    fn right_codes_do_not_count() {
        let guesses = Guesses::default();
        let peer = IpAddr::from([10, 0, 0, 1]);
        for _ in 0..50 {
            assert!(guesses.try_one(peer).is_none());
            guesses.right(peer);
        }
    }

    #[test]
    fn one_stranger_keeps_nobody_else_out() {
        let nonces = Nonces::default();
        let nonce = |n: u32| <[u8; 32]>::try_from([n.to_be_bytes(); 8].concat()).unwrap();
        let given = (0..2000).filter(|n| nonces.give(nonce(*n), IpAddr::from([10, 0, 0, 1]))).count();
        assert_eq!(given, 500);
        assert!(nonces.give([9; 32], IpAddr::from([10, 0, 0, 2])));
    }

    #[test]
    fn a_nonce_is_good_once() {
        let nonces = Nonces::default();
        let peer = IpAddr::from([10, 0, 0, 1]);
        assert!(nonces.give([7; 32], peer));
        assert!(nonces.take(&[7; 32]));
        assert!(!nonces.take(&[7; 32]));
        assert!(!nonces.take(&[8; 32]));
        assert!(!nonces.take(b"short"));
    }
}
