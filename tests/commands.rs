//! The table of commands, walked through every phase: real commands on a real app, with Tauri's own stand-in for the
//! window.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use fieldseal_app::view::{
    central::{ConnectRequest, JoinRequest},
    document::{DraftSave, NewDocument},
    hand_over::{HandOverRequest, NotSignedRequest},
    start::{KeyStoreKind, Phase},
};
use fieldseal_desktop::{
    commands::access::{Access, COMMANDS, handler},
    shell::Shell,
};
use fieldseal_domain::{
    Language,
    acceptance::{NoSignatureReason, Signer},
    content::Content,
    party::{Equipment, Firm, Job},
};
use fieldseal_tests::{
    tablet::{PASSPHRASE, PIN, SetClock, Tablet, close_request, first_run_request, open_alone, sign_request},
    workshop::{blank_customer, ink_of},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path};
use tauri::{
    App, WebviewWindow, WebviewWindowBuilder,
    ipc::{CallbackFn, InvokeBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, mock_context, noop_assets},
    webview::InvokeRequest,
};
use tempfile::TempDir;
use uuid::Uuid;

const PHASES: [Phase; 6] =
    [Phase::FirstRun, Phase::Locked, Phase::SignIn, Phase::Open, Phase::HandOver, Phase::Broken];

/// A window of the stand-in over a real app in this phase.
struct Bench {
    window: WebviewWindow<MockRuntime>,
    _app: App<MockRuntime>,
    _folder: TempDir,
}

impl Bench {
    fn in_phase(phase: Phase) -> Self {
        let folder = folder_of(phase);
        let path = folder.path().to_owned();
        let shell = Shell::opening(move || opened(&path, phase)).unwrap();
        assert_eq!(shell.app().phase().unwrap(), phase);
        let app = mock_builder()
            .manage(shell)
            .invoke_handler(handler())
            .build(mock_context(noop_assets()))
            .expect("an app without a window");
        let window =
            WebviewWindowBuilder::new(&app, "main", Default::default()).build().expect("a stand-in window");
        Self { window, _app: app, _folder: folder }
    }

    /// Calls a command as the page does.
    fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&self.window, request).map(|body| body.deserialize().unwrap())
    }

    fn refusal(&self, command: &str) -> Option<String> {
        self.call(command, arguments_of(command)).err().map(|problem| match problem.get("code") {
            Some(code) => code.as_str().unwrap().to_owned(),
            None => panic!("{command} was not understood: {problem}"),
        })
    }
}

fn folder_of(phase: Phase) -> TempDir {
    match phase {
        Phase::FirstRun => tempfile::tempdir().unwrap(),
        Phase::Locked | Phase::SignIn | Phase::Open => Tablet::set_up().folder,
        Phase::HandOver => {
            let tablet = Tablet::set_up();
            let sheet = tablet.filled_sheet();
            let _number = tablet.freeze(sheet.id);
            let _view = tablet.hand_over(sheet.id, "customer", Language::Ro);
            tablet.folder
        }
        Phase::Broken => {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("fieldseal.db"), "not a database").unwrap();
            folder
        }
    }
}

fn opened(folder: &Path, phase: Phase) -> fieldseal_app::App {
    let app = open_alone(folder, &SetClock::morning());
    match phase {
        Phase::FirstRun | Phase::Locked | Phase::Broken => {}
        Phase::SignIn | Phase::HandOver => drop(app.unlock(PASSPHRASE).unwrap()),
        Phase::Open => {
            let status = app.unlock(PASSPHRASE).unwrap();
            app.sign_in(status.people.first().unwrap().id, PIN).unwrap();
        }
    }
    app
}

/// Arguments that a command understands. A command without a line here fails the test.
fn arguments_of(command: &str) -> Value {
    let nil = Uuid::nil();
    let signer = Signer { name: "Ana".into(), role: String::new(), on_behalf_of: String::new() };
    match command {
        "status" | "check_key_store" | "retry" | "sign_out" | "settings" | "kinds" | "photo_inbox"
        | "hand_over_view" | "export_root" | "root_certificate" | "central" | "sync_now" | "save_unsent" => {
            json!({})
        }
        "connect" => {
            json!({ "request": ConnectRequest { address: String::new(), code: String::new(), another: false } })
        }
        "join" => json!({ "request": JoinRequest {
            address: String::new(), code: String::new(), language: Language::Ro, pin: "1357".into(),
            key_store: KeyStoreKind::PassphraseFile, passphrase: String::new(),
        } }),
        "see_alarm" => json!({ "id": 1 }),
        "leave" => json!({ "how": "stay", "words": { "doing": "", "open": "", "end": "" } }),
        "first_run" => json!({ "request": first_run_request() }),
        "renew_recovery" => json!({ "pin": "1357" }),
        "confirm_recovery" => json!({ "groups": ["AAAAA", "BBBBB"] }),
        "unlock" => json!({ "passphrase": "not this one" }),
        "recover" => {
            json!({ "code": "AAAAA-BBBBB", "newKeyStore": "passphrase_file", "passphrase": "four little words" })
        }
        "sign_in" | "take_tablet_back" => json!({ "person": nil, "pin": PIN }),
        "add_person" => json!({ "name": "Eve", "language": "en", "pin": "7391" }),
        "change_pin" => json!({ "person": nil, "oldPin": PIN, "newPin": "7391" }),
        "reset_pin" => json!({ "person": nil, "recoveryCode": "AAAAA", "newPin": "7391" }),
        "save_firm" => json!({ "firm": Firm { name: "Firm".into(), ..Firm::default() } }),
        "set_logo" => json!({ "bytes": "" }),
        "save_setting" => json!({ "key": "theme", "value": "dark" }),
        "keep_signature" => json!({ "ink": ink_of(1), "pin": "0000" }),
        "jobs" => json!({ "view": "all" }),
        "search" | "customers" => json!({ "text": "a" }),
        "equipment_of" => json!({ "customer": nil }),
        "save_customer" => json!({ "customer": blank_customer() }),
        "save_equipment" => json!({ "equipment": Equipment::default() }),
        "save_job" => json!({ "job": Job::default() }),
        "catalogue" | "hand_over_language" => json!({ "language": "fr" }),
        "new_document" => json!({ "kind": "service_sheet", "start": NewDocument::Job { job: nil } }),
        "job" | "document" => json!({ "id": nil }),
        "draft_save" => json!({ "save": DraftSave {
            document: nil, version: 1, content: Content::default(), secrets: Default::default(),
        } }),
        "discard" | "leave_draft" | "preview" | "freeze" | "detail" | "bring" | "verify" | "open_sealed"
        | "print_sealed" | "save_sealed" | "save_receipt" => json!({ "document": nil }),
        "add_photo" => json!({ "document": nil, "name": "a.jpg", "bytes": "", "caption": "" }),
        "take_from_inbox" => json!({ "document": nil, "name": "a.jpg" }),
        "take_back" | "cancel" => json!({ "document": nil, "reason": "x" }),
        "hand_over" => json!({ "request": HandOverRequest {
            document: nil, slot: "customer".into(), signer, language: Language::Ro,
        } }),
        "hand_over_seen" => json!({ "pages": [1], "asText": false }),
        "hand_over_remark" => json!({ "text": "" }),
        "hand_over_ink" => json!({ "ink": ink_of(1) }),
        "sign" => json!({ "request": sign_request("Ana") }),
        "decline" => json!({ "reason": "other", "note": "" }),
        "not_signed" => json!({ "request": NotSignedRequest {
            document: nil, slot: "customer".into(), reason: NoSignatureReason::Absent, note: String::new(),
        } }),
        "close" => json!({ "request": close_request(nil) }),
        "register" => json!({ "query": {}, "oldestFirst": false, "after": null, "limit": 10 }),
        "register_count" => json!({ "query": {} }),
        "dashboard" | "stop_export" | "import_waiting" | "sync_view" => json!({}),
        "save_view" => json!({ "view": { "id": nil, "name": "Mine", "query": {} } }),
        "delete_view" => json!({ "id": nil }),
        "assign_job" => json!({ "job": nil, "technician": null }),
        "void_document" => json!({ "document": nil, "reason": "x", "successor": "" }),
        "clear_acceptance" => json!({ "document": nil, "reason": "x" }),
        "decisions" => json!({ "document": nil }),
        "decide" => {
            json!({ "document": nil, "answer": { "answer": "confirm_void", "void": "0".repeat(64) } })
        }
        "staff" | "mail_settings" | "bring_parcel" => json!({}),
        "save_staff" => json!({ "person": {
            "id": nil, "name": "Ana", "language": "en", "role": "office", "active": true,
        } }),
        "make_code" | "reset_staff_pin" => json!({ "person": nil }),
        "revoke_device" => json!({ "device": "a", "reason": "x" }),
        "approve_journal" => json!({ "journal": "a" }),
        "set_aside" => json!({ "all": false }),
        "answer_set_aside" => json!({ "entries": [], "accept": true, "reason": "x" }),
        "save_mail_settings" => json!({ "mail": {
            "enabled": false, "host": "", "port": 0, "security": "tls", "user": "", "password": "",
            "has_password": false, "from": "", "reply_to": "", "office": "", "kinds": [], "words": {},
            "shipped": {},
        } }),
        "test_mail" => json!({ "to": "a@example.com" }),
        "retention" => json!({ "rule": { "years": 10, "kinds": [] } }),
        "erase_documents" => {
            json!({ "rule": { "years": 10, "kinds": [] }, "documents": [nil], "reason": "x" })
        }
        "copies" => json!({ "document": null }),
        "hold" => json!({ "document": nil, "on": true, "reason": "x" }),
        "export_register" => {
            json!({ "request": { "form": "csv", "query": {}, "chosen": [], "words": {} } })
        }
        "convert" => json!({ "document": nil, "kind": "return_protocol" }),
        other => panic!("{other} has no arguments in this test"),
    }
}

/// Commands whose work would change the phase, open a dialog, or that need more than a phase: not tried where allowed.
const NOT_TRIED: [&str; 7] =
    ["first_run", "sign_out", "export_root", "save_unsent", "bring_parcel", "confirm_recovery", "sign"];

/// Red if a command could be used in a phase in which the table forbids it, or were forbidden where it must work.
#[test]
fn every_command_is_refused_in_every_phase_but_its_own() {
    for phase in PHASES {
        let bench = Bench::in_phase(phase);
        for (command, access) in COMMANDS {
            let allowed = access.phases().contains(&phase);
            if allowed && NOT_TRIED.contains(command) {
                continue;
            }
            let refusal = bench.refusal(command);
            let is_refused = refusal.as_deref() == Some("not_allowed");
            assert_eq!(is_refused, !allowed, "{command} ({access:?}) in {phase:?}: {refusal:?}");
        }
    }
}

/// Red if what a customer can reach grew without anybody saying so.
#[test]
fn a_customer_has_these_commands_and_no_others() {
    let reach: BTreeSet<&str> = COMMANDS
        .iter()
        .filter(|(_, access)| access.phases().contains(&Phase::HandOver))
        .map(|(command, _)| *command)
        .collect();
    let known = [
        "decline",
        "hand_over_ink",
        "hand_over_language",
        "hand_over_remark",
        "hand_over_seen",
        "hand_over_view",
        "reset_pin",
        "retry",
        "settings",
        "sign",
        "status",
        "take_tablet_back",
    ];
    assert_eq!(reach, known.into_iter().collect());
}

/// Red if a command were in the table twice, with two rules.
#[test]
fn every_command_has_one_rule() {
    let names: BTreeSet<&str> = COMMANDS.iter().map(|(command, _)| *command).collect();
    assert_eq!(names.len(), COMMANDS.len());
    assert!(COMMANDS.iter().all(|(_, access)| !access.phases().is_empty() || *access == Access::Anyone));
}

/// Red if a call that is no command of ours were answered.
#[test]
fn what_is_not_in_the_table_is_not_answered() {
    let bench = Bench::in_phase(Phase::Open);
    for command in ["plugin:dialog|open", "plugin:window|close", "load_demo", "phase", "Status", ""] {
        assert!(bench.call(command, json!({})).is_err(), "{command:?} was answered");
    }
}

/// Red if the screens called a command that does not exist, or none called one that does.
#[test]
fn the_screens_call_the_commands_of_the_table() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/backend/tauri.ts");
    let text = fs::read_to_string(source).unwrap();
    let called: BTreeSet<&str> =
        text.split("ask('").skip(1).filter_map(|rest| rest.split_once('\'')).map(|(name, _)| name).collect();
    let known: BTreeSet<&str> = COMMANDS.iter().map(|(command, _)| *command).collect();
    assert_eq!(called, known);
}
