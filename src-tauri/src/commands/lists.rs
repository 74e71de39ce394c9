//! Jobs, customers, equipment, kinds.

use super::{Answer, ask};
use fieldseal_app::view::{
    document::CatalogueItem,
    lists::{Found, JobDetail, JobList, JobView},
};
use fieldseal_domain::{
    Language,
    kind::Kind,
    party::{Customer, Equipment, Job},
};
use tauri::{AppHandle, Runtime};
use uuid::Uuid;

/// A list of jobs.
#[tauri::command]
pub async fn jobs<R: Runtime>(handle: AppHandle<R>, view: JobView) -> Answer<JobList> {
    ask(handle, move |app| app.jobs(view)).await
}

/// One job.
#[tauri::command]
pub async fn job<R: Runtime>(handle: AppHandle<R>, id: Uuid) -> Answer<JobDetail> {
    ask(handle, move |app| app.job(id)).await
}

/// Everything that fits the words.
#[tauri::command]
pub async fn search<R: Runtime>(handle: AppHandle<R>, text: String) -> Answer<Found> {
    ask(handle, move |app| app.search(&text)).await
}

/// Customers that fit the words.
#[tauri::command]
pub async fn customers<R: Runtime>(handle: AppHandle<R>, text: String) -> Answer<Vec<Customer>> {
    ask(handle, move |app| app.customers(&text)).await
}

/// Equipment of a customer.
#[tauri::command]
pub async fn equipment_of<R: Runtime>(handle: AppHandle<R>, customer: Uuid) -> Answer<Vec<Equipment>> {
    ask(handle, move |app| app.equipment_of(customer)).await
}

/// Adds or changes a customer.
#[tauri::command]
pub async fn save_customer<R: Runtime>(handle: AppHandle<R>, customer: Customer) -> Answer<Customer> {
    ask(handle, move |app| app.save_customer(&customer)).await
}

/// Adds or changes equipment.
#[tauri::command]
pub async fn save_equipment<R: Runtime>(handle: AppHandle<R>, equipment: Equipment) -> Answer<Equipment> {
    ask(handle, move |app| app.save_equipment(&equipment)).await
}

/// Adds or changes a job.
#[tauri::command]
pub async fn save_job<R: Runtime>(handle: AppHandle<R>, job: Job) -> Answer<Job> {
    ask(handle, move |app| app.save_job(&job)).await
}

/// The kinds of document.
#[tauri::command]
pub async fn kinds<R: Runtime>(handle: AppHandle<R>) -> Answer<Vec<Kind>> {
    ask(handle, |app| app.kinds()).await
}

/// The firm's catalogue.
#[tauri::command]
pub async fn catalogue<R: Runtime>(handle: AppHandle<R>, language: Language) -> Answer<Vec<CatalogueItem>> {
    ask(handle, move |app| app.catalogue(language)).await
}
