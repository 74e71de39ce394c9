//! How copies are sent: set by an administrator, kept in the database. What can be wrong with it.

use fieldseal_wire::admin::{MailFault, MailSettings, Security};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From which place in the log on closings are mailed: switching mail on must not mail what is long over. A place and
/// not a time, so that no clock can be wrong about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Since {
    /// For each kind of documents that is mailed.
    pub(crate) kinds: BTreeMap<String, u64>,
    /// For the office's copy, if it gets one.
    pub(crate) office: Option<u64>,
}

impl Since {
    /// After these settings: what was on goes on as before, what is new begins at `size`, what is off is forgotten.
    pub(crate) fn after(&self, settings: &MailSettings, size: u64) -> Self {
        if !settings.enabled {
            return Self::default();
        }
        let begin = |kind: &String| (kind.clone(), self.kinds.get(kind).copied().unwrap_or(size));
        let office = (!settings.office.trim().is_empty()).then(|| self.office.unwrap_or(size));
        Self { kinds: settings.kinds.iter().map(begin).collect(), office }
    }
}

/// What is wrong with settings that are switched on.
///
/// # Errors
/// The first thing.
pub(crate) fn check(settings: &MailSettings) -> Result<(), MailFault> {
    if !settings.enabled {
        return Ok(());
    }
    let address = |text: &str| text.parse::<lettre::message::Mailbox>().is_ok();
    let host = settings.host.as_str();
    let local = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    if host.trim().is_empty() || settings.port == 0 {
        return Err(MailFault::Host);
    }
    if settings.security == Security::None && !local {
        return Err(MailFault::Unprotected);
    }
    if !address(&settings.from) {
        return Err(MailFault::From);
    }
    if [&settings.reply_to, &settings.office].iter().any(|text| !text.is_empty() && !address(text)) {
        return Err(MailFault::Address);
    }
    Ok(())
}

/// The fault as a sentence, for logs and for clients without one of their own.
pub(crate) fn sentence(fault: MailFault) -> &'static str {
    match fault {
        MailFault::Host => "host and port of the mail server are needed",
        MailFault::Unprotected => "a mail server elsewhere needs tls or starttls",
        MailFault::From => "from must be an address like Firm <service@example.com>",
        MailFault::Address => "reply_to and office must be addresses or empty",
    }
}
