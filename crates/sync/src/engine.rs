//! One session from hello to the last file. Every step may be repeated, and every step may be the last.

use crate::{
    error::{Result, SyncError},
    local::{Local, on_store},
    plan::{self, Beside, Log, Plan, Step},
    push::Sent,
    session::Session,
    status::{Phase, Status},
};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_store::{JournalState, Peer};
use fieldseal_wire::{
    Central, OLDEST_PROTOCOL, PROTOCOL,
    session::{Hello, JournalEnd, Notice, ServerEpoch, Standing, Welcome},
};
use std::collections::BTreeMap;
use tokio::sync::watch;
use uuid::Uuid;

/// Journals that one hello names.
const MAX_NAMED: usize = 100;
/// Setting: the epoch of a log that began anew and has not got back yet what others wrote. Kept until all of it was
/// offered: a session that is cut in between must not be the last that knows of it.
const OWED: &str = "owed_to_epoch";

/// What a session did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Standing of the device.
    pub standing: Standing,
    /// Entries sent.
    pub sent: u64,
    /// Entries got.
    pub got: u64,
    /// Files sent.
    pub files_sent: u64,
    /// Files got.
    pub files_got: u64,
    /// Whether the own journal went on under another name.
    pub continued: bool,
    /// Journals that are refused.
    pub refused: Vec<String>,
    /// What the office wants done on this device.
    pub notices: Vec<Notice>,
}

/// The engine: a device, and the server it belongs to.
pub struct Engine<C, L> {
    central: C,
    local: L,
    status: watch::Sender<Status>,
}

impl<C: Central, L: Local> Engine<C, L> {
    /// An engine that has done nothing yet.
    pub fn new(central: C, local: L) -> Self {
        Self { central, local, status: watch::Sender::new(Status::default()) }
    }

    /// What it is doing, as it changes.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// The device's side.
    pub fn local(&self) -> &L {
        &self.local
    }

    /// The server's side.
    pub fn central(&self) -> &C {
        &self.central
    }

    pub(crate) fn status_sender(&self) -> &watch::Sender<Status> {
        &self.status
    }

    fn session(&self) -> Session<'_, C, L> {
        Session { central: &self.central, local: &self.local, status: &self.status }
    }

    /// One session.
    ///
    /// # Errors
    /// Why it ended early; the next one goes on from there.
    pub async fn run(&self) -> Result<Report> {
        let session = self.session();
        session.show(Phase::Connecting);
        session.sign_in().await?;
        let run = session.run().await;
        self.refresh_status()?;
        run
    }

    /// Gets a file now: the sealed PDF that an office wants to see. Whether it is here then.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub async fn fetch_file(&self, sha256: Digest) -> Result<bool> {
        let session = self.session();
        session.get_file_now(sha256).await
    }

    /// Gets the proof that an entry is in the register now, and keeps it as its receipt. Whether there is one.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub async fn fetch_receipt(&self, entry: Digest) -> Result<bool> {
        let session = self.session();
        session.fetch_receipt(entry).await
    }

    /// Gets everything about some subjects now. How many entries came.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub async fn fetch_subjects(&self, subjects: &[Uuid]) -> Result<u64> {
        let session = self.session();
        session.pull_subjects(subjects).await
    }

    /// A person chose to belong to the server that answers now: everything is sent to it; nothing here is deleted.
    ///
    /// # Errors
    /// What the store says.
    pub fn choose_server(&self, server: &ServerEpoch) -> Result<()> {
        on_store(&self.local, |store| {
            store.transact(|tx| tx.forget_log(&server.server_id, &server.log_epoch))
        })
    }

    /// Counts again what is on this device only.
    ///
    /// # Errors
    /// What the store says.
    pub fn refresh_status(&self) -> Result<()> {
        let (only_here, alarms) = on_store(&self.local, |store| {
            let read = store.read();
            let unseen = read.alarms()?.iter().filter(|alarm| !alarm.seen).count();
            Ok((read.only_here()?, u64::try_from(unseen).unwrap_or(u64::MAX)))
        })?;
        self.status.send_modify(|status| {
            status.only_here = only_here;
            status.alarms = alarms;
        });
        Ok(())
    }
}

impl<C: Central, L: Local> Session<'_, C, L> {
    async fn run(&self) -> Result<Report> {
        let (welcome, log) = self.greet().await?;
        let mut report = Report {
            standing: welcome.standing,
            sent: 0,
            got: 0,
            files_sent: 0,
            files_got: 0,
            continued: false,
            refused: Vec::new(),
            notices: welcome.notices.clone(),
        };
        let plan = self.make_plan(log, &welcome)?;
        self.send_all(&plan, &mut report).await?;
        let office = welcome.role != Role::Technician;
        if plan.push_only {
            report.files_sent = self.send_files(false).await?;
            return Ok(report);
        }
        if office && self.owes(&welcome.server.log_epoch)? {
            self.give_back(&mut report).await?;
        }
        if office {
            self.pull_register().await?;
            self.pull_feed(&mut report.got).await?;
        } else {
            self.pull_scope(&mut report.got).await?;
        }
        // A register that contradicts itself is told, and no reason to keep what was sealed to oneself.
        let proven = match self.prove().await {
            Ok(()) => Ok(()),
            Err(SyncError::Register(error)) => Err(SyncError::Register(error)),
            Err(error) => return Err(error),
        };
        report.files_sent = self.send_files(office).await?;
        proven?;
        if !office {
            report.files_got = self.get_files().await?;
        }
        Ok(report)
    }

    /// Hello, and what the answer says about the log.
    async fn greet(&self) -> Result<(Welcome, Log)> {
        let (peer, journals) = on_store(self.local, |store| {
            let read = store.read();
            Ok((read.peer()?, read.own_journals()?))
        })?;
        let asked_ms = self.local.now_ms();
        let welcome = self.hello(peer.as_ref(), ends(&journals)).await?;
        let log = plan::log(peer.as_ref(), &welcome.server);
        if log == Log::OtherServer {
            return Err(SyncError::OtherServer {
                known: peer.map(|peer| peer.server_id).unwrap_or_default(),
                found: welcome.server.server_id,
            });
        }
        self.know_server(&welcome, log, peer, asked_ms)?;
        Ok((welcome, log))
    }

    async fn hello(&self, peer: Option<&Peer>, journals: Vec<JournalEnd>) -> Result<Welcome> {
        let only_here = on_store(self.local, |store| store.read().only_here())?;
        let last = peer
            .map(|peer| ServerEpoch { server_id: peer.server_id.clone(), log_epoch: peer.log_epoch.clone() });
        let hello = Hello {
            oldest: OLDEST_PROTOCOL,
            newest: PROTOCOL,
            app_version: self.local.app_version(),
            last,
            journals,
            unsynced_signatures: only_here.signatures,
            oldest_unsynced_ms: only_here.oldest_signature_ms.and_then(|ms| i64::try_from(ms).ok()),
        };
        self.ask(async |central| central.hello(&hello).await).await
    }

    /// Writes down what the server said of itself. A log that began anew is told to a person, with the last checkpoint
    /// of the old one: a restore looks the same as a rewriting.
    fn know_server(&self, welcome: &Welcome, log: Log, before: Option<Peer>, asked_ms: i64) -> Result<()> {
        let now = self.local.now_ms();
        let before = before.unwrap_or_default();
        let ServerEpoch { server_id, log_epoch } = welcome.server.clone();
        on_store(self.local, |store| {
            store.transact(|tx| {
                if log == Log::NewEpoch {
                    let detail = serde_json::json!({
                        "kept": String::from_utf8_lossy(&before.note), "given": welcome.checkpoint,
                        "before": before.log_epoch, "now": log_epoch,
                    });
                    tx.raise("log_restarted", now, &detail)?;
                    tx.put_setting(OWED, &log_epoch)?;
                }
                if log != Log::Same {
                    tx.forget_log(&server_id, &log_epoch)?;
                }
                let mut peer = tx.peer()?.unwrap_or_default();
                peer.role = role_word(welcome.role);
                peer.person = Some(welcome.person);
                // Half of the way there and back.
                peer.offset_ms = welcome.time_ms.saturating_sub(asked_ms.midpoint(now));
                peer.contact_ms = now;
                tx.put_peer(&peer)
            })
        })
    }

    /// Compares both sides and writes down how far the server certainly has each journal.
    fn make_plan(&self, log: Log, welcome: &Welcome) -> Result<Plan> {
        let current = self.local.device();
        let have: BTreeMap<&str, &JournalEnd> =
            welcome.have.iter().map(|end| (end.device.as_str(), end)).collect();
        on_store(self.local, |store| {
            store.transact(|tx| {
                let mut journals = Vec::new();
                for here in tx.own_journals()? {
                    let there = have.get(here.device.as_str()).map(|end| (*end).clone());
                    let nothing = JournalEnd { device: here.device.clone(), n: 0, id: Digest::default() };
                    let there = there.unwrap_or(nothing);
                    let same_place = tx.position(&here.device, there.n)?.map(|position| position.id);
                    let current = here.device == current;
                    journals.push(Beside { here, there, same_place, current });
                }
                let plan = plan::plan(log, &journals, welcome.standing);
                for (device, acked) in &plan.acked {
                    tx.set_acked(device, *acked)?;
                }
                Ok(plan)
            })
        })
    }

    /// Brings every journal to the server. One that is refused does not stop another.
    async fn send_all(&self, plan: &Plan, report: &mut Report) -> Result<()> {
        for (device, step) in &plan.steps {
            match self.take_step(device, step, plan.push_only, report).await {
                Ok(()) => {}
                Err(error) if error.refusal().is_some() => {
                    tracing::warn!(%error, "a journal could not be sent");
                    report.refused.push(device.clone());
                }
                Err(error) => return Err(error),
            }
        }
        if report.continued {
            let sent = self.send_journal(&self.local.device(), 0, &mut report.sent).await?;
            if let Sent::Refused(_) | Sent::Fork { .. } = sent {
                report.refused.push(self.local.device());
            }
        }
        Ok(())
    }

    async fn take_step(&self, device: &str, step: &Step, push_only: bool, report: &mut Report) -> Result<()> {
        let forked_from = match step {
            Step::Nothing => return Ok(()),
            Step::Send { after } => match self.send_journal(device, *after, &mut report.sent).await? {
                Sent::All => return Ok(()),
                Sent::Refused(_) => {
                    report.refused.push(device.to_owned());
                    return Ok(());
                }
                Sent::Fork { n } => n.saturating_sub(1),
            },
            Step::Forked { from } => *from,
            Step::Behind { end } if self.end_is_common(device, *end).await? => {
                return self.go_on(device, None, push_only, report).await;
            }
            Step::Behind { end } => end.saturating_sub(1),
        };
        self.go_on(device, Some(forked_from), push_only, report).await
    }

    /// The own journal goes on under another name. A journal that already ended, or a device that may only push,
    /// waits: its entries stay here.
    async fn go_on(
        &self,
        device: &str,
        forked_from: Option<u64>,
        push_only: bool,
        report: &mut Report,
    ) -> Result<()> {
        if device != self.local.device() || push_only {
            report.refused.push(device.to_owned());
            return Ok(());
        }
        let common = match forked_from {
            Some(from) => self.last_common(device, from).await?,
            None => {
                let end = on_store(self.local, |store| store.read().last_position(device))?;
                end.map_or((0, Digest::default()), |end| (end.n, end.id))
            }
        };
        self.go_on_after(device, common).await?;
        report.continued = true;
        Ok(())
    }

    fn owes(&self, log_epoch: &str) -> Result<bool> {
        let owed: Option<String> = on_store(self.local, |store| store.read().setting(OWED))?;
        Ok(owed.as_deref() == Some(log_epoch))
    }

    /// The server lost entries that others wrote and this office has: they prove themselves, whoever brings them.
    async fn give_back(&self, report: &mut Report) -> Result<()> {
        let others = on_store(self.local, |store| store.read().whole_journals_of_others())?;
        for some in others.chunks(MAX_NAMED) {
            let peer = on_store(self.local, |store| store.read().peer())?;
            let welcome = self.hello(peer.as_ref(), ends(some)).await?;
            for journal in some {
                let have = welcome.have.iter().find(|end| end.device == journal.device);
                let have = have.map_or(0, |end| end.n);
                if have < journal.n {
                    let sent = self.send_journal(&journal.device, have, &mut report.sent).await;
                    match sent {
                        Ok(_) => {}
                        Err(error) if error.refusal().is_some() => {
                            tracing::warn!(%error, "a journal could not be given back");
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        on_store(self.local, |store| store.transact(|tx| tx.delete_setting(OWED)))
    }
}

fn ends(journals: &[JournalState]) -> Vec<JournalEnd> {
    let end = |j: &JournalState| JournalEnd { device: j.device.clone(), n: j.n, id: j.id };
    journals.iter().rev().take(MAX_NAMED).map(end).collect()
}

fn role_word(role: Role) -> String {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}
