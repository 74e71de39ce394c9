//! Starting and stopping.

use crate::{
    clock::Clock,
    config::Config,
    http, mail,
    server::{Server, StartError},
    tls,
};
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum_server::Handle;
use fieldseal_domain::{event::Event, language::Language, party::Person, role::Role};
use fieldseal_wire::admin::PersonRow;
use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How long requests may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// How long the headers of a request may take, and how long a new connection may say nothing: neither a drip of bytes
/// nor silence must hold a connection. The second is asked for by itself: the choice between HTTP/1 and HTTP/2 comes
/// before any header and has no limit of its own.
const HEADER_TIME: Duration = Duration::from_secs(20);

/// A running server.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The server.
    pub server: Server,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<io::Result<()>>,
    work: Vec<JoinHandle<()>>,
}

/// Opens the data folder and listens.
///
/// # Errors
/// [`StartError`].
pub async fn start(config: Config, clock: Clock) -> Result<Running, StartError> {
    let listener =
        TcpListener::bind(config.listen).map_err(|error| StartError::Listen(config.listen, error))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    // Port 0 asks the system for one: links must say which it gave.
    let config = Config { listen: address, ..config };
    crate::organisation::make_folder(&config.data)?;
    let tls = if config.plain { None } else { Some(tls::open(&config)?) };
    let server = Server::open(config, clock, tls.as_ref().map(|tls| tls.key_hash)).await?;
    let handle = Handle::new();
    let app = http::router(&server).into_make_service_with_connect_info::<SocketAddr>();
    let serving = serve(listener, tls, handle.clone(), app)?;
    let work = vec![
        tokio::spawn(server.clone().run_projector()),
        tokio::spawn(mail::run(server.clone())),
        tokio::spawn({
            let server = server.clone();
            async move { mail::check(&server).await }
        }),
    ];
    Ok(Running { address, server, handle, serving, work })
}

type App = IntoMakeServiceWithConnectInfo<axum::Router, SocketAddr>;

fn serve(
    listener: TcpListener,
    tls: Option<tls::Tls>,
    handle: Handle<SocketAddr>,
    app: App,
) -> Result<JoinHandle<io::Result<()>>, StartError> {
    Ok(match tls {
        None => {
            let server = axum_server::from_tcp(listener)?.handle(handle);
            let mut server = server.first_request_timeout(HEADER_TIME);
            server.http_builder().http1().header_read_timeout(HEADER_TIME).timer(timer());
            tokio::spawn(async move { server.serve(app).await })
        }
        Some(tls) => {
            let server = axum_server::from_tcp_rustls(listener, tls.config)?.handle(handle);
            let mut server = server.first_request_timeout(HEADER_TIME);
            server.http_builder().http1().header_read_timeout(HEADER_TIME).timer(timer());
            tokio::spawn(async move { server.serve(app).await })
        }
    })
}

fn timer() -> hyper_util::rt::TokioTimer {
    hyper_util::rt::TokioTimer::new()
}

impl Running {
    /// The first administrator's one-time code; none when somebody is enrolled as one already.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn first_code(&self) -> Result<Option<fieldseal_wire::admin::EnrolmentCode>, StartError> {
        let devices = self.server.store().devices().await?;
        let people = self.server.store().people().await?;
        let admins: Vec<&PersonRow> =
            people.iter().filter(|row| row.role == Role::Admin && row.active).collect();
        let enrolled =
            |person: Uuid| devices.iter().any(|row| row.person == person && row.revoked_ms.is_none());
        match admins.first() {
            // Whoever reads the output must not become an administrator beside one.
            Some(_) if admins.iter().any(|row| enrolled(row.person)) => Ok(None),
            Some(row) => self.code_for(row.person).await.map(Some),
            None => {
                let person = self.add_person("Administrator", Role::Admin, Language::En).await?;
                self.code_for(person).await.map(Some)
            }
        }
    }

    /// Whether an administrator was given a code that still counts: a new one would end it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn admin_code_is_out(&self) -> Result<bool, StartError> {
        Ok(self.server.store().code_is_out(Role::Admin, self.server.clock().now_ms()).await?)
    }

    /// A new code for an administrator, for one whose device is lost.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn code_for(&self, person: Uuid) -> Result<fieldseal_wire::admin::EnrolmentCode, StartError> {
        let code = self.server.make_code(person).await.map_err(|_| StartError::Journal)?;
        code.ok_or(StartError::Journal)
    }

    /// Adds a person. The first of all must be an administrator: where there is none, one is added too, whose code the
    /// server gives when it next starts.
    ///
    /// # Errors
    /// When the store or the server's own journal cannot be written.
    pub async fn add_person(&self, name: &str, role: Role, language: Language) -> Result<Uuid, StartError> {
        let people = self.server.store().people().await?;
        if role != Role::Admin && !people.iter().any(|row| row.role == Role::Admin && row.active) {
            self.add("Administrator", Role::Admin, Language::En).await?;
        }
        self.add(name, role, language).await
    }

    async fn add(&self, name: &str, role: Role, language: Language) -> Result<Uuid, StartError> {
        let person = Uuid::now_v7();
        let row = PersonRow {
            person,
            name: name.to_owned(),
            language: language.code().to_owned(),
            role,
            active: true,
        };
        if !self.server.store().put_person(row).await? {
            return Err(StartError::Journal);
        }
        let events = vec![
            Event::PersonSaved(Person { id: person, name: name.to_owned(), language, left: false }),
            Event::RoleGranted { person, role },
        ];
        self.server.write_events(events).await.map_err(|_| StartError::Journal)?;
        Ok(person)
    }

    /// Takes no more connections, lets requests end, then closes the store.
    ///
    /// # Errors
    /// When the listener had failed.
    pub async fn stop(self) -> io::Result<()> {
        self.handle.graceful_shutdown(Some(GRACE));
        for work in &self.work {
            work.abort();
        }
        for work in self.work {
            // It was just told to end.
            let _ = work.await;
        }
        self.serving.await.map_err(io::Error::other)?
    }
}
