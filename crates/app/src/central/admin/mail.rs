//! Copies by mail: how they are sent, a test, what became of them.

use crate::{
    app::App,
    central::hours::Hours,
    error::Result,
    view::admin::{CopyRow, CopyState, MailSecurity, MailTestView, MailView, MailWords},
};
use fieldseal_domain::{language::Language, role::Role};
use fieldseal_sync::wire::admin::{Delivery, DeliveryState, MailPage, MailSettings, Security, Words};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Most copies shown at once.
const MOST: u32 = 200;

impl App {
    /// How copies are sent; without the password.
    ///
    /// # Errors
    /// [`crate::AppError::NotForRole`], [`crate::AppError::NoOffice`], [`crate::AppError::Office`].
    pub fn mail_settings(self: &Arc<Self>) -> Result<MailView> {
        self.ask_office(Role::decides, async |admin| admin.mail().await).map(view)
    }

    /// Sets how copies are sent; the answer is how it was kept.
    ///
    /// # Errors
    /// As [`App::mail_settings`].
    pub fn save_mail_settings(self: &Arc<Self>, mail: &MailView) -> Result<MailView> {
        let settings = settings(mail);
        let kept = self.ask_office(Role::administers, async |admin| {
            admin.put_mail(&settings).await?;
            admin.mail().await
        });
        kept.map(view)
    }

    /// Sends a test mail and says what the mail server said.
    ///
    /// # Errors
    /// As [`App::mail_settings`].
    pub fn test_mail(self: &Arc<Self>, to: &str) -> Result<MailTestView> {
        let said = self.ask_office(Role::works_register, async |admin| admin.test_mail(to.trim()).await)?;
        Ok(MailTestView { accepted: said.accepted, said: said.said })
    }

    /// What became of copies, newest first: of one document, or of all.
    ///
    /// # Errors
    /// As [`App::mail_settings`].
    pub fn copies(self: &Arc<Self>, document: Option<Uuid>) -> Result<Vec<CopyRow>> {
        let found =
            self.ask_office(Role::sees_register, async |admin| admin.deliveries(document, MOST).await)?;
        let hours = Hours::of(&*self.parts.clock);
        self.at_work(|desk, _| {
            let read = desk.store.read();
            found
                .into_iter()
                .map(|delivery| {
                    let row = read.register_row(delivery.doc)?;
                    let (number, customer) =
                        row.map(|row| (row.number, row.customer_name)).unwrap_or_default();
                    Ok(copy(delivery, number, customer, &hours))
                })
                .collect()
        })
    }
}

fn copy(delivery: Delivery, number: String, customer: String, hours: &Hours) -> CopyRow {
    CopyRow {
        document: delivery.doc,
        number,
        customer,
        to: delivery.to,
        state: match delivery.state {
            DeliveryState::Queued => CopyState::Queued,
            DeliveryState::Accepted => CopyState::Accepted,
            DeliveryState::Refused => CopyState::Refused,
        },
        attempts: delivery.attempts,
        detail: delivery.detail,
        at: hours.time(Some(delivery.at_ms)),
    }
}

fn view(page: MailPage) -> MailView {
    let MailPage { settings, has_password, shipped } = page;
    MailView {
        enabled: settings.enabled,
        host: settings.host,
        port: settings.port,
        security: match settings.security {
            Security::Tls => MailSecurity::Tls,
            Security::Starttls => MailSecurity::Starttls,
            Security::None => MailSecurity::None,
        },
        user: settings.user,
        password: String::new(),
        has_password,
        from: settings.from,
        reply_to: settings.reply_to,
        office: settings.office,
        kinds: settings.kinds,
        words: words(settings.words),
        shipped: words(shipped),
    }
}

fn words(words: BTreeMap<Language, Words>) -> BTreeMap<Language, MailWords> {
    let view = |Words { subject, body }| MailWords { subject, body };
    words.into_iter().map(|(language, words)| (language, view(words))).collect()
}

/// Addresses and names without the blanks that people paste with them. Words that were emptied fall back to ours.
fn settings(mail: &MailView) -> MailSettings {
    let trimmed = |text: &str| text.trim().to_owned();
    let own = mail.words.iter().filter(|(_, words)| !words.subject.trim().is_empty());
    MailSettings {
        enabled: mail.enabled,
        host: trimmed(&mail.host),
        port: mail.port,
        security: match mail.security {
            MailSecurity::Tls => Security::Tls,
            MailSecurity::Starttls => Security::Starttls,
            MailSecurity::None => Security::None,
        },
        user: trimmed(&mail.user),
        password: mail.password.clone(),
        from: trimmed(&mail.from),
        reply_to: trimmed(&mail.reply_to),
        office: trimmed(&mail.office),
        kinds: mail.kinds.clone(),
        words: own
            .map(|(language, MailWords { subject, body })| {
                (*language, Words { subject: subject.clone(), body: body.clone() })
            })
            .collect(),
    }
}
