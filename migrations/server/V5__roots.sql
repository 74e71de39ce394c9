-- Certificates of journals from before an enrolment: what was sealed then leads to them.
CREATE TABLE earlier_certificate (
  sha256 BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32),
  device TEXT NOT NULL,
  der BLOB NOT NULL CHECK (length(der) <= 8192)
) STRICT, WITHOUT ROWID;
