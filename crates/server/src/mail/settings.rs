//! How copies are sent: set by an administrator, kept in the database. What can be wrong with it.

use fieldseal_wire::admin::{MailFault, MailSettings, Security};

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
