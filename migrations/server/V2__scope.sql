-- Who may see what: projections of the log.

-- What entries are about. `kind`: everyone, person, customer, equipment, job, document, office.
CREATE TABLE subject (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  kind TEXT NOT NULL,
  head INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX subject_of_kind ON subject (kind);

-- Newest place wins, in whatever order entries came.
CREATE TABLE job (
  id BLOB PRIMARY KEY NOT NULL,
  technician BLOB,
  customer BLOB NOT NULL,
  equipment BLOB,
  hlc BLOB NOT NULL,
  device TEXT NOT NULL,
  n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX job_of_technician ON job (technician);

CREATE TABLE equipment (
  id BLOB PRIMARY KEY NOT NULL,
  customer BLOB NOT NULL,
  hlc BLOB NOT NULL,
  device TEXT NOT NULL,
  n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX equipment_of_customer ON equipment (customer);

CREATE TABLE document (
  id BLOB PRIMARY KEY NOT NULL,
  job BLOB,
  customer BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX document_of_job ON document (job);

-- A subject somebody has written about.
CREATE TABLE writer (
  person BLOB NOT NULL,
  subject BLOB NOT NULL,
  PRIMARY KEY (person, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob (
  sha256 BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32),
  size INTEGER NOT NULL,
  stored_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which subjects mention which file.
CREATE TABLE blob_subject (
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  subject BLOB NOT NULL,
  PRIMARY KEY (sha256, subject)
) STRICT, WITHOUT ROWID;
