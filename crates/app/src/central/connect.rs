//! Becoming a device of the organisation: address and one-time code, or the link that the office's QR holds.

use super::{
    side::Side,
    successor::{self, Door},
};
use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Lack, Result},
    identity::{Identity, Membership},
    start::IDENTITY,
    view::central::{CentralView, ConnectRequest},
};
use fieldseal_domain::Digest;
use fieldseal_seal::SigningContext;
use fieldseal_sync::{
    Enrolment, HttpCentral, KeyHolder as _, Local as _, Predecessor, ServerAddress, Successor as _,
    SyncError, Trust, enrol, recognised,
};
use std::sync::Arc;
use url::Url;
use uuid::Uuid;

/// Scheme and host of the link.
const LINK: (&str, &str) = ("fieldseal", "enrol");

/// What was typed or scanned, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invitation {
    pub(super) url: String,
    pub(super) code: String,
    pub(super) key: Option<Digest>,
}

/// Reads an invitation: the link alone, or an address and a code.
pub(super) fn read(request: &ConnectRequest) -> Result<Invitation> {
    let invitation = read_address(request)?;
    if invitation.code.is_empty() { Err(AppError::Missing(Lack::Code)) } else { Ok(invitation) }
}

/// The same where a code is not needed.
fn read_address(request: &ConnectRequest) -> Result<Invitation> {
    let address = request.address.trim();
    let link =
        Url::parse(address).ok().filter(|url| (url.scheme(), url.host_str()) == (LINK.0, Some(LINK.1)));
    let Some(link) = link else {
        let code = request.code.trim().to_owned();
        if address.is_empty() {
            return Err(AppError::Missing(Lack::Address));
        }
        // A bare name or number is meant as a server in the house.
        let url = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        return Ok(Invitation { url, code, key: None });
    };
    let value =
        |name: &str| link.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let key = match value("key").filter(|key| !key.is_empty()) {
        Some(key) => Some(key.parse().map_err(|_| AppError::BadAddress)?),
        None => None,
    };
    let code = value("code").unwrap_or_else(|| request.code.trim().to_owned());
    match value("url") {
        Some(url) => Ok(Invitation { url, code, key }),
        None => Err(AppError::BadAddress),
    }
}

/// The address with the reason to believe in it.
pub(super) fn address(url: &str, key: Option<Digest>) -> Result<ServerAddress> {
    let trust = key.map_or(Trust::SystemRoots, Trust::Pinned);
    ServerAddress::new(url, trust).map_err(|_| AppError::BadAddress)
}

/// Runs a future of the engine on this thread.
pub(super) fn wait<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}

impl App {
    /// Connects this tablet to the office. Everything signed before stays and is sent too. Takes as long as the network
    /// takes; the database is free meanwhile. A tablet that the office blocked can come back to the same organisation: it
    /// gets another device code and journal, and what it wrote after it was blocked waits for the office's answer. One
    /// that is connected finds the same office at another address, or goes over to another office when that was asked for.
    ///
    /// # Errors
    /// [`AppError::Missing`], [`AppError::BadAddress`], [`AppError::Central`] with the server's refusal,
    /// [`AppError::OtherOffice`] when another organisation was found and not asked for.
    pub fn connect(self: &Arc<Self>, request: &ConnectRequest) -> Result<CentralView> {
        let blocked = self.is_blocked();
        let (person, present) = self.at_work(|desk, person| Ok((person, desk.identity.central.clone())))?;
        match present {
            Some(present) if !blocked && !request.another => self.move_to(request, &present),
            present => self.enrol(request, person, present.is_some()),
        }
    }

    /// The same office at another address, or under another key: shown by its knowing this device.
    fn move_to(self: &Arc<Self>, request: &ConnectRequest, present: &Membership) -> Result<CentralView> {
        let Invitation { url, key, .. } = read_address(request)?;
        let side = Side { app: Arc::clone(self) };
        // Without a key in the link: the key that is known, then what the system trusts.
        let keys = match key.or(present.server_key) {
            Some(known) if key.is_none() => vec![Some(known), None],
            other => vec![other],
        };
        let mut found = Err(AppError::BadAddress);
        for server_key in keys {
            let address = address(&url, server_key)?;
            let door = Door { url: address.as_str().to_owned(), server_key };
            let central = HttpCentral::new(address).map_err(SyncError::from)?;
            found = match wait(recognised(&central, &side, &present.server_id))? {
                Ok(true) => Ok(door),
                Ok(false) => Err(AppError::OtherOffice),
                Err(error) => Err(error.into()),
            };
            if found.is_ok() {
                break;
            }
        }
        let door = found?;
        self.stop_sync();
        self.at_desk(|desk| desk.find_office_at(door))?;
        self.start_sync()?;
        self.central()
    }

    fn enrol(self: &Arc<Self>, request: &ConnectRequest, person: Uuid, member: bool) -> Result<CentralView> {
        let invitation = read(request)?;
        let address = address(&invitation.url, invitation.key)?;
        let door = Door { url: address.as_str().to_owned(), server_key: invitation.key };
        let side = Side { app: Arc::clone(self) };
        let central = HttpCentral::new(address).map_err(fieldseal_sync::SyncError::from)?;
        let successor = successor::prepare(&side, Some(door))?;
        let (end, predecessors) = self.at_work(|desk, _| desk.predecessors(&successor.keys().ed25519))?;
        let enrolment = Enrolment {
            code: invitation.code,
            label: host_name(),
            app_version: side.app_version(),
            predecessors,
        };
        let enrolled = wait(enrol(&central, &successor, &enrolment, side.now()))??;
        let known = self.at_desk(|desk| Ok(desk.identity.root() == enrolled.root.0))?;
        if member && !known && !request.another {
            return Err(AppError::OtherOffice);
        }
        self.stop_sync();
        successor.adopt(&enrolled, end)?;
        self.at_desk(|desk| desk.expect_person(person, enrolled.person))?;
        self.start_sync()?;
        self.central()
    }
}

impl Desk {
    /// The end of the present journal, and this and all earlier journals as the server wants them named.
    fn predecessors(&self, new_key: &[u8; 32]) -> Result<((u64, Digest), Vec<Predecessor>)> {
        let read = self.store.read();
        let end_of = |device: &str| -> Result<(u64, Digest)> {
            Ok(read.last_position(device)?.map_or((0, Digest::default()), |end| (end.n, end.id)))
        };
        let mut all = Vec::new();
        for earlier in &self.identity.earlier {
            let Ok(ed25519) = earlier.ed25519.as_slice().try_into() else { continue };
            all.push(Predecessor {
                device: earlier.device.clone(),
                ed25519,
                certificates: earlier.certificates.clone(),
                end: end_of(&earlier.device)?,
                proof: None,
            });
        }
        let end = end_of(&self.identity.device)?;
        all.push(Predecessor {
            device: self.identity.device.clone(),
            ed25519: self.public.ed25519_raw,
            certificates: self.identity.chain(),
            end,
            proof: Some(self.pen.keys.sign_statement(SigningContext::Continues, new_key)),
        });
        Ok((end, all))
    }

    /// What was known of the server a person has left no longer counts. Asked before every first session: a kill between
    /// the choice and this must not leave the tablet between two servers.
    pub(super) fn settle_server(&mut self, server_id: &str) -> Result<()> {
        match self.store.read().peer()? {
            Some(peer) if peer.server_id != server_id => {
                self.store.transact(|tx| tx.forget_server().map_err(AppError::from))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn find_office_at(&mut self, door: Door) -> Result<()> {
        let central = self.identity.central.clone().ok_or(AppError::NoOffice)?;
        let central = Membership { url: door.url, server_key: door.server_key, ..central };
        let identity = Identity { central: Some(central), ..self.identity.clone() };
        self.store.transact(|tx| tx.put_setting(IDENTITY, &identity).map_err(AppError::from))?;
        self.identity = identity;
        Ok(())
    }

    /// The server knows the person at work under another identity: when that person has arrived, they keep their PIN.
    fn expect_person(&mut self, here: Uuid, there: Uuid) -> Result<()> {
        if here == there { Ok(()) } else { self.save_setting(super::person::AWAITED, &(here, there)) }
    }
}

/// What people call the machine.
pub(super) fn host_name() -> String {
    let name = std::fs::read_to_string("/etc/hostname").ok().or_else(|| std::env::var("COMPUTERNAME").ok());
    let name: String = name.unwrap_or_default().trim().chars().take(64).collect();
    if name.is_empty() { "tablet".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn request(address: &str, code: &str) -> ConnectRequest {
        ConnectRequest { address: address.to_owned(), code: code.to_owned(), another: false }
    }

    #[test]
    fn an_invitation_is_a_link_or_an_address_and_a_code() {
        let key = Digest::of(b"key");
        let link = format!("fieldseal://enrol?url=https%3A%2F%2Foffice%3A8420&code=AAAA-BBBB-CCCC&key={key}");
        let read_link = read(&request(&link, "")).unwrap();
        assert_eq!(read_link.url, "https://office:8420");
        assert_eq!((read_link.code.as_str(), read_link.key), ("AAAA-BBBB-CCCC", Some(key)));
        let typed = read(&request(" office:8420 ", " AAAA ")).unwrap();
        assert_eq!((typed.url.as_str(), typed.code.as_str()), ("https://office:8420", "AAAA"));
    }

    #[test]
    fn what_is_missing_or_malformed_is_said() {
        assert!(matches!(read(&request("", "A")), Err(AppError::Missing(Lack::Address))));
        assert!(matches!(read(&request("https://x", " ")), Err(AppError::Missing(Lack::Code))));
        assert!(matches!(read(&request("fieldseal://enrol?code=A", "")), Err(AppError::BadAddress)));
        let bad_key = "fieldseal://enrol?url=https%3A%2F%2Fx&code=A&key=zz";
        assert!(matches!(read(&request(bad_key, "")), Err(AppError::BadAddress)));
        assert!(matches!(address("http://10.0.0.1", None), Err(AppError::BadAddress)));
    }
}
