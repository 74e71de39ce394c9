//! Typesetting two pages through the real worker process: the first document of a process, and every one after it.

use crate::{
    Outcome, WORKER,
    figure::Figure,
    material,
    measure::{Times, at_pace, load, repeat, wall},
};
use fieldseal_domain::content::Content;
use fieldseal_render::{
    RenderJob, Rendered,
    worker::{Limits, RenderClient},
};
use std::{path::Path, time::Duration};

const FIRST_RUNS: usize = 10;
const WARM_RUNS: usize = 60;
/// Between two documents, in which the worker takes the last one apart. Nobody asks for them faster.
const PAUSE: Duration = Duration::from_millis(50);

/// All figures of typesetting.
pub fn figures(_: &Path) -> Outcome<Vec<Figure>> {
    let job = material::two_pages()?;
    let mut starts = Vec::new();
    let first = repeat(
        FIRST_RUNS,
        |work| wall(work),
        |_| {
            let client = client()?;
            let (rendered, _) = wall(|| Ok(client.render(&job)?))?;
            material::expect_two(rendered.pages)
        },
    )?;
    for _ in 0..FIRST_RUNS {
        let client = client()?;
        starts.push(wall(|| Ok(client.warm_up()?))?.1);
    }
    let start = Times::of(starts)?;
    let client = client()?;
    let again = repeat(WARM_RUNS, |work| wall(work), |_| typeset(&client, &job))?;
    let mut jobs = changed(&job.document.content).into_iter();
    let warm = at_pace(
        PAUSE,
        WARM_RUNS,
        |work| wall(work),
        |_| {
            let job = jobs.next().ok_or("too few documents")?;
            typeset(&client, &job)
        },
    )?;
    let first_how = format!(
        "wall time from a worker that does not run to the finished PDF/A of 2 pages; {}; floor: the start of the \
         worker alone; {}",
        first.said(),
        load()
    );
    let warm_how = format!(
        "wall time of the same sheet with other words and sums each time, in a warm worker, through the pipe, \
         with {} ms between them; {}; floor: the very same document again; {}",
        PAUSE.as_millis(),
        warm.said(),
        load()
    );
    Ok(vec![
        Figure::new("render of 2 pages, first", first.median(), "ms", first_how)
            .aim("<= 200")
            .floor(start.median()),
        Figure::new("render of 2 pages, warm", warm.median(), "ms", warm_how)
            .aim("<= 30")
            .floor(again.median()),
    ])
}

fn client() -> Outcome<RenderClient> {
    Ok(RenderClient::new(std::env::current_exe()?, vec![WORKER.into()], Limits::default()))
}

fn typeset(client: &RenderClient, job: &RenderJob) -> Outcome<Rendered> {
    let rendered = client.render(job)?;
    material::expect_two(rendered.pages)?;
    Ok(rendered)
}

/// More sheets than are measured, each another one.
fn changed(first: &Content) -> Vec<RenderJob> {
    let sheet = |run: i64| {
        let mut content = first.clone();
        content.fields.insert("findings".into(), format!("Rezistența 3 sub parametri, {run} Ω."));
        for line in &mut content.lines {
            line.quantity.0 += run * 10;
        }
        crate::documents::freeze(content, material::NUMBER)
    };
    (1..).take(2 * WARM_RUNS).map(sheet).collect()
}
