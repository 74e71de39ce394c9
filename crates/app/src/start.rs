//! First run, opening, unlocking, recovery: from a folder on disk to an open database.

use crate::{
    app::{App, Parts, State},
    desk::{Desk, Pen},
    error::{AppError, Lack, Result},
    identity::{DEVICE_FORMAT, DeviceFile, Identity, make_secret},
    pins,
    vault::{DeviceSecret, KeyVault, VaultError, passphrase::PassphraseVault, recovery},
    view::start::{AppStatus, FirstRun, FirstRunDone, KeyStoreCheck, KeyStoreKind, PinAnswer, Problem},
};
use fieldseal_domain::{Digest, event::Event, kind, party::Person, text};
use fieldseal_seal::DeviceKeys;
use fieldseal_store::{DatabaseKey, OpenMode, Pin, PinLock, Store, StoreError};
use std::{collections::BTreeMap, path::Path, thread, time::Duration};
use uuid::Uuid;
use zeroize::Zeroizing;

const DATABASE: &str = "fieldseal.db";
const SEALED_KEYS: &str = "keys.sealed";
/// Key of the setting that says who the device is.
pub(crate) const IDENTITY: &str = "identity";
/// Key of the setting that says whether parts of the recovery code were typed back.
pub(crate) const RECOVERY_CONFIRMED: &str = "recovery_confirmed";
/// Groups of the recovery code that are typed back.
const ASKED_GROUPS: [u32; 2] = [1, 4];
/// How often an opened database is tried again, and the pause between two tries: three seconds in all.
const LOCK_TRIES: u32 = 60;
const LOCK_PAUSE: Duration = Duration::from_millis(50);
/// Shortest passphrase.
const SHORTEST_PASSPHRASE: usize = 10;

/// Name, kind and door of a place for keys.
pub(crate) type NewVault = (String, KeyStoreKind, Box<dyn KeyVault>);

/// The recovery code while parts of it still have to be typed back.
pub(crate) struct RecoveryCheck {
    code: Zeroizing<String>,
    groups: Vec<u32>,
}

/// The state in which a folder opens.
pub(crate) fn opening_state(folder: &Path, parts: &Parts) -> State {
    match DeviceFile::read(folder) {
        Ok(None) if folder.join(DATABASE).exists() => broken(&AppError::Store(StoreError::WrongKeyOrDamaged)),
        Ok(None) => State::FirstRun,
        Ok(Some(file)) => match file.key_store {
            KeyStoreKind::System => open_with_system(folder, parts, file),
            KeyStoreKind::PassphraseFile => locked(file, "passphrase_needed"),
        },
        Err(error) => broken(&error),
    }
}

fn broken(error: &AppError) -> State {
    State::Broken(error.problem())
}

fn locked(file: DeviceFile, code: &str) -> State {
    State::Locked(Box::new(file), Problem { code: code.to_owned(), data: BTreeMap::new() })
}

fn open_with_system(folder: &Path, parts: &Parts, file: DeviceFile) -> State {
    let read =
        parts.vaults.open(&file.vault_name).and_then(|vault| Ok(vault.read()?.map(|bytes| (vault, bytes))));
    match read {
        Ok(Some((vault, bytes))) => open_with_bytes(folder, parts, file, vault, &bytes),
        // Nothing found is not "first run": the public file says there must be keys.
        Ok(None) => locked(file, "keys_gone"),
        Err(VaultError::Locked) => locked(file, "vault_locked"),
        Err(error) => {
            let problem = AppError::Vault(error).problem();
            State::Locked(Box::new(file), problem)
        }
    }
}

fn open_with_bytes(
    folder: &Path,
    parts: &Parts,
    file: DeviceFile,
    vault: Box<dyn KeyVault>,
    bytes: &[u8],
) -> State {
    let secret = match DeviceSecret::from_bytes(bytes) {
        Ok(secret) => secret,
        Err(_) => return locked(file, "keys_gone"),
    };
    if secret.keys_of(file.keys).is_none() {
        return locked(file, "keys_gone");
    }
    match open_desk(folder, parts, file, vault, secret) {
        Ok(desk) => State::Open(Box::new(desk)),
        Err(error) => broken(&error),
    }
}

/// Opens the database. A run that is just ending holds it a moment longer: that is no second window.
fn open_patiently(path: &Path, key: &[u8; 32]) -> Result<Store> {
    let mut tries = 0;
    loop {
        match Store::open(path, DatabaseKey::new(*key), OpenMode::Existing) {
            Err(StoreError::InUse) if tries < LOCK_TRIES => {
                tries += 1;
                thread::sleep(LOCK_PAUSE);
            }
            opened => return Ok(opened?),
        }
    }
}

fn open_desk(
    folder: &Path,
    parts: &Parts,
    file: DeviceFile,
    vault: Box<dyn KeyVault>,
    secret: DeviceSecret,
) -> Result<Desk> {
    let store = open_patiently(&folder.join(DATABASE), &secret.database)?;
    let identity: Identity = store.read().setting(IDENTITY)?.ok_or(AppError::NotFound("identity"))?;
    let opened = Opened { file, store, identity, vault };
    let mut desk = desk(folder, parts, &secret, opened)?;
    desk.settle_keys(secret);
    Ok(desk)
}

/// What a desk is opened with.
struct Opened {
    file: DeviceFile,
    store: Store,
    identity: Identity,
    vault: Box<dyn KeyVault>,
}

fn desk(folder: &Path, parts: &Parts, secret: &DeviceSecret, opened: Opened) -> Result<Desk> {
    let Opened { file: device_file, store, identity, vault } = opened;
    let writing = match identity.keys {
        Some(id) => secret.keys_of(id).ok_or(AppError::NotFound("keys"))?,
        None => &secret.keys,
    };
    let keys = DeviceKeys::from_secret_bytes(&writing.to_secret_bytes())?;
    Ok(Desk {
        store,
        public: keys.public()?,
        pen: Pen {
            keys,
            org: identity.org.clone(),
            device: identity.device.clone(),
            clock: parts.clock.clone(),
        },
        identity,
        device_file,
        vault,
        kinds: kind::shipped()?,
        person: None,
        session: Uuid::now_v7().to_string(),
        prefix: None,
        recovery_check: None,
        right_pins: std::collections::BTreeSet::new(),
        database: secret.database.clone(),
        folder: folder.to_owned(),
    })
}

impl App {
    /// Whether the key store of this machine really keeps something.
    #[must_use]
    pub fn check_key_store(&self) -> KeyStoreCheck {
        match self.parts.vaults.open("probe").and_then(|vault| vault.probe()) {
            Ok(()) => KeyStoreCheck { system_works: true, reason: String::new() },
            Err(error) => KeyStoreCheck { system_works: false, reason: error.to_string() },
        }
    }

    /// First run: keys, root, database, firm, first person. Whatever fails leaves the folder as it was, so that it
    /// can be tried again.
    ///
    /// # Errors
    /// [`AppError::Missing`], [`AppError::Pin`], [`AppError::Vault`], or what the database says.
    pub fn first_run(&self, request: &FirstRun) -> Result<FirstRunDone> {
        if !matches!(*self.state(), State::FirstRun) {
            return Err(AppError::NotAllowed);
        }
        let (firm, name) = checked(request)?;
        let secret = make_secret(&firm.name, None)?;
        let identity = Identity::standalone(&secret, Vec::new())?;
        let vault = self.new_vault(request.key_store, &request.passphrase)?;
        self.set_up(secret, identity, vault, |desk| {
            let person = Person { id: Uuid::now_v7(), name, language: request.language, left: false };
            let events = [Event::FirmSaved(firm), Event::PersonSaved(person.clone())];
            desk.begin_journal(&person, &request.pin, &events)?;
            Ok(person.id)
        })
    }

    /// Keys, database and public file of a device that was none before. `begin` writes the first entries and says who
    /// is at work.
    pub(crate) fn set_up(
        &self,
        secret: DeviceSecret,
        identity: Identity,
        (vault_name, key_store, vault): NewVault,
        begin: impl FnOnce(&mut Desk) -> Result<Uuid>,
    ) -> Result<FirstRunDone> {
        let mut state = self.state();
        if !matches!(*state, State::FirstRun) {
            return Err(AppError::NotAllowed);
        }
        std::fs::create_dir_all(&self.folder)?;
        let code = recovery::make_code()?;
        let file = DeviceFile {
            format: DEVICE_FORMAT.to_owned(),
            vault_name,
            key_store,
            keys: secret.keys.public()?.public_id(),
            recovery: recovery::wrap(&code, &secret.database)?,
        };
        let path = self.folder.join(DATABASE);
        if path.exists() {
            // Left over from a first run that never got as far as the public file: nothing can open it any more.
            std::fs::rename(&path, self.folder.join(format!("{DATABASE}.unused-{}", Uuid::now_v7())))?;
        }
        let store = Store::open(&path, DatabaseKey::new(*secret.database), OpenMode::Create)?;
        // Keys first: a database whose keys were never kept could not be opened again.
        vault.write(&secret.to_bytes())?;
        let mut desk = desk(&self.folder, &self.parts, &secret, Opened { file, store, identity, vault })?;
        let person = begin(&mut desk)?;
        // The public file comes last: with it the device is set up, without it nothing has happened.
        desk.device_file.write(&self.folder)?;
        let groups = ASKED_GROUPS.to_vec();
        let root_fingerprint = desk.identity.root_fingerprint();
        desk.person = Some(person);
        desk.recovery_check = Some(RecoveryCheck { code: code.clone(), groups: groups.clone() });
        *state = State::Open(Box::new(desk));
        Ok(FirstRunDone { recovery_code: code.to_string(), ask_groups: groups, root_fingerprint })
    }

    /// Parts of the recovery code, typed back.
    ///
    /// # Errors
    /// [`AppError::WrongRecoveryCode`].
    pub fn confirm_recovery(&self, groups: &[String]) -> Result<()> {
        self.at_work(|desk, _| {
            let Some(check) = &desk.recovery_check else { return Err(AppError::NotAllowed) };
            let parts: Vec<&str> = check.code.split('-').collect();
            let wanted: Vec<&str> = check
                .groups
                .iter()
                .filter_map(|group| parts.get(usize::try_from(*group).ok()?))
                .copied()
                .collect();
            let typed: Vec<Zeroizing<String>> =
                groups.iter().map(|group| recovery::normalise(group)).collect();
            if typed.len() != wanted.len()
                || !typed.iter().zip(&wanted).all(|(typed, wanted)| typed.as_str() == *wanted)
            {
                return Err(AppError::WrongRecoveryCode);
            }
            desk.recovery_check = None;
            desk.save_setting(RECOVERY_CONFIRMED, &true)
        })
    }

    /// A new recovery code in place of the old one, for the person at work with their PIN.
    ///
    /// # Errors
    /// [`AppError::WrongPin`]; [`AppError::Vault`] or [`AppError::File`], and the old code still works then.
    pub fn renew_recovery(&self, pin: &str) -> Result<FirstRunDone> {
        self.at_work(|desk, person| {
            if desk.try_pin(person, pin)? != PinAnswer::Right {
                return Err(AppError::WrongPin);
            }
            let code = recovery::make_code()?;
            let file =
                DeviceFile { recovery: recovery::wrap(&code, &desk.database)?, ..desk.device_file.clone() };
            file.write(&desk.folder)?;
            desk.device_file = file;
            desk.save_setting(RECOVERY_CONFIRMED, &false)?;
            let groups = ASKED_GROUPS.to_vec();
            desk.recovery_check = Some(RecoveryCheck { code: code.clone(), groups: groups.clone() });
            let root_fingerprint = desk.identity.root_fingerprint();
            Ok(FirstRunDone { recovery_code: code.to_string(), ask_groups: groups, root_fingerprint })
        })
    }

    /// Opens the passphrase file.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`].
    pub fn unlock(&self, passphrase: &str) -> Result<AppStatus> {
        {
            let mut state = self.state();
            let State::Locked(file, _) = &*state else { return Err(AppError::NotAllowed) };
            let vault = PassphraseVault::new(self.folder.join(SEALED_KEYS), passphrase);
            let next = match vault.read()? {
                Some(bytes) => {
                    open_with_bytes(&self.folder, &self.parts, (**file).clone(), Box::new(vault), &bytes)
                }
                None => locked((**file).clone(), "keys_gone"),
            };
            *state = next;
        }
        self.status()
    }

    /// Asks the key store (or the database) again.
    ///
    /// # Errors
    /// What the database says.
    pub fn retry(&self) -> Result<AppStatus> {
        {
            let mut state = self.state();
            if matches!(*state, State::Locked(..) | State::Broken(_)) {
                *state = opening_state(&self.folder, &self.parts);
            }
        }
        self.status()
    }

    /// The recovery code opens the database; new keys, a new root and a new journal begin. What was signed before
    /// stays readable and stays trusted to its own root (design D10).
    ///
    /// # Errors
    /// [`AppError::WrongRecoveryCode`], [`AppError::Vault`], or what the database says.
    pub fn recover(&self, code: &str, key_store: KeyStoreKind, passphrase: &str) -> Result<AppStatus> {
        {
            let mut state = self.state();
            let State::Locked(old, _) = &*state else { return Err(AppError::NotAllowed) };
            let database = recovery::unwrap(code, &old.recovery).ok_or(AppError::WrongRecoveryCode)?;
            let (vault_name, key_store, vault) = self.new_vault(key_store, passphrase)?;
            let store =
                Store::open(&self.folder.join(DATABASE), DatabaseKey::new(*database), OpenMode::Existing)?;
            let before: Identity = store.read().setting(IDENTITY)?.ok_or(AppError::NotFound("identity"))?;
            let firm = store.read().firm()?.unwrap_or_default();
            let secret = make_secret(&firm.name, Some(*database))?;
            let identity = Identity::standalone(&secret, before.roots)?;
            let file = DeviceFile {
                format: DEVICE_FORMAT.to_owned(),
                vault_name,
                key_store,
                keys: secret.keys.public()?.public_id(),
                recovery: old.recovery.clone(),
            };
            vault.write(&secret.to_bytes())?;
            let mut desk = desk(&self.folder, &self.parts, &secret, Opened { file, store, identity, vault })?;
            desk.open_journal()?;
            desk.device_file.write(&self.folder)?;
            *state = State::Open(Box::new(desk));
        }
        self.status()
    }

    /// A place for keys that was found to keep them.
    pub(crate) fn new_vault(&self, kind: KeyStoreKind, passphrase: &str) -> Result<NewVault> {
        let name = format!("device-{}", Uuid::now_v7());
        let vault: Box<dyn KeyVault> = match kind {
            KeyStoreKind::System => self.parts.vaults.open(&name)?,
            KeyStoreKind::PassphraseFile if passphrase.chars().count() < SHORTEST_PASSPHRASE => {
                return Err(AppError::Missing(Lack::Passphrase));
            }
            KeyStoreKind::PassphraseFile => {
                Box::new(PassphraseVault::new(self.folder.join(SEALED_KEYS), passphrase))
            }
        };
        vault.probe()?;
        Ok((name, kind, vault))
    }
}

/// Firm and name, cleaned and complete.
fn checked(request: &FirstRun) -> Result<(fieldseal_domain::party::Firm, String)> {
    let mut firm = request.firm.clone();
    firm.name = text::clean(&firm.name).trim().to_owned();
    let name = text::clean(&request.person).trim().to_owned();
    if firm.name.is_empty() {
        return Err(AppError::Missing(Lack::Firm));
    }
    if name.is_empty() {
        return Err(AppError::Missing(Lack::Person));
    }
    pins::check(&request.pin)?;
    if firm.branches.is_empty() {
        firm.branches
            .push(fieldseal_domain::party::Branch { legal_name: firm.name.clone(), ..Default::default() });
    }
    Ok((firm, name))
}

impl Desk {
    /// The first entries, and the first person's PIN.
    pub(crate) fn begin_journal(&mut self, person: &Person, pin: &str, events: &[Event]) -> Result<()> {
        let hash = pins::hash(pin)?;
        self.open_journal()?;
        self.append(None, events)?;
        let id = person.id;
        self.store
            .transact(|tx| tx.put_pin(id, &Pin { hash, lock: PinLock::default() }).map_err(AppError::from))
    }

    /// Identity and the first event of a new journal.
    fn open_journal(&mut self) -> Result<()> {
        let identity = self.identity.clone();
        self.save_setting(IDENTITY, &identity)?;
        self.append(
            None,
            &[Event::JournalOpened {
                device_code: identity.code.clone(),
                certificate: Digest::of(&identity.certificates.ed25519),
                root: Digest::of(identity.root()),
                app_version: env!("CARGO_PKG_VERSION").to_owned(),
                continues: None,
            }],
        )?;
        Ok(())
    }
}

impl Desk {
    /// Once the journal is written with the second pair of keys the first pair goes. Whatever fails here is done when
    /// the program next starts: the database has already said which pair it is.
    pub(crate) fn settle_keys(&mut self, secret: DeviceSecret) {
        let Some(id) = self.identity.keys else { return };
        let Some(keys) = secret.next.as_ref().and(secret.keys_of(id)) else { return };
        let settled =
            DeviceKeys::from_secret_bytes(&keys.to_secret_bytes()).map_err(AppError::from).and_then(|keys| {
                if secret.keys.public()?.public_id() == id {
                    // The successor never came into office.
                    return Ok(());
                }
                let file = DeviceFile { keys: id, ..self.device_file.clone() };
                // The file first: it may name either pair while the vault has both, never one that is gone.
                file.write(&self.folder)?;
                self.device_file = file;
                self.vault.write(&secret.with_keys(keys).to_bytes())?;
                Ok(())
            });
        if let Err(error) = settled {
            tracing::warn!(%error, "the keys could not be settled");
        }
    }
}
