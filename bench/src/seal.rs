//! The seal alone: CPU time of one signature into a file, against its cryptography and against pyHanko.

use crate::{
    Outcome, device,
    figure::Figure,
    material,
    measure::{Times, cpu, repeat},
    peer::{self, PyHanko},
};
use ed25519_dalek::Signer as _;
use fieldseal_seal::{
    Appearance, PrefixState, SealRequest, Sealed, ink_operators, seal_field,
    second_path::{self, Expectations},
    signature_fields,
};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// The slot that is signed.
const SLOT: &str = "customer";
const PEER: &str = "pyHanko, in process";

/// What one act of signing needs, made before the clock starts.
struct Act {
    tablet: device::Tablet,
    file: PathBuf,
    statement: String,
    appearance: Appearance,
}

/// Which state of the hash is there when the button is pressed.
#[derive(Clone, Copy)]
enum Start<'a> {
    /// Read from disk, nothing hashed.
    Cold,
    /// In memory, hashed since it was handed over, as in the app.
    Kept(&'a [u8], &'a PrefixState),
}

/// All figures of the seal.
pub fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let small = folder.join("two-pages.pdf");
    let large = folder.join("large.pdf");
    std::fs::write(&small, material::two_pages_file()?)?;
    std::fs::write(&large, material::large_file()?)?;
    let tablet = device::Tablet::new(7);
    let pyhanko = peer::pyhanko(folder, &tablet, [&small, &large])?;
    let mut figures = of_file(&small, "a sheet of 2 pages", "<= 2", 200, pyhanko.first())?;
    figures.extend(of_file(&large, "a document of 25 MB", "<= 80", 15, pyhanko.get(1))?);
    Ok(figures)
}

fn of_file(
    file: &Path,
    name: &str,
    aim: &'static str,
    runs: usize,
    peer: Option<&PyHanko>,
) -> Outcome<Vec<Figure>> {
    let act = Act::on(file)?;
    let bytes = std::fs::read(file)?;
    let size = bytes.len();
    let kept = PrefixState::of(&bytes);
    let cold = repeat(runs, |work| cpu(work), |_| act.seal(Start::Cold))?;
    let warm = repeat(runs, |work| cpu(work), |_| act.seal(Start::Kept(&bytes, &kept)))?;
    let checked = repeat(runs, |work| cpu(work), |_| act.seal_and_check(&bytes, &kept))?;
    let floor = floor(&bytes, runs)?;
    let peer_said = peer.map_or_else(String::new, |peer| format!("; pyHanko: {}", peer.said));
    let cold_how = format!(
        "median CPU of the signing thread: read {size} bytes, hash, fill the field, sign twice; {}; floor: SHA-256 of \
         the file, one P-256 and one Ed25519 signature{peer_said}",
        cold.said()
    );
    let warm_how = format!(
        "as in the app: file in memory, its hash kept since the hand-over; {}; floor: the two signatures",
        warm.said()
    );
    let check_how =
        format!("as in the app, with the check by the second path before it is stored; {}", checked.said());
    Ok(vec![
        Figure::new(&format!("seal of {name}, cold"), cold.median(), "ms CPU", cold_how)
            .aim(aim)
            .floor(floor.all.median())
            .peer(PEER, peer.map(|peer| peer.median_ms)),
        Figure::new(&format!("seal of {name}, hash kept"), warm.median(), "ms CPU", warm_how)
            .floor(floor.signatures.median()),
        Figure::new(&format!("seal of {name} and second check"), checked.median(), "ms CPU", check_how),
    ])
}

impl Act {
    fn on(file: &Path) -> Outcome<Self> {
        let pdf = std::fs::read(file)?;
        let fields = signature_fields(&pdf)?;
        let field = fields.iter().find(|field| field.name == SLOT).ok_or("no field for the customer")?;
        let ink = ink_operators(&device::ink(), field.size());
        let statement = serde_json::to_string(&device::acceptance(SLOT, &pdf, &ink, field.closes))?;
        let appearance = Appearance { size: field.size(), ink, caption: Vec::new() };
        Ok(Self { tablet: device::Tablet::new(7), file: file.to_owned(), statement, appearance })
    }

    fn seal(&self, start: Start<'_>) -> Outcome<Sealed> {
        match start {
            Start::Cold => self.seal_bytes(&std::fs::read(&self.file)?, None),
            Start::Kept(bytes, prefix) => self.seal_bytes(bytes, Some(prefix)),
        }
    }

    fn seal_bytes(&self, pdf: &[u8], prefix: Option<&PrefixState>) -> Outcome<Sealed> {
        let request = SealRequest {
            pdf,
            prefix,
            field: SLOT,
            claimed_time: &device::claimed(),
            acceptance_json: &self.statement,
            appearance: &self.appearance,
            name: Some("Ștefan Müller"),
            reason: Some("received-work"),
            location: None,
        };
        Ok(seal_field(&request, &self.tablet.keys, &self.tablet.certificates)?)
    }

    fn seal_and_check(&self, bytes: &[u8], before: &PrefixState) -> Outcome<Sealed> {
        let sealed = self.seal_bytes(bytes, Some(before))?;
        second_path::check(
            &sealed.pdf,
            &Expectations {
                before,
                covered: sealed.covered,
                acceptance_json: &self.statement,
                keys: &self.tablet.keys.public()?,
                certificates: &self.tablet.certificates,
            },
        )?;
        Ok(sealed)
    }
}

/// What no program can do without.
struct Floor {
    all: Times,
    signatures: Times,
}

fn floor(bytes: &[u8], runs: usize) -> Outcome<Floor> {
    let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let p256 = p256::ecdsa::SigningKey::from_slice(&[7; 32])?;
    let sign = |digest: &[u8]| -> Outcome<()> {
        let first: p256::ecdsa::DerSignature = p256.sign(digest);
        std::hint::black_box((first, ed25519.sign(digest)));
        Ok(())
    };
    Ok(Floor {
        all: repeat(runs, |work| cpu(work), |_| sign(&Sha256::digest(bytes)))?,
        signatures: repeat(runs, |work| cpu(work), |_| sign(&[3; 32]))?,
    })
}
