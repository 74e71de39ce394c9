//! The register's log: a Merkle tree over every entry of every journal (RFC 6962), the signed note that says where it
//! stands (a checkpoint, C2SP `tlog-checkpoint`), and the receipt that proves to a stranger that an entry is in it.
//!
//! Pure functions. Who keeps the nodes, and when a checkpoint is signed, is the server's business.

mod key;
mod note;
mod proof;
mod receipt;
mod tree;

pub use key::LogKey;
pub use note::{Checkpoint, NoteError, origin, read_checkpoint, sign_checkpoint, verifier_key};
pub use proof::{ProofError, verify_consistency, verify_inclusion};
pub use receipt::{Receipt, ReceiptEntry, ReceiptError, ReceiptFault, Registered};
pub use tree::{
    Frontier, Node, NodeReader, TreeError, consistency, inclusion, leaf_hash, node_hash, root_at,
};
