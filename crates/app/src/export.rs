//! What leaves the app: page images, the sealed file, the root certificate.

use crate::{
    app::App,
    desk::Desk,
    error::{AppError, Result},
    pages::Token,
    view::start::Phase,
};
use fieldseal_domain::{Digest, event::Event};
use fieldseal_seal::{certificates::to_pem, verify::verify};
use std::sync::Arc;
use uuid::Uuid;

/// Narrowest and widest page image in px.
const WIDTHS: std::ops::RangeInclusive<u32> = 64..=2400;

/// A sealed file with a name people can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// `FS-2026-K7Q2-00001.sealed.pdf`, or `.pdf` while nobody has signed.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Why a sealed file leaves the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be read elsewhere.
    Save,
    /// To be printed.
    Print,
}

/// The root certificate for others to trust.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct RootCertificate {
    /// `root.pem`, or with the begin of the fingerprint where it is not this device's.
    pub name: String,
    /// PEM.
    pub pem: String,
    /// SHA-256 of the certificate in groups of four.
    pub fingerprint: String,
}

impl App {
    /// A page as PNG. At a customer only the pages of the document in their hands.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for anything else, without saying why.
    pub fn page_image(&self, token: &str, page: u32, width: u32) -> Result<Vec<u8>> {
        let token = Token::parse(token).ok_or(AppError::NotFound("page"))?;
        let pdf = self.page_file(token)?;
        let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
        Ok(self.parts.typesetter.page_png(&pdf, page, width)?)
    }

    fn page_file(&self, token: Token) -> Result<Arc<Vec<u8>>> {
        let digest = token.digest();
        match self.phase()? {
            Phase::Open => {}
            Phase::HandOver => self.at_customer(|desk| {
                let state = desk.state_of(desk.hand_over_row()?.doc)?;
                let theirs = state.file.is_some_and(|file| Token::File(file.0) == token);
                if theirs { Ok(()) } else { Err(AppError::NotFound("page")) }
            })?,
            Phase::FirstRun | Phase::Locked | Phase::SignIn | Phase::Broken => {
                return Err(AppError::NotFound("page"));
            }
        }
        if let Some(bytes) = self.pages.get(digest) {
            return Ok(bytes);
        }
        let bytes = match token {
            Token::File(_) => {
                self.at_desk(|desk| desk.store.read().blob(digest)?.ok_or(AppError::NotFound("page")))?
            }
            Token::Preview(_) => return Err(AppError::NotFound("page")),
        };
        let bytes = Arc::new(bytes);
        self.pages.keep(digest, Arc::clone(&bytes));
        Ok(bytes)
    }

    /// The newest file of a document, to be saved or printed; the journal notes it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when nothing is frozen.
    pub fn sealed_file(&self, doc: Uuid, purpose: Purpose) -> Result<SealedFile> {
        self.at_work(|desk, person| {
            let state = desk.state_of(doc)?;
            let file = state.file.ok_or(AppError::NotFound("file"))?;
            let bytes = desk.store.read().blob(file.0)?.ok_or(AppError::NotFound("file"))?;
            let ending = if state.anyone_signed() { "sealed.pdf" } else { "pdf" };
            let name = format!("{}.{ending}", state.number.unwrap_or_default());
            desk.append(
                Some(doc),
                &[match purpose {
                    Purpose::Save => Event::Exported { by: person },
                    Purpose::Print => Event::Printed { by: person },
                }],
            )?;
            Ok(SealedFile { name, bytes })
        })
    }

    /// The root certificate that a document's seals lead to; without a document, or where no known root fits, the one of
    /// this device.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`].
    pub fn root_certificate(&self, document: Option<Uuid>) -> Result<RootCertificate> {
        self.at_work(|desk, _| {
            let own = desk.identity.root().to_vec();
            let root = match document {
                Some(document) => desk.root_of(document)?.unwrap_or(own),
                None => own,
            };
            let fingerprint = Digest::of(&root);
            let is_own = root == desk.identity.root();
            let name = if is_own { "root.pem".to_owned() } else { other_name(&fingerprint) };
            Ok(RootCertificate { name, pem: to_pem(&root), fingerprint: fingerprint.long() })
        })
    }
}

fn other_name(fingerprint: &Digest) -> String {
    format!("root-{}.pem", fingerprint.short().replace(' ', ""))
}

impl Desk {
    fn root_of(&self, document: Uuid) -> Result<Option<Vec<u8>>> {
        let read = self.store.read();
        let Some(file) = self.state_of(document)?.file else { return Ok(None) };
        let Some(pdf) = read.blob(file.0)? else { return Ok(None) };
        let options = self.options_for(&read.entries_of(document)?)?;
        let verdict = verify(&pdf, &options);
        let root = verdict.signatures.iter().find_map(|signature| signature.root);
        Ok(options.roots.into_iter().find(|der| Some(Digest::of(der)) == root))
    }
}
