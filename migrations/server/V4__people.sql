-- Getting in, and what the server has to tell or to do.

CREATE TABLE code (
  hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  person BLOB NOT NULL REFERENCES person (id),
  made_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER,
  device TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  token BLOB PRIMARY KEY NOT NULL CHECK (length(token) = 32),
  device TEXT NOT NULL REFERENCES device (id),
  expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Said to a device at its next hello, until it says that it has heard.
CREATE TABLE notice (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  device TEXT NOT NULL REFERENCES device (id),
  notice TEXT NOT NULL,
  made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  name TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Outgoing effects: the key is the event that causes it, so that none is made twice.
CREATE TABLE effect (
  kind TEXT NOT NULL,
  cause BLOB NOT NULL CHECK (length(cause) = 32),
  document BLOB NOT NULL,
  state TEXT NOT NULL,
  recipient TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_ms INTEGER NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  made_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (kind, cause)
) STRICT, WITHOUT ROWID;

CREATE INDEX effect_to_do ON effect (next_ms) WHERE state = 'queued';
