//! Documents for the tests: real content of a visit, frozen as the app freezes it.
#![allow(dead_code, reason = "each test file uses its part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use fieldseal_domain::{
    Language,
    content::{
        Accessory, Answer, Before, ChecklistRow, Content, DOCUMENT_FORMAT, DocumentJson, Line, LineType,
        Origin, Photo, Presence, Reading, SignerPlan, TimeType, WorkTime,
    },
    hash::{ContentHash, Digest},
    kind::{Kind, shipped},
    money::{Minor, Quantity, ROUNDING_RULE, VatRate},
    party::{Branch, Customer, Equipment},
};
use fieldseal_render::{FirmLook, Mode, PhotoFile, RenderJob, templates};
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn kind(id: &str) -> Kind {
    shipped().unwrap().into_iter().find(|kind| kind.id == id).unwrap()
}

/// Freezes `content` as the app does: template, totals, canonical bytes and R.
pub fn freeze(content: Content, number: &str) -> RenderJob {
    let kind = kind(&content.kind);
    let content = content.cleaned().unwrap();
    let document = DocumentJson {
        format: DOCUMENT_FORMAT.to_owned(),
        id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        number: number.to_owned(),
        revision: 0,
        frozen_at: "2026-09-01T10:32:07+03:00".to_owned(),
        firm: "Demo Service Group".to_owned(),
        template: templates::reference(&kind.template, content.language).unwrap(),
        totals: content.totals(),
        rounding: ROUNDING_RULE.to_owned(),
        content,
    };
    let (document_json, content_hash) = document.canonical().unwrap();
    let slots = kind
        .slots
        .iter()
        .filter(|slot| slot.required || document.content.signers.iter().any(|plan| plan.slot == slot.id));
    let slots = slots.map(|slot| slot.id.clone()).collect();
    let firm = FirmLook { name: "Demo Service Group".to_owned(), color: "#0b5d4a".to_owned(), logo: None };
    RenderJob {
        document,
        document_json,
        content_hash,
        kind,
        firm,
        photos: Vec::new(),
        slots,
        mode: Mode::Final,
        template: None,
    }
}

/// The same document while it is still being filled in.
pub fn preview(mut job: RenderJob) -> RenderJob {
    job.mode = Mode::Preview;
    job.document_json.clear();
    job.document.number.clear();
    job
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn line(line_type: LineType, text: &str, (quantity, unit): (i64, &str), price: i64) -> Line {
    Line {
        line_type,
        description: text.to_owned(),
        quantity: Quantity(quantity),
        unit: unit.to_owned(),
        unit_price: Some(Minor(price)),
        vat_bp: VatRate(2_100),
        ..Line::default()
    }
}

fn signer(slot: &str, name: &str, role: &str) -> SignerPlan {
    SignerPlan { slot: slot.into(), name: name.into(), role: role.into(), on_behalf_of: String::new() }
}

fn branch(country: &str, legal_name: &str, city: &str) -> Branch {
    Branch {
        country: country.into(),
        legal_name: legal_name.into(),
        street: "Strada Exemplului 1".into(),
        city: city.into(),
        tax_id: format!("TEST-{country}-0001"),
        email: format!("{}@demo-service-group.example", country.to_lowercase()),
        phone: "+40 000 000 100".into(),
    }
}

fn oven() -> Equipment {
    Equipment {
        kind: "cuptor".into(),
        make: "Termika Demo".into(),
        model: "TK-4 Etaj".into(),
        serial: "DEMO-TK4-000117".into(),
        installed: "2021-03-15".into(),
        warranty_until: "2023-03-15".into(),
        location: "laborator, parter".into(),
        ..Equipment::default()
    }
}

/// The bakery's oven: Romanian, comma-below letters, three lines with VAT.
pub fn oven_visit() -> Content {
    Content {
        kind: "service_sheet".into(),
        language: Language::Ro,
        supplier: branch("RO", "Demo Service Group SRL", "400001 Cluj-Napoca"),
        customer: Customer {
            name: "Brutăria Spicul de Probă SRL".into(),
            country: "RO".into(),
            street: "Strada Ghindei Coapte nr. 12, bl. C3, sc. 2, ap. 14".into(),
            zip: "400123".into(),
            city: "Cluj-Napoca".into(),
            email: "comenzi@spicul-de-proba.example".into(),
            phone: "+40 000 000 001".into(),
            contact: "Ștefania Țugulea-Mărginean".into(),
            contact_role: "administrator".into(),
            ..Customer::default()
        },
        technician: "Radu Exemplaru".into(),
        origin: Some(Origin::Job { job: Uuid::nil(), code: "J01".into() }),
        equipment: vec![oven()],
        fields: fields(&[
            ("fault", "Cuptorul nu mai atinge 250 °C; ușa de sus nu se închide etanș."),
            ("findings", "Garnitură uscată, rezistența 3 sub parametri."),
            (
                "work_done",
                "Înlocuit 2 garnituri, recalibrat termostatul.\nProbă la 250 °C timp de 20 de minute: în parametri.",
            ),
            ("completion", "full"),
            ("recommendations", "Verificarea rezistenței 3 la următoarea revizie."),
        ]),
        times: vec![
            WorkTime {
                time_type: TimeType::Travel,
                start: "2026-09-01T07:40".into(),
                end: "2026-09-01T08:10".into(),
                zone: "Europe/Bucharest".into(),
            },
            WorkTime {
                time_type: TimeType::Work,
                start: "2026-09-01T08:10".into(),
                end: "2026-09-01T10:25".into(),
                zone: "Europe/Bucharest".into(),
            },
        ],
        lines: vec![
            line(LineType::Labour, "Manoperă standard", (2_250, "h"), 18_000),
            Line {
                code: "PRT-SEAL".into(),
                serial: "GT-2211".into(),
                ..line(LineType::Part, "Garnitură ușă", (2_000, "pcs"), 9_450)
            },
            line(LineType::Travel, "Taxă de deplasare", (1_000, "pcs"), 9_000),
        ],
        currency: "RON".into(),
        show_prices: true,
        signers: vec![
            signer("customer", "Ștefania Țugulea-Mărginean", "administrator"),
            signer("technician", "Radu Exemplaru", ""),
        ],
        ..Content::default()
    }
}

/// The same visit told in English.
pub fn oven_visit_english() -> Content {
    Content {
        language: Language::En,
        fields: fields(&[
            ("fault", "The oven does not reach 250 °C any more; the upper door does not close tightly."),
            ("findings", "Seal dried out, heating element 3 below its rating."),
            (
                "work_done",
                "Replaced two seals, calibrated the thermostat.\nTrial at 250 °C for 20 minutes: within limits.",
            ),
            ("completion", "full"),
            ("recommendations", "Check heating element 3 at the next maintenance."),
        ]),
        readings: vec![
            Reading { name: "Heating element 1".into(), value: "24.8".into(), unit: "Ω".into() },
            Reading { name: "Chamber temperature".into(), value: "251".into(), unit: "°C".into() },
        ],
        remark: "Please ring before the next visit.".into(),
        ..oven_visit()
    }
}

/// A laptop handed in: accessories, agreement, no prices.
pub fn laptop_intake() -> Content {
    Content {
        kind: "intake_protocol".into(),
        equipment: vec![Equipment {
            kind: "laptop".into(),
            make: "Netvaro Demo".into(),
            model: "N15 Pro".into(),
            serial: "DEMO-N15-7H2Q".into(),
            ..Equipment::default()
        }],
        fields: fields(&[
            ("fault", "Nu pornește; miros de ars după ce a fost vărsată cafea (declarat de client)."),
            ("condition", "Zgârietură pe capac, lipsă șurub stânga-jos."),
            ("warranty_claim", "no"),
            ("opened", "accepted_without_opening"),
            ("data_consent", "backup_declined"),
            ("cost_agreement", "limit"),
            ("cost_limit", "650"),
            ("diagnosis_fee", "120.00"),
            ("agreed_due", "2026-09-17"),
            ("pickup_terms", "keep_45_days"),
        ]),
        accessories: vec![
            Accessory { name: "încărcător 65 W".into(), presence: Presence::Present, note: String::new() },
            Accessory {
                name: "geantă neagră".into(),
                presence: Presence::Present,
                note: "fermoar rupt".into(),
            },
        ],
        times: Vec::new(),
        lines: Vec::new(),
        ..oven_visit()
    }
}

/// The laptop given back, one accessory missing.
pub fn laptop_return() -> Content {
    Content {
        kind: "return_protocol".into(),
        origin: Some(Origin::Document {
            document: Uuid::nil(),
            number: "PP-2026-RO1-00001".into(),
            content: ContentHash(Digest::of(b"x")),
        }),
        before: Some(Before {
            condition: laptop_intake().field("condition").to_owned(),
            accessories: laptop_intake().accessories,
        }),
        fields: fields(&[
            ("result", "repaired"),
            ("work_done", "Curățat placa, înlocuit tastatura și modulul de încărcare."),
            ("tests_shown", "Pornire, încărcare, tastatură, Wi-Fi."),
            ("condition", "Zgârietură pe capac, ca la preluare."),
            ("parts_returned", "yes"),
            ("warranty_until", "2027-03-09"),
            ("amount_paid", "500"),
        ]),
        accessories: vec![
            Accessory { name: "încărcător 65 W".into(), presence: Presence::Present, note: String::new() },
            Accessory {
                name: "geantă neagră".into(),
                presence: Presence::Missing,
                note: "se trimite prin curier".into(),
            },
        ],
        lines: oven_visit().lines,
        ..laptop_intake()
    }
}

/// A boiler inspection in another language with `rows` checklist rows.
pub fn inspection(language: Language, rows: usize) -> Content {
    let answers = [Some(Answer::Ok), Some(Answer::Ok), Some(Answer::NotOk), Some(Answer::NotApplicable)];
    let checklist = (0..rows).map(|row| ChecklistRow {
        text: format!("Проверка / Prüfung / contrôle {}", row + 1),
        answer: answers[row % answers.len()],
        note: if row % 9 == 2 { "затянуть / nachziehen".into() } else { String::new() },
    });
    Content { language, checklist: checklist.collect(), ..oven_visit() }
}

/// A small picture, different for every `seed`.
pub fn photo(seed: u8) -> (Photo, PhotoFile) {
    let picture =
        image::RgbImage::from_fn(160, 120, |x, y| image::Rgb([seed, (x % 256) as u8, (y * 2 % 256) as u8]));
    let mut bytes = Vec::new();
    picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg).unwrap();
    let sha256 = Digest::of(&bytes);
    let photo = Photo {
        sha256,
        caption: format!("Rezistența {seed}"),
        taken_at: "2026-09-01T09:05:00+03:00".into(),
        width: 160,
        height: 120,
        size: bytes.len() as u64,
        media_type: "image/jpeg".into(),
    };
    (photo, PhotoFile { sha256, media_type: "image/jpeg".into(), bytes })
}

/// A job with `count` photos.
pub fn with_photos(mut content: Content, number: &str, count: u8) -> RenderJob {
    let (photos, files): (Vec<_>, Vec<_>) = (1..=count).map(photo).unzip();
    content.photos = photos;
    RenderJob { photos: files, ..freeze(content, number) }
}

fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.pdf");
    std::fs::write(&file, pdf).unwrap();
    let output =
        std::process::Command::new(tool).args(arguments).arg(&file).arg("-").output().expect("poppler-utils");
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The text of all pages as another program reads it, without the places where long words may break.
pub fn extracted(pdf: &[u8]) -> String {
    poppler("pdftotext", &["-raw"], pdf).replace('\u{200B}', "")
}

/// The text of one page.
pub fn extracted_page(pdf: &[u8], page: u32) -> String {
    let page = page.to_string();
    poppler("pdftotext", &["-raw", "-f", &page, "-l", &page], pdf).replace('\u{200B}', "")
}

/// Left and right edge of every word on every page, in points, with the word.
pub fn word_boxes(pdf: &[u8]) -> Vec<(f64, f64, String)> {
    let attribute = |line: &str, name: &str| -> Option<f64> {
        line.split_once(&format!("{name}=\""))?.1.split_once('"')?.0.parse().ok()
    };
    poppler("pdftotext", &["-bbox"], pdf)
        .lines()
        .filter(|line| line.contains("<word"))
        .map(|line| (attribute(line, "xMin").unwrap(), attribute(line, "xMax").unwrap(), line.to_owned()))
        .collect()
}
