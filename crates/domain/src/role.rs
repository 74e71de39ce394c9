//! What a person of the firm may do once there is a central server. Without one, everybody on the tablet is a technician.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Role of a person in the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Role {
    /// Fills in and signs on the tablet; sees the own jobs and what belongs to them.
    #[default]
    Technician,
    /// Works in the register: verifies, exports, assigns, clears acceptances, resolves conflicts, answers quarantine.
    Office,
    /// As office; also voids, sets legal holds and erases under retention rules.
    Manager,
    /// Sees, verifies and exports everything, changes nothing.
    Auditor,
    /// As manager; also people, codes, devices and settings.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Technician, Self::Office, Self::Manager, Self::Auditor, Self::Admin];

    /// Whether the whole register is open to it.
    pub fn sees_register(self) -> bool {
        match self {
            Self::Office | Self::Manager | Self::Auditor | Self::Admin => true,
            Self::Technician => false,
        }
    }

    /// Whether it may write into the register: assign, clear, resolve, answer quarantine.
    pub fn works_register(self) -> bool {
        match self {
            Self::Office | Self::Manager | Self::Admin => true,
            Self::Technician | Self::Auditor => false,
        }
    }

    /// Whether it may void, set holds and erase.
    pub fn decides(self) -> bool {
        match self {
            Self::Manager | Self::Admin => true,
            Self::Technician | Self::Office | Self::Auditor => false,
        }
    }

    /// Whether people, codes, devices and settings are its business.
    pub fn administers(self) -> bool {
        match self {
            Self::Admin => true,
            Self::Technician | Self::Office | Self::Manager | Self::Auditor => false,
        }
    }

    /// The role of a name on the wire.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Technician => "technician",
            Self::Office => "office",
            Self::Manager => "manager",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
