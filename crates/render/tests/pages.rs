//! Whole pages: typeset, fields in place, text as it was typed, pictures not empty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_domain::{
    ContentHash, Language,
    content::{Accessory, Presence, SignerPlan},
};
use fieldseal_render::{PageRect, Renderer, pages, view::text::TextBlock};
use lopdf::{Document, Object};
use std::path::Path;
use support::{
    extracted, extracted_page, freeze, inspection, laptop_intake, laptop_return, oven_visit,
    oven_visit_english, with_photos,
};

/// Writes what the tests make into the folder named by FIELDSEAL_RENDER_OUT, to be looked at.
#[test]
fn documents_of_every_kind_can_be_looked_at() {
    let mut renderer = Renderer::new();
    let jobs = [
        ("sheet-ro", with_photos(oven_visit(), "FS-2026-RO1-00001", 3)),
        ("sheet-en", freeze(oven_visit_english(), "FS-2026-RO1-00002")),
        ("intake-ro", freeze(laptop_intake(), "PP-2026-RO1-00001")),
        ("return-ro", with_photos(laptop_return(), "PR-2026-RO1-00001", 1)),
        ("sheet-ru", freeze(inspection(Language::Ru, 30), "АВР-2026-RU1-00042")),
        ("sheet-de", freeze(inspection(Language::De, 118), "SB-2026-DE1-00007")),
        ("preview", support::preview(freeze(oven_visit(), "x"))),
    ];
    for (name, job) in jobs {
        let started = std::time::Instant::now();
        let rendered = renderer.render(&job).unwrap();
        let took = started.elapsed();
        assert_eq!(rendered.missing_glyphs, vec![], "{name}");
        assert_eq!(rendered.fields.len(), job.slots.len(), "{name}");
        let png = pages::page_png(&rendered.pdf, 1, 620).unwrap();
        println!(
            "{name}: {} pages, {} bytes, {took:?}, page image {:?}",
            rendered.pages,
            rendered.pdf.len(),
            started.elapsed() - took
        );
        if let Ok(folder) = std::env::var("FIELDSEAL_RENDER_OUT") {
            std::fs::write(format!("{folder}/{name}.pdf"), &rendered.pdf).unwrap();
            std::fs::write(format!("{folder}/{name}.png"), &png).unwrap();
        }
    }
}

/// Would turn red if the printed return kept silent about what the intake said, or said it in another language.
#[test]
fn a_return_prints_the_intake_beside_it() {
    let headings = [
        (Language::En, ["At intake", "At return", "Condition at intake", "Condition at return", "Missing"]),
        (Language::Ro, ["La preluare", "La predare", "Starea la preluare", "Starea la predare", "Lipsește"]),
        (
            Language::Sv,
            ["Vid inlämning", "Vid utlämning", "Skick vid inlämning", "Skick vid utlämning", "Saknas"],
        ),
        (
            Language::Nl,
            ["Bij inname", "Bij teruggave", "Staat bij inname", "Staat bij teruggave", "Ontbreekt"],
        ),
        (
            Language::Fr,
            [
                "À la prise en charge",
                "À la restitution",
                "État à la prise en charge",
                "État à la restitution",
                "Manquant",
            ],
        ),
        (
            Language::Ru,
            ["При приёме", "При выдаче", "Состояние при приёме", "Состояние при выдаче", "Отсутствует"],
        ),
        (
            Language::De,
            ["Bei Annahme", "Bei Rückgabe", "Zustand bei Annahme", "Zustand bei Rückgabe", "Fehlt"],
        ),
    ];
    let mut renderer = Renderer::new();
    for (language, words) in headings {
        let mut content = laptop_return();
        content.language = language;
        content.accessories.push(Accessory {
            name: "cablu nou".into(),
            presence: Presence::Present,
            note: String::new(),
        });
        let rendered = renderer.render(&freeze(content, "PR-2026-RO1-00001")).unwrap();
        let text = extracted(&rendered.pdf).split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(text.contains(word), "{language:?}: {word} is not in {text}");
        }
        for told in [
            "lipsă șurub stânga-jos",
            "ca la preluare",
            "fermoar rupt",
            "se trimite prin curier",
            "cablu nou",
        ] {
            assert!(text.contains(told), "{language:?}: {told} is not in {text}");
        }
        let place = |word: &str| text.find(word).unwrap();
        assert!(place("geantă neagră") < place("cablu nou"), "what came on top stands last");
        if let Ok(folder) = std::env::var("FIELDSEAL_RENDER_OUT") {
            std::fs::write(format!("{folder}/return-{}.pdf", language.code()), &rendered.pdf).unwrap();
        }
    }
}

/// Names of every country we sell in, and the scripts we promise: what a reader copies out is what was typed.
#[test]
fn names_come_out_of_the_file_as_they_were_typed() {
    let names = [
        "Ștefania Țugulea-Mărginean",
        "Dănuț-Ionuț Şoşoacăreanu",
        "Żółć Gęślą Jaźń",
        "Тимофей Щёголев",
        "Bénédicte L’Œuvré-Ÿvette",
        "GROẞE STRAẞE, Süßmäulchen",
        "Marijke van der IJssel–’t Hooft",
        "Åsa Öhrnell-Äng",
        "Οδυσσέας Ελύτης",
        "Հայկ Հայկազն",
        "ქართველი გიორგი",
    ];
    let mut renderer = Renderer::new();
    for name in names {
        let mut content = oven_visit();
        content.customer.name = name.into();
        let rendered = renderer.render(&freeze(content, "FS-2026-RO1-00001")).unwrap();
        assert_eq!(rendered.missing_glyphs, vec![], "{name}");
        assert!(extracted(&rendered.pdf).contains(name), "{name}");
    }
    // Programs put letters that run from right to left into either order; none may be missing.
    for name in ["שלום כהן", "محمد الأحمد"] {
        let mut content = oven_visit();
        content.customer.name = name.into();
        let rendered = renderer.render(&freeze(content, "FS-2026-RO1-00001")).unwrap();
        assert_eq!(rendered.missing_glyphs, vec![], "{name}");
        let printed = extracted(&rendered.pdf);
        assert!(name.chars().all(|c| printed.contains(c)), "{name}");
    }
}

/// Would turn red if y were not flipped, or the rectangle rounded differently in file and answer.
#[test]
fn fields_in_the_file_lie_where_the_answer_says() {
    let mut content = oven_visit();
    content.signers.extend(
        ["witness", "second_customer"].map(|slot| SignerPlan { slot: slot.into(), ..SignerPlan::default() }),
    );
    let job = freeze(content, "FS-2026-RO1-00001");
    let rendered = Renderer::new().render(&job).unwrap();
    let order: Vec<_> = rendered.fields.iter().map(|field| field.slot.as_str()).collect();
    assert_eq!(order, ["customer", "second_customer", "witness", "technician"], "the firm closes the file");
    let file = Document::load_mem(&rendered.pdf).unwrap();
    let form = file.catalog().unwrap().get_deref(b"AcroForm", &file).unwrap().as_dict().unwrap();
    assert_eq!(form.get(b"SigFlags").unwrap().as_i64().unwrap(), 3);
    let widgets = form.get(b"Fields").unwrap().as_array().unwrap();
    let pages = file.get_pages();
    for (index, (field, widget)) in rendered.fields.iter().zip(widgets).enumerate() {
        let id = widget.as_reference().unwrap();
        let widget = file.get_dictionary(id).unwrap();
        let number = |object: &Object| f64::from(object.as_float().unwrap());
        let rect: Vec<f64> = widget.get(b"Rect").unwrap().as_array().unwrap().iter().map(number).collect();
        let told = field.rect;
        let expected = [told.x, told.y, told.x + told.width, told.y + told.height];
        assert!(rect.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.01), "{rect:?} {told:?}");
        assert!((told.width - 221.1).abs() < 0.1 && (told.height - 92.03).abs() < 0.1, "{told:?}");
        assert_eq!(widget.get(b"P").unwrap().as_reference().unwrap(), pages[&field.page]);
        let on_page =
            file.get_dictionary(pages[&field.page]).unwrap().get(b"Annots").unwrap().as_array().unwrap();
        assert!(on_page.contains(&Object::Reference(id)));
        assert_eq!(widget.get(b"F").unwrap().as_i64().unwrap(), 132);
        assert!(widget.get(b"V").is_err(), "empty");
        assert!(widget.get(b"AP").is_ok(), "PDF/A wants an appearance");
        assert_eq!(widget.get(b"Lock").is_ok(), index == 3, "only the last one closes");
        let boxes: Vec<_> = rendered.fields.iter().filter(|other| other.page == field.page).collect();
        let apart = |other: &&&fieldseal_render::SignatureField| {
            other.slot == field.slot || !overlap(other.rect, told)
        };
        assert!(boxes.iter().all(|other| apart(&other)), "fields overlap");
    }
}

fn overlap(a: PageRect, b: PageRect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// The box that the customer sees is the box that is signed: the frame drawn on the page lies at the field's edge.
#[test]
fn the_frame_on_the_page_is_the_field() {
    let rendered = Renderer::new().render(&freeze(oven_visit(), "FS-2026-RO1-00001")).unwrap();
    let field = &rendered.fields[0];
    let png = pages::page_png(&rendered.pdf, field.page, 1_190).unwrap();
    let picture = image::load_from_memory(&png).unwrap().to_luma8();
    let scale = f64::from(picture.width()) / 595.276;
    let (x, y) = (
        (field.rect.x + field.rect.width / 2.0) * scale,
        (841.89 - field.rect.y - field.rect.height) * scale,
    );
    let (x, y) = (x.round() as u32, y.round() as u32);
    let darkest = (y - 3..=y + 3).map(|y| picture.get_pixel(x, y).0[0]).min().unwrap();
    assert!(darkest < 225, "no line at the upper edge: {darkest}");
    let inside = picture.get_pixel(x, y + 20).0[0];
    assert_eq!(inside, 255, "the box is white");
}

/// Dolibarr's oldest wish: nobody signs a page on which nothing stands. Tried with bodies of every length.
#[test]
fn signatures_are_never_alone_and_never_torn_apart() {
    let mut renderer = Renderer::new();
    for rows in 1..40 {
        let rendered = renderer.render(&freeze(inspection(Language::En, rows), "FS-2026-RO1-00001")).unwrap();
        let page = rendered.fields[0].page;
        assert!(rendered.fields.iter().all(|field| field.page == page), "{rows} rows: one page for all");
        let printed = extracted_page(&rendered.pdf, page);
        assert!(
            printed.contains("I confirm that the work"),
            "{rows} rows: the sentence is above the signatures"
        );
        assert!(
            printed.contains(&format!("contrôle {rows}\n")) || printed.contains(&format!("contrôle {rows} ")),
            "{rows} rows: the last of them stands with the signatures:\n{printed}"
        );
    }
}

#[test]
fn every_page_names_number_revision_fingerprint_and_itself() {
    let job = freeze(inspection(Language::De, 118), "SB-2026-DE1-00007");
    let rendered = Renderer::new().render(&job).unwrap();
    assert_eq!(pages::page_count(&rendered.pdf).unwrap(), rendered.pages);
    for page in 1..=rendered.pages {
        let printed = extracted_page(&rendered.pdf, page);
        for part in [
            "SB-2026-DE1-00007 · Revision 0",
            &format!("Fingerabdruck {}", job.content_hash.0.short()),
            &format!("Seite {page} von {}", rendered.pages),
        ] {
            assert!(printed.contains(part), "{part} on page {page}:\n{printed}");
        }
    }
}

/// A verifier finds the content in the file, byte for byte, and can count R again.
#[test]
fn the_content_is_attached_byte_for_byte() {
    let job = with_photos(oven_visit(), "FS-2026-RO1-00001", 2);
    let pdf = Renderer::new().render(&job).unwrap().pdf;
    let file = Document::load_mem(&pdf).unwrap();
    let attachments = file.catalog().unwrap().get_deref(b"AF", &file).unwrap().as_array().unwrap();
    let [attachment] = attachments.as_slice() else { panic!("one associated file") };
    let specification = file.get_dictionary(attachment.as_reference().unwrap()).unwrap();
    assert_eq!(specification.get(b"AFRelationship").unwrap().as_name().unwrap(), b"Data");
    let embedded =
        specification.get(b"EF").unwrap().as_dict().unwrap().get(b"F").unwrap().as_reference().unwrap();
    let stream = file.get_object(embedded).unwrap().as_stream().unwrap();
    assert_eq!(stream.dict.get(b"Subtype").unwrap().as_name().unwrap(), b"application/json");
    let bytes = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
    assert_eq!(bytes, job.document_json);
    assert_eq!(ContentHash::of_document_json(&bytes), job.content_hash);
}

#[test]
fn the_file_is_one_clean_archivable_revision() {
    let pdf = Renderer::new().render(&with_photos(oven_visit(), "FS-2026-RO1-00001", 2)).unwrap().pdf;
    let count = |needle: &[u8]| pdf.windows(needle.len()).filter(|window| *window == needle).count();
    assert_eq!((count(b"startxref"), count(b"%%EOF")), (1, 1), "one revision");
    assert!(pdf.ends_with(b"%%EOF\n"), "a signature can be appended without touching a byte");
    for part in [
        &b"<pdfaid:part>3</pdfaid:part>"[..],
        b"<pdfaid:conformance>B</pdfaid:conformance>",
        b"/MarkInfo",
        b"/OutputIntents",
    ] {
        assert!(count(part) > 0, "{}", String::from_utf8_lossy(part));
    }
    let file = Document::load_mem(&pdf).unwrap();
    assert!(file.trailer.get(b"ID").is_ok());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pdf");
    std::fs::write(&path, &pdf).unwrap();
    let output = std::process::Command::new("qpdf").arg("--check").arg(&path).output().expect("qpdf");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_preview_has_no_number_no_fingerprint_no_field_and_says_so() {
    let rendered =
        Renderer::new().render(&support::preview(freeze(oven_visit(), "FS-2026-RO1-00001"))).unwrap();
    let printed = extracted(&rendered.pdf);
    assert!(printed.contains("PREVIZUALIZARE"));
    assert!(!printed.contains("FS-2026") && !printed.contains("Amprentă"), "{printed}");
    assert!(Document::load_mem(&rendered.pdf).unwrap().catalog().unwrap().get(b"AcroForm").is_err());
    assert_eq!(rendered.fields.len(), 2, "the editor can still show where people will sign");
}

#[test]
fn read_as_text_says_what_the_page_says() {
    let job = freeze(laptop_return(), "PR-2026-RO1-00001");
    let rendered = Renderer::new().render(&job).unwrap();
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let printed = bare(&extracted(&rendered.pdf));
    let mut words = Vec::new();
    for block in &rendered.text {
        match block {
            TextBlock::Heading { text, .. } => words.push(text.clone()),
            TextBlock::Paragraph { text } => words.extend(text.lines().map(str::to_owned)),
            TextBlock::Facts { facts } => {
                words.extend(facts.iter().flat_map(|fact| [fact.label.clone(), fact.value.clone()]))
            }
            TextBlock::Table { header, rows } => {
                words.extend(header.iter().cloned());
                words.extend(rows.iter().flatten().filter(|cell| !cell.contains('(')).cloned());
            }
        }
    }
    assert!(words.len() > 40, "{words:?}");
    for word in words {
        let parts = word.split(' ').all(|part| printed.contains(&bare(part)));
        assert!(parts, "{word:?} is not on the page");
    }
}

/// Pictures in `tests/reference`, made by running with FIELDSEAL_REFERENCE=write after looking at the pages. Small and
/// blurred on purpose: a moved block, a lost logo, another colour shows; another anti-aliasing does not.
#[test]
fn pages_look_like_their_reference_pictures() {
    let mut renderer = Renderer::new();
    let jobs = [
        ("service-sheet-ro", with_photos(oven_visit(), "FS-2026-RO1-00001", 3)),
        ("intake-ro", freeze(laptop_intake(), "PP-2026-RO1-00001")),
        ("return-ro", freeze(laptop_return(), "PR-2026-RO1-00001")),
        ("service-sheet-ru", freeze(inspection(Language::Ru, 30), "АВР-2026-RU1-00042")),
    ];
    for (name, job) in jobs {
        let rendered = renderer.render(&job).unwrap();
        for page in 1..=rendered.pages {
            let png = pages::page_png(&rendered.pdf, page, 240).unwrap();
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reference/{name}-{page}.png"));
            if std::env::var_os("FIELDSEAL_REFERENCE").is_some() {
                std::fs::write(&path, &png).unwrap();
            }
            let expected =
                std::fs::read(&path).unwrap_or_else(|_| panic!("no reference picture {}", path.display()));
            let difference = difference(&png, &expected);
            assert!(difference < 1.0, "{name}, page {page} differs by {difference:.2} of 255 on average");
        }
    }
}

/// Mean difference of brightness between two pictures.
fn difference(one: &[u8], other: &[u8]) -> f64 {
    let [one, other] = [one, other].map(|png| image::load_from_memory(png).unwrap().to_rgb8());
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: f64 = one.as_raw().iter().zip(other.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    sum / one.as_raw().len() as f64
}
