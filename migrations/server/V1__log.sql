-- The log of the organisation: every entry of every journal, in the order the server took them in. The form is plain
-- enough for another database: no AUTOINCREMENT, no JSON functions; search comes in migrations of its own.

-- One row. `size` is the counter: entries in the log, and so the place of the next; raised in the transaction that
-- adds them.
CREATE TABLE server (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  server_id TEXT NOT NULL,
  org TEXT NOT NULL,
  log_epoch TEXT NOT NULL,
  size INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0)
) STRICT;

CREATE TRIGGER log_never_shrinks BEFORE UPDATE ON server WHEN NEW.size < OLD.size
BEGIN SELECT RAISE(ABORT, 'the log never shrinks'); END;

CREATE TABLE person (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  role TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;

-- A journal: a key, and how far its chain is here. `state`: open, unproven (nobody has shown that it belongs to the
-- device that named it), revoked.
CREATE TABLE journal (
  device TEXT PRIMARY KEY NOT NULL,
  ed25519 BLOB NOT NULL CHECK (length(ed25519) = 32),
  org TEXT,
  person BLOB REFERENCES person (id),
  state TEXT NOT NULL,
  n INTEGER NOT NULL DEFAULT 0,
  head BLOB NOT NULL CHECK (length(head) = 32),
  hlc BLOB NOT NULL CHECK (length(hlc) = 8),
  continues TEXT,
  revoked_ms INTEGER
) STRICT;

-- An enrolled device: its own journal has the same name.
CREATE TABLE device (
  id TEXT PRIMARY KEY NOT NULL REFERENCES journal (device),
  code TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  app_version TEXT NOT NULL,
  certificate_p256 BLOB NOT NULL,
  certificate_ed25519 BLOB NOT NULL,
  enrolled_ms INTEGER NOT NULL,
  seen_ms INTEGER,
  said_n INTEGER NOT NULL DEFAULT 0,
  unsynced INTEGER NOT NULL DEFAULT 0,
  oldest_unsynced_ms INTEGER
) STRICT;

CREATE TABLE entry (
  seq INTEGER PRIMARY KEY NOT NULL CHECK (seq >= 0),
  device TEXT NOT NULL REFERENCES journal (device),
  n INTEGER NOT NULL CHECK (n > 0),
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
  subject BLOB NOT NULL CHECK (length(subject) = 16),
  kind TEXT NOT NULL,
  header BLOB NOT NULL CHECK (length(header) <= 2048),
  signature BLOB NOT NULL CHECK (length(signature) = 64),
  salt BLOB CHECK (salt IS NULL OR length(salt) = 16),
  body BLOB,
  envelope BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  clamped BLOB CHECK (clamped IS NULL OR length(clamped) = 8),
  quarantine TEXT,
  answer TEXT CHECK (answer IN ('accepted', 'rejected')),
  UNIQUE (device, n)
) STRICT;

CREATE INDEX entry_of_subject ON entry (subject, seq);
CREATE INDEX entry_in_quarantine ON entry (seq) WHERE quarantine IS NOT NULL;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OF seq, device, n, id, subject, kind, header, signature, envelope,
  received_ms, clamped, quarantine ON entry
BEGIN SELECT RAISE(ABORT, 'an entry of the log is never changed'); END;

-- A body is erased, never replaced.
CREATE TRIGGER body_is_only_erased BEFORE UPDATE OF salt, body ON entry
WHEN NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the body of an entry is never changed'); END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry of the log is never deleted'); END;

-- Hashes of the complete subtrees of the Merkle tree (RFC 6962): node (level, pos) covers the leaves
-- pos * 2^level to (pos + 1) * 2^level - 1. Leaf 0 is entry 0.
CREATE TABLE node (
  level INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, pos)
) STRICT, WITHOUT ROWID;

-- Where entries came from. The envelope holds only `origin` = SHA-256(salt || address): a row here can be erased.
CREATE TABLE arrival (
  origin BLOB PRIMARY KEY NOT NULL CHECK (length(origin) = 32),
  salt BLOB NOT NULL CHECK (length(salt) = 16),
  address TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY NOT NULL,
  note TEXT NOT NULL,
  made_ms INTEGER NOT NULL
) STRICT;

-- Two entries signed for one place of a journal: the one that was first here, and the one that came later.
CREATE TABLE fork (
  device TEXT NOT NULL,
  n INTEGER NOT NULL,
  known BLOB NOT NULL,
  other BLOB NOT NULL,
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (device, n, other)
) STRICT, WITHOUT ROWID;
