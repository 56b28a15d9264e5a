-- The audit trail: who did what to which studies. Rows are only ever added. Study UIDs stay when the study is deleted:
-- that it was is what the trail is for.
CREATE TABLE audit_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  occurred_at timestamptz NOT NULL,
  principal_id text NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('success', 'refused', 'failed')),
  study_uids text[] COLLATE "C" NOT NULL,
  network_address text
);
CREATE INDEX audit_event_by_time ON audit_event (occurred_at DESC, id DESC);
