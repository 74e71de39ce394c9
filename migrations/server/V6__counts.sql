-- What metrics and lists ask for again and again, without reading everything.

CREATE INDEX entry_that_closes ON entry (device, subject) WHERE kind = 'closed';

-- Files that are mentioned and not here.
CREATE TABLE missing_blob (
  sha256 BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32)
) STRICT, WITHOUT ROWID;

INSERT INTO missing_blob (sha256)
SELECT DISTINCT sha256 FROM blob_subject WHERE sha256 NOT IN (SELECT sha256 FROM blob);
