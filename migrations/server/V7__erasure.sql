-- Files that nothing mentions any more since a retention rule took what did: to be deleted.
CREATE TABLE unwanted_blob (
  sha256 BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32)
) STRICT, WITHOUT ROWID;
