//! The tree itself (RFC 6962 section 2.1): append, root and proofs from stored nodes.
//!
//! A node `(level, index)` covers the leaves `index * 2^level` up to, not including, `(index + 1) * 2^level`, and is
//! stored once all of them are there; such a node never changes.

use fieldseal_domain::Digest;
use sha2::{Digest as _, Sha256};

/// Hash of the leaf of an entry: its id and the SHA-256 of the server's envelope.
#[must_use]
pub fn leaf_hash(event: &Digest, envelope: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(event.0);
    hasher.update(Sha256::digest(envelope));
    Digest(hasher.finalize().into())
}

/// Hash over two nodes.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.0);
    hasher.update(right.0);
    Digest(hasher.finalize().into())
}

/// A node that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// 0 for a leaf.
    pub level: u8,
    /// Place on its level.
    pub index: u64,
    /// Hash.
    pub hash: Digest,
}

/// The right edge of the tree: all that is needed to append, and the root.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Frontier {
    size: u64,
    /// Roots of the complete subtrees, largest first: one for each bit of `size`.
    peaks: Vec<Digest>,
}

/// Where the nodes are kept.
pub trait NodeReader {
    /// What can go wrong in reading.
    type Error;

    /// A complete node; none when it is not there.
    ///
    /// # Errors
    /// What the store says.
    fn node(&self, level: u8, index: u64) -> Result<Option<Digest>, Self::Error>;
}

/// Why a root or proof cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TreeError<E> {
    /// The numbers asked for do not lie in the tree.
    #[error("the log has no such place")]
    OutOfRange,
    /// A node that has to be there is not.
    #[error("node {index} of level {level} of the log is missing")]
    Missing {
        /// Level.
        level: u8,
        /// Index.
        index: u64,
    },
    /// The store failed.
    #[error("the log cannot be read")]
    Read(#[source] E),
}

impl Frontier {
    /// A frontier as it was stored; none when the number of peaks does not fit the size.
    #[must_use]
    pub fn from_parts(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        (usize::try_from(size.count_ones()).ok()? == peaks.len()).then_some(Self { size, peaks })
    }

    /// Leaves so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Appends a leaf and gives back every node that is complete now, the leaf first.
    pub fn append(&mut self, leaf: Digest) -> Vec<Node> {
        let mut node = Node { level: 0, index: self.size, hash: leaf };
        let mut complete = vec![node];
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            node = Node {
                level: node.level.saturating_add(1),
                index: node.index / 2,
                hash: node_hash(&left, &node.hash),
            };
            complete.push(node);
        }
        self.peaks.push(node.hash);
        self.size = self.size.saturating_add(1);
        complete
    }

    /// The root hash; that of an empty log is the SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut from_the_right = self.peaks.iter().rev();
        let Some(last) = from_the_right.next() else { return Digest::of(&[]) };
        from_the_right.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The largest power of two below `n`, for `n` of at least 2.
fn split(n: u64) -> u64 {
    1 << (63 - n.saturating_sub(1).max(1).leading_zeros())
}

/// The hash of the leaves from `start` up to, not including, `end`; `start` is a multiple of a power of two that is not
/// below the length, as in every division the RFC makes.
fn range<R: NodeReader>(nodes: &R, start: u64, end: u64) -> Result<Digest, TreeError<R::Error>> {
    let len = end - start;
    if len.is_power_of_two() {
        let level = u8::try_from(len.trailing_zeros()).map_err(|_| TreeError::OutOfRange)?;
        let index = start >> level;
        let found = nodes.node(level, index).map_err(TreeError::Read)?;
        return found.ok_or(TreeError::Missing { level, index });
    }
    let middle = start + split(len);
    Ok(node_hash(&range(nodes, start, middle)?, &range(nodes, middle, end)?))
}

/// The root when the log had `size` leaves.
///
/// # Errors
/// [`TreeError`] when nodes are missing or cannot be read.
pub fn root_at<R: NodeReader>(nodes: &R, size: u64) -> Result<Digest, TreeError<R::Error>> {
    if size == 0 { Ok(Digest::of(&[])) } else { range(nodes, 0, size) }
}

/// Proof that leaf `index` is in the log of `size` leaves (`PATH` of the RFC).
///
/// # Errors
/// [`TreeError::OutOfRange`] when there is no such leaf; or nodes are missing or cannot be read.
pub fn inclusion<R: NodeReader>(
    nodes: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Digest>, TreeError<R::Error>> {
    if index >= size {
        return Err(TreeError::OutOfRange);
    }
    let (mut start, mut end) = (0, size);
    let mut from_the_root = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            from_the_root.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            from_the_root.push(range(nodes, start, middle)?);
            start = middle;
        }
    }
    from_the_root.reverse();
    Ok(from_the_root)
}

/// Proof that the log of `old` leaves is the beginning of the log of `new` leaves (`PROOF` of the RFC).
///
/// # Errors
/// [`TreeError::OutOfRange`] when `new` is smaller; or nodes are missing or cannot be read.
pub fn consistency<R: NodeReader>(nodes: &R, old: u64, new: u64) -> Result<Vec<Digest>, TreeError<R::Error>> {
    if old > new {
        return Err(TreeError::OutOfRange);
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut start, mut end, mut whole) = (0, new, true);
    let mut from_the_root = Vec::new();
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            from_the_root.push(range(nodes, middle, end)?);
            end = middle;
        } else {
            from_the_root.push(range(nodes, start, middle)?);
            start = middle;
            whole = false;
        }
    }
    if !whole {
        from_the_root.push(range(nodes, start, end)?);
    }
    from_the_root.reverse();
    Ok(from_the_root)
}
