//! Five readers that are not ours, asked about a sealed file (`tests/readers/readers.py`).

use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Asks all readers about `pdfs`, which are kept in `folder`; panics with their words when one disagrees.
pub fn all_agree(folder: &Path, root_pem: &str, pdfs: &[(&str, &[u8])]) {
    let root = folder.join("root.pem");
    std::fs::write(&root, root_pem).expect("root.pem");
    let python = repository().join(".venv/bin/python");
    let python = if python.exists() { python } else { PathBuf::from("python3") };
    let mut command = Command::new(python);
    command.arg(repository().join("tests/readers/readers.py")).arg("--root").arg(&root);
    for (name, bytes) in pdfs {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a PDF on disk");
        command.arg(path);
    }
    let output = command.output().expect("python3 runs");
    let words =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "a reader disagrees:\n{words}");
}
