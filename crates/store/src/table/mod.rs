//! One module per table: its row type, how it is read, how it is written.

pub(crate) mod customers;
pub(crate) mod documents;
pub(crate) mod drafts;
pub(crate) mod equipment;
pub(crate) mod firm;
pub(crate) mod hand_over;
pub(crate) mod ink_drafts;
pub(crate) mod jobs;
pub(crate) mod journals;
pub(crate) mod own_inks;
pub(crate) mod page;
pub(crate) mod persons;
pub(crate) mod pins;
pub(crate) mod secrets;
pub(crate) mod settings;
