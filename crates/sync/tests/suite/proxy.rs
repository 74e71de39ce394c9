//! A network that misbehaves as told: delay, cut after so many bytes, half-open, drip, black hole.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What happens to connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Everything passes.
    None,
    /// Each piece waits.
    Latency(Duration),
    /// After so many bytes towards the server, counted over all connections, the present one is cut.
    CutAfterSent(u64),
    /// The same towards the device.
    CutAfterReceived(u64),
    /// What the device sends arrives; no answer ever does.
    HalfOpen,
    /// A few bytes at a time towards the device.
    Drip(Duration),
    /// Connections are taken and nothing passes.
    BlackHole,
    /// There is no network: open connections break, new ones are refused.
    Down,
}

#[derive(Debug)]
struct Shared {
    fault: Mutex<Fault>,
    /// Counts how often the network went down.
    down: watch::Sender<u64>,
    target: Mutex<SocketAddr>,
    sent: AtomicU64,
    received: AtomicU64,
    cuts: AtomicU64,
}

/// A proxy in front of the server.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Proxy {
    pub async fn new(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            fault: Mutex::new(Fault::None),
            down: watch::Sender::new(0),
            target: Mutex::new(target),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            cuts: AtomicU64::new(0),
        });
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, serving }
    }

    /// From now on, with counts at zero.
    pub fn set(&self, fault: Fault) {
        self.shared.sent.store(0, Ordering::SeqCst);
        self.shared.received.store(0, Ordering::SeqCst);
        *self.shared.fault.lock().unwrap() = fault;
        if fault == Fault::Down {
            self.shared.down.send_modify(|times| *times += 1);
        }
    }

    /// Bytes that passed since the fault was set: to the server, to the device.
    pub fn passed(&self) -> (u64, u64) {
        (self.shared.sent.load(Ordering::SeqCst), self.shared.received.load(Ordering::SeqCst))
    }

    /// Connections that were cut.
    pub fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    /// How many of `length` bytes may still pass, when a cut is set for this direction.
    fn allowed(&self, up: bool, length: u64) -> u64 {
        let (limit, count) = match (self.fault(), up) {
            (Fault::CutAfterSent(limit), true) => (limit, &self.sent),
            (Fault::CutAfterReceived(limit), false) => (limit, &self.received),
            (_, true) => (u64::MAX, &self.sent),
            (_, false) => (u64::MAX, &self.received),
        };
        let before = count.load(Ordering::SeqCst);
        let allowed = limit.saturating_sub(before).min(length);
        count.fetch_add(allowed, Ordering::SeqCst);
        if allowed < length {
            // Cut once: whoever tries again gets through.
            *self.fault.lock().unwrap() = Fault::None;
            self.cuts.fetch_add(1, Ordering::SeqCst);
        }
        allowed
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((device, _)) = listener.accept().await else { return };
        if shared.fault() == Fault::Down {
            continue;
        }
        tokio::spawn(connection(device, Arc::clone(&shared)));
    }
}

async fn connection(device: TcpStream, shared: Arc<Shared>) {
    let mut down = shared.down.subscribe();
    let target = *shared.target.lock().unwrap();
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (device_read, device_write) = device.into_split();
    let (server_read, server_write) = server.into_split();
    // Whichever direction ends first takes the other with it: a cut cuts both.
    tokio::select! {
        () = pump(device_read, server_write, &shared, true) => {}
        () = pump(server_read, device_write, &shared, false) => {}
        _ = down.changed() => {}
    }
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    shared: &Shared,
    up: bool,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => length,
        };
        match (shared.fault(), up) {
            (Fault::BlackHole, _) | (Fault::HalfOpen, false) => continue,
            (Fault::Latency(pause), _) => tokio::time::sleep(pause).await,
            (Fault::Drip(pause), false) => {
                for piece in buffer.get(..length).unwrap().chunks(50) {
                    tokio::time::sleep(pause).await;
                    if to.write_all(piece).await.is_err() {
                        return;
                    }
                }
                continue;
            }
            (_, _) => {}
        }
        let allowed = usize::try_from(shared.allowed(up, length as u64)).unwrap();
        if to.write_all(buffer.get(..allowed).unwrap()).await.is_err() || allowed < length {
            return;
        }
    }
}
