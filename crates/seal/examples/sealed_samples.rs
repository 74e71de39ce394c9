//! Writes sealed PDFs of every shape and the root that vouches for them into a folder, for the
//! readers' check in `tests/readers`.
//!
//! `sealed_samples FOLDER [FROZEN.pdf...]`: frozen documents of other makers are signed in every field as well.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;

use support::{Place, Shape, Tablet, Xref, frozen, sign, sign_all};

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: sealed_samples FOLDER [FROZEN.pdf...]");
        std::process::exit(2);
    };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let tablet = Tablet::new(1);
    std::fs::write(folder.join("root.pem"), tablet.authority.root_pem())?;
    let plain = Shape::default();
    let original = frozen(&plain);
    std::fs::write(folder.join("frozen.pdf"), &original)?;
    std::fs::write(
        folder.join("one-of-three.sealed.pdf"),
        sign(&tablet, &original, &original, "customer").pdf,
    )?;
    std::fs::write(
        folder.join("technician-alone.sealed.pdf"),
        sign(&tablet, &original, &original, "technician").pdf,
    )?;
    std::fs::write(folder.join("all-three.sealed.pdf"), sign_all(&tablet, &plain))?;
    for (name, xref) in [("table", Xref::Table), ("stream", Xref::Stream)] {
        for (form_name, form) in [("direct", Place::Direct), ("indirect", Place::Indirect)] {
            let shape = Shape {
                xref,
                form,
                annotations: form,
                sig_flags: false,
                ends_with_line: false,
                ..Shape::default()
            };
            std::fs::write(folder.join(format!("{name}-{form_name}.sealed.pdf")), sign_all(&tablet, &shape))?;
        }
    }
    for frozen in std::env::args().skip(2) {
        let original = std::fs::read(&frozen)?;
        let name =
            Path::new(&frozen).file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        std::fs::write(folder.join(format!("{name}.sealed.pdf")), support::sign_foreign(&tablet, &original))?;
    }
    Ok(())
}
