-- Files and pictures by the SHA-256 of their content, in pieces of 256 KiB.

CREATE TABLE blob (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  sort TEXT NOT NULL CHECK (sort IN ('frozen', 'sealed', 'picture')),
  media_type TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL CHECK (size >= 0)
) STRICT;

CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  blob INTEGER NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 262144),
  UNIQUE (blob, position)
) STRICT;

-- A picture may become a frozen file by having the same bytes; never the other way round.
CREATE TRIGGER blob_is_never_changed BEFORE UPDATE ON blob
WHEN OLD.sort <> 'picture' OR NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size OR NEW.id <> OLD.id
BEGIN SELECT RAISE(ABORT, 'a stored file is never changed'); END;

CREATE TRIGGER blob_is_never_deleted BEFORE DELETE ON blob WHEN OLD.sort <> 'picture'
BEGIN SELECT RAISE(ABORT, 'a frozen or sealed file is never deleted'); END;

CREATE TRIGGER blob_is_never_replaced BEFORE INSERT ON blob
WHEN EXISTS (SELECT 1 FROM blob WHERE sha256 = NEW.sha256 OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a stored file is never replaced'); END;

CREATE TRIGGER chunk_is_never_changed BEFORE UPDATE ON chunk
BEGIN SELECT RAISE(ABORT, 'a stored file is never changed'); END;

CREATE TRIGGER chunk_is_never_deleted BEFORE DELETE ON chunk
WHEN EXISTS (SELECT 1 FROM blob WHERE id = OLD.blob AND sort <> 'picture')
BEGIN SELECT RAISE(ABORT, 'a frozen or sealed file is never deleted'); END;

CREATE TRIGGER chunk_is_never_replaced BEFORE INSERT ON chunk
WHEN EXISTS (SELECT 1 FROM chunk WHERE (blob = NEW.blob AND position = NEW.position) OR id = NEW.id)
  OR NEW.position * 262144 >= (SELECT size FROM blob WHERE id = NEW.blob)
BEGIN SELECT RAISE(ABORT, 'a stored file is never changed'); END;
