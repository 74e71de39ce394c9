-- The register: one row per document, of this tablet's own folding (local) or as the central server folded it (mirror).
-- place is the time of the last change of status in Unix milliseconds, shifted left by 20 bits that tell documents of
-- one millisecond apart: so the rows, and the words found, lie in the order of the list. The index holds no text, only
-- folded words, and beside them one tag for each value a filter asks for.

CREATE TABLE register (
  place INTEGER PRIMARY KEY,
  doc BLOB NOT NULL UNIQUE CHECK (length(doc) = 16),
  number TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL CHECK (origin IN ('local', 'mirror')),
  changed_ms INTEGER NOT NULL DEFAULT 0,
  head_seq INTEGER NOT NULL DEFAULT 0,
  tags TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL
) STRICT;
CREATE INDEX register_by_number ON register (number) WHERE number <> '';

-- How many rows have a tag, so that the dashboard counts nothing.
CREATE TABLE register_count (
  tag TEXT PRIMARY KEY NOT NULL,
  count INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE register_word USING fts5 (
  words, tags, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3 4 5'
);

-- Filters somebody wants to have again.
CREATE TABLE saved_view (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  position INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL,
  filter TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Documents that were there before the register are folded when the database is opened.
INSERT INTO setting (key, value) VALUES ('register_unfilled', 'true');
