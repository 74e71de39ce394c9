//! The worker as a program of its own: for the tests, and for whoever renders without the app.

use std::process::ExitCode;

fn main() -> ExitCode {
    match fieldseal_render::worker::serve(std::io::stdin(), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
