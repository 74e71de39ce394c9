-- What happened. Headers are signed and never change; bodies stand apart so that they can be erased under a
-- retention rule without touching a proof. Hybrid clock stamps are 8 bytes, most significant first: they sort.

CREATE TABLE journal (
  device TEXT PRIMARY KEY NOT NULL,
  own INTEGER NOT NULL DEFAULT 0 CHECK (own IN (0, 1)),
  acked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
  device TEXT NOT NULL REFERENCES journal (device),
  n INTEGER NOT NULL CHECK (n > 0),
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
  prev BLOB NOT NULL CHECK (length(prev) = 32),
  hlc BLOB NOT NULL CHECK (length(hlc) = 8),
  doc BLOB CHECK (doc IS NULL OR length(doc) = 16),
  kind TEXT NOT NULL DEFAULT '',
  header BLOB NOT NULL CHECK (length(header) <= 2048),
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  PRIMARY KEY (device, n)
) STRICT;

CREATE INDEX entry_in_order ON entry (hlc, device, n);
CREATE INDEX entry_of_document ON entry (doc, hlc, device, n) WHERE doc IS NOT NULL;

CREATE TABLE body (
  entry BLOB PRIMARY KEY NOT NULL REFERENCES entry (id),
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  body BLOB NOT NULL CHECK (length(body) <= 65536)
) STRICT;

-- A row here, in the same transaction, is what a retention rule needs to erase a body.
CREATE TABLE erasing (
  entry BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'a journal entry is never changed'); END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'a journal entry is never deleted'); END;

-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER entry_is_never_replaced BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE (device = NEW.device AND n = NEW.n) OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a journal entry is never replaced'); END;

CREATE TRIGGER body_is_never_changed BEFORE UPDATE ON body
BEGIN SELECT RAISE(ABORT, 'the body of a journal entry is never changed'); END;

CREATE TRIGGER body_is_only_erased_by_rule BEFORE DELETE ON body
WHEN NOT EXISTS (SELECT 1 FROM erasing WHERE erasing.entry = OLD.entry)
BEGIN SELECT RAISE(ABORT, 'the body of a journal entry is only erased under a retention rule'); END;

CREATE TRIGGER body_is_never_replaced BEFORE INSERT ON body
WHEN EXISTS (SELECT 1 FROM body WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the body of a journal entry is never replaced'); END;

-- The gapless series: the position the next document gets.
CREATE TABLE series (
  prefix TEXT NOT NULL,
  year INTEGER NOT NULL,
  device TEXT NOT NULL,
  next INTEGER NOT NULL DEFAULT 1 CHECK (next > 0),
  PRIMARY KEY (prefix, year, device)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER series_never_goes_back BEFORE UPDATE ON series WHEN NEW.next < OLD.next
BEGIN SELECT RAISE(ABORT, 'a document number is never taken twice'); END;

CREATE TRIGGER series_is_never_deleted BEFORE DELETE ON series
BEGIN SELECT RAISE(ABORT, 'a series is never deleted'); END;
