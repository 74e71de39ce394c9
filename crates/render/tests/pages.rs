//! Whole pages: typeset, fields in place, text as it was typed, pictures not empty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_domain::Language;
use fieldseal_render::{Renderer, pages};
use support::{
    freeze, inspection, laptop_intake, laptop_return, oven_visit, oven_visit_english, with_photos,
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
