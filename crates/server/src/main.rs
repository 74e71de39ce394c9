//! `fieldseal-server`: the command line.

use clap::{Parser, Subcommand};
use fieldseal_server::{Clock, Config, Running, StartError, ops, start};
use std::{io::Write as _, net::SocketAddr, path::PathBuf, process::ExitCode};

/// A line for whoever reads along; nobody has to.
macro_rules! say {
    ($($part:tt)*) => {{
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}

#[derive(Parser)]
#[command(name = "fieldseal-server", version, about = "The central server of Fieldseal.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server until it is told to stop.
    Serve {
        /// Folder of database, keys and files; made if it is not there.
        #[arg(long)]
        data: PathBuf,
        /// Address to listen on, for example 0.0.0.0:8420.
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Copies everything into a new folder, also while the server runs.
    Backup {
        /// Folder of the server.
        #[arg(long)]
        data: PathBuf,
        /// New folder.
        #[arg(long)]
        to: PathBuf,
    },
    /// Makes a folder of a server out of a backup.
    Restore {
        /// The backup.
        #[arg(long)]
        from: PathBuf,
        /// Folder of the server; must not be there or be empty.
        #[arg(long)]
        data: PathBuf,
    },
    /// Reads everything and says what is wrong. The server must not run.
    Doctor {
        /// Folder of the server.
        #[arg(long)]
        data: PathBuf,
    },
    /// Makes a new one-time code for an administrator whose device is lost. The server must not run.
    AdminCode {
        /// Folder of the server.
        #[arg(long)]
        data: PathBuf,
    },
    /// Adds a person and makes their one-time code. The server must not run.
    AddPerson(AddPerson),
}

#[derive(clap::Args)]
struct AddPerson {
    /// Folder of the server.
    #[arg(long)]
    data: PathBuf,
    /// Their name.
    #[arg(long)]
    name: String,
    /// technician, office, manager, auditor or admin.
    #[arg(long, default_value = "technician")]
    role: String,
    /// Language of their screens: en, ro, sv, nl, fr, ru or de.
    #[arg(long, default_value = "en")]
    language: String,
    /// Address that the server will listen on; the link names it unless the configuration has a public address.
    #[arg(long)]
    listen: Option<SocketAddr>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    eprintln!("fieldseal-server: {text}");
    ExitCode::FAILURE
}

async fn run(command: Command) -> Result<ExitCode, StartError> {
    match command {
        Command::Serve { data, listen } => serve(Config::read(&data, listen)?).await,
        Command::Backup { data, to } => {
            let files = ops::backup(&data, &to).await?;
            say!("copied the database and {files} files to {}", to.display());
            Ok(ExitCode::SUCCESS)
        }
        Command::Restore { from, data } => {
            let restored = ops::restore(&from, &data).await?;
            say!("restored {} entries and {} files", restored.entries, restored.files);
            say!("the log begins a new epoch; devices send again what came after the backup");
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor { data } => doctor(&data).await,
        Command::AdminCode { data } => admin_code(&data).await,
        Command::AddPerson(wanted) => add_person(wanted).await,
    }
}

async fn serve(config: Config) -> Result<ExitCode, StartError> {
    log(&config.log)?;
    let running = start(config, Clock::system()).await?;
    say!("Fieldseal server on {}", running.server.url());
    if let Some(hash) = running.server.key_hash() {
        say!("SHA-256 of its key: {hash}");
    }
    if running.admin_code_is_out().await? {
        say!("The administrator's one-time code that was given before still counts.");
        say!("Lost? Stop the server: fieldseal-server admin-code --data DIR gives a new one.");
    } else if let Some(code) = running.first_code().await? {
        show(&code, " of the administrator");
    }
    told_to_stop().await?;
    tracing::info!("stopping");
    running.stop().await?;
    Ok(ExitCode::SUCCESS)
}

fn show(code: &fieldseal_wire::admin::EnrolmentCode, whose: &str) {
    say!("One-time code{whose} (good for a week): {}", code.code);
    say!("{}", code.link);
    if let Ok(qr) = qrcode::QrCode::new(code.link.as_bytes()) {
        say!("{}", qr.render::<qrcode::render::unicode::Dense1x2>().build());
    }
}

async fn doctor(data: &std::path::Path) -> Result<ExitCode, StartError> {
    let report = ops::doctor(data).await?;
    for journal in &report.journals {
        say!("{} acked {} have {} {}", journal.device, journal.acked, journal.have, journal.head);
    }
    for finding in &report.findings {
        say!("! {finding}");
    }
    say!("{} journals, {} findings", report.journals.len(), report.findings.len());
    Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

async fn add_person(wanted: AddPerson) -> Result<ExitCode, StartError> {
    let Some(role) = fieldseal_domain::role::Role::named(&wanted.role) else {
        eprintln!("fieldseal-server: --role must be technician, office, manager, auditor or admin");
        return Ok(ExitCode::from(2));
    };
    let Some(language) = fieldseal_domain::language::Language::from_code(&wanted.language) else {
        eprintln!("fieldseal-server: --language must be en, ro, sv, nl, fr, ru or de");
        return Ok(ExitCode::from(2));
    };
    let name = fieldseal_domain::text::clean(&wanted.name).trim().to_owned();
    if name.is_empty() {
        eprintln!("fieldseal-server: a person needs a --name");
        return Ok(ExitCode::from(2));
    }
    let running = start_aside(&wanted.data, wanted.listen).await?;
    let person = running.add_person(&name, role, language).await?;
    show(&running.code_for(person).await?, "");
    running.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the data folder for a moment, on a port of its own; links name the address that the server will have.
async fn start_aside(data: &std::path::Path, listen: Option<SocketAddr>) -> Result<Running, StartError> {
    let later = Config::read(data, listen)?;
    let aside = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = Config { public_url: Some(later.url()), ..Config::read(data, Some(aside))? };
    start(config, Clock::system()).await
}

async fn admin_code(data: &std::path::Path) -> Result<ExitCode, StartError> {
    let running = start_aside(data, None).await?;
    let people = running.server.store().people().await?;
    let admin = people.iter().find(|row| row.role == fieldseal_domain::role::Role::Admin && row.active);
    match admin {
        Some(row) => show(&running.code_for(row.person).await?, " of the administrator"),
        None => {
            if let Some(code) = running.first_code().await? {
                show(&code, " of the administrator");
            }
        }
    }
    running.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// JSON lines without personal data or tokens; never more than was asked for.
fn log(directives: &str) -> Result<(), StartError> {
    let filter = tracing_subscriber::EnvFilter::try_new(directives).map_err(std::io::Error::other)?;
    let subscriber = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    if subscriber.try_init().is_err() {
        eprintln!("fieldseal-server: logging was set up before");
    }
    Ok(())
}

#[cfg(unix)]
async fn told_to_stop() -> Result<(), StartError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        pressed = tokio::signal::ctrl_c() => pressed?,
    }
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_stop() -> Result<(), StartError> {
    Ok(tokio::signal::ctrl_c().await?)
}
