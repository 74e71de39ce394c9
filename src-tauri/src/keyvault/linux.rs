//! Linux: the Secret Service on the session bus (GNOME Keyring, KWallet, KeePassXC).

use keyring_core::api::CredentialStore;
use std::sync::Arc;

/// Connects to the Secret Service.
pub(super) fn open_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}
