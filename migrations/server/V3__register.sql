-- The register: folded rows of documents, and what is still to be folded.

CREATE TABLE dirty (
  document BLOB PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE register (
  document BLOB PRIMARY KEY NOT NULL CHECK (length(document) = 16),
  head INTEGER NOT NULL UNIQUE,
  row TEXT NOT NULL
) STRICT, WITHOUT ROWID;
