//! Clients that say nothing, or a byte at a time: they hold nobody up, and they are not waited for for ever.

use crate::support::Site;
use fieldseal_domain::role::Role;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

/// What a client begins with before it goes silent or drips.
const BEGINNINGS: [&[u8]; 4] = [
    b"",
    b"POST /v1/challenge HTTP/1.1\r\nhost: office\r\n",
    b"PRI * HTTP/2.0\r\n",
    b"GET /healthz HTTP/1.1\r\nhost: office\r\nx-long: ",
];
/// Connections of each sort.
const MANY: usize = 60;
/// Longer than any limit of the server: reached only when there is none.
const FOR_EVER: Duration = Duration::from_secs(90);

/// Sends a byte now and then until the server has had enough.
async fn drip(address: SocketAddr, beginning: &'static [u8], drips: bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(beginning).await.unwrap();
    let mut rest = [0; 1024];
    loop {
        tokio::select! {
            read = stream.read(&mut rest) => match read {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            },
            () = tokio::time::sleep(Duration::from_millis(500)), if drips => {
                if stream.write_all(b"a").await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Red if a connection that sends nothing, or its headers byte by byte, stayed open for ever, or if others had to wait
/// for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_drips_holds_nobody_up() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut slow = JoinSet::new();
    for i in 0..MANY * BEGINNINGS.len() {
        let beginning = BEGINNINGS[i % BEGINNINGS.len()];
        slow.spawn(drip(site.running.address, beginning, beginning.ends_with(b": ")));
    }
    // A whole enrolment and a first session, on connections of its own.
    let tablet = site.device(&admin, Role::Technician).await;
    tablet.hello().await.unwrap();
    assert_eq!(slow.len(), MANY * BEGINNINGS.len());
    tokio::time::timeout(FOR_EVER, async { while slow.join_next().await.is_some() {} })
        .await
        .unwrap_or_else(|_| panic!("the server still waits for {} connections", slow.len()));
}
