//! Makes what the tests need: frozen documents of every shape, a device, acceptances.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use fieldseal_domain::acceptance::{
    ACCEPTANCE_FORMAT, Acceptance, Consent, JournalPosition, Method, Outcome, PagesSeen, Signer,
};
use fieldseal_domain::event::ClockReading;
use fieldseal_domain::ink::{Ink, PointerKind};
use fieldseal_domain::{ContentHash, Digest, FileHash, Language};
use fieldseal_seal::verify::{Verdict, VerifyOptions, verify};
use fieldseal_seal::{
    Appearance, Authority, BoxSize, DeviceCertificates, DeviceKeys, InkOperators, PrefixState, SealError,
    SealRequest, Sealed, ink_operators, seal_field, signature_fields,
};
use jiff::{Timestamp, Zoned};
use pdf_writer::{Name, Pdf, Rect, Ref, Str, TextStr};

pub mod receipts;

pub const NUMBER: &str = "SS-2026-T7-00012";
pub const DEVICE: &str = "FS-T7";

/// Deterministic bytes for tests: never used for a real key.
pub struct TestRng(pub u64);

impl rand_core::TryRng for TestRng {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in out.chunks_mut(8) {
            let bytes = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for TestRng {}

/// Where a dictionary's value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Absent,
    Direct,
    Indirect,
}

/// How cross-references are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Xref {
    Table,
    Stream,
}

/// The shape of a frozen document.
#[derive(Clone, Debug)]
pub struct Shape {
    pub form: Place,
    pub annotations: Place,
    pub xref: Xref,
    pub ends_with_line: bool,
    pub sig_flags: bool,
    /// Slots; the last one closes.
    pub slots: Vec<&'static str>,
    pub content: bool,
    /// A script that runs when the file is opened.
    pub script: bool,
    /// Incompressible bytes added, as photos would.
    pub ballast: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            form: Place::Indirect,
            annotations: Place::Direct,
            xref: Xref::Table,
            ends_with_line: true,
            sig_flags: true,
            slots: vec!["customer", "witness", "technician"],
            content: true,
            script: false,
            ballast: 0,
        }
    }
}

/// The attached content.
pub fn document_json() -> Vec<u8> {
    format!(r#"{{"content":{{}},"format":"fieldseal/document/v1","number":"{NUMBER}","revision":0}}"#)
        .into_bytes()
}

/// A frozen document with empty signature fields.
pub fn frozen(shape: &Shape) -> Vec<u8> {
    let mut next = Ref::new(1);
    let [catalog, tree, page, content, form, annotations, empty, lock, file, embedded, photo] =
        [(); 11].map(|()| next.bump());
    let fields: Vec<Ref> = shape.slots.iter().map(|_| next.bump()).collect();
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    pdf.set_file_id((vec![7; 16], vec![7; 16]));
    {
        let mut dict = pdf.catalog(catalog);
        dict.pages(tree);
        match shape.form {
            Place::Absent => {}
            Place::Indirect => {
                dict.pair(Name(b"AcroForm"), form);
            }
            Place::Direct => {
                let mut direct = dict.insert(Name(b"AcroForm")).dict();
                direct.insert(Name(b"Fields")).array().items(fields.iter().copied());
                if shape.sig_flags {
                    direct.pair(Name(b"SigFlags"), 3);
                }
            }
        }
        if shape.script {
            dict.insert(Name(b"OpenAction"))
                .dict()
                .pair(Name(b"S"), Name(b"JavaScript"))
                .pair(Name(b"JS"), Str(b"1"));
        }
        if shape.content {
            dict.insert(Name(b"AF")).array().item(file);
        }
    }
    if shape.form == Place::Indirect {
        let mut direct = pdf.indirect(form).dict();
        direct.insert(Name(b"Fields")).array().items(fields.iter().copied());
        if shape.sig_flags {
            direct.pair(Name(b"SigFlags"), 3);
        }
    }
    pdf.pages(tree).kids([page]).count(1);
    {
        let mut dict = pdf.page(page);
        dict.parent(tree).media_box(Rect::new(0.0, 0.0, 595.28, 841.89)).contents(content);
        dict.resources();
        match shape.annotations {
            Place::Absent => {}
            Place::Direct => {
                dict.annotations(fields.iter().copied());
            }
            Place::Indirect => {
                dict.pair(Name(b"Annots"), annotations);
            }
        }
    }
    if shape.annotations == Place::Indirect {
        pdf.indirect(annotations).array().items(fields.iter().copied());
    }
    pdf.stream(content, b"0.8 g 60 700 400 40 re f");
    pdf.form_xobject(empty, b"").bbox(Rect::new(0.0, 0.0, 200.5, 60.0)).resources();
    {
        let mut dict = pdf.indirect(lock).dict();
        dict.pair(Name(b"Type"), Name(b"SigFieldLock"))
            .pair(Name(b"Action"), Name(b"All"))
            .pair(Name(b"P"), 1);
    }
    for (index, (id, slot)) in fields.iter().zip(&shape.slots).enumerate() {
        let bottom = 60.0 + 80.0 * index as f32;
        let mut dict = pdf.indirect(*id).dict();
        dict.pair(Name(b"Type"), Name(b"Annot"))
            .pair(Name(b"Subtype"), Name(b"Widget"))
            .pair(Name(b"FT"), Name(b"Sig"));
        dict.pair(Name(b"T"), TextStr(slot)).pair(Name(b"F"), 132).pair(Name(b"P"), page);
        dict.pair(Name(b"Rect"), Rect::new(60.0, bottom, 260.5, bottom + 60.0));
        dict.insert(Name(b"AP")).dict().pair(Name(b"N"), empty);
        if index + 1 == shape.slots.len() {
            dict.pair(Name(b"Lock"), lock);
        }
    }
    {
        let mut dict = pdf.indirect(file).dict();
        dict.pair(Name(b"Type"), Name(b"Filespec"))
            .pair(Name(b"F"), Str(b"document.json"))
            .pair(Name(b"UF"), TextStr("document.json"));
        dict.pair(Name(b"AFRelationship"), Name(b"Data"));
        dict.insert(Name(b"EF")).dict().pair(Name(b"F"), embedded).pair(Name(b"UF"), embedded);
    }
    pdf.stream(embedded, &document_json())
        .pair(Name(b"Type"), Name(b"EmbeddedFile"))
        .pair(Name(b"Subtype"), Name(b"application/json"));
    let mut noise = vec![0; shape.ballast];
    rand_core::TryRng::try_fill_bytes(&mut TestRng(3), &mut noise).unwrap();
    pdf.stream(photo, &noise);
    let mut bytes = match shape.xref {
        Xref::Table => pdf.finish(),
        Xref::Stream => {
            let id = next.bump();
            pdf.finish_with_xref_stream(id)
        }
    };
    while bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if shape.ends_with_line {
        bytes.push(b'\n');
    }
    bytes
}

/// A firm's root and one tablet.
pub struct Tablet {
    pub authority: Authority,
    pub keys: DeviceKeys,
    pub certificates: DeviceCertificates,
}

impl Tablet {
    pub fn new(seed: u64) -> Self {
        let mut rng = TestRng(seed);
        let authority = Authority::make(&mut rng, "Atelier Ünal", build_date()).unwrap();
        let keys = DeviceKeys::make(&mut rng);
        let certificates =
            authority.issue_device(&mut rng, &keys.public().unwrap(), DEVICE, build_date()).unwrap();
        Self { authority, keys, certificates }
    }

    /// A verdict at the time of the tests' acts.
    pub fn verdict(&self, pdf: &[u8]) -> Verdict {
        verify(pdf, &self.options())
    }

    pub fn options(&self) -> VerifyOptions {
        VerifyOptions { roots: vec![self.authority.root_der().to_vec()], at: claimed().timestamp() }
    }
}

pub fn build_date() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

pub fn claimed() -> Zoned {
    "2026-11-22T14:05:09+02:00[Europe/Bucharest]".parse().unwrap()
}

pub fn size() -> BoxSize {
    BoxSize::from_pt(200.5, 60.0)
}

/// A drawing of two strokes.
pub fn ink() -> Ink {
    let wave: Vec<i32> = (0..240)
        .flat_map(|i| [2_000 + i * 200, 8_000 + ((f64::from(i) / 9.0).sin() * 4_000.0) as i32])
        .collect();
    Ink { v: 1, w: 60_000, h: 18_000, strokes: vec![wave, vec![52_000, 3_000]] }
}

/// A statement for a slot of a frozen document.
pub fn acceptance(slot: &str, frozen: &[u8], ink: &InkOperators, closes: bool) -> Acceptance {
    Acceptance {
        format: ACCEPTANCE_FORMAT.into(),
        number: NUMBER.into(),
        revision: 0,
        content: ContentHash::of_document_json(&document_json()),
        file: FileHash::of(frozen),
        slot: slot.into(),
        signer: Signer { name: "Ștefan Müller".into(), role: "owner".into(), on_behalf_of: String::new() },
        method: Method::Drawn,
        pointer: Some(PointerKind::Pen),
        ink: ink.hash(),
        small_confirmed: false,
        consent: Consent {
            id: "received-work/1".into(),
            language: Language::Ro,
            sha256: Digest::of("Am primit lucrarea.".as_bytes()),
            text: "Am primit lucrarea.".into(),
        },
        pages: PagesSeen { total: 1, seen: vec![1], as_text: false },
        outcome: closes.then_some(Outcome::Signed),
        empty_slots: Vec::new(),
        org: "org".into(),
        device: DEVICE.into(),
        at: ClockReading {
            wall: "2026-11-22T14:05:09+02:00".into(),
            zone: "Europe/Bucharest".into(),
            mono_ms: 1,
            server_offset_ms: None,
        },
        journal: JournalPosition { n: 3, id: Digest([3; 32]) },
        checkpoint: None,
    }
}

/// Signs one slot as the app does. `frozen` is the document without any signature.
pub fn sign(tablet: &Tablet, pdf: &[u8], frozen: &[u8], slot: &str) -> Sealed {
    try_sign(tablet, pdf, frozen, slot).unwrap()
}

pub fn try_sign(tablet: &Tablet, pdf: &[u8], frozen: &[u8], slot: &str) -> Result<Sealed, SealError> {
    let operators = ink_operators(&ink(), size());
    let closes = signature_fields(pdf)?.iter().any(|f| f.name == slot && f.closes);
    let statement = acceptance(slot, frozen, &operators, closes);
    sign_with(tablet, pdf, slot, &serde_json::to_string(&statement).unwrap(), operators)
}

/// Signs with a given statement.
pub fn sign_with(
    tablet: &Tablet,
    pdf: &[u8],
    slot: &str,
    statement: &str,
    ink: InkOperators,
) -> Result<Sealed, SealError> {
    sign_sized(tablet, pdf, slot, statement, ink, size())
}

#[allow(clippy::too_many_arguments)]
fn sign_sized(
    tablet: &Tablet,
    pdf: &[u8],
    slot: &str,
    statement: &str,
    ink: InkOperators,
    size: BoxSize,
) -> Result<Sealed, SealError> {
    let appearance = Appearance { size, ink, caption: Vec::new() };
    let request = SealRequest {
        pdf,
        prefix: Some(&PrefixState::of(pdf)),
        field: slot,
        claimed_time: &claimed(),
        acceptance_json: statement,
        appearance: &appearance,
        name: Some("Ștefan Müller"),
        reason: Some("received-work"),
        location: None,
    };
    seal_field(&request, &tablet.keys, &tablet.certificates)
}

/// Signs all slots of a shape in order.
pub fn sign_all(tablet: &Tablet, shape: &Shape) -> Vec<u8> {
    let frozen = frozen(shape);
    shape.slots.iter().fold(frozen.clone(), |pdf, slot| sign(tablet, &pdf, &frozen, slot).pdf)
}

/// Signs every field of a document that another program made.
pub fn sign_foreign(tablet: &Tablet, original: &[u8]) -> Vec<u8> {
    let json = fieldseal_seal::document_json(original).unwrap().expect("attached content");
    let head: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let fields = signature_fields(original).unwrap();
    fields.iter().fold(original.to_vec(), |pdf, field| {
        let operators = ink_operators(&ink(), field.size());
        let mut statement = acceptance(&field.name, original, &operators, field.closes);
        statement.content = ContentHash::of_document_json(&json);
        statement.number = head["number"].as_str().unwrap().into();
        statement.revision = u32::try_from(head["revision"].as_u64().unwrap()).unwrap();
        let statement = serde_json::to_string(&statement).unwrap();
        sign_sized(tablet, &pdf, &field.name, &statement, operators, field.size()).unwrap().pdf
    })
}

/// The codes of everything that did not pass.
pub fn reasons(verdict: &Verdict) -> Vec<String> {
    let bad = verdict.all_checks().filter_map(|c| c.reason.as_ref());
    bad.map(|r| serde_json::to_value(r).unwrap().as_str().unwrap().to_owned()).collect()
}
