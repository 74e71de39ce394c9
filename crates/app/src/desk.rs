//! The open database with everything needed to write into it: keys, identity, kinds, who is at work.

use crate::{
    clock::{self, Clock},
    error::{AppError, Result},
    identity::{DeviceFile, Identity},
    vault::{KeyVault, fill_random},
    view::start::{AppStatus, PersonCard},
};
use fieldseal_domain::{
    FileHash,
    event::{ClockReading, Event},
    fold::DocumentState,
    kind::Kind,
    party::{Firm, Person},
};
use fieldseal_seal::{DeviceKeys, DevicePublicKeys, PrefixState, chain};
use fieldseal_store::{Author, NewEvent, Position, Sign, Store};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use uuid::Uuid;

/// The hand that writes the journal.
pub(crate) struct Pen {
    pub(crate) keys: DeviceKeys,
    pub(crate) org: String,
    pub(crate) device: String,
    pub(crate) clock: Arc<dyn Clock>,
}

/// One moment by all clocks: the same for all events of one act.
pub(crate) struct Moment {
    pub(crate) at: jiff::Zoned,
    pub(crate) reading: ClockReading,
}

impl Sign for Pen {
    fn sign_header(&self, header: &[u8]) -> [u8; 64] {
        chain::sign_header(&self.keys, header).1.0
    }
}

impl Pen {
    pub(crate) fn moment(&self) -> Moment {
        Moment { at: self.clock.now(), reading: clock::reading(&*self.clock) }
    }

    pub(crate) fn author<'a>(&'a self, moment: &'a Moment) -> Author<'a> {
        Author {
            org: &self.org,
            device: &self.device,
            clock: &moment.reading,
            wall_ms: moment.at.timestamp().as_millisecond(),
            head: None,
            sign: self,
        }
    }
}

/// Events with fresh salts.
pub(crate) fn salted(doc: Option<Uuid>, events: &[Event]) -> Result<Vec<NewEvent<'_>>> {
    let salt = |event| {
        let mut salt = [0; 16];
        fill_random(&mut salt)?;
        Ok(NewEvent { doc, event, salt })
    };
    events.iter().map(salt).collect()
}

/// The open database.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) pen: Pen,
    pub(crate) public: DevicePublicKeys,
    pub(crate) identity: Identity,
    pub(crate) device_file: DeviceFile,
    /// Where the keys are kept.
    pub(crate) vault: Box<dyn KeyVault>,
    pub(crate) kinds: Vec<Kind>,
    /// Who is at work.
    pub(crate) person: Option<Uuid>,
    /// Names this run of the program, for pauses that must be waited through again after a restart.
    pub(crate) session: String,
    /// Hash state of the file at the customer, so that signing hashes only what is added.
    pub(crate) prefix: Option<(FileHash, PrefixState)>,
    /// Groups of the recovery code that still have to be typed back.
    pub(crate) recovery_check: Option<crate::start::RecoveryCheck>,
    /// People whose last PIN was right though that could not be written down.
    pub(crate) right_pins: std::collections::BTreeSet<Uuid>,
    /// Key of the database, to wrap it under a new recovery code.
    pub(crate) database: zeroize::Zeroizing<[u8; 32]>,
    /// Where the public file lies.
    pub(crate) folder: std::path::PathBuf,
}

impl Desk {
    /// Writes events in one transaction.
    pub(crate) fn append(&mut self, doc: Option<Uuid>, events: &[Event]) -> Result<Vec<Position>> {
        let moment = self.pen.moment();
        let new = salted(doc, events)?;
        Ok(self.store.transact(|tx| tx.append_all(&self.pen.author(&moment), &new))?)
    }

    pub(crate) fn firm(&self) -> Result<Firm> {
        Ok(self.store.read().firm()?.unwrap_or_default())
    }

    pub(crate) fn person(&self, id: Uuid) -> Result<Person> {
        self.store.read().person(id)?.ok_or(AppError::NotFound("person"))
    }

    pub(crate) fn kind(&self, id: &str) -> Result<&Kind> {
        self.kinds.iter().find(|kind| kind.id == id).ok_or(AppError::NotFound("kind"))
    }

    pub(crate) fn state_of(&self, doc: Uuid) -> Result<DocumentState> {
        self.store.read().document_state(doc)?.ok_or(AppError::NotFound("document"))
    }

    pub(crate) fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        Ok(self.store.read().setting(key)?)
    }

    pub(crate) fn save_setting<T: Serialize>(&mut self, key: &str, value: &T) -> Result<()> {
        self.store.transact(|tx| tx.put_setting(key, value).map_err(AppError::from))
    }

    pub(crate) fn card(&self, person: &Person) -> Result<PersonCard> {
        Ok(PersonCard {
            id: person.id,
            name: person.name.clone(),
            language: person.language,
            has_signature: self.store.read().own_ink(person.id)?.is_some(),
        })
    }

    /// The people who sign in on this tablet: those with a PIN here. The office knows many more.
    fn people_here(&self) -> Result<Vec<PersonCard>> {
        let read = self.store.read();
        let succeeded: Vec<Uuid> = self.setting(crate::central::SUCCEEDED)?.unwrap_or_default();
        let mut here = Vec::new();
        for person in read.persons()? {
            if !succeeded.contains(&person.id) && read.pin(person.id)?.is_some() {
                here.push(person);
            }
        }
        // Who has left does not sign in any more. Where nobody else is there, somebody must still be able to give the
        // tablet on.
        if here.iter().any(|person| !person.left) {
            here.retain(|person| !person.left);
        }
        here.iter().map(|person| self.card(person)).collect()
    }

    /// Whether this person may sign in here.
    pub(crate) fn signs_in(&self, person: Uuid) -> Result<bool> {
        Ok(self.people_here()?.iter().any(|card| card.id == person))
    }

    /// The part of the status that needs the database.
    pub(crate) fn fill_status(&self, status: &mut AppStatus) -> Result<()> {
        let read = self.store.read();
        status.device_code.clone_from(&self.identity.code);
        status.key_store = Some(self.device_file.key_store);
        status.demo = self.setting("demo")?.unwrap_or(false);
        status.on_screen_keyboard = self.setting("on_screen_keyboard")?.unwrap_or(false);
        let firm = self.firm()?;
        if let Some(row) = read.hand_over()? {
            // The customer sees the firm's name and who gets the tablet back, nothing else.
            status.firm = Some(Firm { name: firm.name, color: firm.color, ..Firm::default() });
            status.people = vec![self.card(&self.person(row.given_by)?)?];
            return Ok(());
        }
        status.people = self.people_here()?;
        status.root_fingerprint = self.identity.root_fingerprint();
        if let Some(person) = self.person {
            status.firm = Some(firm);
            status.person = Some(self.card(&self.person(person)?)?);
            status.role = self.role(person)?;
            status.recovery_unconfirmed = !self.setting(crate::start::RECOVERY_CONFIRMED)?.unwrap_or(false);
        } else {
            status.firm = Some(Firm { name: firm.name, color: firm.color, ..Firm::default() });
        }
        Ok(())
    }
}
