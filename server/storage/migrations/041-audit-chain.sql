-- Chains the audit trail: each event has the next number, and a hash of itself and of the one before it, so that nothing can be
-- changed, removed or put between without breaking what follows. Events from before have neither.
ALTER TABLE audit_event
  ADD COLUMN occurrences integer NOT NULL DEFAULT 1,
  ADD COLUMN detail text,
  ADD COLUMN sequence bigint,
  ADD COLUMN hash bytea;
CREATE UNIQUE INDEX audit_event_by_sequence ON audit_event (sequence);
CREATE INDEX audit_event_by_study ON audit_event USING gin (study_uids);
CREATE INDEX audit_event_by_principal ON audit_event (principal_id, id DESC);

-- The end of the chain: one row, which every event passes through, one after the other.
CREATE TABLE audit_chain (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sequence bigint NOT NULL,
  hash bytea NOT NULL
);
INSERT INTO audit_chain (sequence, hash) VALUES (0, sha256(''));
