//! Settings of this tablet: JSON values by key.

use crate::{
    column::Json,
    error::Result,
    store::{Read, Tx},
};
use rusqlite::{OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};

impl Read<'_> {
    /// A setting; none when it was never set.
    ///
    /// # Errors
    /// What the database says, also when the value is not of this form.
    pub fn setting<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let mut statement = self.conn.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
        let value = statement.query_row([key], |row| row.get::<_, Json<Option<T>>>(0)).optional()?;
        Ok(value.and_then(|json| json.0))
    }
}

impl Tx<'_> {
    /// Sets a setting.
    ///
    /// # Errors
    /// What the database says.
    pub fn put_setting<T: Serialize>(&self, key: &str, value: &T) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)";
        self.conn.prepare_cached(sql)?.execute(params![key, Json(value)])?;
        Ok(())
    }

    /// Forgets a setting.
    ///
    /// # Errors
    /// What the database says.
    pub fn delete_setting(&self, key: &str) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM setting WHERE key = ?1")?.execute([key])?;
        Ok(())
    }
}
