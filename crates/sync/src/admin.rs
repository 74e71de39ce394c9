//! The office's administration over the network: people, codes, devices, what was set aside, copies by mail.
//!
//! Each method is one route. Who may call it is the server's to say; nothing here waits with the store in its hands.

use crate::{local::Local, session, transport::HttpCentral};
use fieldseal_domain::Digest;
use fieldseal_wire::{
    CallError, Code, Refusal,
    admin::{
        CodeRequest, Delivery, DeviceRow, EnrolmentCode, MailPage, MailSettings, MailTest, MailTestAnswer,
        PersonRow, Quarantined, Revoke,
    },
    central::Answer,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Ids in one address.
const IDS: usize = 100;

/// The administration of the server, asked by this device.
pub struct Admin<'a, L> {
    central: &'a HttpCentral,
    local: &'a L,
}

impl<'a, L: Local> Admin<'a, L> {
    /// Signs in with the device's key.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sign_in(central: &'a HttpCentral, local: &'a L) -> Answer<Self> {
        session::sign_in(central, local).await?;
        Ok(Self { central, local })
    }

    async fn ask<T>(&self, question: impl AsyncFn(&HttpCentral) -> Answer<T>) -> Answer<T> {
        session::ask(self.central, self.local, question).await
    }

    /// Everybody in the firm.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn people(&self) -> Answer<Vec<PersonRow>> {
        self.ask(async |central| central.get("people", &[]).await).await
    }

    /// Adds or changes a person; the answer is how it was kept.
    ///
    /// # Errors
    /// [`CallError`]; [`Code::NotAllowed`] with `data.why` = `last_admin` when nobody would be left to administer.
    pub async fn put_person(&self, person: &PersonRow) -> Answer<PersonRow> {
        self.ask(async |central| central.post("people", person).await).await
    }

    /// Lets a person choose a new PIN at their tablet's next exchange.
    ///
    /// # Errors
    /// [`CallError`]; [`Code::NotFound`] for nobody, or somebody who no longer works here.
    pub async fn reset_pin(&self, person: Uuid) -> Answer<()> {
        let path = format!("people/{person}/pin-reset");
        self.ask(async |central| central.post::<_, Value>(&path, &json!({})).await).await.map(drop)
    }

    /// A one-time code for a person's next device. One of the same person that was not used ends by it.
    ///
    /// # Errors
    /// [`CallError`]; [`Code::NotFound`] for nobody, or somebody who no longer works here.
    pub async fn make_code(&self, person: Uuid) -> Answer<EnrolmentCode> {
        let request = CodeRequest { person };
        self.ask(async |central| central.post("codes", &request).await).await
    }

    /// Every device, and what it said it has.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn devices(&self) -> Answer<Vec<DeviceRow>> {
        self.ask(async |central| central.get("devices", &[]).await).await
    }

    /// Ends what a device may do.
    ///
    /// # Errors
    /// [`CallError`]; [`Code::NotFound`].
    pub async fn revoke(&self, device: &str, reason: &str) -> Answer<()> {
        let path = format!("devices/{}/revoke", plain(device)?);
        let request = Revoke { reason: reason.to_owned() };
        self.ask(async |central| central.post::<_, Value>(&path, &request).await).await.map(drop)
    }

    /// Vouches for a journal whose key is lost: what it writes from now on counts.
    ///
    /// # Errors
    /// [`CallError`]; [`Code::NotFound`] when it waits for nobody.
    pub async fn approve(&self, journal: &str) -> Answer<()> {
        let path = format!("journals/{}/approve", plain(journal)?);
        self.ask(async |central| central.post::<_, Value>(&path, &json!({})).await).await.map(drop)
    }

    /// What the server set aside, newest first, from before a place in the log on: what waits for an answer, or all of
    /// it; at most `limit`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn quarantine(&self, all: bool, before: Option<u64>, limit: u32) -> Answer<Vec<Quarantined>> {
        let mut query = vec![("all", all.to_string()), ("limit", limit.to_string())];
        query.extend(before.map(|before| ("before", before.to_string())));
        self.ask(async |central| central.get("quarantine", &query).await).await
    }

    /// Of these entries those that the server set aside, answered or not.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn set_aside(&self, entries: &[Digest]) -> Answer<Vec<Quarantined>> {
        let mut found = Vec::new();
        for some in entries.chunks(IDS) {
            let ids: Vec<String> = some.iter().map(ToString::to_string).collect();
            let query = [("entries", ids.join(","))];
            found.extend(self.ask(async |central| central.get::<Vec<_>>("quarantine", &query).await).await?);
        }
        Ok(found)
    }

    /// The log of copies by mail, newest first: of a document, or of all; at most `limit`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn deliveries(&self, doc: Option<Uuid>, limit: u32) -> Answer<Vec<Delivery>> {
        let mut query = vec![("limit", limit.to_string())];
        query.extend(doc.map(|doc| ("doc", doc.to_string())));
        self.ask(async |central| central.get("deliveries", &query).await).await
    }

    /// How copies are sent.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn mail(&self) -> Answer<MailPage> {
        self.ask(async |central| central.get("settings/mail", &[]).await).await
    }

    /// Sets how copies are sent. An empty password keeps the one that is there.
    ///
    /// # Errors
    /// [`CallError`]; [`Code::BadRequest`] with `data.why`, a [`fieldseal_wire::admin::MailFault`].
    pub async fn put_mail(&self, settings: &MailSettings) -> Answer<()> {
        self.ask(async |central| central.put::<_, Value>("settings/mail", settings).await).await.map(drop)
    }

    /// Sends a test mail; takes as long as the mail server takes, a minute at most.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn test_mail(&self, to: &str) -> Answer<MailTestAnswer> {
        let request = MailTest { to: to.to_owned() };
        self.ask(async |central| central.post("mail/test", &request).await).await
    }
}

/// A device's name as a part of a path. One that is none would be another path.
fn plain(device: &str) -> Answer<&str> {
    let whole = !device.is_empty() && device.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if whole {
        Ok(device)
    } else {
        Err(CallError::Refused(Refusal::new(Code::NotFound, "there is no such device")))
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_device_is_no_way_to_another_route() {
        assert!(plain("3f9a0c").is_ok());
        for other in ["", "..", "a/b", "a%2fb", "a?all=true"] {
            assert!(plain(other).is_err(), "{other}");
        }
    }
}
