-- What the journal says, folded. Everything here can be emptied and rebuilt. hlc, device and n are the place of the
-- event that set the row: a row is only replaced by an event of a later place, so arrival order does not matter.

CREATE TABLE firm (
  one INTEGER PRIMARY KEY NOT NULL DEFAULT 1 CHECK (one = 1),
  hlc BLOB NOT NULL, device TEXT NOT NULL, n INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;

CREATE TABLE person (
  id BLOB PRIMARY KEY NOT NULL,
  hlc BLOB NOT NULL, device TEXT NOT NULL, n INTEGER NOT NULL,
  sort_name TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX person_by_name ON person (sort_name, id);

CREATE TABLE customer (
  id BLOB PRIMARY KEY NOT NULL,
  hlc BLOB NOT NULL, device TEXT NOT NULL, n INTEGER NOT NULL,
  sort_name TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_by_name ON customer (sort_name, id);

CREATE TABLE equipment (
  id BLOB PRIMARY KEY NOT NULL,
  hlc BLOB NOT NULL, device TEXT NOT NULL, n INTEGER NOT NULL,
  customer BLOB NOT NULL,
  sort_name TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX equipment_of_customer ON equipment (customer, sort_name, id);

CREATE TABLE job (
  id BLOB PRIMARY KEY NOT NULL,
  hlc BLOB NOT NULL, device TEXT NOT NULL, n INTEGER NOT NULL,
  customer BLOB NOT NULL,
  technician BLOB,
  start TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX job_by_start ON job (start, id);
CREATE INDEX job_of_customer ON job (customer, start, id);

-- shelf: waiting (draft, ready, partially signed), signed, or ended (all other endings).
CREATE TABLE document (
  id BLOB PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL,
  shelf TEXT NOT NULL CHECK (shelf IN ('waiting', 'signed', 'ended')),
  number TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 0,
  customer BLOB NOT NULL,
  customer_name TEXT NOT NULL DEFAULT '',
  job BLOB,
  origin_document BLOB,
  person BLOB,
  next_slot TEXT NOT NULL DEFAULT '',
  file BLOB,
  created_ms INTEGER NOT NULL DEFAULT 0,
  updated_ms INTEGER NOT NULL DEFAULT 0,
  updated_at TEXT NOT NULL DEFAULT '',
  with_customer INTEGER NOT NULL DEFAULT 0 CHECK (with_customer IN (0, 1)),
  read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1)),
  unacked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX document_by_update ON document (updated_ms, id);
CREATE INDEX document_by_shelf ON document (shelf, updated_ms, id);
CREATE INDEX document_of_job ON document (job, updated_ms, id) WHERE job IS NOT NULL;
CREATE INDEX document_of_customer ON document (customer, updated_ms, id);
CREATE INDEX document_of_origin ON document (origin_document) WHERE origin_document IS NOT NULL;
CREATE INDEX document_by_number ON document (number) WHERE number <> '';
