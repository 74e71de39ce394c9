//! The server in a process of its own, so that its work and its memory are not mixed up with the devices'.

use crate::{Outcome, support};
use fieldseal_server::{Clock, start};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child as Process, Command, Stdio},
};

/// The argument that makes this program the server.
pub const ARGUMENT: &str = "serve";

/// Serves `folder` until standard input ends. Says address and first one-time code on a line.
pub async fn serve(folder: &Path) -> Outcome<()> {
    let running = start(support::config(folder), Clock::system()).await?;
    let code = running.first_code().await?.ok_or("somebody is enrolled already")?;
    println!("{} {}", running.address, code.code);
    std::io::stdout().flush()?;
    tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().count()).await?;
    running.stop().await?;
    Ok(())
}

/// A running server.
pub struct Child {
    process: Process,
    /// Where it listens.
    pub url: String,
    /// One-time code of the first administrator.
    pub code: String,
}

impl Child {
    /// Starts one that keeps its data in `folder`.
    pub fn start(folder: &Path) -> Outcome<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(ARGUMENT)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let (address, code) = line.trim().split_once(' ').ok_or("the server did not start")?;
        Ok(Self { process, url: format!("http://{address}"), code: code.to_owned() })
    }

    /// Memory it holds, shared parts in proportion, in MiB.
    pub fn memory(&self) -> Outcome<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.process.id()))?;
        let line = text.lines().find(|line| line.starts_with("Pss:")).ok_or("no figure of memory")?;
        let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure of memory")?.parse()?;
        Ok(kib / 1024.0)
    }

    /// Processor time it has used, in seconds.
    pub fn cpu_seconds(&self) -> Outcome<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.process.id()))?;
        let main: f64 = text.split_whitespace().next().ok_or("no figure of time")?.parse()?;
        let mut all = 0.0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            // A thread may end while it is asked.
            let text = std::fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            all += text.split_whitespace().next().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        }
        Ok(all.max(main) / 1e9)
    }

    /// Ends it.
    pub fn stop(mut self) -> Outcome<()> {
        drop(self.process.stdin.take());
        if self.process.wait()?.success() { Ok(()) } else { Err("the server failed".into()) }
    }
}
