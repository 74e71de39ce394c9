//! The processes of the week: devices and the server, started, asked, killed.

use crate::words::{Answer, Command};
use std::{
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command as Program, Stdio},
    thread,
    time::Duration,
};
use uuid::Uuid;

/// A program of the workspace: they are built side by side.
fn program(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_week-device"))
        .with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is not built: build the whole workspace", path.display());
    path
}

/// A tablet or desktop.
pub struct Device {
    /// For messages.
    pub name: String,
    /// Its data folder, which outlives the process.
    pub folder: PathBuf,
    running: Option<Running>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Device {
    /// A device that is switched off.
    pub fn new(name: &str, above: &Path) -> Self {
        let folder = above.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { name: name.to_owned(), folder, running: None }
    }

    /// Switches it on, on a day.
    pub fn start(&mut self, day: u32) {
        assert!(self.running.is_none(), "{} runs", self.name);
        let mut child = Program::new(env!("CARGO_BIN_EXE_week-device"))
            .arg(&self.folder)
            .arg(day.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        self.running = Some(Running { child, input, output });
    }

    /// Asks without waiting for the answer.
    pub fn send(&mut self, command: &Command) {
        let running = self.running.as_mut().expect("it runs");
        let mut line = serde_json::to_vec(command).unwrap();
        line.push(b'\n');
        running.input.write_all(&line).unwrap();
    }

    /// The answer to what was asked.
    pub fn answer(&mut self) -> Answer {
        let running = self.running.as_mut().expect("it runs");
        let mut line = String::new();
        running.output.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{} ended by itself", self.name);
        match serde_json::from_str(&line).unwrap() {
            Answer::Failed { why } => panic!("{}: {why}", self.name),
            answer => answer,
        }
    }

    /// Asks and waits.
    pub fn ask(&mut self, command: &Command) -> Answer {
        self.send(command);
        self.answer()
    }

    /// Asks for something that has an identity.
    pub fn id(&mut self, command: &Command) -> Uuid {
        match self.ask(command) {
            Answer::Id { id } => id,
            other => panic!("{}: {command:?}: {other:?}", self.name),
        }
    }

    /// SIGKILL, whatever it is doing.
    pub fn kill(&mut self) {
        let mut running = self.running.take().expect("it runs");
        running.child.kill().unwrap();
        running.child.wait().unwrap();
    }

    /// Waits for its end, after it was asked to quit.
    pub fn ended(&mut self) {
        let mut running = self.running.take().expect("it runs");
        let status = running.child.wait().unwrap();
        assert!(status.success(), "{}: {status}", self.name);
    }

    /// Whether it is switched on.
    pub fn is_on(&self) -> bool {
        self.running.is_some()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

/// The server's process.
pub struct Server {
    child: Child,
    /// Where it listens; the same after every start.
    pub address: SocketAddr,
    /// The first administrator's link, when nobody was enrolled yet.
    pub link: Option<String>,
}

impl Server {
    /// Starts it on a folder. Port 0 asks the system for one.
    pub fn start(data: &Path, listen: SocketAddr) -> Self {
        let log = File::options().create(true).append(true).open(data.with_extension("log")).unwrap();
        let mut child = Program::new(program("fieldseal-server"))
            .args(["serve", "--listen", &listen.to_string(), "--data"])
            .arg(data)
            .env("FIELDSEAL_SERVER_PLAIN", "false")
            .env("FIELDSEAL_SERVER_ORGANISATION", "Demo Service Group")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let first = lines.next().unwrap_or_else(|| panic!("no server: see {}", data.display()));
        let url = first.rsplit(' ').next().unwrap();
        let address = url.strip_prefix("https://").expect("it speaks TLS").parse().unwrap();
        // The link comes only as long as nobody is enrolled: a folder that was never started has no database.
        let link = (listen.port() == 0)
            .then(|| lines.by_ref().find(|line| line.starts_with("fieldseal://")).expect("a link"));
        thread::spawn(move || lines.for_each(drop));
        Self { child, address, link }
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGKILL after a while: in the middle of whatever goes on.
    pub fn kill_after(self, moment: Duration) {
        thread::sleep(moment);
        self.kill();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs another command of the server's program to its end.
pub fn administer(arguments: &[&str]) {
    let output = Program::new(program("fieldseal-server")).args(arguments).output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {said}");
}

/// What a stranger's verifier says of a file: only "good" will do.
pub fn stranger_verifies(file: &Path, roots: &[PathBuf], receipt: Option<&Path>) {
    let mut verifier = Program::new(program("fieldseal-verify"));
    verifier.arg(file);
    for root in roots {
        verifier.arg("--root").arg(root);
    }
    if let Some(receipt) = receipt {
        verifier.arg("--receipt").arg(receipt);
    }
    let output = verifier.output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stdout));
}
