//! The command line and the environment, read once into a plain value.

use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
};

/// What `--help` prints.
pub const HELP: &str = "\
usage: fieldseal [--data DIR] [--demo]

  --data DIR   keep the data in DIR (or set FIELDSEAL_DATA; otherwise where the system keeps programs' data)
  --demo       a made-up firm to try everything with, in a data folder of its own (or set FIELDSEAL_DEMO=1)
  --make-demo  make that firm's data and end
  --join LINK  make the demo data folder a device of the office that the link names, and end
  --help       this text
  --version    the version

FIELDSEAL_KEYSTORE=none leaves the key store of the system alone: keys are then kept in a file with a passphrase.
FIELDSEAL_LOG sets what is logged on standard error (error, warn, info, debug).";

/// Whose data the window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirmChoice {
    /// The user's own firm.
    Own,
    /// The made-up firm.
    Demo,
}

/// Whether the key store of the system is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStoreChoice {
    /// Used when it works.
    System,
    /// Left alone.
    None,
}

/// How the window is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The data folder; none for the system's usual place.
    pub data: Option<PathBuf>,
    /// Whose data.
    pub firm: FirmChoice,
    /// Key store.
    pub key_store: KeyStoreChoice,
}

/// What the program was called for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// The window.
    Window(Options),
    /// The demo firm's data, without a window.
    MakeDemo(Options),
    /// The demo data folder becomes a device of the office behind this link, without a window.
    JoinDemo(Options, String),
    /// Typesetting for a parent process, over standard input and output.
    RenderWorker,
    /// Help.
    Help,
    /// Version.
    Version,
}

/// Why the command line makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// An argument nobody knows.
    #[error("unknown argument: {0}")]
    Unknown(String),
    /// `--data` without a folder.
    #[error("--data needs a folder")]
    NoFolder,
    /// `--join` without a link.
    #[error("--join needs the link that the office gave")]
    NoLink,
}

/// Reads arguments (without the program's name) and environment. Arguments win.
///
/// # Errors
/// [`OptionsError`].
pub fn read(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Call, OptionsError> {
    let is_set = |name: &str, value: &str| environment(name).as_deref() == Some(OsStr::new(value));
    let mut options = Options {
        data: environment("FIELDSEAL_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from),
        firm: if is_set("FIELDSEAL_DEMO", "1") { FirmChoice::Demo } else { FirmChoice::Own },
        key_store: if is_set("FIELDSEAL_KEYSTORE", "none") {
            KeyStoreChoice::None
        } else {
            KeyStoreChoice::System
        },
    };
    let mut only_make = false;
    let mut join = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--render-worker") => return Ok(Call::RenderWorker),
            Some("--help" | "-h") => return Ok(Call::Help),
            Some("--version") => return Ok(Call::Version),
            Some("--demo") => options.firm = FirmChoice::Demo,
            Some("--make-demo") => {
                options.firm = FirmChoice::Demo;
                only_make = true;
            }
            Some("--join") => {
                options.firm = FirmChoice::Demo;
                let link = arguments.next().and_then(|link| link.into_string().ok());
                join = Some(link.filter(|link| !link.is_empty()).ok_or(OptionsError::NoLink)?);
            }
            Some("--data") => {
                let folder =
                    arguments.next().filter(|folder| !folder.is_empty()).ok_or(OptionsError::NoFolder)?;
                options.data = Some(PathBuf::from(folder));
            }
            Some(_) | None => return Err(OptionsError::Unknown(argument.to_string_lossy().into_owned())),
        }
    }
    Ok(match join {
        Some(link) => Call::JoinDemo(options, link),
        None if only_make => Call::MakeDemo(options),
        None => Call::Window(options),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn window(arguments: &[&str], environment: &[(&str, &str)]) -> Options {
        let lookup =
            |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        match read(arguments.iter().map(OsString::from), lookup).unwrap() {
            Call::Window(options) => options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn arguments_win_over_the_environment() {
        let environment = [("FIELDSEAL_DATA", "/from/environment"), ("FIELDSEAL_KEYSTORE", "none")];
        assert_eq!(window(&[], &environment).data, Some(PathBuf::from("/from/environment")));
        let options = window(&["--data", "/given", "--demo"], &environment);
        assert_eq!(options.data, Some(PathBuf::from("/given")));
        assert_eq!((options.firm, options.key_store), (FirmChoice::Demo, KeyStoreChoice::None));
    }

    #[test]
    fn nothing_given_is_the_own_firm_in_the_usual_place() {
        let empty = [("FIELDSEAL_DATA", ""), ("FIELDSEAL_DEMO", "0"), ("FIELDSEAL_KEYSTORE", "os")];
        let usual = Options { data: None, firm: FirmChoice::Own, key_store: KeyStoreChoice::System };
        assert_eq!(window(&[], &empty), usual);
    }

    #[test]
    fn a_mistyped_argument_is_named_instead_of_ignored() {
        let read = |arguments: &[&str]| read(arguments.iter().map(OsString::from), |_| None);
        assert_eq!(read(&["--dmeo"]), Err(OptionsError::Unknown("--dmeo".to_owned())));
        assert_eq!(read(&["--data"]), Err(OptionsError::NoFolder));
        assert_eq!(read(&["--data", ""]), Err(OptionsError::NoFolder));
        assert_eq!(read(&["--join"]), Err(OptionsError::NoLink));
    }
}
