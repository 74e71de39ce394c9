//! Copies by mail: once, with the sealed file as it is, never without it; through a mail server that takes, refuses,
//! is slow or down.

use crate::support::{Device, Site, created, customer, job};
use fieldseal_domain::{
    ContentHash, Digest, FileHash,
    acceptance::Outcome,
    content::TemplateRef,
    event::{Event, FrozenRevision, Header, SignedSlot},
    role::Role,
};
use fieldseal_server::Clock;
use fieldseal_wire::{
    WireEntry,
    admin::{Delivery, DeliveryState, MailPage, MailSettings, Security},
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use uuid::Uuid;

/// What the mail server says to a recipient.
#[derive(Clone, Copy)]
enum Mood {
    Takes,
    Refuses,
    ComeBack,
    /// Takes, a byte at a time.
    Drips,
}

/// A mail server of few words on a port of its own; mails come out at the other end.
async fn mail_server(mood: Mood) -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener.local_addr().unwrap().port(), serve_mail(listener, mood))
}

fn serve_mail(listener: TcpListener, mood: Mood) -> mpsc::UnboundedReceiver<String> {
    let (mails, out) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, mood, mails.clone()));
        }
    });
    out
}

async fn answer(writing: &mut (impl AsyncWrite + Unpin), mood: Mood, text: &str) -> std::io::Result<()> {
    let line = format!("{text}\r\n");
    match mood {
        Mood::Takes | Mood::Refuses | Mood::ComeBack => writing.write_all(line.as_bytes()).await,
        Mood::Drips => {
            for byte in line.bytes() {
                tokio::time::sleep(Duration::from_millis(15)).await;
                writing.write_all(&[byte]).await?;
            }
            Ok(())
        }
    }
}

async fn talk(stream: TcpStream, mood: Mood, mails: mpsc::UnboundedSender<String>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    answer(&mut writing, mood, "220 test").await?;
    while let Some(line) = lines.next_line().await? {
        let said = match (line.get(..4).unwrap_or(&line).to_ascii_uppercase().as_str(), mood) {
            ("RCPT", Mood::Refuses) => "550 no such mailbox",
            ("RCPT", Mood::ComeBack) => "451 come back later",
            ("DATA", _) => {
                answer(&mut writing, mood, "354 go on").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                let _ = mails.send(mail);
                "250 taken as 42"
            }
            ("QUIT", _) => "221 bye",
            _ => "250 ok",
        };
        answer(&mut writing, mood, said).await?;
    }
    Ok(())
}

fn settings(port: u16) -> MailSettings {
    MailSettings {
        enabled: true,
        host: "127.0.0.1".into(),
        port,
        security: Security::None,
        from: "Firm <service@example.com>".into(),
        office: "office@example.com".into(),
        kinds: vec!["service_sheet".into()],
        ..MailSettings::default()
    }
}

async fn use_mail(admin: &Device, settings: &MailSettings) {
    let body = Some(settings);
    admin.call::<Value>(reqwest::Method::PUT, "/v1/settings/mail", body).await.unwrap();
}

/// A document that is closed with this file; the file itself does not go yet.
pub async fn close(tablet: &mut Device, file: &[u8]) -> Uuid {
    let (doc, by, customer) = (Uuid::now_v7(), tablet.person(), customer());
    let begun = created(&job(Some(by), customer.id), &customer, by);
    let mut entries = vec![tablet.write(Some(doc), &begun)];
    entries.extend(seal(tablet, doc, 0, file));
    tablet.push(&entries).await.unwrap();
    doc
}

/// Frozen, signed and closed: the signature is the second of these entries.
fn seal(tablet: &mut Device, doc: Uuid, revision: u32, file: &[u8]) -> [WireEntry; 3] {
    let (by, sealed) = (tablet.person(), FileHash::of(file));
    let frozen = FrozenRevision {
        number: "SS-2026-T7-00001".into(),
        revision,
        content_hash: ContentHash(Digest::of(b"R")),
        file: FileHash(Digest::of(b"P")),
        pages: 1,
        size: 1,
        template: TemplateRef { id: "standard".into(), hash: Digest::of(b"T") },
        slots: vec!["technician".into()],
        edits: None,
        by,
    };
    let clock = json!({ "wall": "", "zone": "", "mono_ms": 0, "server_offset_ms": null });
    let acceptance = json!({
        "format": "fieldseal/acceptance/v1", "number": frozen.number, "revision": revision,
        "content": frozen.content_hash, "file": frozen.file, "slot": "technician", "signer": {},
        "method": "stored", "pointer": null, "ink": Digest::of(b"i"), "small_confirmed": false,
        "consent": { "id": "c.1", "language": "en", "sha256": Digest::of(b"c"), "text": "" },
        "pages": { "total": 1, "seen": [1], "as_text": false }, "outcome": "signed", "empty_slots": [],
        "org": tablet.org, "device": tablet.name, "at": clock,
        "journal": { "n": 0, "id": Digest::default() }, "checkpoint": null,
    });
    let signed = SignedSlot {
        acceptance: serde_json::from_value(acceptance).unwrap(),
        ink: None,
        sealed,
        size: file.len() as u64,
        closes: true,
    };
    [
        Event::Frozen(Box::new(frozen)),
        Event::Signed(Box::new(signed)),
        Event::Closed { outcome: Outcome::Signed, sealed, by },
    ]
    .map(|event| tablet.write(Some(doc), &event))
}

/// Something else happens to a document, and the register follows.
async fn fold_again(admin: &Device, tablet: &mut Device, doc: Uuid) {
    let by = tablet.person();
    tablet.say(Some(doc), &Event::Printed { by }).await;
    let _: Value = admin.get("/v1/register").await.unwrap();
}

async fn deliveries(admin: &Device, doc: Uuid) -> Vec<Delivery> {
    admin.get(&format!("/v1/deliveries?doc={doc}")).await.unwrap()
}

/// Waits until every copy of a document is in one of these states.
async fn settled(admin: &Device, doc: Uuid, good: impl Fn(&Delivery) -> bool) -> Vec<Delivery> {
    for _ in 0..400 {
        let found = deliveries(admin, doc).await;
        if found.len() == 2 && found.iter().all(&good) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{:?}", deliveries(admin, doc).await);
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../seal/tests/samples/{name}.pdf", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A tablet that had sealed before it was enrolled, under the root of the samples.
async fn tablet_of_samples(site: &Site, admin: &Device) -> Device {
    let pem = std::fs::read(format!("{}/../seal/tests/samples/test-root.pem", env!("CARGO_MANIFEST_DIR")));
    let roots = fieldseal_seal::certificates::read_certificates(&pem.unwrap()).unwrap();
    let (alone, mut tablet) = (Device::new(&site.url()), Device::new(&site.url()));
    let mut earlier = alone.as_predecessor(&tablet);
    earlier.certificates = roots.into_iter().map(Into::into).collect();
    let code = site.code(admin, Role::Technician).await;
    tablet.enrol(&code.code, &[earlier]).await.unwrap();
    tablet.sign_in().await.unwrap();
    tablet
}

fn attachment(mail: &str) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let from = mail.find("application/pdf").unwrap();
    let body = &mail[from..];
    let start = body.find("\n\n").unwrap() + 2;
    let end = body[start..].find("\n--").unwrap() + start;
    STANDARD.decode(body[start..end].replace(['\r', '\n'], "")).unwrap()
}

#[tokio::test]
async fn the_sealed_file_goes_out_once_and_as_it_is() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let (port, mut mails) = mail_server(Mood::Takes).await;
    use_mail(&admin, &settings(port)).await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let file = sample("good-one-signer");
    let doc = close(&mut tablet, &file).await;
    let waiting = settled(&admin, doc, |row| row.detail.contains("not come yet")).await;
    assert!(waiting.iter().all(|row| row.state == DeliveryState::Queued && row.attempts == 0));
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    let sent = settled(&admin, doc, |row| row.state == DeliveryState::Accepted).await;
    assert!(sent.iter().all(|row| row.detail.contains("taken as 42")), "{sent:?}");
    let (one, two) = (mails.recv().await.unwrap(), mails.recv().await.unwrap());
    let both = format!("{one}{two}");
    assert!(both.contains("lind@example.com") && both.contains("office@example.com"), "{both}");
    assert!(one.contains("Subject: Service sheet SS-2026-T7-00001"), "{one}");
    assert_eq!(attachment(&one), file, "bytes equal");
    // More happens to the document: no further copy.
    let by = tablet.person();
    tablet.say(Some(doc), &Event::Printed { by }).await;
    let _: Value = admin.get("/v1/register").await.unwrap();
    assert_eq!(deliveries(&admin, doc).await.len(), 2);
    assert!(mails.try_recv().is_err());
}

#[tokio::test]
async fn a_file_that_does_not_verify_is_never_sent() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let (port, mut mails) = mail_server(Mood::Takes).await;
    use_mail(&admin, &settings(port)).await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let file = sample("bad-text-changed");
    let doc = close(&mut tablet, &file).await;
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    settled(&admin, doc, |row| row.detail.contains("does not verify")).await;
    assert!(mails.try_recv().is_err());
}

#[tokio::test]
async fn a_refused_mail_is_refused_and_a_later_one_is_tried_again() {
    let now = Arc::new(AtomicI64::new(1_800_000_000_000));
    let clock = {
        let now = Arc::clone(&now);
        Clock::of(move || now.load(Ordering::SeqCst))
    };
    let site = Site::with_clock(clock).await;
    let mut admin = site.admin().await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let file = sample("good-one-signer");
    let (refuses, _) = mail_server(Mood::Refuses).await;
    use_mail(&admin, &settings(refuses)).await;
    let doc = close(&mut tablet, &file).await;
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    let refused = settled(&admin, doc, |row| row.state == DeliveryState::Refused).await;
    assert!(refused.iter().all(|row| row.detail.contains("550")), "{refused:?}");

    let (busy, _) = mail_server(Mood::ComeBack).await;
    use_mail(&admin, &settings(busy)).await;
    let doc = close(&mut tablet, &file).await;
    let waits = settled(&admin, doc, |row| row.attempts >= 1).await;
    assert!(waits.iter().all(|row| row.state == DeliveryState::Queued), "{waits:?}");
    // Down for a day, then back.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    use_mail(&admin, &settings(nobody)).await;
    now.fetch_add(24 * 3600 * 1000, Ordering::SeqCst);
    admin.sign_in().await.unwrap();
    settled(&admin, doc, |row| row.attempts >= 2 && row.detail.contains("refused")).await;
    let (takes, mut mails) = mail_server(Mood::Takes).await;
    now.fetch_add(24 * 3600 * 1000, Ordering::SeqCst);
    admin.sign_in().await.unwrap();
    use_mail(&admin, &settings(takes)).await;
    settled(&admin, doc, |row| row.state == DeliveryState::Accepted).await;
    let ids = [mails.recv().await.unwrap(), mails.recv().await.unwrap()]
        .map(|mail| mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    assert!(
        ids.iter().all(|id| id.contains("_copy.")),
        "derived from the cause, so equal for every try: {ids:?}"
    );
}

/// Red if slowness were taken for refusal, and the mail sent again while the first one was still on its way.
#[tokio::test]
async fn a_slow_mail_server_gets_each_mail_once() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let (port, mut mails) = mail_server(Mood::Drips).await;
    use_mail(&admin, &settings(port)).await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let file = sample("good-one-signer");
    let doc = close(&mut tablet, &file).await;
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    // What else happens meanwhile wakes the sender again and again.
    let by = tablet.person();
    while mails.len() < 2 {
        tablet.say(Some(doc), &Event::Printed { by }).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sent = settled(&admin, doc, |row| row.state == DeliveryState::Accepted).await;
    assert!(sent.iter().all(|row| row.attempts == 1), "{sent:?}");
    let (one, two) = (mails.recv().await.unwrap(), mails.recv().await.unwrap());
    assert_eq!((attachment(&one), attachment(&two)), (file.clone(), file));
    assert!(mails.try_recv().is_err(), "one mail each, not two");
}

/// Red if a mail server that is down for a day were asked without pause, if a mail were given up, or sent twice.
#[tokio::test]
async fn a_mail_server_that_is_down_for_a_day_gets_each_mail_once() {
    const HOUR: i64 = 3_600_000;
    let now = Arc::new(AtomicI64::new(1_800_000_000_000));
    let clock = {
        let now = Arc::clone(&now);
        Clock::of(move || now.load(Ordering::SeqCst))
    };
    let site = Site::with_clock(clock).await;
    let mut admin = site.admin().await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let down = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = down.local_addr().unwrap();
    drop(down);
    use_mail(&admin, &settings(port.port())).await;
    let file = sample("good-one-signer");
    let doc = close(&mut tablet, &file).await;
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    let by = tablet.person();
    // Pauses double from a minute: after two hours each of the first tries is due again, and only once.
    for tries in 1..=6 {
        settled(&admin, doc, |row| row.state == DeliveryState::Queued && row.attempts == tries).await;
        now.fetch_add(2 * HOUR, Ordering::SeqCst);
        admin.sign_in().await.unwrap();
        tablet.sign_in().await.unwrap();
        tablet.say(Some(doc), &Event::Printed { by }).await;
    }
    settled(&admin, doc, |row| row.state == DeliveryState::Queued && row.attempts == 7).await;
    let mut mails = serve_mail(TcpListener::bind(port).await.unwrap(), Mood::Takes);
    for _ in 0..2 {
        now.fetch_add(12 * HOUR, Ordering::SeqCst);
        admin.sign_in().await.unwrap();
        tablet.sign_in().await.unwrap();
        tablet.say(Some(doc), &Event::Printed { by }).await;
        let sent = settled(&admin, doc, |row| row.state == DeliveryState::Accepted).await;
        assert!(sent.iter().all(|row| row.attempts == 8), "{sent:?}");
    }
    let both = [mails.recv().await.unwrap(), mails.recv().await.unwrap()].concat();
    assert!(both.contains("To: lind@example.com") && both.contains("To: office@example.com"), "{both}");
    assert!(mails.try_recv().is_err(), "one mail each, not two");
}

/// Red if a mail that was queued while the server's clock ran a year ahead had to wait for that year.
#[tokio::test]
async fn a_mail_from_a_wrong_clock_does_not_wait_for_it() {
    const YEAR: i64 = 365 * 24 * 3_600_000;
    let right = 1_800_000_000_000;
    let now = Arc::new(AtomicI64::new(right + YEAR));
    let clock = {
        let now = Arc::clone(&now);
        Clock::of(move || now.load(Ordering::SeqCst))
    };
    let site = Site::with_clock(clock).await;
    let mut admin = site.admin().await;
    let down = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = down.local_addr().unwrap();
    drop(down);
    use_mail(&admin, &settings(port.port())).await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let file = sample("good-one-signer");
    let doc = close(&mut tablet, &file).await;
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    settled(&admin, doc, |row| row.attempts == 1).await;
    now.store(right, Ordering::SeqCst);
    let mut mails = serve_mail(TcpListener::bind(port).await.unwrap(), Mood::Takes);
    admin.sign_in().await.unwrap();
    tablet.sign_in().await.unwrap();
    let by = tablet.person();
    tablet.say(Some(doc), &Event::Printed { by }).await;
    settled(&admin, doc, |row| row.state == DeliveryState::Accepted).await;
    assert!(mails.recv().await.is_some());
}

/// Red if a firm that switches copies on mailed everybody whose document is looked at once more.
#[tokio::test]
async fn what_came_before_copies_were_switched_on_is_never_mailed() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let file = sample("good-one-signer");
    let old = close(&mut tablet, &file).await;
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    let (port, mut mails) = mail_server(Mood::Takes).await;
    let other_kind = MailSettings { kinds: vec!["intake_protocol".into()], ..settings(port) };
    let no_office = MailSettings { office: String::new(), ..settings(port) };
    let off = MailSettings { enabled: false, ..settings(port) };
    // The kind is added later, the office later still; then all is off for a while.
    use_mail(&admin, &other_kind).await;
    let before_kind = close(&mut tablet, &file).await;
    use_mail(&admin, &no_office).await;
    let before_office = close(&mut tablet, &file).await;
    fold_again(&admin, &mut tablet, before_office).await;
    use_mail(&admin, &settings(port)).await;
    let on = close(&mut tablet, &file).await;
    settled(&admin, on, |row| row.state == DeliveryState::Accepted).await;
    use_mail(&admin, &off).await;
    let while_off = close(&mut tablet, &file).await;
    use_mail(&admin, &settings(port)).await;
    for doc in [old, before_kind, before_office, on, while_off] {
        fold_again(&admin, &mut tablet, doc).await;
    }
    for (doc, copies) in [(old, 0), (before_kind, 0), (before_office, 1), (on, 2), (while_off, 0)] {
        assert_eq!(deliveries(&admin, doc).await.len(), copies);
    }
    for _ in 0..3 {
        mails.recv().await.unwrap();
    }
    assert!(mails.try_recv().is_err());
    // A server of before kept the settings without a beginning: they begin when it starts.
    site.running.server.store().set_setting("mail_since", "{}".into()).await.unwrap();
    let folder = site.stop().await;
    let running =
        fieldseal_server::start(crate::support::config(folder.path()), Clock::system()).await.unwrap();
    let mut admin = admin;
    for device in [&mut admin, &mut tablet] {
        device.url = format!("http://{}", running.address);
        device.sign_in().await.unwrap();
    }
    fold_again(&admin, &mut tablet, while_off).await;
    assert!(deliveries(&admin, while_off).await.is_empty());
    let new = close(&mut tablet, &file).await;
    settled(&admin, new, |row| row.state == DeliveryState::Accepted).await;
    running.stop().await.unwrap();
}

/// Red if a copy that waited for the mail server went out although its document was voided meanwhile, or went out twice
/// because it was cleared and signed again.
#[tokio::test]
async fn a_copy_that_waited_is_sent_only_if_its_signature_still_closes_the_document() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let (busy, _) = mail_server(Mood::ComeBack).await;
    use_mail(&admin, &settings(busy)).await;
    let (first, second) = (sample("good-one-signer"), sample("good-first-of-two-signed-not-closed"));
    let (voided, again) = (close(&mut tablet, &first).await, Uuid::now_v7());
    tablet.put_blob(Digest::of(&first), 0, first.len() as u64, first.clone()).await.unwrap();
    let (by, customer) = (tablet.person(), customer());
    let begun = tablet.write(Some(again), &created(&job(Some(by), customer.id), &customer, by));
    let [frozen, signed, closed] = seal(&mut tablet, again, 0, &first);
    let known = signed.id();
    tablet.push(&[begun, frozen, signed, closed]).await.unwrap();
    for doc in [voided, again] {
        settled(&admin, doc, |row| row.attempts == 1).await;
    }

    let by = admin.person();
    let state = site.running.server.store().document(voided).await.unwrap().unwrap();
    let void = Event::Voided { seen: state.heads, reason: "wrong pump".into(), successor: None, by };
    admin.say(Some(voided), &void).await;
    let reason = "wrong date".into();
    let clear = Event::AcceptanceCleared { signed: known, role: Role::Admin, reason, by };
    admin.say(Some(again), &clear).await;
    tablet.hlc = tablet.hlc.max(admin.hlc);
    let resealed = seal(&mut tablet, again, 1, &second);
    tablet.push(&resealed).await.unwrap();
    tablet.put_blob(Digest::of(&second), 0, second.len() as u64, second.clone()).await.unwrap();
    let _: Value = admin.get("/v1/register").await.unwrap();

    let (takes, mut mails) = mail_server(Mood::Takes).await;
    use_mail(&admin, &settings(takes)).await;
    let gone = settled(&admin, voided, |row| row.state == DeliveryState::Refused).await;
    assert!(gone.iter().all(|row| row.detail.contains("voided") && row.attempts == 1), "{gone:?}");
    let both = [mails.recv().await.unwrap(), mails.recv().await.unwrap()];
    assert!(both.iter().all(|mail| attachment(mail) == second));
    // A mail is in the customer's box a moment before the log says so.
    let mut rows = deliveries(&admin, again).await;
    while rows.iter().any(|row| row.state == DeliveryState::Queued) {
        tokio::time::sleep(Duration::from_millis(25)).await;
        rows = deliveries(&admin, again).await;
    }
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    assert_eq!((count(DeliveryState::Accepted), count(DeliveryState::Refused)), (2, 2), "{rows:?}");
    let old: Vec<_> = rows.iter().filter(|row| row.cause == known).collect();
    assert!(old.iter().all(|row| row.detail.contains("no longer closes")), "{rows:?}");
    assert!(mails.try_recv().is_err(), "one mail each, not two");
}

/// Red if an address stayed in the delivery log after its document was erased, in the words of a mail server too, or if a
/// copy that still waited went out.
#[tokio::test]
async fn an_erasure_takes_addresses_and_what_mail_servers_said() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let mut tablet = tablet_of_samples(&site, &admin).await;
    let (refuses, _) = mail_server(Mood::Refuses).await;
    use_mail(&admin, &settings(refuses)).await;
    let file = sample("good-one-signer");
    let refused = close(&mut tablet, &file).await;
    tablet.put_blob(Digest::of(&file), 0, file.len() as u64, file.clone()).await.unwrap();
    settled(&admin, refused, |row| row.state == DeliveryState::Refused).await;
    let (busy, _) = mail_server(Mood::ComeBack).await;
    use_mail(&admin, &settings(busy)).await;
    let waits = close(&mut tablet, &file).await;
    settled(&admin, waits, |row| row.attempts == 1).await;
    let log = site.running.server.store().feed(None, 1000).await.unwrap().entries;
    let by = admin.person();
    for (doc, detail) in [(refused, ""), (waits, "the document was erased before this copy was sent")] {
        let header = |entry: &WireEntry| serde_json::from_slice::<Header>(&entry.header.0).unwrap();
        let entries = log.iter().map(|logged| &logged.entry);
        let entries = entries.filter(|entry| header(entry).doc == Some(doc)).map(WireEntry::id).collect();
        admin.say(Some(doc), &Event::Erased { entries, rule: "10 y".into(), kept: None, by }).await;
        let gone = settled(&admin, doc, |row| row.state == DeliveryState::Refused).await;
        assert!(gone.iter().all(|row| row.to.is_empty() && row.detail == detail), "{gone:?}");
    }
}

#[tokio::test]
async fn the_test_button_says_what_the_mail_server_said() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let test = json!({ "to": "me@example.com" });
    let (refuses, _) = mail_server(Mood::Refuses).await;
    use_mail(&admin, &settings(refuses)).await;
    let answer: Value = admin.post("/v1/mail/test", &test).await.unwrap();
    assert!(answer["accepted"] == false && answer["said"].as_str().unwrap().contains("550"), "{answer}");
    let (takes, mut mails) = mail_server(Mood::Takes).await;
    use_mail(&admin, &settings(takes)).await;
    let answer: Value = admin.post("/v1/mail/test", &test).await.unwrap();
    assert_eq!(answer["accepted"], true);
    assert!(mails.recv().await.unwrap().contains("me@example.com"));
    let open = MailSettings { host: "mail.example.com".into(), ..settings(25) };
    let refusal =
        admin.call::<Value>(reqwest::Method::PUT, "/v1/settings/mail", Some(&open)).await.unwrap_err();
    assert!(refusal.message.contains("starttls"), "no password goes over an open line: {refusal}");
    assert_eq!(refusal.data["why"], "unprotected", "the screens have their own sentence for it");
    let with_password = MailSettings { password: "secret".into(), ..settings(takes) };
    use_mail(&admin, &with_password).await;
    use_mail(&admin, &settings(takes)).await;
    let shown: MailPage = admin.get("/v1/settings/mail").await.unwrap();
    assert!(shown.settings.password.is_empty() && shown.has_password, "kept, and never given out");
    assert_eq!(shown.shipped.len(), 7);
}
