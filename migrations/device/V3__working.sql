-- Working copies and what only this tablet knows. None of it can be rebuilt from the journal.

CREATE TABLE draft (
  doc BLOB PRIMARY KEY NOT NULL,
  content TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
  saved_at TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Fields that are never printed, attached, sealed or sent (unlock codes).
CREATE TABLE secret (
  doc BLOB NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (doc, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE ink_draft (
  doc BLOB NOT NULL,
  slot TEXT NOT NULL,
  method TEXT NOT NULL,
  pointer TEXT,
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (doc, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE ink_stroke (
  doc BLOB NOT NULL,
  slot TEXT NOT NULL,
  position INTEGER NOT NULL,
  points TEXT NOT NULL,
  PRIMARY KEY (doc, slot, position),
  FOREIGN KEY (doc, slot) REFERENCES ink_draft (doc, slot) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The tablet is with a customer: one row, or none.
CREATE TABLE hand_over (
  one INTEGER PRIMARY KEY NOT NULL DEFAULT 1 CHECK (one = 1),
  doc BLOB NOT NULL,
  slot TEXT NOT NULL,
  language TEXT NOT NULL,
  given_by BLOB NOT NULL,
  started TEXT NOT NULL DEFAULT '',
  pages_seen TEXT NOT NULL DEFAULT '[]',
  as_text INTEGER NOT NULL DEFAULT 0 CHECK (as_text IN (0, 1)),
  name TEXT NOT NULL DEFAULT '',
  role TEXT NOT NULL DEFAULT '',
  on_behalf_of TEXT NOT NULL DEFAULT '',
  remark TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE pin (
  person BLOB PRIMARY KEY NOT NULL,
  hash TEXT NOT NULL,
  wrong_tries INTEGER NOT NULL DEFAULT 0,
  delay_ms INTEGER NOT NULL DEFAULT 0,
  boot TEXT NOT NULL DEFAULT '',
  mono_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A technician's own drawing, kept for closing files by PIN.
CREATE TABLE own_ink (
  person BLOB PRIMARY KEY NOT NULL,
  ink TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
