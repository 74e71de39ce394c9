//! Checking proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2, which read the proofs of RFC 6962).

use super::tree::node_hash;
use fieldseal_domain::Digest;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The numbers do not lie in the tree.
    #[error("the log has no such place")]
    OutOfRange,
    /// Too many or too few hashes.
    #[error("the proof has the wrong length")]
    Length,
    /// It leads to another root than the newer checkpoint's.
    #[error("the proof leads to another root")]
    OtherRoot,
    /// The older checkpoint is not the beginning of the newer one: history was changed.
    #[error("the older checkpoint is not the beginning of the newer one")]
    OtherHistory,
}

/// Checks that the leaf is number `index` of the log with `size` leaves and this root.
///
/// # Errors
/// [`ProofError`] when it is not, or the proof does not show it.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange);
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    match (last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::OtherRoot),
        (_, _) => Err(ProofError::Length),
    }
}

/// Checks that the log of `old` leaves and root `old_root` is the beginning of the log of `new` leaves and `new_root`.
///
/// # Errors
/// [`ProofError`] when it is not, or the proof does not show it.
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OutOfRange);
    }
    if old == new || old == 0 {
        return simple(old, old_root, new, new_root, proof);
    }
    // A complete subtree proves itself: its root need not be sent.
    let own = old.is_power_of_two().then_some(old_root);
    let mut path = own.into_iter().chain(proof);
    let first = path.next().ok_or(ProofError::Length)?;
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (*first, *first);
    for hash in path {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            before = node_hash(hash, &before);
            after = node_hash(hash, &after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = node_hash(&after, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if before != *old_root {
        return Err(ProofError::OtherHistory);
    }
    if after == *new_root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Nothing came before, or nothing came since.
fn simple(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if !proof.is_empty() {
        return Err(ProofError::Length);
    }
    let empty = Digest::of(&[]);
    let wrong = (old == 0 && *old_root != empty) || (old == new && old_root != new_root);
    if wrong { Err(ProofError::OtherHistory) } else { Ok(()) }
}
