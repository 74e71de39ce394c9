//! Photos of a document: taken in, kept, shown.

use crate::{
    app::App,
    clock::rfc3339,
    error::{AppError, Result},
    photos,
    view::document::DocumentView,
};
use fieldseal_domain::{Digest, content::Photo, fold::Move, text};
use fieldseal_store::BlobSort;
use uuid::Uuid;

impl App {
    /// Adds a photo to a draft. The picture is read by its content; its name becomes the caption if none is given.
    ///
    /// # Errors
    /// [`AppError::Photo`]; [`AppError::Move`] when the document is frozen.
    pub fn add_photo(&self, doc: Uuid, name: &str, bytes: &[u8], caption: &str) -> Result<DocumentView> {
        // Decoding takes long: not while the database is held.
        let kept = photos::keep(bytes)?;
        self.at_work(|desk, _| {
            let state = desk.state_of(doc)?;
            state.may(&Move::Edit)?;
            let (mut content, _, _) = desk.newest_content(doc, &state)?;
            let wanted = if caption.trim().is_empty() { stem(name) } else { caption };
            let caption: String = text::clean(wanted).trim().chars().take(200).collect();
            let saved_at = rfc3339(&desk.pen.clock.now());
            desk.store.transact(|tx| {
                let sha256 = tx.put_blob(BlobSort::Picture, photos::MEDIA_TYPE, &kept.bytes)?;
                if !content.photos.iter().any(|photo| photo.sha256 == sha256) {
                    content.photos.push(Photo {
                        sha256,
                        caption,
                        taken_at: kept.taken_at.clone(),
                        width: kept.width,
                        height: kept.height,
                        size: u64::try_from(kept.bytes.len()).unwrap_or(u64::MAX),
                        media_type: photos::MEDIA_TYPE.to_owned(),
                    });
                }
                tx.save_draft(doc, &content, &saved_at).map_err(AppError::from)
            })?;
            desk.document_view(doc)
        })
    }

    /// A kept photo as JPEG or PNG bytes.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn photo_image(&self, sha256: &str) -> Result<Vec<u8>> {
        let digest: Digest = sha256.parse().map_err(|_| AppError::NotFound("photo"))?;
        self.at_work(|desk, _| {
            let read = desk.store.read();
            match read.blob_info(digest)? {
                Some(info) if info.sort == BlobSort::Picture => {
                    read.blob(digest)?.ok_or(AppError::NotFound("photo"))
                }
                Some(_) | None => Err(AppError::NotFound("photo")),
            }
        })
    }
}

/// A file's name without folder and ending.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
