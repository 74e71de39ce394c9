//! A tablet that was away for a week comes home: all of it, from the first word to the last proof.

use crate::{Outcome, device, figure::Figure, measure::load, serve, support::Device, tablet::Tablet};
use fieldseal_domain::{Digest, role::Role};
use fieldseal_sync::{Engine, HttpCentral, Report, ServerAddress, Trust};
use fieldseal_wire::admin::{CodeRequest, EnrolmentCode, PersonRow};
use std::{io::Write as _, path::Path, sync::Arc, time::Instant};
use uuid::Uuid;

const DOCUMENTS: usize = 60;
const PHOTOS_EACH: usize = 2;
/// Bytes of a photo as the app stores it, and of a sealed file.
const PHOTO: usize = 400_000;
const SEALED: usize = 60_000;

/// The week.
pub async fn figures(folder: &Path) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir_in(folder)?;
    let server = serve::Child::start(&folder.path().join("data"))?;
    let admin = device::administrator(&server).await?;
    let tablet = enrolled(&server, &admin, folder.path(), Role::Technician).await?;
    let photos: Vec<Vec<u8>> = (0..DOCUMENTS * PHOTOS_EACH).map(photo).collect();
    for (n, photos) in photos.chunks(PHOTOS_EACH).enumerate() {
        tablet.visit_with(&format!("Customer {n}"), SEALED, photos);
    }
    let engine = Engine::new(central(&server)?, Arc::clone(&tablet));
    let begun = Instant::now();
    let Report { sent, files_sent, .. } = engine.run().await?;
    let seconds = begun.elapsed().as_secs_f64();
    if tablet.left() != (0, 0) {
        return Err("something of the week is still on the tablet only".into());
    }
    let floor = floor(folder.path(), &photos)?;
    server.stop()?;
    let how = format!(
        "{DOCUMENTS} documents with {} photos of {} kB: {sent} entries and {files_sent} files of {:.0} MB from the \
         encrypted database of the tablet over HTTP, one after another, checked and durable, with receipts; floor: the \
         photos alone written to the disk and synced, one by one; {}",
        photos.len(),
        PHOTO / 1000,
        (photos.len() * PHOTO + DOCUMENTS * SEALED) as f64 / 1e6,
        load()
    );
    Ok(vec![Figure::new("a tablet's week comes home", seconds, "s", how).floor(floor)])
}

/// A new person's tablet, with a database of its own in `folder`.
pub async fn enrolled(
    server: &serve::Child,
    admin: &Device,
    folder: &Path,
    role: Role,
) -> Outcome<Arc<Tablet>> {
    let said = |refusal: fieldseal_wire::Refusal| refusal.to_string();
    let person = Uuid::now_v7();
    let row = PersonRow { person, name: "Mihai".into(), language: "ro".into(), role, active: true };
    admin.post::<PersonRow>("/v1/people", &row).await.map_err(said)?;
    let code: EnrolmentCode = admin.post("/v1/codes", &CodeRequest { person }).await.map_err(said)?;
    let own = folder.join(person.simple().to_string());
    std::fs::create_dir_all(&own)?;
    let tablet = Tablet::at(own, None);
    tablet.try_enrol(&central(server)?, &code.code).await?;
    Ok(tablet)
}

/// The transport the app uses.
pub fn central(server: &serve::Child) -> Outcome<HttpCentral> {
    Ok(HttpCentral::new(ServerAddress::new(&server.url, Trust::SystemRoots)?)?)
}

/// Bytes that do not compress, as those of a photo.
fn photo(n: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PHOTO + 32);
    let mut block = Digest::of(&n.to_be_bytes());
    while bytes.len() < PHOTO {
        bytes.extend_from_slice(&block.0);
        block = Digest::of(&block.0);
    }
    bytes.truncate(PHOTO);
    bytes
}

fn floor(folder: &Path, photos: &[Vec<u8>]) -> Outcome<f64> {
    let begun = Instant::now();
    for (n, photo) in photos.iter().enumerate() {
        let mut file = std::fs::File::create(folder.join(format!("bare-{n}")))?;
        file.write_all(photo)?;
        file.sync_all()?;
    }
    Ok(begun.elapsed().as_secs_f64())
}
