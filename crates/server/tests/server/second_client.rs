//! A client in another language, written from the pages alone (`tests/second_client`): they are enough.

use crate::support::Site;
use fieldseal_domain::role::Role;
use std::path::{Path, PathBuf};

#[tokio::test]
async fn the_pages_are_enough_for_a_second_client() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let code = site.code(&admin, Role::Technician).await;
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = repository.join(".venv/bin/python");
    let python = if python.exists() { python } else { PathBuf::from("python3") };
    let mut command = tokio::process::Command::new(python);
    command.arg(repository.join("tests/second_client/client.py")).arg(site.url()).arg(&code.code);
    let output = command.kill_on_drop(true).output().await.unwrap();
    let words = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&words));
}
