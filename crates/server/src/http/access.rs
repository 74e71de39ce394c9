//! Every route and who may call it, in one table. What is not in the table does not exist.

use fieldseal_domain::role::Role;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Everybody.
    Public,
    /// Every enrolled device, also one that was revoked: what it signed before must not be stranded on it.
    Enrolled,
    /// Every device in good standing: not revoked, and with a program that is not too old.
    Standing,
    /// A device in good standing whose person has one of these roles.
    Roles(&'static [Role]),
}

impl Rule {
    /// Whether a device of this role, in good standing or not, may call.
    #[must_use]
    pub fn lets(self, role: Role, good: bool) -> bool {
        match self {
            Self::Public | Self::Enrolled => true,
            Self::Standing => good,
            Self::Roles(roles) => good && roles.contains(&role),
        }
    }
}

/// Method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the methods of HTTP")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
}

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is one line of the table")]
pub enum Endpoint {
    Healthz,
    Metrics,
    OpenApi,
    Challenge,
    Enrol,
    SignIn,
    Rejournal,
    Hello,
    Push,
    Manifest,
    Pull,
    Feed,
    Register,
    BlobState,
    PutBlob,
    GetBlob,
    Checkpoint,
    Consistency,
    Inclusion,
    People,
    PutPerson,
    PinReset,
    MakeCode,
    Devices,
    Revoke,
    Approve,
    Quarantine,
    Deliveries,
    MailSettings,
    PutMailSettings,
    MailTest,
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// What it does.
    pub endpoint: Endpoint,
    /// Method.
    pub method: Method,
    /// Path.
    pub path: &'static str,
    /// Who may call it.
    pub rule: Rule,
    /// One sentence for the description of the protocol.
    pub summary: &'static str,
}

const OFFICE: Rule = Rule::Roles(&[Role::Office, Role::Manager, Role::Auditor, Role::Admin]);
const WORKS: Rule = Rule::Roles(&[Role::Office, Role::Manager, Role::Admin]);
const DECIDES: Rule = Rule::Roles(&[Role::Manager, Role::Admin]);
const ADMIN: Rule = Rule::Roles(&[Role::Admin]);

const fn route(
    endpoint: Endpoint,
    method: Method,
    path: &'static str,
    rule: Rule,
    summary: &'static str,
) -> Route {
    Route { endpoint, method, path, rule, summary }
}

/// The table.
pub const ROUTES: [Route; 31] = {
    use Endpoint as E;
    use Method::{Get, Head, Post, Put};
    use Rule::{Enrolled, Public, Standing};
    [
        route(E::Healthz, Get, "/healthz", Public, "Whether the server can read and write."),
        route(E::Metrics, Get, "/metrics", Public, "Counts for Prometheus; from loopback, or as configured."),
        route(E::OpenApi, Get, "/openapi.json", Public, "This description."),
        route(E::Challenge, Post, "/v1/challenge", Public, "A nonce, good for one answer in two minutes."),
        route(
            E::Enrol,
            Post,
            "/v1/enrol",
            Public,
            "Makes a device one of the organisation's, with a one-time code.",
        ),
        route(E::SignIn, Post, "/v1/session", Public, "Opens a session with the device's key."),
        route(
            E::Rejournal,
            Post,
            "/v1/rejournal",
            Standing,
            "Begins a new journal after a fork or a restored image.",
        ),
        route(E::Hello, Post, "/v1/hello", Enrolled, "The first exchange of every session."),
        route(E::Push, Post, "/v1/push", Enrolled, "Takes the next entries of one journal."),
        route(E::Manifest, Get, "/v1/manifest", Standing, "Everything in the device's scope, with an ETag."),
        route(E::Pull, Post, "/v1/pull", Standing, "Entries of subjects, from cursors on."),
        route(E::Feed, Get, "/v1/feed", OFFICE, "Entries of the whole log, in its order."),
        route(E::Register, Get, "/v1/register", OFFICE, "Folded rows of documents."),
        route(E::BlobState, Head, "/v1/blobs/{sha256}", Enrolled, "How much of a file is here."),
        route(E::PutBlob, Put, "/v1/blobs/{sha256}", Enrolled, "Takes a piece of a file."),
        route(E::GetBlob, Get, "/v1/blobs/{sha256}", Standing, "A file, or a range of it."),
        route(E::Checkpoint, Get, "/v1/checkpoint", Standing, "The newest signed checkpoint."),
        route(
            E::Consistency,
            Post,
            "/v1/proof/consistency",
            Standing,
            "That one checkpoint grew out of another.",
        ),
        route(E::Inclusion, Post, "/v1/proof/inclusion", Standing, "That entries are in the log."),
        route(E::People, Get, "/v1/people", OFFICE, "Everybody in the firm, with roles."),
        route(E::PutPerson, Post, "/v1/people", ADMIN, "Adds or changes a person."),
        route(E::PinReset, Post, "/v1/people/{person}/pin-reset", DECIDES, "Lets a person choose a new PIN."),
        route(E::MakeCode, Post, "/v1/codes", ADMIN, "Makes a one-time code for a person's next device."),
        route(E::Devices, Get, "/v1/devices", OFFICE, "Devices, and what they said they have."),
        route(E::Revoke, Post, "/v1/devices/{device}/revoke", DECIDES, "Ends what a lost device may do."),
        route(
            E::Approve,
            Post,
            "/v1/journals/{device}/approve",
            DECIDES,
            "Vouches for a journal whose key is lost.",
        ),
        route(E::Quarantine, Get, "/v1/quarantine", OFFICE, "Entries that wait for an answer of the office."),
        route(E::Deliveries, Get, "/v1/deliveries", OFFICE, "The log of copies by mail."),
        route(
            E::MailSettings,
            Get,
            "/v1/settings/mail",
            DECIDES,
            "How copies are sent; without the password.",
        ),
        route(E::PutMailSettings, Put, "/v1/settings/mail", ADMIN, "Sets how copies are sent."),
        route(
            E::MailTest,
            Post,
            "/v1/mail/test",
            WORKS,
            "Sends a test mail and says what the mail server said.",
        ),
    ]
};
