-- Whether the program behind a session said at its hello that it is too old: it may push, nothing else.
ALTER TABLE session ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0 CHECK (outdated IN (0, 1));
