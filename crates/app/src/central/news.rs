//! What the exchange tells whoever shows it.

use crate::app::App;
use fieldseal_sync::Status;
use std::time::Duration;
use tokio::sync::watch;

/// Between two tellings: a screen cannot show more, and a long exchange changes its state by the hundred.
const PAUSE: Duration = Duration::from_millis(150);

/// Something to look at anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// How things stand with the office.
    Standing,
    /// Entries of others arrived: lists and documents may have changed.
    Arrived,
}

/// Who is told.
pub type Listener = Box<dyn Fn(News) + Send + Sync>;

impl App {
    /// Who is told of the exchange from now on. Only the first one counts.
    pub fn on_news(&self, listener: Listener) {
        if self.listener.set(listener).is_err() {
            tracing::warn!("somebody listens to the exchange already");
        }
    }

    pub(super) fn tell(&self, news: News) {
        if let Some(listener) = self.listener.get() {
            listener(news);
        }
    }

    /// Tells of every change of state until the engine is gone.
    pub(super) async fn follow(&self, mut status: watch::Receiver<Status>) {
        while status.changed().await.is_ok() {
            self.tell(News::Standing);
            tokio::time::sleep(PAUSE).await;
        }
    }
}
