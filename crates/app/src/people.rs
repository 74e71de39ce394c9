//! People, PINs, the firm, settings.

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Lack, Result},
    pins,
    vault::recovery,
    view::start::{PersonCard, PinAnswer},
};
use fieldseal_domain::{
    Language,
    event::Event,
    ink::Ink,
    party::{Firm, Person},
    text,
};
use fieldseal_store::{BlobSort, Pin, PinLock};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Key of the setting that names who made a new PIN by recovery code while a customer holds the tablet.
pub(crate) const PIN_BY_CODE: &str = "pin_by_code";
/// Settings that the screens may read and write; everything else in the table is ours.
const OPEN_SETTINGS: [&str; 6] =
    ["theme", "language", "on_screen_keyboard", "photo_folder", "import_folder", "density"];

impl App {
    /// Somebody says who they are.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`] while a customer holds the tablet.
    pub fn sign_in(&self, person: Uuid, pin: &str) -> Result<PinAnswer> {
        self.at_desk(|desk| {
            if desk.store.read().hand_over()?.is_some() {
                return Err(AppError::NotAllowed);
            }
            if !desk.signs_in(person)? {
                return Err(AppError::NotFound("person"));
            }
            let answer =
                if desk.take_new_pin(person, pin)? { PinAnswer::Right } else { desk.try_pin(person, pin)? };
            if answer == PinAnswer::Right {
                desk.person = Some(person);
            }
            Ok(answer)
        })
    }

    /// Back to the sign-in screen.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`] while a customer holds the tablet.
    pub fn sign_out(&self) -> Result<()> {
        self.at_work(|desk, _| {
            desk.person = None;
            Ok(())
        })?;
        self.pages.clear();
        Ok(())
    }

    /// A new colleague on this tablet.
    ///
    /// # Errors
    /// [`AppError::Missing`], [`AppError::Pin`].
    pub fn add_person(&self, name: &str, language: Language, pin: &str) -> Result<PersonCard> {
        self.at_work(|desk, _| {
            let name = text::clean(name).trim().to_owned();
            if name.is_empty() {
                return Err(AppError::Missing(Lack::Person));
            }
            pins::check(pin)?;
            let person = Person { id: Uuid::now_v7(), name, language, left: false };
            desk.append(None, &[Event::PersonSaved(person.clone())])?;
            desk.set_pin(person.id, pin)?;
            desk.card(&person)
        })
    }

    /// A new PIN for somebody who knows the old one.
    ///
    /// # Errors
    /// [`AppError::Pin`] for a new PIN that is too easy.
    pub fn change_pin(&self, person: Uuid, old: &str, new: &str) -> Result<PinAnswer> {
        self.at_work(|desk, _| {
            pins::check(new)?;
            let answer = desk.try_pin(person, old)?;
            if answer == PinAnswer::Right {
                desk.set_pin(person, new)?;
            }
            Ok(answer)
        })
    }

    /// A new PIN by the recovery code. Works in the hand-over too: that is how a forgotten PIN gives the tablet back.
    ///
    /// # Errors
    /// [`AppError::WrongRecoveryCode`], [`AppError::Pin`].
    pub fn reset_pin(&self, person: Uuid, code: &str, new: &str) -> Result<()> {
        self.at_desk(|desk| {
            pins::check(new)?;
            desk.person(person)?;
            if recovery::unwrap(code, &desk.device_file.recovery).is_none() {
                return Err(AppError::WrongRecoveryCode);
            }
            desk.set_pin(person, new)?;
            desk.save_setting(PIN_BY_CODE, &Some(person))
        })
    }

    /// Name, branches, colour of the firm. With an office only an administrator may: it is everybody's.
    ///
    /// # Errors
    /// [`AppError::Missing`] without a name, [`AppError::NotForRole`].
    pub fn save_firm(&self, firm: &Firm) -> Result<()> {
        self.at_work(|desk, person| {
            desk.may_change_firm(person)?;
            let mut firm = firm.clone();
            firm.name = text::clean(&firm.name).trim().to_owned();
            if firm.name.is_empty() {
                return Err(AppError::Missing(Lack::Firm));
            }
            firm.logo = desk.firm()?.logo;
            desk.append(None, &[Event::FirmSaved(firm)]).map(drop)
        })
    }

    /// The firm's logo, a JPEG or PNG picture.
    ///
    /// # Errors
    /// [`AppError::Photo`], [`AppError::NotForRole`].
    pub fn set_logo(&self, bytes: &[u8]) -> Result<Firm> {
        let kept = crate::photos::keep_logo(bytes)?;
        self.at_work(|desk, person| {
            desk.may_change_firm(person)?;
            let digest = desk
                .store
                .transact(|tx| tx.put_blob(BlobSort::Picture, "image/png", &kept).map_err(AppError::from))?;
            let firm = Firm { logo: Some(digest.to_string()), ..desk.firm()? };
            desk.append(None, &[Event::FirmSaved(firm.clone())])?;
            Ok(firm)
        })
    }

    /// The settings of the screens. Theme and language are also for the sign-in screen.
    ///
    /// # Errors
    /// What the database says.
    pub fn settings(&self) -> Result<BTreeMap<String, Value>> {
        self.at_desk(|desk| {
            let read = desk.store.read();
            let mut settings = BTreeMap::new();
            for key in OPEN_SETTINGS {
                if let Some(value) = read.setting::<Value>(key)? {
                    settings.insert(key.to_owned(), value);
                }
            }
            Ok(settings)
        })
    }

    /// Changes one of them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a setting that is not the screens' own.
    pub fn save_setting(&self, key: &str, value: &Value) -> Result<()> {
        self.at_work(|desk, _| {
            if !OPEN_SETTINGS.contains(&key) {
                return Err(AppError::NotFound("setting"));
            }
            desk.save_setting(key, value)
        })
    }

    /// Keeps the own signature of the person at work, released by their PIN later.
    ///
    /// # Errors
    /// [`AppError::Ink`].
    pub fn keep_signature(&self, ink: &Ink, pin: &str) -> Result<PinAnswer> {
        self.at_work(|desk, person| {
            ink.check()?;
            let answer = desk.try_pin(person, pin)?;
            if answer == PinAnswer::Right {
                desk.store.transact(|tx| tx.put_own_ink(person, ink).map_err(AppError::from))?;
            }
            Ok(answer)
        })
    }
}

impl Desk {
    fn may_change_firm(&self, person: Uuid) -> Result<()> {
        let may = self.identity.central.is_none() || self.role(person)?.administers();
        if may { Ok(()) } else { Err(AppError::NotForRole) }
    }
}

impl Desk {
    pub(crate) fn set_pin(&mut self, person: Uuid, pin: &str) -> Result<()> {
        let hash = pins::hash(pin)?;
        self.store.transact(|tx| {
            tx.put_pin(person, &Pin { hash, lock: PinLock::default() }).map_err(AppError::from)
        })
    }

    /// Tries a PIN. The try is counted before it is looked at, so that pulling the plug does not give another one.
    pub(crate) fn try_pin(&mut self, person: Uuid, pin: &str) -> Result<PinAnswer> {
        let kept = self.store.read().pin(person)?.ok_or(AppError::NotFound("person"))?;
        let waiting = self.pause_left_ms(&kept.lock);
        if waiting > 0 {
            return Ok(PinAnswer::TooEarly { wait_s: seconds(waiting) });
        }
        let earlier = if self.right_pins.contains(&person) { 0 } else { kept.lock.wrong_tries };
        let wrong_tries = earlier.saturating_add(1);
        let delay_ms = pins::delay_ms(wrong_tries);
        let lock =
            PinLock { wrong_tries, delay_ms, boot: self.session.clone(), mono_ms: self.pen.clock.mono_ms() };
        self.store.transact(|tx| tx.put_pin_lock(person, &lock).map_err(AppError::from))?;
        if pins::fits(pin, &kept.hash) {
            // A full disk must not count right PINs as wrong ones: what cannot be written is remembered.
            let forgotten = self
                .store
                .transact(|tx| tx.put_pin_lock(person, &PinLock::default()).map_err(AppError::from));
            match forgotten {
                Ok(()) => self.right_pins.remove(&person),
                Err(_) => self.right_pins.insert(person),
            };
            return Ok(PinAnswer::Right);
        }
        self.right_pins.remove(&person);
        Ok(PinAnswer::Wrong { wait_s: seconds(delay_ms) })
    }

    /// What is left of a pause. After a restart all of it is waited through again, counted from the start of the
    /// program: the wall clock, which anyone can set, plays no part.
    fn pause_left_ms(&self, lock: &PinLock) -> u64 {
        let now = self.pen.clock.mono_ms();
        let since = if lock.boot == self.session { now.saturating_sub(lock.mono_ms) } else { now };
        lock.delay_ms.saturating_sub(since)
    }
}

fn seconds(ms: u64) -> u32 {
    u32::try_from(ms.div_ceil(1000)).unwrap_or(u32::MAX)
}
