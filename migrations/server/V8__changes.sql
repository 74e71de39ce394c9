-- The register in the order of its changes. A file that arrives, or an answer of the office, changes a row without an
-- entry of its own document: `head` stays, `change` rises. `row` is none for what left the register, so that mirrors
-- hear of it. Numbers begin above every head that a mirror may hold as the place it has read to.
CREATE TABLE register_by_change (
  document BLOB PRIMARY KEY NOT NULL CHECK (length(document) = 16),
  head INTEGER NOT NULL UNIQUE,
  change INTEGER NOT NULL UNIQUE,
  row TEXT
) STRICT, WITHOUT ROWID;

INSERT INTO register_by_change (document, head, change, row)
SELECT document, head, (SELECT size FROM server) + row_number() OVER (ORDER BY head), row FROM register;

DROP TABLE register;
ALTER TABLE register_by_change RENAME TO register;

-- How often a document was marked: a fold that began before the last time found what is old.
ALTER TABLE dirty ADD COLUMN mark INTEGER NOT NULL DEFAULT 1;

-- Rows say more now: all are folded once more.
INSERT INTO dirty (document) SELECT id FROM subject WHERE kind = 'document' ON CONFLICT DO NOTHING;
