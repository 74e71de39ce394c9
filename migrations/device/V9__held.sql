-- Whether something of a document counts on this device only, because the office had blocked the device that wrote it.
ALTER TABLE document ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
-- Documents that were out of sight until now are folded again.
PRAGMA user_version = 1;
