//! The program as an administrator runs it: first start, kill, stop, a disk that is full.

use crate::support::{Device, Site, config};
use fieldseal_domain::event::Event;
use fieldseal_server::{Clock, ops, start};
use fieldseal_wire::{Code, session::Welcome};
use std::{
    env,
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};
use uuid::Uuid;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fieldseal-server");

struct Server {
    child: Child,
    url: String,
    code: Option<String>,
}

impl Server {
    fn serve(data: &Path) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.next().unwrap().unwrap().rsplit(' ').next().unwrap().to_owned();
        // The code comes only as long as no administrator is enrolled.
        let known = data.join("enrolled").exists();
        let code = (!known).then(|| lines.next().unwrap().unwrap().rsplit(' ').next().unwrap().to_owned());
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url, code }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Red if an acknowledgement were given before the entries are safe, or if half a batch could stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_in_the_middle_of_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::serve(folder.path());
    let mut tablet = Device::new(&server.url);
    tablet.enrol(server.code.as_ref().unwrap(), &[]).await.unwrap();
    File::create(folder.path().join("enrolled")).unwrap();
    let by = tablet.person();
    let (mut written, mut acked) = (Vec::new(), 0_u64);
    for round in 0..6_u64 {
        tablet.url.clone_from(&server.url);
        tablet.sign_in().await.unwrap();
        let welcome: Welcome = tablet.hello().await.unwrap();
        let have = welcome.have[0].n;
        assert!(have >= acked, "an acknowledgement was taken back: {acked} became {have}");
        let from = usize::try_from(have).unwrap();
        while written.len() < from + 400 {
            written.push(tablet.write(Some(Uuid::now_v7()), &Event::Printed { by }));
        }
        let batch = written[from..].to_vec();
        // Killed somewhere between the request and its answer, each time later.
        let kill = tokio::task::spawn_blocking(move || {
            std::thread::sleep(std::time::Duration::from_millis(round * 25));
            server.kill();
        });
        let push = fieldseal_wire::push::Push { journal: tablet.name.clone(), entries: batch };
        let request = tablet.http.post(format!("{}/v1/push", tablet.url)).json(&push);
        if let Ok(response) = request.bearer_auth(tablet.token.as_ref().unwrap()).send().await
            && let Ok(answer) = response.json::<fieldseal_wire::push::Acked>().await
        {
            acked = answer.n;
        }
        kill.await.unwrap();
        server = Server::serve(folder.path());
    }
    server.kill();
    let report = ops::doctor(folder.path()).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let journal = report.journals.iter().find(|journal| journal.device == tablet.name).unwrap();
    assert!(journal.have >= acked);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("server.toml"), "listn = '127.0.0.1:1'").unwrap();
    let output = Command::new(PROGRAM).args(["serve", "--data"]).arg(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("server.toml") && text.contains("listn"), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was made");
}

/// Red if a name written wrong, or a log level that is none, were passed over in silence.
#[test]
fn a_wrong_name_or_level_in_the_environment_ends_the_start() {
    for (name, text, says) in [
        ("FIELDSEAL_SERVER_LISEN", "127.0.0.1:1", "FIELDSEAL_SERVER_LISEN is no setting"),
        ("FIELDSEAL_SERVER_LOG", "inof", "log is \"inof\""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .env(name, text)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let ended = (0..200).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            child.try_wait().unwrap()
        });
        child.kill().ok();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(ended.is_some_and(|status| !status.success()) && text.contains(says), "{ended:?} {text}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn keys_are_for_the_servers_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("data");
    start(config(&folder), Clock::system()).await.unwrap().stop().await.unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let keys = folder.join("keys.json");
    assert_eq!(fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    let error = start(config(&folder), Clock::system()).await.unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[tokio::test]
async fn a_server_starts_again_as_itself() {
    let site = Site::new().await;
    let mut admin = site.admin().await;
    let id = admin.hello().await.unwrap().server;
    let folder = site.stop().await;
    let running = start(config(folder.path()), Clock::system()).await.unwrap();
    assert!(running.first_code().await.unwrap().is_none(), "the administrator is there already");
    admin.url = format!("http://{}", running.address);
    admin.sign_in().await.unwrap();
    assert_eq!(admin.hello().await.unwrap().server, id);
    running.stop().await.unwrap();
}

/// Red if a server that starts again ended the code that its administrator was given the first time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_given_before_still_counts_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::serve(folder.path());
    let code = first.code.clone().unwrap();
    first.kill();
    let again = Server::serve(folder.path());
    assert_eq!(again.code.as_deref(), Some("counts."), "it says that the code was given, and gives no other");
    let mut desk = Device::new(&again.url);
    desk.enrol(&code, &[]).await.unwrap();
    again.kill();
}

/// Tells the test that it runs inside a mount namespace, and where the small disk is.
const DISK: &str = "FIELDSEAL_SMALL_SERVER_DISK";
const MOUNT: &str = "mount -t tmpfs -o size=16m small \"$1\" && shift && exec \"$@\"";

/// Red if a full disk were called anything else, if it took half of a batch, or if the server did not go on afterwards.
#[test]
fn a_full_disk_takes_nothing_and_loses_nothing() {
    if let Some(disk) = env::var_os(DISK) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        return runtime.block_on(on_small_disk(Path::new(&disk)));
    }
    let mount = tempfile::tempdir().unwrap();
    let inside = |namespaces: &str| {
        let mut command = Command::new("unshare");
        command.args([namespaces, "sh", "-c", MOUNT, "sh"]).arg(mount.path());
        command
    };
    let works =
        |namespaces: &&&str| inside(namespaces).arg("true").output().is_ok_and(|o| o.status.success());
    let Some(namespaces) = ["-Urm", "-m"].iter().find(|namespaces| works(namespaces)) else {
        eprintln!("skipped: this machine lets us mount nothing, not even in a namespace of our own");
        return;
    };
    let status = inside(namespaces)
        .arg(env::current_exe().unwrap())
        .args(["--exact", "process::a_full_disk_takes_nothing_and_loses_nothing", "--nocapture"])
        .env(DISK, mount.path())
        .status()
        .unwrap();
    assert!(status.success(), "on the small disk: {status}");
}

async fn on_small_disk(disk: &Path) {
    let running = start(config(&disk.join("data")), Clock::system()).await.unwrap();
    let mut tablet = Device::new(&format!("http://{}", running.address));
    tablet.enrol(&running.first_code().await.unwrap().unwrap().code, &[]).await.unwrap();
    tablet.sign_in().await.unwrap();
    let by = tablet.person();
    let mut ballast = File::create(disk.join("ballast")).unwrap();
    while ballast.write_all(&[0; 4096]).is_ok() {}
    let mut refused = None;
    let mut batch = Vec::new();
    for _ in 0..100 {
        batch = (0..300).map(|_| tablet.write(Some(Uuid::now_v7()), &Event::Printed { by })).collect();
        if let Err(refusal) = tablet.push(&batch).await {
            refused = Some(refusal.code);
            break;
        }
    }
    assert_eq!(refused, Some(Code::NoSpace));
    drop(ballast);
    fs::remove_file(disk.join("ballast")).unwrap();
    let acked = tablet.push(&batch).await.unwrap();
    assert_eq!((acked.n, acked.id), (tablet.n, tablet.head), "room again: it goes on where it was");
    running.stop().await.unwrap();
    let report = ops::doctor(&disk.join("data")).await.unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}
