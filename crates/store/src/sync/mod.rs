//! What is kept about the office's server: how far each side has the other's entries, files and proofs.
//!
//! Every function here is one part of a transaction, so that rows and the cursor that says "read up to here" are
//! written together or not at all. What is to be sent is nowhere written down: it is every own entry beyond what the
//! server has acknowledged. Talking to the server is left to others.

pub(crate) mod alarms;
pub(crate) mod envelopes;
pub(crate) mod erase;
pub(crate) mod files;
pub(crate) mod incoming;
pub(crate) mod journals;
pub(crate) mod leave;
pub(crate) mod peer;
pub(crate) mod pull;
pub(crate) mod queue;
pub(crate) mod receipts;
