//! Replays the invented firm's weeks: every row comes from the same use cases a person would go through.

use super::{
    ink,
    source::{CustomerSource, DocumentSource, EquipmentSource, JobSource, LineSource, SignerSource, Source},
};
use crate::{
    app::App,
    error::{AppError, Lack, Result},
    view::{
        document::{DocumentView, DraftSave, FreezeAnswer, NewDocument},
        hand_over::{CloseRequest, HandOverRequest, NotSignedRequest, SignRequest},
        start::{AppStatus, FirstRun, KeyStoreKind},
    },
};
use fieldseal_domain::{
    Language,
    acceptance::{Method, NoSignatureReason, Signer},
    content::{Accessory, Answer, ChecklistRow, Content, Line, Presence, SignerPlan},
    ink::PointerKind,
    money::{Minor, VatRate},
    party::{Branch, Customer, Equipment, Firm, Job},
    role::Role,
};
use jiff::ToSpan as _;
use std::collections::BTreeMap;
use uuid::Uuid;

/// PIN of everybody in the demo firm.
pub const DEMO_PIN: &str = "2580";

/// What a replay made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Recovery code of the demo tablet.
    pub recovery_code: String,
    /// Documents by the number they got or, for drafts, their id.
    pub documents: Vec<Uuid>,
}

struct World<'a> {
    source: &'a Source,
    customers: BTreeMap<String, Customer>,
    equipment: BTreeMap<String, Uuid>,
    people: BTreeMap<String, Uuid>,
}

impl App {
    /// Sets up the demo firm on an empty folder and replays its documents. `progress` hears of every job.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`] on a folder that is set up; else what a use case says.
    pub fn load_demo(
        &self,
        key_store: KeyStoreKind,
        passphrase: &str,
        progress: &dyn Fn(&str),
    ) -> Result<Replayed> {
        let source = Source::read()?;
        let first = source.users.first().ok_or(AppError::NotFound("person"))?;
        let done = self.first_run(&FirstRun {
            firm: firm(&source),
            person: first.name.clone(),
            language: Language::Ro,
            pin: DEMO_PIN.to_owned(),
            key_store,
            passphrase: passphrase.to_owned(),
        })?;
        self.type_back(&done)?;
        self.at_work(|desk, _| {
            desk.save_setting("demo", &true)?;
            desk.save_setting("catalogue", &source.catalogue())
        })?;
        let mut world = World {
            source: &source,
            customers: BTreeMap::new(),
            equipment: BTreeMap::new(),
            people: BTreeMap::new(),
        };
        self.meet_people(&mut world)?;
        self.meet_customers(&mut world)?;
        let mut replayed = Replayed { recovery_code: done.recovery_code, documents: Vec::new() };
        for (index, job) in source.jobs.iter().enumerate() {
            progress(&job.id);
            self.replay_job(&world, job, index, &mut replayed)?;
        }
        self.sign_out()?;
        Ok(replayed)
    }

    /// The technicians, and who works in the office: on a tablet without a server the demo gives them their roles.
    fn meet_people(&self, world: &mut World<'_>) -> Result<()> {
        let AppStatus { person, .. } = self.status()?;
        let first = person.ok_or(AppError::NotAllowed)?;
        for user in world.source.users.iter().filter(|user| user.role == "technician") {
            let id = if user.name == first.name {
                first.id
            } else {
                self.add_person(&user.name, language_of(world.source, &user.id), DEMO_PIN)?.id
            };
            world.people.insert(user.id.clone(), id);
        }
        for user in &world.source.users {
            let Some(role) = office_role(&user.role) else { continue };
            let card = self.add_person(&user.name, language_of(world.source, &user.id), DEMO_PIN)?;
            self.at_work(|desk, _| desk.give_role(card.id, role))?;
        }
        Ok(())
    }

    fn meet_customers(&self, world: &mut World<'_>) -> Result<()> {
        for source in &world.source.customers {
            let customer = self.save_customer(&customer(source))?;
            world.customers.insert(source.id.clone(), customer);
        }
        for source in &world.source.equipment {
            let owner = world.customers.get(&source.customer).ok_or(AppError::NotFound("customer"))?.id;
            world.equipment.insert(source.id.clone(), self.save_equipment(&equipment(source, owner))?.id);
        }
        Ok(())
    }

    fn replay_job(
        &self,
        world: &World<'_>,
        source: &JobSource,
        index: usize,
        replayed: &mut Replayed,
    ) -> Result<()> {
        let technician = *world.people.get(&source.technician).ok_or(AppError::NotFound("person"))?;
        self.sign_in(technician, DEMO_PIN)?;
        let ours: Vec<&DocumentSource> =
            source.documents.iter().filter(|document| is_ours(&document.kind)).collect();
        let job = self.save_job(&world.job(source, technician, ours.is_empty().then_some(index), self)?)?;
        let mut intake = None;
        for document in ours {
            let start = match (document.kind.as_str(), intake) {
                ("return_protocol", Some(intake)) => NewDocument::Document { document: intake },
                _ => NewDocument::Job { job: job.id },
            };
            let id = self.replay_document(source, document, &start)?;
            if document.kind == "intake_protocol" {
                intake = Some(id);
            }
            replayed.documents.push(id);
        }
        Ok(())
    }

    fn replay_document(&self, job: &JobSource, source: &DocumentSource, start: &NewDocument) -> Result<Uuid> {
        let view = self.new_document(&source.kind, start)?;
        let id = view.id;
        let content = fill_in(self, job, source, view.content.clone())?;
        self.draft_save(&DraftSave {
            document: id,
            version: view.version,
            content,
            secrets: BTreeMap::new(),
        })?;
        for number in 0..source.photos.min(2) + usize::from(source.kind == "intake_protocol") {
            self.add_photo(id, &format!("{} {}.jpg", job.id, number + 1), &picture(number)?, "")?;
        }
        self.leave_draft(id)?;
        if source.status == "draft" {
            return Ok(id);
        }
        match self.freeze(id)? {
            FreezeAnswer::Frozen { .. } => {}
            FreezeAnswer::Problems { problems, missing_glyphs } => {
                tracing::warn!(job = %job.id, ?problems, ?missing_glyphs, "a demo document is not whole");
                return Ok(id);
            }
        }
        self.replay_signatures(id, source)?;
        Ok(id)
    }

    fn replay_signatures(&self, id: Uuid, source: &DocumentSource) -> Result<()> {
        match source.status.as_str() {
            "cancelled" => return self.cancel(id, "Duplicate"),
            "ready" | "sent" | "seen" => return Ok(()),
            _ => {}
        }
        let view = self.document(id)?;
        for slot in view.slots.iter().filter(|slot| !slot.closes) {
            let signer = source.signers.iter().find(|signer| signer.slot == slot.slot);
            self.replay_slot(&view, &slot.slot, signer)?;
        }
        if source.status != "partially_signed" {
            let name = self.status()?.person.map(|person| person.name).unwrap_or_default();
            let request = CloseRequest {
                document: id,
                pin: DEMO_PIN.to_owned(),
                ink: Some(ink::of(&name)),
                pointer: Some(PointerKind::Pen),
                small_confirmed: false,
                keep: true,
            };
            self.close(&request)?;
        }
        Ok(())
    }

    fn replay_slot(&self, view: &DocumentView, slot: &str, source: Option<&SignerSource>) -> Result<()> {
        let Some(source) = source else { return Ok(()) };
        let note = source.reason.clone();
        let empty = |reason| NotSignedRequest {
            document: view.id,
            slot: slot.to_owned(),
            reason,
            note: note.clone(),
        };
        let language = view.content.language;
        let signer = Signer {
            name: source.name.clone(),
            role: source.role.clone(),
            on_behalf_of: source.on_behalf_of.clone(),
        };
        let request =
            HandOverRequest { document: view.id, slot: slot.to_owned(), signer: signer.clone(), language };
        match source.state.as_str() {
            "signed" => {
                let seen: Vec<u32> = (1..=self.hand_over(&request)?.pages).collect();
                self.hand_over_seen(&seen, false)?;
                self.sign(&SignRequest {
                    ink: Some(ink::of(&signer.name)),
                    signer,
                    method: Method::Drawn,
                    pointer: Some(PointerKind::Touch),
                    consent_given: true,
                    small_confirmed: false,
                })?;
                self.take_back_demo()
            }
            "declined" => {
                self.hand_over(&request)?;
                self.decline(NoSignatureReason::Price, &source.reason)?;
                self.take_back_demo()
            }
            "refused" => self.not_signed(&empty(NoSignatureReason::NoAuthority)).map(drop),
            "absent" => self.not_signed(&empty(NoSignatureReason::Absent)).map(drop),
            _ => Ok(()),
        }
    }

    fn take_back_demo(&self) -> Result<()> {
        let people = self.status()?.people;
        let person = people.first().ok_or(AppError::NotAllowed)?;
        self.take_tablet_back(person.id, DEMO_PIN).map(drop)
    }
}

/// Kinds that this program can make so far.
fn is_ours(kind: &str) -> bool {
    matches!(kind, "service_sheet" | "intake_protocol" | "return_protocol")
}

pub(super) fn firm(source: &Source) -> Firm {
    let branches = source.company.branches.iter().map(|branch| Branch {
        country: branch.cc.clone(),
        legal_name: branch.legal_name.clone(),
        tax_id: branch.tax_id.clone(),
        email: branch.email.clone(),
        ..Branch::default()
    });
    Firm {
        name: source.company.name.clone(),
        color: "#14604f".to_owned(),
        logo: None,
        branches: branches.collect(),
    }
}

/// A technician speaks the language of the customers.
fn language_of(source: &Source, technician: &str) -> Language {
    let job = source.jobs.iter().find(|job| job.technician == technician);
    let customer = job.and_then(|job| source.customers.iter().find(|customer| customer.id == job.customer));
    customer.map_or(Language::En, |customer| customer.lang)
}

fn customer(source: &CustomerSource) -> Customer {
    Customer {
        id: Uuid::nil(),
        kind: source.kind,
        name: source.name.clone(),
        language: source.lang,
        country: source.country.clone(),
        street: source.street.clone(),
        zip: source.zip.clone(),
        city: source.city.clone(),
        email: source.email.clone(),
        phone: source.phone.clone(),
        currency: source.currency.clone(),
        tax_id: String::new(),
        contact: source.contact.clone(),
        contact_role: source.contact_role.clone(),
    }
}

fn equipment(source: &EquipmentSource, customer: Uuid) -> Equipment {
    Equipment {
        id: Uuid::nil(),
        customer,
        kind: source.kind.clone(),
        make: source.make.clone(),
        model: source.model.clone(),
        serial: source.serial.clone(),
        serial_reason: String::new(),
        installed: source.installed.clone().unwrap_or_default(),
        warranty_until: source.warranty_until.clone().unwrap_or_default(),
        location: source.location.clone(),
        accessories: source.usual_accessories.clone(),
    }
}

impl World<'_> {
    /// The job; one without documents of ours is moved to today or tomorrow, so that there is work to do.
    fn job(&self, source: &JobSource, technician: Uuid, open: Option<usize>, app: &App) -> Result<Job> {
        let customer = self.customers.get(&source.customer).ok_or(AppError::NotFound("customer"))?;
        let (start, end) = match open {
            Some(index) => {
                let today = app.parts.clock.now().date();
                let day = today.checked_add(i64::try_from(index % 2).unwrap_or(0).days()).unwrap_or(today);
                let at = |time: &str| format!("{day}T{}", time.get(11..16).unwrap_or("09:00"));
                (at(&source.start), String::new())
            }
            None => (source.start.clone(), source.end.clone()),
        };
        Ok(Job {
            id: Uuid::nil(),
            code: source.id.clone(),
            customer: customer.id,
            equipment: source.equipment.as_ref().and_then(|id| self.equipment.get(id)).copied(),
            technician: Some(technician),
            work: source.work.clone(),
            start,
            end,
            zone: source.tz.clone(),
            fault: source.fault.clone(),
            site: String::new(),
            findings: source.findings.clone(),
            work_done: source.work_done.clone(),
            recommendations: source.recommendations.clone(),
            lines: Vec::new(),
        })
    }
}

fn fill_in(app: &App, job: &JobSource, source: &DocumentSource, mut content: Content) -> Result<Content> {
    let language = content.language;
    let catalogue = app.catalogue(language)?;
    if !source.lines.is_empty() {
        content.lines =
            source.lines.iter().map(|line| priced_line(line, &catalogue)).collect::<Result<_>>()?;
    }
    let done = content.lines.iter().map(|line| line.description.clone()).collect::<Vec<_>>().join(", ");
    let done = if job.work_done.is_empty() { done } else { job.work_done.clone() };
    let mut set = |key: &str, value: String| {
        content.fields.insert(key.to_owned(), value);
    };
    match source.kind.as_str() {
        "service_sheet" => {
            set("work_done", if done.is_empty() { job.fault.clone() } else { done });
            set("completion", "full".to_owned());
        }
        "intake_protocol" => {
            set("condition", source.condition.join(", "));
            set("warranty_claim", if source.warranty_claim { "yes" } else { "no" }.to_owned());
            let consent =
                if source.data_consent == "backup_declined" { "backup_declined" } else { "backup_made" };
            set("data_consent", consent.to_owned());
            set("cost_agreement", "quote_first".to_owned());
            set("agreed_due", source.agreed_due.clone());
            set("pickup_terms", "keep_45_days".to_owned());
            content.accessories = accessories(&source.accessories, Presence::Present);
        }
        _ => {
            set("result", "repaired".to_owned());
            set("work_done", if done.is_empty() { job.fault.clone() } else { done });
            set("tests_shown", job.fault.clone());
            set("condition", "—".to_owned());
            set("parts_returned", "no".to_owned());
            set("warranty_until", "2027-03-09".to_owned());
            let told = !source.returned_accessories.is_empty() || !source.missing_accessories.is_empty();
            let intake = job.documents.iter().find(|document| document.kind == "intake_protocol");
            let returned = if told {
                Some(&source.returned_accessories)
            } else {
                intake.map(|intake| &intake.accessories)
            };
            content.accessories =
                returned.map(|names| accessories(names, Presence::Present)).unwrap_or_default();
            content.accessories.extend(accessories(&source.missing_accessories, Presence::Missing));
        }
    }
    content.checklist = (1..=source.checklist_items)
        .map(|row| ChecklistRow {
            text: format!("DE2-{row:03}"),
            answer: Some(Answer::Ok),
            note: String::new(),
        })
        .collect();
    plan_signers(source, &mut content);
    Ok(content)
}

fn plan_signers(source: &DocumentSource, content: &mut Content) {
    for signer in source.signers.iter().filter(|signer| signer.slot != "technician") {
        let plan = SignerPlan {
            slot: signer.slot.clone(),
            name: signer.name.clone(),
            role: signer.role.clone(),
            on_behalf_of: signer.on_behalf_of.clone(),
        };
        match content.signers.iter_mut().find(|planned| planned.slot == plan.slot) {
            Some(planned) => *planned = plan,
            None => content.signers.insert(content.signers.len().saturating_sub(1), plan),
        }
    }
}

fn priced_line(source: &LineSource, catalogue: &[crate::view::document::CatalogueItem]) -> Result<Line> {
    let item =
        catalogue.iter().find(|item| item.code == source.code).ok_or(AppError::NotFound("catalogue item"))?;
    Ok(Line {
        line_type: item.line_type,
        code: source.code.clone(),
        description: item.name.clone(),
        quantity: source.qty.parse().map_err(|_| AppError::Missing(Lack::Quantity))?,
        unit: item.unit.clone(),
        unit_price: Some(Minor(source.unit_price_minor)),
        vat_bp: VatRate(source.vat_bp),
        vat_note: source.note.clone(),
        serial: String::new(),
    })
}

fn accessories(names: &[String], presence: Presence) -> Vec<Accessory> {
    names.iter().map(|name| Accessory { name: name.clone(), presence, note: String::new() }).collect()
}

/// A drawn stand-in for a photo: a machine's front with a damage mark.
fn picture(number: usize) -> Result<Vec<u8>> {
    let (width, height) = (960_u32, 720_u32);
    let shift = u32::try_from(number).unwrap_or(0) * 60;
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        let inside = (120..840).contains(&x) && (90..640).contains(&y);
        let panel = (180..520).contains(&x) && (150..320).contains(&y);
        let scratch = (x + shift).abs_diff(y * 2) < 5 && (300..520).contains(&y);
        let shade = u8::try_from((x * 40 / width) + (y * 30 / height)).unwrap_or(0);
        match (scratch, panel, inside) {
            (true, _, _) => image::Rgb([176, 60, 40]),
            (_, true, _) => image::Rgb([38, 50 + shade / 4, 58]),
            (_, _, true) => image::Rgb([172 + shade / 2, 178 + shade / 2, 182 + shade / 2]),
            (false, false, false) => image::Rgb([96 + shade, 92 + shade, 86 + shade]),
        }
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).map_err(|_| AppError::NotFound("picture"))?;
    Ok(bytes.into_inner())
}

/// Roles of the demo firm's own words; a technician needs none.
fn office_role(word: &str) -> Option<Role> {
    match word {
        "back_office" => Some(Role::Manager),
        "auditor_read_only" => Some(Role::Auditor),
        _ => None,
    }
}
