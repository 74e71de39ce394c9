-- What this tablet knows of the office's server: how far each side has the other's entries, files and proofs.
-- None of it decides what is to be sent: that is every own entry beyond `journal.acked` (there is no outbox).

-- The server this tablet belongs to: one row, or none. `etag` names the manifest last read, `feed` is how far an
-- office has read the log (every entry below it), `stamp` the highest credible hybrid clock among entries that came from elsewhere.
CREATE TABLE peer (
  one INTEGER PRIMARY KEY NOT NULL DEFAULT 1 CHECK (one = 1),
  server_id TEXT NOT NULL,
  log_epoch TEXT NOT NULL DEFAULT '',
  role TEXT NOT NULL DEFAULT '',
  person BLOB CHECK (person IS NULL OR length(person) = 16),
  etag TEXT NOT NULL DEFAULT '',
  feed INTEGER NOT NULL DEFAULT 0,
  register_newest INTEGER,
  register_oldest INTEGER,
  tree_size INTEGER NOT NULL DEFAULT 0,
  note BLOB NOT NULL DEFAULT x'',
  stamp BLOB NOT NULL DEFAULT x'0000000000000000' CHECK (length(stamp) = 8),
  offset_ms INTEGER NOT NULL DEFAULT 0,
  contact_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What is in reach of a technician, and how far each thing has been read: every entry below `next`.
CREATE TABLE subject (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  head INTEGER NOT NULL DEFAULT 0,
  next INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What the server says of an entry. `bytes` is the envelope as it stands in the register's tree.
CREATE TABLE envelope (
  entry BLOB PRIMARY KEY NOT NULL CHECK (length(entry) = 32),
  subject BLOB CHECK (subject IS NULL OR length(subject) = 16),
  seq INTEGER NOT NULL CHECK (seq >= 0),
  bytes BLOB NOT NULL,
  proven INTEGER NOT NULL DEFAULT 0 CHECK (proven IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX envelope_of_subject ON envelope (subject) WHERE subject IS NOT NULL;
CREATE INDEX envelope_unproven ON envelope (seq) WHERE proven = 0;

-- A journal that the server refuses, and one that goes on under another name: its entries beyond `ends` were written
-- again into `heir`.
ALTER TABLE journal ADD COLUMN refused TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN refused_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN ends INTEGER;
ALTER TABLE journal ADD COLUMN heir TEXT;

-- Which files an entry speaks of. Made from the journal like every projection.
CREATE TABLE mention (
  entry BLOB NOT NULL,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  doc BLOB,
  sort TEXT NOT NULL,
  media_type TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (entry, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_of_file ON mention (sha256);

-- Files the server has, or does not want.
CREATE TABLE uploaded (
  sha256 BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32),
  refused TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Files on their way here, in the pieces they will have.
CREATE TABLE incoming (
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  position INTEGER NOT NULL CHECK (position >= 0),
  bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 262144),
  PRIMARY KEY (sha256, position)
) STRICT;

-- The proof that an entry is in the register, under one epoch of its log. Kept for good.
CREATE TABLE receipt (
  entry BLOB NOT NULL CHECK (length(entry) = 32),
  log_epoch TEXT NOT NULL,
  file BLOB NOT NULL,
  PRIMARY KEY (entry, log_epoch)
) STRICT, WITHOUT ROWID;

-- What a person must be told: a register that contradicts itself, a journal that is refused.
CREATE TABLE alarm (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  sort TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '{}',
  seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1))
) STRICT;
CREATE TRIGGER alarm_is_never_deleted BEFORE DELETE ON alarm
BEGIN SELECT RAISE(ABORT, 'an alarm is never deleted'); END;

-- An entry written again stands whole in a body, so bodies may be larger than they were.
CREATE TABLE wide_body (
  entry BLOB PRIMARY KEY NOT NULL REFERENCES entry (id),
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  body BLOB NOT NULL CHECK (length(body) <= 131072)
) STRICT;
INSERT INTO wide_body (entry, salt, body) SELECT entry, salt, body FROM body;
DROP TABLE body;
ALTER TABLE wide_body RENAME TO body;

-- A row here, in the same transaction, lets an entry go: either its subject went out of reach and somebody else wrote
-- it, or it is own and stands, byte for byte, in the entry `heir` of the journal that continues.
CREATE TABLE leaving (
  entry BLOB PRIMARY KEY NOT NULL,
  heir BLOB
) STRICT, WITHOUT ROWID;
CREATE TRIGGER own_entries_leave_only_into_their_heir BEFORE INSERT ON leaving
WHEN EXISTS (SELECT 1 FROM entry JOIN journal USING (device) WHERE entry.id = NEW.entry AND own = 1)
  AND NOT EXISTS (SELECT 1 FROM entry JOIN body ON body.entry = entry.id
                  WHERE entry.id = NEW.heir AND entry.kind = 'recovered')
BEGIN SELECT RAISE(ABORT, 'an own journal entry is never let go'); END;

DROP TRIGGER entry_is_never_deleted;
CREATE TRIGGER entry_is_only_let_go_by_rule BEFORE DELETE ON entry
WHEN NOT EXISTS (SELECT 1 FROM leaving WHERE leaving.entry = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a journal entry is never deleted'); END;

CREATE TRIGGER body_is_never_changed BEFORE UPDATE ON body
BEGIN SELECT RAISE(ABORT, 'the body of a journal entry is never changed'); END;
CREATE TRIGGER body_is_only_erased_by_rule BEFORE DELETE ON body
WHEN NOT EXISTS (SELECT 1 FROM erasing WHERE erasing.entry = OLD.entry)
  AND NOT EXISTS (SELECT 1 FROM leaving WHERE leaving.entry = OLD.entry)
BEGIN SELECT RAISE(ABORT, 'the body of a journal entry is only erased under a retention rule'); END;
CREATE TRIGGER body_is_never_replaced BEFORE INSERT ON body
WHEN EXISTS (SELECT 1 FROM body WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the body of a journal entry is never replaced'); END;

-- The same for a file that others signed, when no entry written here speaks of it.
CREATE TABLE leaving_file (
  sha256 BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER own_files_never_leave BEFORE INSERT ON leaving_file
WHEN EXISTS (SELECT 1 FROM mention JOIN entry ON entry.id = mention.entry JOIN journal USING (device)
             WHERE mention.sha256 = NEW.sha256 AND own = 1)
BEGIN SELECT RAISE(ABORT, 'a file that was signed here is never let go'); END;
DROP TRIGGER blob_is_never_deleted;
CREATE TRIGGER blob_is_only_let_go_by_rule BEFORE DELETE ON blob
WHEN OLD.sort <> 'picture' AND NOT EXISTS (SELECT 1 FROM leaving_file WHERE sha256 = OLD.sha256)
BEGIN SELECT RAISE(ABORT, 'a frozen or sealed file is never deleted'); END;

-- New projections: the journal is folded into them when the database is next opened.
PRAGMA user_version = 1;
