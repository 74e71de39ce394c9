//! People, one-time codes, devices and their journals.

use super::{Store, StoreError, as_word, count, digest, integer, uuid, word};
use fieldseal_domain::{Digest, hlc::Hlc, role::Role};
use fieldseal_wire::{
    QuarantineReason,
    admin::{DeviceRow, PersonRow},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whether entries of a journal count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalState {
    /// They do.
    Open,
    /// Nobody has shown that the key belongs to the device that named it: an office role has to approve.
    Unproven,
    /// The device was reported lost, or its person left.
    Revoked,
}

/// A journal: a key, and how far its chain is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Device: names it.
    pub device: String,
    /// Key its entries are signed with.
    pub ed25519: [u8; 32],
    /// Organisation its headers name, once there is one.
    pub org: Option<String>,
    /// Whose it is; none for the server's.
    pub person: Option<Uuid>,
    /// Role of that person now.
    pub role: Option<Role>,
    /// Whether that person may still work.
    pub active: bool,
    /// Whether a device was let in with its key; else it was written before, or it is the server's.
    pub enrolled: bool,
    /// Whether entries count.
    pub state: JournalState,
    /// Last number here.
    pub n: u64,
    /// Id of that entry.
    pub head: Digest,
    /// Its stamp.
    pub hlc: Hlc,
    /// Journal it continues.
    pub continues: Option<String>,
    /// When it was revoked, Unix milliseconds.
    pub revoked_ms: Option<i64>,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new(device: &str, ed25519: [u8; 32], person: Option<Uuid>, state: JournalState) -> Self {
        Self {
            device: device.to_owned(),
            ed25519,
            org: None,
            person,
            role: None,
            active: true,
            enrolled: false,
            state,
            n: 0,
            head: Digest::default(),
            hlc: Hlc::default(),
            continues: None,
            revoked_ms: None,
        }
    }

    /// Why nothing of it counts now, whatever it says.
    pub(super) fn set_aside(&self) -> Option<QuarantineReason> {
        match self.state {
            JournalState::Unproven => Some(QuarantineReason::UnknownJournal),
            JournalState::Revoked => Some(QuarantineReason::Revoked),
            JournalState::Open => (!self.active).then_some(QuarantineReason::Revoked),
        }
    }
}

/// A person of the firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// Identity.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Whether they may still work.
    pub active: bool,
}

/// A device to be enrolled.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Its journal.
    pub journal: Journal,
    /// Code in document numbers.
    pub code: String,
    /// What people call it; none takes that of the journal it continues.
    pub label: Option<String>,
    /// Version of its program.
    pub app_version: String,
    /// P-256 certificate, DER.
    pub p256: Vec<u8>,
    /// Ed25519 certificate, DER.
    pub ed25519: Vec<u8>,
    /// Journals it wrote before.
    pub predecessors: Vec<Journal>,
    /// Their certificates: device and DER.
    pub certificates: Vec<(String, Vec<u8>)>,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
}

/// What came of a one-time code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeUse {
    /// It is good.
    Good(PersonRecord),
    /// Wrong, used or expired.
    Wrong,
}

/// A tablet counts the signatures of all its journals, so the ones here are those of the journals it continues too.
const DEVICES: &str = "WITH RECURSIVE part (device, journal) AS (
    SELECT id, id FROM device
    UNION SELECT part.device, j.continues FROM part JOIN journal j ON j.device = part.journal
      WHERE j.continues IS NOT NULL),
  made (device, total, since) AS (
    SELECT d.id, count(*), sum(e.received_ms > coalesce(d.seen_ms, 0))
      FROM device d JOIN part ON part.device = d.id JOIN entry e ON e.device = part.journal
      WHERE e.kind = 'signed' GROUP BY d.id)
  SELECT d.id, d.code, d.label, j.person, p.name, j.continues, j.n, d.said_n, d.unsynced,
    (SELECT count(DISTINCT e.subject) FROM entry e WHERE e.device = d.id AND e.kind = 'closed'),
    d.seen_ms, d.app_version, j.revoked_ms, coalesce(old.state = 'unproven', 0), d.oldest_unsynced_ms,
    coalesce(made.total, 0), coalesce(made.since, 0)
  FROM device d JOIN journal j ON j.device = d.id JOIN person p ON p.id = j.person
    LEFT JOIN journal old ON old.device = j.continues LEFT JOIN made ON made.device = d.id
  ORDER BY d.enrolled_ms, d.id";

const JOURNAL: &str =
    "SELECT j.device, j.ed25519, j.org, j.person, p.role, j.state, j.n, j.head, j.hlc, j.continues,
  j.revoked_ms, coalesce(p.active, 1), EXISTS (SELECT 1 FROM device d WHERE d.id = j.device) FROM journal j LEFT JOIN person p ON p.id = j.person";

pub(super) fn journal(conn: &Connection, device: &str) -> rusqlite::Result<Option<Journal>> {
    let sql = format!("{JOURNAL} WHERE j.device = ?1");
    conn.prepare_cached(&sql)?.query_row([device], read_journal).optional()
}

fn read_journal(row: &Row<'_>) -> rusqlite::Result<Journal> {
    Ok(Journal {
        device: row.get(0)?,
        ed25519: row.get(1)?,
        org: row.get(2)?,
        person: row.get::<_, Option<[u8; 16]>>(3)?.map(uuid),
        role: row.get::<_, Option<String>>(4)?.map(word).transpose()?,
        state: word(row.get(5)?)?,
        n: count(row.get(6)?)?,
        head: digest(row.get(7)?),
        hlc: Hlc(u64::from_be_bytes(row.get(8)?)),
        continues: row.get(9)?,
        revoked_ms: row.get(10)?,
        active: row.get(11)?,
        enrolled: row.get(12)?,
    })
}

pub(super) fn add_journal(conn: &Connection, journal: &Journal) -> Result<(), StoreError> {
    let sql = "INSERT INTO journal (device, ed25519, person, state, head, hlc, continues)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    conn.prepare_cached(sql)?.execute(params![
        journal.device,
        journal.ed25519,
        journal.person.map(Uuid::into_bytes),
        as_word(&journal.state)?,
        journal.head.0,
        journal.hlc.0.to_be_bytes(),
        journal.continues,
    ])?;
    Ok(())
}

pub(super) fn person(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<PersonRecord>> {
    let sql = "SELECT id, name, role, active FROM person WHERE id = ?1";
    conn.prepare_cached(sql)?
        .query_row([id.as_bytes()], |row| {
            Ok(PersonRecord {
                id: uuid(row.get(0)?),
                name: row.get(1)?,
                role: word(row.get(2)?)?,
                active: row.get(3)?,
            })
        })
        .optional()
}

impl Store {
    /// A journal.
    ///
    /// # Errors
    /// What the database says.
    pub async fn journal(&self, device: String) -> Result<Option<Journal>, StoreError> {
        self.read(move |conn| Ok(journal(conn, &device)?)).await
    }

    /// Everybody.
    ///
    /// # Errors
    /// What the database says.
    pub async fn people(&self) -> Result<Vec<PersonRow>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT id, name, language, role, active FROM person ORDER BY name, id";
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(PersonRow {
                    person: uuid(row.get(0)?),
                    name: row.get(1)?,
                    language: row.get(2)?,
                    role: word(row.get(3)?)?,
                    active: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Adds or changes a person. Nobody can take the last administrator away.
    ///
    /// # Errors
    /// What the database says; false when no administrator would be left.
    pub async fn put_person(&self, row: PersonRow) -> Result<bool, StoreError> {
        self.write(move |conn| {
            let sql = "SELECT count(*) FROM person WHERE role = 'admin' AND active AND id <> ?1";
            let others: i64 = conn.query_row(sql, [row.person.as_bytes()], |found| found.get(0))?;
            if others == 0 && (row.role != Role::Admin || !row.active) {
                return Ok(false);
            }
            let sql = "INSERT INTO person (id, name, language, role, active) VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT (id) DO UPDATE SET name = ?2, language = ?3, role = ?4, active = ?5";
            let id = row.person.as_bytes();
            conn.execute(sql, params![id, row.name, row.language, as_word(&row.role)?, row.active])?;
            Ok(true)
        })
        .await
    }

    /// Keeps the hash of a one-time code. An unused one of the same person ends.
    ///
    /// # Errors
    /// What the database says; false when there is no such active person.
    pub async fn add_code(
        &self,
        hash: Digest,
        owner: Uuid,
        made_ms: i64,
        expires_ms: i64,
    ) -> Result<bool, StoreError> {
        self.write(move |conn| {
            if !person(conn, owner)?.is_some_and(|person| person.active) {
                return Ok(false);
            }
            conn.execute("DELETE FROM code WHERE person = ?1 AND used_ms IS NULL", [owner.as_bytes()])?;
            let sql = "INSERT INTO code (hash, id, person, made_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
            let id = Uuid::now_v7();
            conn.execute(sql, params![hash.0, id.as_bytes(), owner.as_bytes(), made_ms, expires_ms])?;
            Ok(true)
        })
        .await
    }

    /// Whether somebody of this role has a code that can still be used.
    ///
    /// # Errors
    /// What the database says.
    pub async fn code_is_out(&self, role: Role, now_ms: i64) -> Result<bool, StoreError> {
        self.read(move |conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM code JOIN person ON person.id = code.person
                       WHERE person.role = ?1 AND person.active = 1 AND code.used_ms IS NULL AND code.expires_ms > ?2)";
            Ok(conn.prepare_cached(sql)?.query_row(params![role.name(), now_ms], |row| row.get(0))?)
        })
        .await
    }

    /// Whose code this is, if it can still be used.
    ///
    /// # Errors
    /// What the database says.
    pub async fn look_at_code(&self, hash: Digest, now_ms: i64) -> Result<CodeUse, StoreError> {
        self.read(move |conn| code_owner(conn, hash, now_ms)).await
    }

    /// Uses a code up and adds the device, in one transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn enrol(&self, hash: Digest, device: NewDevice) -> Result<CodeUse, StoreError> {
        self.write(move |conn| {
            let owner = code_owner(conn, hash, device.now_ms)?;
            if let CodeUse::Good(_) = &owner {
                let sql = "UPDATE code SET used_ms = ?2, device = ?3 WHERE hash = ?1";
                conn.execute(sql, params![hash.0, device.now_ms, device.journal.device])?;
                add_device(conn, &device)?;
            }
            Ok(owner)
        })
        .await
    }

    /// Adds the successor of a known device.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_successor(&self, device: NewDevice) -> Result<(), StoreError> {
        self.write(move |conn| add_device(conn, &device)).await
    }

    /// A device code that nobody has, from candidates.
    ///
    /// # Errors
    /// What the database says.
    pub async fn free_device_code(&self, candidates: Vec<String>) -> Result<Option<String>, StoreError> {
        self.read(move |conn| {
            for code in candidates {
                let taken = conn
                    .prepare_cached("SELECT 1 FROM device WHERE code = ?1")?
                    .query_row([&code], |_| Ok(()))
                    .optional()?;
                if taken.is_none() {
                    return Ok(Some(code));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Every enrolled device, with what it said at its last hello beside what is here.
    ///
    /// # Errors
    /// What the database says.
    pub async fn devices(&self) -> Result<Vec<DeviceRow>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached(DEVICES)?;
            let rows = statement.query_map([], read_device)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Certificates of journals from before their enrolment, DER.
    ///
    /// # Errors
    /// What the database says.
    pub async fn earlier_certificates(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        self.read(|conn| {
            let mut statement = conn.prepare_cached("SELECT der FROM earlier_certificate ORDER BY sha256")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// From now on this device's entries wait for an answer of the office, and its sessions end.
    ///
    /// # Errors
    /// What the database says; none when there is no such device, else the last number here.
    pub async fn revoke(&self, device: String, now_ms: i64) -> Result<Option<u64>, StoreError> {
        self.write(move |conn| {
            let sql = "UPDATE journal SET state = 'revoked', revoked_ms = coalesce(revoked_ms, ?2)
                       WHERE device = (SELECT id FROM device WHERE id = ?1) RETURNING n";
            let n: Option<i64> = conn.query_row(sql, params![device, now_ms], |row| row.get(0)).optional()?;
            if n.is_some() {
                conn.execute("DELETE FROM session WHERE device = ?1", [&device])?;
            }
            Ok(n.map(count).transpose()?)
        })
        .await
    }

    /// An office role vouches for a journal whose old key is lost.
    ///
    /// # Errors
    /// What the database says; false when there is none to approve.
    pub async fn approve_journal(&self, device: String) -> Result<bool, StoreError> {
        self.write(move |conn| {
            let sql = "UPDATE journal SET state = 'open' WHERE device = ?1 AND state = 'unproven'";
            Ok(conn.execute(sql, [device])? > 0)
        })
        .await
    }

    /// Tells every device something at its next hello: several people may share a tablet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn notify(&self, notice: String, now_ms: i64) -> Result<(), StoreError> {
        self.write(move |conn| {
            let sql = "SELECT d.id FROM device d JOIN journal j ON j.device = d.id WHERE j.state = 'open'";
            let devices: Vec<String> =
                conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let sql = "INSERT INTO notice (id, device, notice, made_ms) VALUES (?1, ?2, ?3, ?4)";
            for device in devices {
                let row = Uuid::now_v7();
                conn.execute(sql, params![row.as_bytes(), device, notice, now_ms])?;
            }
            Ok(())
        })
        .await
    }
}

fn code_owner(conn: &Connection, hash: Digest, now_ms: i64) -> Result<CodeUse, StoreError> {
    let sql = "SELECT person FROM code WHERE hash = ?1 AND used_ms IS NULL AND expires_ms > ?2";
    let owner: Option<[u8; 16]> =
        conn.prepare_cached(sql)?.query_row(params![hash.0, now_ms], |row| row.get(0)).optional()?;
    let owner = owner.map(|id| person(conn, uuid(id))).transpose()?.flatten();
    Ok(owner.filter(|person| person.active).map_or(CodeUse::Wrong, CodeUse::Good))
}

fn add_device(conn: &Connection, device: &NewDevice) -> Result<(), StoreError> {
    for journal in &device.predecessors {
        add_journal(conn, journal)?;
        prove(conn, journal)?;
    }
    let sql =
        "INSERT INTO earlier_certificate (sha256, device, der) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    for (name, der) in &device.certificates {
        conn.prepare_cached(sql)?.execute(params![Digest::of(der).0, name, der])?;
    }
    add_journal(conn, &device.journal)?;
    let inherited = "SELECT label FROM device WHERE id = ?1";
    let label = match (&device.label, &device.journal.continues) {
        (Some(label), _) => label.clone(),
        (None, Some(old)) => {
            conn.query_row(inherited, [old], |row| row.get(0)).optional()?.unwrap_or_default()
        }
        (None, None) => String::new(),
    };
    let sql = "INSERT INTO device (id, code, label, app_version, certificate_p256, certificate_ed25519, enrolled_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    conn.execute(
        sql,
        params![
            device.journal.device,
            device.code,
            label,
            device.app_version,
            device.p256,
            device.ed25519,
            device.now_ms
        ],
    )?;
    Ok(())
}

/// A journal that was named without proof before, and with one now, counts from now on.
fn prove(conn: &Connection, journal: &Journal) -> Result<(), StoreError> {
    if journal.state == JournalState::Open {
        let sql =
            "UPDATE journal SET state = 'open' WHERE device = ?1 AND state = 'unproven' AND ed25519 = ?2";
        conn.execute(sql, params![journal.device, journal.ed25519])?;
    }
    Ok(())
}

fn read_device(row: &Row<'_>) -> rusqlite::Result<DeviceRow> {
    Ok(DeviceRow {
        device: row.get(0)?,
        device_code: row.get(1)?,
        label: row.get(2)?,
        person: uuid(row.get(3)?),
        person_name: row.get(4)?,
        continues: row.get(5)?,
        n: count(row.get(6)?)?,
        said_n: count(row.get(7)?)?,
        unsynced_signatures: count(row.get(8)?)?,
        signed_here: count(row.get(9)?)?,
        seen_ms: row.get(10)?,
        app_version: row.get(11)?,
        revoked_ms: row.get(12)?,
        unproven: row.get(13)?,
        oldest_unsynced_ms: row.get(14)?,
        signatures: count(row.get(15)?)?,
        signatures_since: count(row.get(16)?)?,
    })
}

/// What a device said of itself at its hello.
pub(super) fn note_hello(
    conn: &Connection,
    device: &str,
    hello: &fieldseal_wire::session::Hello,
    now_ms: i64,
) -> Result<(), StoreError> {
    let said_n = hello.journals.iter().find(|end| end.device == device).map_or(0, |end| end.n);
    let sql = "UPDATE device SET seen_ms = ?2, app_version = ?3, said_n = ?4, unsynced = ?5, oldest_unsynced_ms = ?6
               WHERE id = ?1";
    conn.prepare_cached(sql)?.execute(params![
        device,
        now_ms,
        hello.app_version,
        integer(said_n)?,
        integer(hello.unsynced_signatures)?,
        hello.oldest_unsynced_ms,
    ])?;
    Ok(())
}
