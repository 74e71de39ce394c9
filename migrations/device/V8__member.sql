-- Whether the firm's row was written by a member of the organisation: what a tablet that stood alone said of its firm
-- counts only as long as nobody of the organisation has said anything.
ALTER TABLE firm ADD COLUMN member INTEGER NOT NULL DEFAULT 1 CHECK (member IN (0, 1));
