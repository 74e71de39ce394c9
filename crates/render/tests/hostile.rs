//! Texts that try to be code, to hide, to overflow or to be endless: they are printed as texts or named, never obeyed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_domain::{Language, content::Content, hash::Digest};
use fieldseal_render::{RenderError, Renderer, error::PictureProblem, view::text::TextBlock};
use proptest::prelude::*;
use support::{extracted, freeze, inspection, oven_visit, with_photos};

fn with_fault(text: &str) -> Content {
    let mut content = oven_visit();
    content.fields.insert("fault".into(), text.to_owned());
    content
}

/// Each would run, hide or break the page if it were pasted into markup.
const HOSTILE: [&str; 12] = [
    "#read(\"/etc/passwd\")",
    "#panic(\"x\")",
    "*bold* _em_ = heading\n== heading\n- list\n+ enum\n/ term: x",
    "$ integral $ `raw` ```typ #eval(\"1\")``` // comment /* comment */",
    "<label> @label \\ #\"x\" ] [ } { ) (",
    "\u{202E}gnisrever\u{2066} isolate",
    "'; DROP TABLE documents; --",
    "<script>alert(1)</script> &amp;",
    "{\"json\": \"inside\", \"x\": [1, 2]} \\u0041 \\n",
    "{name} {count} {page} of {pages}",
    "~ -- --- ... 'quotes' \"quotes\"",
    "\u{0007}\u{0000}\u{001B}[31mred",
];

#[test]
fn hostile_texts_are_printed_as_they_stand() {
    let mut renderer = Renderer::new();
    for text in HOSTILE {
        let job = freeze(with_fault(text), "FS-2026-RO1-00001");
        let printed = extracted(&renderer.render(&job).unwrap().pdf);
        let words = job.document.content.field("fault").split_whitespace();
        for word in words {
            assert!(printed.contains(word), "{word:?} of {text:?} is not on the page");
        }
    }
}

#[test]
fn an_endless_word_breaks_instead_of_running_off_the_page() {
    let mut content = with_fault(&"W".repeat(20_000));
    content.customer.name = "Ж".repeat(300);
    content.lines[0].description = "M".repeat(400);
    content.lines[0].unit = "unitunitunitunitunitunitunit".into();
    content.equipment[0].serial = "0123456789".repeat(12);
    content.technician = "N".repeat(120);
    content.signers[0].name = "Q".repeat(200);
    let job = freeze(content, "FS-2026-RO1-00001");
    let rendered = Renderer::new().render(&job).unwrap();
    for (x0, x1, word) in support::word_boxes(&rendered.pdf) {
        assert!(x0 >= 50.0 && x1 <= 595.28 - 50.0, "{word:.20} runs from {x0} to {x1}");
    }
    let letters = extracted(&rendered.pdf).chars().filter(|c| *c == 'W').count();
    assert!(letters >= 20_000, "{letters} of 20,000 letters are on the pages");
}

#[test]
fn a_name_of_53_characters_stands_whole_on_the_page() {
    let name = "Maximiliane-Friederike von Süßmäulchen-Żółkiewska-Ødegård";
    assert!(name.chars().count() >= 53);
    let mut content = oven_visit();
    content.customer.name = name.into();
    content.signers[0].name = name.into();
    let rendered = Renderer::new().render(&freeze(content, "FS-2026-RO1-00001")).unwrap();
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let printed = bare(&extracted(&rendered.pdf));
    assert!(printed.matches(&bare(name)).count() >= 2, "{printed}");
}

#[test]
fn every_one_of_118_checks_is_there_in_every_language() {
    let mut renderer = Renderer::new();
    for language in Language::ALL {
        let rendered = renderer.render(&freeze(inspection(language, 118), "FS-2026-RO1-00001")).unwrap();
        let printed = extracted(&rendered.pdf);
        for row in 1..=118 {
            assert!(printed.contains(&format!("contrôle {row}")), "row {row} in {language:?}");
        }
        let rows = rendered.text.iter().find_map(|block| match block {
            TextBlock::Table { rows, .. } if rows.len() == 118 => Some(rows),
            _ => None,
        });
        assert!(rows.is_some(), "read as text has the checklist too");
    }
}

#[test]
fn a_broken_foreign_or_wrong_picture_is_named() {
    let mut renderer = Renderer::new();
    let problem = |renderer: &mut Renderer, bytes: Vec<u8>| {
        let mut job = with_photos(oven_visit(), "FS-2026-RO1-00001", 1);
        let sha256 = Digest::of(&bytes);
        let mut content = job.document.content.clone();
        content.photos[0].sha256 = sha256;
        job.photos[0].sha256 = sha256;
        job.photos[0].bytes = bytes;
        let job = fieldseal_render::RenderJob { photos: job.photos, ..freeze(content, "FS-2026-RO1-00001") };
        match renderer.render(&job) {
            Err(RenderError::Photo { sha256: named, problem }) if named == sha256 => problem,
            other => panic!("{other:?}"),
        }
    };
    let (_, good) = support::photo(7);
    let cut = good.bytes[..good.bytes.len() / 3].to_vec();
    assert_eq!(problem(&mut renderer, cut), PictureProblem::Broken);
    assert_eq!(problem(&mut renderer, b"\0\0\0\x18ftypheic".to_vec()), PictureProblem::Format);
    assert_eq!(problem(&mut renderer, b"%PDF-1.7".to_vec()), PictureProblem::Format);
    assert_eq!(problem(&mut renderer, Vec::new()), PictureProblem::Format);
}

#[test]
fn a_job_that_contradicts_itself_is_refused() {
    let mut renderer = Renderer::new();
    let good = freeze(oven_visit(), "FS-2026-RO1-00001");
    let refused = |renderer: &mut Renderer, change: &dyn Fn(&mut fieldseal_render::RenderJob)| {
        let mut job = good.clone();
        change(&mut job);
        renderer.render(&job).unwrap_err().code().to_owned()
    };
    assert_eq!(refused(&mut renderer, &|job| job.document.number.push('1')), "not_the_document");
    assert_eq!(refused(&mut renderer, &|job| job.document_json.push(b' ')), "not_the_document");
    assert_eq!(refused(&mut renderer, &|job| job.content_hash.0 = Digest::of(b"")), "not_the_document");
    assert_eq!(refused(&mut renderer, &|job| job.slots.clear()), "slots");
    assert_eq!(refused(&mut renderer, &|job| job.slots.push("customer".into())), "slots");
    assert_eq!(refused(&mut renderer, &|job| job.slots.push("stranger".into())), "slots");
    assert_eq!(refused(&mut renderer, &|job| job.kind.template = "other".into()), "unknown_template");
    assert_eq!(refused(&mut renderer, &|job| job.firm.logo = Some(b"<svg/>".to_vec())), "logo");
    let mut secret = support::laptop_intake();
    secret.fields.insert("unlock_code".into(), "1234".into());
    let job = freeze(secret, "PP-2026-RO1-00001");
    assert!(matches!(renderer.render(&job), Err(RenderError::SecretField(field)) if field == "unlock_code"));
    let mut stale = good.clone();
    stale.document.template.hash = Digest::of(b"older");
    let (bytes, hash) = stale.document.canonical().unwrap();
    (stale.document_json, stale.content_hash) = (bytes, hash);
    assert!(matches!(renderer.render(&stale), Err(RenderError::OtherTemplate)));
}

/// Would turn red if a character without a glyph were printed as a box, or reported for a field that is not printed.
#[test]
fn a_character_that_no_font_has_is_named_with_its_place() {
    let mut content = with_fault("漢 and 😀 twice 漢");
    content.lines[1].description = "Ｆan".into();
    content.fields.insert("not_done".into(), "漢 is hidden: the work is complete".into());
    let job = freeze(content, "FS-2026-RO1-00001");
    let rendered = Renderer::new().render(&job).unwrap();
    let named: Vec<_> = rendered
        .missing_glyphs
        .iter()
        .map(|m| (m.place.as_str(), m.character, m.suggestion.as_deref()))
        .collect();
    assert_eq!(
        named,
        [
            ("fields.fault", '漢', None),
            ("fields.fault", '😀', Some(":-)")),
            ("fields.not_done", '漢', None),
            ("lines.1.description", 'Ｆ', Some("F")),
        ]
    );
    assert_eq!(rendered.pdf, b"", "nothing that could be signed");
    let shown = Renderer::new().render(&support::preview(job)).unwrap();
    assert_eq!(
        (shown.missing_glyphs.len(), shown.pdf.is_empty()),
        (4, false),
        "a preview is shown all the same"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Would turn red if any text in any place could break the template, the export or the fields.
    #[test]
    fn any_text_anywhere_makes_pages(text in "\\PC{0,80}", place in 0_usize..8) {
        let mut content = oven_visit();
        match place {
            0 => content.customer.name = text,
            1 => content.site = text,
            2 => content.lines[1].description = text,
            3 => content.lines[1].unit = text,
            4 => content.remark = text,
            5 => content.equipment[0].model = text,
            6 => content.signers[0].name = text,
            _ => content.times[0].start = text,
        }
        let rendered = Renderer::new().render(&freeze(content, "FS-2026-RO1-00001")).unwrap();
        prop_assert_eq!(rendered.fields.len(), 2);
        prop_assert_eq!(rendered.pdf.is_empty(), !rendered.missing_glyphs.is_empty());
    }
}
