//! The moment at which certificates are judged.

use jiff::Timestamp;
use x509_cert::der::Decode as _;

/// `now`, but not before any of these certificates begins: a tablet whose clock was set back is not outside the firm.
/// (A clock that runs ahead is put right by the server's; that a certificate has ended is still noticed.)
pub(crate) fn judged_at(now: Timestamp, certificates: &[&[u8]]) -> Timestamp {
    certificates.iter().filter_map(|der| begin(der)).fold(now, Timestamp::max)
}

fn begin(der: &[u8]) -> Option<Timestamp> {
    let certificate = x509_cert::Certificate::from_der(der).ok()?;
    let since = certificate.tbs_certificate().validity().not_before.to_unix_duration();
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()
}
