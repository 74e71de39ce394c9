-- Who wrote that a job, or a document, belongs to this customer or machine had them in sight: only then does who sees the
-- one see the other. What was here before is taken as it was.
CREATE TABLE vouched (
  subject BLOB NOT NULL CHECK (length(subject) = 16),
  thing BLOB NOT NULL CHECK (length(thing) = 16),
  PRIMARY KEY (subject, thing)
) STRICT, WITHOUT ROWID;

INSERT INTO vouched (subject, thing)
SELECT id, customer FROM job UNION SELECT id, equipment FROM job WHERE equipment IS NOT NULL
UNION SELECT id, customer FROM document;
