//! Letting go what is no longer in reach: others' entries about it leave, own ones stay for good.

use crate::{
    column::{Hash, Id},
    error::Result,
    project,
    search::{self, What},
    store::Tx,
};
use fieldseal_domain::Digest;
use uuid::Uuid;

impl Tx<'_> {
    /// A job was given to somebody else, or a document went out of reach: what others wrote about it leaves this
    /// tablet, with the files nobody here speaks of any more. What was written here stays.
    ///
    /// # Errors
    /// What the database says.
    pub fn leave_subject(&self, subject: Uuid) -> Result<()> {
        for entry in self.entries_to_leave(subject)? {
            self.leave_files(entry)?;
            self.let_go(entry, None)?;
        }
        self.conn.prepare_cached("DELETE FROM subject WHERE id = ?1")?.execute([Id(subject)])?;
        self.forget_thing(subject)?;
        self.delete_register_row(subject)?;
        project::refresh(self, &[subject])?;
        // Only own entries about it are left.
        project::entries_about(self, subject)?.iter().try_for_each(|entry| project::apply_thing(self, entry))
    }

    /// Lets go of everything that another journal wrote. What was folded of it stays until it is folded anew.
    pub(crate) fn let_journal_go(&self, device: &str) -> Result<()> {
        let entries: Vec<Hash> = {
            let sql =
                "SELECT e.id FROM entry e JOIN journal j USING (device) WHERE device = ?1 AND j.own = 0";
            let mut statement = self.conn.prepare_cached(sql)?;
            statement.query_map([device], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        entries.into_iter().try_for_each(|entry| self.let_go(entry.0, None))
    }

    fn entries_to_leave(&self, subject: Uuid) -> Result<Vec<Digest>> {
        let sql = "SELECT e.id FROM entry e JOIN journal j USING (device)
                   LEFT JOIN envelope v ON v.entry = e.id
                   WHERE j.own = 0 AND (e.doc = ?1 OR v.subject = ?1)";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([Id(subject)], |row| row.get::<_, Hash>(0))?;
        Ok(rows.map(|row| row.map(|hash| hash.0)).collect::<rusqlite::Result<_>>()?)
    }

    /// Files that only this entry speaks of. A file that was shown to a signer here is spoken of by an own entry.
    fn leave_files(&self, entry: Digest) -> Result<()> {
        let files = "SELECT m.sha256 FROM mention m WHERE m.entry = ?1 AND NOT EXISTS
                       (SELECT 1 FROM mention o WHERE o.sha256 = m.sha256 AND o.entry <> m.entry)";
        for sql in [
            format!("INSERT INTO leaving_file (sha256) {files}"),
            "DELETE FROM incoming WHERE sha256 IN (SELECT sha256 FROM leaving_file)".to_owned(),
            "DELETE FROM uploaded WHERE sha256 IN (SELECT sha256 FROM leaving_file)".to_owned(),
            "DELETE FROM blob WHERE sha256 IN (SELECT sha256 FROM leaving_file)".to_owned(),
            "DELETE FROM leaving_file".to_owned(),
        ] {
            let mut statement = self.conn.prepare_cached(&sql)?;
            if statement.parameter_count() == 0 {
                statement.execute([])?
            } else {
                statement.execute([Hash(entry)])?
            };
        }
        Ok(())
    }

    /// Takes what was folded of a document or thing out of the tables; nil is the firm.
    pub(crate) fn forget_thing(&self, subject: Uuid) -> Result<()> {
        if subject.is_nil() {
            self.conn.execute("DELETE FROM firm", [])?;
        }
        for (table, what) in [
            ("document", What::Document),
            ("customer", What::Customer),
            ("equipment", What::Equipment),
            ("job", What::Job),
        ] {
            let sql = format!("DELETE FROM {table} WHERE id = ?1");
            if self.conn.prepare_cached(&sql)?.execute([Id(subject)])? > 0 {
                search::forget(self, what, subject)?;
            }
        }
        self.conn.prepare_cached("DELETE FROM person WHERE id = ?1")?.execute([Id(subject)])?;
        Ok(())
    }
}
