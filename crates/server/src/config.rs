//! Configuration: defaults, then `server.toml` in the data folder, then `FIELDSEAL_SERVER_*`. Checked before anything
//! is opened; what is wrong is said in one sentence that names the setting.

use crate::pace::Pace;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs, io,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::{Path, PathBuf},
};
use tracing_subscriber::filter::Directive;

/// Name of the file in the data folder.
pub const FILE: &str = "server.toml";
/// What every environment variable begins with.
const PREFIX: &str = "FIELDSEAL_SERVER_";
/// What is logged if nothing else is said: migrations are nobody's daily business.
pub const DEFAULT_LOG: &str = "info,refinery_core=warn";

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The file is no TOML, or has a setting that does not exist.
    #[error("{path} is not right: {source}")]
    Toml {
        /// The file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A value does not fit its setting.
    #[error("{setting} is \"{value}\", but must be {expected}")]
    Value {
        /// Name of the setting.
        setting: String,
        /// What it says.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// The environment has a setting that does not exist.
    #[error("{PREFIX}{0} is no setting: its name is written wrong, or this server does not have it")]
    Unknown(String),
    /// Only one half of the own certificate is named.
    #[error("tls_certificate and tls_key belong together: set both or neither")]
    HalfCertificate,
    /// Plain http where others could listen in.
    #[error(
        "plain = true is only possible on a loopback address, not on {0}: leave it out, and the server speaks TLS"
    )]
    PlainOutside(SocketAddr),
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Folder of database, keys and files.
    pub data: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// URL under which devices reach the server; none takes the address.
    pub public_url: Option<String>,
    /// Name of the organisation in its certificates; counts at the first start only.
    pub organisation: String,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Peers beside this machine that may read `/metrics`.
    pub metrics_peers: Vec<IpAddr>,
    /// How many requests a device may make.
    pub pace: Pace,
    /// Whether plain http is spoken: on loopback it is, unless set otherwise.
    pub plain: bool,
    /// Own certificate and key (PEM); none makes one.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// What is logged, as `tracing` directives.
    pub log: String,
}

/// The file; every setting may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<String>,
    public_url: Option<String>,
    organisation: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    metrics_peers: Option<Vec<String>>,
    requests_per_minute: Option<u32>,
    requests_at_once: Option<u32>,
    plain: Option<bool>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    log: Option<String>,
}

impl Config {
    /// Reads and checks everything. `listen` from the command line goes before all.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(data: &Path, listen: Option<SocketAddr>) -> Result<Self, ConfigError> {
        Self::from(data, listen, environment(env::vars_os())?)
    }

    /// URL under which devices reach the server.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.plain { "http" } else { "https" };
        let address = SocketAddr::new(self.outside(), self.listen.port());
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"))
    }

    /// The address others reach: of "all addresses" the one that the way out begins with. Nothing is sent for that.
    #[must_use]
    pub fn outside(&self) -> IpAddr {
        let listen = self.listen.ip();
        if !listen.is_unspecified() {
            return listen;
        }
        let way_out = || {
            let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
            socket.connect("192.0.2.1:9").ok()?;
            Some(socket.local_addr().ok()?.ip())
        };
        way_out().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    fn from(
        data: &Path,
        listen: Option<SocketAddr>,
        env: BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut file = read_file(&data.join(FILE))?;
        overlay(&mut file, env)?;
        let address = || {
            value(
                "listen",
                file.listen.as_deref().unwrap_or("127.0.0.1:8420"),
                "an address like 0.0.0.0:8420",
            )
        };
        let listen = listen.map_or_else(address, Ok)?;
        let loopback = listen.ip().is_loopback();
        let plain = file.plain.unwrap_or(loopback && file.tls_certificate.is_none());
        if plain && !loopback {
            return Err(ConfigError::PlainOutside(listen));
        }
        let tls = match (file.tls_certificate, file.tls_key) {
            (Some(certificate), Some(key)) => Some((data.join(certificate), data.join(key))),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(ConfigError::HalfCertificate),
        };
        Ok(Self {
            data: data.to_owned(),
            listen,
            public_url: file.public_url.map(check_url).transpose()?,
            organisation: file.organisation.unwrap_or_else(|| "Fieldseal".to_owned()),
            trusted_proxies: addresses("trusted_proxies", file.trusted_proxies.as_deref())?,
            metrics_peers: addresses("metrics_peers", file.metrics_peers.as_deref())?,
            pace: pace(file.requests_per_minute, file.requests_at_once)?,
            plain,
            tls,
            log: file.log.map(check_log).transpose()?.unwrap_or_else(|| DEFAULT_LOG.to_owned()),
        })
    }
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|source| ConfigError::Toml { path: path.to_owned(), source: Box::new(source) }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(File::default()),
        Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
    }
}

/// What the environment says, by the names of settings without what all begin with.
fn environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let ours = variables.filter_map(|(name, text)| {
        let name = name.to_string_lossy().strip_prefix(PREFIX)?.to_owned();
        Some((name, text))
    });
    ours.map(|(name, text)| match text.into_string() {
        Ok(text) => Ok((name, text)),
        Err(text) => Err(ConfigError::Value {
            setting: format!("{PREFIX}{name}"),
            value: text.to_string_lossy().into_owned(),
            expected: "UTF-8",
        }),
    })
    .collect()
}

/// Each setting is taken out as it is used: what is left is none.
fn overlay(file: &mut File, mut left: BTreeMap<String, String>) -> Result<(), ConfigError> {
    let mut env = |name: &str| left.remove(name);
    let list = |text: String| {
        text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    file.listen = env("LISTEN").or_else(|| file.listen.take());
    file.public_url = env("PUBLIC_URL").or_else(|| file.public_url.take());
    file.organisation = env("ORGANISATION").or_else(|| file.organisation.take());
    file.trusted_proxies = env("TRUSTED_PROXIES").map(list).or_else(|| file.trusted_proxies.take());
    file.metrics_peers = env("METRICS_PEERS").map(list).or_else(|| file.metrics_peers.take());
    file.tls_certificate = env("TLS_CERTIFICATE").map(Into::into).or_else(|| file.tls_certificate.take());
    file.tls_key = env("TLS_KEY").map(Into::into).or_else(|| file.tls_key.take());
    file.log = env("LOG").or_else(|| file.log.take());
    for (setting, value_of) in [
        ("REQUESTS_PER_MINUTE", &mut file.requests_per_minute),
        ("REQUESTS_AT_ONCE", &mut file.requests_at_once),
    ] {
        if let Some(text) = env(setting) {
            *value_of = Some(value(&format!("{PREFIX}{setting}"), &text, "a whole number")?);
        }
    }
    if let Some(text) = env("PLAIN") {
        file.plain = Some(value("FIELDSEAL_SERVER_PLAIN", &text, "true or false")?);
    }
    left.into_keys().next().map_or(Ok(()), |name| Err(ConfigError::Unknown(name)))
}

fn value<T: std::str::FromStr>(setting: &str, text: &str, expected: &'static str) -> Result<T, ConfigError> {
    text.trim().parse().map_err(|_| ConfigError::Value {
        setting: setting.to_owned(),
        value: text.to_owned(),
        expected,
    })
}

/// A bare word that is no level would be taken for the name of a part, and everything else be silent.
fn check_log(text: String) -> Result<String, ConfigError> {
    let level = |word: &str| word.parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let parts = || text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let bare = |part: &str| !part.contains(['=', '[']);
    let words = parts().filter(|part| bare(part)).all(level);
    let others = parts().filter(|part| !bare(part)).all(|part| part.parse::<Directive>().is_ok());
    if words && others && parts().next().is_some() {
        return Ok(text);
    }
    Err(ConfigError::Value {
        setting: "log".into(),
        value: text,
        expected: "a level (error, warn, info, debug, trace, off), parts like fieldseal_server=debug, or both with commas",
    })
}

fn pace(per_minute: Option<u32>, at_once: Option<u32>) -> Result<Pace, ConfigError> {
    let usual = Pace::default();
    let pace = Pace {
        per_minute: per_minute.unwrap_or(usual.per_minute),
        at_once: at_once.unwrap_or(usual.at_once),
    };
    if pace.at_once == 0 {
        return Err(ConfigError::Value {
            setting: "requests_at_once".into(),
            value: "0".into(),
            expected: "at least 1; requests_per_minute = 0 takes the limit away",
        });
    }
    Ok(pace)
}

fn addresses(setting: &str, texts: Option<&[String]>) -> Result<Vec<IpAddr>, ConfigError> {
    let one =
        |text: &String| value(setting, text, "a list of IP addresses").map(|ip: IpAddr| ip.to_canonical());
    texts.unwrap_or_default().iter().map(one).collect()
}

fn check_url(text: String) -> Result<String, ConfigError> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
    if good {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(ConfigError::Value {
            setting: "public_url".into(),
            value: text,
            expected: "like https://example.com:8420",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn with(file: &str, env: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), file).unwrap();
        let env = env.iter().map(|(name, text)| (format!("{PREFIX}{name}").into(), (*text).into()));
        let env = environment(env.chain([("PATH".into(), "/bin".into())])).unwrap();
        Config::from(folder.path(), None, env).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_said_is_plain_http_on_this_machine() {
        let config = with("", &[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8420");
        assert!(config.plain);
    }

    #[test]
    fn outside_it_is_tls_whatever_is_said() {
        assert!(!with("listen = '0.0.0.0:8420'", &[]).unwrap().plain);
        let error = with("listen = '0.0.0.0:8420'\nplain = true", &[]).unwrap_err();
        assert!(error.contains("loopback"), "{error}");
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let config =
            with("organisation = 'A'", &[("ORGANISATION", "B"), ("TRUSTED_PROXIES", "10.0.0.1, ::1")]);
        let config = config.unwrap();
        assert_eq!(config.organisation, "B");
        assert_eq!(config.trusted_proxies.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (file, named) in [
            ("listen = 'here'", "listen"),
            ("lisen = '127.0.0.1:1'", "lisen"),
            ("trusted_proxies = ['proxy']", "trusted_proxies"),
            ("tls_key = 'a.pem'", "tls_certificate"),
            ("public_url = 'example.com'", "public_url"),
            ("requests_at_once = 0", "requests_per_minute"),
            ("requests_per_minute = -1", "requests_per_minute"),
            ("log = 'inof'", "log is \"inof\""),
            ("log = 'info,fieldseal_server=lots'", "fieldseal_server=debug"),
            ("log = ''", "a level"),
        ] {
            let error = with(file, &[]).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
        for (name, named) in [("LISEN", "FIELDSEAL_SERVER_LISEN"), ("LOG", "log is"), ("", "no setting")] {
            let error = with("", &[(name, "lots")]).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
        for log in ["warn", "fieldseal_server=debug", DEFAULT_LOG, "off, fieldseal_ledger=trace"] {
            assert_eq!(with("", &[("LOG", log)]).unwrap().log, log);
        }
    }
}
