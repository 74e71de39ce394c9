//! The worker process: same bytes as in this process, limits that really end hostile templates, and a next job that works.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_domain::Digest;
use fieldseal_render::{
    RenderError, RenderJob, Renderer,
    error::PictureProblem,
    templates::{MAIN, Template},
    worker::{Limit, Limits, RenderClient},
};
use std::time::{Duration, Instant};
use support::{freeze, oven_visit, preview, with_photos};

fn client(limits: Limits) -> RenderClient {
    RenderClient::new(env!("CARGO_BIN_EXE_fieldseal-render-worker"), Vec::new(), limits)
}

/// The limits of the product, with time for a loaded test machine.
fn patient() -> Limits {
    Limits { job: Duration::from_secs(60), start: Duration::from_secs(60), ..Limits::default() }
}

fn hostile(source: &str) -> RenderJob {
    let template = Template { id: "hostile".into(), files: [(MAIN.to_owned(), source.to_owned())].into() };
    RenderJob { template: Some(template), ..preview(freeze(oven_visit(), "FS-2026-RO1-00001")) }
}

fn ordinary() -> RenderJob {
    with_photos(oven_visit(), "FS-2026-RO1-00001", 2)
}

/// Would turn red if anything of machine, process or time got into the file.
#[test]
fn two_processes_and_this_one_make_the_same_bytes() {
    let here = Renderer::new().render(&ordinary()).unwrap();
    let one = client(patient()).render(&ordinary()).unwrap();
    let other = client(patient());
    other.render(&preview(freeze(support::laptop_intake(), "x"))).unwrap();
    let after_another_job = other.render(&ordinary()).unwrap();
    assert_eq!(Digest::of(&here.pdf), Digest::of(&one.pdf));
    assert_eq!(one, after_another_job);
    assert_eq!((here.fields, here.text, here.pages), (one.fields, one.text, one.pages));
}

#[test]
fn a_template_that_takes_too_long_is_ended_and_the_next_job_works() {
    let client = client(Limits { job: Duration::from_millis(1_500), ..patient() });
    // Warm, so that the short limit is only for what is hostile.
    client.warm_up().unwrap();
    let first = client.process();
    let started = Instant::now();
    let looping =
        hostile("#let f(n) = { for i in range(20000) { for j in range(20000) { let x = i * j } } }\n#f(1)");
    assert!(matches!(client.render(&looping), Err(RenderError::Limit(Limit::Time))));
    assert!(started.elapsed() < Duration::from_secs(30));
    let next = loop {
        match client.render(&ordinary()) {
            Err(RenderError::Limit(Limit::Time)) if started.elapsed() < Duration::from_secs(60) => {}
            other => break other,
        }
    };
    assert!(next.unwrap().pages > 0);
    assert_ne!(client.process(), first, "the hanging process is replaced");
}

#[test]
fn a_template_that_eats_memory_hits_its_limit_and_the_next_job_works() {
    let client = client(patient());
    for source in [
        "#(\"x\" * 2000000000)",
        "#range(900000000).len()",
        "#let a = range(20000000).map(i => (i, i, i, i))\n#a.len()",
    ] {
        let error = client.render(&hostile(source)).unwrap_err();
        assert!(matches!(error, RenderError::Limit(Limit::Memory)), "{source}: {error:?}");
    }
    assert!(client.render(&ordinary()).unwrap().pages > 0);
}

#[test]
fn templates_see_no_file_no_package_no_hidden_code_and_no_clock() {
    let client = client(patient());
    for source in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../../../etc/passwd\")",
        "#read(\"/data/unknown\")",
        "#image(\"/proc/self/environ\")",
        "#datetime.today()",
        "#while true {}",
        "#let f() = f()\n#f()",
    ] {
        let error = client.render(&hostile(source)).unwrap_err();
        assert!(matches!(error, RenderError::Template { .. }), "{source}: {error:?}");
    }
    for source in ["#eval(\"1 + 1\")", "#plugin(bytes((0, 97)))", "#import \"@preview/cetz:0.1.0\": canvas"] {
        let error = client.render(&hostile(source)).unwrap_err();
        assert!(matches!(error, RenderError::TemplateRefused(_)), "{source}: {error:?}");
    }
    assert!(client.render(&ordinary()).is_ok());
}

#[test]
fn a_document_has_at_most_200_pages() {
    let error = client(patient()).render(&hostile("#for i in range(201) { pagebreak() }")).unwrap_err();
    assert!(matches!(error, RenderError::Limit(Limit::Pages)), "{error:?}");
}

#[test]
fn a_template_without_a_place_to_sign_says_for_whom() {
    let error = client(patient()).render(&hostile("Only words.")).unwrap_err();
    assert!(matches!(&error, RenderError::SignaturePlace(slot) if slot == "customer"), "{error:?}");
}

#[test]
fn errors_about_pictures_cross_the_pipe_whole() {
    let mut job = ordinary();
    let bytes = &mut job.photos[1].bytes;
    bytes.truncate(bytes.len() / 3);
    let sha256 = job.photos[1].sha256;
    let error = client(patient()).render(&job).unwrap_err();
    let expected = PictureProblem::OtherBytes;
    assert!(
        matches!(error, RenderError::Photo { sha256: s, problem } if s == sha256 && problem == expected),
        "{error:?}"
    );
}

#[test]
fn an_idle_worker_is_stopped_and_started_again() {
    let client = client(Limits { idle: Duration::from_millis(200), ..patient() });
    client.render(&ordinary()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while client.process().is_some() {
        assert!(Instant::now() < deadline, "still running");
        std::thread::yield_now();
    }
    assert!(client.render(&ordinary()).is_ok());
}

#[test]
fn a_waiting_preview_gives_way_to_a_newer_one() {
    let client = client(patient());
    let slow = preview(freeze(support::inspection(fieldseal_domain::Language::De, 118), "x"));
    let results: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> =
            (0..12).map(|_| scope.spawn(|| client.render(&slow).map(|rendered| rendered.pages))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    assert!(results.iter().any(Result::is_ok));
    let dropped = results.iter().filter(|result| matches!(result, Err(RenderError::Superseded))).count();
    assert_eq!(dropped + results.iter().filter(|result| result.is_ok()).count(), 12, "{results:?}");
    assert!(dropped > 0, "twelve at once and none was dropped");
}

#[test]
fn a_program_that_is_no_worker_is_an_error_and_no_hang() {
    let missing = RenderClient::new("/nonexistent/worker", Vec::new(), patient());
    assert!(matches!(missing.render(&ordinary()), Err(RenderError::Worker(_))));
    let wrong = RenderClient::new("true", Vec::new(), patient());
    assert!(matches!(wrong.render(&ordinary()), Err(RenderError::Worker(_))));
}

#[test]
fn pages_can_be_drawn_in_the_worker() {
    let client = client(patient());
    let pdf = client.render(&ordinary()).unwrap().pdf;
    assert!(client.page_png(&pdf, 1, 300).unwrap().starts_with(b"\x89PNG"));
    assert!(
        matches!(client.page_png(b"no pdf", 1, 300), Err(RenderError::Remote { code, .. }) if code == "pages")
    );
    assert!(client.page_png(&pdf, 99, 300).is_err());
}
