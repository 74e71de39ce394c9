//! Conversions that carry lines, attachments and origin: job to document, intake to return.

use crate::{
    content::{Accessory, Before, Content, LineType, Origin, Presence, SignerPlan, TimeType, WorkTime},
    hash::ContentHash,
    kind::{Kind, Rule},
    party::{Customer, Equipment, Firm, Job},
};
use uuid::Uuid;

/// What a document is begun from.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// Kind of the new document.
    pub kind: &'a Kind,
    /// The firm.
    pub firm: &'a Firm,
    /// The customer.
    pub customer: &'a Customer,
    /// Equipment concerned, if known.
    pub equipment: Option<&'a Equipment>,
    /// Name of the technician.
    pub technician: &'a str,
}

/// A new document without a job.
pub fn blank(start: Start<'_>) -> Content {
    let customer = start.customer.clone();
    Content {
        kind: start.kind.id.clone(),
        language: customer.language,
        supplier: start.firm.branch(&customer.country).cloned().unwrap_or_default(),
        technician: start.technician.to_owned(),
        equipment: start.equipment.cloned().into_iter().collect(),
        currency: customer.currency.clone(),
        show_prices: true,
        signers: signers(start.kind, &customer, start.technician),
        accessories: usual_accessories(start),
        customer,
        ..Content::default()
    }
}

/// A document for a job: fault, notes, times and lines come along.
pub fn from_job(start: Start<'_>, job: &Job) -> Content {
    let mut content = blank(start);
    content.origin = Some(Origin::Job { job: job.id, code: job.code.clone() });
    content.site.clone_from(&job.site);
    content.lines.clone_from(&job.lines);
    let notes = [
        ("fault", &job.fault),
        ("findings", &job.findings),
        ("work_done", &job.work_done),
        ("recommendations", &job.recommendations),
    ];
    for (key, value) in notes {
        if !value.is_empty() && start.kind.fields().any(|field| field.key == key) {
            content.fields.insert(key.to_owned(), value.clone());
        }
    }
    if !job.start.is_empty() && !job.end.is_empty() {
        content.times.push(WorkTime {
            time_type: TimeType::Work,
            start: job.start.clone(),
            end: job.end.clone(),
            zone: job.zone.clone(),
        });
    }
    content
}

/// A return from a signed intake: equipment, accessories to be answered, lines, photos and origin come along.
pub fn from_document(start: Start<'_>, origin: (Uuid, &str, ContentHash), intake: &Content) -> Content {
    let (document, number, content_hash) = origin;
    let mut content = blank(start);
    content.origin = Some(Origin::Document { document, number: number.to_owned(), content: content_hash });
    content.language = intake.language;
    content.site.clone_from(&intake.site);
    content.equipment.clone_from(&intake.equipment);
    content.lines = intake.lines.iter().filter(|line| line.line_type != LineType::Text).cloned().collect();
    content.photos.clone_from(&intake.photos);
    content.signers.retain(|signer| signer.slot != "customer");
    content.signers.extend(intake.signers.iter().filter(|signer| signer.slot == "customer").cloned());
    order_signers(start.kind, &mut content);
    if start.kind.rules.contains(&Rule::AccessoriesCompared) {
        content.accessories = Vec::new();
        content.before = Some(Before {
            condition: intake.field("condition").to_owned(),
            accessories: intake.accessories.clone(),
        });
    } else {
        content.accessories.clone_from(&intake.accessories);
    }
    content
}

/// Puts the signers into the order of the kind's slots.
pub fn order_signers(kind: &Kind, content: &mut Content) {
    let place =
        |signer: &SignerPlan| kind.slots.iter().position(|slot| slot.id == signer.slot).unwrap_or(usize::MAX);
    content.signers.sort_by_key(place);
}

fn signers(kind: &Kind, customer: &Customer, technician: &str) -> Vec<SignerPlan> {
    let plan = |slot: &crate::kind::Slot| {
        let (name, role) = if slot.ours {
            (technician, "")
        } else if customer.contact.is_empty() {
            (customer.name.as_str(), "")
        } else {
            (customer.contact.as_str(), customer.contact_role.as_str())
        };
        let on_behalf_of =
            if slot.ours || customer.contact.is_empty() { String::new() } else { customer.name.clone() };
        SignerPlan { slot: slot.id.clone(), name: name.to_owned(), role: role.to_owned(), on_behalf_of }
    };
    kind.slots.iter().filter(|slot| slot.required).map(plan).collect()
}

fn usual_accessories(start: Start<'_>) -> Vec<Accessory> {
    if !start.kind.rules.contains(&Rule::AccessoriesOrNone) {
        return Vec::new();
    }
    let names = start.equipment.map_or(&[] as &[String], |equipment| &equipment.accessories);
    names
        .iter()
        .map(|name| Accessory { name: name.clone(), presence: Presence::Present, note: String::new() })
        .collect()
}
