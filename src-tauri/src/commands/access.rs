//! The one list of all commands, with who may use each. The app enforces it; `tests/commands.rs` walks it and fails
//! when a command can be used in a phase in which it must not.

use super::{admin, central, detail, documents, export, hand_over, lists, office, people, photos, start};
use fieldseal_app::view::start::Phase;
use tauri::{Runtime, ipc::Invoke};

/// Who may use a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, always: the screens need it to know where they are.
    Anyone,
    /// Whoever sets the device up.
    SetUp,
    /// Whoever sets up or reopens: nothing is readable yet.
    Keys,
    /// Whoever has the passphrase or the recovery code of a locked device.
    Locked,
    /// Whoever stands in front of the open device and is no customer.
    Desk,
    /// Anyone in front of the open device, a customer too.
    Either,
    /// A person of the firm who has signed in. What of the office they may do is the app's to know: it asks for the
    /// role (`not_for_role`).
    Person,
    /// The customer who holds the tablet.
    Customer,
}

impl Access {
    /// The phases in which it may be used.
    #[must_use]
    pub fn phases(self) -> &'static [Phase] {
        match self {
            Self::Anyone => {
                &[Phase::FirstRun, Phase::Locked, Phase::SignIn, Phase::Open, Phase::HandOver, Phase::Broken]
            }
            Self::SetUp => &[Phase::FirstRun],
            Self::Keys => &[Phase::FirstRun, Phase::Locked],
            Self::Locked => &[Phase::Locked],
            Self::Desk => &[Phase::SignIn, Phase::Open],
            Self::Either => &[Phase::SignIn, Phase::Open, Phase::HandOver],
            Self::Person => &[Phase::Open],
            Self::Customer => &[Phase::HandOver],
        }
    }
}

/// Makes the table and the handler from one list, so that no command can be missing from either.
macro_rules! commands {
    ($($access:ident: $($module:ident::$name:ident),+;)+) => {
        /// Every command with its rule.
        pub const COMMANDS: &[(&str, Access)] = &[$($((stringify!($name), Access::$access)),+),+];

        /// Answers the window's calls.
        pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($($module::$name),+),+]
        }
    };
}

commands! {
    Anyone: start::status, start::retry;
    SetUp: start::first_run, start::join;
    Keys: start::check_key_store;
    Locked: start::unlock, start::recover;
    Desk: people::sign_in, central::leave;
    Either: people::settings, people::reset_pin;
    Person:
        start::confirm_recovery, start::renew_recovery, people::sign_out, people::add_person, people::change_pin, people::save_firm,
        people::set_logo, people::save_setting, people::keep_signature, lists::jobs, lists::job, lists::search,
        lists::customers, lists::equipment_of, lists::save_customer, lists::save_equipment, lists::save_job,
        lists::kinds, lists::catalogue, documents::new_document, documents::document, documents::draft_save,
        documents::discard, documents::leave_draft, documents::preview, photos::add_photo, photos::photo_inbox,
        photos::take_from_inbox, documents::freeze, documents::take_back, documents::cancel, hand_over::hand_over,
        hand_over::not_signed, hand_over::close, detail::detail, detail::bring, detail::verify, detail::convert,
        export::open_sealed, export::print_sealed, export::save_sealed, export::save_receipt, export::export_root,
        export::root_certificate, office::register, office::register_count, office::dashboard, office::save_view,
        office::delete_view, office::assign_job, office::void_document, office::clear_acceptance, office::hold,
        office::decisions, office::decide, office::retention, office::erase_documents,
        office::export_register, office::stop_export, office::import_waiting, office::sync_view,
        central::central, central::connect, central::sync_now, central::see_alarm,
        central::save_unsent, admin::staff, admin::save_staff, admin::make_code, admin::reset_staff_pin,
        admin::revoke_device, admin::approve_journal, admin::set_aside, admin::answer_set_aside,
        admin::mail_settings, admin::save_mail_settings, admin::test_mail, admin::copies, admin::bring_parcel;
    Customer:
        hand_over::hand_over_view, hand_over::hand_over_language, hand_over::hand_over_seen,
        hand_over::hand_over_remark, hand_over::hand_over_ink, hand_over::sign, hand_over::decline,
        hand_over::take_tablet_back;
}
