//! Copies of closed documents by mail: queued by the fold, sent at least once, never before the sealed file is here and
//! whole.

mod send;
mod settings;
mod texts;

use settings::Since;
pub(crate) use settings::{check as check_settings, sentence};

use crate::{
    server::Server,
    store::{self, CopyRules, Dropped, Effect, EffectState, LONGEST_PAUSE_MS, StoreError},
};
use fieldseal_domain::{
    Digest,
    fold::{DocumentState, Status},
    language::Language,
};
use fieldseal_seal::verify::{Integrity, VerifyOptions, verify};
use fieldseal_wire::admin::{MailSettings, Words};
use send::{Outgoing, Sent};
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::Notify;

/// Name of the setting.
const SETTING: &str = "mail";
/// Name of the setting that says since when copies are sent.
const SINCE: &str = "mail_since";
/// After this time a mail that nobody takes is given up.
const GIVE_UP_MS: i64 = 5 * 24 * 3600 * 1000;
/// First and longest pause between tries.
const PAUSE_MS: (i64, i64) = (60 * 1000, LONGEST_PAUSE_MS);
/// How often a mail looks whether its file has come; the upload itself wakes it too.
const FILE_PAUSE_MS: i64 = 10 * 60 * 1000;
/// Mails of one turn.
const PER_TURN: u32 = 20;

/// What wakes the sender.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    notify: Notify,
}

impl Mail {
    pub(crate) fn wake(&self) {
        self.notify.notify_one();
    }
}

/// The settings; defaults send nothing.
pub(crate) async fn settings(server: &Server) -> Result<MailSettings, StoreError> {
    let text = server.store().setting(SETTING).await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
}

/// Keeps new settings. An empty password keeps the one that is there.
pub(crate) async fn put_settings(server: &Server, mut new: MailSettings) -> Result<(), StoreError> {
    if new.password.is_empty() {
        new.password = settings(server).await?.password;
    }
    // This one first: killed between the two, nothing old is mailed.
    keep_since(server, &new).await?;
    server.store().set_setting(SETTING, serde_json::to_string(&new)?).await?;
    server.store().hurry_effects(server.clock().now_ms()).await?;
    server.mail().wake();
    Ok(())
}

/// Before the first document is folded: settings from before copies had a beginning begin now.
pub(crate) async fn begin(server: &Server) -> Result<(), StoreError> {
    keep_since(server, &settings(server).await?).await
}

async fn since(server: &Server) -> Result<Since, StoreError> {
    let text = server.store().setting(SINCE).await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
}

async fn keep_since(server: &Server, settings: &MailSettings) -> Result<(), StoreError> {
    let before = since(server).await?;
    let after = before.after(settings, server.store().size().await?);
    if after == before {
        return Ok(());
    }
    server.store().set_setting(SINCE, serde_json::to_string(&after)?).await
}

/// The words that are used where an administrator gave none.
pub(crate) fn shipped_words() -> BTreeMap<Language, Words> {
    Language::ALL.into_iter().map(|language| (language, texts::shipped(language))).collect()
}

/// What the fold needs to know of them.
pub(crate) async fn rules(server: &Server) -> Result<CopyRules, StoreError> {
    let MailSettings { enabled, mut office, kinds, .. } = settings(server).await?;
    let mut since = since(server).await?;
    since.kinds.retain(|kind, _| enabled && kinds.contains(kind));
    if since.office.is_none() {
        office.clear();
    }
    Ok(CopyRules { kinds: since.kinds, office, office_from: since.office.unwrap_or(0) })
}

/// Sends a test mail.
pub(crate) async fn test(server: &Server, to: &str) -> Result<(bool, String), StoreError> {
    let settings = settings(server).await?;
    let message_id = format!("<test.{}@fieldseal.invalid>", uuid::Uuid::now_v7());
    let mail = Outgoing { to, message_id, words: texts::test(Language::En), file: None };
    Ok(match send::send(&settings, mail).await {
        Sent::Accepted(said) => (true, said),
        Sent::Refused(said) | Sent::Later(said) => (false, said),
    })
}

/// Says at start whether copies could be sent.
pub(crate) async fn check(server: &Server) {
    match settings(server).await {
        Ok(settings) if settings.enabled => match send::check(&settings).await {
            Ok(()) => tracing::info!("the mail server takes mail"),
            Err(said) => tracing::warn!(said, "the mail server cannot be used; copies wait"),
        },
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "the settings of mail cannot be read"),
    }
}

/// Sends what is due, whenever something is.
pub(crate) async fn run(server: Server) {
    loop {
        let pause = match turn(&server).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "copies cannot be sent");
                Duration::from_secs(60)
            }
        };
        // Whatever wakes it, nothing is sent before it is due.
        let _ = tokio::time::timeout(pause, server.mail().notify.notified()).await;
    }
}

async fn turn(server: &Server) -> Result<Duration, StoreError> {
    let settings = settings(server).await?;
    if !settings.enabled {
        return Ok(Duration::from_secs(3600));
    }
    for effect in server.store().due_effects(server.clock().now_ms(), PER_TURN).await? {
        attempt(server, &settings, &effect).await?;
    }
    let next = server.store().next_effect_ms().await?;
    let wait = next.map_or(3_600_000, |at| at.saturating_sub(server.clock().now_ms()));
    Ok(Duration::from_millis(u64::try_from(wait).unwrap_or(0).clamp(10, 3_600_000)))
}

async fn attempt(server: &Server, settings: &MailSettings, effect: &Effect) -> Result<(), StoreError> {
    let now = server.clock().now_ms();
    let (state, sealed) = match sealed_file(server, effect).await? {
        Ok(found) => found,
        Err(Not::Yet(why)) => {
            let times = (now, now.saturating_add(FILE_PAUSE_MS));
            return server.store().postpone_effect(effect, false, why.to_owned(), times).await;
        }
        Err(Not::Ever(why)) => return server.store().drop_effect(effect, why, now).await,
    };
    let outcome = send::send(settings, outgoing(server, settings, effect, &state, sealed)).await;
    let now = server.clock().now_ms();
    match outcome {
        Sent::Accepted(said) => server.store().end_effect(effect, EffectState::Accepted, said, now).await,
        Sent::Refused(said) => server.store().end_effect(effect, EffectState::Refused, said, now).await,
        Sent::Later(said) if now.saturating_sub(effect.made_ms) > GIVE_UP_MS => {
            server.store().end_effect(effect, EffectState::Refused, said, now).await
        }
        Sent::Later(said) => {
            let next = now.saturating_add(pause_ms(effect.attempts));
            server.store().postpone_effect(effect, true, said, (now, next)).await
        }
    }
}

/// Doubles with every try.
fn pause_ms(attempts: u32) -> i64 {
    let (first, longest) = PAUSE_MS;
    first.saturating_mul(1_i64.checked_shl(attempts.min(20)).unwrap_or(i64::MAX)).min(longest)
}

/// Why a copy is not sent now.
enum Not {
    Yet(&'static str),
    Ever(Dropped),
}

/// Whether the copy that a signature caused is still what its customer should get: much can have happened to the
/// document while the mail server was down.
fn still_holds(state: &DocumentState, cause: Digest) -> Result<(), Not> {
    if matches!(state.status, Status::Voided | Status::Cancelled) {
        return Err(Not::Ever(Dropped::Voided));
    }
    if store::is_undecided(state) {
        return Err(Not::Yet("the office has to decide about the document first"));
    }
    match store::closing(state) {
        Some(closing) if closing.id == cause => Ok(()),
        Some(_) | None => Err(Not::Ever(Dropped::Replaced)),
    }
}

/// The closing file, once it is here and verifies.
async fn sealed_file(
    server: &Server,
    effect: &Effect,
) -> Result<Result<(DocumentState, Vec<u8>), Not>, StoreError> {
    let Some(state) = server.store().document(effect.document).await? else {
        return Ok(Err(Not::Yet("the document is not there")));
    };
    if let Err(not) = still_holds(&state, effect.cause) {
        return Ok(Err(not));
    }
    let Some(file) = state.file else { return Ok(Err(Not::Yet("the document has no sealed file"))) };
    let Ok(bytes) = server.files().whole(file.0).await else {
        return Ok(Err(Not::Yet("the sealed file has not come yet")));
    };
    let mut roots = server.store().earlier_certificates().await?;
    roots.push(server.organisation().root_der().to_vec());
    let options = VerifyOptions {
        roots,
        at: jiff::Timestamp::from_millisecond(server.clock().now_ms()).unwrap_or(jiff::Timestamp::UNIX_EPOCH),
    };
    let checked = tokio::task::spawn_blocking(move || {
        let whole = verify(&bytes, &options).integrity == Integrity::Intact;
        whole.then(|| bytes.to_vec())
    });
    let whole = checked.await.map_err(|_| StoreError::Closed)?;
    Ok(whole.map(|bytes| (state, bytes)).ok_or(Not::Yet("the sealed file does not verify")))
}

fn outgoing<'a>(
    server: &Server,
    settings: &MailSettings,
    effect: &'a Effect,
    state: &DocumentState,
    sealed: Vec<u8>,
) -> Outgoing<'a> {
    let content = &state.content;
    let number = state.number.clone().unwrap_or_default();
    let date = jiff::Timestamp::from_millisecond(effect.made_ms)
        .map(|at| at.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default();
    let words =
        settings.words.get(&content.language).cloned().unwrap_or_else(|| texts::shipped(content.language));
    let filling = texts::Filling { content, number: &number, date: &date };
    let name: String =
        number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>() + ".pdf";
    Outgoing {
        to: &effect.recipient,
        message_id: message_id(server.org(), effect.kind.as_str(), effect.cause),
        words: texts::fill(&words, &filling),
        file: Some((name, sealed)),
    }
}

/// The same for every try: a mail server or reader that gets it twice can tell.
fn message_id(org: &str, kind: &str, cause: Digest) -> String {
    let host: String = org.chars().take(16).collect();
    format!("<{kind}.{cause}@{host}.fieldseal.invalid>")
}
