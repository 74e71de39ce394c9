//! `fieldseal-verify FILE.pdf --root ROOT.pem [--receipt RECEIPT.json] [--json] [--at TIME]`
//!
//! Exit 0 only for a file that is whole, valid and trusted, with a receipt that fits if one was
//! given; 1 for every other file; 2 when the question itself could not be asked (usage, unreadable files).

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use fieldseal_verify::{Arguments, answer};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let answer = answer(&arguments, jiff::Timestamp::now());
    // A closed pipe must not turn a verdict into a crash.
    let _ = match &answer {
        Ok(answer) => writeln!(std::io::stdout(), "{}", answer.text),
        Err(error) => writeln!(std::io::stderr(), "{}", error.in_words()),
    };
    match answer {
        Ok(answer) if answer.is_good => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(_) => ExitCode::from(2),
    }
}
