//! Notices when this machine gets another network, so that nobody waits for the next try.

use fieldseal_sync::Handle;
use if_watch::{IfEvent, tokio::IfWatcher};
use std::{future::poll_fn, io, time::Duration};

/// From an address to a network that works: routes and names come a moment later, often with further addresses.
const SETTLE: Duration = Duration::from_millis(1500);

/// Wakes the exchange when the machine has a new address, for good. A machine that does not tell is asked for nothing:
/// the exchange tries by itself every few minutes.
pub(super) async fn follow(handle: Handle) {
    if let Err(error) = watch(&handle).await {
        tracing::warn!(%error, "changes of the network are not noticed");
    }
    std::future::pending().await
}

async fn watch(handle: &Handle) -> io::Result<()> {
    let mut watcher = IfWatcher::new()?;
    // The addresses of the start are no change.
    settle(&mut watcher).await?;
    loop {
        let event = poll_fn(|context| watcher.poll_if_event(context)).await?;
        if settle(&mut watcher).await? || is_new(&event) {
            handle.network_changed();
        }
    }
}

/// Waits until no more events come; whether one of them brought a new address.
async fn settle(watcher: &mut IfWatcher) -> io::Result<bool> {
    let mut new = false;
    while let Ok(event) =
        tokio::time::timeout(SETTLE, poll_fn(|context| watcher.poll_if_event(context))).await
    {
        new |= is_new(&event?);
    }
    Ok(new)
}

fn is_new(event: &IfEvent) -> bool {
    matches!(event, IfEvent::Up(_))
}
