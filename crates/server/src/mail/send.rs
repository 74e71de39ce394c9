//! One mail to the mail server, and what it said.

use fieldseal_wire::admin::{MailSettings, Security, Words};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{authentication::Credentials, client::Tls, client::TlsParameters},
};
use std::time::Duration;

/// How long one exchange with the mail server may take.
const TIME: Duration = Duration::from_secs(60);

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    /// The mail server took it.
    Accepted(String),
    /// It refused for good.
    Refused(String),
    /// Not now: it is down, slow, or said to come back later.
    Later(String),
}

/// A mail.
pub(super) struct Outgoing<'a> {
    pub(super) to: &'a str,
    pub(super) message_id: String,
    pub(super) words: Words,
    pub(super) file: Option<(String, Vec<u8>)>,
}

/// Hands a mail over.
pub(super) async fn send(settings: &MailSettings, mail: Outgoing<'_>) -> Sent {
    let message = match message(settings, mail) {
        Ok(message) => message,
        Err(why) => return Sent::Refused(why),
    };
    let transport = match transport(settings) {
        Ok(transport) => transport,
        Err(error) => return Sent::Later(error.to_string()),
    };
    match tokio::time::timeout(TIME, transport.send(message)).await {
        Err(_) => Sent::Later("the mail server did not answer in time".to_owned()),
        Ok(Ok(response)) => Sent::Accepted(line(&format!(
            "{} {}",
            response.code(),
            response.message().collect::<Vec<_>>().join(" ")
        ))),
        Ok(Err(error)) if error.is_permanent() => Sent::Refused(line(&causes(&error))),
        Ok(Err(error)) => Sent::Later(line(&causes(&error))),
    }
}

/// Whether the mail server can be reached and takes the credentials.
pub(super) async fn check(settings: &MailSettings) -> Result<(), String> {
    let transport = transport(settings).map_err(|error| error.to_string())?;
    match tokio::time::timeout(TIME, transport.test_connection()).await {
        Err(_) => Err("the mail server did not answer in time".to_owned()),
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err("the mail server ended the connection".to_owned()),
        Ok(Err(error)) => Err(line(&causes(&error))),
    }
}

fn message(settings: &MailSettings, mail: Outgoing<'_>) -> Result<Message, String> {
    let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|error| format!("{text}: {error}"));
    let mut builder = Message::builder()
        .from(mailbox(&settings.from)?)
        .to(mailbox(mail.to)?)
        .message_id(Some(mail.message_id))
        .subject(mail.words.subject.replace(['\r', '\n'], " "));
    if !settings.reply_to.is_empty() {
        builder = builder.reply_to(mailbox(&settings.reply_to)?);
    }
    let body = SinglePart::plain(mail.words.body);
    let message = match mail.file {
        None => builder.singlepart(body),
        Some((name, bytes)) => {
            let kind = ContentType::parse("application/pdf").map_err(|error| error.to_string())?;
            builder.multipart(
                MultiPart::mixed().singlepart(body).singlepart(Attachment::new(name).body(bytes, kind)),
            )
        }
    };
    message.map_err(|error| error.to_string())
}

fn transport(
    settings: &MailSettings,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
    let host = settings.host.as_str();
    let tls = match settings.security {
        Security::Tls => Tls::Wrapper(TlsParameters::new(host.to_owned())?),
        Security::Starttls => Tls::Required(TlsParameters::new(host.to_owned())?),
        Security::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(30)));
    if !settings.user.is_empty() {
        builder = builder.credentials(Credentials::new(settings.user.clone(), settings.password.clone()));
    }
    Ok(builder.build())
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        out.push_str(": ");
        out.push_str(&cause.to_string());
        next = cause.source();
    }
    out
}

/// One line of a decent length, for the delivery log.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
