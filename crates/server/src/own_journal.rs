//! The server's own journal: what the server itself says, in the same form and under the same proofs as any device's.

use crate::{
    http::No,
    server::Server,
    store::{Append, AppendError, Journal, JournalState, SERVER_JOURNAL, intake},
};
use fieldseal_domain::{
    Digest,
    event::{Continues, Event, Header, body_hash},
};
use fieldseal_wire::{QuarantineReason, Verdict, WireEntry};

/// Version of the header's form.
const HEADER_VERSION: u8 = 1;

/// Begins the journal, if it is empty.
pub(crate) async fn open(server: &Server) -> Result<(), No> {
    let journal = server.store().own_journal().await?;
    if journal.n > 0 {
        return Ok(());
    }
    let old = match journal.continues {
        Some(device) => server.store().journal(device).await?,
        None => None,
    };
    let organisation = server.organisation();
    let opened = Event::JournalOpened {
        device_code: "SERVER".to_owned(),
        certificate: Digest::of(organisation.log_certificate()),
        root: Digest::of(organisation.root_der()),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        continues: old.map(|old| Continues { device: old.device, n: old.n, id: old.head }),
    };
    write(server, vec![opened]).await
}

/// Writes events at its end.
pub(crate) async fn write(server: &Server, events: Vec<Event>) -> Result<(), No> {
    let mut parts = Vec::with_capacity(events.len());
    for event in events {
        let salt: [u8; 16] = server.random()?;
        parts.push((event, salt));
    }
    let (salt, now) = (server.random()?, server.clock().now_ms());
    let author = server.clone();
    let run = move |journal: &Journal| {
        let mut end = (journal.n, journal.head, journal.hlc);
        let mut entries = Vec::with_capacity(parts.len());
        for (event, salt) in &parts {
            let (kind, body) = event.to_parts()?;
            let header = Header {
                v: HEADER_VERSION,
                critical: event.is_critical(),
                org: author.org().to_owned(),
                device: journal.device.clone(),
                n: end.0 + 1,
                prev: end.1,
                hlc: end.2.next(now),
                at: author.clock().reading(),
                head: None,
                doc: None,
                kind,
                body_hash: body_hash(salt, &body),
            };
            let bytes = header.to_bytes()?;
            let (id, signature) = author.organisation().sign_header(&bytes);
            end = (header.n, id, header.hlc);
            entries.push(WireEntry {
                header: bytes.into(),
                signature: signature.into(),
                salt: Some((*salt).into()),
                body: Some(body.into()),
            });
        }
        let writer = intake::Writer {
            journal: Journal { state: JournalState::Open, ..journal.clone() },
            earlier: std::collections::BTreeMap::new(),
            org: author.org().to_owned(),
        };
        let entries = intake::examine(&writer, entries).map_err(AppendError::Refused)?;
        debug_assert!(
            entries.iter().all(|e| e.verdict != Verdict::Quarantined(QuarantineReason::NotAllowed))
        );
        let address = SERVER_JOURNAL.to_owned();
        Ok(Append { device: journal.device.clone(), entries, received_ms: now, address, salt })
    };
    server.store().append_own(run).await?;
    Ok(())
}
