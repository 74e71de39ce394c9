//! Windows: the Credential Manager.

use keyring_core::api::CredentialStore;
use std::sync::Arc;

/// The user's credential set.
pub(super) fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}
