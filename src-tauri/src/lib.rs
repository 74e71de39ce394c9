//! The desktop shell: one window, one command per use case, the key store of the system, a watched photo folder.
//!
//! Decides nothing about documents: every command is one call into [`fieldseal_app::App`], which also enforces who
//! may do what when. What differs between operating systems lives in the modules named `linux` and `windows`.

pub mod commands;
pub mod inbox;
pub mod keyvault;
pub mod leaving;
pub mod lending;
pub mod options;
pub mod pages;
pub mod run;
pub mod shell;
pub mod system;
pub mod window;

use options::{Call, Options};
use std::process::ExitCode;

/// The whole program, from the command line to the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let call = match options::read(std::env::args_os().skip(1), |name| std::env::var_os(name)) {
        Ok(call) => call,
        Err(error) => {
            eprintln!("fieldseal: {error}\n\n{}", options::HELP);
            return ExitCode::from(2);
        }
    };
    match call {
        Call::Help => {
            println!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Call::Version => {
            println!("fieldseal {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        // Before anything of a window is touched: the typesetter is a small process of its own.
        Call::RenderWorker => run::render_worker(),
        Call::MakeDemo(options) => exit_code(run::make_demo(&options).map(|()| ExitCode::SUCCESS)),
        Call::JoinDemo(options, link) => {
            exit_code(run::join_demo(&options, &link).map(|()| ExitCode::SUCCESS))
        }
        Call::Window(options) => window_program(options),
    }
}

fn exit_code(ended: Result<ExitCode, run::RunError>) -> ExitCode {
    ended.unwrap_or_else(|error| {
        eprintln!("fieldseal: {}", run::in_words(&error));
        ExitCode::FAILURE
    })
}

fn window_program(options: Options) -> ExitCode {
    run::start_log();
    if let Err(error) = system::fit_environment() {
        eprintln!("fieldseal: remote control is asked for by the environment and cannot be refused: {error}");
        return ExitCode::FAILURE;
    }
    exit_code(run::run(options))
}
