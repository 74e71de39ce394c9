//! First run by a code of the office: the device is the office's from its first entry on. Firm, people and jobs come from
//! there.

use super::{
    connect::{self, Invitation},
    successor::Door,
};
use crate::{
    app::{App, State},
    error::{AppError, Result},
    identity::{Identity, make_secret},
    pins,
    view::{
        central::{ConnectRequest, JoinRequest},
        start::FirstRunDone,
    },
};
use fieldseal_domain::{event::Event, party::Person};
use fieldseal_seal::{DeviceKeys, DevicePublicKeys, SigningContext};
use fieldseal_sync::{Enrolment, HttpCentral, KeyHolder, NewKeys, SyncError, enrol, wire::enrol::Enrolled};
use std::sync::Arc;

/// Keys of a device that has no journal yet.
struct FirstKeys<'a> {
    keys: &'a DeviceKeys,
    public: &'a DevicePublicKeys,
}

impl KeyHolder for FirstKeys<'_> {
    fn keys(&self) -> NewKeys {
        NewKeys { ed25519: self.public.ed25519_raw, p256: self.public.p256_spki.clone() }
    }

    fn prove(&self, context: SigningContext, bytes: &[u8]) -> ([u8; 64], Vec<u8>) {
        (self.keys.sign_statement(context, bytes), self.keys.sign_statement_p256(context, bytes))
    }
}

impl App {
    /// First run as a device of the office. Takes as long as the network takes. Whatever fails leaves the folder as it
    /// was; only a code that the server took is used up.
    ///
    /// # Errors
    /// [`AppError::Missing`], [`AppError::BadAddress`], [`AppError::Pin`], [`AppError::Vault`], [`AppError::Central`]
    /// with the server's refusal, or what the database says.
    pub fn join(self: &Arc<Self>, request: &JoinRequest) -> Result<FirstRunDone> {
        if !matches!(*self.state(), State::FirstRun) {
            return Err(AppError::NotAllowed);
        }
        pins::check(&request.pin)?;
        let asked =
            ConnectRequest { address: request.address.clone(), code: request.code.clone(), another: false };
        let Invitation { url, code, key } = connect::read(&asked)?;
        let address = connect::address(&url, key)?;
        let door = Door { url: address.as_str().to_owned(), server_key: key };
        // Before the code is used up: a key store that keeps nothing is found here.
        let vault = self.new_vault(request.key_store, &request.passphrase)?;
        // The root in it is never used: the office issues this device's certificates.
        let secret = make_secret("Fieldseal", None)?;
        let public = secret.keys.public()?;
        let enrolment = Enrolment {
            code,
            label: connect::host_name(),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            predecessors: Vec::new(),
        };
        let central = HttpCentral::new(address).map_err(SyncError::from)?;
        let now = self.parts.clock.now().timestamp();
        let holder = FirstKeys { keys: &secret.keys, public: &public };
        let enrolled = connect::wait(enrol(&central, &holder, &enrolment, now))??;

        let identity = Identity::enrolled(&enrolled, &public, door);
        let done = self.set_up(secret, identity, vault, |desk| {
            let person = person(&enrolled, request);
            desk.begin_journal(&person, &request.pin, &[Event::PersonSaved(person.clone())])?;
            Ok(person.id)
        })?;
        self.start_sync()?;
        Ok(done)
    }
}

/// Who the code was made for. Said again in the own journal, so that they can sign in before the first exchange.
fn person(enrolled: &Enrolled, request: &JoinRequest) -> Person {
    Person {
        id: enrolled.person,
        name: enrolled.person_name.clone(),
        language: request.language,
        left: false,
    }
}
