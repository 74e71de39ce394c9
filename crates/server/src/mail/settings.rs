//! How copies are sent: set by an administrator, kept in the database.

use fieldseal_domain::language::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte (port 465).
    Tls,
    /// TLS after a plain greeting, required (port 587).
    #[default]
    Starttls,
    /// None: only to a mail server on this machine.
    None,
}

/// Own words for a language; `{kind}`, `{number}`, `{date}`, `{firm}` and `{customer}` are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Words {
    /// Subject.
    pub subject: String,
    /// Body, plain text.
    pub body: String,
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MailSettings {
    /// Whether copies are sent at all.
    pub enabled: bool,
    /// Mail server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: Security,
    /// User, or empty.
    pub user: String,
    /// Password. Never given out; empty in a request keeps the one that is there.
    pub password: String,
    /// Sender: `Name <address>`.
    pub from: String,
    /// Where answers go, or empty.
    pub reply_to: String,
    /// The office's copy, or empty.
    pub office: String,
    /// Kinds of documents whose customers get a copy.
    pub kinds: Vec<String>,
    /// Own words by language.
    #[schemars(with = "BTreeMap<String, Words>")]
    pub words: BTreeMap<Language, Words>,
}

impl MailSettings {
    /// What is wrong with them, as a sentence.
    ///
    /// # Errors
    /// The first thing.
    pub fn check(&self) -> Result<(), &'static str> {
        if !self.enabled {
            return Ok(());
        }
        let address = |text: &str| text.parse::<lettre::message::Mailbox>().is_ok();
        let local =
            self.host == "localhost" || self.host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        if self.host.trim().is_empty() || self.port == 0 {
            return Err("host and port of the mail server are needed");
        }
        if self.security == Security::None && !local {
            return Err("a mail server elsewhere needs tls or starttls");
        }
        if !address(&self.from) {
            return Err("from must be an address like Firm <service@example.com>");
        }
        if [&self.reply_to, &self.office].iter().any(|text| !text.is_empty() && !address(text)) {
            return Err("reply_to and office must be addresses or empty");
        }
        Ok(())
    }
}
