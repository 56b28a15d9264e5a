-- Reviews that are being made, one of each reader for each study. Steps are kept as the reader took them; what they come to
-- is told by the code. A draft goes when its reader signs: the decisions are then in the SR.
CREATE TABLE review_draft (
  study_uid text COLLATE "C" NOT NULL,
  reader_id text NOT NULL,
  -- Name for other readers; absent for whoever has not signed in.
  reader_name text,
  -- Counts the changes, so that one made on top of another draft is told.
  revision integer NOT NULL,
  steps jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  -- When a signature of the steps as they are was first tried, and upon which report: however often it is tried, it is that.
  signing_at timestamptz,
  signing_base text COLLATE "C",
  PRIMARY KEY (study_uid, reader_id)
);
CREATE INDEX review_draft_by_time ON review_draft (changed_at);
